// What the network of now knows of the training images: where each of them is, and how far a drawing is from them.

import { effect, signal } from "@preact/signals-core";
import { fullyConnected, vector } from "../../network/forward.js";
import {
  foundIn,
  inkInSquares,
  inTurns,
  lookAgain,
  makeSpace,
  mean,
  pause,
  principal,
  smallest,
  spreads,
  strangenessOf,
  unpackFound,
} from "../../network/known_images.js";
import { nonDigitLogit } from "../../network/non_digit_head.js";
import { crc32, flatten, fromBase64, readWeights } from "../../network/weights.js";
import { LIMITS } from "../../shared/rules.js";
import { rejected } from "../../shared/sentences.js";
import { clamp } from "../common/colours.js";
import { readSheet } from "../common/image_sheet.js";
import { range } from "../common/numbers.js";

/** @import { ReadonlySignal } from "@preact/signals-core" */
/** @import { Judgement } from "../../drawing/answer.js" */
/** @import { Layers, Weights } from "../../network/forward.js" */
/** @import { Scale, Space } from "../../network/known_images.js" */
/** @import { Sheet } from "../../network/trainer.js" */
/** @import { WeightsAsText } from "../../network/weights.js" */
/**
 * What `known_images` in nearest.py makes.
 * @typedef {object} Known
 * @property {{ url: string, digits: string }} images training images, and after them others, with a slash
 * @property {number} count how many of them are training images
 * @property {number} crc32 of the weights that it was made with
 * @property {{ low: number[], step: number[], units: number[], bytes: string }} found
 * @property {Scale} scale
 * @property {WeightsAsText | null} head that fits these weights; null: there is none
 * @property {number} ink_limit above this distance an image is rejected, where the ink alone judges
 */
/** @typedef {[x: number, y: number]} Point shares of the map's sides */
/**
 * @typedef {object} Map of the training images, by their embeddings
 * @property {Point[]} points
 * @property {Point[]} middles of each digit's images
 * @property {(embedding: Float32Array) => Point} place
 */
/**
 * @typedef {object} Knowledge
 * @property {Space} space
 * @property {Sheet} sheet
 * @property {number} training how many of its images are training images: the first
 * @property {Scale} scale
 * @property {Weights | null} weights none: by the ink alone
 * @property {Weights | null} head none, or one that fits the weights
 * @property {Map | null} map none: by the ink alone
 */
/** @typedef {Judgement & { places: number[] }} Neighbours `places` of the most similar images */

const SHOWN = 5; // images
const PATIENCE = 1500; // milliseconds without newer weights, before all is calculated again
const AGAIN = 1000; // images at most then: some seconds

/**
 * Follows the weights, and comes to know the images again whenever they have been others for a while.
 * @param {Known} known
 * @param {ReadonlySignal<Weights>} weights
 */
export function makeKnowledge(known, weights) {
  const knowledge = signal(/** @type {Knowledge | null} */ (null)); // nothing, until the images are there
  let version = 0;
  /** @type {Knowledge | null} */
  let byInk = null;
  const reading = readSheet(known.images).then(async (sheet) => {
    const ink = (/** @type {number} */ n) => inkInSquares(sheet.images[n]);
    const inks = await inTurns(sheet.images.length, ink, () => false);
    const nothing = sheet.images.map(() => []);
    const scale = { distance: 1, logit: 0, threshold: known.ink_limit };
    const space = makeSpace(nothing, [], inks);
    byInk = { space, sheet, training: known.count, scale, weights: null, head: null, map: null };
    return { sheet, training: known.count, inks };
  });

  /** @param {Weights} weights */
  async function learn(weights) {
    const mine = ++version;
    const isOver = () => mine !== version;
    const isStored = crc32(new Uint8Array(flatten(weights).buffer)) === String(known.crc32);
    if (!isStored) knowledge.value = byInk;
    const all = await reading;
    if (isOver()) return;
    if (!isStored) {
      knowledge.value = byInk;
      await pause(PATIENCE);
    }
    const { sheet, training, inks } = isStored ? all : some(all);
    const learned = isStored
      ? remember(inks)
      : await lookAgain(weights, sheet.images, inks, training, isOver);
    if (isOver() || !learned || !(learned.scale.threshold < Infinity)) return; // or weights that are no numbers
    const { found, space, scale } = learned;
    const head = isStored && known.head ? readWeights(known.head) : null;
    const map = await makeMap(weights, found.slice(0, training), sheet.digits, isOver);
    if (map) knowledge.value = { space, sheet, training, scale, weights, head, map };
  }

  /** What Python has found with these weights. @param {Float32Array[]} inks */
  function remember(inks) {
    const found = unpackFound(known.found, fromBase64(known.found.bytes));
    return { found, space: makeSpace(found, known.found.units, inks), scale: known.scale };
  }
  const stopLearning = effect(() => {
    const now = weights.value;
    learn(now);
  });
  const stop = () => {
    stopLearning();
    version++;
  };
  return { knowledge, stop };
}

/**
 * Every n-th of many images: the last ones are zeros with a slash, and there should be some of them.
 * @param {{ sheet: Sheet, training: number, inks: Float32Array[] }} all
 */
function some({ sheet, training, inks }) {
  const step = Math.ceil(inks.length / AGAIN);
  const of = (/** @type {any[]} */ list) => list.filter((_, n) => n % step === 0);
  const digits = of(sheet.digits);
  return {
    sheet: { images: of(sheet.images), digits },
    training: Math.ceil(training / step),
    inks: of(inks),
  };
}

/**
 * @param {Weights} weights
 * @param {number[][]} found in the training images
 * @param {number[]} digits of these, and of more
 * @param {() => boolean} isOver
 * @returns {Promise<Map | null>} null if it is over before
 */
async function makeMap(weights, found, digits, isOver) {
  const embed = (/** @type {number} */ n) => [
    ...fullyConnected(weights, "embedding", vector(Float32Array.from(found[n].slice(16)))).data,
  ];
  const embeddings = await inTurns(found.length, embed, isOver);
  if (isOver()) return null;
  const units = spreads(embeddings, digits);
  const scaled = (/** @type {number[]} */ embedding) => units.map((unit, i) => embedding[i] / unit);
  const project = principal(embeddings.map(scaled));
  const projected = embeddings.map((embedding) => project(scaled(embedding)));
  const [low, high] = [Math.min, Math.max].map((most) =>
    [0, 1].map((axis) => projected.reduce((a, point) => most(a, point[axis]), 0)),
  );
  /** @param {number[]} point @returns {Point} */
  const toMap = (point) => {
    const [x, y] = point.map((value, axis) =>
      clamp(0.04 + (0.92 * (value - low[axis])) / (high[axis] - low[axis]), 0.02, 0.98),
    );
    return [x, y];
  };
  const points = projected.map(toMap);
  const middles = range(10).map((digit) => {
    const own = points.filter((_, n) => digits[n] === digit);
    return /** @type {Point} */ ([mean(own.map(([x]) => x)), mean(own.map(([, y]) => y))]);
  });
  return { points, middles, place: (embedding) => toMap(project(scaled([...embedding]))) };
}

/**
 * The images nearest to one, and whether it is like them.
 * @param {Knowledge} knowledge
 * @param {Layers} layers
 * @param {ArrayLike<number>} pixels
 * @returns {Neighbours}
 */
export function neighbours({ space, scale, weights, head }, layers, pixels) {
  const distances = space.distances(space.place(weights ? foundIn(layers) : [], inkInSquares(pixels)));
  const places = smallest(distances, SHOWN);
  const logit = head ? nonDigitLogit(head, layers.embedding) : 0;
  const strangeness = strangenessOf(scale, distances[places[0]], logit);
  const isKnown = strangeness <= scale.threshold;
  const isClose = isKnown && head !== null && strangeness > scale.threshold - LIMITS.close;
  return { isKnown, isClose, sentence: isKnown ? "" : rejected, places };
}

/**
 * The digit in the middle of whose images a place is.
 * @param {Map} map
 * @param {Point} place
 */
export const nearestMiddle = ({ middles }, [x, y]) =>
  smallest(
    middles.map((middle) => Math.hypot(middle[0] - x, middle[1] - y)),
    1,
  )[0];
