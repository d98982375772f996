import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals-core";
import { frameStrokes } from "../src/drawing/strokes.js";
import { embed } from "../src/network/forward.js";
import { distances, principal, smallest, spreads, unpackEmbeddings } from "../src/network/known_images.js";
import { nonDigitLogit } from "../src/network/non_digit_head.js";
import { readWeights } from "../src/network/weights.js";
import { makeJudge } from "../src/widgets/nearest/judge.js";
import { golden, images, shipped } from "./golden.js";

test("the head says of all drawings what it says in Python", () => {
  const head = readWeights(golden.head.weights);
  assert.equal(golden.head.logits.length, golden.framing.length - 1);
  golden.head.logits.forEach((/** @type {number} */ expected, /** @type {number} */ n) => {
    const pixels = frameStrokes(golden.framing[n + 1].strokes); // the first is empty
    assert.ok(Math.abs(nonDigitLogit(head, embed(shipped, pixels).embedding) - expected) < 1e-2, `${n}`);
  });
});

test("an image is rejected above the threshold, with the weights that the head was trained for", () => {
  const head = signal(golden.head);
  const weights = signal(shipped);
  const judge = makeJudge(head, weights);
  const judged = images.map((/** @type {Uint8Array} */ image) => judge.value?.(embed(shipped, image)));
  for (const one of judged) assert.equal(one?.isDigit, one.logit <= golden.head.threshold);
  assert.ok(judged.filter((/** @type {any} */ one) => one.isDigit).length > 0.9 * images.length);
  head.value = { ...golden.head, threshold: -100 };
  const rejected = judge.value?.(embed(shipped, images[0]));
  assert.equal(rejected?.isDigit, false);
  assert.notEqual(rejected?.sentence, "");
  weights.value = { ...shipped, "sum_head.weight": { ...shipped["digit_head.weight"] } };
  assert.equal(judge.value, null);
  assert.equal(makeJudge(signal({}), signal(shipped)).value, null);
});

test("an image is nearest to itself", () => {
  const points = images.map((/** @type {Uint8Array} */ image) => [...embed(shipped, image).embedding.data]);
  for (const n of [0, 7, 63]) {
    assert.equal(smallest(distances(points, points[n]), 5)[0], n);
    assert.equal(distances(points, points[n])[n], 0);
  }
});

test("embeddings come as a byte for each number", () => {
  assert.deepEqual(unpackEmbeddings([2, 0.5], Uint8Array.from([0, 1, 3, 4])), [
    [0, 0.5],
    [6, 2],
  ]);
});

test("digits that no image shows leave the spread of the others", () => {
  assert.ok(spreads([[1], [3], [7], [9]], [2, 2, 5, 5]).every((spread) => Math.abs(spread - 1) < 1e-3));
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
