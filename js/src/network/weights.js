// The numbers of a network: as text from Python, all in a row for training, at random to begin with.

/** @import { Weights } from "./forward.js" */
/** @typedef {Record<string, number[]>} Shapes by the names that PyTorch has for them */
/** @typedef {{ shapes: Shapes, numbers: string }} WeightsAsText all float32 numbers in a row, in base64 */

/**
 * What base64 holds. A plain loop: while the page opens, this decodes a quarter of a megabyte.
 * @param {string} text
 */
export function fromBase64(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

/** @param {number[]} shape */
export const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);

/**
 * Weights from the text that `weights_as_text` in Python makes of them.
 * @param {WeightsAsText} text
 */
export function readWeights({ shapes, numbers }) {
  return unflatten(new Float32Array(fromBase64(numbers).buffer), shapes);
}

/**
 * All numbers of a network in a row.
 * @param {Weights} weights
 */
export function flatten(weights) {
  const parts = Object.values(weights).map(({ data }) => data);
  const all = new Float32Array(parts.reduce((sum, data) => sum + data.length, 0));
  let at = 0;
  for (const data of parts) {
    all.set(data, at);
    at += data.length;
  }
  return all;
}

/**
 * A network of these shapes from all its numbers in a row, which are copied.
 * @param {Float32Array} numbers
 * @param {Shapes} shapes
 * @returns {Weights}
 */
export function unflatten(numbers, shapes) {
  let at = 0;
  const parts = Object.entries(shapes).map(([name, shape]) => {
    const data = numbers.slice(at, at + sizeOf(shape));
    at += data.length;
    return [name, { shape, data }];
  });
  return Object.fromEntries(parts);
}

/**
 * New numbers for a network, as PyTorch begins: weights uniform within 1 / √inputs; batch norm does nothing.
 * @param {Shapes} shapes
 * @param {() => number} random
 * @returns {Weights}
 */
export function randomWeights(shapes, random) {
  const parts = Object.entries(shapes).map(([name, shape]) => {
    const inputs = sizeOf(shape.slice(1));
    const isOne = /weight|var/.test(name);
    const one = () => (shape.length > 1 ? (2 * random() - 1) / Math.sqrt(inputs) : Number(isOne));
    return [name, { shape, data: Float32Array.from({ length: sizeOf(shape) }, one) }];
  });
  return Object.fromEntries(parts);
}

/**
 * How many numbers are trained in a part of a network, or in all of it.
 * @param {Shapes} shapes
 */
export function countParameters(shapes, part = "") {
  return Object.entries(shapes)
    .filter(([name]) => name.startsWith(part && `${part}.`) && !name.includes("running_"))
    .reduce((sum, [, shape]) => sum + sizeOf(shape), 0);
}

/**
 * @param {Weights} weights
 * @returns {Shapes}
 */
export const shapesOf = (weights) =>
  Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, shape]));
