// Whether an image is like those of the training, as part of the answer's state.

import { computed, effect, signal } from "@preact/signals-core";
import { stopAll } from "../common/dom.js";
import { makeKnowledge, neighbours } from "./knowledge.js";

/** @import { ReadonlySignal } from "@preact/signals-core" */
/** @import { AnswerState, Judge } from "../../drawing/answer.js" */
/** @import { Weights } from "../../network/forward.js" */
/** @import { Known, Knowledge } from "./knowledge.js" */
/** @import { NearestState } from "./nearest.js" */

/**
 * @param {ReadonlySignal<Known | Record<string, never>>} known empty: nothing is known
 * @param {ReadonlySignal<Weights>} weights
 */
export function makeNearestState(known, weights) {
  const knowledge = signal(/** @type {Knowledge | null} */ (null));
  const isKnown = computed(() => Boolean(known.value && "images" in known.value));
  let stopLearning = () => {};
  const stopFollowing = effect(() => {
    stopLearning();
    knowledge.value = null;
    if (!isKnown.value) return;
    const learned = makeKnowledge(/** @type {Known} */ (known.value), weights);
    stopLearning = stopAll(
      learned.stop,
      effect(() => {
        knowledge.value = learned.knowledge.value;
      }),
    );
  });
  /** @type {ReadonlySignal<Judge | null>} */
  const judge = computed(() => {
    const now = knowledge.value;
    return now && ((layers, pixels) => neighbours(now, layers, pixels));
  });
  return {
    judge,
    stop: () => {
      stopFollowing();
      stopLearning();
    },
    /** What is shown beside an answer. @param {AnswerState} answer @returns {NearestState} */
    of(answer) {
      const near = /** @type {NearestState["neighbours"]} */ (answer.judgement);
      return {
        isThere: isKnown,
        knowledge,
        neighbours: near,
        result: answer.result,
        isEmpty: answer.isEmpty,
      };
    },
  };
}
