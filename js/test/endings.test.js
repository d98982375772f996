import assert from "node:assert/strict";
import { test } from "node:test";
import { BLOCK, keyOf, PATTERN, testable } from "../src/network/hidden_pairs.js";
import { saysArrival } from "../src/page/arrival.js";
import { isGrokking, saysEnding } from "../src/widgets/hidden_sums/endings.js";
import { saysDrawing, saysHidden, saysReached } from "../src/widgets/hidden_sums/sentences.js";

/** @import { Pair } from "../src/network/hidden_pairs.js" */

const SCATTERED = /** @type {Pair[]} */ ([
  [1, 2],
  [3, 4],
  [4, 9],
  [5, 6],
]);

/**
 * A run that answers some of its hidden pairs rightly, and the others with a sum that is one too high.
 * @param {Pair[]} pairs
 * @param {number} right how many of those that can be tested
 * @param {{ seen?: number, rounds?: number, from?: number, steps?: number, before?: number[] }} [how]
 */
function run(pairs, right, { seen = 0.99, rounds = 1, from = 0, steps = 400, before = [] } = {}) {
  const known = testable(pairs).slice(0, right).map(keyOf);
  const answers = Object.fromEntries(
    pairs.map((pair) => {
      const sum = pair[0] + pair[1];
      return [keyOf(pair), new Map([[known.includes(keyOf(pair)) ? sum : sum + 1, 90]])];
    }),
  );
  const hidden = testable(pairs).length ? right / testable(pairs).length : null;
  const looks = before.map((share, n) => ({ steps: n + 1, seen: 0.99, hidden: share }));
  return { pairs, answers, rounds, from, looks: [...looks, { steps, seen, hidden }] };
}

const LONG = { rounds: 2, from: 1, steps: 6400 };
/** For every way of hiding and both trainings: what was reached, and what is said. @type {[string, ReturnType<typeof run>, string][]} */
const ENDINGS = [
  [
    "nothing is hidden",
    run([], 0),
    "It knows 99.0% of the sums it was shown. Nothing was hidden from it, so nobody can say whether it adds or remembers.",
  ],
  [
    "a sum that occurs nowhere else",
    run([[0, 0]], 0),
    "It knows 99.0% of the sums it was shown. The sums of the hidden pairs occur nowhere else, so they are no test. Hide others.",
  ],
  [
    "one pair, wrong",
    run([[7, 5]], 0),
    "It knows 99.0% of the sums it was shown, but it says 7 + 5 = 13: it has learned them by heart.",
  ],
  [
    "one pair, right at once",
    run([[7, 5]], 1),
    "It knows 99.0% of the sums it was shown, and it says 7 + 5 = 12, which nobody ever showed it: it hasn't just learned sums by heart.",
  ],
  [
    "one pair, not finished",
    run([[7, 5]], 0, { seen: 0.4 }),
    "So far it knows only 40% of the sums it was shown, but it says 7 + 5 = 13.",
  ],
  ["one pair, later", run([[7, 5]], 1, LONG), "Now it says 7 + 5 = 12, which nobody ever showed it."],
  [
    "one pair, still wrong",
    run([[7, 5]], 0, LONG),
    "Even after 6,400 steps it says 7 + 5 = 13: more training didn't help here.",
  ],
  [
    "several, none",
    run(SCATTERED, 0),
    "It knows 99.0% of the sums it was shown, and not one of the 4 that nobody showed it: it has learned them by heart.",
  ],
  [
    "several, some",
    run(SCATTERED, 1),
    "It knows 99.0% of the sums it was shown, and 1 of the 4 that nobody showed it.",
  ],
  [
    "several, all",
    run(SCATTERED, 4),
    "It knows 99.0% of the sums it was shown, and all 4 that nobody showed it: it hasn't just learned sums by heart.",
  ],
  [
    "several, later none",
    run(SCATTERED, 0, LONG),
    "Even after 6,400 steps it has none of the 4 hidden sums right: more training didn't help here.",
  ],
  [
    "several, later some",
    run(SCATTERED, 3, LONG),
    "Now it has 3 of the 4 hidden sums right, which nobody ever showed it. The others are still wrong.",
  ],
  [
    "several, later all",
    run(SCATTERED, 4, LONG),
    "Now it has all 4 hidden sums right, which nobody ever showed it.",
  ],
  [
    "a pattern of 20, of which 0 + 0 is no test",
    run(PATTERN, 4, LONG),
    "Now it has 4 of the 19 hidden sums right, which nobody ever showed it. The others are still wrong. The other hidden pair has a sum that it never saw, so it isn't counted.",
  ],
  [
    "a block, of which six pairs are a test",
    run(BLOCK, 6),
    "It knows 99.0% of the sums it was shown, and all 6 that nobody showed it: it hasn't just learned sums by heart. The other 10 hidden pairs have sums that it never saw, so they aren't counted.",
  ],
  [
    "a block, later none",
    run(BLOCK, 0, LONG),
    "Even after 6,400 steps it has none of the 6 hidden sums right: more training didn't help here. The other 10 hidden pairs have sums that it never saw, so they aren't counted.",
  ],
  ["nothing was reached", { ...run(SCATTERED, 0), looks: [] }, ""],
];

for (const [name, made, said] of ENDINGS)
  test(`what one has found out: ${name}`, () => {
    assert.equal(saysEnding(made), said);
  });

test("it is grokking where the hidden sums come after the others have been known", () => {
  assert.equal(isGrokking(run(SCATTERED, 4, { ...LONG, before: [0, 0, 0.1] })), true);
  assert.equal(isGrokking(run(SCATTERED, 4, { ...LONG, before: [0.5, 0.8] })), false); // with the others
  assert.equal(isGrokking(run(SCATTERED, 1, { ...LONG, before: [0, 0] })), false); // they never came
  assert.equal(isGrokking({ looks: [] }), false);
});

test("numbers are said of what they are about", () => {
  const look = { steps: 400, seen: 0.99, hidden: 0 };
  const said = "After 400 steps, on new images: 99.0% right for pairs it has seen, 0% for hidden pairs";
  assert.equal(saysReached(look, true, false), `${said}.`);
  assert.equal(saysReached(look, true, true), `${said} whose sum it saw elsewhere.`);
  assert.match(saysHidden(BLOCK, [15, 16, 17, 18]), /^16 of 100 .* So 6 of them can be tested\.$/);
  assert.match(saysHidden([[7, 5]], []), /^1 of 100 pairs hidden\. Every sum still occurs\.$/);
});

test("where a drawing gets another answer than most images of its digit, the pad says so", () => {
  assert.match(saysDrawing([7, 5], 14, true, 8), /7 \+ 5 = 14.* it is 12\. To most other 7s I say 8\./);
  assert.doesNotMatch(saysDrawing([7, 5], 8, true, 8), /most other/);
});

test("a link says what somebody did", () => {
  /** @type {Pair[]} */
  const pairs = [[7, 5]];
  assert.match(saysArrival({ pairs, run: null }), /^Somebody hid 7 \+ 5\. What will an adder say/);
  assert.match(
    saysArrival({ pairs, run: { seed: 0, rounds: 1 } }),
    /trained an adder without it\. It is being repeated here\.$/,
  );
  assert.match(
    saysArrival({ pairs: SCATTERED, run: { seed: 0, rounds: 3 } }),
    /^Somebody hid 4 pairs.*without them, and kept/,
  );
});
