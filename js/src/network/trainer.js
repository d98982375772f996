// Training of the whole network: what teach.c, built for WebAssembly, is given, and how well it does.

import { randomNumbers } from "./random.js";

/** @typedef {{ images: Uint8Array[], digits: number[] }} Sheet images of 784 pixels, and their digits */
/**
 * @typedef {object} Report
 * @property {number} images how many were seen, counted as often as they were
 * @property {number} digit percent of the images held back whose digit is right
 * @property {number} sum percent of which the sum is right, whatever the digit
 * @property {boolean} done
 */
/**
 * @typedef {object} Settings
 * @property {BufferSource} wasm teach.wasm
 * @property {Sheet} training
 * @property {Sheet} heldBack
 * @property {number} seed
 */

export const BATCH = 32; // images at most, as in teach.c
const RATE = 0.01; // the highest learning rate

/** A number to add. @param {() => number} random */
const anyNumber = (random) => Math.floor(10 * random());

export class Trainer {
  /** @param {Settings} settings */
  static async make({ wasm, training, heldBack, seed }) {
    const imports = /** @type {any} */ ({ Math }); // its exp and log
    const { instance } = await WebAssembly.instantiate(wasm, imports);
    return new Trainer(instance.exports, training, heldBack, seed);
  }

  /**
   * @param {any} c what teach.c exports
   * @param {Sheet} training
   * @param {Sheet} heldBack
   * @param {number} seed
   */
  constructor(c, training, heldBack, seed) {
    this.c = c;
    this.training = training;
    this.heldBack = heldBack;
    this.random = randomNumbers(seed);
    /** @type {number[]} */
    this.order = []; // images that come next
    this.size = 0; // numbers in the network
    this.steps = 0; // made, of `length`
    this.length = 0;
    this.examined = 0; // ms that the last examination took
  }

  /**
   * An array of teach.c, as it lies in memory.
   * @template T
   * @param {string} name
   * @param {new (buffer: ArrayBuffer, start: number, length: number) => T} Type
   * @param {number} length
   */
  view(name, Type, length) {
    return new Type(this.c.memory.buffer, this.c[`${name}_address`](), length);
  }

  /**
   * Start from these numbers, for so many steps.
   * @param {Float32Array} numbers
   * @param {number} length
   */
  begin(numbers, length) {
    this.view("weights", Float32Array, numbers.length).set(numbers);
    this.c.forget_moments();
    Object.assign(this, { size: numbers.length, steps: 0, length, examined: 0, order: [] });
  }

  /**
   * Put examples where teach.c finds them.
   * @param {Sheet} sheet
   * @param {number[]} places of the images in it
   * @param {number[]} numbers to add
   */
  give({ images, digits }, places, numbers) {
    const pixels = this.view("pixels", Uint8Array, BATCH * 784);
    places.forEach((place, n) => {
      pixels.set(images[place], 784 * n);
    });
    this.view("digits", Uint8Array, BATCH).set(places.map((place) => digits[place]));
    this.view("numbers", Uint8Array, BATCH).set(numbers);
  }

  /** The next images, each once before the first comes again: an epoch may begin within a batch. */
  next() {
    if (this.order.length < BATCH) {
      const keyed = this.training.images.map((_, place) => ({ key: this.random(), place }));
      this.order.push(...keyed.sort((a, b) => a.key - b.key).map(({ place }) => place));
    }
    return this.order.splice(0, BATCH);
  }

  /** Up in three tenths of the time, then down to nearly 0, as OneCycleLR does. */
  rate() {
    const share = this.steps / this.length;
    const along = share < 0.3 ? 1 - share / 0.3 : (share - 0.3) / 0.7;
    const low = share < 0.3 ? 0.04 : 0;
    return RATE * (low + ((1 - low) * (1 + Math.cos(Math.PI * along))) / 2);
  }

  /**
   * Train for some time, at least four times as long as the examination took, then tell how well it does.
   * @param {number} milliseconds
   */
  train(milliseconds) {
    const end = performance.now() + Math.max(milliseconds, 4 * this.examined);
    while (this.steps < this.length && performance.now() < end) this.step();
    return this.report();
  }

  /**
   * A step on the next images; returns its loss.
   * @returns {number}
   */
  step() {
    const places = this.next();
    const numbers = places.map(() => anyNumber(this.random));
    this.give(this.training, places, numbers);
    const loss = this.c.train(places.length, this.rate());
    this.steps += 1;
    return loss;
  }

  /** @returns {Report} */
  report() {
    const start = performance.now();
    const shares = this.examine();
    this.examined = performance.now() - start;
    return { images: this.steps * BATCH, ...shares, done: this.steps >= this.length };
  }

  /** The share of the images held back, in percent, of which the digit is right, and the sum. */
  examine() {
    const { images, digits } = this.heldBack;
    const random = randomNumbers(0); // the same numbers each time
    const right = { digit: 0, sum: 0 };
    for (let start = 0; start < images.length; start += BATCH) {
      const places = images.map((_, place) => place).slice(start, start + BATCH);
      const numbers = places.map(() => anyNumber(random));
      this.give(this.heldBack, places, numbers);
      this.c.answer(places.length);
      const answers = this.#answers(places.length);
      answers.forEach(({ digit, total }, n) => {
        right.digit += Number(digit === digits[places[n]]);
        right.sum += Number(total === digits[places[n]] + numbers[n]);
      });
    }
    return { digit: (100 * right.digit) / images.length, sum: (100 * right.sum) / images.length };
  }

  /**
   * The likeliest digit and sum of each example that was asked.
   * @param {number} count
   */
  #answers(count) {
    const digits = this.view("digit_logits", Float32Array, BATCH * 10);
    const sums = this.view("sum_logits", Float32Array, BATCH * 19);
    const likeliest = (/** @type {Float32Array} */ logits) => logits.indexOf(Math.max(...logits));
    return Array.from({ length: count }, (_, n) => ({
      digit: likeliest(digits.subarray(10 * n, 10 * (n + 1))),
      total: likeliest(sums.subarray(19 * n, 19 * (n + 1))),
    }));
  }
}
