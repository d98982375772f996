// What Python says: tools/testing/write_golden.py wrote it.

import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { readWeights, unflatten } from "../src/network/weights.js";

const read = (/** @type {string} */ path) => readFileSync(new URL(path, import.meta.url));

/** @type {any} */
export const golden = JSON.parse(read("./golden.json").toString());

/** @param {string} text */
const unpack = (text) => {
  const bytes = inflateSync(Buffer.from(text, "base64"));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
};
/** @param {string} text */
export const bytes = (text) => new Uint8Array(unpack(text));
/** @param {string} text */
export const floats = (text) => new Float32Array(unpack(text));
/** A network whose numbers are multiples of 1/64. @param {{ shapes: any, numbers: string }} text */
export const coarse = ({ shapes, numbers }) => unflatten(coarseNumbers(numbers), shapes);
/** @param {string} text */
export const coarseNumbers = (text) => Float32Array.from(new Int8Array(unpack(text)), (value) => value / 64);

/** The network that ships. */
export const shipped = readWeights(golden.weights);

const all = bytes(golden.images);
/** Training images, 784 pixels each, and their digits. */
export const images = golden.digits.map((/** @type {number} */ _, /** @type {number} */ n) =>
  all.slice(784 * n, 784 * (n + 1)),
);
/** @type {number[]} */
export const digits = golden.digits;

/** @param {string} name of a file in src/network */
export const wasm = (name) => new Uint8Array(read(`../src/network/${name}`));

/** What the page knows: tools/publishing/build_page.py wrote it. */
export function pageData() {
  const page = read("../../docs/try/index.html").toString();
  return JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)?.[1] ?? "");
}

/**
 * The largest difference, seen from the largest expected number.
 * @param {ArrayLike<number>} found
 * @param {ArrayLike<number>} expected
 */
export function distance(found, expected) {
  if (found.length !== expected.length) return Infinity;
  const most = Math.max(...Array.from(expected, Math.abs), 1e-30);
  return Math.max(...Array.from(found, (value, i) => Math.abs(value - expected[i]))) / most;
}
