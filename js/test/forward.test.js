import assert from "node:assert/strict";
import { test } from "node:test";
import { batchNormOf, fieldOf, windowOf } from "../src/network/explain.js";
import { forward } from "../src/network/forward.js";
import { randomNumbers } from "../src/network/random.js";
import { countParameters, flatten, randomWeights, shapesOf, unflatten } from "../src/network/weights.js";
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

test("a map is made from the window that is shown", () => {
  const { layers } = forward(shipped, images[2], 0);
  for (const layer of ["block1.0", "block1.1", "block2.0", "block3.1", "block2.2"])
    for (let map = 0; map < 8; map++) {
      const shown = windowOf(shipped, layers, images[2], layer, map);
      const made = compute(shown.image, shown.weights, shown.padding, shown.batchNorm);
      const found = shown.mode === "pooling" ? made.pooling : made.map;
      const { width, height, data } = layers[layer];
      const expected = data.subarray(map * width * height, (map + 1) * width * height);
      assert.ok(distance(found.flat(), expected) < 1e-4, layer);
    }
});

test("a pixel sees a square of the image, as large as receptive_fields in Python says", () => {
  const { layers } = forward(shipped, images[0], 0);
  const sizes = { "block1.0": 3, "block1.2": 6, "block2.1": 14, "block3.0": 24, "block3.1": 32 };
  for (const [layer, size] of Object.entries(sizes)) assert.equal(fieldOf(layers, layer, [0, 0]).size, size);
  assert.deepEqual(fieldOf(layers, "block1.0", [0, 1]), { top: -1, left: 0, size: 3 });
  assert.deepEqual(fieldOf(layers, "block3.1", [1, 2]), { top: -6, left: -2, size: 32 });
});

test("a network can be taken apart and put together, and its parameters are counted", () => {
  assert.deepEqual(unflatten(flatten(shipped), shapesOf(shipped)), shipped);
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
