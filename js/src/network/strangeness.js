// How strange an image is to the network that ships: strangeness.py in JavaScript. Two things are measured: how far it
// is from the nearest training image, in a space of 81 numbers, and what a head says that has learned from non-digits
// (non_digit_head.js).
//
// 32 of the numbers say what was found: the means of the 16 maps of block 2 and of the 16 of block 3, in units of how
// much they vary among images of one digit. 49 say where the ink is.

import { average } from "./forward.js";

/** @import { Layers } from "./forward.js" */
/**
 * @typedef {object} Space
 * @property {(found: number[], ink: Float32Array) => Float32Array} place
 * @property {(point: Float32Array) => Float32Array} distances to each image
 */
/**
 * @typedef {object} Scale what turns the measures into strangeness, and the strangeness above which images are rejected
 * @property {number} distance
 * @property {number} logit of being a non-digit
 * @property {number} threshold
 */

/**
 * The ink of 784 pixels, 0 to 255, in 7x7 squares: their means times 4, so that the distance of two
 * images is that of their pixels, had they been blurred before.
 * @param {ArrayLike<number>} pixels
 */
export function inkInSquares(pixels) {
  const squares = new Float32Array(49);
  for (let place = 0; place < 784; place++)
    squares[7 * Math.floor(place / 112) + Math.floor((place % 28) / 4)] += pixels[place] / 255 / 4;
  return squares;
}

/**
 * How much was found in an image: 32 numbers.
 * @param {Layers} layers
 */
export const foundIn = (layers) => [...average(layers["block2.2"]).data, ...layers.average.data];

/**
 * @param {Scale} scale
 * @param {number} distance to the nearest training image
 * @param {number} logit of being a non-digit
 */
export const strangenessOf = (scale, distance, logit) => scale.distance * distance + scale.logit * logit;

/**
 * Where images are, by what was found in each and by its ink.
 * @param {number[][]} found
 * @param {number[]} units of what was found
 * @param {Float32Array[]} inks
 * @returns {Space}
 */
export function makeSpace(found, units, inks) {
  const size = units.length + 49;
  const points = new Float32Array(size * found.length);
  /** @param {number[]} values @param {Float32Array} ink @param {Float32Array} point in which it is noted */
  function place(values, ink, point = new Float32Array(size)) {
    for (let i = 0; i < values.length; i++) point[i] = values[i] / units[i];
    point.set(ink, values.length);
    return point;
  }
  found.forEach((values, n) => {
    place(values, inks[n], points.subarray(size * n, size * (n + 1)));
  });

  /** @param {Float32Array} point */
  function distances(point) {
    const all = new Float32Array(found.length);
    for (let n = 0; n < all.length; n++) {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += (point[i] - points[size * n + i]) ** 2;
      all[n] = Math.sqrt(sum);
    }
    return all;
  }
  return { place, distances };
}

/**
 * The places of the smallest of many numbers, the smallest first.
 * @param {ArrayLike<number>} values
 * @param {number} count
 */
export function smallest(values, count) {
  /** @type {number[]} */
  const places = [];
  while (places.length < count) {
    let best = -1;
    for (let i = 0; i < values.length; i++) if (!(values[i] >= values[best]) && !places.includes(i)) best = i;
    places.push(best);
  }
  return places;
}

/**
 * What was found in a training image, as `known_images` in nearest.py stored it: a byte for each number.
 * @param {{ low: number[], step: number[] }} scale
 * @param {Uint8Array} bytes of all images
 * @param {number} n
 */
export const unpackFound = ({ low, step }, bytes, n) =>
  low.map((value, i) => value + step[i] * bytes[n * low.length + i]);
