// What the curves of a training show, in words, and how long it still takes.

import { whole } from "../common/numbers.js";

/** @import { Phase, Point } from "./training.js" */

/**
 * After how many images half of the digits, or of the sums, were right; none where they never were.
 * @param {Point[]} history
 * @param {"digit" | "sum"} name
 */
const half = (history, name) => history.find((point) => point[name] >= 50)?.images;

/**
 * What the curves say: which came first, to read or to add.
 * @param {Point[]} history
 * @param {"" | "digit" | "sum"} guess
 * @param {Phase} phase
 */
export function verdictOf(history, guess, phase) {
  const [digit, sum] = [half(history, "digit"), half(history, "sum")];
  if (digit === undefined || (sum === undefined && phase !== "new")) return "";
  const read = `Half of the digits were right after ${whole(digit)} images`;
  if (sum === undefined) return `${read}; half of the sums never were.`;
  if (digit === sum) return `${read}, and so were half of the sums.`;
  const first = digit < sum ? "digit" : "sum";
  const guessed = guess && (guess === first ? " You guessed right." : " You guessed the other way round.");
  return first === "digit"
    ? `${read}, half of the sums only after ${whole(sum)}: it learned to read first.${guessed}`
    : `Half of the sums were right after ${whole(sum)} images, half of the digits only after ${whole(digit)}.${guessed}`;
}

/**
 * How long something still takes, in steps so large that the words stay for some seconds.
 * @param {number} seconds
 */
export function saysLeft(seconds) {
  if (seconds < 5) return "a few seconds left";
  if (seconds <= 60) return `about ${5 * Math.round(seconds / 5)} seconds left`;
  const minutes = Math.round(seconds / 30) / 2;
  return `about ${minutes === 1 ? "a minute" : `${minutes} minutes`} left`;
}
