// Teach it yourself: a network that forgets, is trained in a worker, kept and opened again.

import source from "worker:../../network/trainer_worker.js";
import { computed, signal } from "@preact/signals-core";
import { randomNumbers } from "../../network/random.js";
import { fromSafetensors, LARGEST, toSafetensors } from "../../network/safetensors.js";
import wasm from "../../network/teach.wasm";
import { BATCH, USUAL } from "../../network/trainer.js";
import {
  areSame,
  countParameters,
  flatten,
  randomWeights,
  shapesOf,
  unflatten,
} from "../../network/weights.js";
import { TRAINING_IMAGES } from "../../shared/rules.js";
import { readSheet } from "../common/image_sheet.js";
import { whole } from "../common/numbers.js";
import { verdictOf } from "./verdict.js";

/** @import { Signal } from "@preact/signals-core" */
/** @import { Weights } from "../../network/forward.js" */
/** @import { Choices, Report, Settings } from "../../network/trainer.js" */
/** @import { Order, Reply } from "../../network/trainer_worker.js" */
/** @typedef {{ url: string, digits: string }} PackedSheet */
/**
 * @typedef {object} TrainingOptions
 * @property {Weights} trained the network that one can come back to
 * @property {Signal<Weights>} weights of now
 * @property {PackedSheet} images to train on, the first ones of them
 * @property {PackedSheet} heldBack to see how well it does
 * @property {number} epochs how often each image is seen, if all of them are used
 */
/** "new": the next training begins from the weights of now. @typedef {"new" | "running" | "stopped"} Phase */
/** @typedef {Pick<Report, "images" | "digit" | "sum">} Point of the curves */
/**
 * A network that one can come back to: the finished one, or one that was trained or opened here.
 * @typedef {object} Run
 * @property {string} name
 * @property {Choices | null} choices how it was trained; null where it wasn't trained here
 * @property {Point[]} history
 * @property {Weights} weights
 */

const PAUSE = 700; // milliseconds of training between two reports
export const RATES = [0.001, 0.01, 0.1];
export const COUNTS = [100, 1000, TRAINING_IMAGES]; // of images
export const percent = (/** @type {number} */ number) => `${number.toFixed(1)}%`;

export class Training {
  phase = signal(/** @type {Phase} */ ("new"));
  story = signal("This network is finished. Let it forget everything, then train it yourself.");
  /** How the next network is trained. */
  choices = signal({ rate: USUAL.rate, count: COUNTS[COUNTS.length - 1] });
  guess = signal(/** @type {"" | "digit" | "sum"} */ (""));
  /** @type {Worker | null} */
  #worker = null;
  #id = 0; // of the training whose reports count
  #isAsked = false; // whether the worker owes a report
  #offset = 0; // images seen in trainings before this one
  #seconds = 0; // that the training took so far,
  #askedAt = 0; // and since when the worker is at it
  #made = 0; // networks that began from nothing

  /** @param {TrainingOptions} options */
  constructor(options) {
    this.options = options;
    this.shapes = shapesOf(options.trained);
    this.random = randomNumbers(Math.floor(2 ** 32 * Math.random()));
    this.planned = options.epochs * Math.min(options.images.digits.length, TRAINING_IMAGES);
    /** @type {Run} */
    const finished = { name: "The finished network", choices: null, history: [], weights: options.trained };
    this.runs = signal([finished]);
    this.place = signal(0); // of the network that is here, among all of them
    this.run = computed(() => this.runs.value[this.place.value]);
    this.isFinished = computed(() => this.place.value === 0);
    this.isFresh = computed(() => Boolean(this.run.value.choices) && !this.run.value.history.length);
    /** Whether one has trained or opened a network: then there is something to change and to compare. */
    this.hasOwn = computed(() =>
      this.runs.value.some((run, n) => n > 0 && (!run.choices || run.history.length > 0)),
    );
    /** Images that are seen when all is done. */
    this.end = computed(() => {
      const seen = this.runs.value.map(({ history }) => history.at(-1)?.images ?? 0);
      return Math.max(this.phase.value === "new" ? 0 : this.#offset + this.planned, this.planned, ...seen);
    });
    /** Seconds that this training still takes, at the pace that it has had; null while none is known. */
    this.left = computed(() => {
      const seen = (this.run.value.history.at(-1)?.images ?? 0) - this.#offset;
      if (this.phase.value !== "running" || seen <= 0) return null;
      return (this.#seconds / seen) * (this.planned - seen);
    });
    this.verdict = computed(() => verdictOf(this.run.value.history, this.guess.value, this.phase.value));
  }

  /** What has changed about the network that is here. @param {Partial<Run>} news */
  #update(news) {
    const place = this.place.peek();
    this.runs.value = this.runs.peek().map((run, n) => (n === place ? { ...run, ...news } : run));
    if (news.weights) this.options.weights.value = news.weights;
  }

  /** One more network, which takes the place of the one that is here; that one stays in the list. @param {Run} run */
  #add(run) {
    this.#halt("new");
    const others = this.runs.peek().filter((_, n) => n !== this.place.peek() || !this.isFresh.peek());
    this.runs.value = [...others, run];
    this.#goTo(others.length);
  }

  /** @param {number} place */
  #goTo(place) {
    this.place.value = place;
    this.options.weights.value = this.run.peek().weights;
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
    const weights = randomWeights(this.shapes, this.random);
    const number = this.isFresh.peek() ? this.#made : ++this.#made;
    this.#add({ name: `Network ${number}`, choices: this.choices.peek(), history: [], weights });
    const count = whole(countParameters(this.shapes));
    this.story.value = `It has forgotten everything: ${count} random numbers. Press Train.`;
  }

  /** Back to another network. @param {number} place */
  choose(place) {
    if (place === this.place.peek()) return;
    this.#halt("new");
    this.#goTo(place);
    this.story.value = `This is ${nameOf(this.run.peek())} again.`;
  }

  stop() {
    this.#halt("stopped");
    this.story.value = "Stopped. The network works as it is now, and you can go on.";
  }

  /** Begins, or goes on. */
  async train() {
    const isNew = this.phase.peek() === "new";
    this.#halt("running");
    this.story.value = isNew ? "Training in your browser, on handwritten digits." : "Training continues.";
    if (isNew) await this.#begin(this.#id).catch((error) => this.#fail(String(error)));
    else if (!this.#isAsked) this.#ask({});
  }

  /** @param {number} id */
  async #begin(id) {
    this.#isAsked = true;
    const make = this.#worker ? undefined : await this.#settings();
    if (id !== this.#id) return; // it was told to forget meanwhile
    this.#worker ??= this.#start();
    if (this.isFresh.peek() || !this.run.peek().choices) this.#update({ choices: this.choices.peek() });
    const { history, weights, choices } = this.run.peek();
    this.#offset = history.at(-1)?.images ?? 0;
    this.#seconds = 0;
    const steps = Math.floor(this.planned / BATCH);
    this.#ask({ make, begin: { numbers: flatten(weights), steps, choices: choices ?? USUAL } });
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
    const seconds = (performance.now() - this.#askedAt) / 1000;
    if (reply.error !== undefined) return this.#fail(reply.error);
    const { images, digit, sum, weights, done } = reply;
    this.#seconds = images ? this.#seconds + seconds : 0; // until then, the worker only got ready
    const { history } = this.run.peek();
    const point = { images: this.#offset + images, digit, sum };
    const isMore = !history.length || images;
    this.#update({
      history: isMore ? [...history, point] : history,
      weights: unflatten(weights, this.shapes),
    });
    if (done) this.#finish(point);
    else if (this.phase.peek() === "running") this.#ask({});
  }

  /** @param {Point} point */
  #finish({ images, digit, sum }) {
    const held = whole(this.options.heldBack.digits.length);
    this.story.value =
      `Done: ${whole(images)} images in ${whole(this.#seconds)} seconds. Of ${held} images that it never ` +
      `trained on, it gets ${percent(digit)} of the digits right, and ${percent(sum)} of the sums.`;
    this.#halt("new");
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
      if (areSame(trained, weights)) this.choose(0);
      else this.#add({ name: file.name, choices: null, history: [], weights });
      this.story.value = `Loaded the network from ${file.name}.`;
    } catch (error) {
      this.story.value = `${file.name} ${error instanceof Error ? error.message : error}`;
    }
  }

  quit() {
    this.#worker?.terminate();
  }
}

/** How a network is called within a sentence. @param {Run} run */
const nameOf = ({ name, choices }) => (choices ? name : name.replace("The finished", "the finished"));
