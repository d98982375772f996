// What one guesses that the adder will say after the next training.

import { computed, signal } from "@preact/signals-core";
import { keyOf } from "../../network/hidden_pairs.js";
import { addGuesses, NO_GUESSES, questionAmong, readGuesses } from "./guesses.js";

/** @import { Guesses } from "./guesses.js" */
/** @import { Hiding } from "./hiding.js" */

const MISREAD = "A sum is a whole number from 0 to 18. Several are fine: 9, 13, 13.";

export class Guessing {
  guesses = signal(/** @type {Guesses} */ (NO_GUESSES));
  misread = signal(""); // what is wrong with a guess

  /** @param {Hiding} hiding */
  constructor({ tested, last }) {
    /** The hidden pair that one may guess at, or "". */
    this.question = computed(() =>
      questionAmong(tested.value.map(keyOf), [this.guesses.value.at, last.value]),
    );
  }

  /**
   * Keeps guesses at the answer to the pair in question; false where they can't be read.
   * @param {string} text
   */
  guess(text) {
    const numbers = readGuesses(text);
    this.misread.value = numbers ? "" : MISREAD;
    if (numbers) this.guesses.value = addGuesses(this.guesses.peek(), this.question.peek(), numbers);
    return numbers !== null;
  }

  /** The guesses that belong to a training that begins now: the next one needs others. */
  take() {
    const { at, numbers } = this.guesses.peek();
    const taken = at === this.question.peek() ? { at, numbers } : NO_GUESSES;
    this.guesses.value = NO_GUESSES;
    this.misread.value = "";
    return taken;
  }
}
