// What a network says of a drawing and a number. All of it is computed from these three, so that no two places
// of a page can disagree: pixels, layers, probabilities, doubts and sentences.

import { computed } from "@preact/signals-core";
import { add, embed } from "../network/forward.js";
import { fill } from "../shared/fill.js";
import { LIMITS } from "../shared/rules.js";
import * as sentences from "../shared/sentences.js";
import { describe, remark } from "./answer_words.js";
import { drawOver, frameStrokes, hasTap } from "./strokes.js";

/** @import { ReadonlySignal } from "@preact/signals-core" */
/** @import { Answer, Layers, Weights } from "../network/forward.js" */
/** @import { Drawing } from "./drawing.js" */
/**
 * @typedef {object} Rejection whether an image is like those of the training
 * @property {boolean} isRejected
 * @property {boolean} [isClose] whether a little less would have been too little: another hand, another answer
 */
/** @typedef {(layers: Layers, pixels: ArrayLike<number>) => Rejection} Reject */
/**
 * "sure": the answer can be relied on; "unsure": it says that it can't; "rejected": the image is hardly a digit;
 * "empty": there is nothing to read; "broken": the weights are no finite numbers.
 * @typedef {"sure" | "unsure" | "rejected" | "empty" | "broken"} Certainty
 */

/** @typedef {ReturnType<typeof makeAnswer>} AnswerState */

/**
 * @param {object} from
 * @param {Drawing} from.drawing
 * @param {ReadonlySignal<ArrayLike<number>>} from.given 784 pixels that are read while nothing is drawn
 * @param {ReadonlySignal<number>} from.number
 * @param {ReadonlySignal<Weights>} from.weights
 * @param {ReadonlySignal<Reject | null>} [from.reject]
 */
export function makeAnswer({ drawing, given, number, weights, reject }) {
  const pixels = computed(() => {
    const under = drawing.background.value.pixels;
    const strokes = drawing.all.value;
    if (under) return drawOver(under, strokes);
    return strokes.length ? frameStrokes(strokes) : Uint8Array.from(given.value);
  });
  const isEmpty = computed(() => !pixels.value.some(Boolean));
  const left = computed(() => embed(weights.value, pixels.value)); // another number changes the right part alone
  const result = computed(() => {
    const right = add(weights.value, left.value.embedding, number.value);
    return { ...right, layers: { ...left.value, ...right.layers } };
  });
  const warning = computed(() => {
    if (isEmpty.value) return "";
    const isDrawn = drawing.all.value.length && !drawing.background.value.url;
    return remark(pixels.value, isDrawn ? LIMITS.most_pen_ink : LIMITS.most_ink);
  });
  /** Of finished strokes: each begins as a dot. */
  const isTapped = computed(() => !drawing.background.value.url && hasTap(drawing.strokes.value));
  const rejection = computed(() =>
    isEmpty.value ? null : (reject?.value?.(left.value, pixels.value) ?? null),
  );
  const said = computed(() => {
    if (result.value.digit < 0) return says("broken", sentences.not_finite);
    if (isEmpty.value) return says("empty", sentences.empty_image);
    const { isRejected = false, isClose = false } = rejection.value ?? {};
    const about = { warning: warning.value, isRejected, isClose, hasTap: isTapped.value };
    const [sentence, isCertain] = describe(result.value, number.value, about);
    if (isRejected || warning.value) return says("rejected", sentence);
    return says(isCertain ? "sure" : "unsure", sentence);
  });
  const certainty = computed(() => said.value.certainty);
  return {
    pixels,
    isEmpty,
    number,
    weights,
    result,
    warning,
    rejection,
    certainty,
    /** The sentence that everybody shows. */
    sentence: computed(() => said.value.sentence),
    /** Why bars are dimmed: what the network itself would say, which isn't to be trusted; "" where they aren't. */
    nearestGuess: computed(() => wordsForNearestGuess(result.value, certainty.value)),
  };
}

/**
 * @param {Certainty} certainty
 * @param {string} sentence
 */
const says = (certainty, sentence) => ({ certainty, sentence });

/**
 * @param {Pick<Answer, "digit">} result
 * @param {Certainty} certainty
 */
function wordsForNearestGuess({ digit }, certainty) {
  if (certainty === "rejected") return fill(sentences.nearest_guess, { digit });
  return certainty === "empty" ? fill(sentences.nearest_guess_empty, { digit }) : "";
}
