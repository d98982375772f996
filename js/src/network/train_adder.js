// How a small adder is trained on the pairs that aren't hidden: in pieces so small that the page stays alive on a
// slow phone.

import { meanEmbeddings, putIn, TEN } from "./adder.js";
import { askInPieces } from "./hidden_pairs.js";

/** @import { Adder, Example, Image } from "./adder.js" */
/** @import { Answers, Pair } from "./hidden_pairs.js" */
/**
 * @typedef {object} Plan of a training
 * @property {number} steps
 * @property {number} batch random images in a step; 0: the mean of each digit, all seen pairs in every step
 * @property {number} rate
 * @property {number} decay AdamW's: a step takes rate · decay of each weight away
 */
/**
 * @typedef {object} Material
 * @property {Image[]} images to learn from
 * @property {Pair[]} seen pairs that aren't hidden
 * @property {Image[]} others that the adder is asked about
 * @property {() => number} random
 */
/** @typedef {(steps: number, answers: Answers, isLast: boolean) => void} OnLook */
/** @typedef {ReturnType<typeof trainingOf>} Training */

const SLICE = 12; // ms of work, then the page has its turn

/** What *Train* does. @type {Plan} */
export const SHORT = { steps: 400, batch: 128, rate: 0.01, decay: 0.01 };
/** What *Keep training* does: steps in which weights fade. @type {Plan} */
export const LONG = { steps: 6000, batch: 0, rate: 0.003, decay: 3 };

/** What a step of a plan takes away of each weight. @param {Plan} plan */
export const fadingOf = ({ rate, decay }) => rate * decay;

/**
 * What gives the examples of each step of a plan.
 * @param {Plan} plan
 * @param {Material} material
 * @returns {() => Example[]}
 */
function examplesOf({ batch }, { images, seen, random }) {
  if (!batch) {
    const means = meanEmbeddings(images);
    const everyPair = seen.map(([digit, number]) => ({ embedding: means[digit], digit, number }));
    return () => everyPair;
  }
  const numbers = TEN.map((digit) => seen.filter((pair) => pair[0] === digit).map((pair) => pair[1]));
  /**
   * @template T
   * @param {T[]} list
   */
  const any = (list) => list[Math.floor(random() * list.length)];
  const one = () => {
    const image = any(images);
    return { ...image, number: any(numbers[image.digit]) };
  };
  return () => Array.from({ length: batch }, one);
}

/**
 * A training in pieces: some steps, or a part of a look at what the adder answers.
 * @param {Adder} adder
 * @param {Plan} plan
 * @param {Material} material
 * @param {{ steps: number }} made which it keeps up to date
 * @param {OnLook} onLook
 */
function* learn(adder, plan, material, made, onLook) {
  const examples = examplesOf(plan, material);
  for (let next = 10; made.steps < plan.steps; ) {
    const count = plan.batch ? 1 : Math.min(5, next - made.steps);
    const slower = plan.batch ? Math.min(1, 4 * (1 - made.steps / plan.steps)) : 1; // at the end
    const now = examples();
    putIn(adder, now);
    adder.code.train(now.length, count, plan.rate * slower, plan.decay);
    made.steps += count;
    yield;
    if (made.steps < next) continue;
    const answers = yield* askInPieces(adder, material.others);
    next = Math.min(plan.steps, made.steps + Math.max(20, Math.round(made.steps / 12)));
    onLook(made.steps, answers, made.steps === plan.steps);
  }
}

/**
 * The training of an adder by a plan, in slices, so that the page stays alive. It can be halted between two of them, and
 * goes on from there as if nothing had happened.
 * @param {Adder} adder
 * @param {Plan} plan
 * @param {Material} material
 * @param {number} begun steps that were made before, by other plans
 * @param {OnLook} onLook called now and then, and at the end, with the steps in all
 */
export function trainingOf(adder, plan, material, begun, onLook) {
  const made = { steps: 0 };
  const pieces = learn(adder, plan, material, made, (steps, ...rest) => onLook(begun + steps, ...rest));
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  let isRunning = false;
  function slice() {
    const end = performance.now() + SLICE;
    let isDone = false;
    while (!isDone && isRunning && performance.now() < end) isDone = Boolean(pieces.next().done);
    if (!isDone && isRunning) timer = setTimeout(slice);
  }
  return {
    go() {
      isRunning = true;
      timer = setTimeout(slice);
    },
    /** Returns the steps that were made in all; 0 where this plan hasn't made one. */
    halt() {
      isRunning = false;
      clearTimeout(timer);
      return made.steps && begun + made.steps;
    },
  };
}
