// What the page may say of adders, tried on thousands of made-up lists of runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL, BLOCK, keyOf, seenBeside, testable } from "../src/network/hidden_pairs.js";
import { randomNumbers } from "../src/network/random.js";
import { nextStep } from "../src/widgets/hidden_sums/road.js";
import { countedEnd, rowsOf, verdictOf } from "../src/widgets/hidden_sums/rows_of_runs.js";
import { sentenceOf } from "../src/widgets/hidden_sums/run_sentence.js";
import { areSamePairs, canGoOn, countsOf, knows, lastLook, lookAt } from "../src/widgets/hidden_sums/runs.js";
import { answerAtEnd, answerToTitle } from "../src/widgets/hidden_sums/title_answer.js";

/** @import { Answers, Pair } from "../src/network/hidden_pairs.js" */
/** @import { Look, RunTold } from "../src/widgets/hidden_sums/runs.js" */

const RECIPE = "others got few right.";

/** What chance makes. @param {() => number} random */
function maker(random) {
  const whole = (/** @type {number} */ most) => Math.floor(random() * (most + 1));
  const any = (/** @type {readonly any[]} */ list) => list[whole(list.length - 1)];
  const shuffled = (/** @type {Pair[]} */ list) => {
    const order = list.map((pair) => ({ key: random(), pair })).sort((a, b) => a.key - b.key);
    return order.map(({ pair }) => pair);
  };
  /** Mostly one pair, as the page begins; sometimes none, or a block. @returns {Pair[]} */
  function somePairs() {
    const kind = random();
    if (kind < 0.1) return BLOCK;
    return shuffled(ALL).slice(0, kind < 0.2 ? 0 : kind < 0.6 ? 1 : kind < 0.8 ? 1 + whole(5) : whole(20));
  }
  /**
   * Answers that have so many of the seen sums and of the hidden ones right.
   * @param {Pair[]} pairs
   * @param {number} known
   * @param {number} found
   * @returns {Answers}
   */
  function answers(pairs, known, found) {
    const right = [
      ...shuffled(seenBeside(pairs)).slice(0, known),
      ...shuffled(testable(pairs)).slice(0, found),
    ];
    const areRight = new Set(right.map(keyOf));
    const to = (/** @type {Pair} */ pair) => {
      const sum = pair[0] + pair[1];
      const wrong = (sum + 1 + whole(17)) % 19;
      const mostly = areRight.has(keyOf(pair)) ? sum : wrong;
      return new Map([
        [mostly, 60 + whole(30)],
        [(mostly + 1) % 19, whole(30)],
      ]);
    };
    return Object.fromEntries(ALL.map((pair) => [keyOf(pair), to(pair)]));
  }
  /** How many of `all` are right: often none, often all, at times anything. @param {number} all */
  const share = (all) => any([0, 0, all, all, whole(all), Math.round(0.8 * all)]);
  /** @param {number} id @param {RunTold[]} others @returns {RunTold} */
  function run(id, others) {
    const pairs = others.length && random() < 0.5 ? any(others).pairs : somePairs();
    const answer = any(["classes", "classes", "shift"]);
    const rounds = answer === "classes" ? any([0, 0, 1, 1, 2, 3]) : 0;
    /** @type {RunTold} */
    let made = { id, pairs, answer, rounds, isWhole: random() < 0.85, looks: [], answers: null };
    const { shown, asked } = countsOf(made);
    let steps = 0;
    for (let round = 0; round <= rounds; round++)
      for (let n = 1 + whole(4), usual = share(asked); n > 0; n--) {
        steps += 10 + whole(3000);
        const known = random() < 0.85 ? shown - whole(Math.floor(0.1 * shown)) : whole(shown);
        const found = random() < 0.6 ? usual : share(asked);
        const look = { steps, round, known, found, seen: random(), hidden: asked ? random() : null };
        made = { ...made, looks: [...made.looks, look] };
      }
    const { round, known, found } = /** @type {Look} */ (lastLook(made)); // answers are those of the last look alone
    const last = answers(pairs, known, found);
    return { ...made, looks: [...made.looks, lookAt(pairs, last, steps, round)], answers: last };
  }
  /** @returns {RunTold[]} */
  function runs() {
    /** @type {RunTold[]} */
    const list = [];
    for (let n = 1 + whole(6); n > 0; n--) list.push(run(list.length + 1, list));
    return list;
  }
  return runs;
}

const MANY = Array.from({ length: 1000 }, maker(randomNumbers(1)));

/** What is said below each run of each list. */
const TOLD = MANY.flatMap((runs) =>
  runs.map((run) => {
    const title = answerToTitle(run, runs, RECIPE);
    const end = answerAtEnd(run, runs, RECIPE);
    return {
      run,
      runs,
      rows: rowsOf(runs),
      sentence: sentenceOf(run),
      title,
      end,
      next: nextStep(run, runs),
    };
  }),
);
/** Numbers in a text. @param {string} text */
const numbersIn = (text) => (text.replaceAll(",", "").match(/\d+/g) ?? []).map(Number);

test("the one rule", () => {
  const cases = {
    "5 0": "too few to say",
    "6 1": "recites",
    "6 2": "finds some",
    "6 4": "finds some",
    "6 5": "adds",
  };
  for (const [counts, verdict] of Object.entries(cases)) {
    const [asked, found] = numbersIn(counts);
    assert.equal(verdictOf(asked, found), verdict);
  }
  const half = /** @type {any} */ ({ pairs: ALL.slice(0, 50) });
  assert.deepEqual(
    [44, 45].map((known) => knows(half, /** @type {any} */ ({ known }))),
    [false, true], // nine tenths are enough
  );
});

test("a row counts each adder once, if it was trained to the end, knows what it was shown and can be asked", () => {
  for (const runs of MANY) {
    const rows = rowsOf(runs);
    assert.equal(new Set(rows.map(({ name }) => name)).size, rows.length);
    assert.deepEqual(rows.flatMap((row) => row.runs).sort(), runs.map(({ id }) => id).sort());
    for (const row of rows) {
      const own = runs.filter(({ answer }) => answer === row.answer);
      const counted = own.filter((run) => countedEnd(run, row.isLonger));
      const sum = (/** @type {(run: RunTold) => number} */ of) =>
        counted.reduce((all, run) => all + of(run), 0);
      assert.equal(row.adders, counted.length);
      assert.equal(
        row.asked,
        sum((run) => countsOf(run).asked),
      );
      assert.equal(
        row.found,
        sum((run) => countedEnd(run, row.isLonger)?.found ?? NaN),
      );
      assert.equal(row.verdict, verdictOf(row.asked, row.found));
    }
    const stopped = runs.map((run) => ({ ...run, rounds: 0, isWhole: false }));
    assert.ok(rowsOf(stopped).every(({ adders }) => adders === 0));
  }
});

test("no by heart, and no adding, but by the verdict of a row with six asked; and never in the sentence of a run", () => {
  for (const { run, rows, sentence, title, end } of TOLD) {
    const [usual] = rows;
    assert.doesNotMatch(sentence + end, /by heart|it adds|they add/);
    const means = {
      recites: /by heart/,
      adds: /(here adds|they add)\.$/,
      "finds some": /, but not everywhere\.$/,
    };
    for (const [verdict, words] of Object.entries(means))
      assert.equal(words.test(title), title !== "" && usual.verdict === verdict, title);
    if (/by heart/.test(title)) assert.ok(usual.asked >= 6 && 6 * usual.found <= usual.asked);
    assert.equal(title !== "", run.answer === "classes" && !run.rounds && !!countedEnd(run, false));
  }
});

test("each number and pair in a sentence is one of its runs", () => {
  for (const { run, rows, sentence, title, end } of TOLD) {
    const { shown, asked } = countsOf(run);
    const { known, found, steps } = /** @type {Look} */ (lastLook(run));
    const pair = asked === 1 ? testable(run.pairs)[0] : [];
    const said =
      asked === 1 && run.answers
        ? [...run.answers[keyOf(/** @type {Pair} */ (pair))]].map(([sum]) => sum)
        : [];
    const own = [shown, known, asked, found, steps, ...pair, ...said];
    const all = rows.flatMap((row) => [row.adders, row.asked, row.found]);
    for (const number of numbersIn(sentence)) assert.ok(own.includes(number), sentence);
    for (const number of numbersIn(title + end)) assert.ok([...own, ...all].includes(number), title + end);
    assert.equal(
      /which nobody showed it/.test(sentence),
      asked === 1 && found === 1 && / says /.test(sentence),
      sentence,
    );
    assert.ok(!end || run.answer === "shift");
  }
});

test("a sentence says if some hidden sums can't be tested, and only then", () => {
  for (const { run, sentence } of TOLD) {
    const { asked } = countsOf(run);
    if (asked < 2 || !/ (and|but) /.test(sentence)) continue;
    assert.equal(/ hidden sums that can be tested\.$/.test(sentence), run.pairs.length > asked, sentence);
  }
});

test("the same pairs are as many, and each is among the others", () => {
  /** @type {Pair[]} */
  const pairs = [
    [3, 4],
    [0, 9],
    [9, 0],
  ];
  assert.ok(areSamePairs(pairs, [...pairs].reverse()) && areSamePairs([], []));
  assert.ok(!areSamePairs(pairs, pairs.slice(1)) && !areSamePairs(pairs.slice(1), pairs));
  assert.ok(
    !areSamePairs(pairs, [
      [3, 4],
      [0, 9],
      [8, 1],
    ]),
  );
});

test("after a stop one goes on with the same adder, and nothing is said of the table", () => {
  for (const { run, sentence, title, next } of TOLD.filter((told) => !told.run.isWhole)) {
    assert.deepEqual(next, { way: "long", why: "" });
    assert.match(sentence, /^Stopped after /);
    assert.ok(canGoOn(run) && !title.includes("This one"));
  }
});

test("the road leads on to what isn't in the table yet, and ends with an answer", () => {
  const seen = new Set();
  for (const { run, runs, rows, next, end } of TOLD.filter((told) => told.run.isWhole)) {
    seen.add(next.way);
    const row = (/** @type {string} */ name) => rows.find((one) => one.name === name)?.adders;
    if (next.way === "block") assert.ok(!areSamePairs(run.pairs, BLOCK));
    if (next.way === "long") assert.ok(canGoOn(run));
    if (/find more/.test(next.why)) assert.ok(Number(lastLook(run)?.found) < countsOf(run).asked);
    if (next.way === "shift") assert.ok(!row("Addition built in"));
    if (end) assert.deepEqual([next.way, end.match(/[.] |[.]$/g)?.length], ["other", 3]);
    if (run.answer === "shift" && row("As usual") && rowsOf([run])[0].adders)
      assert.notEqual(answerAtEnd(run, runs, RECIPE), "");
  }
  assert.deepEqual([...seen].sort(), ["block", "long", "other", "shift", "train"]);
});
