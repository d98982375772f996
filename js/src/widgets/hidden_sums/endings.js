// What one has found out when an adder has been trained, in words. All is counted in pairs: a pair is right if the
// adder's most frequent answer to it is.

import { byCount, keyOf, seenBeside, testable } from "../../network/hidden_pairs.js";
import { whole } from "../common/numbers.js";
import { hasKeptOn } from "./runs.js";

/** @import { Answers, Pair } from "../../network/hidden_pairs.js" */
/** @import { Run } from "./runs.js" */
/** What an ending is made of. @typedef {Pick<Run, "pairs" | "answers" | "before" | "looks" | "from" | "rounds" | "fading">} Ended */

const KNOWS = 0.9; // share of the seen sums from which one can say that an adder knows them
const [LOW, HIGH] = [0.2, 0.7]; // shares of the hidden sums, before and after they were found

/** An adder's most frequent answer. @param {Answers | null} answers @param {Pair} pair */
const mostly = (answers, pair) => byCount(answers?.[keyOf(pair)] ?? new Map())[0]?.[0];
/** @param {Answers | null} answers @param {Pair[]} pairs */
const rightAmong = (answers, pairs) => pairs.filter((pair) => mostly(answers, pair) === pair[0] + pair[1]);
/** @param {Pair} pair */
export const inWords = (pair) => pair.join(" + ");
/** Pairs in a row, as in "1 + 2, 3 + 4 and 5 + 6". @param {Pair[]} pairs */
export const inARow = (pairs) =>
  pairs
    .map(inWords)
    .join(", ")
    .replace(/, ([^,]*)$/, " and $1");

/**
 * The hidden pairs that can be tested, and those of them that an adder has right and wrong.
 * @param {Pick<Run, "pairs" | "answers">} run
 */
export function testOf({ pairs, answers }) {
  const tested = testable(pairs);
  const right = rightAmong(answers, tested);
  return { tested, right, wrong: tested.filter((pair) => !right.includes(pair)) };
}

/**
 * How many of the sums it was shown an adder knows.
 * @param {Pick<Run, "pairs" | "answers">} run
 */
function knownOf({ pairs, answers }) {
  const seen = seenBeside(pairs);
  return { all: seen.length, known: rightAmong(answers, seen).length };
}

/** Whether an adder knows what it was shown. @param {Pick<Run, "pairs" | "answers">} run */
export function knowsItsSums(run) {
  const { known, all } = knownOf(run);
  return known >= KNOWS * all;
}

/**
 * Whether the hidden sums came only after the seen ones had been known for a while.
 * @param {Pick<Run, "looks">} run
 */
export function isGrokking({ looks }) {
  const knewBefore = looks.some(({ seen, hidden }) => seen >= KNOWS && hidden !== null && hidden <= LOW);
  return knewBefore && (looks.at(-1)?.hidden ?? 0) >= HIGH;
}

/**
 * @param {Ended} run that was trained
 */
export function saysEnding(run) {
  if (!run.answers) return "";
  const { known, all } = knownOf(run);
  const count = known === all ? `all ${all} sums it was shown` : `${known} of the ${all} sums it was shown`;
  if (!run.pairs.length)
    return `It knows ${count}. Nothing was hidden from it, so nobody can say whether it adds or remembers.`;
  if (!testOf(run).tested.length)
    return `It knows ${count}. The sums of the hidden pairs occur nowhere else, so these pairs can't test it. Hide others.`;
  const begin = knowsItsSums(run) ? `It knows ${count}` : `So far it knows only ${count}`;
  return hasKeptOn(run) ? later(run) : first(run, begin);
}

/** Of hidden pairs that are no test, where others are. @param {Pick<Run, "pairs" | "answers">} run */
export function saysUncounted(run) {
  const { tested } = testOf(run);
  const untested = run.pairs.length - tested.length;
  if (!tested.length || !untested) return "";
  return untested === 1
    ? "The other one is no test: it never saw that sum."
    : `The other ${untested} are no test: it never saw their sums.`;
}

/**
 * After *Train*.
 * @param {Ended} run
 * @param {string} begin what it knows
 */
function first(run, begin) {
  const { tested, right } = testOf(run);
  const [all, found] = [tested.length, right.length];
  const conclusion =
    found === 0
      ? "it has learned them by heart"
      : found === all
        ? "it hasn't just learned sums by heart"
        : 2 * found === all
          ? "it works half of them out"
          : 2 * found > all
            ? "it works most of them out"
            : "most of what it knows, it knows by heart";
  const end = knowsItsSums(run) ? `: ${conclusion}.` : ".";
  if (all === 1) {
    const says = `${inWords(tested[0])} = ${mostly(run.answers, tested[0])}`;
    const and = found > 0 === knowsItsSums(run) ? "and" : "but";
    return `${begin}, ${and} it says ${says}${found ? ", which nobody ever showed it." : end}`;
  }
  const which =
    found === 0 ? `not one of the ${all}` : found === all ? `all ${all}` : `${found} of the ${all}`;
  return `${begin}, and ${which} that nobody showed it${end}`;
}

/**
 * After *Keep training*: what has changed.
 * @param {Ended} run
 */
function later(run) {
  const { tested, right, wrong } = testOf(run);
  const before = rightAmong(run.before, tested);
  const [all, had, has] = [tested.length, before.length, right.length];
  const steps = whole(run.looks.at(-1)?.steps ?? 0);
  if (all === 1) {
    const says = `${inWords(tested[0])} = ${mostly(run.answers, tested[0])}`;
    if (has)
      return had ? `It says ${says}, as it did before.` : `Now it says ${says}, which nobody ever showed it.`;
    return had
      ? `Now it says ${says}. Before, it had this right.`
      : `Even after ${steps} steps it says ${says}: more training didn't help here.`;
  }
  if (!has && !had)
    return `Even after ${steps} steps it has none of the ${all} hidden sums right: more training didn't help here.`;
  if (has === all && had === all) return `It has all ${all} hidden sums right, as it had before.`;
  const now = `${has === all ? "all" : has || "none"}${has === all ? ` ${all}` : ` of the ${all}`} hidden sums right`;
  if (has <= had) return `It has ${now}, and had ${had} before: more training didn't help here.`;
  const rest = !wrong.length ? "" : wrong.length > 2 ? " The others are wrong." : ` Wrong: ${inARow(wrong)}.`;
  return `Now it has ${now}, which nobody ever showed it. Before, it had ${had || "none"}.${rest}`;
}

/** What is said in addition where the hidden sums came late. @param {Pick<Run, "fading" | "pairs">} run */
export const saysGrokking = ({ fading, pairs }) =>
  `It had known the others long before${fading ? `. The hidden one${pairs.length > 1 ? "s" : ""} came while its weights faded` : ""}.`;
