// How strange a drawing is, on a line: what is usual for digits, the threshold, and a mark for the drawing.

import { html, nothing } from "lit-html";
import { LIMITS } from "../../shared/rules.js";
import { clamp } from "../common/numbers.js";

/** @typedef {{ strangeness: number | null, usual: number[] | null, threshold: number }} Measured null: not known */

/** With one decimal, and a real minus. @param {number} value */
const score = (value) => value.toFixed(1).replace("-", "−");

/** @param {Measured} measured */
export function scale({ strangeness, usual, threshold }) {
  const [low, high] = usual ?? [0, 0];
  const [from, to] = LIMITS.known_usual;
  const at = (/** @type {number} */ value) =>
    `${clamp(15 + (60 * (value - low)) / (threshold - low), 1, 99).toFixed(1)}%`;
  const words = [
    strangeness === null ? "" : `Strangeness ${score(strangeness)}.`,
    usual &&
      `For ${Math.round(100 * (to - from))}% of training digits it is between ${score(low)} and ${score(high)}.`,
    `Above ${score(threshold)} I give no sum.`,
  ];
  const mark =
    strangeness === null
      ? nothing
      : html`<b class=${strangeness > threshold ? "rejected" : ""} style="left: ${at(strangeness)}"></b>`;
  return html`<p class="strangeness"><span class="scale" aria-hidden="true">
    ${usual ? html`<i style="left: ${at(low)}; right: calc(100% - ${at(high)})"></i>` : nothing}
    <u style="left: ${at(threshold)}"></u>${mark}</span> ${words.filter(Boolean).join(" ")}</p>`;
}
