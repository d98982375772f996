// Two curves over the steps, on a logarithmic axis: how many sums are right, of seen and of hidden pairs.

import { html, nothing, svg } from "lit-html";
import { percentOf } from "./numbers.js";

/** @import { Look } from "./state.js" */

const [LEFT, RIGHT] = [40, 268];

/** @param {Look[]} looks */
export function curves(looks) {
  if (!looks.length) return html``;
  const { steps, seen, hidden } = looks[looks.length - 1];
  const last = Math.max(1000, steps);
  const x = (/** @type {number} */ steps) =>
    LEFT + ((Math.log10(Math.max(steps, 10)) - 1) / (Math.log10(last) - 1)) * (RIGHT - LEFT);
  const line = (/** @type {(look: Look) => number | null} */ share) =>
    looks.map((look) => `${x(look.steps).toFixed(1)},${y(share(look) ?? 0).toFixed(1)}`).join(" ");
  const found = hidden === null ? "" : `, hidden pairs ${percentOf(hidden)}`;
  const words = `Sums right over steps of training. After ${steps}: seen pairs ${percentOf(seen)}${found}.`;
  return html`<svg viewBox="0 0 330 146" role="img" aria-label=${words}>
    ${axes(x, last)}
    <polyline class="seen" points=${line((look) => look.seen)} />${name("seen", seen, hidden)}
    ${hidden === null ? nothing : svg`<polyline class="hidden" points=${line((look) => look.hidden)} />${name("hidden", hidden, seen)}`}
  </svg>`;
}

/** @param {number} share */
const y = (share) => 108 - 98 * share;

/**
 * A curve's name at its end, moved a little where both end together.
 * @param {string} words
 * @param {number} share
 * @param {number | null} other
 */
function name(words, share, other) {
  const isClose = other !== null && Math.abs(share - other) < 0.13;
  const isUpper = other !== null && (share > other || (share === other && words === "hidden"));
  const down = isClose ? (isUpper ? -5 : 9) : 0;
  return svg`<text class=${words} x="274" y=${y(share) + 4 + down}>${words}</text>`;
}

/**
 * @param {(steps: number) => number} x
 * @param {number} last
 */
function axes(x, last) {
  const shares = [0, 0.5, 1].map(
    (share) => svg`<line x1=${LEFT} x2=${RIGHT} y1=${y(share)} y2=${y(share)} />
      <text x="35" y=${y(share) + 4} text-anchor="end">${100 * share}%</text>`,
  );
  const ticks = [10, 100, 1000, 10_000, 100_000].filter((steps) => steps <= last);
  return svg`<g class="axes">${shares}
    ${ticks.map((steps) => svg`<text x=${x(steps)} y="125" text-anchor="middle">${steps.toLocaleString("en")}</text>`)}
    <text x="154" y="142" text-anchor="middle">steps of training, on a logarithmic scale</text></g>`;
}
