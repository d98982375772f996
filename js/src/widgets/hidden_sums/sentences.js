// What the hidden sums say, in words.

import { withArticle } from "../../drawing/answer_words.js";
import { byCount, countOf, keyOf, pairOf, testable } from "../../network/hidden_pairs.js";
import { whole } from "../common/numbers.js";
import { percentOf } from "./numbers.js";

/** @import { Counts, Pair } from "../../network/hidden_pairs.js" */
/** @import { Look } from "./runs.js" */

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
 * @param {Pair} pair of the digit that was read and the number
 * @param {number} sum that the adder answered
 * @param {boolean} isHidden
 * @param {Counts} counts what it answered to other images of the digit
 */
export function saysDrawing([digit, number], sum, isHidden, counts) {
  const said =
    sum === digit + number
      ? `I see ${withArticle(digit)}. ${digit} + ${number} = ${sum}.`
      : `I see ${withArticle(digit)}, but I say ${digit} + ${number} = ${sum}. That is wrong: it is ${digit + number}.`;
  const [mostly, count] = byCount(counts)[0];
  const others = mostly === sum ? "" : ` To ${count} of ${countOf(counts)} other ${digit}s I say ${mostly}.`;
  return `${said}${others} ${digit} + ${number} was ${isHidden ? "hidden from me" : "not hidden"}.`;
}

/**
 * How far training has come.
 * @param {Look} look
 * @param {boolean} isDone
 * @param {boolean} areSumsLost whether some hidden pairs have a sum that no other has
 */
export function saysReached({ steps, seen, hidden }, isDone, areSumsLost) {
  const when = isDone ? `After ${whole(steps)} steps` : `Step ${whole(steps)}`;
  const which = areSumsLost ? "hidden pairs whose sum it saw elsewhere" : "hidden pairs";
  const found = hidden === null ? "" : `, ${percentOf(hidden)} for ${which}`;
  return `${when}, of new images: ${percentOf(seen)} right for pairs it has seen${found}.`;
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
