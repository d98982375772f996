// What the curves of a training show, in words: which came first, to read or to say the sum.

import { whole } from "../common/numbers.js";

/** @import { Phase, Point } from "./training.js" */

/**
 * After how many images half of the digits, or of the sums, were right; none where they never were.
 * @param {Point[]} history
 * @param {"digit" | "sum"} name
 */
const half = (history, name) => history.find((point) => point[name] >= 50)?.images;

/**
 * @param {Point[]} history
 * @param {Phase} phase
 */
export function sentenceOf(history, phase) {
  const [digit, sum] = [half(history, "digit"), half(history, "sum")];
  if (phase === "new") return "";
  if (digit === undefined && sum === undefined) return "It began with random numbers.";
  const read = `Half of the digits were right after ${whole(digit ?? 0)} images`;
  const added = `Half of the sums were right after ${whole(sum ?? 0)} images`;
  if (sum === undefined) return phase === "done" ? `${read}; half of the sums never were.` : `${read}.`;
  if (digit === undefined) return phase === "done" ? `${added}; half of the digits never were.` : `${added}.`;
  if (digit === sum) return `${read}, and so were half of the sums.`;
  return digit < sum
    ? `${read}, half of the sums only after ${whole(sum)}: it learned to read first.`
    : `${added}, half of the digits only after ${whole(digit)}: it learned the sums first.`;
}
