// The training images that are most like a drawing, as they are shown beside an answer.

import { computed, effect, signal } from "@preact/signals-core";
import { stopAll } from "../common/dom.js";
import { makeKnowledge } from "./knowledge.js";

/** @import { ReadonlySignal } from "@preact/signals-core" */
/** @import { AnswerState } from "../../drawing/answer.js" */
/** @import { Known, Knowledge } from "./knowledge.js" */
/** @import { NearestState } from "./nearest.js" */

/**
 * @param {ReadonlySignal<Known | Record<string, never>>} known empty: nothing is known
 * @param {AnswerState} answer
 * @returns {NearestState & { stop: () => void }}
 */
export function makeNearestState(known, answer) {
  const knowledge = signal(/** @type {Knowledge | null} */ (null));
  const isThere = computed(() => Boolean(known.value && "images" in known.value));
  let stopLearning = () => {};
  const stopFollowing = effect(() => {
    stopLearning();
    knowledge.value = null;
    if (!isThere.value) return;
    const learned = makeKnowledge(/** @type {Known} */ (known.value), answer.weights);
    stopLearning = stopAll(
      learned.stop,
      effect(() => {
        knowledge.value = learned.knowledge.value;
      }),
    );
  });
  const places = computed(() =>
    knowledge.value && !answer.isEmpty.value
      ? knowledge.value.nearest(answer.result.value.layers.embedding.data)
      : null,
  );
  const { judgement, result, isEmpty } = answer;
  const stop = () => {
    stopFollowing();
    stopLearning();
  };
  return { isThere, knowledge, places, judgement, result, isEmpty, stop };
}
