import assert from "node:assert/strict";
import { test } from "node:test";
import { BLOCK, keyOf, PATTERN, seenBeside, testable } from "../src/network/hidden_pairs.js";
import { saysArrival } from "../src/page/arrival.js";
import { isGrokking, saysEnding, saysGrokking, saysUncounted } from "../src/widgets/hidden_sums/endings.js";
import { nextStep, saysKeepTraining } from "../src/widgets/hidden_sums/road.js";
import { withLook } from "../src/widgets/hidden_sums/runs.js";
import { saysDrawing, saysHidden, saysReached } from "../src/widgets/hidden_sums/sentences.js";
import { saysSoFar } from "../src/widgets/hidden_sums/so_far.js";

/** @import { AnswersWith, Encoding } from "../src/network/adder.js" */
/** @import { Pair } from "../src/network/hidden_pairs.js" */
/** @import { Tried } from "../src/widgets/hidden_sums/so_far.js" */
/** @import { Way } from "../src/widgets/hidden_sums/road.js" */

const SCATTERED = /** @type {Pair[]} */ ([
  [1, 2],
  [3, 4],
  [4, 9],
  [5, 6],
]);
/** @type {Pair[]} */
const ONE = [[7, 5]];

/**
 * Answers that have some hidden pairs right and some seen ones; to the others they say one more.
 * @param {Pair[]} pairs
 * @param {number} right how many of those that can be tested
 * @param {number} known how many of those that were seen
 */
function answersOf(pairs, right, known) {
  const tested = testable(pairs);
  const areRight = [...tested.slice(0, right), ...seenBeside(pairs).slice(0, known)].map(keyOf);
  const all = [...pairs, ...seenBeside(pairs)].map((pair) => {
    const sum = pair[0] + pair[1];
    return [keyOf(pair), new Map([[areRight.includes(keyOf(pair)) ? sum : sum + 1, 90]])];
  });
  return Object.fromEntries(all);
}

/**
 * A run that has some of its hidden pairs right.
 * @param {Pair[]} pairs
 * @param {number} right how many of those that can be tested,
 * @param {{ id?: number, from?: number, had?: number, known?: number, steps?: number, hidden?: number[], fading?: number, answer?: AnswersWith, encoding?: Encoding }} [how]
 *   `had`: how many before it was trained on; `hidden`: shares of the hidden sums at earlier looks
 * @returns {Tried}
 */
function run(
  pairs,
  right,
  {
    id = 2,
    from = 1,
    had,
    known = 100,
    steps = 400,
    hidden = [],
    fading = 1,
    answer = "classes",
    encoding = "label",
  } = {},
) {
  const keptOn =
    had === undefined
      ? { from: 0, rounds: 1, before: null }
      : { from, rounds: 2, before: answersOf(pairs, had, 100) };
  const share = testable(pairs).length ? right / testable(pairs).length : null;
  const looks = hidden.map((one, n) => ({ steps: n + 1, seen: 0.99, hidden: one }));
  const last = { steps, seen: 0.99, hidden: share };
  return {
    ...keptOn,
    id,
    pairs,
    answer,
    encoding,
    fading,
    answers: answersOf(pairs, right, known),
    looks: [...looks, last],
  };
}

const NONE_BEFORE = { had: 0, steps: 6400 };
const NUMBER = { answer: /** @type {const} */ ("number"), encoding: /** @type {const} */ ("quantity") };
/** For every way of hiding and both trainings: what was reached, what is said, and what leads on. @type {[string, Tried, string, Way][]} */
const ENDINGS = [
  [
    "nothing is hidden",
    run([], 0),
    "It knows all 100 sums it was shown. Nothing was hidden from it, so nobody can say whether it adds or remembers.",
    "other",
  ],
  [
    "a sum that occurs nowhere else",
    run([[0, 0]], 0),
    "It knows all 99 sums it was shown. The sums of the hidden pairs occur nowhere else, so these pairs can't test it. Hide others.",
    "other",
  ],
  [
    "one pair, wrong",
    run(ONE, 0),
    "It knows all 99 sums it was shown, but it says 7 + 5 = 13: it has learned them by heart.",
    "long",
  ],
  [
    "one pair, right at once",
    run(ONE, 1, { known: 98 }),
    "It knows 98 of the 99 sums it was shown, and it says 7 + 5 = 12, which nobody ever showed it.",
    "block",
  ],
  [
    "one pair, stopped early",
    run(ONE, 0, { known: 40 }),
    "So far it knows only 40 of the 99 sums it was shown, and it says 7 + 5 = 13.",
    "train",
  ],
  [
    "one pair, later",
    run(ONE, 1, NONE_BEFORE),
    "Now it says 7 + 5 = 12, which nobody ever showed it.",
    "block",
  ],
  ["one pair, right all along", run(ONE, 1, { had: 1 }), "It says 7 + 5 = 12, as it did before.", "block"],
  ["one pair, lost", run(ONE, 0, { had: 1 }), "Now it says 7 + 5 = 13. Before, it had this right.", "block"],
  [
    "one pair, still wrong",
    run(ONE, 0, NONE_BEFORE),
    "Even after 6,400 steps it says 7 + 5 = 13: more training didn't help here.",
    "block",
  ],
  [
    "one pair, still wrong without decay",
    run(ONE, 0, { ...NONE_BEFORE, fading: 0 }),
    "Even after 6,400 steps it says 7 + 5 = 13: more training didn't help here.",
    "fade",
  ],
  [
    "several, none",
    run(SCATTERED, 0),
    "It knows all 96 sums it was shown, and not one of the 4 that nobody showed it: it has learned them by heart.",
    "long",
  ],
  [
    "several, few",
    run(SCATTERED, 1),
    "It knows all 96 sums it was shown, and 1 of the 4 that nobody showed it: most of what it knows, it knows by heart.",
    "long",
  ],
  [
    "several, most",
    run(SCATTERED, 3),
    "It knows all 96 sums it was shown, and 3 of the 4 that nobody showed it: it works most of them out.",
    "long",
  ],
  [
    "several, all",
    run(SCATTERED, 4),
    "It knows all 96 sums it was shown, and all 4 that nobody showed it: it hasn't just learned sums by heart.",
    "block",
  ],
  [
    "several, later none",
    run(SCATTERED, 0, NONE_BEFORE),
    "Even after 6,400 steps it has none of the 4 hidden sums right: more training didn't help here.",
    "block",
  ],
  [
    "several, later all but one",
    run(SCATTERED, 3, NONE_BEFORE),
    "Now it has 3 of the 4 hidden sums right, which nobody ever showed it. Before, it had none. Wrong: 5 + 6.",
    "block",
  ],
  [
    "several, later one",
    run(SCATTERED, 1, NONE_BEFORE),
    "Now it has 1 of the 4 hidden sums right, which nobody ever showed it. Before, it had none. The others are wrong.",
    "block",
  ],
  [
    "several, later all",
    run(SCATTERED, 4, { ...NONE_BEFORE, had: 1 }),
    "Now it has all 4 hidden sums right, which nobody ever showed it. Before, it had 1.",
    "block",
  ],
  [
    "several, all along",
    run(SCATTERED, 4, { had: 4 }),
    "It has all 4 hidden sums right, as it had before.",
    "block",
  ],
  [
    "several, fewer than before",
    run(SCATTERED, 2, { had: 3 }),
    "It has 2 of the 4 hidden sums right, and had 3 before: more training didn't help here.",
    "block",
  ],
  [
    "several, none any more",
    run(SCATTERED, 0, { had: 1 }),
    "It has none of the 4 hidden sums right, and had 1 before: more training didn't help here.",
    "block",
  ],
  [
    "a pattern of 20, of which 0 + 0 is no test",
    run(PATTERN, 4, NONE_BEFORE),
    "Now it has 4 of the 19 hidden sums right, which nobody ever showed it. Before, it had none. The others are wrong. The other one is no test: it never saw that sum.",
    "block",
  ],
  [
    "a block, of which six pairs are a test",
    run(BLOCK, 6),
    "It knows all 84 sums it was shown, and all 6 that nobody showed it: it hasn't just learned sums by heart. The other 10 are no test: it never saw their sums.",
    "quantity",
  ],
  [
    "a block, later none",
    run(BLOCK, 0, NONE_BEFORE),
    "Even after 6,400 steps it has none of the 6 hidden sums right: more training didn't help here. The other 10 are no test: it never saw their sums.",
    "quantity",
  ],
  [
    "one number and a quantity",
    run(BLOCK, 3, NUMBER),
    "It knows all 84 sums it was shown, and 3 of the 6 that nobody showed it: it works half of them out. The other 10 are no test: it never saw their sums.",
    "label",
  ],
  [
    "one number and a label",
    run(BLOCK, 0, { ...NUMBER, encoding: "label" }),
    "It knows all 84 sums it was shown, and not one of the 6 that nobody showed it: it has learned them by heart. The other 10 are no test: it never saw their sums.",
    "quantity",
  ],
  [
    "shift",
    run(ONE, 1, { answer: "shift" }),
    "It knows all 99 sums it was shown, and it says 7 + 5 = 12, which nobody ever showed it.",
    "quantity",
  ],
];

for (const [name, made, said, way] of ENDINGS)
  test(`what one has found out: ${name}`, () => {
    const both = [saysEnding(made), saysUncounted(made)].filter(Boolean);
    assert.equal(both.join(" "), said);
    assert.equal(nextStep(made, [made], true).way, way);
  });

test("nothing is said before there is an answer", () => {
  assert.equal(saysEnding({ ...run(ONE, 0), answers: null }), "");
});

/** What was tried, in the order of the road, and what it all answers to "does it add?" @type {[Tried, string][]} */
const ROAD = [
  [run(ONE, 0), "Trained as usual, it recites: it didn't find 7 + 5."],
  [run(ONE, 0, { had: 0, fading: 0 }), "Trained on without decay, it recites: it didn't find 7 + 5."],
  [run(ONE, 1, { had: 0 }), "Trained on while its weights faded, it found 7 + 5."],
  [run([[9, 8]], 0, { had: 0 }), "Trained on while its weights faded, it found 7 + 5, but not 9 + 8."],
  [run(BLOCK, 4, { had: 0 }), "Trained on while its weights faded, it found 5 of 8 hidden sums."],
  [
    run(BLOCK, 6, NUMBER),
    "Answering with one number, and given the number as a quantity, it adds: it found all 6 hidden sums.",
  ],
  [
    run(BLOCK, 0, { ...NUMBER, encoding: "label" }),
    "Answering with one number, but given the number as a label, it recites: it found none of 6 hidden sums.",
  ],
  [
    run(ONE, 0, { encoding: "quantity" }),
    "Given a quantity, but answering with one of 19 classes, it recites: it didn't find 7 + 5.",
  ],
  [
    run(ONE, 1, { answer: "shift" }),
    "With addition built in, it adds, and had nothing to learn but to read: it found 7 + 5.",
  ],
];

test("so does it add? Each run that was made is in the answer, and no other", () => {
  /** @type {Tried[]} */
  const made = [];
  for (const [next, said] of ROAD) {
    made.push(next);
    const sentences = saysSoFar(made, true);
    if (made.length === 1)
      assert.deepEqual(sentences, []); // its ending has said it
    else assert.ok(sentences.includes(said), `${said}\n${sentences.join("\n")}`);
    assert.ok(made.length < 2 || sentences.at(-1)?.includes("nobody can tell"));
    assert.ok(saysSoFar(made).every((one) => !one.includes("nobody can tell"))); // in a notebook
  }
  assert.equal(saysSoFar(made).length, 7);
  const early = run(ONE, 1, { known: 40, answer: "shift" });
  assert.deepEqual(saysSoFar([made[0], early]), []); // stopped before it knew anything
  const again = saysSoFar([run(ONE, 0), run(ONE, 1), run(ONE, 0, { had: 0 })]);
  assert.equal(again[0], "Trained as usual, it found 1 of 2 hidden sums."); // not "7 + 5, but not 7 + 5"
  const twice = [run(ONE, 0), run(ONE, 1, { id: 2, had: 0 }), run(ONE, 1, { id: 3, from: 2, had: 1 })];
  assert.equal(saysSoFar(twice)[1], "Trained on while its weights faded, it found 7 + 5."); // the same adder
  const three = saysSoFar([run(SCATTERED.slice(0, 3), 0), run(ONE, 0, { had: 0 })]);
  assert.equal(three[0], "Trained as usual, it recites: it found none of 3 hidden sums."); // not by name
});

test("the road leads from heart to a block, a quantity, a label and the course", () => {
  /** @type {Tried[]} */
  const road = [
    run(ONE, 0),
    run(ONE, 1, { had: 0 }),
    run(BLOCK, 0),
    run(BLOCK, 4, { had: 0 }),
    run(BLOCK, 3, NUMBER),
    run(BLOCK, 0, { ...NUMBER, encoding: "label" }),
  ];
  const steps = road.map((one, n) => nextStep(one, road.slice(0, n + 1), true));
  assert.deepEqual(
    steps.map(({ way }) => way),
    ["long", "block", "long", "quantity", "label", "course"],
  );
  assert.match(steps[5].why, /recite, and adders find sums that nobody showed them\.$/);
  assert.equal(nextStep(road[5], [run(BLOCK, 0, NUMBER), road[5]], true).why, "You have seen adders recite.");
  assert.equal(nextStep(road[5], [run(ONE, 0, NUMBER), road[5]], true).way, "quantity"); // of other pairs
  const quantity = run(ONE, 0, { encoding: "quantity" });
  assert.doesNotMatch(nextStep(quantity, [quantity], true).why, /was a label/); // it wasn't
  const failed = run(ONE, 0, NONE_BEFORE);
  assert.match(nextStep(failed, [failed], true).why, /^Does it find any sum of a whole block\?/);
  assert.match(steps[1].why, /One pair may be luck\. Does it hold for a whole block\? Hide one\./);
});

test("keep training says what it changes", () => {
  assert.match(saysKeepTraining("classes", 1), /6,000 steps.* 0\.9% off every weight.*average of its images/);
  assert.match(saysKeepTraining("classes", 0), /leaves every weight.*average of its images/);
  assert.match(saysKeepTraining("number", 1), / 0\.3% off every weight, so .*decay\)\.$/);
});

test("it is grokking where the hidden sums come after the others have been known", () => {
  assert.equal(isGrokking(run(SCATTERED, 4, { had: 0, hidden: [0, 0, 0.1] })), true);
  assert.equal(isGrokking(run(SCATTERED, 4, { had: 0, hidden: [0.5, 0.8] })), false); // with the others
  assert.equal(isGrokking(run(SCATTERED, 1, { had: 0, hidden: [0, 0.8] })), false); // they didn't stay
  assert.equal(isGrokking({ looks: [] }), false);
  assert.match(
    saysGrokking({ fading: 1, pairs: SCATTERED }),
    /The hidden ones came while its weights faded\.$/,
  );
  assert.match(saysGrokking({ fading: 1, pairs: ONE }), /The hidden one came/);
  assert.doesNotMatch(saysGrokking({ fading: 0, pairs: ONE }), /faded/);
});

test("numbers are said of what they are about", () => {
  const look = { steps: 400, seen: 0.99, hidden: 0 };
  const [made, better] = [/** @type {any} */ (run(ONE, 0, { hidden: [0, 0] })), { ...look, hidden: 1 }];
  assert.deepEqual(withLook(made, better, {}).looks.slice(1), [made.looks[1], better]); // not twice at one step
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

test("a link says what somebody did, and a page that is loaded again what one did oneself", () => {
  const made = (/** @type {Pair[]} */ pairs, rounds = 1, fading = 1) => ({
    pairs,
    run: { seed: 0, rounds, fading },
  });
  assert.match(saysArrival({ pairs: ONE, run: null }), /^Somebody hid 7 \+ 5\. What will an adder say/);
  assert.match(
    saysArrival(made(ONE)),
    /trained an adder without it\. The same training is running here now\.$/,
  );
  assert.match(saysArrival(made(SCATTERED, 3)), /^Somebody hid 4 pairs.*without them, and kept training\.$/);
  assert.match(saysArrival(made(SCATTERED, 2, 0)), /and kept training without decay\.$/);
  assert.match(
    saysArrival(made([])),
    /^Somebody trained an adder on all hundred pairs\. The same training is running/,
  );
  assert.match(saysArrival(made(ONE), true), /^You had hidden 7 \+ 5 and trained an adder without it\./);
});
