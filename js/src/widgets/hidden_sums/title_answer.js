// The answer to the page's title, as far as the runs give one. What it says of adders comes from the table's own rule.

import { countedEnd, mainRows, verdictOf } from "./rows_of_runs.js";
import { among, saysOfOne } from "./run_sentence.js";
import { countsOf, isUsual, lastLook } from "./runs.js";

/** @import { Row, Verdict } from "./rows_of_runs.js" */
/** @import { RunTold } from "./runs.js" */

const ASKED = "Does the network above add? Nobody can ask it: it has seen all hundred sums.";
const UNITS = ["", "-one", "-two", "-three", "-four", "-five", "-six", "-seven", "-eight", "-nine"];

/** What a verdict means. @type {Record<Verdict, [ofOne: string, ofSeveral: string]>} */
const MEANS = {
  "too few to say": ["", ""],
  recites: [": it knows its sums by heart", ": they know their sums by heart"],
  "finds some": [": it adds, but not everywhere", ": they add, but not everywhere"],
  adds: [": it adds", ": they add"],
};

/** From 80 to 99, which is how many sums an adder is shown. @param {number} count */
const inWords = (count) => (count < 90 ? "eighty" : "ninety") + UNITS[count % 10];

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
  if (usual.adders > 1) return `${ASKED} ${recipe} ${ofSeveral(usual)}`;
  return `${ASKED} ${recipe} The one trained here, on ${inWords(countsOf(run).shown)}, ${ofOne(run)}.`;
}

/** @param {RunTold} run */
function ofOne(run) {
  const { asked } = countsOf(run);
  const found = lastLook(run)?.found ?? 0;
  const [means] = MEANS[verdictOf(asked, found)];
  if (asked === 1) return saysOfOne(run) + (found ? "" : ": it hadn't learned to add that");
  const unlearned = found ? "" : ": it hadn't learned to add those";
  return `has ${among(found, asked)} hidden sums right${means || unlearned}`;
}

/** @param {Row} row of several adders */
const ofSeveral = ({ adders, asked, found, verdict }) =>
  `The ${adders} trained here as usual have ${among(found, asked)} hidden sums right${MEANS[verdict][1]}.`;

/**
 * The end of the road, once addition was built into an adder and others were trained as usual; else nothing.
 * @param {RunTold} run that isn't in training
 * @param {RunTold[]} runs
 */
export function answerAtEnd(run, runs) {
  const { usual, builtIn } = mainRows(runs);
  if (run.answer !== "shift" || !countedEnd(run, false) || !usual || !builtIn) return "";
  const count = (/** @type {Row} */ { found, asked }) => `${found} of ${asked}`;
  return (
    `Of the hidden sums, addition built in found ${count(builtIn)}, training as usual ${count(usual)}. ` +
    "Whether the network above adds, its right answers can't tell: it has seen all hundred sums."
  );
}
