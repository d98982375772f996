import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals-core";
import { TEN } from "../src/network/adder.js";
import { ALL, BLOCK, complaintAbout, keyOf, lostSums, PATTERN } from "../src/network/hidden_pairs.js";
import { randomNumbers } from "../src/network/random.js";
import { curves, spread } from "../src/widgets/hidden_sums/curves.js";
import { questionAmong, saysGuess } from "../src/widgets/hidden_sums/guess.js";
import { HiddenSums } from "../src/widgets/hidden_sums/hidden_sums_state.js";
import { saysHidden, saysPair } from "../src/widgets/hidden_sums/pair_sentences.js";
import { KEEP_TRAINING } from "../src/widgets/hidden_sums/road.js";
import { rowsOf } from "../src/widgets/hidden_sums/rows_of_runs.js";
import { isSameTask, lastLook } from "../src/widgets/hidden_sums/runs.js";
import { pageData, wasm } from "./golden.js";

/** @import { AnswersWith } from "../src/network/adder.js" */
/** @import { Pair } from "../src/network/hidden_pairs.js" */

const { adder: DATA, recipe: RECIPE } = pageData();
const ADDER = wasm("adder.wasm");

/** One in each row, and one in each column. */
const ROWS = TEN.map((digit) => /** @type {Pair} */ ([digit, (7 * digit + 1) % 10]));

/** @param {Pair[]} pairs that are hidden */
function makeState(pairs = ROWS) {
  const traits = {
    pairs: signal(pairs),
    answer: signal(/** @type {AnswersWith} */ ("classes")),
    data: DATA,
    seed: 0,
    reader: "",
    recipe: RECIPE,
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
    const many = random() < 0.5 ? BLOCK : ROWS;
    const at = keyOf(ALL[Math.floor(100 * random())]);
    if (random() < 0.1) state.hiding.choose(many);
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

test("twenty pairs that nobody chose here make room for the first press; one's own don't, and the question stays", () => {
  const state = makeState(PATTERN);
  state.hiding.hide("1,1", true);
  assert.deepEqual(state.traits.pairs.value, [[1, 1]]);
  state.undo();
  assert.deepEqual(state.traits.pairs.value, PATTERN);
  state.hiding.choose(PATTERN.slice(0, 19));
  for (const at of ["1,1", "2,2"]) state.hiding.hide(at, true);
  assert.deepEqual(state.traits.pairs.value, [...PATTERN.slice(0, 19), [1, 1]]);
  assert.match(state.hidden.value, /^At most 20 /);
  assert.equal(state.guessing.question.value, "1,1");
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

test("training another adder loses nothing, and the same one for longer is the same run", async () => {
  const state = makeState();
  assert.ok(await state.adders.train());
  const table = state.adders.shown.value?.answers;
  state.traits.answer.value = "shift";
  assert.equal(state.adders.phase.value, "choosing"); // another kind isn't trained yet
  assert.ok(await state.adders.train());
  assert.equal(state.adders.canGoOn.value, false);
  assert.match(
    state.ofTitle.value,
    /^Hidden sums right in all runs: as usual \d of 10, with addition built in 10 of 10\. Nobody can ask .* 5 networks /,
  );
  state.lookedAt.value = "4,9";
  assert.match(state.ofPair.value, /^4 \+ 9, hidden: /);
  state.adders.select(1);
  assert.equal(state.ofPair.value, ""); // one looks at a pair of the run that is shown
  assert.deepEqual([state.traits.answer.value, state.adders.shown.value?.answers], ["classes", table]);
  const { adder } = /** @type {any} */ (state.adders.shown.value);
  let restarts = 0; // of AdamW, whose averages belong to the round before
  const { restart } = adder.code;
  adder.code = { ...adder.code, restart: () => restart(restarts++) };
  assert.ok(await state.adders.trainOn());
  assert.equal(restarts, 1);
  assert.deepEqual(
    state.adders.runs.value.map(({ id, rounds, isWhole, looks }) => [
      id,
      rounds,
      isWhole,
      looks[0].steps,
      looks.at(-1)?.steps,
    ]),
    [
      [1, 1, true, 10, 6400],
      [2, 0, true, 10, 400],
    ],
  );
  const [long, shift] = sharesOf(state);
  assert.ok(long > 0.6 && shift > 0.95, `${[long, shift]}`);
  assert.deepEqual(
    rowsOf(state.adders.runs.value).map(({ name, runs, adders, asked }) => [name, runs, adders, asked]),
    [
      ["As usual", [], 1, 10],
      ["As usual, for longer", [1], 1, 10],
      ["Addition built in", [2], 1, 10],
    ],
  );
});

test("what is said first of 7 + 5 answers the title, without a verdict", async () => {
  const state = makeState([[7, 5]]);
  await state.adders.train();
  assert.match(
    state.sentence.value,
    /^It knows (all|\d\d of the) 99 sums it was shown, but it says 7 \+ 5 = \d+\.$/,
  );
  assert.match(
    RECIPE,
    /^5 networks trained by its recipe without 20 of them got \d+% of the 19 that can be tested right /,
  );
  assert.equal(
    state.ofTitle.value.replace(RECIPE, "…"),
    "Does it add? Nobody can ask the network above: it has seen all hundred sums. But …",
  );
  assert.match(state.found.value, /^as usual [01] of 1$/);
});

test("other pairs, or another kind, stop a training; what it came to belongs to what was hidden then", async () => {
  const state = makeState([[7, 5]]);
  state.hiding.hide("7,5", false);
  state.hiding.hide("7,5", true);
  const training = state.adders.train();
  await until(() => hasLook(state, 0));
  assert.deepEqual([state.isBusy.value, state.canUndo.value], [true, false]);
  state.hiding.hide("1,2", true);
  assert.equal(await training, false);
  assert.deepEqual([state.isBusy.value, state.isGrid.value, state.sentence.value], [false, true, ""]);
  const [run] = state.adders.runs.value;
  assert.deepEqual([run.pairs, run.isWhole, rowsOf([run])[0].adders], [[[7, 5]], false, 0]);
  const other = state.adders.train();
  await until(() => hasLook(state, 1));
  state.traits.answer.value = "shift";
  assert.equal(await other, false);
});

test("an adder that is stopped goes on as if nothing had happened", async () => {
  const [state, whole] = [makeState(), makeState()];
  await whole.adders.train();
  const training = state.adders.train();
  await until(() => hasLook(state, 0));
  state.adders.end();
  assert.equal(await training, false);
  assert.deepEqual([state.adders.phase.value, state.next.value?.way], ["trained", "long"]);
  assert.match(state.sentence.value, /^Stopped after /);
  assert.equal(await state.adders.trainOn(), true);
  assert.deepEqual(state.adders.shown.value?.answers, whole.adders.shown.value?.answers);
  assert.deepEqual([state.adders.runs.value.length, state.sentence.value], [1, whole.sentence.value]);
});

test("a stop before the first step leaves all as it was, the guess too", async () => {
  const state = makeState([[7, 5]]);
  state.guessing.choose(12);
  const training = state.adders.train();
  await until(() => state.adders.runs.value.length > 0);
  state.adders.end();
  assert.equal(await training, false);
  assert.deepEqual([state.adders.runs.value, state.guessing.guess.value], [[], { at: "7,5", number: 12 }]);
  await state.adders.train();
  assert.deepEqual(state.adders.shown.value?.guess, { at: "7,5", number: 12 });
  const runs = state.adders.runs.value;
  const longer = state.adders.trainOn();
  state.adders.end();
  assert.equal(await longer, false);
  assert.deepEqual([state.adders.runs.value, state.adders.phase.value], [runs, "trained"]);
});

test("the first adder for a task is the same in every page, and no adder is trained twice", async () => {
  const [state, other] = [makeState([[1, 1]]), makeState([[7, 5]])];
  state.traits.seed = other.traits.seed = 4;
  await state.adders.train();
  for (const task of [[[7, 5]], [[1, 1]], [[7, 5]]]) {
    state.adders.leave();
    state.hiding.choose(/** @type {Pair[]} */ (task));
    await state.adders.train();
  }
  assert.deepEqual(
    state.adders.runs.value.map(({ pairs, seed }) => [pairs[0][0], seed]),
    [
      [1, 4],
      [7, 4],
      [1, 5],
      [7, 5],
    ],
  );
  await other.adders.train();
  assert.deepEqual(other.adders.shown.value?.answers, state.adders.runs.value[1].answers);
});

/** @param {HiddenSums} state @param {number} n */
const hasLook = (state, n) => (lastLook(state.adders.runs.peek()[n])?.steps ?? 0) >= 10;

/** @param {() => boolean} isSo */
async function until(isSo) {
  while (!isSo()) await new Promise((done) => setTimeout(done));
}

test("pattern and block keep all rules, and each total but that of 0 and 0, and those at the block's corner", () => {
  assert.deepEqual([complaintAbout(PATTERN), lostSums(PATTERN)], ["", [0]]);
  assert.deepEqual([complaintAbout(BLOCK), lostSums(BLOCK)], ["", [15, 16, 17, 18]]);
  assert.ok(
    isSameTask({ pairs: PATTERN, answer: "shift" }, { pairs: PATTERN.toReversed(), answer: "shift" }),
  );
});

test("one guesses at the pair that was hidden last, or at one in the middle", () => {
  const state = makeState();
  assert.equal(state.guessing.question.value, "4,9");
  state.hiding.hide("0,7", true);
  assert.equal(state.guessing.question.value, "0,7");
  state.guessing.choose(7);
  state.guessing.choose(9); // in its place
  state.hiding.hide("0,8", true);
  assert.equal(state.guessing.question.value, "0,7"); // as long as there is a guess at it
  assert.deepEqual(state.guessing.guess.value, { at: "0,7", number: 9 });
  state.hiding.choose([[1, 2]]);
  assert.equal(state.guessing.take(), null); // it was at another pair
  state.guessing.choose(3);
  assert.deepEqual(state.guessing.take(), { at: "1,2", number: 3 });
  assert.equal(state.guessing.guess.value, null); // the next training needs another
  assert.deepEqual([questionAmong([], ["1,2"]), questionAmong(["1,2"], [""])], ["", "1,2"]);
  assert.equal(saysGuess({ at: "4,9", number: 13 }, 10), "You guessed 13 for 4 + 9, but it says 10.");
  assert.equal(
    saysGuess({ at: "4,9", number: 10 }, 10),
    "You guessed 10 for 4 + 9, and that is what it says.",
  );
});

test("curves go from left to right, and one of hidden pairs is there if they were asked", () => {
  const run = (/** @type {number} */ id, /** @type {[steps: number, hidden: number | null][]} */ ...looks) =>
    /** @type {any} */ ({ id, looks: looks.map(([steps, hidden]) => ({ steps, seen: 1, hidden })) });
  const runs = [run(1, [3, 0], [100, 0.5]), run(2, [10, null], [1000, null]), run(3, [10, 0.5], [10_000, 1])];
  const drawn = (/** @type {any[]} */ runs, /** @type {any} */ shown) =>
    [...written(curves(runs, shown)).matchAll(/class="?(\w+)"? points=([\d., ]+) /g)].map(
      ([, kind, points]) => `${kind} ${points}`,
    );
  const [first, third] = ["60.0,148.0 138.0,81.0", "60.0,81.0 294.0,14.0"];
  assert.deepEqual(drawn(runs, undefined), [`other ${first}`, `other ${third}`]);
  assert.deepEqual(drawn(runs, runs[1]).slice(2), ["seen 60.0,14.0 216.0,14.0"]);
  assert.deepEqual(drawn(runs, runs[2]).slice(1), [`hidden ${third}`, "seen 60.0,14.0 294.0,14.0"]);
  assert.deepEqual(drawn([runs[0]], undefined), ["other 60.0,148.0 177.0,81.0"]); // 1,000 steps fit at least
  const drawing = written(curves(runs, runs[2]));
  assert.ok(
    drawing.includes(
      " Run 3 after 10000 steps: seen pairs 100%, hidden pairs 100%. Run 1 after 100 steps: seen pairs 100%, hidden pairs 50%. Run 2 after 1000 steps: seen pairs 100%.",
    ),
  );
  const names = [...drawing.matchAll(/<text class="?([a-z]+)"? x=300 y=\d+(?:\.\d+)?>([^<]+)</g)];
  assert.deepEqual(
    names.map(([, kind, words]) => `${kind} ${words}`),
    ["hidden 3: hidden", "seen 3: seen", "other 1"],
  );
});

/** A template as it is put into the page. @param {any} part @returns {string} */
function written(part) {
  if (Array.isArray(part)) return part.map(written).join("");
  if (!part?.strings) return String(part);
  return String.raw({ raw: part.strings }, ...part.values.map(written));
}

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
    "4 + 9, hidden: 95 of 98 new images of a 4 give 10, 2 give 8, 1 gives 13. The right total is 13.",
  );
});

test("keep training says what it changes", () => {
  assert.match(
    KEEP_TRAINING,
    /6,000 steps.*average of its images.* 0\.9% off every weight \(weight decay\)\.$/,
  );
});

test("what is hidden, and how much of it can be tested", () => {
  assert.match(saysHidden(BLOCK, [15, 16, 17, 18]), /^16 of 100 .* So 6 of them can be tested\.$/);
  assert.match(saysHidden([[0, 0]], [0]), /^1 of 100 .* with the total 0\.$/);
  assert.match(
    saysHidden(
      [
        [0, 0],
        [9, 9],
      ],
      [0, 18],
    ),
    / with the totals 0, 18\.$/,
  );
  assert.equal(
    saysHidden([[7, 5]], []),
    "1 of 100 pairs hidden. The total 12 still occurs, with other pairs.",
  );
  assert.match(
    saysHidden(ROWS, []),
    /^10 of 100 pairs hidden\. Their totals still occur, with other pairs\.$/,
  );
  assert.equal(saysHidden([], []), "0 of 100 pairs hidden.");
});
