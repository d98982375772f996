// Does it add? What all runs together show: a row for each kind of training, with the same rule for each.

import { countsOf, endsOf, knows } from "./runs.js";

/** @import { AnswersWith } from "../../network/adder.js" */
/** @import { Look, RunTold } from "./runs.js" */
/**
 * @typedef {object} Row
 * @property {AnswersWith} answer
 * @property {boolean} isLonger whether these adders were kept training
 * @property {string} name
 * @property {number[]} runs the ids of those that are of this kind now, also of those that don't count
 * @property {number} adders that were trained to the end, know what they were shown, and were asked something
 * @property {number} asked hidden sums, added up over these adders
 * @property {number} found
 * @property {Verdict} verdict
 */
/** @typedef {"too few to say" | "recites" | "finds some" | "adds"} Verdict */

const FEWEST = 6; // sums from which on there is a verdict

/** @type {Pick<Row, "answer" | "name">[]} */
const KINDS = [
  { answer: "classes", name: "As usual" },
  { answer: "shift", name: "Addition built in" },
];

export const RULE =
  "Counted are adders that were trained to the end and know nine tenths of what they were shown. Asked: the hidden " +
  "pairs whose total they saw elsewhere. Found: their most frequent answer is right. Fewer than 6 asked: too few to say. " +
  "At most one in six found: it recites. At least five in six: it adds. Else it finds some.";

/**
 * The one rule by which the table and all sentences judge.
 * @param {number} asked hidden sums
 * @param {number} found
 * @returns {Verdict}
 */
export function verdictOf(asked, found) {
  if (asked < FEWEST) return "too few to say";
  if (6 * found <= asked) return "recites";
  return 6 * found >= 5 * asked ? "adds" : "finds some";
}

/**
 * What a run came to, after *Train* or after the last *Keep training*.
 * @param {RunTold} run which may have been kept training since
 * @param {boolean} isLonger
 * @returns {Look | undefined} none where it doesn't count
 */
export function countedEnd(run, isLonger) {
  const end = endsOf(run).findLast(({ round }) => round > 0 === isLonger);
  return end && knows(run, end) && countsOf(run).asked ? end : undefined;
}

/**
 * A row for each kind of training that was tried.
 * @param {RunTold[]} runs
 * @returns {Row[]}
 */
export function rowsOf(runs) {
  return KINDS.flatMap((kind) => {
    const own = runs.filter(({ answer }) => answer === kind.answer);
    return [false, true].flatMap((isLonger) => {
      const now = own.filter(({ rounds }) => rounds > 0 === isLonger).map(({ id }) => id);
      const counted = own.flatMap((run) => {
        const end = countedEnd(run, isLonger);
        return end ? [{ asked: countsOf(run).asked, found: end.found }] : [];
      });
      if (!now.length && !counted.length) return [];
      const asked = counted.reduce((sum, one) => sum + one.asked, 0);
      const found = counted.reduce((sum, one) => sum + one.found, 0);
      const name = kind.name + (isLonger ? ", for longer" : "");
      const verdict = verdictOf(asked, found);
      return [{ ...kind, name, isLonger, runs: now, adders: counted.length, asked, found, verdict }];
    });
  });
}

/**
 * The row of adders that are trained as the network at the top is, and of those in which addition is built in.
 * @param {RunTold[]} runs
 */
export function mainRows(runs) {
  const rows = rowsOf(runs).filter(({ adders }) => adders > 0);
  const [first, last] = KINDS;
  const row = (/** @type {string} */ name) => rows.find((one) => one.name === name);
  return { usual: row(first.name), longer: row(`${first.name}, for longer`), builtIn: row(last.name) };
}
