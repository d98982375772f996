// What leads on from a run, and why: more sums of the kind that was tried, then the kind that isn't in the table yet.

import { BLOCK } from "../../network/hidden_pairs.js";
import { fadingOf, longPlan } from "../../network/train_adder.js";
import { modeOf, rowsOf } from "./rows.js";
import { areSamePairs, countsOf, isUsual, knows, lastLook } from "./runs.js";

/** @import { AnswersWith } from "../../network/adder.js" */
/** @import { Row } from "./rows.js" */
/** @import { RunTold } from "./runs.js" */
/** @typedef {"train" | "long" | "fade" | "other" | "block" | "quantity" | "label" | "table"} Way which button leads on */
/** @typedef {{ way: Way, why: string }} Next */

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
  const fades = `takes ${fadesBy(answer, fading)} off every weight (weight decay)`;
  const images = "shows all seen pairs at once, each digit as the average of its images, and ";
  return `Keep training adds 6,000 steps. Each of them ${answer === "number" ? "" : images}${fades}.`;
}

/** Whether there is something to be gained from training an adder on. @param {RunTold} run that isn't in training */
export const canGoOn = (run) =>
  run.isWhole && countsOf(run).asked > 0 && (isUsual(run) || run.answer === "number");

/**
 * @param {RunTold} run that is shown, and isn't in training
 * @param {RunTold[]} runs all of them
 * @returns {Next}
 */
export function nextStep(run, runs) {
  const look = lastLook(run);
  const { asked } = countsOf(run);
  if (!look || !run.isWhole)
    return { way: "train", why: "It was stopped, so it doesn't count in the table. Train one to the end." };
  if (!run.pairs.length) return { way: "other", why: "Hide a pair: then there is something to ask." };
  if (!asked) return { way: "other", why: "Hide another pair, whose sum others have, too." };
  if (!knows(run, look))
    return { way: canGoOn(run) ? "long" : "train", why: "It doesn't know what it was shown yet." };
  return (isUsual(run) && moreOfTheUsual(run, runs, look.found / asked)) || otherKind(run, runs);
}

/**
 * What an adder of the kind that one begins with leaves open.
 * @param {RunTold} run
 * @param {RunTold[]} runs
 * @param {number} share of the hidden sums that it has found
 * @returns {Next | null}
 */
function moreOfTheUsual(run, runs, share) {
  const mode = modeOf(run.fadings);
  const isLike = (/** @type {RunTold} */ one) => isUsual(one) && modeOf(one.fadings) === mode;
  const { asked } = countsOf(run);
  const chance = asked === 1 ? "One pair may be chance. " : "";
  if (share > 0.5 && !runs.some((one) => isLike(one) && areSamePairs(one.pairs, BLOCK)))
    return { way: "block", why: `${chance}Does it hold for a whole block? Hide one.` };
  if (share === 1) return null;
  const row = rowsOf(runs).find((one) => one.runs.includes(run.id));
  if (mode !== "without" && (row?.asked ?? 0) < 2)
    return { way: "other", why: "One pair may be chance. Hide another one, too." };
  if (mode === "usual") return { way: "long", why: "Does it find more if it trains for longer?" };
  return mode === "without" ? { way: "fade", why: "That was without decay. And with it?" } : null;
}

/**
 * The kind that isn't in the table yet.
 * @param {RunTold} run
 * @param {RunTold[]} runs
 * @returns {Next}
 */
function otherKind(run, runs) {
  const isTried = (/** @type {string} */ wanted) =>
    rowsOf(runs).some(
      ({ answer, encoding, adders }) => answer === "number" && encoding === wanted && adders > 0,
    );
  if (!isTried("quantity")) {
    const names = isUsual(run) ? "So far the number was a label, and the answer one of 19 names. " : "";
    return { way: "quantity", why: `${names}What if the number is a quantity, and the answer one number?` };
  }
  if (!isTried("label"))
    return {
      way: "label",
      why: `${comparison(run, runs)}Is it the quantity that matters? Give one number a label instead.`,
    };
  return { way: "table", why: `${comparison(run, runs)}All that was tried is in the table.` };
}

/**
 * How many of the same hidden sums other kinds of training found; "" where there is none to compare with.
 * @param {RunTold} run
 * @param {RunTold[]} runs
 */
function comparison(run, runs) {
  const [mine] = rowsOf([run]).filter((row) => row.runs.length > 0 && row.adders > 0);
  const others = rowsOf(runs.filter(({ id, pairs }) => id !== run.id && areSamePairs(pairs, run.pairs)));
  const [best] = others
    .filter(({ name, adders }) => adders > 0 && name !== mine?.name)
    .sort((a, b) => b.found / b.asked - a.found / a.asked);
  if (!mine || !best) return "";
  const count = (/** @type {Row} */ { found, asked }) => `${found || "none"} of ${asked}`;
  return `It found ${count(mine)} here, where “${best.name}” found ${count(best)}. `;
}
