// What the network that ships knows of its training images: where each of them is, and how far a drawing is from them.

import { computed, signal } from "@preact/signals-core";
import {
  foundIn,
  inkInSquares,
  makeSpace,
  smallest,
  strangenessOf,
  unpackFound,
} from "../../network/known_images.js";
import { nonDigitLogit } from "../../network/non_digit_head.js";
import { fromBase64, readWeights } from "../../network/weights.js";
import { LIMITS } from "../../shared/rules.js";
import { rejected } from "../../shared/sentences.js";
import { readSheet } from "../common/image_sheet.js";
import { inTurns } from "../common/in_turns.js";

/** @import { ReadonlySignal } from "@preact/signals-core" */
/** @import { Judge, Judgement } from "../../drawing/answer.js" */
/** @import { Layers, Weights } from "../../network/forward.js" */
/** @import { Scale, Space } from "../../network/known_images.js" */
/** @import { Sheet } from "../../network/trainer.js" */
/** @import { WeightsAsText } from "../../network/weights.js" */
/**
 * What `known_images` in nearest.py makes.
 * @typedef {object} Known
 * @property {{ url: string, digits: string }} images training images, and after them others, with a slash
 * @property {number} count how many of them are training images
 * @property {{ low: number[], step: number[], units: number[], bytes: string }} found
 * @property {Scale} scale
 * @property {WeightsAsText | null} head null: there is none
 */
/**
 * @typedef {object} Knowledge
 * @property {Space} space
 * @property {Sheet} sheet
 * @property {number} training how many of its images are training images: the first
 * @property {Scale} scale
 * @property {Weights | null} head
 */
/** @typedef {Judgement & { places: number[] }} Neighbours `places` of the most similar images */

const SHOWN = 5; // images

/**
 * What is known; null until the images have been read.
 * @param {Known} known
 * @returns {ReadonlySignal<Knowledge | null>}
 */
export function makeKnowledge(known) {
  const knowledge = signal(/** @type {Knowledge | null} */ (null));
  learn(known).then((learned) => {
    knowledge.value = learned;
  });
  return knowledge;
}

/** @param {Known} known @returns {Promise<Knowledge>} */
async function learn({ images, count, found, scale, head }) {
  const sheet = await readSheet(images);
  const bytes = fromBase64(found.bytes);
  const inks = await inTurns(sheet.images.length, (n) => inkInSquares(sheet.images[n]));
  const each = await inTurns(sheet.images.length, (n) => unpackFound(found, bytes, n));
  const space = makeSpace(each, found.units, inks);
  return { space, sheet, training: count, scale, head: head && readWeights(head) };
}

/**
 * What judges whether an image is like the training images; null until these are known.
 * @param {ReadonlySignal<Knowledge | null>} knowledge
 * @returns {ReadonlySignal<Judge | null>}
 */
export const judgeBy = (knowledge) =>
  computed(() => {
    const known = knowledge.value;
    return known && ((layers, pixels) => neighbours(known, layers, pixels));
  });

/**
 * The images nearest to one, and whether it is like them.
 * @param {Knowledge} knowledge
 * @param {Layers} layers
 * @param {ArrayLike<number>} pixels
 * @returns {Neighbours}
 */
function neighbours({ space, scale, head }, layers, pixels) {
  const distances = space.distances(space.place(foundIn(layers), inkInSquares(pixels)));
  const places = smallest(distances, SHOWN);
  const logit = head ? nonDigitLogit(head, layers.embedding) : 0;
  const strangeness = strangenessOf(scale, distances[places[0]], logit);
  const isKnown = strangeness <= scale.threshold;
  const isClose = isKnown && head !== null && strangeness > scale.threshold - LIMITS.close;
  return { isKnown, isClose, sentence: isKnown ? "" : rejected, places };
}
