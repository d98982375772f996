// Hide a sum: what it knows (which pairs are hidden, what is guessed, which adders were trained), and what it says of that.

import { computed, effect, signal } from "@preact/signals-core";
import { sumsOf } from "../../network/adder.js";
import { keyOf } from "../../network/hidden_pairs.js";
import { Adders } from "./adders.js";
import { Guessing } from "./guessing.js";
import { Hiding } from "./hiding.js";
import { nextStep } from "./road.js";
import { rowsOf, saysOfTitle } from "./rows.js";
import { isUsual, lastLook } from "./runs.js";
import { isGrokking, sentenceOf } from "./sentence.js";
import { saysDrawing, saysHidden, saysPair, saysReached } from "./sentences.js";

/** @import { ReadonlySignal, Signal } from "@preact/signals-core" */
/** @import { AnswersWith, Encoding } from "../../network/adder.js" */
/** @import { Pair } from "../../network/hidden_pairs.js" */
/**
 * What somebody drew and chose.
 * @typedef {object} Asked
 * @property {number[]} [embedding]
 * @property {number} [digit]
 * @property {number} [number]
 * @property {string} [doubt] why the drawing may be no digit
 * @property {boolean} [isDrawn]
 */
/**
 * @typedef {object} HiddenSumsTraits
 * @property {Signal<Pair[]>} pairs that are hidden
 * @property {Signal<Encoding>} encoding
 * @property {Signal<AnswersWith>} answer
 * @property {ReadonlySignal<Asked>} asked
 * @property {any} data of `adder_data` in hidden_sums.py; without it there is the grid alone
 * @property {number} seed of the first training
 * @property {string} reader what the network that reads has seen
 * @property {string} [lesson] where *grokking* leads to
 * @property {boolean} [isOnPage] whether the network at the top of the page can be spoken of
 */

export class HiddenSums {
  #lookedAtPair = signal(""); // or "": at what was drawn

  /**
   * @param {HiddenSumsTraits} traits
   * @param {BufferSource} wasm adder.wasm
   */
  constructor(traits, wasm) {
    this.traits = traits;
    this.hiding = new Hiding(traits.pairs);
    this.guessing = new Guessing(this.hiding);
    this.adders = new Adders(traits, wasm, this.hiding, this.guessing);
    const { runs, running, trained, phase, task, hasKeptOn } = this.adders;
    this.isBusy = computed(() => running.value > 0);
    /** Whether pairs are hidden and shown by a press. */
    this.isGrid = computed(() => phase.value === "choosing");
    this.canUndo = computed(() => !this.isBusy.value && this.hiding.canUndo.value);
    this.lookedAt = computed(() => this.#lookedAtPair.value || this.#drawnPair());
    this.hidden = computed(
      () => this.hiding.complaint.value || saysHidden(traits.pairs.value, this.hiding.lost.value),
    );
    this.ofPair = computed(() => this.#saysOfPair());
    this.ofDrawing = computed(() => this.#saysOfDrawing());
    this.reached = computed(() => this.#saysReached());
    /** What it has shown. */
    this.sentence = computed(() => (trained.value ? sentenceOf(trained.value) : ""));
    this.isGrokking = computed(() => trained.value !== undefined && isGrokking(trained.value));
    /** What all runs together show. */
    this.rows = computed(() => rowsOf(runs.value));
    this.ofTitle = computed(() => (traits.isOnPage ? saysOfTitle(runs.value) : ""));
    /** What leads on from here, and why. */
    this.next = computed(() => (trained.value ? nextStep(trained.value, runs.value) : null));
    /** Whether it is time for other kinds of adder: one has seen how far the first gets, or has chosen another. */
    this.areKindsDue = computed(
      () => !isUsual(task.value) || hasKeptOn.value || runs.value.some((run) => !isUsual(run)),
    );
    const stopAsking = effect(() => {
      void [traits.asked.value, running.value];
      this.#lookedAtPair.value = "";
    });
    this.stop = () => {
      stopAsking();
      this.adders.stop();
      this.adders.end();
    };
  }

  /** @param {string} at */
  lookAt(at) {
    this.#lookedAtPair.value = at;
  }

  undo() {
    if (this.canUndo.peek()) this.hiding.undo();
  }

  /** The pair that was drawn and chosen, if the adder can answer; else "". */
  #drawnPair() {
    const { embedding, doubt, digit, number } = this.traits.asked.value;
    return this.adders.shown.value && embedding && !doubt ? `${digit},${number}` : "";
  }

  #saysOfPair() {
    const at = this.#lookedAtPair.value;
    const counts = at && this.adders.shown.value?.answers?.[at];
    return counts ? saysPair(at, counts, this.hiding.keys.value.has(at)) : "";
  }

  #saysOfDrawing() {
    const { embedding = [], digit = 0, number = 0, doubt, isDrawn } = this.traits.asked.value;
    const run = this.adders.shown.value;
    if (!run?.answers)
      return isDrawn && !this.isBusy.value ? "Press Train first: this adder has learned nothing yet." : "";
    if (!this.#drawnPair()) return doubt ?? "";
    const at = keyOf([digit, number]);
    const [sum] = sumsOf(run.adder, [{ embedding: [...embedding], digit, number }]);
    return saysDrawing([digit, number], sum, this.hiding.keys.value.has(at), run.answers[at]);
  }

  #saysReached() {
    const { shown, running } = this.adders;
    const look = lastLook(shown.value);
    const isDone = shown.value?.id !== running.value;
    return look ? saysReached(look, isDone, this.hiding.lost.value.length > 0) : "";
  }
}
