// Pairs of a digit and a number: which can be hidden, what an adder answers to each, and how much of that is right.

import { fill } from "../shared/fill.js";
import { HIDDEN_PAIRS } from "../shared/rules.js";
import { last_pair, too_many_hidden } from "../shared/sentences.js";
import { sumsOf, TEN } from "./adder.js";

/** @import { Adder, Image } from "./adder.js" */
/** @typedef {[digit: number, number: number]} Pair */
/** @typedef {Map<number, number>} Counts how often each sum was answered */
/** @typedef {Record<string, Counts>} Answers by pairs, as `keyOf` names them */

export const { most: MOST } = HIDDEN_PAIRS;

/** @type {Pair[]} */
export const ALL = TEN.flatMap((digit) => TEN.map((number) => /** @type {Pair} */ ([digit, number])));
/** @param {Pair} pair */
export const keyOf = ([digit, number]) => `${digit},${number}`;
/**
 * @param {string} key
 * @returns {Pair}
 */
export const pairOf = (key) => /** @type {Pair} */ (key.split(",").map(Number));

/** The sum of 0 has one pair alone, (0, 0): where it is hidden, nothing is left to learn that sum from. */
export const PATTERN = /** @type {Pair[]} */ (HIDDEN_PAIRS.pattern);
/** All pairs of two numbers from 6 to 9: six of them have a sum that still occurs elsewhere. */
export const BLOCK = /** @type {Pair[]} */ (HIDDEN_PAIRS.block);

/**
 * What is wrong with hiding these pairs, in words; empty where nothing is.
 * @param {Pair[]} pairs
 */
export function complaintAbout(pairs) {
  if (pairs.length > MOST) return fill(too_many_hidden, { most: MOST });
  for (const [place, name] of [...["digit", "number"].entries()])
    for (const one of TEN)
      if (pairs.filter((pair) => pair[place] === one).length === 10) return fill(last_pair, { name, one });
  return "";
}

/**
 * The pairs that aren't hidden.
 * @param {Pair[]} hidden
 */
export function seenBeside(hidden) {
  const keys = new Set(hidden.map(keyOf));
  return ALL.filter((pair) => !keys.has(keyOf(pair)));
}

/**
 * Sums that no pair has any more, from which one could learn them.
 * @param {Pair[]} hidden
 */
export function lostSums(hidden) {
  const seen = new Set(seenBeside(hidden).map(([digit, number]) => digit + number));
  return [...Array(19).keys()].filter((sum) => !seen.has(sum));
}

/**
 * Hidden pairs whose sum can be learned from others.
 * @param {Pair[]} hidden
 */
export function testable(hidden) {
  const lost = lostSums(hidden);
  return hidden.filter(([digit, number]) => !lost.includes(digit + number));
}

/**
 * What an adder answers for each pair, how often: number by number, so that the page can have its turn in between.
 * @param {Adder} adder
 * @param {Image[]} images
 * @returns {Generator<undefined, Answers>}
 */
export function* askInPieces(adder, images) {
  /** @type {Answers} */
  const answers = Object.fromEntries(ALL.map((pair) => [keyOf(pair), new Map()]));
  for (const number of TEN) {
    const sums = sumsOf(
      adder,
      images.map((image) => ({ ...image, number })),
    );
    images.forEach(({ digit }, n) => {
      const counts = answers[keyOf([digit, number])];
      counts.set(sums[n], (counts.get(sums[n]) ?? 0) + 1);
    });
    yield;
  }
  return answers;
}

/**
 * All of it at once.
 * @param {Adder} adder
 * @param {Image[]} images
 * @returns {Answers}
 */
export function askAll(adder, images) {
  const pieces = askInPieces(adder, images);
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
  }
}

/** @param {Counts} counts */
export const countOf = (counts) => [...counts.values()].reduce((a, b) => a + b, 0);
/**
 * Sums and how often they were answered, the most frequent first.
 * @param {Counts} counts
 */
export const byCount = (counts) => [...counts].sort((a, b) => b[1] - a[1]);
/**
 * @param {Counts} counts
 * @param {number} sum the right one
 */
export const shareRight = (counts, sum) => (counts.get(sum) ?? 0) / (countOf(counts) || 1);

/**
 * The mean share of right answers over pairs.
 * @param {Answers} answers
 * @param {Pair[]} pairs
 */
export function meanShare(answers, pairs) {
  const shares = pairs.map((pair) => shareRight(answers[keyOf(pair)], pair[0] + pair[1]));
  return shares.reduce((a, b) => a + b, 0) / (shares.length || 1);
}
