// What leads on from a run, and why: a block of pairs, a longer training, addition built in.

import { BLOCK } from "../../network/hidden_pairs.js";
import { fadingOf, LONG } from "../../network/train_adder.js";
import { whole } from "../common/numbers.js";
import { mainRows } from "./rows_of_runs.js";
import { areSamePairs, canGoOn, countsOf, isUsual, knows, lastLook } from "./runs.js";

/** @import { RunTold } from "./runs.js" */
/** @typedef {"train" | "long" | "other" | "block" | "shift"} Way which button leads on */
/** @typedef {{ way: Way, why: string }} Next */

const FADES = `${Number((100 * fadingOf(LONG)).toPrecision(1))}% off every weight (weight decay)`;
/** What *Keep training* changes, which is more than the time. */
export const KEEP_TRAINING =
  `Keep training adds ${whole(LONG.steps)} steps. Each of them shows all seen pairs at once, ` +
  `each digit as the average of its images, and takes ${FADES}.`;

/**
 * @param {RunTold} run that is shown, and isn't in training
 * @param {RunTold[]} runs all of them
 * @returns {Next}
 */
export function nextStep(run, runs) {
  const look = lastLook(run);
  const { asked } = countsOf(run);
  if (!look || !run.isWhole) return { way: "long", why: "" };
  if (!run.pairs.length) return { way: "other", why: "Hide a pair: then there is something to ask." };
  if (!asked) return { way: "other", why: "Hide another pair, whose total others have, too." };
  if (!knows(run, look))
    return { way: canGoOn(run) ? "long" : "train", why: "It doesn't know what it was shown yet." };
  if (run.answer === "shift") return { way: "other", why: "" }; // the end
  const { usual, longer, builtIn } = mainRows(runs);
  if (usual?.verdict === "too few to say" && !areSamePairs(run.pairs, BLOCK))
    return { way: "block", why: asked === 1 ? "One sum may be chance." : "A few sums may be chance." };
  if (isUsual(run) && !longer && look.found < asked)
    return { way: "long", why: "Does it find more if it trains for longer?" };
  if (!builtIn)
    return {
      way: "shift",
      why: "What does adding look like? This adder only reads the digit; its answer is then moved up by the number.",
    };
  return { way: "other", why: "" };
}
