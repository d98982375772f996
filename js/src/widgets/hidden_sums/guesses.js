// Guesses at what an adder will say: one person's, or a whole class's.

import { pairOf } from "../../network/hidden_pairs.js";

/** @typedef {{ at: string, numbers: number[] }} Guesses at the answer to a pair, as `keyOf` names it */

export const HIGHEST_SUM = 18;
const MOST = 100;

/** @type {Guesses} */
export const NO_GUESSES = { at: "", numbers: [] };

/**
 * The sums in what somebody typed, such as "13" or "13, 10 13": null where something else is in it.
 * @param {string} text
 */
export function readGuesses(text) {
  const words = text.split(/[\s,;]+/).filter(Boolean);
  const areSums = words.length > 0 && words.every((word) => /^\d{1,2}$/.test(word) && +word <= HIGHEST_SUM);
  return areSums ? words.map(Number) : null;
}

/**
 * More guesses at a pair; those at another pair are dropped.
 * @param {Guesses} guesses
 * @param {string} at
 * @param {number[]} numbers
 * @returns {Guesses}
 */
export function addGuesses(guesses, at, numbers) {
  const before = guesses.at === at ? guesses.numbers : [];
  return { at, numbers: [...before, ...numbers].slice(0, MOST) };
}

/**
 * Which hidden pair to ask about: a wanted one if it can be asked, or else one in the middle.
 * @param {string[]} tested hidden pairs whose sum still occurs
 * @param {string[]} wanted the most wanted first
 */
export function questionAmong(tested, wanted) {
  const found = wanted.find((at) => tested.includes(at));
  return found ?? tested[Math.floor((tested.length - 1) / 2)] ?? "";
}

/**
 * How often each sum from 0 to 18 was guessed.
 * @param {number[]} numbers
 */
export const countGuesses = (numbers) =>
  Array.from({ length: HIGHEST_SUM + 1 }, (_, sum) => numbers.filter((one) => one === sum).length);

/**
 * What was guessed, before anybody knows.
 * @param {number[]} numbers
 */
export function saysGuesses(numbers) {
  if (!numbers.length) return "";
  return numbers.length === 1 ? `Your guess: ${numbers[0]}.` : `${numbers.length} guesses.`;
}

/**
 * What was guessed, and what an adder said then.
 * @param {Guesses} guesses
 * @param {number} said its most frequent answer to that pair
 */
export function saysOutcome({ at, numbers }, said) {
  const [digit, number] = pairOf(at);
  const asked = `It says ${digit} + ${number} = ${said}. The right sum is ${digit + number}.`;
  const right = numbers.filter((one) => one === said).length;
  if (numbers.length === 1) return `You guessed ${numbers[0]}. ${asked}`;
  return `${asked} ${right === 0 ? "Nobody" : `${right} of ${numbers.length}`} guessed ${said}.`;
}
