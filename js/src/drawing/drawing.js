// A drawing: the strokes on a pad, over a background, and what was there before. One state, however many
// pads show it.

import { batch, computed, effect, signal } from "@preact/signals-core";

/** @import { Signal } from "@preact/signals-core" */
/** @import { Stroke } from "./strokes.js" */
/**
 * @typedef {object} Background of a digit from MNIST or a file, under the strokes; empty without one
 * @property {string} [url] the picture
 * @property {string} [about] where it is from
 * @property {Uint8Array} [pixels] 784; where Python has them, the page doesn't
 */
/** @typedef {{ strokes: Stroke[], background: Background }} Step */
/** @typedef {{ strokes: Signal<Stroke[]>, background: Signal<Background>, unfinished: Signal<Stroke> }} Signals */

/**
 * Nothing drawn yet.
 * @returns {Signals}
 */
export const emptyPad = () => ({
  strokes: signal(/** @type {Stroke[]} */ ([])),
  background: signal(/** @type {Background} */ ({})),
  unfinished: signal(/** @type {Stroke} */ ([])),
});

export class Drawing {
  /** @type {Step[]} */
  #steps;
  #place;

  /** @param {Signals} signals of its parts, which may be a widget's traits */
  constructor({ strokes, background, unfinished } = emptyPad()) {
    this.strokes = strokes;
    this.background = background;
    this.unfinished = unfinished; // the stroke that is being drawn
    /** All strokes, with one that isn't finished. */
    this.all = computed(() => [...strokes.value, unfinished.value].filter((stroke) => stroke.length));
    this.isEmpty = computed(() => !this.all.value.length && !background.value.url);
    this.#steps = stepsTo(strokes.peek(), background.peek());
    this.#place = this.#steps.length - 1;
    this.stop = effect(() => this.#record(strokes.value, background.value));
  }

  /**
   * What is on the pad now, whoever put it there, becomes a step; unless it was undone or redone.
   * @param {Stroke[]} strokes
   * @param {Background} background
   */
  #record(strokes, background) {
    const isNow = (/** @type {Step} */ step) => step.strokes === strokes && step.background === background;
    const known = this.#steps.findIndex(isNow);
    if (known >= 0) this.#place = known;
    else this.#steps.splice(++this.#place, Infinity, { strokes, background });
  }

  /**
   * Put something else on the pad; it can be undone.
   * @param {Stroke[]} strokes
   * @param {Background} background
   */
  put(strokes, background = {}) {
    batch(() => {
      this.strokes.value = strokes;
      this.background.value = background;
      this.unfinished.value = [];
    });
  }

  /** @param {Stroke} stroke */
  add(stroke) {
    this.put([...this.strokes.peek(), stroke], this.background.peek());
  }

  /** @param {-1 | 1} way */
  #go(way) {
    const step = this.#steps[this.#place + way];
    if (step) this.put(step.strokes, step.background);
  }
  undo() {
    this.#go(-1);
  }
  redo() {
    this.#go(1);
  }
}

/**
 * After a reload the steps are known no more: stroke by stroke.
 * @param {Stroke[]} strokes
 * @param {Background} background
 */
function stepsTo(strokes, background) {
  /** @type {Step[]} */
  const steps = strokes.map((_, i) => ({ strokes: strokes.slice(0, i), background }));
  if (background.url) steps.unshift({ strokes: [], background: {} });
  return [...steps, { strokes, background }];
}
