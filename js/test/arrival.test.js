import assert from "node:assert/strict";
import { test } from "node:test";
import { saysArrival } from "../src/page/arrival.js";

/** @import { Pair } from "../src/network/hidden_pairs.js" */

test("a link says what somebody did, and a page that is loaded again what one did oneself", () => {
  /** @type {Pair[]} */
  const one = [[7, 5]];
  const made = (/** @type {Pair[]} */ pairs, /** @type {number[]} */ fadings = []) => ({
    pairs,
    run: { seed: 0, fadings },
  });
  assert.match(saysArrival({ pairs: one, run: null }), /^Somebody hid 7 \+ 5\. What will an adder say/);
  assert.match(
    saysArrival(made(one)),
    /trained an adder without it\. The same training is running here now\.$/,
  );
  assert.match(
    saysArrival(made([...one, [1, 2]], [1, 1])),
    /^Somebody hid 2 pairs.*without them, and kept training\.$/,
  );
  assert.match(saysArrival(made(one, [0])), /and kept training without decay\.$/);
  assert.match(
    saysArrival(made([])),
    /^Somebody trained an adder on all hundred pairs\. The same training is running/,
  );
  assert.match(saysArrival(made(one), true), /^You had hidden 7 \+ 5 and trained an adder without it\./);
});
