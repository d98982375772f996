// What a link to the page holds, as the text after its `#`: which pairs are hidden, what kind of adder learns, the
// number, the drawing, and how the adder was trained. Every part is read on its own and checked; what can't be read is
// left out.

import { complaintAbout, keyOf } from "../network/hidden_pairs.js";
import { FADINGS } from "../network/train_adder.js";

/** @import { Stroke } from "../drawing/strokes.js" */
/** @import { AnswersWith, Encoding } from "../network/adder.js" */
/** @import { Pair } from "../network/hidden_pairs.js" */
/**
 * @typedef {object} Shared
 * @property {Pair[]} pairs that are hidden, sorted
 * @property {AnswersWith} answer
 * @property {Encoding} encoding
 * @property {number} number to add, 0 to 9
 * @property {Stroke[]} strokes none where nobody has drawn; their coordinates have three decimals
 * @property {boolean} isFooling whether the drawing was read as a digit though it isn't one; only with strokes
 * @property {number | null} image under the strokes: which of the page's samples
 * @property {RunMade | null} run that was looked at
 */
/**
 * How a run was made, which is enough to make it again: the same seed gives the same weights.
 * @typedef {object} RunMade
 * @property {number} seed
 * @property {number[]} fadings of each *Keep training*, each one of FADINGS: how much of the usual decay it had
 */
/**
 * @template T
 * @typedef {object} Part
 * @property {string} name in the address
 * @property {(value: T) => string | null} write null: it isn't written
 * @property {(text: string) => T | null} read null: it can't be read
 */

const MOST_POINTS = 4000;
const MOST_STROKES = 100;
const LONGEST = 40_000; // letters of an address: a drawing of 4000 points has no more than 33,000
const MOST_ROUNDS = 20; // trainings of one adder
const USUAL = String(FADINGS.indexOf(1)); // as much decay as usual
const DECIMALS = 1000; // steps of a coordinate in the pad's width
const [LOWEST, HIGHEST] = [-DECIMALS, 2 * DECIMALS]; // a stroke may leave the pad

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
  answer: oneOf("answer", ["classes", "number", "shift"]),
  encoding: oneOf("given", ["label", "quantity"]),
  number: { name: "add", write: String, read: (text) => readWhole(text, 9) },
  strokes: { name: "drawn", write: writeStrokes, read: readStrokes },
  isFooling: { name: "fooled", write: (isIt) => (isIt ? "1" : null), read: (text) => text === "1" || null },
  image: { name: "image", write: (image) => image?.toString() ?? null, read: (text) => readWhole(text, 999) },
  run: { name: "run", write: writeRun, read: readRun },
};
const NAMES = /** @type {(keyof Shared)[]} */ (Object.keys(PARTS));

/**
 * The text after the `#`. What couldn't be read again, such as a drawing of a thousand strokes, isn't written.
 * @param {Shared} shared
 */
export function encode(shared) {
  /** @type {Partial<Record<keyof Shared, string>>} */
  const words = {};
  for (const name of NAMES) {
    const part = /** @type {Part<any>} */ (PARTS[name]);
    const text = part.write(shared[name]);
    if (text !== null && part.read(text) !== null) words[name] = `${part.name}=${text}`;
  }
  if (!words.strokes) delete words.isFooling;
  return Object.values(words).join("&");
}

/**
 * What a text after the `#` says, and whether some of it couldn't be read.
 * @param {string} text
 * @returns {{ shared: Partial<Shared>, isUnreadable: boolean }}
 */
export function decode(text) {
  /** @type {Record<string, any>} */
  const shared = {};
  if (text.length > LONGEST) return { shared, isUnreadable: true }; // reading it could take seconds
  const given = text ? text.split("&") : [];
  for (const name of NAMES) {
    const part = /** @type {Part<any>} */ (PARTS[name]);
    const mine = given.filter((one) => one.startsWith(`${part.name}=`));
    const value = mine.length === 1 ? part.read(mine[0].slice(part.name.length + 1)) : null;
    if (value !== null) shared[name] = value;
  }
  if (!shared.pairs) delete shared.run; // what was hidden from it?
  if (!shared.strokes) delete shared.isFooling;
  return { shared, isUnreadable: Object.keys(shared).length !== given.length };
}

/** @param {Pair[]} pairs */
export const sorted = (pairs) => [...pairs].sort((a, b) => 10 * (a[0] - b[0]) + a[1] - b[1]);

/**
 * @template {string} T
 * @param {string} name
 * @param {T[]} values
 * @returns {Part<T>}
 */
function oneOf(name, values) {
  return { name, write: String, read: (text) => values.find((value) => value === text) ?? null };
}

/**
 * @param {string} text
 * @param {number} most
 */
function readWhole(text, most) {
  const isWhole = /^(0|[1-9][0-9]{0,8})$/.test(text);
  return isWhole && Number(text) <= most ? Number(text) : null;
}

/** @param {string} text */
function readPairs(text) {
  if (!/^([0-9]{2})*$/.test(text)) return null;
  const pairs = (text.match(/../g) ?? []).map(([a, b]) => /** @type {Pair} */ ([Number(a), Number(b)]));
  const areDifferent = new Set(pairs.map(keyOf)).size === pairs.length;
  return areDifferent && !complaintAbout(pairs) ? sorted(pairs) : null;
}

/**
 * The seed, the number of trainings, and, unless all had as much decay as usual, the decay of each *Keep training*: a
 * digit for each, or one for all.
 * @param {RunMade | null} run
 */
function writeRun(run) {
  if (!run) return null;
  const digits = run.fadings.map((fading) => FADINGS.indexOf(fading)).join("");
  const decay = new Set(digits).size > 1 ? digits : (digits[0] ?? USUAL);
  return `${run.seed}.${run.fadings.length + 1}${decay === USUAL ? "" : `.${decay}`}`;
}

/**
 * @param {string} text
 * @returns {RunMade | null}
 */
function readRun(text) {
  const [seed, rounds] = text.split(".", 2).map((one) => readWhole(one, 1e9));
  if (seed === null || !rounds || rounds > MOST_ROUNDS) return null;
  const decay = text.split(".").slice(2).join(".") || USUAL;
  const digits = decay.length === 1 ? decay.repeat(rounds - 1) : decay;
  const made = { seed, fadings: [...digits].map((digit) => FADINGS[Number(digit)]) };
  return writeRun(made) === text ? made : null; // there is one way to write it
}

// --- strokes: the way from each point to the next, across and down, in thousandths of the pad ---

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** @param {Stroke[]} strokes */
export function writeStrokes(strokes) {
  if (!strokes.length) return null;
  const written = strokes.map((stroke) => {
    let [before, above] = [0, 0];
    const ways = stroke.flatMap(([x, y]) => {
      const [across, down] = [Math.round(DECIMALS * x), Math.round(DECIMALS * y)];
      const way = [across - before, down - above];
      [before, above] = [across, down];
      return way;
    });
    return ways.map(writeNumber).join("");
  });
  return written.join(".");
}

/**
 * A whole number in letters, five bits in each, the lowest first; a letter's sixth bit says that another follows.
 * The lowest bit of all is the sign.
 * @param {number} value
 */
function writeNumber(value) {
  let left = value < 0 ? -2 * value - 1 : 2 * value;
  let letters = "";
  do {
    const five = left % 32;
    left = (left - five) / 32;
    letters += LETTERS[five + (left ? 32 : 0)];
  } while (left);
  return letters;
}

/** @param {string} text */
export function readStrokes(text) {
  const strokes = text.split(".", MOST_STROKES + 1).map(readStroke);
  if (strokes.length > MOST_STROKES || strokes.flat().length > MOST_POINTS) return null;
  return strokes.every((stroke) => stroke !== null) ? strokes : null;
}

/**
 * @param {string} text
 * @returns {Stroke | null}
 */
function readStroke(text) {
  const ways = readNumbers(text);
  if (!ways?.length || ways.length % 2) return null;
  let [x, y] = [0, 0];
  /** @type {Stroke} */
  const stroke = [];
  for (let i = 0; i < ways.length; i += 2) {
    [x, y] = [x + ways[i], y + ways[i + 1]];
    if (Math.min(x, y) < LOWEST || Math.max(x, y) > HIGHEST) return null;
    stroke.push([x / DECIMALS, y / DECIMALS]);
  }
  return stroke;
}

/** @param {string} text */
function readNumbers(text) {
  const numbers = [];
  let [value, place] = [0, 1];
  for (const letter of text) {
    const bits = LETTERS.indexOf(letter);
    if (bits < 0 || place > 32 ** 3) return null;
    value += (bits % 32) * place;
    place *= 32;
    if (bits >= 32) continue;
    numbers.push(value % 2 ? -(value + 1) / 2 : value / 2);
    [value, place] = [0, 1];
  }
  return place === 1 ? numbers : null;
}
