// What one run has shown, in one sentence. All is counted in sums.

import { testable } from "../../network/hidden_pairs.js";
import { whole } from "../common/numbers.js";
import { countsOf, knows, lastLook, mostly } from "./runs.js";

/** @import { RunTold } from "./runs.js" */

/** @param {RunTold} run that isn't in training */
export function sentenceOf(run) {
  const look = lastLook(run);
  if (!look || !run.answers) return "";
  const { shown, asked } = countsOf(run);
  const when = run.isWhole ? "After" : "Stopped after";
  const who = run.isWhole && !run.rounds ? "It" : `${when} ${whole(look.steps)} steps, it`;
  const known = `${who} knows ${look.known === shown ? `all ${shown}` : `${look.known} of the ${shown}`} sums it was shown`;
  if (!knows(run, look)) return `${known}.`;
  if (!run.pairs.length) return `${known}, and nothing was hidden from it.`;
  if (!asked) return `${known}, but no other pair has the total of a hidden one.`;
  const link = look.found ? "and" : "but";
  if (asked === 1) return `${known}, ${link} it ${saysOfOne(run)}.`;
  const which = run.pairs.length > asked ? "hidden sums that can be tested" : "hidden sums";
  return `${known}, ${link} ${among(look.found, asked)} ${which}.`;
}

/**
 * What an adder says to the one hidden pair that it can be asked, and whether that is right.
 * @param {RunTold} run with answers
 */
export function saysOfOne({ pairs, answers }) {
  const [[digit, number]] = testable(pairs);
  const now = mostly(/** @type {NonNullable<RunTold["answers"]>} */ (answers), [digit, number]);
  const says = `says ${digit} + ${number} = ${now}`;
  return now === digit + number ? `${says}, which nobody showed it` : says;
}

/** @param {number} count @param {number} all more than one */
export const among = (count, all) =>
  count < all ? `${count || "none"} of the ${all}` : all === 2 ? "both" : `all ${all}`;
