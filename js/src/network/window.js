// What the layers make of an image and the weights of a window: convolution, ReLU, batch norm, max pooling.

/** @typedef {number[][]} Grid rows of numbers */
/** @typedef {"convolution" | "relu" | "batch_norm" | "pooling"} Layer */
/**
 * @typedef {object} Computed
 * @property {Partial<Record<Layer, Grid>> & { convolution: Grid }} after what each layer makes
 * @property {Grid} beforePooling
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
 * @param {Layer[]} layers
 * @param {[factor: number, shift: number]} batchNorm
 * @returns {Computed}
 */
export function compute(image, weights, padding, layers, [factor, shift]) {
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
  /** @type {Computed["after"]} */
  const after = { convolution };
  let last = convolution;
  let beforePooling = convolution;
  const four = (/** @type {number} */ row, /** @type {number} */ column) =>
    [0, 1, 2, 3].map((i) => beforePooling[2 * row + (i >> 1)][2 * column + (i & 1)]);
  for (const layer of layers.slice(1)) {
    if (layer === "pooling") {
      beforePooling = last;
      last = grid(last.length >> 1, last[0].length >> 1, (row, column) => Math.max(...four(row, column)));
    } else {
      const rule =
        layer === "relu"
          ? (/** @type {number} */ x) => Math.max(0, x)
          : (/** @type {number} */ x) => x * factor + shift;
      last = last.map((row) => row.map(rule));
    }
    after[layer] = last;
  }
  return { after, beforePooling, window, channelSum, four };
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
