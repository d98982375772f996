// The answer to the page's title, as far as the runs give one. What it says of adders comes from the table's own rule.

import { countedEnd, mainRows } from "./rows_of_runs.js";
import { isUsual } from "./runs.js";

/** @import { Verdict } from "./rows_of_runs.js" */
/** @import { RunTold } from "./runs.js" */

const UNASKED = "Nobody can ask the network above: it has seen all hundred sums. But";

/** What a verdict means. @type {Record<Verdict, [ofOne: string, ofSeveral: string]>} */
const MEANS = {
  "too few to say": ["", ""],
  recites: [" The one trained here knows its sums by heart.", ": they know their sums by heart"],
  "finds some": [" The one trained here adds, but not everywhere.", ": they add, but not everywhere"],
  adds: [" The one trained here adds.", ": they add"],
};

/**
 * Below the sentence of a run that was trained as the network at the top was; nothing below others, or where it doesn't
 * count.
 * @param {RunTold} run that isn't in training
 * @param {RunTold[]} runs all of them
 * @param {string} recipe what networks trained as the one at the top made of hidden pairs
 */
export function answerToTitle(run, runs, recipe) {
  const { usual } = mainRows(runs);
  if (!usual || !isUsual(run) || run.rounds || !countedEnd(run, false)) return "";
  const [ofOne, means] = MEANS[usual.verdict];
  const { adders, asked, found } = usual;
  const ofSeveral = ` Of ${asked} answers to hidden sums, the ${adders} trained here as usual got ${found || "none"} right${means}.`;
  return `Does it add? ${UNASKED} ${recipe}${adders > 1 ? ofSeveral : ofOne}`;
}

/**
 * How many hidden sums each kind of adder got right that one is led to; "" before the first.
 * @param {RunTold[]} runs
 */
export function foundBy(runs) {
  const { usual, longer, builtIn } = mainRows(runs);
  const counts = { "as usual": usual, "for longer": longer, "with addition built in": builtIn };
  return Object.entries(counts)
    .flatMap(([kind, row]) => (row ? [`${kind} ${row.found} of ${row.asked}`] : []))
    .join(", ");
}

/**
 * The end of the road, once addition was built into an adder and others were trained as usual; else nothing.
 * @param {RunTold} run that isn't in training
 * @param {RunTold[]} runs
 * @param {string} recipe
 */
export function answerAtEnd(run, runs, recipe) {
  const { usual, builtIn } = mainRows(runs);
  if (run.answer !== "shift" || !countedEnd(run, false) || !usual || !builtIn) return "";
  return `Hidden sums right in all runs: ${foundBy(runs)}. ${UNASKED} ${recipe}`;
}
