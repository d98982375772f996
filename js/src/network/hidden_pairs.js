// Pairs of a digit and a number: which are hidden, what is learned of the others, and how much of each is right.

import { fill } from "../shared/fill.js";
import { HIDDEN_PAIRS } from "../shared/rules.js";
import { last_pair, too_many_hidden } from "../shared/sentences.js";
import { meanEmbeddings, putIn, sumsOf, TEN } from "./adder.js";

/** @import { Adder, Example, Image } from "./adder.js" */
/** @typedef {[digit: number, number: number]} Pair */
/** @typedef {Map<number, number>} Counts how often each sum was answered */
/** @typedef {Record<string, Counts>} Answers by pairs, as `keyOf` names them */
/**
 * @typedef {object} Plan of a training
 * @property {number} classes steps, where the adder answers with 19 classes
 * @property {number} number
 * @property {number} shift
 * @property {number} batch random images in a step; 0: the mean of each digit, all seen pairs in every step
 * @property {number} rate
 * @property {number} decay
 */

export const { most: MOST, at_random: FEW } = HIDDEN_PAIRS;
/** @type {Plan} */
export const SHORT = { classes: 400, number: 1000, shift: 400, batch: 128, rate: 0.01, decay: 0.01 };
/** @type {Plan} */
export const LONG = { classes: 6000, number: 0, shift: 0, batch: 0, rate: 0.003, decay: 3 };
/**
 * Where the adder answers with one number, the means of the digits alone teach it to read nothing else: it goes on with
 * random images, and forgets more slowly.
 * @type {Plan}
 */
export const LONG_ON_A_LINE = { classes: 0, number: 6000, shift: 0, batch: 128, rate: 0.01, decay: 0.3 };
const SLICE = 12; // ms of training, then the page has its turn

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
export const ONE_IN_EACH_ROW = /** @type {Pair[]} */ (HIDDEN_PAIRS.one_in_each_row);

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

/** Some pairs by chance, so that every sum still occurs. */
export function atRandom(random = Math.random) {
  for (;;) {
    const order = ALL.map((pair) => ({ key: random(), pair })).sort((a, b) => a.key - b.key);
    const pairs = order.slice(0, FEW).map(({ pair }) => pair);
    if (!complaintAbout(pairs) && !lostSums(pairs).length) return pairs;
  }
}

/**
 * What an adder answers for each pair, how often.
 * @param {Adder} adder
 * @param {Image[]} images
 */
export function askAll(adder, images) {
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
  }
  return answers;
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

/**
 * What gives the examples of each step of a plan.
 * @param {Plan} plan
 * @param {Image[]} images
 * @param {Pair[]} seen
 * @param {() => number} random
 * @returns {() => Example[]}
 */
function examplesOf(plan, images, seen, random) {
  if (!plan.batch) {
    const means = meanEmbeddings(images);
    const everyPair = seen.map(([digit, number]) => ({ embedding: means[digit], digit, number }));
    return () => everyPair;
  }
  const numbers = TEN.map((digit) => seen.filter((pair) => pair[0] === digit).map((pair) => pair[1]));
  /**
   * @template T
   * @param {T[]} list
   */
  const any = (list) => list[Math.floor(random() * list.length)];
  const one = () => {
    const image = any(images);
    return { ...image, number: any(numbers[image.digit]) };
  };
  return () => Array.from({ length: plan.batch }, one);
}

/**
 * Trains an adder by a plan (SHORT or LONG) on the pairs that are seen, in slices, so that the page stays alive.
 * Returns what ends it, and gives the steps made until then.
 * @param {Adder} adder
 * @param {Plan} plan
 * @param {{ images: Image[], seen: Pair[], random: () => number }} data
 * @param {(steps: number, isLast: boolean) => void} onLook called now and then, and at the end
 */
export function trainInSlices(adder, plan, { images, seen, random }, onLook) {
  const examples = examplesOf(plan, images, seen, random);
  const most = plan[adder.answer];
  let steps = 0; // of this plan
  let next = 10; // when to look
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;

  /** @param {number} count */
  function train(count) {
    const rate = plan.rate * (plan.batch ? Math.min(1, 4 * (1 - steps / most)) : 1); // slower at the end
    const now = examples();
    putIn(adder, now);
    adder.code.train(now.length, count, rate, plan.decay);
    steps += count;
  }
  function slice() {
    const end = performance.now() + SLICE;
    while (steps < next && performance.now() < end) train(plan.batch ? 1 : Math.min(5, next - steps));
    if (steps === next) {
      next = Math.min(most, steps + Math.max(20, Math.round(steps / 12)));
      onLook(steps, steps === most);
    }
    if (steps < most) timer = setTimeout(slice);
  }
  timer = setTimeout(slice);
  return () => {
    clearTimeout(timer);
    return steps;
  };
}
