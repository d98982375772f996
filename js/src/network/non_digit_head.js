// The third head: from an embedding to whether the image is a digit at all. rejection.py in JavaScript.

import { linear } from "./forward.js";

/** @import { Features, Weights } from "./forward.js" */

/**
 * The logit of an image being no digit.
 * @param {Weights} head
 * @param {Features} embedding
 */
export function nonDigitLogit(head, embedding) {
  const hidden = linear(embedding, head["hidden.weight"]);
  hidden.data = hidden.data.map((value, unit) => Math.max(0, value + head["hidden.bias"].data[unit]));
  return linear(hidden, head["output.weight"]).data[0] + head["output.bias"].data[0];
}
