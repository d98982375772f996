// What one guesses that the adder will say to a hidden pair.

import { computed, signal } from "@preact/signals-core";
import { keyOf, pairOf } from "../../network/hidden_pairs.js";

/** @import { Hiding } from "./hiding.js" */
/** @typedef {{ at: string, number: number }} Guess at the answer to a pair, as `keyOf` names it */

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
 * A guess, and what the adder says.
 * @param {Guess} guess
 * @param {number} said its most frequent answer to that pair
 */
export function saysGuess({ at, number }, said) {
  const guessed = `You guessed ${number} for ${pairOf(at).join(" + ")}`;
  return number === said ? `${guessed}, and that is what it says.` : `${guessed}, but it says ${said}.`;
}

export class Guessing {
  guess = signal(/** @type {Guess | null} */ (null));

  /** @param {Hiding} hiding */
  constructor({ tested, last }) {
    /** The hidden pair that one may guess at, or "". */
    this.question = computed(() =>
      questionAmong(tested.value.map(keyOf), [this.guess.value?.at ?? "", last.value]),
    );
  }

  /** Guesses a number, in place of another. @param {number} number */
  choose(number) {
    this.guess.value = { at: this.question.peek(), number };
  }

  /** The guess that belongs to a training that begins now: the next one needs another. */
  take() {
    const taken = this.guess.peek();
    const isAsked = taken?.at === this.question.peek();
    this.guess.value = null;
    return isAsked ? taken : null;
  }
}
