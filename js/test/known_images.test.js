import assert from "node:assert/strict";
import { test } from "node:test";
import { embed } from "../src/network/forward.js";
import {
  farthest,
  foundIn,
  inkInSquares,
  makeSpace,
  principal,
  smallest,
} from "../src/network/known_images.js";
import { digits, distance, floats, golden, images, shipped } from "./golden.js";

const found = images.map((/** @type {Uint8Array} */ image) => foundIn(embed(shipped, image)));
const inks = images.map(inkInSquares);

test("distances to the nearest training image are those of Python", () => {
  assert.ok(
    distance(
      inks.slice(0, 3).flatMap((/** @type {Float32Array} */ ink) => [...ink]),
      floats(golden.ink),
    ) < 1e-5,
  );
  const space = makeSpace(found.slice(0, 60), inks.slice(0, 60), digits.slice(0, 60));
  const measured = [60, 61, 62, 63].map((n) => Math.min(...space.distances(space.place(found[n], inks[n]))));
  assert.ok(distance(measured, golden.nearest) < 1e-3, `${measured} ${golden.nearest}`);
});

test("an image is nearest to itself", () => {
  const space = makeSpace(found, inks, digits);
  for (const n of [0, 7, 63]) {
    const distances = space.distances(space.place(found[n], inks[n]));
    assert.equal(smallest(distances, 5)[0], n);
    assert.ok(distances[n] < 1e-4);
  }
});

test("by the ink alone, too", () => {
  const space = makeSpace(
    images.map(() => []),
    inks,
    digits,
  );
  assert.equal(space.size, 49);
  assert.ok(space.distances(inks[3])[3] < 1e-6);
});

test("of the images themselves few are farther from all others", async () => {
  const space = makeSpace(found, inks, digits);
  const limit = await farthest(space, () => false);
  const far = found.filter((/** @type {number[]} */ values, /** @type {number} */ n) => {
    const distances = space.distances(space.place(values, inks[n]));
    distances[n] = Infinity;
    return Math.min(...distances) > limit + 1e-5;
  });
  assert.ok(far.length <= 2, `${far.length}`);
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
