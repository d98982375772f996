import assert from "node:assert/strict";
import { test } from "node:test";
import { batch } from "@preact/signals-core";
import { randomNumbers } from "../src/network/random.js";
import { connect } from "../src/state/traits.js";
import { decimalsToAdd, percentOf, say, total, whole } from "../src/widgets/common/numbers.js";

test("what is shown adds up as shown", () => {
  assert.equal(decimalsToAdd([0.25, 0.5]), 2);
  const random = randomNumbers(3);
  for (let n = 0; n < 200; n++) {
    const parts = Array.from({ length: 9 }, () => 2 * random() - 1);
    const many = decimalsToAdd(parts);
    assert.equal(say(total(parts.map((one) => +one.toFixed(many)))), say(total(parts)));
  }
});

test("numbers and shares in words", () => {
  assert.deepEqual([999, 17_360, 1_234_567].map(whole), ["999", "17,360", "1,234,567"]);
  assert.deepEqual([say(-0.001), say(-1.5), say(2)], ["0", "−1.5", "2"]);
  assert.deepEqual([0, 0.0001, 0.5, 0.956, 0.9999, 1].map(percentOf), [
    "0%",
    "0.1%",
    "50%",
    "95.6%",
    "99.9%",
    "100%",
  ]);
});

test("traits and signals are one state, and what changes together is saved once", () => {
  /** @type {Record<string, any>} */
  const traits = { strokes: [1], number: 5, background: {} };
  /** @type {Record<string, () => void>} */
  const listeners = {};
  let saved = 0;
  const model = {
    get: (/** @type {string} */ name) => traits[name],
    set: (/** @type {string} */ name, /** @type {any} */ value) => {
      const isEqual = JSON.stringify(value) === JSON.stringify(traits[name]); // then nobody is told, as in ipywidgets
      traits[name] = value;
      if (!isEqual) listeners[`change:${name}`]?.();
    },
    on: (/** @type {string} */ event, /** @type {() => void} */ listener) => {
      listeners[event] = listener;
    },
    off: (/** @type {string} */ event) => {
      delete listeners[event];
    },
    save_changes: () => {
      saved++;
    },
    send: () => {},
  };
  const [signals, stop] = connect(model, { strokes: [0], number: 0, background: {}, other: "as given" });
  assert.deepEqual([signals.strokes.value, signals.other.value], [[1], "as given"]);
  model.set("number", 7); // as Python does
  assert.deepEqual([signals.number.value, saved], [7, 0]);
  signals.number.value = 8;
  assert.deepEqual([model.get("number"), saved], [8, 1]);
  const empty = {};
  batch(() => {
    signals.strokes.value = [3];
    signals.number.value = 4;
    signals.background.value = empty;
  });
  assert.deepEqual([model.get("strokes"), model.get("number"), saved], [[3], 4, 2]);
  assert.equal(signals.background.value, empty); // the same object, or undo would have a step more
  stop();
  signals.number.value = 9;
  model.set("strokes", [2]);
  assert.deepEqual([model.get("number"), signals.strokes.value, saved], [4, [3], 2]);
});
