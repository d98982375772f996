import assert from "node:assert/strict";
import { test } from "node:test";
import { batchNormOf, unitOf, windowOf } from "../src/network/explain.js";
import { forward } from "../src/network/forward.js";
import { randomNumbers } from "../src/network/random.js";
import {
  areSame,
  countParameters,
  flatten,
  randomWeights,
  shapesOf,
  unflatten,
} from "../src/network/weights.js";
import { compute } from "../src/network/window.js";
import { coarse, distance, floats, golden, images, shipped } from "./golden.js";

test("networks with one, two and three layers in the adder say what they say in PyTorch", () => {
  for (const { weights, numbers, layers } of golden.networks) {
    const network = coarse(weights);
    for (const [name, text] of Object.entries(layers)) {
      const found = numbers.flatMap((/** @type {number} */ number, /** @type {number} */ n) => [
        ...forward(network, images[n], number).layers[name].data,
      ]);
      assert.ok(distance(found, floats(text)) < 1e-4, name);
    }
  }
});

test("weights that are no finite numbers give no answer", () => {
  const broken = {
    ...shipped,
    "digit_head.weight": { shape: [10, 64], data: new Float32Array(640).fill(Number.NaN) },
  };
  assert.equal(forward(broken, images[0], 5).digit, -1);
});

test("batch norm divides by the root of the variance and 0.00001, as in PyTorch", () => {
  const part = (/** @type {number} */ value) => ({ shape: [1], data: Float32Array.of(value) });
  const weights = {
    "norm.weight": part(2),
    "norm.bias": part(1),
    "norm.running_mean": part(3),
    "norm.running_var": part(0),
  };
  const [factor, shift] = batchNormOf(weights, "norm", 0);
  assert.ok(Math.abs(factor / (2 / Math.sqrt(1e-5)) - 1) < 1e-6);
  assert.ok(Math.abs(shift - (1 - 3 * factor)) < 1e-9);
});

test("what a unit gets adds up to what the layer says", () => {
  const { layers } = forward(shipped, images[1], 4);
  for (const [layer, unit] of /** @type {[string, number][]} */ ([
    ["embedding", 4],
    ["adder.0", 9],
    ["adder.1", 14],
    ["digit_head", 7],
    ["sum_head", 12],
  ])) {
    const { terms, sum, norm, output } = unitOf(shipped, layers, layer, unit);
    const value = norm ? Math.max(0, sum * norm[0] + norm[1]) : sum;
    assert.ok(Math.abs(value - output) < 1e-4, layer);
    assert.ok(Math.abs(terms.reduce((all, { part }) => all + part, 0) - sum) < 1e-9);
  }
  assert.equal(unitOf(shipped, layers, "adder.0", 0).terms[24].name, "number 4");
});

test("a pixel of a map is made from the window that is shown", () => {
  const { layers } = forward(shipped, images[2], 0);
  const names = ["block1.0", "block1.1", "block2.0", "block3.1", "block2.2"];
  for (const [layer, unit] of names.flatMap((name) =>
    [...Array(8).keys()].map((n) => /** @type {const} */ ([name, n])),
  )) {
    const {
      image,
      weights,
      padding,
      layers: steps,
      batch_norm,
      place,
    } = windowOf(shipped, layers, images[2], layer, unit);
    const { after } = compute(image, weights, padding, /** @type {any} */ (steps), batch_norm);
    const name = layer === "block2.2" ? "block2.1" : layer;
    const { width, height, data } = layers[name];
    const map = data.subarray(unit * width * height, (unit + 1) * width * height);
    assert.ok(distance(after.batch_norm?.flat() ?? [], map) < 1e-4, layer);
    const through = after.relu?.[place[0]][place[1]] ?? -1;
    assert.ok(Math.abs(through - Math.max(...(after.relu ?? []).flat())) < 1e-5, "the strongest pixel");
  }
});

test("weights are the same only where each number is at its place", () => {
  const copy = unflatten(flatten(shipped), shapesOf(shipped));
  assert.ok(areSame(shipped, copy));
  const { shape, data } = shipped["adder.0.0.weight"];
  const exchanged = Float32Array.from([...data.slice(30, 60), ...data.slice(0, 30), ...data.slice(60)]);
  assert.ok(!areSame(shipped, { ...copy, "adder.0.0.weight": { shape, data: exchanged } })); // their sum is the same
  assert.equal(countParameters(shapesOf(shipped)), 17_360);
});

test("a network begins with weights within 1 / √inputs, and batch norm that does nothing", () => {
  const weights = randomWeights(shapesOf(shipped), randomNumbers(1));
  const most = (/** @type {string} */ name) => Math.max(...weights[name].data.map(Math.abs));
  assert.ok(most("adder.0.0.weight") <= 1 / Math.sqrt(30) && most("adder.0.0.weight") > 0.17);
  assert.ok(most("block2.0.0.weight") <= 1 / Math.sqrt(72));
  assert.deepEqual([...new Set(weights["block1.0.2.running_var"].data)], [1]);
  assert.deepEqual([...new Set(weights["block1.0.2.bias"].data)], [0]);
});
