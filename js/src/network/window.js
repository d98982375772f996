// What the layers make of an image and the weights of a window: convolution, ReLU, batch norm, max pooling.

/** @typedef {number[][]} Grid rows of numbers */
/** @typedef {"convolution" | "relu" | "pooling"} Layer */
/**
 * @typedef {object} Computed
 * @property {Grid} convolution
 * @property {Grid} relu
 * @property {Grid} map what goes on: after batch norm, where there is one
 * @property {Grid} pooling
 * @property {(channel: number, row: number, column: number) => number[]} window the nine numbers under it
 * @property {(channel: number, row: number, column: number) => number} channelSum what a channel adds there
 * @property {(row: number, column: number) => number[]} four of which pooling takes the largest
 */

export const NINE = [...Array(9).keys()];

/**
 * @param {number} rows
 * @param {number} columns
 * @param {(row: number, column: number) => number} value
 * @returns {Grid}
 */
export const grid = (rows, columns, value) =>
  Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => value(row, column)),
  );

/**
 * The numbers after each layer; a place of the image that isn't there is 0 (padding).
 * @param {Grid[]} image a grid for each channel
 * @param {Grid[]} weights likewise, 3x3
 * @param {number} padding
 * @param {[factor: number, shift: number] | null} batchNorm
 * @returns {Computed}
 */
export function compute(image, weights, padding, batchNorm) {
  const [height, width] = [image[0].length, image[0][0].length];
  const window = (/** @type {number} */ channel, /** @type {number} */ row, /** @type {number} */ column) =>
    NINE.map((i) => image[channel][row - padding + Math.floor(i / 3)]?.[column - padding + (i % 3)] ?? 0);
  const channelSum = (
    /** @type {number} */ channel,
    /** @type {number} */ row,
    /** @type {number} */ column,
  ) =>
    window(channel, row, column).reduce(
      (sum, x, i) => sum + x * weights[channel][Math.floor(i / 3)][i % 3],
      0,
    );
  const convolution = convolve(image, weights, padding, height + 2 * padding - 2, width + 2 * padding - 2);
  const each = (/** @type {Grid} */ numbers, /** @type {(x: number) => number} */ rule) =>
    numbers.map((line) => line.map(rule));
  const relu = each(convolution, (x) => Math.max(0, x));
  const map = batchNorm ? each(relu, (x) => x * batchNorm[0] + batchNorm[1]) : relu;
  const four = (/** @type {number} */ row, /** @type {number} */ column) =>
    [0, 1, 2, 3].map((i) => map[2 * row + (i >> 1)][2 * column + (i & 1)]);
  const pooling = grid(map.length >> 1, map[0].length >> 1, (row, column) => Math.max(...four(row, column)));
  return { convolution, relu, map, pooling, window, channelSum, four };
}

/**
 * All windows at once: of many channels they would take longer than the rest of the page, one by one.
 * @param {Grid[]} image
 * @param {Grid[]} weights
 * @param {number} padding
 * @param {number} height of the result
 * @param {number} width
 */
function convolve(image, weights, padding, height, width) {
  const sums = grid(height, width, () => 0);
  image.forEach((channel, n) => {
    for (const i of NINE) {
      const [down, right] = [Math.floor(i / 3), i % 3];
      const weight = weights[n][down][right];
      for (let row = 0; row < height; row++) {
        const [from, to] = [channel[row + down - padding], sums[row]];
        if (!from) continue;
        for (let column = 0; column < width; column++)
          to[column] += weight * (from[column + right - padding] ?? 0);
      }
    }
  });
  return sums;
}
