// Does it add? What all runs together show: a row for each kind of training, with the same rule for each.

import { countsOf, endsOf, isUsual, knows } from "./runs.js";
import { isByHeart } from "./sentence.js";

/** @import { AnswersWith, Encoding } from "../../network/adder.js" */
/** @import { Look, RunTold } from "./runs.js" */
/** @typedef {"usual" | "without" | "with"} Mode not trained on; trained on without decay, and with it */
/**
 * @typedef {object} Row
 * @property {AnswersWith} answer
 * @property {Encoding} encoding of an adder with a shift: "label", though it isn't given the number
 * @property {Mode} mode
 * @property {string} name
 * @property {number[]} runs the ids of those that are of this kind now, also of those that don't count
 * @property {number} adders that were trained to the end, know what they were shown, and were asked something
 * @property {number} asked hidden sums, added up over these adders
 * @property {number} found
 * @property {string} verdict
 */

const FEWEST = 6; // sums from which on there is a verdict

/** In the order of the road. @type {Pick<Row, "answer" | "encoding" | "name">[]} */
const KINDS = [
  { answer: "classes", encoding: "label", name: "As usual" },
  { answer: "number", encoding: "quantity", name: "One number, from a quantity" },
  { answer: "number", encoding: "label", name: "One number, from a label" },
  { answer: "classes", encoding: "quantity", name: "19 classes, from a quantity" },
  { answer: "shift", encoding: "label", name: "Addition built in" },
];
/** @type {Record<Mode, string>} */
const MODES = { usual: "", without: ", trained on without decay", with: ", trained on" };

export const RULE =
  "Counted are adders that were trained to the end and know nine tenths of what they were shown. Asked: the hidden " +
  "pairs whose sum they saw elsewhere. Found: their most frequent answer is right. Fewer than 6 asked: too few to say. " +
  "At most one in six found: it recites. At least five in six: it adds. Else it finds some.";

/** @param {number} asked @param {number} found */
export function verdictOf(asked, found) {
  if (asked < FEWEST) return "too few to say";
  if (6 * found <= asked) return "recites";
  return 6 * found >= 5 * asked ? "adds" : "finds some";
}

/** How an adder was trained on. @param {number[]} fadings @returns {Mode} */
export const modeOf = (fadings) => (!fadings.length ? "usual" : fadings.some(Boolean) ? "with" : "without");

/**
 * What a run came to as an adder of a certain mode, which may be before it was trained on further.
 * @param {RunTold} run
 * @param {Mode} mode
 * @returns {Look | undefined} none where it doesn't count
 */
function endIn(run, mode) {
  const end = endsOf(run).findLast(({ round }) => modeOf(run.fadings.slice(0, round)) === mode);
  return end && knows(run, end) && countsOf(run).asked ? end : undefined;
}

/**
 * A row for each kind of training that was tried.
 * @param {RunTold[]} runs
 * @returns {Row[]}
 */
export function rowsOf(runs) {
  return KINDS.flatMap((kind) => {
    const own = runs.filter(
      ({ answer, encoding }) => answer === kind.answer && (answer === "shift" || encoding === kind.encoding),
    );
    return /** @type {Mode[]} */ (Object.keys(MODES)).flatMap((mode) => {
      const now = own.filter(({ fadings }) => modeOf(fadings) === mode).map(({ id }) => id);
      const counted = own.flatMap((run) => {
        const end = endIn(run, mode);
        return end ? [{ asked: countsOf(run).asked, found: end.found }] : [];
      });
      if (!now.length && !counted.length) return [];
      const asked = counted.reduce((sum, one) => sum + one.asked, 0);
      const found = counted.reduce((sum, one) => sum + one.found, 0);
      const name = kind.name + MODES[mode];
      const verdict = verdictOf(asked, found);
      return [{ ...kind, name, mode, runs: now, adders: counted.length, asked, found, verdict }];
    });
  });
}

/**
 * What the runs say of the network at the top of the page; nothing before an adder was trained as that one was.
 * @param {RunTold[]} runs
 */
export function saysOfTitle(runs) {
  const adders = runs.filter((run) => isUsual(run) && endIn(run, "usual"));
  if (!adders.length) return "";
  const [all, reciting] = [adders.length, adders.filter((run) => isByHeart(run)).length];
  const which =
    all === 1
      ? "the one adder"
      : reciting === all
        ? `${all === 2 ? "both" : `all ${all}`} adders`
        : `of the ${all} adders`;
  const count = all > reciting ? ` ${reciting}` : "";
  const end = `, and ${which} trained as usual here${count} learned ${reciting === 1 ? "its" : "their"} sums by heart`;
  return `Nobody can ask the network at the top: it has seen all hundred sums. It was trained as usual${reciting ? end : ""}.`;
}
