// What is said of an answer and of an image, as in mnist_adder_lib/drawing/sentences.py.

import { fill } from "../shared/fill.js";
import { LIMITS } from "../shared/rules.js";
import * as sentences from "../shared/sentences.js";

/** @typedef {{ digitProbabilities: number[], sumProbabilities: number[], digit: number, total: number }} Prediction */
/** @typedef {{ rows: number[], columns: number[] }} Lines */

/**
 * A probability in words. Never 0% or 100%: no answer is that certain.
 * @param {number} share
 */
export function percent(share) {
  if (share > 0.99) return sentences.over;
  return share < 0.01 ? sentences.under : `${Math.round(100 * share)}%`;
}

/** @param {number} digit */
export const withArticle = (digit) => `${digit === 8 ? "an" : "a"} ${digit}`;

/**
 * The panel's sentence, and whether it is certain: both heads are sure and agree, there is no warning, the image is
 * neither rejected nor close to that, and no tap was left out of it.
 * @param {Prediction} prediction
 * @param {number} number
 * @param {{ warning?: string, isRejected?: boolean, isClose?: boolean, hasTap?: boolean }} [about] the image
 * @returns {[sentence: string, isCertain: boolean]}
 */
export function describe(
  { digitProbabilities, sumProbabilities, digit, total },
  number,
  { warning = "", isRejected = false, isClose = false, hasTap = false } = {},
) {
  if (isRejected) return [sentences.rejected, false];
  if (warning) return [fill(sentences.doubt, { digit: withArticle(digit) }), false];
  if (hasTap) return [fill(sentences.left_out, { digit: withArticle(digit) }), false];
  const words = (/** @type {number} */ one) => `${withArticle(one)} (${percent(digitProbabilities[one])})`;
  const seen = words(digit);
  if (digitProbabilities[digit] < LIMITS.sure)
    return [fill(sentences.which, { seen, other: words(secondOf(digitProbabilities)) }), false];
  const answer = `${total} (${percent(sumProbabilities[total])})`;
  const task = { seen, digit, sign: "+", number, answer };
  if (sumProbabilities[total] < LIMITS.sure) return [fill(sentences.unsure_sum, task), false];
  if (total !== digit + number) return [fill(sentences.disagree, task), false];
  if (isClose) return [fill(sentences.doubt, { digit: withArticle(digit) }), false];
  return [fill(sentences.certain, task), true];
}

/** @param {number[]} probabilities */
const secondOf = (probabilities) => probabilities.indexOf([...probabilities].sort((a, b) => b - a)[1]);

/**
 * A warning about an image, 784 pixels, that is hardly one digit: "", or a sentence.
 * @param {ArrayLike<number>} pixels
 * @param {number} most ink of a digit, in pixels
 */
export function remark(pixels, most) {
  const { used, sums } = inkIn(pixels);
  const ink = sums.rows.reduce((a, b) => a + b);
  const [rows, columns] = [used.rows, used.columns];
  const width = columns[columns.length - 1] - columns[0];
  if (ink < LIMITS.least_ink) return sentences.too_little_ink;
  if (rows[rows.length - 1] - rows[0] < LIMITS.least_height) return sentences.too_flat;
  if (ink > most || (width > LIMITS.dense_width && ink > LIMITS.dense * rows.length * columns.length))
    return sentences.too_much_ink;
  if (hasGap(columns, sums.columns, ink) || hasGap(rows, sums.rows, ink)) return sentences.two_parts;
  return "";
}

/**
 * The rows and columns with ink that counts, and the ink in each of the 28.
 * @param {ArrayLike<number>} pixels
 */
function inkIn(pixels) {
  const threshold = Math.max(...Array.from(pixels)) / 4;
  /** @type {Lines} */
  const sums = { rows: Array(28).fill(0), columns: Array(28).fill(0) };
  const [rows, columns] = [new Set(), new Set()];
  for (let place = 0; place < 784; place++) {
    const [row, column] = [Math.floor(place / 28), place % 28];
    sums.rows[row] += pixels[place] / 255;
    sums.columns[column] += pixels[place] / 255;
    if (pixels[place] > threshold) {
      rows.add(row);
      columns.add(column);
    }
  }
  const inOrder = (/** @type {Set<number>} */ lines) => [...lines].sort((a, b) => a - b);
  /** @type {Lines} */
  const used = { rows: inOrder(rows), columns: inOrder(columns) };
  return { used, sums };
}

/**
 * Whether empty lines part the ink in two, with much of it on both sides.
 * @param {number[]} lines with ink
 * @param {number[]} sums
 * @param {number} ink
 */
function hasGap(lines, sums, ink) {
  const before = (/** @type {number} */ line) => sums.slice(0, line + 1).reduce((a, b) => a + b) / ink;
  const gaps = lines.slice(0, -1).filter((line, i) => lines[i + 1] - line > 1);
  return gaps.map(before).some((share) => share > LIMITS.gap_ink && share < 1 - LIMITS.gap_ink);
}
