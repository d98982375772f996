// What leads on from a run, and why: by heart, longer, a whole block, a quantity, a label, the course.

import { BLOCK } from "../../network/hidden_pairs.js";
import { fadingOf, longPlan } from "../../network/train_adder.js";
import { knowsItsSums, testOf } from "./endings.js";
import { areSamePairs, hasKeptOn, isUsual } from "./runs.js";

/** @import { AnswersWith } from "../../network/adder.js" */
/** @import { Tried } from "./so_far.js" */
/** @typedef {"train" | "long" | "fade" | "other" | "block" | "quantity" | "label" | "course"} Way which button leads on */
/** @typedef {{ way: Way, why: string }} Next */

const NAMES_ONLY =
  "So far the number was a label, and the answer one of 19 names: nothing said that 6 comes after 5.";
const QUANTITY = "What if the number is a quantity, and the answer one number?";

/** How much of each weight a step takes away. @param {AnswersWith} answer @param {number} fading */
export function fadesBy(answer, fading) {
  const share = 100 * fadingOf(longPlan(answer, fading));
  return share ? `${Number(share.toPrecision(1))}%` : "nothing";
}

/**
 * What *Keep training* changes, which is more than the time.
 * @param {AnswersWith} answer
 * @param {number} fading
 */
export function saysKeepTraining(answer, fading) {
  const fades = fading
    ? `takes ${fadesBy(answer, fading)} off every weight, so that weights that aren't needed fade (weight decay)`
    : "leaves every weight as large as it is";
  const images =
    answer === "number" ? "" : ", and shows all seen pairs at once, each digit as the average of its images";
  return `Keep training adds 6,000 steps. Each of them ${fades}${images}.`;
}

/**
 * @param {Tried} run that is shown
 * @param {Tried[]} runs all of them
 * @param {boolean} canGoOn whether *Keep training* is possible
 * @returns {Next}
 */
export function nextStep(run, runs, canGoOn) {
  const { tested, right, wrong } = testOf(run);
  if (!run.pairs.length) return { way: "other", why: "Hide a pair: then it can be put to the test." };
  if (!tested.length) return { way: "other", why: "" };
  if (!knowsItsSums(run)) return { way: "train", why: "It was stopped early. Train one to the end." };
  if (!isUsual(run)) return afterOtherKinds(run, runs);
  if (canGoOn && wrong.length && !hasKeptOn(run))
    return { way: "long", why: "Can it still come to understand? Train on, and let its weights fade." };
  if (canGoOn && wrong.length && !run.fading)
    return { way: "fade", why: "Time alone didn't do it. Now let weights fade." };
  const isBlock = (/** @type {Tried} */ { pairs }) => areSamePairs(pairs, BLOCK);
  if (isBlock(run) || runs.some((one) => isUsual(one) && hasKeptOn(one) && isBlock(one)))
    return { way: "quantity", why: `${NAMES_ONLY} ${QUANTITY}` };
  if (!right.length) return { way: "block", why: "Does it find any sum of a whole block? Hide one." };
  const why = tested.length === 1 ? "One pair may be luck. " : "";
  return { way: "block", why: `${why}Does it hold for a whole block? Hide one.` };
}

/**
 * @param {Tried} run
 * @param {Tried[]} runs
 * @returns {Next}
 */
function afterOtherKinds({ pairs }, runs) {
  const has = (/** @type {string} */ wanted) =>
    runs.some((one) => one.answer === "number" && one.encoding === wanted && areSamePairs(one.pairs, pairs));
  if (!has("quantity")) return { way: "quantity", why: QUANTITY };
  if (!has("label"))
    return {
      way: "label",
      why: "Is it the quantity that matters? Give the adder with one number a label instead.",
    };
  const hasFound = runs.some((one) => testOf(one).right.length > 0);
  return {
    way: "course",
    why: `You have seen adders recite${hasFound ? ", and adders find sums that nobody showed them" : ""}.`,
  };
}
