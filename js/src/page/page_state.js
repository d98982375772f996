// What the page knows. Each thing is here once: a drawing and a number, which the network that ships reads; all else is
// computed from these.

import { signal } from "@preact/signals-core";
import { makeAnswer } from "../drawing/answer.js";
import { Drawing } from "../drawing/drawing.js";
import { readWeights } from "../network/weights.js";
import { SelfDrawing } from "../widgets/diagram/self_drawing.js";
import { loadKnownImages, rejectBy } from "../widgets/nearest/known_images.js";

/** @import { Pair } from "../network/hidden_pairs.js" */
/** @import { WeightsAsText } from "../network/weights.js" */
/** @import { PackedSheet } from "../widgets/common/image_sheet.js" */
/** @import { StoredImages } from "../widgets/nearest/known_images.js" */
/** @import { NearestState } from "../widgets/nearest/nearest.js" */
/**
 * What tools/publishing/build_page.py writes.
 * @typedef {object} PageData
 * @property {WeightsAsText} weights of the network that ships
 * @property {Omit<StoredImages, "images">} known of the images to train on
 * @property {Pair[]} pairs that are hidden at first
 * @property {any} adder of `adder_data` in hidden_sums.py
 * @property {string} reader what the network that reads has seen
 * @property {string} recipe what networks trained as the one that ships made of pairs that were hidden from them
 * @property {PackedSheet} images to train on
 * @property {PackedSheet} held_back
 * @property {number} epochs
 * @property {{ course: string, lesson: string } | null} links where the course and a lesson are, with {} for its name
 */
/** @typedef {ReturnType<typeof makePageState>} PageState */

/** @param {PageData} data */
export function makePageState(data) {
  const drawing = new Drawing();
  const number = signal(5);
  const weights = signal(readWeights(data.weights));
  const given = signal(new Uint8Array(784)); // nothing is read where nothing is drawn
  const knownImages = loadKnownImages({ ...data.known, images: data.images });
  const answer = makeAnswer({ drawing, given, number, weights, reject: rejectBy(knownImages) });
  return {
    drawing,
    number,
    answer,
    nearest: {
      knownImages,
      neighbours: /** @type {NearestState["neighbours"]} */ (answer.rejection),
      isEmpty: answer.isEmpty,
    },
    selfDrawing: new SelfDrawing(drawing),
  };
}
