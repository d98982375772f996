// What one has found out when an adder has been trained, in words: the answer to the question of the page.

import { byCount, keyOf, testable } from "../../network/hidden_pairs.js";
import { percentOf } from "./numbers.js";

/** @import { Pair } from "../../network/hidden_pairs.js" */
/** @import { Run } from "./runs.js" */

const KNOWS = 0.9; // share of the seen sums from which one can say that an adder knows them
const [LOW, HIGH] = [0.2, 0.7]; // shares of the hidden sums, before and after they were found

/** An adder's most frequent answer. @param {Pick<Run, "answers">} run @param {Pair} pair */
const mostly = ({ answers }, pair) => byCount(answers?.[keyOf(pair)] ?? new Map())[0]?.[0];

/** Whether an adder was trained for much longer. @param {Pick<Run, "from" | "rounds">} run */
export const hasKeptOn = ({ from, rounds }) => from > 0 || rounds > 1;

/**
 * The hidden pairs that can be tested, and those of them that an adder mostly answers rightly.
 * @param {Pick<Run, "pairs" | "answers">} run
 */
export function testOf(run) {
  const tested = testable(run.pairs);
  return { tested, right: tested.filter((pair) => mostly(run, pair) === pair[0] + pair[1]) };
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
 * @param {Pick<Run, "pairs" | "answers" | "looks" | "from" | "rounds">} run that was trained
 */
export function saysEnding(run) {
  const look = run.looks.at(-1);
  if (!look) return "";
  const { tested, right } = testOf(run);
  const untested = run.pairs.length - tested.length;
  const shown = `${percentOf(look.seen)} of the sums it was shown`;
  if (!run.pairs.length)
    return `It knows ${shown}. Nothing was hidden from it, so nobody can say whether it adds or remembers.`;
  if (!tested.length)
    return `It knows ${shown}. The sums of the hidden pairs occur nowhere else, so they are no test. Hide others.`;
  const others = untested
    ? ` ${untested === 1 ? "The other hidden pair has a sum" : `The other ${untested} hidden pairs have sums`} that it never saw, so ${untested === 1 ? "it isn't" : "they aren't"} counted.`
    : "";
  const begin = look.seen < KNOWS ? `So far it knows only ${shown}` : `It knows ${shown}`;
  return (hasKeptOn(run) ? later(run, tested, right) : first(run, begin, tested, right)) + others;
}

/**
 * After *Train*.
 * @param {Pick<Run, "answers" | "looks">} run
 * @param {string} begin what it knows
 * @param {Pair[]} tested
 * @param {Pair[]} right of them
 */
function first(run, begin, tested, right) {
  const knows = (run.looks.at(-1)?.seen ?? 0) >= KNOWS;
  const all = tested.length;
  const conclusion =
    right.length === all ? "it hasn't just learned sums by heart" : "it has learned them by heart";
  const end = knows ? `: ${conclusion}.` : ".";
  if (all === 1) {
    const [pair] = tested;
    const says = `${pair.join(" + ")} = ${mostly(run, pair)}`;
    return right.length
      ? `${begin}, and it says ${says}, which nobody ever showed it${end}`
      : `${begin}, but it says ${says}${end}`;
  }
  if (right.length === all) return `${begin}, and all ${all} that nobody showed it${end}`;
  if (right.length) return `${begin}, and ${right.length} of the ${all} that nobody showed it.`;
  return `${begin}, and not one of the ${all} that nobody showed it${end}`;
}

/**
 * After *Keep training*.
 * @param {Pick<Run, "answers" | "looks">} run
 * @param {Pair[]} tested
 * @param {Pair[]} right of them
 */
function later(run, tested, right) {
  const [all, steps] = [tested.length, (run.looks.at(-1)?.steps ?? 0).toLocaleString("en")];
  if (all === 1) {
    const [pair] = tested;
    const says = `${pair.join(" + ")} = ${mostly(run, pair)}`;
    return right.length
      ? `Now it says ${says}, which nobody ever showed it.`
      : `Even after ${steps} steps it says ${says}: more training didn't help here.`;
  }
  if (right.length === all) return `Now it has all ${all} hidden sums right, which nobody ever showed it.`;
  if (!right.length)
    return `Even after ${steps} steps it has none of the ${all} hidden sums right: more training didn't help here.`;
  return `Now it has ${right.length} of the ${all} hidden sums right, which nobody ever showed it. The others are still wrong.`;
}
