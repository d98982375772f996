// How strange an image is to a network: strangeness.py in JavaScript. Two things are measured: how far it is from the
// nearest training image, in a space of 81 numbers, and what a head says that has learned from non-digits
// (non_digit_head.js). The head fits one network: with other weights it has no say.
//
// 32 of the numbers say what was found: the means of the 16 maps of block 2 and of the 16 of block 3, in units of how
// much they vary among images of one digit. 49 say where the ink is. With other weights these 49 judge alone until
// all images have been looked at again, which isn't done while the weights change, as in training.

import { LIMITS } from "../shared/rules.js";
import { add, average, embed } from "./forward.js";

/** @import { Layers, Weights } from "./forward.js" */
/**
 * @typedef {object} Space
 * @property {number} count images
 * @property {(found: number[], ink: Float32Array) => Float32Array} place
 * @property {(point: Float32Array) => Float32Array} distances to each image
 * @property {Float32Array} points all images' places in a row
 * @property {number} size numbers of a place
 */
/**
 * @typedef {object} Scale what turns the measures into strangeness, and the strangeness above which images are rejected
 * @property {number} distance
 * @property {number} logit of being a non-digit
 * @property {number} threshold
 */

const CHUNK = 10; // milliseconds of calculation, before the page gets its turn

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

/** @param {ArrayLike<number>} values */
export const mean = (values) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
/**
 * @param {number[]} a
 * @param {number[]} b
 */
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/**
 * How much each of some numbers varies among images of one digit.
 * @param {number[][]} found a row for each image
 * @param {number[]} digits as the network reads them: those that it never reads have no images
 */
export function spreads(found, digits) {
  const columns = found[0].map((_, i) => i);
  const middles = [...Array(10).keys()].map((digit) => {
    const own = found.filter((_, n) => digits[n] === digit);
    return own.length === 0 ? [] : columns.map((i) => mean(own.map((values) => values[i])));
  });
  const variances = columns.map((i) =>
    mean(found.map((values, n) => (values[i] - middles[digits[n]][i]) ** 2)),
  );
  const least = 0.001 * (variances.length ? mean(variances) : 0); // so that it is never 0
  return variances.map((variance) => Math.sqrt(variance + least));
}

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
  return { count: found.length, place, distances, points, size };
}

/**
 * The standard deviation of the distance among the images themselves, each compared with all others, and the threshold
 * that a small fraction of them exceed. There is no head.
 * @param {Space} space
 * @param {() => boolean} isOver
 * @returns {Promise<Scale>}
 */
export async function makeScale({ count, distances, points, size }, isOver) {
  const toNearest = (/** @type {number} */ n) => {
    const all = distances(points.subarray(size * n, size * (n + 1)));
    all[n] = Infinity; // itself
    return all.reduce((a, b) => Math.min(a, b));
  };
  const nearest = await inTurns(count, toNearest, isOver);
  const distance = 1 / deviation(nearest);
  return { distance, logit: 0, threshold: distance * quantile(nearest, 1 - LIMITS.known_rejected) };
}

/** @param {number[]} values */
function deviation(values) {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

/**
 * The number below which a share of some numbers are: between two of them, as `torch.quantile` has it.
 * @param {number[]} values
 * @param {number} share
 */
export function quantile(values, share) {
  const inOrder = [...values].sort((a, b) => a - b);
  const place = share * (values.length - 1);
  const [low, high] = [Math.floor(place), Math.ceil(place)];
  return inOrder[low] + (place - low) * (inOrder[high] - inOrder[low]);
}

/**
 * What a network finds in an image, and how it reads it.
 * @param {Weights} weights
 * @param {ArrayLike<number>} pixels
 */
export function lookAt(weights, pixels) {
  const layers = embed(weights, pixels);
  return { found: foundIn(layers), digit: add(weights, layers.embedding, 0).digit }; // whatever the number
}

/**
 * Where images are with new weights, and what is usual; null if it is over before.
 * @param {Weights} weights
 * @param {ArrayLike<number>[]} images
 * @param {Float32Array[]} inks of these
 * @param {number} training how many of them, the first, say what is usual
 * @param {() => boolean} isOver
 */
export async function lookAgain(weights, images, inks, training, isOver) {
  const looks = await inTurns(images.length, (n) => lookAt(weights, images[n]), isOver);
  if (isOver()) return null;
  const found = looks.map((look) => look.found);
  const digits = looks.slice(0, training).map((look) => look.digit);
  const space = makeSpace(found, spreads(found.slice(0, training), digits), inks);
  return { found, space, scale: await makeScale({ ...space, count: training }, isOver) };
}

/** @param {number} time in milliseconds */
export const pause = (time) => new Promise((go) => setTimeout(go, time));

/**
 * f(0), f(1), ... with pauses, in which the page gets its turn; until all are there or it is over.
 * @template T
 * @param {number} count
 * @param {(n: number) => T} f
 * @param {() => boolean} isOver
 */
export async function inTurns(count, f, isOver) {
  /** @type {T[]} */
  const made = [];
  for (let since = performance.now(); made.length < count && !isOver(); ) {
    made.push(f(made.length));
    if (performance.now() - since < CHUNK) continue;
    await pause(CHUNK);
    since = performance.now();
  }
  return made;
}

/**
 * The two directions in which points differ most: what projects a point on them. (PCA: the first two
 * eigenvectors of the covariances, by power iteration.)
 * @param {number[][]} points
 * @returns {(point: number[]) => number[]}
 */
export function principal(points) {
  const middle = points[0].map((_, i) => mean(points.map((point) => point[i])));
  const covariances = covariancesOf(points, middle);
  /** @type {number[][]} */
  const ways = [];
  for (const start of [0, 1]) {
    let way = middle.map((_, i) => Math.cos(i + start)); // whatever it is
    for (let round = 0; round < 100; round++) {
      const turned = covariances.map((row) => dot(row, way));
      const shares = ways.map((other) => dot(turned, other)); // at right angles to the first
      const next = turned.map(
        (value, i) => value - ways.reduce((sum, other, k) => sum + shares[k] * other[i], 0),
      );
      const length = Math.hypot(...next);
      way = next.map((value) => value / length);
    }
    ways.push(way);
  }
  return (point) => ways.map((way) => dot(way, point) - dot(way, middle));
}

/**
 * Times how many points there are, which changes no direction.
 * @param {number[][]} points
 * @param {number[]} middle
 */
function covariancesOf(points, middle) {
  const covariances = middle.map(() => middle.map(() => 0));
  for (const point of points)
    for (let i = 0; i < middle.length; i++)
      for (let j = 0; j < middle.length; j++)
        covariances[i][j] += (point[i] - middle[i]) * (point[j] - middle[j]);
  return covariances;
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
 * What was found in each training image, as `known_images` in nearest.py stored it: a byte for each number.
 * @param {{ low: number[], step: number[] }} scale
 * @param {Uint8Array} bytes
 */
export function unpackFound({ low, step }, bytes) {
  const width = low.length;
  return Array.from({ length: bytes.length / width }, (_, n) =>
    low.map((value, i) => value + step[i] * bytes[n * width + i]),
  );
}
