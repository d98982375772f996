// The network of the course without any library: its forward pass in plain loops.
//
// Features are { channels, height, width, data }: a Float32Array, channel after channel, row after
// row. Weights have the names that they have in PyTorch, each { shape, data }. In use, dropout does
// nothing and batch norm multiplies and adds numbers that were fixed in training.

/** @typedef {{ channels: number, height: number, width: number, data: Float32Array }} Features */
/** @typedef {{ shape: number[], data: Float32Array }} Weight */
/** @typedef {Record<string, Weight>} Weights */
/** @typedef {Record<string, Features>} Layers what each layer makes, in the order of calculation */
/**
 * @typedef {object} Answer
 * @property {number[]} digitProbabilities of 0 to 9
 * @property {number[]} sumProbabilities of 0 to 18
 * @property {number} digit the likeliest; -1 where the weights are no finite numbers
 * @property {number} total the likeliest sum; -1 likewise
 * @property {Layers} layers
 */

// Also in data.py: this file imports nothing, since lesson 13 shows it and runs it alone. The tests in
// Node compare its answers with PyTorch's.
export const MEAN = 0.1307; // of MNIST's pixels, 0 to 1, and their standard deviation
export const STD = 0.3081;
export const EPSILON = 1e-5; // PyTorch's, so that batch norm never divides by 0

/**
 * 28x28 pixels, 0 to 255, as the network wants them.
 * @param {ArrayLike<number>} pixels
 * @returns {Features}
 */
export function normalise(pixels) {
  const data = Float32Array.from(pixels, (pixel) => (pixel / 255 - MEAN) / STD);
  return { channels: 1, height: 28, width: 28, data };
}

/**
 * Each output is a weighted sum of a 3x3 window, over all channels. Outside there are zeros.
 * @param {Features} input
 * @param {Weight} weights
 * @param {number} padding
 * @returns {Features}
 */
export function convolve(input, { shape: [outputs, inputs], data: weights }, padding) {
  const { height: rows, width: columns, data: values } = padWithZeros(input, padding);
  const [height, width] = [rows - 2, columns - 2];
  const data = new Float32Array(outputs * height * width);
  for (let output = 0; output < outputs; output++) {
    for (let channel = 0; channel < inputs; channel++) {
      const first = (output * inputs + channel) * 9;
      const [a, b, c, d, e, f, g, h, i] = weights.subarray(first, first + 9);
      for (let row = 0; row < height; row++) {
        let x = (channel * rows + row) * columns; // the window's upper left, and the two below it
        let y = x + columns;
        let z = y + columns;
        const to = (output * height + row) * width;
        for (let column = 0; column < width; column++, x++, y++, z++)
          data[to + column] +=
            a * values[x] +
            b * values[x + 1] +
            c * values[x + 2] +
            d * values[y] +
            e * values[y + 1] +
            f * values[y + 2] +
            g * values[z] +
            h * values[z + 1] +
            i * values[z + 2];
      }
    }
  }
  return { channels: outputs, height, width, data };
}

/**
 * Zeros around each channel.
 * @param {Features} features
 * @param {number} padding
 * @returns {Features}
 */
export function padWithZeros({ channels, height, width, data }, padding) {
  const [rows, columns] = [height + 2 * padding, width + 2 * padding];
  const padded = new Float32Array(channels * rows * columns);
  for (let line = 0; line < channels * height; line++) {
    const row = Math.floor(line / height) * rows + (line % height) + padding;
    padded.set(data.subarray(line * width, (line + 1) * width), row * columns + padding);
  }
  return { channels, height: rows, width: columns, data: padded };
}

/**
 * What is below 0 becomes 0.
 * @param {Features} input
 * @returns {Features}
 */
export function relu(input) {
  return { ...input, data: input.data.map((value) => Math.max(0, value)) };
}

/**
 * Each channel gets a factor and a shift of its own.
 * @param {Features} input
 * @param {Weights} weights
 * @param {string} name
 * @returns {Features}
 */
export function batchNorm(input, weights, name) {
  const get = (/** @type {string} */ part) => weights[`${name}.${part}`].data;
  const [factor, shift, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map(get);
  const size = input.height * input.width;
  const data = new Float32Array(input.data.length);
  for (let channel = 0; channel < input.channels; channel++) {
    const scale = factor[channel] / Math.sqrt(variance[channel] + EPSILON);
    for (let place = channel * size; place < (channel + 1) * size; place++)
      data[place] = (input.data[place] - mean[channel]) * scale + shift[channel];
  }
  return { ...input, data };
}

/**
 * Of each 2x2 square the largest stays.
 * @param {Features} features
 * @returns {Features}
 */
export function maxPool({ channels, height, width, data }) {
  const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)];
  const pooled = new Float32Array(channels * rows * columns);
  for (let channel = 0; channel < channels; channel++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const corner = (channel * height + 2 * row) * width + 2 * column;
        pooled[(channel * rows + row) * columns + column] = Math.max(
          data[corner],
          data[corner + 1],
          data[corner + width],
          data[corner + width + 1],
        );
      }
  return { channels, height: rows, width: columns, data: pooled };
}

/**
 * The mean of each channel.
 * @param {Features} features
 * @returns {Features}
 */
export function average({ channels, height, width, data }) {
  const size = height * width;
  const means = Float32Array.from(
    { length: channels },
    (_, channel) =>
      data.subarray(channel * size, (channel + 1) * size).reduce((sum, value) => sum + value, 0) / size,
  );
  return vector(means);
}

/**
 * Each output is a weighted sum of all inputs.
 * @param {Features} input
 * @param {Weight} weights
 * @returns {Features}
 */
export function linear(input, { shape: [outputs, inputs], data: weights }) {
  const data = new Float32Array(outputs);
  for (let output = 0; output < outputs; output++)
    for (let place = 0; place < inputs; place++)
      data[output] += weights[output * inputs + place] * input.data[place];
  return vector(data);
}

/**
 * Single numbers as features.
 * @param {Float32Array} data
 * @returns {Features}
 */
export const vector = (data) => ({ channels: data.length, height: 1, width: 1, data });

/**
 * Numbers as probabilities: all above 0, together 1.
 * @param {Float32Array} logits
 */
export function softmax(logits) {
  const highest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - highest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/**
 * Where the largest of some probabilities is.
 * @param {number[]} probabilities
 */
const likeliest = (probabilities) => probabilities.indexOf(Math.max(...probabilities));

/**
 * What block 1, 2 and 3, their average and the embedding make of an image (784 pixels, 0 to 255):
 * { name: features }, in the order of calculation.
 * @param {Weights} weights
 * @param {ArrayLike<number>} pixels
 * @returns {Layers}
 */
export function embed(weights, pixels) {
  /** @type {Layers} */
  const layers = {};
  let features = normalise(pixels);
  for (const block of ["block1", "block2", "block3"]) {
    for (const name of [`${block}.0`, `${block}.1`]) {
      const padding = name === "block3.1" ? 0 : 1;
      const convolved = convolve(features, weights[`${name}.0.weight`], padding);
      features = layers[name] = batchNorm(relu(convolved), weights, `${name}.2`);
    }
    if (block !== "block3") features = layers[`${block}.2`] = maxPool(features);
  }
  layers.average = average(features);
  layers.embedding = fullyConnected(weights, "embedding", layers.average);
  return layers;
}

/**
 * @param {Weights} weights
 * @param {string} name
 * @param {Features} input
 */
export function fullyConnected(weights, name, input) {
  return relu(batchNorm(linear(input, weights[`${name}.0.weight`]), weights, `${name}.1`));
}

/**
 * What the adder and the two heads make of an embedding and a number; layers as in `embed`.
 * @param {Weights} weights
 * @param {Features} embedding
 * @param {number} number
 * @returns {Answer}
 */
export function add(weights, embedding, number) {
  const oneHot = Array.from({ length: 10 }, (_, n) => Number(n === number));
  /** @type {Layers} */
  const layers = { number: vector(Float32Array.from(oneHot)) };
  let hidden = vector(Float32Array.from([...embedding.data, ...oneHot]));
  for (let layer = 0; `adder.${layer}.0.weight` in weights; layer++)
    hidden = layers[`adder.${layer}`] = fullyConnected(weights, `adder.${layer}`, hidden);
  layers.digit_head = linear(hidden, weights["digit_head.weight"]);
  layers.sum_head = linear(hidden, weights["sum_head.weight"]);
  const digitProbabilities = softmax(layers.digit_head.data);
  const sumProbabilities = softmax(layers.sum_head.data);
  const digit = likeliest(digitProbabilities);
  const total = likeliest(sumProbabilities);
  return { digitProbabilities, sumProbabilities, digit, total, layers };
}

/**
 * The answer to an image and a number, and what each layer made of them:
 * { digitProbabilities, sumProbabilities, digit, total, layers: { name: features } }.
 * @param {Weights} weights
 * @param {ArrayLike<number>} pixels
 * @param {number} number
 * @returns {Answer}
 */
export function forward(weights, pixels, number) {
  const layers = embed(weights, pixels);
  const answer = add(weights, layers.embedding, number);
  return { ...answer, layers: { ...layers, ...answer.layers } };
}
