// Which pairs are hidden, what is wrong with hiding more, and the way back.

import { batch, computed, signal } from "@preact/signals-core";
import { complaintAbout, keyOf, lostSums, MOST, pairOf, testable } from "../../network/hidden_pairs.js";
import { areSamePairs } from "./runs.js";

/** @import { Signal } from "@preact/signals-core" */
/** @import { Pair } from "../../network/hidden_pairs.js" */
/** @typedef {{ pairs: Pair[], gesture: unknown }} Step pairs as they were, and what then changed them */

export class Hiding {
  complaint = signal(""); // what is wrong with hiding more
  /** The pair that was hidden last, or "". */
  last = signal("");
  #past = signal(/** @type {Step[]} */ ([]));

  /** @param {Signal<Pair[]>} pairs that are hidden */
  constructor(pairs) {
    this.pairs = pairs;
    this.keys = computed(() => new Set(pairs.value.map(keyOf)));
    /** Totals that no pair has any more. */
    this.lost = computed(() => lostSums(pairs.value));
    /** Hidden pairs whose total still occurs. */
    this.tested = computed(() => testable(pairs.value));
    this.canUndo = computed(() => this.#past.value.length > 0);
    /** Whether no more pairs can be hidden, but nobody has chosen these here: then they make room for the first press. */
    this.makesRoom = computed(() => !this.canUndo.value && pairs.value.length >= MOST);
  }

  /**
   * @param {Pair[]} pairs
   * @param {unknown} [gesture] that this is a part of: it is undone as one
   */
  choose(pairs, gesture = {}) {
    this.complaint.value = complaintAbout(pairs);
    if (this.complaint.peek() || areSamePairs(pairs, this.pairs.peek())) return;
    const past = this.#past.peek();
    batch(() => {
      if (past.at(-1)?.gesture !== gesture)
        this.#past.value = [...past, { pairs: this.pairs.peek(), gesture }];
      this.pairs.value = pairs;
    });
  }

  /**
   * @param {string} at a pair
   * @param {boolean} wanted whether it is to be hidden
   * @param {unknown} [gesture]
   */
  hide(at, wanted, gesture) {
    if (this.keys.peek().has(at) === wanted) return;
    const room = wanted && this.makesRoom.peek();
    const others = room ? [] : this.pairs.peek().filter((pair) => keyOf(pair) !== at);
    this.choose(wanted ? [...others, pairOf(at)] : others, gesture);
    if (wanted && !this.complaint.peek()) this.last.value = at;
  }

  undo() {
    const past = this.#past.peek();
    if (!past.length) return;
    batch(() => {
      this.complaint.value = "";
      this.pairs.value = past[past.length - 1].pairs;
      this.#past.value = past.slice(0, -1);
    });
  }
}
