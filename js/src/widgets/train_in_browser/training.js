// Teach it yourself: a network of its own, which begins with random numbers and is trained in a worker.

import source from "worker:../../network/trainer_worker.js";
import { computed, signal } from "@preact/signals-core";
import { randomNumbers } from "../../network/random.js";
import wasm from "../../network/teach.wasm";
import { BATCH } from "../../network/trainer.js";
import { flatten, randomWeights } from "../../network/weights.js";
import { TRAINING_IMAGES } from "../../shared/rules.js";
import { readSheet } from "../common/image_sheet.js";
import { sentenceOf } from "./sentence.js";

/** @import { Report, Settings } from "../../network/trainer.js" */
/** @import { Order, Reply } from "../../network/trainer_worker.js" */
/** @import { Shapes } from "../../network/weights.js" */
/** @import { PackedSheet } from "../common/image_sheet.js" */
/**
 * @typedef {object} TrainingOptions
 * @property {Shapes} shapes of the network's numbers
 * @property {PackedSheet} images to train on, the first ones of them
 * @property {PackedSheet} heldBack to see how well it does
 * @property {number} epochs how often each image is seen
 */
/** "new": the next training begins from random numbers. @typedef {"new" | "running" | "stopped" | "done"} Phase */
/** @typedef {Pick<Report, "images" | "digit" | "sum">} Point of the curves */

const PAUSE = 700; // milliseconds of training between two reports

export class Training {
  phase = signal(/** @type {Phase} */ ("new"));
  history = signal(/** @type {Point[]} */ ([]));
  failure = signal(""); // what is missing here
  /** @type {Worker | null} */
  #worker = null;
  #isAsked = false; // whether the worker owes a report

  /** @param {TrainingOptions} options */
  constructor(options) {
    this.options = options;
    this.random = randomNumbers(Math.floor(2 ** 32 * Math.random()));
    /** Images that are seen when all is done. */
    this.end = options.epochs * Math.min(options.images.digits.length, TRAINING_IMAGES);
    this.sentence = computed(() => this.failure.value || sentenceOf(this.history.value, this.phase.value));
  }

  stop() {
    this.phase.value = "stopped";
  }

  /** Begins a new network, or goes on with the one that was stopped. */
  async train() {
    const goesOn = this.phase.peek() === "stopped";
    this.phase.value = "running";
    if (!goesOn) await this.#begin().catch((error) => this.#fail(String(error)));
    else if (!this.#isAsked) this.#ask({});
  }

  async #begin() {
    this.#isAsked = true;
    this.failure.value = "";
    this.history.value = [];
    const weights = randomWeights(this.options.shapes, this.random);
    const make = this.#worker ? undefined : await this.#settings();
    this.#worker ??= this.#start();
    this.#ask({ make, begin: { numbers: flatten(weights), steps: Math.floor(this.end / BATCH) } });
  }

  /** @returns {Promise<Settings>} */
  async #settings() {
    const { images, heldBack } = this.options;
    const [all, others] = await Promise.all([readSheet(images), readSheet(heldBack)]);
    const training = { images: all.images.slice(0, TRAINING_IMAGES), digits: all.digits }; // no slashed zeros
    return { wasm, training, heldBack: others, seed: Math.floor(2 ** 32 * this.random()) };
  }

  #start() {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const worker = new Worker(url);
    worker.onmessage = ({ data }) => this.#hear(data);
    worker.onerror = ({ message }) => this.#fail(message || "workers are blocked here");
    return worker;
  }

  /** @param {Omit<Order, "pause">} order */
  #ask(order) {
    this.#isAsked = true;
    this.#worker?.postMessage({ pause: PAUSE, ...order });
  }

  /** @param {string} error */
  #fail(error) {
    this.#worker?.terminate();
    this.#worker = null;
    this.phase.value = "new";
    this.failure.value = `This browser can't train the network: ${error}`;
  }

  /** @param {Reply} reply */
  #hear(reply) {
    this.#isAsked = false;
    if (reply.error !== undefined) return this.#fail(reply.error);
    const { images, digit, sum, done } = reply;
    this.history.value = [...this.history.peek(), { images, digit, sum }];
    if (done) this.phase.value = "done";
    else if (this.phase.peek() === "running") this.#ask({});
  }
}
