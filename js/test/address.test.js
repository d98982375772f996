// A link to the page: what it holds comes back, and whatever else is in it is left out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL, complaintAbout, keyOf } from "../src/network/hidden_pairs.js";
import { randomNumbers } from "../src/network/random.js";
import { saysArrival } from "../src/page/arrival.js";
import { decode, encode } from "../src/state/address.js";

/** @import { Shared } from "../src/state/address.js" */

const random = randomNumbers(4);
const below = (/** @type {number} */ end) => Math.floor(random() * end);
const pick = (/** @type {readonly any[]} */ list) => list[below(list.length)];
const FRESH = /** @type {Shared} */ ({ pairs: [[7, 5]], answer: "classes" });

/** @returns {Shared} */
function anything() {
  const pairs = ALL.filter(() => random() < 0.1).slice(0, 20);
  const answer = pick(["classes", "shift"]);
  return { pairs: complaintAbout(pairs) ? [] : pairs, answer };
}

test("a link that is opened again hides the same pairs from the same kind of adder", () => {
  assert.equal(encode(FRESH), "hide=75&answer=classes");
  for (let n = 0; n < 2000; n++) {
    const shared = anything();
    const { shared: again, isUnreadable } = decode(encode({ ...shared, pairs: shared.pairs.toReversed() }));
    assert.deepEqual([again, isUnreadable], [shared, false]);
  }
});

test("whatever an address has been made into, what is read can be hidden, and what can't be read is told", () => {
  const letters = "hide=&answer=classes0123456789<>%#é";
  for (let n = 0; n < 5000; n++) {
    const text = [...encode(anything())];
    for (let damage = 1 + below(5); damage > 0; damage--)
      text.splice(below(text.length), below(3), pick([...letters]));
    const { shared, isUnreadable } = decode(text.join(""));
    const { pairs = [], answer = "classes" } = shared;
    assert.equal(complaintAbout(pairs), "");
    assert.equal(new Set(pairs.map(keyOf)).size, pairs.length);
    assert.ok(["classes", "shift"].includes(answer));
    assert.equal(isUnreadable, Object.keys(shared).length < text.join("").split("&").length, text.join(""));
  }
  for (const text of [
    "hide=7",
    "hide=7575",
    "hide=75&hide=75",
    "add=4",
    "answer=number",
    "__proto__=1",
    "%E0%A4%A",
  ])
    assert.deepEqual(decode(text), { shared: {}, isUnreadable: true }, text);
});

test("a link asks what the adder will say", () => {
  assert.equal(saysArrival([[7, 5]], "7,5"), "I hid 7 + 5. What will it say?");
  const two = /** @type {Shared["pairs"]} */ ([
    [1, 2],
    [3, 4],
  ]);
  assert.equal(saysArrival(two, "3,4"), "I hid 2 pairs. What will it say to 3 + 4?");
  assert.equal(saysArrival(two, ""), "I hid 2 pairs."); // none can be guessed
});
