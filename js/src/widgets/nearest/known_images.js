// What the network that ships knows of its training images: where each of them is, and how far a drawing is from them.

import { computed, signal } from "@preact/signals-core";
import { nonDigitLogit } from "../../network/non_digit_head.js";
import {
  foundIn,
  inkInSquares,
  makeSpace,
  smallest,
  strangenessOf,
  unpackFound,
} from "../../network/strangeness.js";
import { fromBase64, readWeights } from "../../network/weights.js";
import { LIMITS } from "../../shared/rules.js";
import { readSheet } from "../common/image_sheet.js";
import { inTurns } from "../common/in_turns.js";

/** @import { ReadonlySignal } from "@preact/signals-core" */
/** @import { Reject, Rejection } from "../../drawing/answer.js" */
/** @import { Layers, Weights } from "../../network/forward.js" */
/** @import { Scale, Space } from "../../network/strangeness.js" */
/** @import { Sheet } from "../../network/trainer.js" */
/** @import { WeightsAsText } from "../../network/weights.js" */
/** @import { PackedSheet } from "../common/image_sheet.js" */
/**
 * What `known_images` in nearest.py makes.
 * @typedef {object} StoredImages
 * @property {PackedSheet} images training images, and after them others, with a slash
 * @property {number} count how many of them are training images
 * @property {{ low: number[], step: number[], units: number[], bytes: string }} found
 * @property {Scale} scale
 * @property {WeightsAsText | null} head null: there is none
 */
/**
 * @typedef {object} KnownImages
 * @property {Space} space
 * @property {Sheet} sheet
 * @property {number} training how many of its images are training images: the first
 * @property {Scale} scale
 * @property {Weights | null} head
 */
/** @typedef {Rejection & { places: number[] }} Neighbours `places` of the most similar images */

export const SHOWN = 5; // images

/**
 * What is known; null until the images have been read.
 * @param {StoredImages} known
 * @returns {ReadonlySignal<KnownImages | null>}
 */
export function loadKnownImages(known) {
  const knownImages = signal(/** @type {KnownImages | null} */ (null));
  learn(known).then((learned) => {
    knownImages.value = learned;
  });
  return knownImages;
}

/** @param {StoredImages} known @returns {Promise<KnownImages>} */
async function learn({ images, count, found, scale, head }) {
  const sheet = await readSheet(images);
  const bytes = fromBase64(found.bytes);
  const inks = await inTurns(sheet.images.length, (n) => inkInSquares(sheet.images[n]));
  const each = await inTurns(sheet.images.length, (n) => unpackFound(found, bytes, n));
  const space = makeSpace(each, found.units, inks);
  return { space, sheet, training: count, scale, head: head && readWeights(head) };
}

/**
 * What rejects an image that isn't like the training images; null until these are known.
 * @param {ReadonlySignal<KnownImages | null>} knownImages
 * @returns {ReadonlySignal<Reject | null>}
 */
export const rejectBy = (knownImages) =>
  computed(() => {
    const known = knownImages.value;
    return known && ((layers, pixels) => neighbours(known, layers, pixels));
  });

/**
 * The images nearest to one, and whether it is like them.
 * @param {KnownImages} knownImages
 * @param {Layers} layers
 * @param {ArrayLike<number>} pixels
 * @returns {Neighbours}
 */
function neighbours({ space, scale, head }, layers, pixels) {
  const distances = space.distances(space.place(foundIn(layers), inkInSquares(pixels)));
  const places = smallest(distances, SHOWN);
  const logit = head ? nonDigitLogit(head, layers.embedding) : 0;
  const strangeness = strangenessOf(scale, distances[places[0]], logit);
  const isRejected = strangeness > scale.threshold;
  const isClose = !isRejected && head !== null && strangeness > scale.threshold - LIMITS.close;
  return { isRejected, isClose, places };
}
