// Images of MNIST that one can take, and draw on.

import { fromBase64 } from "../../network/weights.js";
import { toUrl } from "../common/colours.js";

/** @import { Drawing } from "../../drawing/drawing.js" */
/** @typedef {{ pixels: string, about: string }} Sample 784 bytes in base64; where from */

/**
 * What puts the next of some images on a pad.
 * @param {Drawing} drawing
 * @param {Sample[]} samples
 */
export function sampleTaker(drawing, samples) {
  let turn = Math.floor(Math.random() * samples.length);
  return () => {
    turn = (turn + 1) % samples.length;
    drawing.put([], backgroundOf(samples[turn]));
  };
}

/**
 * A sample as a pad has it under its strokes.
 * @param {Sample} sample
 */
function backgroundOf({ pixels: image, about }) {
  const pixels = fromBase64(image);
  return { url: toUrl(pixels), pixels, about };
}
