// What a link to the page holds, as the text after its `#`: which pairs are hidden, and what kind of adder learns. Every
// part is read on its own and checked; what can't be read is left out.

import { complaintAbout, keyOf } from "../network/hidden_pairs.js";

/** @import { AnswersWith } from "../network/adder.js" */
/** @import { Pair } from "../network/hidden_pairs.js" */
/**
 * @typedef {object} Shared
 * @property {Pair[]} pairs that are hidden
 * @property {AnswersWith} answer
 */
/**
 * @template T
 * @typedef {object} Part
 * @property {string} name in the address
 * @property {(value: T) => string} write
 * @property {(text: string) => T | null} read null: it can't be read
 */

/** @type {{ [K in keyof Shared]: Part<Shared[K]> }} */
const PARTS = {
  pairs: {
    name: "hide",
    write: (pairs) =>
      sorted(pairs)
        .map(([a, b]) => `${a}${b}`)
        .join(""),
    read: readPairs,
  },
  answer: oneOf("answer", ["classes", "shift"]),
};
const NAMES = /** @type {(keyof Shared)[]} */ (Object.keys(PARTS));

/**
 * The text after the `#`.
 * @param {Shared} shared
 */
export const encode = (shared) =>
  NAMES.map((name) => {
    const part = /** @type {Part<any>} */ (PARTS[name]);
    return `${part.name}=${part.write(shared[name])}`;
  }).join("&");

/**
 * What a text after the `#` says, and whether some of it couldn't be read.
 * @param {string} text
 * @returns {{ shared: Partial<Shared>, isUnreadable: boolean }}
 */
export function decode(text) {
  /** @type {Record<string, any>} */
  const shared = {};
  const given = text ? text.split("&") : [];
  for (const name of NAMES) {
    const part = /** @type {Part<any>} */ (PARTS[name]);
    const mine = given.filter((one) => one.startsWith(`${part.name}=`));
    const value = mine.length === 1 ? part.read(mine[0].slice(part.name.length + 1)) : null;
    if (value !== null) shared[name] = value;
  }
  return { shared, isUnreadable: Object.keys(shared).length !== given.length };
}

/** @param {Pair[]} pairs */
const sorted = (pairs) => [...pairs].sort((a, b) => 10 * (a[0] - b[0]) + a[1] - b[1]);

/**
 * @template {string} T
 * @param {string} name
 * @param {T[]} values
 * @returns {Part<T>}
 */
function oneOf(name, values) {
  return { name, write: String, read: (text) => values.find((value) => value === text) ?? null };
}

/** @param {string} text */
function readPairs(text) {
  if (!/^([0-9]{2})*$/.test(text)) return null;
  const pairs = (text.match(/../g) ?? []).map(([a, b]) => /** @type {Pair} */ ([Number(a), Number(b)]));
  const areDifferent = new Set(pairs.map(keyOf)).size === pairs.length;
  return areDifferent && !complaintAbout(pairs) ? pairs : null;
}
