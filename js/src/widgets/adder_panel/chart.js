// Bars for probabilities, and the likeliest two in words.

import { html } from "lit-html";
import { percent } from "../../drawing/answer_words.js";
import { fill } from "../../shared/fill.js";
import { nearest_guess_short } from "../../shared/sentences.js";
import { bars } from "../common/bars.js";
import { range } from "../common/numbers.js";

/**
 * @typedef {object} Chart
 * @property {string} name its class
 * @property {string} title
 * @property {string} what one of its numbers is called
 * @property {number} count of bars
 */

/** @type {Chart} */
export const DIGITS = { name: "digits", title: "Digit", what: "digit", count: 10 };
/** @type {Chart} */
export const SUMS = { name: "sums", title: "Sum", what: "sum", count: 19 };

/**
 * @param {Chart} chart
 * @param {number[] | undefined} probabilities none while there is nothing to be read
 * @param {boolean} isTrusted else the bars are dimmed, and a word says why
 */
export function chartTemplate({ name, title, what, count }, probabilities, isTrusted) {
  const order = probabilities ? range(count).sort((a, b) => probabilities[b] - probabilities[a]) : [];
  const inWords = (/** @type {number} */ i) => `${i}: ${percent(probabilities?.[i] ?? 0)}`;
  const hasRoom = count <= SUMS.count; // else there is no room for each number
  const best = bestInWords(order, inWords, isTrusted);
  return html`
    <div class="chart ${name} ${isTrusted ? "" : "dimmed"}" role="img"
      aria-label="Probability of each ${what}. Likeliest: ${best}.">
      <p class="title">${title} <b>${best}</b></p>${bars(probabilities ?? Array(count).fill(0), order[0] ?? -1, (i) => hasRoom || i % 10 === 0)}</div>`;
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
