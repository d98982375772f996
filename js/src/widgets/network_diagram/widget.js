// The front end of NetworkDiagram.

import "../common/common.css";
import "../pad/pad.css";
import "../viewer/viewer.css";
import "../diagram/diagram.css";
import { batch, computed, effect, signal } from "@preact/signals-core";
import { makeAnswer } from "../../drawing/answer.js";
import { Drawing } from "../../drawing/drawing.js";
import { readWeights } from "../../network/weights.js";
import { connect, follow } from "../../state/traits.js";
import { toUrl } from "../common/colours.js";
import { stopAll } from "../common/dom.js";
import { keepKeys } from "../common/keys.js";
import { Diagram } from "../diagram/diagram.js";

/** @import { RenderArguments } from "../../state/traits.js" */

/** @param {RenderArguments} widget */
function render({ model, el }) {
  const [{ pixels, number }, disconnect] = connect(model, {
    pixels: /** @type {number[]} */ ([]),
    number: 5,
  });
  const [weightsAsText, stopWeights] = follow(model, "weights");
  const [here, stopHere] = follow(model, "here");
  const drawing = new Drawing();
  const given = signal(pixels.peek());
  const weights = computed(() => readWeights(weightsAsText.value));
  const answer = makeAnswer({ drawing, given, number, weights });
  const diagram = new Diagram(el, {
    drawing,
    answer,
    given: computed(() => (given.value.some(Boolean) ? toUrl(given.value) : "")),
    number,
    here,
    selected: signal(here.peek() || "image"),
  });
  const stopSharing = sharePixels(pixels, given, drawing, answer.pixels, () => diagram.lightUp());
  const stops = [stopSharing, drawing.stop, disconnect, stopWeights, stopHere];
  return stopAll(diagram.stop, ...stops, keepKeys(el));
}

/**
 * Python's image takes the place of the drawing, and the drawing that of Python's image.
 * @param {import("@preact/signals-core").Signal<number[]>} shared
 * @param {import("@preact/signals-core").Signal<number[]>} given
 * @param {Drawing} drawing
 * @param {import("@preact/signals-core").ReadonlySignal<Uint8Array>} pixels
 * @param {() => void} onImage
 */
function sharePixels(shared, given, drawing, pixels, onImage) {
  let own = shared.peek(); // what is known on both sides
  const stopImage = effect(() => {
    if (shared.value === own) return;
    own = shared.value;
    batch(() => {
      given.value = own;
      drawing.put([]);
    });
    onImage();
  });
  const stopDrawing = effect(() => {
    if (drawing.strokes.value.length + Object.keys(drawing.background.value).length) own = [...pixels.peek()];
    else if (own !== given.peek()) own = given.peek();
    shared.value = own;
  });
  return stopAll(stopImage, stopDrawing);
}

export default { render };
