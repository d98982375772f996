import assert from "node:assert/strict";
import { test } from "node:test";
import { frameStrokes } from "../src/drawing/strokes.js";
import { embed } from "../src/network/forward.js";
import { nonDigitLogit } from "../src/network/non_digit_head.js";
import {
  foundIn,
  inkInSquares,
  makeSpace,
  smallest,
  strangenessOf,
  unpackFound,
} from "../src/network/strangeness.js";
import { fromBase64, readWeights } from "../src/network/weights.js";
import { bytes, distance, floats, golden, images, shipped } from "./golden.js";

const python = golden.strangeness;
const stored = fromBase64(python.found.bytes);
const found = images.map((/** @type {unknown} */ _, /** @type {number} */ n) =>
  unpackFound(python.found, stored, n),
);
const inks = images.map(inkInSquares);
const space = makeSpace(found, python.found.units, inks);
const head = readWeights(python.head);

/** @param {ArrayLike<number>} pixels */
function measure(pixels) {
  const layers = embed(shipped, pixels);
  const nearest = Math.min(...space.distances(space.place(foundIn(layers), inkInSquares(pixels))));
  return { nearest, logit: nonDigitLogit(head, layers.embedding) };
}

test("where the ink is", () => {
  const first = inks.slice(0, 3).flatMap((/** @type {Float32Array} */ ink) => [...ink]);
  assert.ok(distance(first, floats(golden.ink)) < 1e-5);
});

test("what was found in the images, but for the steps in which it is stored", () => {
  images.forEach((/** @type {Uint8Array} */ image, /** @type {number} */ n) => {
    foundIn(embed(shipped, image)).forEach((value, i) => {
      assert.ok(Math.abs(value - found[n][i]) <= python.found.step[i], `${n}, ${i}`);
    });
  });
});

test("all drawings are as strange as in Python", () => {
  assert.equal(python.drawings.length, golden.framing.length - 1);
  const close = (/** @type {number} */ ours, /** @type {number} */ theirs) => Math.abs(ours - theirs) < 1e-3;
  python.drawings.forEach((/** @type {number} */ strangeness, /** @type {number} */ n) => {
    const { nearest, logit } = measure(frameStrokes(golden.framing[n + 1].strokes)); // the first is empty
    assert.ok(close(nearest, python.distances[n]) && close(logit, python.logits[n]), `${n}`);
    assert.ok(close(strangenessOf(python, nearest, logit), strangeness), `${n}`);
  });
});

test("images on either side of the threshold get the same verdict as in Python", () => {
  const { threshold, images, rejected } = python.border;
  const border = bytes(images);
  rejected.forEach((/** @type {boolean} */ isRejected, /** @type {number} */ n) => {
    const { nearest, logit } = measure(border.subarray(784 * n, 784 * (n + 1)));
    assert.equal(strangenessOf(python, nearest, logit) > threshold, isRejected, `${n}`);
  });
  assert.ok(rejected.includes(true) && rejected.includes(false));
});

test("an image is nearest to itself", () => {
  for (const n of [0, 7, 63]) {
    const distances = space.distances(space.place(found[n], inks[n]));
    assert.equal(smallest(distances, 5)[0], n);
    assert.ok(distances[n] < 1e-4);
  }
});

test("the smallest of numbers come in order", () => {
  assert.deepEqual(smallest([3, 1, 2, 0, 5], 3), [3, 1, 2]);
});
