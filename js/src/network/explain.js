// How the numbers inside the network are made, and what the layers are called.

import { EPSILON, MEAN, normalise, STD } from "./forward.js";

/** @import { Features, Layers, Weights } from "./forward.js" */
/**
 * @typedef {object} Made how a unit of a fully connected layer is made
 * @property {{ name: string, value: number, weight: number, part: number }[]} terms its inputs, and what each adds
 * @property {number} sum of all parts
 * @property {[factor: number, shift: number] | null} norm of batch norm, where it follows
 * @property {number} output
 */

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

/**
 * The layers of a part, in the order of calculation.
 * @param {string} part
 * @param {Layers} layers
 */
export const layersOf = (part, layers) =>
  part === "number" ? [] : Object.keys(layers).filter((name) => name === part || name.startsWith(`${part}.`));

/** @param {string} layer */
export const isMap = (layer) => layer.startsWith("block");

/**
 * What one of its numbers is called.
 * @param {string} layer
 */
export function nounOf(layer) {
  if (isMap(layer)) return "map";
  if (layer.startsWith("adder")) return "unit";
  return layer.endsWith("head") ? "output" : "value";
}

/**
 * A layer in words.
 * @param {string} layer
 * @param {Layers} layers
 */
export function nameOf(layer, layers) {
  const convolutions = Object.keys(layers).filter((name) => isMap(name) && !name.endsWith(".2"));
  const place = convolutions.indexOf(layer);
  if (place >= 0) return `${ORDINALS[place]} convolution`;
  if (isMap(layer)) return "after max pooling";
  const adders = layersOf("adder", layers);
  if (adders.length > 1 && adders.includes(layer)) return `${ORDINALS[adders.indexOf(layer)]} layer`;
  return layer.replace("_", " ").replace(/\.0$/, "");
}

/** @param {Features} features */
export const shapeOf = ({ channels, height, width }) =>
  height > 1 ? [channels, height, width].join(" × ") : String(channels);

/**
 * How a unit of a fully connected layer is made.
 * @param {Weights} weights
 * @param {Layers} layers
 * @param {string} layer
 * @param {number} unit
 * @returns {Made}
 */
export function unitOf(weights, layers, layer, unit) {
  const inputs = inputsOf(layers, layer);
  const { data } = weights[`${layer}.0.weight`] ?? weights[`${layer}.weight`];
  const terms = inputs.map((input, i) => {
    const weight = data[unit * inputs.length + i];
    return { ...input, weight, part: input.value * weight };
  });
  const sum = terms.reduce((all, { part }) => all + part, 0);
  const norm = `${layer}.1.weight` in weights ? batchNormOf(weights, `${layer}.1`, unit) : null;
  return { terms, sum, norm, output: layers[layer].data[unit] };
}

/**
 * @param {Layers} layers
 * @param {string} layer
 */
function inputsOf(layers, layer) {
  const named = (/** @type {string} */ from, /** @type {string} */ word) =>
    [...layers[from].data].map((value, i) => ({ name: `${word} ${i}`, value }));
  const adders = layersOf("adder", layers);
  if (layer === "embedding") return named("average", "average");
  if (layer === adders[0]) return [...named("embedding", "embedding"), ...named("number", "number")];
  const before = layer.endsWith("head") ? adders.length - 1 : adders.indexOf(layer) - 1;
  return named(adders[before], "unit");
}

/**
 * What the window viewer wants, to show how a pixel of a map is made: the strongest one.
 * @param {Weights} weights
 * @param {Layers} layers
 * @param {ArrayLike<number>} pixels
 * @param {string} layer
 * @param {number} unit
 */
export function windowOf(weights, layers, pixels, layer, unit) {
  const names = Object.keys(layers);
  const isPooled = !(`${layer}.0.weight` in weights);
  const name = isPooled ? names[names.indexOf(layer) - 1] : layer;
  const isFirst = name === names[0];
  const input = isFirst ? normalise(pixels) : layers[names[names.indexOf(name) - 1]];
  const size = input.height * input.width;
  const channels = [...Array(input.channels).keys()];
  const { data } = weights[`${name}.0.weight`];
  const isFollowed = names[names.indexOf(name) + 1] === name.replace(/\d$/, "2");
  const batchNorm = batchNormOf(weights, `${name}.2`, unit);
  return {
    image: channels.map((channel) => rowsOf(input.data.subarray(channel * size), input.height, input.width)),
    weights: channels.map((channel) => rowsOf(data.subarray((unit * input.channels + channel) * 9), 3, 3)),
    batch_norm: batchNorm,
    place: strongest(layers[name], unit, batchNorm[1]),
    padding: paddingOf(name),
    range: isFirst ? [-MEAN / STD, (1 - MEAN) / STD] : [],
    layers: ["convolution", "relu", "batch_norm", ...(isFollowed ? ["pooling"] : [])],
    mode: isPooled ? "pooling" : "convolution",
    fixed: true,
    digits: [],
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
    const isPooling = name.endsWith(".2");
    if (!isPooling) first -= paddingOf(name) * jump;
    size += (isPooling ? 1 : 2) * jump;
    if (isPooling) jump *= 2;
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

/**
 * Where ReLU let the most through: batch norm makes `shift` of nothing.
 * @param {Features} features
 * @param {number} unit
 * @param {number} shift
 */
function strongest({ height, width, data }, unit, shift) {
  const size = height * width;
  const map = [...data.subarray(unit * size, (unit + 1) * size)].map((value) => Math.abs(value - shift));
  const at = map.indexOf(Math.max(...map));
  return [Math.floor(at / width), at % width];
}
