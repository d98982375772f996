import assert from "node:assert/strict";
import { test } from "node:test";
import { arrivalOf, saysArrival } from "../src/page/arrival.js";

/** @import { Pair } from "../src/network/hidden_pairs.js" */

const USUAL = /** @type {Pair[]} */ ([[7, 5]]);
const TWO = /** @type {Pair[]} */ ([
  [1, 2],
  [3, 4],
]);
const RUN = { seed: 0, fadings: [] };

test("a link dares where somebody has hidden something or trained an adder, and nowhere else", () => {
  const says = (/** @type {any} */ shared, question = "7,5") => {
    const arrival = arrivalOf(shared, false, USUAL);
    return arrival && saysArrival(arrival, question);
  };
  assert.equal(says({ pairs: USUAL }), null); // as a fresh page has it
  assert.equal(says({ pairs: [], run: RUN }), null); // nothing was hidden
  assert.equal(says({ number: 4 }), null);
  assert.equal(says({ pairs: USUAL, run: RUN }), "I hid 7 + 5 from an adder. What will it say?");
  assert.equal(says({ pairs: [[3, 5]] }), "I hid 3 + 5 from an adder. What will it say?");
  assert.equal(says({ pairs: TWO }, "3,4"), "I hid 2 pairs from an adder. What will it say to 3 + 4?");
  assert.equal(says({ pairs: TWO }, ""), "I hid 2 pairs from an adder."); // none can be guessed
});

test("a page that is loaded again says how one's own adder comes back, and dares nobody", () => {
  const says = (/** @type {any} */ shared) => {
    const arrival = arrivalOf(shared, true, USUAL);
    return arrival && saysArrival(arrival, "1,2");
  };
  assert.equal(says({ pairs: TWO }), null);
  const again = "Adders aren't kept when the page is loaded again. Train makes the same one";
  assert.equal(says({ pairs: TWO, run: RUN }), `${again}.`);
  assert.equal(
    says({ pairs: USUAL, run: { ...RUN, fadings: [1, 1] } }),
    `${again}, and Keep training goes on as you did.`,
  );
  assert.equal(says({ pairs: USUAL, run: { ...RUN, fadings: [0, 1] } }), `${again}.`);
});
