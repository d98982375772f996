// Runs: adders that have been trained, each with what it was trained on and how far it came. A list that only grows
// or has one taken out: nothing is lost by training another.

import { keyOf } from "../../network/hidden_pairs.js";
import { whole } from "../common/numbers.js";
import { percentOf } from "./numbers.js";

/** @import { Adder, AnswersWith, Encoding } from "../../network/adder.js" */
/** @import { Answers, Pair } from "../../network/hidden_pairs.js" */
/** @import { Guesses } from "./guesses.js" */
/**
 * What an adder is to learn, and how it is built.
 * @typedef {object} Task
 * @property {Pair[]} pairs that are hidden from it
 * @property {Encoding} encoding
 * @property {AnswersWith} answer
 */
/**
 * How far it had come after so many steps.
 * @typedef {object} Look
 * @property {number} steps
 * @property {number} seen share of right sums where the pair was seen
 * @property {number | null} hidden where it was hidden, and its sum seen; null where no pair is such
 */
/**
 * @typedef {object} Made of the task
 * @property {number} id counted from 1
 * @property {number} from the run that it went on from; 0: it began with nothing learned
 * @property {number} seed
 * @property {number} rounds trainings that were finished: 1 for *Train*, and 1 more for each *Keep training*; 0
 *     once one was stopped, since the same can't be made again
 * @property {Look[]} looks
 * @property {Answers | null} answers at the last look
 * @property {Answers | null} before answers of the run that it went on from
 * @property {number} fading how much of the usual decay *Keep training* had
 * @property {Guesses} guesses that were made before it was trained
 * @property {Adder} adder
 */
/** @typedef {Task & Made} Run */

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
export const isSameTask = (one, other) =>
  areSamePairs(one.pairs, other.pairs) && one.encoding === other.encoding && one.answer === other.answer;

/** Whether an adder is of the kind that one begins with. @param {Pick<Task, "answer" | "encoding">} kind */
export const isUsual = ({ answer, encoding }) => answer === "classes" && encoding === "label";

/** Whether an adder was trained for much longer. @param {Pick<Run, "from" | "rounds">} run */
export const hasKeptOn = ({ from, rounds }) => from > 0 || rounds > 1;

/** @param {Run | undefined} run */
export const lastLook = (run) => run?.looks[run.looks.length - 1];

/**
 * A run with one more look. A look at the same step, as at the end, takes the place of the one before.
 * @param {Run} run
 * @param {Look} look
 * @param {Answers} answers
 * @returns {Run}
 */
export function withLook(run, look, answers) {
  return { ...run, answers, looks: [...run.looks.filter(({ steps }) => steps < look.steps), look] };
}

/**
 * Runs, one of them changed.
 * @param {Run[]} runs
 * @param {number} id
 * @param {(run: Run) => Run} change
 */
export const change = (runs, id, change) => runs.map((run) => (run.id === id ? change(run) : run));

/** What an adder answers with, as a word in the list. @type {Record<AnswersWith, string>} */
export const KINDS = { classes: "19 classes", number: "one number", shift: "shift" };

/**
 * What kind of adder is to be trained.
 * @param {Pick<Task, "answer" | "encoding">} kind
 */
export const saysKind = ({ answer, encoding }) =>
  answer === "shift"
    ? "The next adder only reads the digit, and moves its answer up by the number."
    : `The next adder is given the number as a ${encoding}, and answers with ${answer === "number" ? KINDS.number : `one of ${KINDS.classes}`}.`;

/**
 * A run in the words of the list.
 * @param {Run} run
 */
export function describeRun(run) {
  const last = lastLook(run);
  const share = (/** @type {number | null | undefined} */ value) =>
    value === undefined || value === null ? "–" : percentOf(value);
  return {
    adder: run.answer === "shift" ? KINDS.shift : `${KINDS[run.answer]}, ${run.encoding}`,
    pairs: String(run.pairs.length),
    steps: whole(last?.steps ?? 0),
    seen: share(last?.seen),
    hidden: share(last?.hidden),
  };
}
