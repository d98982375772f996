// What is said of pairs: which are hidden, and what an adder answers to one.

import { withArticle } from "../../drawing/answer_words.js";
import { byCount, countOf, pairOf, testable } from "../../network/hidden_pairs.js";
import { percentOf } from "../common/numbers.js";

/** @import { Counts, Pair } from "../../network/hidden_pairs.js" */

/**
 * How many pairs are hidden, and which totals that takes away.
 * @param {Pair[]} pairs
 * @param {number[]} lost totals
 */
export function saysHidden(pairs, lost) {
  const hidden = `${pairs.length} of 100 pairs hidden.`;
  const [total, ...others] = new Set(pairs.map(([digit, number]) => digit + number));
  if (total === undefined) return hidden;
  if (!lost.length)
    return `${hidden} ${others.length ? "Their totals still occur" : `The total ${total} still occurs`}, with other pairs.`;
  const tested = testable(pairs).length;
  const count = tested ? ` So ${tested} of them can be tested.` : "";
  return `${hidden} No pair is left with the total${lost.length > 1 ? "s" : ""} ${lost.join(", ")}.${count}`;
}

/**
 * @param {string} at a pair
 * @param {Counts} counts what an adder answered to it
 * @param {boolean} isHidden
 */
export function saysPair(at, counts, isHidden) {
  const [digit, number] = pairOf(at);
  const [[sum, most], ...others] = byCount(counts).slice(0, 3);
  const rest = others.map(([sum, count]) => `, ${count} ${count > 1 ? "give" : "gives"} ${sum}`);
  return (
    `${digit} + ${number}${isHidden ? ", hidden" : ""}: ${most} of ${countOf(counts)} new images of ${withArticle(digit)} ` +
    `give ${sum}${rest.join("")}. The right total is ${digit + number}.`
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
  `${pair.join(" + ")}${isHidden ? ", hidden" : ""}, ${percentOf(share)} right, mostly ${mostly}`;
