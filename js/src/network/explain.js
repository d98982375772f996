// How a pixel of a map inside the network is made, what it sees of the image, and what the layers are called.

import { EPSILON, MEAN, normalise, STD } from "./forward.js";

/** @import { Features, Layers, Weights } from "./forward.js" */

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth"];

/**
 * What batch norm multiplies a channel by, and what it adds.
 * @param {Weights} weights
 * @param {string} name
 * @param {number} channel
 * @returns {[factor: number, shift: number]}
 */
export function batchNormOf(weights, name, channel) {
  const [factor, shift, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map(
    (part) => weights[`${name}.${part}`].data[channel],
  );
  const scale = factor / Math.sqrt(variance + EPSILON);
  return [scale, shift - mean * scale];
}

/** @param {string} layer */
const isPooling = (layer) => layer.endsWith(".2");

/**
 * The layers of a part that make maps, in the order of calculation.
 * @param {string} part
 * @param {Layers} layers
 */
export const mapsOf = (part, layers) =>
  part.startsWith("block") ? Object.keys(layers).filter((name) => name.startsWith(`${part}.`)) : [];

/**
 * A layer that makes maps, in words.
 * @param {string} layer
 * @param {Layers} layers
 */
export function nameOf(layer, layers) {
  const convolutions = Object.keys(layers).filter((name) => name.startsWith("block") && !isPooling(name));
  return isPooling(layer) ? "after max pooling" : `${ORDINALS[convolutions.indexOf(layer)]} convolution`;
}

/** @param {Features} features */
export const shapeOf = ({ channels, height, width }) =>
  height > 1 ? [channels, height, width].join(" × ") : String(channels);

/**
 * What the window viewer wants, to show how the pixels of a map are made.
 * @param {Weights} weights
 * @param {Layers} layers
 * @param {ArrayLike<number>} pixels
 * @param {string} layer
 * @param {number} map
 */
export function windowOf(weights, layers, pixels, layer, map) {
  const names = Object.keys(layers);
  const name = isPooling(layer) ? names[names.indexOf(layer) - 1] : layer;
  const isFirst = name === names[0];
  const input = isFirst ? normalise(pixels) : layers[names[names.indexOf(name) - 1]];
  const size = input.height * input.width;
  const channels = [...Array(input.channels).keys()];
  const { data } = weights[`${name}.0.weight`];
  return {
    image: channels.map((channel) => rowsOf(input.data.subarray(channel * size), input.height, input.width)),
    weights: channels.map((channel) => rowsOf(data.subarray((map * input.channels + channel) * 9), 3, 3)),
    batchNorm: batchNormOf(weights, `${name}.2`, map),
    padding: paddingOf(name),
    range: isFirst ? [-MEAN / STD, (1 - MEAN) / STD] : [],
    mode: /** @type {"pooling" | "convolution"} */ (isPooling(layer) ? "pooling" : "convolution"),
    middle: /** @type {[number, number]} */ ([layers[name].height >> 1, layers[name].width >> 1]),
  };
}

/** How many zeros a convolution has on each side. @param {string} name */
const paddingOf = (name) => (name === "block3.1" ? 0 : 1);

/**
 * The square of the image that a pixel of a map depends on: its receptive field, as `receptive_fields` in model.py
 * computes it.
 * @param {Layers} layers
 * @param {string} layer
 * @param {[row: number, column: number]} place of the pixel
 */
export function fieldOf(layers, layer, place) {
  let [first, size, jump] = [0, 1, 1]; // of the map's first pixel; `jump` from one to the next
  const names = Object.keys(layers);
  for (const name of names.slice(0, names.indexOf(layer) + 1)) {
    if (!isPooling(name)) first -= paddingOf(name) * jump;
    size += (isPooling(name) ? 1 : 2) * jump;
    if (isPooling(name)) jump *= 2;
  }
  const [top, left] = place.map((at) => first + at * jump);
  return { top, left, size };
}

/**
 * @param {Float32Array} data
 * @param {number} height
 * @param {number} width
 */
const rowsOf = (data, height, width) =>
  Array.from({ length: height }, (_, row) => [...data.subarray(row * width, (row + 1) * width)]);
