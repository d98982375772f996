// Runs: adders that have been trained, each with what it was trained on and how far it came. A list that only grows:
// nothing is lost by training another.

import { byCount, keyOf, meanShare, seenBeside, testable } from "../../network/hidden_pairs.js";

/** @import { Adder, AnswersWith } from "../../network/adder.js" */
/** @import { Answers, Pair } from "../../network/hidden_pairs.js" */
/** @import { Training } from "../../network/train_adder.js" */
/** @import { Guess } from "./guess.js" */
/** How an adder is built, and the pairs that are hidden from it. @typedef {{ answer: AnswersWith, pairs: Pair[] }} Task */
/**
 * How far an adder had come after so many steps. A sum is right if the adder's most frequent answer to the pair is;
 * the shares of images are for the curves.
 * @typedef {object} Look
 * @property {number} steps
 * @property {number} round of the training: 0 for *Train*, then 1 for the first *Keep training*, and so on
 * @property {number} known how many of the sums that it was shown are right
 * @property {number} found how many of the hidden sums that can be tested are right
 * @property {number} seen share of right answers to images of pairs that it was shown
 * @property {number | null} hidden of hidden pairs that can be tested; null where there is none
 */
/**
 * What the page's sentences and tables are made of.
 * @typedef {object} Told of the task
 * @property {number} id counted from 1
 * @property {number} rounds of *Keep training* that have begun
 * @property {boolean} isWhole whether the last round is over; all before it were whole. One that was stopped can go on
 * @property {Look[]} looks
 * @property {Answers | null} answers at the last look
 */
/** @typedef {Task & Told} RunTold */
/**
 * @typedef {object} Made
 * @property {number} seed
 * @property {Guess | null} guess that was made before *Train*
 * @property {Adder} adder
 * @property {Training} training of its last round
 */
/** @typedef {RunTold & Made} Run */

const KNOWS = 0.9; // share of the sums that it was shown from which an adder is said to know them

/**
 * Whether the same pairs are hidden, in whatever order.
 * @param {Pair[]} one
 * @param {Pair[]} other
 */
export function areSamePairs(one, other) {
  const keys = new Set(one.map(keyOf));
  return keys.size === other.length && other.every((pair) => keys.has(keyOf(pair)));
}

/**
 * Whether two adders learn the same thing.
 * @param {Task} one
 * @param {Task} other
 */
export const isSameTask = (one, other) => areSamePairs(one.pairs, other.pairs) && one.answer === other.answer;

/** Whether an adder is of the kind that one begins with, and that the network at the top is. @param {Pick<Task, "answer">} task */
export const isUsual = ({ answer }) => answer === "classes";

/** An adder's most frequent answer. @param {Answers} answers @param {Pair} pair */
export const mostly = (answers, pair) => byCount(answers[keyOf(pair)])[0][0];

/**
 * A look at an adder that has been asked all pairs.
 * @param {Pair[]} pairs that were hidden from it
 * @param {Answers} answers
 * @param {number} steps
 * @param {number} round
 * @returns {Look}
 */
export function lookAt(pairs, answers, steps, round) {
  const [shown, tested] = [seenBeside(pairs), testable(pairs)];
  const right = (/** @type {Pair[]} */ among) =>
    among.filter((pair) => mostly(answers, pair) === pair[0] + pair[1]).length;
  const hidden = tested.length ? meanShare(answers, tested) : null;
  return { steps, round, known: right(shown), found: right(tested), seen: meanShare(answers, shown), hidden };
}

/** @param {Pick<Told, "looks"> | undefined} run */
export const lastLook = (run) => run?.looks.at(-1);

/** How many sums an adder was shown, and how many of the hidden ones it can be asked. @param {Pick<Task, "pairs">} run */
export const countsOf = ({ pairs }) => ({ shown: 100 - pairs.length, asked: testable(pairs).length });

/** Whether an adder knew what it was shown. @param {Pick<Task, "pairs">} run @param {Look} look */
export const knows = (run, { known }) => known >= KNOWS * countsOf(run).shown;

/**
 * What each round of a run ended with, if it is over: *Train* first, then each *Keep training*.
 * @param {Pick<RunTold, "looks" | "rounds" | "isWhole">} run
 * @returns {Look[]}
 */
export const endsOf = ({ looks, rounds, isWhole }) =>
  [...Array(rounds + Number(isWhole)).keys()].flatMap(
    (round) => looks.findLast((look) => look.round === round) ?? [],
  );

/** Whether an adder that isn't in training can be trained on. @param {RunTold} run */
export const canGoOn = (run) => !run.isWhole || (countsOf(run).asked > 0 && isUsual(run));
