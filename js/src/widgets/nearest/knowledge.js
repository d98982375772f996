// What the network of now makes of the training images: which of them are most like a drawing, and a map of them.

import { effect, signal } from "@preact/signals-core";
import { embed } from "../../network/forward.js";
import {
  distances,
  inTurns,
  mean,
  pause,
  principal,
  smallest,
  spreads,
  unpackEmbeddings,
} from "../../network/known_images.js";
import { crc32, flatten, fromBase64 } from "../../network/weights.js";
import { clamp } from "../common/colours.js";
import { readSheet } from "../common/image_sheet.js";
import { range } from "../common/numbers.js";

/** @import { ReadonlySignal } from "@preact/signals-core" */
/** @import { Weights } from "../../network/forward.js" */
/** @import { Sheet } from "../../network/trainer.js" */
/**
 * What `known_images` in nearest.py makes.
 * @typedef {object} Known
 * @property {{ url: string, digits: string }} images
 * @property {number} crc32 of the weights that the embeddings were made with
 * @property {{ step: number[], bytes: string }} embeddings
 */
/** @typedef {[x: number, y: number]} Point shares of the map's sides */
/**
 * @typedef {object} Map of all images, by their embeddings
 * @property {Point[]} points
 * @property {Point[]} middles of each digit's images
 * @property {(embedding: Float32Array) => Point} place
 */
/**
 * @typedef {object} Knowledge
 * @property {Sheet} sheet
 * @property {(embedding: Float32Array) => number[]} nearest the places of the nearest images, in order
 * @property {Map} map
 */

const SHOWN = 5; // images
const PATIENCE = 1500; // milliseconds without newer weights, before all images are looked at again
const AGAIN = 1000; // images at most then: some seconds

/**
 * Follows the weights. While they change, as in training, nothing is known; once they stay, the images are looked at
 * again.
 * @param {Known} known
 * @param {ReadonlySignal<Weights>} weights
 */
export function makeKnowledge(known, weights) {
  const knowledge = signal(/** @type {Knowledge | null} */ (null));
  let version = 0;
  const reading = readSheet(known.images);

  /** @param {Weights} weights */
  async function learn(weights) {
    const mine = ++version;
    const isOver = () => mine !== version;
    const isStored = checkSum(weights) === String(known.crc32);
    if (!isStored) knowledge.value = null;
    const sheet = await reading;
    if (!isOver() && !isStored) await pause(PATIENCE);
    if (isOver()) return;
    const embeddings = isStored
      ? unpackEmbeddings(known.embeddings.step, fromBase64(known.embeddings.bytes))
      : await embedAgain(weights, sheet, isOver);
    if (isOver() || !embeddings.every((values) => values.every(Number.isFinite))) return;
    knowledge.value = makeSpace(embeddings, sheet);
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

/** @param {Weights} weights */
export const checkSum = (weights) => crc32(new Uint8Array(flatten(weights).buffer));

/**
 * @param {Weights} weights
 * @param {Sheet} sheet
 * @param {() => boolean} isOver
 */
const embedAgain = (weights, { images }, isOver) =>
  inTurns(Math.min(AGAIN, images.length), (n) => [...embed(weights, images[n]).embedding.data], isOver);

/**
 * @param {number[][]} embeddings
 * @param {Sheet} sheet
 * @returns {Knowledge}
 */
function makeSpace(embeddings, sheet) {
  const units = spreads(embeddings, sheet.digits);
  const scaled = (/** @type {ArrayLike<number>} */ embedding) => units.map((unit, i) => embedding[i] / unit);
  const points = embeddings.map(scaled);
  const project = principal(points);
  const toMap = fitMap(points.map(project));
  const onMap = points.map((point) => toMap(project(point)));
  const middles = range(10).map((digit) => {
    const own = onMap.filter((_, n) => sheet.digits[n] === digit);
    return /** @type {Point} */ ([mean(own.map(([x]) => x)), mean(own.map(([, y]) => y))]);
  });
  return {
    sheet,
    nearest: (embedding) => smallest(distances(points, scaled(embedding)), SHOWN),
    map: { points: onMap, middles, place: (embedding) => toMap(project(scaled(embedding))) },
  };
}

/**
 * What makes points fill a map; a point far from all of them comes to lie at its edge.
 * @param {number[][]} points
 * @returns {(point: number[]) => Point}
 */
function fitMap(points) {
  const [low, high] = [Math.min, Math.max].map((most) =>
    [0, 1].map((axis) => points.reduce((a, point) => most(a, point[axis]), points[0][axis])),
  );
  return (point) => {
    const [x, y] = point.map((value, axis) =>
      clamp(0.04 + (0.92 * (value - low[axis])) / (high[axis] - low[axis]), 0.02, 0.98),
    );
    return [x, y];
  };
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
