// AdderPanel without Python: its answers are computed in the page.

import { computed, signal } from "@preact/signals-core";
import { makeAnswer } from "../drawing/answer.js";
import { Drawing } from "../drawing/drawing.js";
import { fromBase64, readWeights } from "../network/weights.js";
import * as sentences from "../shared/sentences.js";
import { toUrl } from "../widgets/common/colours.js";
import { stopAll } from "../widgets/common/dom.js";
import { keepKeys } from "../widgets/common/keys.js";
import { judgeBy, makeKnowledge } from "../widgets/nearest/knowledge.js";
import { makePanel } from "../widgets/panel/panel.js";

/** @import { RenderArguments } from "../state/traits.js" */
/** @import { Reply } from "../widgets/panel/panel.js" */

/**
 * What the panel shows of an answer.
 * @param {import("../drawing/answer.js").AnswerState} answer
 * @param {Drawing} drawing
 * @returns {Reply}
 */
function replyOf({ isEmpty, pixels, result, sentence, trust, warning }, drawing) {
  const note = [warning.value, drawing.background.value.about].filter(Boolean).join(" ");
  const seen = { unfinished: drawing.unfinished.value.length > 0, seen: toUrl(pixels.value), note };
  if (isEmpty.value) return { ...seen, sentence: sentences.empty, certain: false, warned: false };
  return {
    ...seen,
    sentence: sentence.value,
    certain: trust.value === "sure",
    warned: trust.value === "rejected",
    total: result.value.total,
    digit_probabilities: result.value.digitProbabilities,
    sum_probabilities: result.value.sumProbabilities,
  };
}

/** @param {RenderArguments} widget */
function render({ model, el }) {
  const drawing = new Drawing();
  const number = signal(model.get("number") ?? 5);
  const { labels, pixels } = model.get("samples");
  const images = fromBase64(pixels);
  drawing.put(model.get("strokes") ?? []);
  const weights = signal(readWeights(model.get("weights")));
  const known = model.get("known");
  const answer = makeAnswer({
    drawing,
    given: signal(new Uint8Array(784)),
    number,
    weights,
    judge: known && judgeBy(makeKnowledge(known)),
  });
  const takeSample = () => {
    const place = Math.floor(Math.random() * labels.length);
    const [index, digit] = labels[place];
    const image = images.subarray(784 * place, 784 * (place + 1));
    drawing.put([], {
      url: toUrl(image),
      pixels: image,
      about: `Evaluation image ${index}, labelled ${digit}.`,
    });
  };
  const stop = makePanel(el, {
    drawing,
    number,
    reply: computed(() => replyOf(answer, drawing)),
    isWaiting: signal(false),
    isSmall: signal(Boolean(model.get("small"))),
    pace: 0,
    takeSample,
  });
  return stopAll(
    stop,
    drawing.stop,
    keepKeys(el, () => false),
  );
}

export default { render };
