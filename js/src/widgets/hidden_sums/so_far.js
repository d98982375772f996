// So does it add? What all runs together answer: one sentence for each kind of training that was tried.

import { inARow, knowsItsSums, testOf } from "./endings.js";
import { hasKeptOn, isUsual } from "./runs.js";

/** @import { Pair } from "../../network/hidden_pairs.js" */
/** @import { Ended } from "./endings.js" */
/** @import { Run } from "./runs.js" */
/** What tells kinds of training apart. @typedef {Ended & Pick<Run, "id" | "answer" | "encoding">} Tried */
/**
 * @typedef {object} Kind
 * @property {string} how it was trained
 * @property {(run: Tried) => boolean} isIt
 * @property {string} [all] said where every hidden sum is right,
 * @property {string} [none] and where none is
 */

const NAMED = 2; // pairs that are told by name; more are counted
const NETWORK = "And the network at the top of this page? It has seen all hundred pairs, so nobody can tell.";

/** @type {Kind[]} in the order in which one tries them */
const KINDS = [
  { how: "Trained as usual", isIt: (run) => isUsual(run) && !hasKeptOn(run), none: "it recites" },
  {
    how: "Trained on while its weights faded",
    isIt: (run) => isUsual(run) && hasKeptOn(run) && run.fading > 0,
  },
  {
    how: "Trained on without decay",
    isIt: (run) => isUsual(run) && hasKeptOn(run) && !run.fading,
    none: "it recites",
  },
  {
    how: "Answering with one number, and given the number as a quantity",
    isIt: ({ answer, encoding }) => answer === "number" && encoding === "quantity",
    all: "it adds",
  },
  {
    how: "Answering with one number, but given the number as a label",
    isIt: (run) => run.answer === "number" && run.encoding === "label" && !hasKeptOn(run),
    none: "it recites",
  },
  {
    how: "Given the number as a label and trained on, but answering with one number",
    isIt: (run) => run.answer === "number" && run.encoding === "label" && hasKeptOn(run),
  },
  {
    how: "Given a quantity, but answering with one of 19 classes",
    isIt: ({ answer, encoding }) => answer === "classes" && encoding === "quantity",
    none: "it recites",
  },
  {
    how: "With addition built in",
    isIt: ({ answer }) => answer === "shift",
    all: "it adds, and had nothing to learn but to read",
  },
];

/**
 * @param {Kind} kind
 * @param {Tried[]} runs of this kind
 */
function saysKind({ how, all, none }, runs) {
  const tests = runs.map(testOf);
  const [right, wrong] = [tests.flatMap((test) => test.right), tests.flatMap((test) => test.wrong)];
  const count = right.length + wrong.length;
  const isNamed = Math.max(right.length, wrong.length) <= NAMED && areDifferent([...right, ...wrong]);
  const found =
    !isNamed && right.length
      ? `it found ${right.length === count ? "all" : `${right.length} of`} ${count} hidden sums`
      : !isNamed
        ? `it found none of ${count} hidden sums`
        : [right.length ? `it found ${inARow(right)}` : "", wrong.length ? notFound(right, wrong) : ""]
            .filter(Boolean)
            .join(", but ");
  const verdict = right.length === count ? all : right.length === 0 ? none : "";
  return `${how}, ${verdict ? `${verdict}: ` : ""}${found}.`;
}

/** @param {Pair[]} right @param {Pair[]} wrong */
const notFound = (right, wrong) => `${right.length ? "not" : "it didn't find"} ${inARow(wrong)}`;

/** @param {Pair[]} pairs */
const areDifferent = (pairs) => new Set(pairs.map(String)).size === pairs.length;

/**
 * Sentences; none while only one kind of training was tried, of which the ending says all.
 * @param {Tried[]} runs
 * @param {boolean} [isOnPage] whether there is a network at the top to be spoken of
 */
export function saysSoFar(runs, isOnPage = false) {
  const known = runs.filter((run) => run.answers && testOf(run).tested.length && knowsItsSums(run));
  const said = KINDS.flatMap((kind) => {
    const all = known.filter(kind.isIt);
    const own = all.filter(({ id }) => all.every(({ from }) => from !== id)); // each adder once, as it is now
    return own.length ? [saysKind(kind, own)] : [];
  });
  return said.length < 2 ? [] : [...said, ...(isOnPage ? [NETWORK] : [])];
}
