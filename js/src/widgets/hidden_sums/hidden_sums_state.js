// Hide a sum: what it knows (which pairs are hidden, what is guessed, which adders were trained), and what it says of that.

import { computed, effect, signal } from "@preact/signals-core";
import { Adders } from "./adders.js";
import { Guessing } from "./guess.js";
import { Hiding } from "./hiding.js";
import { saysHidden, saysPair } from "./pair_sentences.js";
import { nextStep } from "./road.js";
import { sentenceOf } from "./run_sentence.js";
import { answerAtEnd, answerToTitle, foundBy } from "./title_answer.js";

/** @import { Signal } from "@preact/signals-core" */
/** @import { AnswersWith } from "../../network/adder.js" */
/** @import { Pair } from "../../network/hidden_pairs.js" */
/**
 * @typedef {object} HiddenSumsTraits
 * @property {Signal<Pair[]>} pairs that are hidden
 * @property {Signal<AnswersWith>} answer
 * @property {any} data of `adder_data` in hidden_sums.py; {}: there is the grid alone
 * @property {number} seed of the first adder for each task
 * @property {string} reader what the network that reads has seen
 * @property {string} [recipe] on the page alone, where there is a network above: what others trained as it was made of hidden pairs
 */

export class HiddenSums {
  /** The pair that one looks at, once there are answers; or "". */
  lookedAt = signal("");

  /**
   * @param {HiddenSumsTraits} traits
   * @param {BufferSource} wasm adder.wasm
   */
  constructor(traits, wasm) {
    this.traits = traits;
    this.hiding = new Hiding(traits.pairs);
    this.guessing = new Guessing(this.hiding);
    this.adders = new Adders(traits, wasm, this.hiding, this.guessing);
    const { runs, running, shown, trained, phase } = this.adders;
    this.isBusy = computed(() => phase.value === "training");
    /** Whether pairs are hidden and shown by a press. */
    this.isGrid = computed(() => phase.value === "choosing");
    this.canUndo = computed(() => !this.isBusy.value && this.hiding.canUndo.value);
    this.hidden = computed(
      () => this.hiding.complaint.value || saysHidden(traits.pairs.value, this.hiding.lost.value),
    );
    this.ofPair = computed(() => {
      const at = this.lookedAt.value;
      const counts = at && shown.value?.answers?.[at];
      return counts ? saysPair(at, counts, this.hiding.keys.value.has(at)) : "";
    });
    /** What the run has shown that one looks at. */
    this.sentence = computed(() => (trained.value ? sentenceOf(trained.value) : ""));
    /** The answer to the page's title. */
    this.ofTitle = computed(() => {
      const run = trained.value;
      if (!run || !traits.recipe) return "";
      return answerToTitle(run, runs.value, traits.recipe) || answerAtEnd(run, runs.value, traits.recipe);
    });
    /** What all runs have found. */
    this.found = computed(() => foundBy(runs.value));
    /** What leads on from here, and why. */
    this.next = computed(() => (trained.value ? nextStep(trained.value, runs.value) : null));
    const stopLooking = effect(() => {
      void [running.value, shown.value?.id];
      this.lookedAt.value = "";
    });
    this.stop = () => {
      stopLooking();
      this.adders.stop();
      this.adders.end();
    };
  }

  undo = () => {
    if (this.canUndo.peek()) this.hiding.undo();
  };
}
