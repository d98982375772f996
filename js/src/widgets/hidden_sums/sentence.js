// What one run has shown, in one sentence of at most two clauses. All is counted in sums.

import { testable } from "../../network/hidden_pairs.js";
import { whole } from "../common/numbers.js";
import { countsOf, endsOf, hasKeptOn, knows, lastLook, mostly } from "./runs.js";

/** @import { Pair } from "../../network/hidden_pairs.js" */
/** @import { Look, RunTold } from "./runs.js" */

const [LOW, HIGH] = [0.2, 0.7]; // shares of the hidden sums: hardly any, and most

/** @param {Pair} pair */
export const inWords = (pair) => pair.join(" + ");

/** Looks at an adder that knew what it was shown. @param {RunTold} run */
const knowing = (run) => run.looks.filter((look) => knows(run, look));

/**
 * How many hidden sums an adder had right, at two looks in a row, before it lost them in the second half of its steps,
 * and how few then; null where they didn't come and go. (Earlier they often flicker when they come to stay.)
 * @param {RunTold} run
 * @returns {{ most: number, least: number } | null}
 */
function swingOf(run) {
  const { asked } = countsOf(run);
  const looks = knowing(run);
  const isHigh = (/** @type {Look | undefined} */ look) => look && asked > 0 && look.found >= HIGH * asked;
  const came = looks.findIndex((look, n) => isHigh(look) && isHigh(looks[n + 1]));
  const half = (lastLook(run)?.steps ?? 0) / 2;
  const late = looks.filter(({ steps }, n) => came >= 0 && n > came && steps > half);
  const least = Math.min(...late.map(({ found }) => found));
  if (!late.length || least > LOW * asked) return null;
  const went = late.find(({ found }) => found === least);
  const before = looks.filter(({ steps }) => steps < /** @type {Look} */ (went).steps);
  return { most: Math.max(...before.map(({ found }) => found)), least };
}

/**
 * Whether an adder that *Train* has finished knows what it was shown and found nothing else, not even for a while.
 * @param {RunTold} run which may have been trained on since
 */
export function isByHeart(run) {
  const [end] = endsOf(run);
  const { asked } = countsOf(run);
  if (!end || !knows(run, end) || end.found || !asked) return false;
  return knowing(run).every(({ round, found }) => round > 0 || found < HIGH * asked);
}

/**
 * Whether *Keep training* brought the hidden sums to stay, which an adder hadn't while it knew the others already.
 * @param {RunTold} run
 */
export function isGrokking(run) {
  const { asked } = countsOf(run);
  if (!asked || !hasKeptOn(run) || !run.isWhole || swingOf(run)) return false;
  const looks = knowing(run);
  const before = looks.filter(({ found }) => found <= LOW * asked);
  const last = run.looks.slice(-2);
  return before.length >= 2 && last.every((look) => looks.includes(look) && look.found >= HIGH * asked);
}

/** @param {RunTold} run that isn't in training */
export function sentenceOf(run) {
  const look = lastLook(run);
  if (!look || !run.answers) return "";
  const { shown, asked } = countsOf(run);
  const who = run.isWhole ? "It" : `Stopped after ${whole(look.steps)} steps, it`;
  const known = `${who} knows ${look.known === shown ? `all ${shown}` : `${look.known} of the ${shown}`} sums it was shown`;
  if (!knows(run, look)) return `${known}.`;
  if (!run.pairs.length) return `${known}, and nothing was hidden from it.`;
  if (!asked) return `${known}, but no other pair has the sum of a hidden one.`;
  const says = asked === 1 ? ofOne(run, testable(run.pairs)[0], known) : ofSeveral(run, known);
  return `${says}.`;
}

/**
 * Of a single hidden pair that can be tested.
 * @param {RunTold} run
 * @param {Pair} pair
 * @param {string} known what it knows
 */
function ofOne(run, pair, known) {
  const now = mostly(/** @type {NonNullable<RunTold["answers"]>} */ (run.answers), pair);
  const says = `says ${inWords(pair)} = ${now}`;
  const isRight = now === pair[0] + pair[1];
  if (swingOf(run))
    return isRight
      ? `It ${says}, but had lost that on the way`
      : `It had ${inWords(pair)} right for a while, but now ${says}`;
  if (!hasKeptOn(run) || !run.isWhole)
    return isRight
      ? `${known}, and it ${says}, which nobody showed it`
      : `${known}, but it ${says}${byHeart(run)}`;
  const had = endsOf(run).at(-2)?.found === 1;
  if (isRight) return had ? `It ${says}, as it did before` : `Now it ${says}, which nobody showed it`;
  return had ? `Now it ${says}, which it had right before` : `Even after ${stepsOf(run)} steps it ${says}`;
}

/**
 * Of several.
 * @param {RunTold} run
 * @param {string} known what it knows
 */
function ofSeveral(run, known) {
  const { asked } = countsOf(run);
  const found = lastLook(run)?.found ?? 0;
  const which = run.pairs.length > asked ? "hidden sums that can be tested" : "hidden sums";
  const swing = swingOf(run);
  if (swing) {
    const { most, least } = swing;
    return found > least
      ? `It finds ${among(found, asked)} ${which}, but on the way it fell from ${most} to ${least || "none"}`
      : `It found ${among(most, asked)} ${which} for a while, and finds ${found || "none"} of them now`;
  }
  if (!hasKeptOn(run) || !run.isWhole) {
    const them = run.pairs.length > asked ? which : "that nobody showed it";
    if (!found) return `${known}, but none of the ${asked} ${them}${byHeart(run)}`;
    return `${known}, and ${among(found, asked)} ${them}`;
  }
  const had = endsOf(run).at(-2)?.found ?? 0;
  if (!found && !had) return `Even after ${stepsOf(run)} steps it finds none of the ${asked} ${which}`;
  return `It finds ${among(found, asked)} ${which}, ${found === had ? "as many as" : `and found ${had || "none"}`} before`;
}

/** @param {number} count @param {number} all */
const among = (count, all) =>
  count < all ? `${count || "none"} of the ${all}` : all === 2 ? "both" : `all ${all}`;
/** @param {RunTold} run */
const byHeart = (run) => (!hasKeptOn(run) && isByHeart(run) ? ": it has learned them by heart" : "");

/** @param {RunTold} run */
const stepsOf = (run) => whole(lastLook(run)?.steps ?? 0);
