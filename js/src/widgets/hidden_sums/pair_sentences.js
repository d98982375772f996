// What is said of pairs: which are hidden, and what an adder answers to one.

import { withArticle } from "../../drawing/answer_words.js";
import { byCount, countOf, keyOf, pairOf, testable } from "../../network/hidden_pairs.js";
import { percentOf } from "../common/numbers.js";

/** @import { Counts, Pair } from "../../network/hidden_pairs.js" */

/**
 * How many pairs are hidden, and which sums that takes away.
 * @param {Pair[]} pairs
 * @param {number[]} lost sums
 */
export function saysHidden(pairs, lost) {
  const sums = lost.length
    ? `No pair is left with the sum${lost.length > 1 ? "s" : ""} ${lost.join(", ")}.`
    : "Every sum still occurs.";
  const tested = testable(pairs).length;
  const count = lost.length && tested ? ` So ${tested} of them can be tested.` : "";
  return `${pairs.length} of 100 pairs hidden. ${sums}${count}`;
}

/**
 * @param {string} at a pair
 * @param {Counts} counts what an adder answered to it
 * @param {boolean} isHidden
 */
export function saysPair(at, counts, isHidden) {
  const [digit, number] = pairOf(at);
  const often = (/** @type {number} */ count) => ["once", "twice"][count - 1] ?? `${count} times`;
  const answers = byCount(counts)
    .slice(0, 3)
    .map(([sum, count]) => `${sum} (${often(count)})`);
  return (
    `${digit} + ${number}${isHidden ? ", hidden" : ""}: for ${countOf(counts)} new images of ${withArticle(digit)}, ` +
    `it says ${answers.join(", ")}. The right sum is ${digit + number}.`
  );
}

/**
 * A cell of the table, for a screen reader.
 * @param {Pair} pair
 * @param {boolean} isHidden
 * @param {number} share right
 * @param {number} mostly its most frequent answer
 */
export const nameOfCell = (pair, isHidden, share, mostly) =>
  `${keyOf(pair).replace(",", " + ")}${isHidden ? ", hidden" : ""}, ${percentOf(share)} right, mostly ${mostly}`;
