// The network of the course without any library: its forward pass in plain loops.
//
// Features are { channels, height, width, data }: a Float32Array, channel after channel, row after
// row. Weights have the names that they have in PyTorch, each { shape, data }. In use, dropout does
// nothing and batch norm multiplies and adds numbers that were fixed in training.

const MEAN = 0.1307; // of MNIST's pixels, 0 to 1, and their spread
const STD = 0.3081;
const EPSILON = 1e-5; // PyTorch's, so that batch norm never divides by 0

/** 28x28 pixels, 0 to 255, as the network wants them. */
function normalise(pixels) {
  const data = Float32Array.from(pixels, (pixel) => (pixel / 255 - MEAN) / STD);
  return { channels: 1, height: 28, width: 28, data };
}

/** Each output is a weighted sum of a 3x3 window, over all channels. Outside there are zeros. */
function convolve(input, { shape: [outputs, inputs], data: weights }, padding) {
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
          data[to + column] += a * values[x] + b * values[x + 1] + c * values[x + 2] +
            d * values[y] + e * values[y + 1] + f * values[y + 2] +
            g * values[z] + h * values[z + 1] + i * values[z + 2];
      }
    }
  }
  return { channels: outputs, height, width, data };
}

/** Zeros around each channel. */
function padWithZeros({ channels, height, width, data }, padding) {
  const [rows, columns] = [height + 2 * padding, width + 2 * padding];
  const padded = new Float32Array(channels * rows * columns);
  for (let line = 0; line < channels * height; line++) {
    const row = Math.floor(line / height) * rows + (line % height) + padding;
    padded.set(data.subarray(line * width, (line + 1) * width), row * columns + padding);
  }
  return { channels, height: rows, width: columns, data: padded };
}

/** What is below 0 becomes 0. */
function relu(input) {
  return { ...input, data: input.data.map((value) => Math.max(0, value)) };
}

/** Each channel gets a factor and a shift of its own. */
function batchNorm(input, weights, name) {
  const get = (part) => weights[`${name}.${part}`].data;
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

/** Of each 2x2 square the largest stays. */
function maxPool({ channels, height, width, data }) {
  const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)];
  const pooled = new Float32Array(channels * rows * columns);
  for (let channel = 0; channel < channels; channel++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const corner = (channel * height + 2 * row) * width + 2 * column;
        pooled[(channel * rows + row) * columns + column] = Math.max(
          data[corner], data[corner + 1], data[corner + width], data[corner + width + 1]);
      }
  return { channels, height: rows, width: columns, data: pooled };
}

/** The mean of each channel. */
function average({ channels, height, width, data }) {
  const size = height * width;
  const means = Float32Array.from({ length: channels }, (_, channel) =>
    data.subarray(channel * size, (channel + 1) * size).reduce((sum, value) => sum + value, 0) / size);
  return vector(means);
}

/** Each output is a weighted sum of all inputs. */
function linear(input, { shape: [outputs, inputs], data: weights }) {
  const data = new Float32Array(outputs);
  for (let output = 0; output < outputs; output++)
    for (let place = 0; place < inputs; place++)
      data[output] += weights[output * inputs + place] * input.data[place];
  return vector(data);
}

const vector = (data) => ({ channels: data.length, height: 1, width: 1, data });

/** Numbers as probabilities: all above 0, together 1. */
function softmax(logits) {
  const highest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - highest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/** What block 1, 2 and 3, their average and the embedding make of an image (784 pixels, 0 to 255):
 *  { name: features }, in the order of calculation. */
function embed(weights, pixels) {
  const layers = {};
  const conv = (name, input, padding) =>
    (layers[name] = batchNorm(relu(convolve(input, weights[`${name}.0.weight`], padding)), weights, `${name}.2`));

  let features = normalise(pixels);
  features = layers["block1.2"] = maxPool(conv("block1.1", conv("block1.0", features, 1), 1));
  features = layers["block2.2"] = maxPool(conv("block2.1", conv("block2.0", features, 1), 1));
  layers.average = average(conv("block3.1", conv("block3.0", features, 1), 0));
  layers.embedding = fullyConnected(weights, "embedding", layers.average);
  return layers;
}

function fullyConnected(weights, name, input) {
  return relu(batchNorm(linear(input, weights[`${name}.0.weight`]), weights, `${name}.1`));
}

/** What the adder and the two heads make of an embedding and a number; layers as in `embed`. */
function add(weights, embedding, number) {
  const oneHot = Array.from({ length: 10 }, (_, n) => Number(n === number));
  const layers = { number: vector(Float32Array.from(oneHot)) };
  let hidden = vector(Float32Array.from([...embedding.data, ...oneHot]));
  for (let layer = 0; `adder.${layer}.0.weight` in weights; layer++)
    hidden = layers[`adder.${layer}`] = fullyConnected(weights, `adder.${layer}`, hidden);
  const heads = [layers.digit_head, layers.sum_head] = ["digit_head", "sum_head"].map((name) =>
    linear(hidden, weights[`${name}.weight`]));
  const [digitProbabilities, sumProbabilities] = heads.map((head) => softmax(head.data));
  const [digit, total] = [digitProbabilities, sumProbabilities].map((list) => list.indexOf(Math.max(...list)));
  return { digitProbabilities, sumProbabilities, digit, total, layers };
}

/** The answer to an image and a number, and what each layer made of them:
 *  { digitProbabilities, sumProbabilities, digit, total, layers: { name: features } }. */
function forward(weights, pixels, number) {
  const layers = embed(weights, pixels);
  const answer = add(weights, layers.embedding, number);
  return { ...answer, layers: { ...layers, ...answer.layers } };
}

/** What base64 holds, as bytes. */
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** The weights as they are wanted here, from their names and shapes and all numbers in a row. */
function readWeights({ shapes, numbers }) {
  const all = new Float32Array(fromBase64(numbers).buffer);
  let start = 0;
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return [name, { shape, data: all.subarray(start, (start += count)) }];
  }));
}

/** Whether two networks have the same numbers. */
const areSame = (some, others) =>
  Object.entries(some).every(([name, { data }]) => data.every((value, place) => value === others[name]?.data[place]));
