// Teach it yourself: a network that forgets, is trained in a worker, kept and opened again.

import source from "worker:../../network/trainer_worker.js";
import { computed, signal } from "@preact/signals-core";
import { randomNumbers } from "../../network/random.js";
import { fromSafetensors, LARGEST, toSafetensors } from "../../network/safetensors.js";
import wasm from "../../network/teach.wasm";
import { BATCH } from "../../network/trainer.js";
import {
  areSame,
  countParameters,
  flatten,
  randomWeights,
  shapesOf,
  unflatten,
} from "../../network/weights.js";
import { readSheet } from "../common/image_sheet.js";
import { whole } from "../common/numbers.js";

/** @import { Signal } from "@preact/signals-core" */
/** @import { Weights } from "../../network/forward.js" */
/** @import { Report, Settings } from "../../network/trainer.js" */
/** @import { Order, Reply } from "../../network/trainer_worker.js" */
/** @typedef {{ url: string, digits: string }} PackedSheet */
/**
 * @typedef {object} TrainingOptions
 * @property {Weights} trained the network that one can come back to
 * @property {Signal<Weights>} weights of now
 * @property {PackedSheet} images to train on
 * @property {PackedSheet} heldBack to see how well it does
 * @property {number} epochs how often each image is seen
 * @property {number | null} seed null: other random numbers each time
 */
/** "new": the next training begins from the weights of now. @typedef {"new" | "running" | "stopped"} Phase */
/** @typedef {Pick<Report, "images" | "digit" | "both">} Point of the curves */

const PAUSE = 700; // milliseconds of training between two reports
export const percent = (/** @type {number} */ number) => `${number.toFixed(1)}%`;

export class Training {
  phase = signal(/** @type {Phase} */ ("new"));
  history = signal(/** @type {Point[]} */ ([]));
  story = signal("This network was trained before. Let it forget everything, then train it yourself.");
  /** @type {Worker | null} */
  #worker = null;
  #id = 0; // of the training whose reports count
  #isAsked = false; // whether the worker owes a report
  #offset = 0; // images seen in trainings before this one
  #said = new Set();
  #askedAt = 0; // since when the worker is at it,
  #seconds = 0; // and how long it was before

  /** @param {TrainingOptions} options */
  constructor(options) {
    this.options = options;
    this.shapes = shapesOf(options.trained);
    this.random = randomNumbers(options.seed ?? Math.floor(2 ** 32 * Math.random()));
    this.isTrained = computed(() => options.weights.value === options.trained);
    this.planned = options.epochs * options.images.digits.length;
    /** Images that are seen when all is done. */
    this.end = computed(() => Math.max(this.#offset + this.planned, this.history.value.at(-1)?.images ?? 0));
  }

  /**
   * Another network takes the place of this one.
   * @param {Weights} weights
   * @param {string} words
   */
  #take(weights, words) {
    this.#halt("new");
    this.#offset = 0;
    this.history.value = [];
    this.options.weights.value = weights;
    this.story.value = words;
  }

  /** @param {Phase} next */
  #halt(next) {
    if (next === "new") {
      this.#id++; // a report that is on its way comes too late
      this.#isAsked = false;
    }
    this.phase.value = next;
  }

  forget() {
    const count = whole(countParameters(this.shapes));
    const words = `It has forgotten everything: ${count} random numbers. Press Train.`;
    this.#take(randomWeights(this.shapes, this.random), words);
  }

  back() {
    this.#take(this.options.trained, "This is the trained network again.");
  }

  stop() {
    this.#halt("stopped");
    this.story.value = "Stopped. The network works as it is now, and you can go on.";
  }

  /** Begins, or goes on. */
  async train() {
    const isNew = this.phase.peek() === "new";
    if (isNew && this.isTrained.peek()) {
      this.story.value = "This network is trained. Let it forget everything first.";
      return;
    }
    this.#halt("running");
    this.story.value = isNew ? "It trains in this browser, on digits that people wrote." : "It goes on.";
    if (isNew) await this.#begin(this.#id).catch((error) => this.#fail(String(error)));
    else if (!this.#isAsked) this.#ask({});
  }

  /** @param {number} id */
  async #begin(id) {
    this.#isAsked = true;
    const make = this.#worker ? undefined : await this.#settings();
    if (id !== this.#id) return; // it was told to forget meanwhile
    this.#worker ??= this.#start();
    this.#offset = this.history.peek().at(-1)?.images ?? 0;
    this.#said = new Set();
    this.#seconds = 0;
    const steps = Math.floor(this.planned / BATCH);
    this.#ask({ make, begin: { numbers: flatten(this.options.weights.peek()), steps } });
  }

  /** @returns {Promise<Settings>} */
  async #settings() {
    const { images, heldBack } = this.options;
    const [training, others] = await Promise.all([readSheet(images), readSheet(heldBack)]);
    return { wasm, training, heldBack: others, seed: Math.floor(2 ** 32 * this.random()) };
  }

  #start() {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const worker = new Worker(url);
    worker.onmessage = ({ data }) => this.#hear(data);
    worker.onerror = ({ message }) => this.#fail(message || "workers are blocked here");
    return worker;
  }

  /** @param {Partial<Order>} order */
  #ask(order) {
    this.#isAsked = true;
    this.#askedAt = performance.now();
    this.#worker?.postMessage({ pause: PAUSE, id: this.#id, ...order });
  }

  /** @param {string} error */
  #fail(error) {
    this.#halt("new");
    this.#worker?.terminate();
    this.#worker = null;
    this.story.value = `This browser can't train the network: ${error}`;
  }

  /** @param {Reply} reply */
  #hear(reply) {
    if (reply.id !== this.#id) return;
    this.#isAsked = false;
    this.#seconds += (performance.now() - this.#askedAt) / 1000;
    if (reply.error !== undefined) return this.#fail(reply.error);
    const { images, digit, both, weights, done } = reply;
    const point = { images: this.#offset + images, digit, both };
    if (!this.history.peek().length || images) this.history.value = [...this.history.peek(), point];
    this.options.weights.value = unflatten(weights, this.shapes);
    if (this.phase.peek() === "running" || done) this.#tell(point, done);
    if (done) this.#halt("new");
    else if (this.phase.peek() === "running") this.#ask({});
  }

  /**
   * A sentence at few moments, as a screen reader speaks it.
   * @param {Point} point
   * @param {boolean} isDone
   */
  #tell({ digit, both, images }, isDone) {
    if (isDone) {
      const held = whole(this.options.heldBack.digits.length);
      this.story.value =
        `Done: ${whole(images)} images in ${whole(this.#seconds)} seconds. Of ${held} images that it never ` +
        `trained on, it reads ${percent(digit)}, and ${percent(both)} have both digit and sum right.`;
    } else if (both >= 90)
      this.#once("adds", "Now it reads and adds: nine in ten have both digit and sum right.");
    else if (digit >= 70 && both < digit - 20)
      this.#once(
        "reads",
        "It reads most of the digits by now, but far fewer sums are right as well: reading comes first.",
      );
  }

  /**
   * @param {string} moment
   * @param {string} words
   */
  #once(moment, words) {
    if (!this.#said.has(moment)) this.story.value = words;
    this.#said.add(moment);
  }

  // --- files ---

  save() {
    const file = new Blob([toSafetensors(this.options.weights.peek())], { type: "application/octet-stream" });
    const url = URL.createObjectURL(file);
    Object.assign(document.createElement("a"), { href: url, download: "my_network.safetensors" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    this.story.value = "Saved as my_network.safetensors. In a notebook, load_checkpoint opens it.";
  }

  /** @param {File} file */
  async open(file) {
    const { trained } = this.options;
    try {
      if (file.size > LARGEST) throw Error("is too large for a network of this course.");
      const weights = fromSafetensors(new Uint8Array(await file.arrayBuffer()), this.shapes);
      this.#take(areSame(trained, weights) ? trained : weights, `This is the network of ${file.name} now.`);
    } catch (error) {
      this.story.value = `${file.name} ${error instanceof Error ? error.message : error}`;
    }
  }

  quit() {
    this.#worker?.terminate();
  }
}
