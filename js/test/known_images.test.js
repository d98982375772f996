import assert from "node:assert/strict";
import { test } from "node:test";
import { frameStrokes } from "../src/drawing/strokes.js";
import { embed } from "../src/network/forward.js";
import {
  inkInSquares,
  lookAgain,
  lookAt,
  makeScale,
  makeSpace,
  principal,
  quantile,
  smallest,
  spreads,
  strangenessOf,
  unpackFound,
} from "../src/network/known_images.js";
import { nonDigitLogit } from "../src/network/non_digit_head.js";
import { fromBase64, readWeights } from "../src/network/weights.js";
import { bytes, distance, floats, golden, images, shipped } from "./golden.js";

const python = golden.strangeness;
const found = unpackFound(python.found, fromBase64(python.found.bytes));
const inks = images.map(inkInSquares);
const space = makeSpace(found, python.found.units, inks);
const head = readWeights(python.head);

/** @param {ArrayLike<number>} pixels */
function measure(pixels) {
  const look = lookAt(shipped, pixels);
  const nearest = Math.min(...space.distances(space.place(look.found, inkInSquares(pixels))));
  return { nearest, logit: nonDigitLogit(head, embed(shipped, pixels).embedding) };
}

test("where the ink is", () => {
  const first = inks.slice(0, 3).flatMap((/** @type {Float32Array} */ ink) => [...ink]);
  assert.ok(distance(first, floats(golden.ink)) < 1e-5);
});

test("what was found in the images, but for the steps in which it is stored", () => {
  const looks = images.map((/** @type {Uint8Array} */ image) => lookAt(shipped, image));
  looks.forEach((/** @type {{ found: number[] }} */ look, /** @type {number} */ n) => {
    look.found.forEach((value, i) => {
      assert.ok(Math.abs(value - found[n][i]) <= python.found.step[i], `${n}, ${i}`);
    });
  });
  const digits = looks.map((/** @type {{ digit: number }} */ look) => look.digit);
  assert.ok(distance(spreads(found, digits), python.found.units) < 1e-4);
});

test("all drawings are as strange as in Python, and without a head the threshold is the same", async () => {
  const scale = await makeScale(space, () => false);
  for (const name of /** @type {const} */ (["distance", "threshold"]))
    assert.ok(Math.abs(scale[name] / python[name] - 1) < 1e-3, `${name}: ${scale[name]} ${python[name]}`);
  assert.equal(python.drawings.length, golden.framing.length - 1);
  const close = (/** @type {number} */ ours, /** @type {number} */ theirs) => Math.abs(ours - theirs) < 1e-3;
  python.drawings.forEach((/** @type {number} */ strangeness, /** @type {number} */ n) => {
    const { nearest, logit } = measure(frameStrokes(golden.framing[n + 1].strokes)); // the first is empty
    assert.ok(close(nearest, python.distances[n]) && close(logit, python.logits[n]), `${n}`);
    const joined = { ...scale, logit: python.logit };
    assert.ok(close(strangenessOf(joined, nearest, logit), strangeness), `${n}`);
  });
});

test("with new weights, only the training images say what is usual", async () => {
  const far = [...Array(20).keys()].map((n) => new Uint8Array(784).map((_, i) => (i % (n + 2) ? 0 : 255)));
  const learn = (/** @type {Uint8Array[]} */ some) =>
    lookAgain(shipped, some, some.map(inkInSquares), 40, () => false);
  const [alone, joined] = [await learn(images.slice(0, 40)), await learn([...images.slice(0, 40), ...far])];
  assert.deepEqual(joined?.scale, alone?.scale);
  assert.equal(joined?.space.count, 60);
  assert.equal(await lookAgain(shipped, images.slice(0, 40), inks, 40, () => true), null);
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

test("by the ink alone, too", () => {
  const byInk = makeSpace(
    images.map(() => []),
    [],
    inks,
  );
  assert.equal(byInk.size, 49);
  assert.ok(byInk.distances(inks[3])[3] < 1e-6);
});

test("a quantile lies between two numbers", () => {
  assert.equal(quantile([4, 1, 2], 0.5), 2);
  assert.ok(Math.abs(quantile([10, 0], 0.985) - 9.85) < 1e-12);
});

test("digits that are never read leave the spread of the others", () => {
  assert.ok(spreads([[1], [3], [7], [9]], [2, 2, 5, 5]).every((spread) => Math.abs(spread - 1) < 1e-3));
});

test("what never varies gets a thousandth of the mean variance", () => {
  const found = spreads(
    [
      [7, 1],
      [7, 3],
    ],
    [5, 5],
  );
  assert.ok(Math.abs(found[0] ** 2 - 0.0005) < 1e-9 && Math.abs(found[1] ** 2 - 1.0005) < 1e-9, `${found}`);
});

test("the smallest of numbers come in order", () => {
  assert.deepEqual(smallest([3, 1, 2, 0, 5], 3), [3, 1, 2]);
});

test("points are projected on the two ways in which they differ most", () => {
  const points = [...Array(40).keys()].map((i) => [10 * Math.sin(i), Math.cos(3 * i) * 2, 0.01 * i, 7]);
  const project = principal(points);
  const [first, second] = [0, 1].map((axis) => points.map((point) => project(point)[axis]));
  const spread = (/** @type {number[]} */ list) => Math.hypot(...list) / Math.sqrt(list.length);
  assert.ok(spread(first) > 5 && spread(second) > 1 && spread(second) < 3);
  assert.ok(Math.abs(first.reduce((sum, value) => sum + value)) < 1e-6);
});
