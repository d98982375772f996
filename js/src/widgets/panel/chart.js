// Bars for probabilities, and the likeliest two in words.

import { html } from "lit-html";
import { percent } from "../../drawing/answer_words.js";
import { fill } from "../../shared/fill.js";
import { nearest_guess_short } from "../../shared/sentences.js";
import { range } from "../common/numbers.js";

/**
 * @typedef {object} Chart
 * @property {string} name its class
 * @property {string} title
 * @property {string} what one of its numbers is called
 * @property {string} colour of the bars, a name of common.css
 * @property {number} count of bars
 */

/** @type {Chart} */
export const DIGITS = { name: "digits", title: "Digit", what: "digit", colour: "blue", count: 10 };
/** @type {Chart} */
export const SUMS = { name: "sums", title: "Sum", what: "sum", colour: "orange", count: 19 };

/**
 * @param {Chart} chart
 * @param {number[] | undefined} probabilities none while there is nothing to be read
 * @param {boolean} isTrusted else the bars are dimmed, and a word says why
 */
export function chartTemplate({ name, title, what, colour, count }, probabilities, isTrusted) {
  const order = probabilities ? range(count).sort((a, b) => probabilities[b] - probabilities[a]) : [];
  const inWords = (/** @type {number} */ i) => `${i}: ${percent(probabilities?.[i] ?? 0)}`;
  const hasRoom = count <= SUMS.count; // else there is no room for each number
  const best = bestInWords(order, inWords, isTrusted);
  const bar = (/** @type {number} */ i) => html`
    <div class=${i === order[0] ? "winner" : ""} title=${probabilities ? inWords(i) : ""}
      style="--share: ${probabilities?.[i] ?? 0}"><i></i><span>${hasRoom || i % 10 === 0 ? i : "\u00a0"}</span></div>`;
  return html`
    <div class="chart ${name} ${isTrusted ? "" : "dimmed"}" role="img" style="--colour: var(--${colour})"
      aria-label="Probability of each ${what}. Likeliest: ${best}.">
      <p class="title">${title} <b>${best}</b></p><div class="bars">${range(count).map(bar)}</div></div>`;
}

/**
 * @param {number[]} order the likeliest first
 * @param {(i: number) => string} inWords
 * @param {boolean} isTrusted
 */
function bestInWords([first, second], inWords, isTrusted) {
  if (first === undefined) return "no answer yet";
  return isTrusted
    ? `${inWords(first)}, then ${inWords(second)}`
    : fill(nearest_guess_short, { answer: first });
}
