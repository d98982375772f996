import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals-core";
import { ALL, BLOCK, complaintAbout, keyOf, lostSums, PATTERN } from "../src/network/hidden_pairs.js";
import { randomNumbers } from "../src/network/random.js";
import { spread } from "../src/widgets/hidden_sums/curves.js";
import {
  addGuesses,
  countGuesses,
  NO_GUESSES,
  questionAmong,
  readGuesses,
  saysOutcome,
} from "../src/widgets/hidden_sums/guesses.js";
import { PRESETS } from "../src/widgets/hidden_sums/presets.js";
import { saysKeepTraining } from "../src/widgets/hidden_sums/road.js";
import { isSameTask, lastLook, madeOf, mostly } from "../src/widgets/hidden_sums/runs.js";
import { saysDrawing, saysHidden, saysPair, saysReached } from "../src/widgets/hidden_sums/sentences.js";
import { HiddenSums } from "../src/widgets/hidden_sums/state.js";
import { pageData, wasm } from "./golden.js";

/** @import { AnswersWith, Encoding } from "../src/network/adder.js" */
/** @import { Pair } from "../src/network/hidden_pairs.js" */
/** @import { Asked } from "../src/widgets/hidden_sums/state.js" */

const DATA = pageData().adder;
const ADDER = wasm("adder.wasm");

/** @param {Pair[]} pairs that are hidden */
function makeState(pairs = PRESETS[0].pairs()) {
  const traits = {
    pairs: signal(pairs),
    encoding: signal(/** @type {Encoding} */ ("label")),
    answer: signal(/** @type {AnswersWith} */ ("classes")),
    asked: signal(/** @type {Asked} */ ({})),
    data: DATA,
    seed: 0,
    reader: "",
  };
  return new HiddenSums(traits, ADDER);
}

/** @param {HiddenSums} state */
const sharesOf = (state) => state.adders.runs.value.map((run) => lastLook(run)?.hidden ?? -1);

test("what a press does to the pairs can be undone, step by step, whatever it was", () => {
  const state = makeState([]);
  const random = randomNumbers(1);
  const before = [];
  for (let n = 0; n < 200; n++) {
    const pairs = state.traits.pairs.value;
    const preset = PRESETS[Math.floor(3 * random())];
    const at = keyOf(ALL[Math.floor(100 * random())]);
    if (random() < 0.1) state.hiding.choose(preset.pairs());
    else state.hiding.hide(at, !state.hiding.keys.value.has(at));
    if (state.traits.pairs.value !== pairs) before.push(pairs);
    assert.equal(complaintAbout(state.traits.pairs.value), "");
    if (random() < 0.3 && before.length) {
      state.undo();
      assert.deepEqual(state.traits.pairs.value, before.pop());
      assert.equal(state.hiding.complaint.value, "");
    }
  }
  while (before.length) {
    state.undo();
    assert.deepEqual(state.traits.pairs.value, before.pop());
  }
  assert.equal(state.canUndo.value, false);
  state.undo();
  assert.deepEqual(state.traits.pairs.value, []);
});

test("looking at a run again can be undone as well", async () => {
  const state = makeState([[1, 1]]);
  await state.adders.train();
  state.adders.leave();
  state.hiding.choose([[2, 2]]);
  state.adders.select(1);
  assert.deepEqual([state.traits.pairs.value, state.adders.shown.value?.id], [[[1, 1]], 1]);
  state.undo();
  assert.deepEqual([state.traits.pairs.value, state.adders.phase.value], [[[2, 2]], "choosing"]);
  state.undo();
  assert.deepEqual([state.traits.pairs.value, state.canUndo.value], [[[1, 1]], false]);
});

test("drawing across pairs is undone as one", () => {
  const state = makeState([]);
  const painting = {};
  for (const at of ["1,1", "1,2", "1,3"]) state.hiding.hide(at, true, painting);
  state.hiding.hide("5,5", true);
  state.undo();
  assert.equal(state.traits.pairs.value.length, 3);
  state.undo();
  assert.equal(state.traits.pairs.value.length, 0);
});

test("training another adder loses nothing; the same one for longer is the same run, and a link makes it again", async () => {
  const state = makeState();
  assert.ok(await state.adders.train());
  const table = state.adders.shown.value?.answers;
  state.traits.answer.value = "shift";
  assert.equal(state.adders.phase.value, "choosing"); // another kind isn't trained yet
  assert.ok(await state.adders.train());
  assert.equal(state.adders.canGoOn.value, false);
  state.adders.select(1);
  assert.deepEqual([state.traits.answer.value, state.adders.shown.value?.answers], ["classes", table]);
  assert.equal(state.adders.hasKeptOn.value, false);
  assert.ok(await state.adders.trainOn(0.3));
  assert.equal(state.adders.hasKeptOn.value, true);
  assert.deepEqual(
    state.adders.runs.value.map(({ id, fadings, isWhole, looks }) => [
      id,
      fadings,
      isWhole,
      looks.at(-1)?.steps,
    ]),
    [
      [1, [0.3], true, 6400],
      [2, [], true, 400],
    ],
  );
  const [long, shift] = sharesOf(state);
  assert.ok(long > 0.6 && shift > 0.95, `${[long, shift]}`);
  assert.deepEqual(
    state.rows.value.map(({ name, runs, adders, asked }) => [name, runs, adders, asked]),
    [
      ["As usual", [], 1, 10],
      ["As usual, trained on", [1], 1, 10],
      ["Addition built in", [2], 1, 10],
    ],
  );
  assert.match(state.sentence.value, /^It finds/);
  const other = makeState();
  other.adders.comeBackTo(/** @type {any} */ (madeOf(/** @type {any} */ (state.adders.shown.value))));
  await other.adders.train();
  await other.adders.trainOn();
  assert.deepEqual(other.adders.shown.value?.looks, state.adders.shown.value?.looks);
  assert.deepEqual(other.adders.shown.value?.answers, state.adders.shown.value?.answers);
});

test("other pairs, or another kind, end a training: what it came to belongs to what was hidden then", async () => {
  const state = makeState([[7, 5]]);
  const training = state.adders.train();
  await until(() => (lastLook(state.adders.runs.peek()[0])?.steps ?? 0) >= 10);
  state.hiding.hide("1,2", true);
  assert.equal(await training, false);
  assert.deepEqual(
    [state.adders.running.value, state.adders.phase.value, state.sentence.value],
    [0, "choosing", ""],
  );
  const [run] = state.adders.runs.value;
  assert.deepEqual([run.pairs, run.isWhole, madeOf(run)], [[[7, 5]], false, null]);
  assert.equal(state.rows.value[0].adders, 0);
  const other = state.adders.train();
  await until(() => (lastLook(state.adders.runs.peek()[1])?.steps ?? 0) >= 10);
  state.traits.answer.value = "number";
  assert.equal(await other, false);
});

test("a round that is stopped before its first step leaves the run as it was", async () => {
  const state = makeState([[7, 5]]);
  await state.adders.train();
  const runs = state.adders.runs.value;
  const training = state.adders.trainOn();
  state.adders.end();
  assert.equal(await training, false);
  assert.deepEqual([state.adders.runs.value, state.adders.phase.value], [runs, "trained"]);
});

test("the same buttons make a run again, and one that is there is shown", async () => {
  const state = makeState();
  await state.adders.train(7);
  const other = makeState();
  other.adders.comeBackTo({ seed: 7, fadings: [] });
  assert.equal(other.adders.running.value, 0); // nothing starts by itself
  await other.adders.train();
  assert.deepEqual(other.adders.shown.value?.answers, state.adders.shown.value?.answers);
  assert.deepEqual(other.adders.shown.value?.looks, state.adders.shown.value?.looks);
  other.adders.leave();
  other.adders.comeBackTo({ seed: 7, fadings: [] });
  assert.equal(other.adders.shown.value?.id, 1);
});

test("training that is stopped keeps what was reached, and nothing where nothing was", async () => {
  const state = makeState();
  const training = state.adders.train();
  state.adders.end();
  assert.equal(await training, false);
  assert.deepEqual([state.adders.runs.peek(), state.adders.phase.value], [[], "choosing"]);
  const next = state.adders.train();
  await until(() => (lastLook(state.adders.runs.peek()[0])?.steps ?? 0) >= 10);
  state.adders.end();
  assert.equal(await next, false);
  const [run] = /** @type {any} */ (state).adders.runs.peek();
  assert.ok(!run.isWhole && run.answers && state.adders.phase.value === "trained");
  assert.equal(await state.adders.train(), true); // the next one isn't held up
});

/** @param {() => boolean} isSo */
async function until(isSo) {
  while (!isSo()) await new Promise((done) => setTimeout(done));
}

test("presets keep all rules, and each sum but that of 0 and 0, and those at the corner of the block", () => {
  for (const { value, pairs } of PRESETS) {
    assert.equal(complaintAbout(pairs()), "");
    const lost = { pattern: [0], block: [15, 16, 17, 18] }[value] ?? [];
    assert.deepEqual(lostSums(pairs()), lost);
  }
  assert.ok(
    isSameTask(
      { pairs: PATTERN, encoding: "label", answer: "shift" },
      { pairs: PATTERN.toReversed(), encoding: "label", answer: "shift" },
    ),
  );
});

test("what the adder says of a drawing", async () => {
  const state = makeState();
  const image = /** @type {any} */ (state.adders.images).others.find(
    (/** @type {any} */ { digit }) => digit === 4,
  );
  const asked = /** @type {import("@preact/signals-core").Signal<Asked>} */ (state.traits.asked);
  asked.value = { ...image, number: 3, isDrawn: true };
  assert.match(state.ofDrawing.value, /^Press Train first/);
  state.traits.answer.value = "shift";
  const training = state.adders.train();
  assert.equal(state.ofDrawing.value, ""); // it was pressed
  await training;
  assert.match(state.ofDrawing.value, /^I see a 4. 4 \+ 3 = 7./);
  state.traits.answer.value = "number";
  assert.match(state.ofDrawing.value, /^Press Train first/); // an adder of this kind isn't trained
});

test("guesses: what is typed is kept until the training, and then shown beside what was said", async () => {
  const state = makeState();
  assert.equal(state.guessing.question.value, "4,9"); // one in the middle
  state.hiding.hide("0,7", true);
  assert.equal(state.guessing.question.value, "0,7"); // the one that was hidden last
  assert.equal(state.guessing.guess("seven"), false);
  assert.ok(state.guessing.misread.value && !state.guessing.guesses.value.numbers.length);
  assert.ok(state.guessing.guess("7") && state.guessing.guess("7, 9"));
  state.hiding.hide("0,8", true);
  assert.equal(state.guessing.question.value, "0,7"); // as long as somebody has guessed at it
  await state.adders.train();
  const run = /** @type {any} */ (state.adders.shown.value);
  assert.deepEqual(run.guesses, { at: "0,7", numbers: [7, 7, 9] });
  assert.deepEqual(state.guessing.guesses.value, NO_GUESSES);
  assert.match(
    saysOutcome(run.guesses, mostly(run.answers, [0, 7])),
    /^It says 0 \+ 7 = \d+\. The right sum is 7\./,
  );
  const guessesOf = async () => {
    const training = state.adders.trainOn();
    const { numbers } = /** @type {any} */ (state.adders.shown.value).guesses;
    state.adders.end();
    await training;
    return numbers;
  };
  assert.deepEqual(await guessesOf(), []); // those before Train don't count for Keep training
  assert.ok(state.guessing.guess("8"));
  assert.deepEqual(await guessesOf(), [8]);
});

test("guesses in detail", () => {
  assert.deepEqual(["13", " 9, 13;13\n4 ", "0 18"].map(readGuesses), [[13], [9, 13, 13, 4], [0, 18]]);
  for (const text of ["", " ", "19", "-1", "1.5", "4 x", "004"]) assert.equal(readGuesses(text), null, text);
  assert.deepEqual(addGuesses({ at: "1,2", numbers: [3] }, "1,2", [4]).numbers, [3, 4]);
  assert.deepEqual(addGuesses({ at: "1,2", numbers: [3] }, "2,2", [4]), { at: "2,2", numbers: [4] });
  assert.equal(countGuesses([13, 13, 0])[13], 2);
  assert.deepEqual([questionAmong([], ["1,2"]), questionAmong(["1,2"], [""])], ["", "1,2"]);
  const one = { at: "4,9", numbers: [13] };
  assert.equal(saysOutcome(one, 10), "You guessed 13. It says 4 + 9 = 10. The right sum is 13.");
  assert.match(saysOutcome({ at: "4,9", numbers: [13, 10, 10] }, 10), /2 of 3 guessed 10\.$/);
  assert.match(saysOutcome({ at: "4,9", numbers: [13, 12] }, 10), /Nobody guessed 10\.$/);
});

test("names of curves are never on top of each other", () => {
  const random = randomNumbers(5);
  for (let n = 0; n < 200; n++) {
    const places = Array.from({ length: Math.floor(9 * random()) }, () => 140 * random()).sort(
      (a, b) => a - b,
    );
    const apart = spread(places, 15, 150);
    apart.slice(1).forEach((place, i) => {
      assert.ok(place - apart[i] >= 15 - 1e-9);
    });
    assert.ok(apart.every((place) => place <= 150));
    const isApart = places.slice(1).every((place, i) => place - places[i] >= 15);
    if (isApart) assert.deepEqual(apart, places);
  }
});

test("an answer of few images is said in words", () => {
  const counts = new Map([
    [10, 95],
    [8, 2],
    [13, 1],
  ]);
  assert.equal(
    saysPair("4,9", counts, true),
    "4 + 9, hidden: for 98 new images of a 4, it says 10 (95 times), 8 (twice), 13 (once). The right sum is 13.",
  );
});

test("keep training says what it changes", () => {
  assert.match(saysKeepTraining("classes", 1), /6,000 steps.*average of its images.* 0\.9% off every weight/);
  assert.match(saysKeepTraining("classes", 0), /average of its images.* nothing off every weight/);
  assert.match(
    saysKeepTraining("number", 1),
    /Each of them takes 0\.3% off every weight \(weight decay\)\.$/,
  );
});

test("numbers are said of what they are about", () => {
  const look = { steps: 400, round: 0, known: 99, found: 0, seen: 0.99, hidden: 0 };
  const said = "After 400 steps, of new images: 99.0% right for pairs it has seen, 0% for hidden pairs";
  assert.equal(saysReached(look, true, false), `${said}.`);
  assert.equal(saysReached(look, true, true), `${said} whose sum it saw elsewhere.`);
  assert.match(saysHidden(BLOCK, [15, 16, 17, 18]), /^16 of 100 .* So 6 of them can be tested\.$/);
  assert.match(saysHidden([[7, 5]], []), /^1 of 100 pairs hidden\. Every sum still occurs\.$/);
});

test("where a drawing gets another answer than other images of its digit, the pad says so", () => {
  const counts = new Map([
    [14, 30],
    [8, 49],
    [12, 25],
  ]);
  assert.match(
    saysDrawing([7, 5], 14, true, counts),
    /7 \+ 5 = 14.* it is 12\. To 49 of 104 other 7s I say 8\./,
  );
  assert.doesNotMatch(saysDrawing([7, 5], 8, true, counts), /other/);
});
