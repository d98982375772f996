// What the page may say of adders, tried on thousands of made-up lists of runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL, BLOCK, keyOf, seenBeside, testable } from "../src/network/hidden_pairs.js";
import { randomNumbers } from "../src/network/random.js";
import { FADINGS } from "../src/network/train_adder.js";
import { decode, encode } from "../src/state/address.js";
import { nextStep } from "../src/widgets/hidden_sums/road.js";
import { modeOf, rowsOf, saysOfTitle, verdictOf } from "../src/widgets/hidden_sums/rows.js";
import {
  areSamePairs,
  countsOf,
  endsOf,
  isUsual,
  knows,
  lastLook,
  lookAt,
  madeOf,
  withLook,
} from "../src/widgets/hidden_sums/runs.js";
import { isByHeart, isGrokking, sentenceOf } from "../src/widgets/hidden_sums/sentence.js";

/** @import { Answers, Pair } from "../src/network/hidden_pairs.js" */
/** @import { Look, RunTold } from "../src/widgets/hidden_sums/runs.js" */

const KINDS = /** @type {const} */ ([
  ["classes", "label"],
  ["classes", "label"],
  ["number", "quantity"],
  ["number", "label"],
  ["classes", "quantity"],
  ["shift", "label"],
]);

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
    const [answer, encoding] = any(KINDS);
    const canGoOn = answer === "number" || (answer === "classes" && encoding === "label");
    const fadings = Array.from({ length: canGoOn ? any([0, 0, 1, 1, 2, 3]) : 0 }, () => any(FADINGS));
    /** @type {RunTold} */
    let made = { id, pairs, answer, encoding, fadings, isWhole: random() < 0.85, looks: [], answers: null };
    const { shown, asked } = countsOf(made);
    let steps = 0;
    for (let round = 0; round <= fadings.length; round++)
      for (let n = 1 + whole(4), usual = share(asked); n > 0; n--) {
        steps += 10 + whole(3000);
        const known = random() < 0.85 ? shown - whole(Math.floor(0.1 * shown)) : whole(shown);
        const found = random() < 0.6 ? usual : share(asked);
        const look = { steps, round, known, found, seen: random(), hidden: asked ? random() : null };
        made = { ...made, looks: [...made.looks, look] };
      }
    const { round, known, found } = /** @type {Look} */ (lastLook(made)); // answers are those of the last look alone
    const last = answers(pairs, known, found);
    made = withLook(made, lookAt(pairs, last, steps, round), last);
    return made;
  }
  /** @returns {RunTold[]} */
  function runs() {
    /** @type {RunTold[]} */
    const list = [];
    for (let n = 1 + whole(6); n > 0; n--) list.push(run(list.length + 1, list));
    return list;
  }
  return { runs, run, whole };
}

const MANY = Array.from({ length: 2000 }, maker(randomNumbers(1)).runs);

/** Numbers in a text. @param {string} text */
const numbersIn = (text) => (text.replaceAll(",", "").match(/\d+/g) ?? []).map(Number);
const foundAtEnd = (/** @type {RunTold} */ run) => lastLook(run)?.found ?? 0;

test("a row for each kind that was tried, and its numbers are those of the adders that count", () => {
  MANY.forEach((runs) => {
    const rows = rowsOf(runs);
    const sum = (/** @type {"adders" | "asked" | "found"} */ name) =>
      rows.reduce((all, row) => all + row[name], 0);
    // Counted apart: each end of a training that nobody went on from in the same way.
    const counted = runs.flatMap((run) =>
      endsOf(run)
        .filter((end, n, ends) => {
          const mode = (/** @type {number} */ round) => modeOf(run.fadings.slice(0, round));
          const isLast = ends.slice(n + 1).every(({ round }) => mode(round) !== mode(end.round));
          return isLast && knows(run, end) && countsOf(run).asked > 0;
        })
        .map((end) => ({ run, end })),
    );
    assert.equal(sum("adders"), counted.length);
    assert.equal(
      sum("asked"),
      counted.reduce((all, { run }) => all + countsOf(run).asked, 0),
    );
    assert.equal(
      sum("found"),
      counted.reduce((all, { end }) => all + end.found, 0),
    );
    assert.equal(new Set(rows.map(({ name }) => name)).size, rows.length);
    assert.deepEqual(rows.flatMap((row) => row.runs).sort(), runs.map(({ id }) => id).sort());
    for (const { found, asked, adders, verdict, ...row } of rows) {
      assert.ok(found <= asked && adders > 0 === asked > 0);
      assert.ok(
        runs.some(
          (run) => run.answer === row.answer && (run.answer === "shift" || run.encoding === row.encoding),
        ),
      );
      assert.equal(verdict === "too few to say", asked < 6);
      if (verdict === "adds") assert.ok(found >= (5 / 6) * asked);
      if (verdict === "recites") assert.ok(found <= asked / 6);
    }
  });
  assert.deepEqual(
    [
      [5, 0],
      [6, 1],
      [6, 2],
      [6, 4],
      [6, 5],
      [60, 10],
      [60, 50],
    ].map(([asked, found]) => verdictOf(asked, found)),
    ["too few to say", "recites", "finds some", "finds some", "adds", "recites", "adds"],
  );
});

test("more of the same adder is the same adder, and what was stopped isn't counted", () => {
  MANY.forEach((runs) => {
    const stopped = runs.map((run) => ({ ...run, fadings: [], isWhole: false }));
    assert.ok(rowsOf(stopped).every(({ adders }) => adders === 0));
    const usual = rowsOf(runs).filter((row) => row.mode === "usual");
    assert.ok(usual.every(({ adders }) => adders <= runs.length));
    assert.deepEqual(
      rowsOf(runs.toReversed()).map((row) => ({ ...row, runs: row.runs.toReversed() })),
      rowsOf(runs),
    );
  });
});

test("a sentence has at most two clauses, and says nothing that its run doesn't show", () => {
  MANY.forEach((runs) => {
    for (const run of runs) {
      const said = sentenceOf(run);
      const { shown, asked } = countsOf(run);
      const look = /** @type {Look} */ (lastLook(run));
      assert.match(said, /^[A-Z][^.]*\.$/, said); // one sentence
      assert.ok((said.match(/, (?!which nobody)(and|but|after|which|as) |: /g) ?? []).length <= 2, said);
      // Numbers: the sums that it was shown, those that were hidden, the steps, and what looks have counted.
      const founds = run.looks.map(({ found }) => found);
      const pair = asked === 1 ? testable(run.pairs)[0] : null;
      const answer =
        pair && run.answers ? [...run.answers[keyOf(pair)]].sort((a, b) => b[1] - a[1])[0][0] : -1;
      const allowed = [shown, look.known, asked, look.steps, ...founds, ...(pair ?? []), answer];
      for (const number of numbersIn(said)) assert.ok(allowed.includes(number), `${number} in ${said}`);
      const pairs = [...said.matchAll(/(\d) \+ (\d)/g)].map(([, a, b]) => `${a},${b}`);
      for (const at of pairs) assert.equal(at, pair && keyOf(pair), said); // it was hidden, and can be tested
      // What it has: "of the 6", "all 6", "none of the 6".
      const found = foundAtEnd(run);
      const now = /(?:finds|and|but) (both|all|none|\d+)(?: of the)?(?: \d+)? (?:that|hidden)/.exec(
        said,
      )?.[1];
      if (now)
        assert.equal(now === "all" || now === "both" ? asked : now === "none" ? 0 : Number(now), found, said);
      if (/which nobody showed it|as it did before/.test(said)) assert.ok(found > 0, said);
      if (/for a while|on the way/.test(said))
        assert.ok(founds.filter((one) => one >= 0.7 * asked).length >= 2 && asked, said);
      if (!run.isWhole) assert.doesNotMatch(said, /by heart/, said);
      if (/by heart/.test(said)) {
        assert.deepEqual([found, run.fadings.length, run.isWhole], [0, 0, true], said);
        assert.ok(run.looks.every((one) => !knows(run, one) || one.found < 0.7 * asked) && asked, said);
      }
      if (/before/.test(said)) assert.ok(run.fadings.length > 0, said);
    }
  });
});

test("no grokking without waiting, nor where the hidden sums came with the others, or went again", () => {
  let count = 0;
  MANY.forEach((runs) => {
    for (const run of runs.filter(isGrokking)) {
      count += 1;
      const { asked } = countsOf(run);
      assert.ok(run.fadings.length > 0 && run.isWhole && asked > 0);
      const waiting = run.looks.filter((look) => knows(run, look) && look.found <= 0.2 * asked);
      assert.ok(waiting.length >= 2);
      for (const look of run.looks.slice(-2)) assert.ok(look.found >= 0.7 * asked && knows(run, look));
      const known = run.looks.filter((one) => knows(run, one));
      const isHigh = (/** @type {Look} */ one) => one?.found >= 0.7 * asked;
      const came = known.findIndex((one, n) => isHigh(one) && isHigh(known[n + 1]));
      const half = /** @type {Look} */ (lastLook(run)).steps / 2;
      for (const one of known.slice(came)) assert.ok(one.steps <= half || one.found > 0.2 * asked);
      assert.ok(!isGrokking({ ...run, fadings: [] }));
      assert.ok(!isGrokking({ ...run, looks: run.looks.slice(-3) }) || waiting.length < 2);
    }
  });
  assert.ok(count > 20, `${count}`); // or nothing was tried
});

test("the network at the top is spoken of only with the adders that were trained as it was", () => {
  MANY.forEach((runs) => {
    const said = saysOfTitle(runs);
    const row = rowsOf(runs).find(({ name }) => name === "As usual");
    assert.equal(said !== "", Boolean(row?.adders), said);
    const reciting = runs.filter((run) => isUsual(run) && isByHeart(run)).length;
    assert.equal(said.includes("by heart"), reciting > 0, said);
    if (!reciting) return;
    const [all = said.includes("both") ? 2 : 1, some = all] = numbersIn(said);
    assert.deepEqual([all, some], [row?.adders, reciting], said);
  });
});

test("the road: a block only after something held, other kinds once each, one stop", () => {
  const seen = new Set();
  MANY.forEach((runs) => {
    const rows = rowsOf(runs);
    for (const run of runs) {
      const { way, why } = nextStep(run, runs);
      seen.add(way);
      const { asked } = countsOf(run);
      assert.equal(
        way === "train" ||
          knows(run, /** @type {any} */ (lastLook(run))) ||
          way === "long" ||
          way === "other",
        true,
      );
      if (way === "block") assert.ok(2 * foundAtEnd(run) > asked && !areSamePairs(run.pairs, BLOCK));
      if (way === "long" || way === "fade") assert.ok(run.isWhole && run.answer !== "shift" && asked > 0);
      const isIn = (/** @type {string} */ encoding) =>
        rows.some((row) => row.answer === "number" && row.encoding === encoding && row.adders);
      if (way === "quantity") assert.ok(!isIn("quantity"));
      if (way === "label") assert.ok(isIn("quantity") && !isIn("label"));
      if (way === "table") assert.ok(isIn("quantity") && isIn("label"));
      const [, found, of, name, other, all] =
        /It found (\w+) of (\d+) here, where “(.*)” found (\w+) of (\d+)/.exec(why) ?? [];
      if (!name) continue; // what is compared was asked about the same pairs
      const like = rowsOf(runs.filter(({ pairs }) => areSamePairs(pairs, run.pairs))).find(
        (row) => row.name === name,
      );
      assert.ok(like && like.found >= Number(other === "none" ? 0 : other) && like.asked >= Number(all));
      assert.deepEqual([found === "none" ? 0 : Number(found), Number(of)], [foundAtEnd(run), asked]);
    }
  });
  assert.deepEqual([...seen].sort(), [
    "block",
    "fade",
    "label",
    "long",
    "other",
    "quantity",
    "table",
    "train",
  ]);
});

test("a link opened again gives the same run, whatever was done to it", () => {
  const random = randomNumbers(7);
  const { run, whole } = maker(random);
  for (let n = 0; n < 2000; n++) {
    const { pairs, answer, encoding, ...made } = { ...run(1, []), seed: whole(1e6) };
    const shared = {
      pairs,
      answer,
      encoding,
      number: 5,
      strokes: [],
      isFooling: false,
      image: null,
      run: madeOf(made),
    };
    const { shared: again, isUnreadable } = decode(encode(shared));
    assert.equal(isUnreadable, false);
    assert.deepEqual(again.run ?? null, made.isWhole ? { seed: made.seed, fadings: made.fadings } : null);
    assert.ok(
      areSamePairs(again.pairs ?? [], pairs) && again.answer === answer && again.encoding === encoding,
    );
  }
});
