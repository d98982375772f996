// A small adder behind the network's embedding: the examples that it gets, its steps, its answers. What takes
// time is done by adder.c, built for WebAssembly.

import { fromBase64 } from "./weights.js";

/** What an adder answers with: one of 19 classes; or the digit, which is then moved up by the number. @typedef {"classes" | "shift"} AnswersWith */
/** @typedef {{ embedding: number[], digit: number }} Image an image as the network's embedding has it */
/** @typedef {Image & { number: number }} Example */
/**
 * @typedef {object} Adder
 * @property {any} code what adder.c exports
 * @property {(number: number) => number[]} encode what the adder is given of the number
 * @property {AnswersWith} answer
 * @property {Float32Array} values of all parameters
 * @property {Float32Array} gradients
 * @property {Float32Array} x examples as the first layer gets them
 * @property {Float32Array} outputs
 * @property {Int32Array} targets
 */

export const TEN = [...Array(10).keys()];
const EMBEDDING = 20; // numbers of an image
const MOST_ROWS = 256; // examples at once, as in adder.c
const OUTPUTS = { classes: 19, shift: 10 };
const oneHot = (/** @type {number} */ number) => TEN.map((one) => Number(one === number));

/**
 * An adder that has learned nothing. Shift gets no number: it reads the digit, which is then moved.
 * @param {BufferSource} wasm adder.wasm
 * @param {AnswersWith} answer
 * @param {() => number} random
 * @returns {Promise<Adder>}
 */
export async function makeAdder(wasm, answer, random) {
  const imports = /** @type {any} */ ({ Math }); // its exp
  const { instance } = await WebAssembly.instantiate(wasm, imports);
  const code = /** @type {any} */ (instance.exports);
  const encode = answer === "shift" ? () => [] : oneHot;
  const inputs = EMBEDDING + encode(0).length;
  const count = code.begin(inputs, OUTPUTS[answer]);
  const floats = (/** @type {string} */ name, /** @type {number} */ size) =>
    new Float32Array(code.memory.buffer, code[`${name}_address`](), size);
  const values = floats("values", count);
  begin(values, inputs, OUTPUTS[answer], random);
  code.restart();
  return {
    code,
    encode,
    answer,
    values,
    gradients: floats("gradients", count),
    x: floats("units", MOST_ROWS * inputs),
    outputs: floats("outputs", MOST_ROWS * OUTPUTS[answer]),
    targets: new Int32Array(code.memory.buffer, code.targets_address(), MOST_ROWS),
  };
}

/**
 * Weights as PyTorch begins; batch norm's factors are 1 already, its shifts 0.
 * @param {Float32Array} values
 * @param {number} inputs
 * @param {number} outputs
 * @param {() => number} random
 */
function begin(values, inputs, outputs, random) {
  let place = 0;
  for (const [from, to, norm] of [
    [inputs, 64, 128],
    [64, 64, 128],
    [64, outputs, 0],
  ]) {
    for (const end = place + from * to; place < end; place++)
      values[place] = (2 * random() - 1) / Math.sqrt(from);
    place += norm;
  }
}

/**
 * Puts examples where the adder's code finds them, and what it should answer.
 * @param {Adder} adder
 * @param {Example[]} examples
 */
export function putIn({ x, targets, encode, answer }, examples) {
  let place = 0;
  examples.forEach(({ embedding, digit, number }, row) => {
    for (const value of embedding) x[place++] = value;
    for (const value of encode(number)) x[place++] = value;
    targets[row] = answer === "shift" ? digit : digit + number;
  });
}

/**
 * The sums that an adder answers to examples.
 * @param {Adder} adder
 * @param {Example[]} examples
 * @returns {number[]}
 */
export function sumsOf(adder, examples) {
  if (examples.length > MOST_ROWS)
    return [...sumsOf(adder, examples.slice(0, MOST_ROWS)), ...sumsOf(adder, examples.slice(MOST_ROWS))];
  putIn(adder, examples);
  adder.code.forward(examples.length, 0);
  const width = OUTPUTS[adder.answer];
  return examples.map(({ number }, row) => {
    const own = adder.outputs.subarray(row * width, (row + 1) * width);
    const best = own.indexOf(Math.max(...own));
    return adder.answer === "shift" ? best + number : best;
  });
}

/**
 * The images of `adder_data` in hidden_sums.py: those to learn from, and others.
 * @param {{ embeddings: string, scale: number, digits: string, training: number }} data
 */
export function readImages({ embeddings, scale, digits, training }) {
  const bytes = fromBase64(embeddings);
  const all = [...digits].map((digit, n) => ({
    embedding: Array.from(bytes.subarray(EMBEDDING * n, EMBEDDING * (n + 1)), (byte) => byte * scale),
    digit: Number(digit),
  }));
  return { training: all.slice(0, training), others: all.slice(training) };
}

/**
 * The mean embedding of each digit.
 * @param {Image[]} images
 */
export function meanEmbeddings(images) {
  return TEN.map((digit) => {
    const own = images.filter((image) => image.digit === digit);
    return own[0].embedding.map(
      (_, i) => own.reduce((sum, { embedding }) => sum + embedding[i], 0) / own.length,
    );
  });
}
