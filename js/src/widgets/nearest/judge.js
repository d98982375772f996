// Whether an image is a digit, by the head that Python trained for a network, as part of the answer's state.

import { computed } from "@preact/signals-core";
import { nonDigitLogit } from "../../network/non_digit_head.js";
import { readWeights } from "../../network/weights.js";
import { strange } from "../../shared/sentences.js";
import { checkSum } from "./knowledge.js";

/** @import { ReadonlySignal } from "@preact/signals-core" */
/** @import { Judge } from "../../drawing/answer.js" */
/** @import { Weights } from "../../network/forward.js" */
/** @import { WeightsAsText } from "../../network/weights.js" */
/** @typedef {{ weights: WeightsAsText, threshold: number, crc32: number }} HeadAsData of `head_as_data` in nearest.py */

/**
 * Judges only with the weights that the head was trained for: with others, as in training, it says nothing.
 * @param {ReadonlySignal<HeadAsData | Record<string, never>>} head empty: there is none
 * @param {ReadonlySignal<Weights>} weights
 * @returns {ReadonlySignal<Judge | null>}
 */
export function makeJudge(head, weights) {
  const its = computed(() => ("weights" in head.value ? readWeights(head.value.weights) : null));
  return computed(() => {
    if (!its.value || checkSum(weights.value) !== String(head.value.crc32)) return null;
    const [layers, threshold] = [its.value, head.value.threshold];
    return ({ embedding }) => {
      const logit = nonDigitLogit(layers, embedding);
      const isDigit = logit <= threshold;
      return { isDigit, sentence: isDigit ? "" : strange, logit, threshold };
    };
  });
}
