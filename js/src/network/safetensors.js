// A network as a file of the format safetensors: the length of a header (8 bytes), the header (JSON:
// names, shapes and places), then all numbers as float32. mnist_adder_lib/checkpoint.py reads and
// writes the same: no code is in such a file, and what is wrong with one is said in words.

import { MEAN, STD } from "./forward.js";
import { countAdderLayers, crc32, flatten, shapesOf, sizeOf } from "./weights.js";

/** @import { Weights } from "./forward.js" */
/** @import { Shapes } from "./weights.js" */

const FORMAT = "mnist_adder checkpoint 1";
export const LARGEST = 1 << 20; // bytes; a network of ours has 75,000

/**
 * What the header says of the network: each entry is JSON in a text, as the format wants texts.
 * @param {Weights} weights
 * @param {Uint8Array} bytes of all numbers
 */
const metadata = (weights, bytes) => ({
  format: JSON.stringify(FORMAT),
  crc32: crc32(bytes),
  details: "{}",
  variant: JSON.stringify({ adder_layers: countAdderLayers(weights), dropout: 0, channel_dropout: true }),
  normalisation: JSON.stringify({ mean: MEAN, std: STD }),
});

/**
 * The bytes of a file that holds a network.
 * @param {Weights} weights
 */
export function toSafetensors(weights) {
  const numbers = new Uint8Array(flatten(weights).buffer);
  /** @type {Record<string, unknown>} */
  const header = { __metadata__: metadata(weights, numbers) };
  let at = 0;
  for (const [name, shape] of Object.entries(shapesOf(weights))) {
    const end = at + 4 * sizeOf(shape);
    header[name] = { dtype: "F32", shape, data_offsets: [at, end] };
    at = end;
  }
  const text = JSON.stringify(header);
  const words = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8)); // floats begin at full 8 bytes
  const bytes = new Uint8Array(8 + words.length + at);
  new DataView(bytes.buffer).setUint32(0, words.length, true);
  bytes.set(words, 8);
  bytes.set(numbers, 8 + words.length);
  return bytes;
}

/**
 * The network of these shapes that a file holds. Throws an Error that says what is wrong.
 * @param {Uint8Array} bytes
 * @param {Shapes} shapes
 * @returns {Weights}
 */
export function fromSafetensors(bytes, shapes) {
  const [header, start] = readHeader(bytes);
  const about = Object(header.__metadata__);
  if (about.format !== JSON.stringify(FORMAT))
    throw Error("is no network of this course: write one with save_checkpoint.");
  const numbers = bytes.subarray(start);
  if (about.crc32 !== crc32(numbers)) throw Error("is damaged, or was cut off.");
  const parts = Object.entries(shapes).map(([name, shape]) => [name, readPart(header[name], shape, numbers)]);
  if (Object.keys(header).some((name) => name !== "__metadata__" && !(name in shapes)))
    throw Error("holds a network of another shape.");
  const weights = Object.fromEntries(parts);
  if (!flatten(weights).every(Number.isFinite))
    throw Error("holds weights that are not finite: training has diverged.");
  if (!isOurNormalisation(about.normalisation)) throw Error("was trained with another normalisation.");
  return weights;
}

/**
 * One of a network's arrays of numbers.
 * @param {unknown} entry of the header
 * @param {number[]} shape
 * @param {Uint8Array} numbers
 */
function readPart(entry, shape, numbers) {
  const { dtype, shape: its, data_offsets } = Object(entry);
  const [from, to] = Array.isArray(data_offsets) ? data_offsets : [];
  if (String(its) !== String(shape)) throw Error("holds a network of another shape.");
  if (dtype !== "F32" || to - from !== 4 * sizeOf(shape) || !(from >= 0 && to <= numbers.length))
    throw Error("is damaged.");
  return { shape, data: new Float32Array(numbers.slice(from, to).buffer) };
}

/**
 * The header, and where the numbers begin.
 * @param {Uint8Array} bytes
 * @returns {[Record<string, unknown>, number]}
 */
function readHeader(bytes) {
  try {
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.slice(8, 8 + length));
    const header = JSON.parse(text);
    if (8 + length > bytes.length || Object.getPrototypeOf(header) !== Object.prototype) throw Error();
    return [header, 8 + length];
  } catch {
    throw Error("is damaged, or isn't a safetensors file.");
  }
}

/** @param {string} text */
function isOurNormalisation(text) {
  try {
    const { mean, std } = JSON.parse(text);
    return mean === MEAN && std === STD;
  } catch {
    return false;
  }
}
