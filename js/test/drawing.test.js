import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals-core";
import { makeAnswer } from "../src/drawing/answer.js";
import { describe, percent, remark, withArticle } from "../src/drawing/answer_words.js";
import { Drawing } from "../src/drawing/drawing.js";
import { drawOver, frameStrokes, hasTap } from "../src/drawing/strokes.js";
import { fill } from "../src/shared/fill.js";
import { LIMITS } from "../src/shared/rules.js";
import * as sentences from "../src/shared/sentences.js";
import { bytes, golden, images, shipped } from "./golden.js";

/** @param {ArrayLike<number>} list */
const likeliest = (list) => Array.from(list).indexOf(Math.max(...Array.from(list)));

/** @param {number[]} digitProbabilities @param {number[]} sumProbabilities */
const predictionOf = (digitProbabilities, sumProbabilities) => ({
  digitProbabilities,
  sumProbabilities,
  digit: likeliest(digitProbabilities),
  total: likeliest(sumProbabilities),
});

/** The state of a page without anything on its pad. */
function page() {
  const drawing = new Drawing();
  const given = signal(new Uint8Array(784));
  const [number, weights] = [signal(5), signal(shipped)];
  const reject = signal(/** @type {import("../src/drawing/answer.js").Reject | null} */ (null));
  return {
    drawing,
    number,
    weights,
    reject,
    answer: makeAnswer({ drawing, given, number, weights, reject }),
  };
}

const withoutPercent = (/** @type {string} */ sentence) => sentence.replace(/ \((over |under )?\d+%\)/g, "");

test("300 drawings are framed and answered as in Python", () => {
  const { drawing, number, answer } = page();
  for (const { strokes, number: wanted, pixels, digits, sums } of golden.framing) {
    number.value = wanted;
    drawing.put(strokes);
    const seen = bytes(pixels);
    const off = Math.max(...answer.pixels.value.map((pixel, i) => Math.abs(pixel - seen[i])));
    assert.ok(off <= 1, `${off}`);
    if (!digits) {
      assert.equal(answer.certainty.value, "empty");
      continue;
    }
    const { digitProbabilities, sumProbabilities } = answer.result.value;
    for (const [found, expected] of [
      [digitProbabilities, digits],
      [sumProbabilities, sums],
    ])
      assert.ok(
        Math.max(
          ...found.map((/** @type {number} */ p, /** @type {number} */ i) => Math.abs(p - expected[i])),
        ) < 2e-3,
      );
  }
});

test("no strokes, and strokes beside the pad, are a blank image", () => {
  for (const strokes of [[], [/** @type {import("../src/drawing/strokes.js").Stroke} */ ([[2, 2]])]])
    assert.deepEqual(frameStrokes(strokes), new Uint8Array(784));
});

test("what is said of them is what Python says", () => {
  for (const { strokes, tapped, pixels, number, warning, sentence, digits, sums } of golden.framing.slice(
    1,
  )) {
    assert.equal(hasTap(strokes), tapped);
    assert.equal(remark(bytes(pixels), LIMITS.most_ink), warning);
    assert.equal(describe(predictionOf(digits, sums), number, { warning, hasTap: tapped })[0], sentence);
  }
});

test("rejected, warned of, a dot left out, unsure or close: the first of these is said, as in Python", () => {
  const { drawing, number, answer, reject } = page();
  const rejections = [
    { isRejected: true, isClose: false },
    { isRejected: false, isClose: true },
  ];
  /** @type {Set<string>} */
  const orders = new Set();
  for (const { strokes, tapped, number: wanted, judged } of golden.framing.filter(
    ({ judged = null }) => judged,
  )) {
    number.value = wanted;
    drawing.put(strokes);
    for (const [n, [sentence, isCertain]] of judged.entries()) {
      reject.value = () => rejections[n];
      if (answer.warning.value !== remark(answer.pixels.value, LIMITS.most_ink)) continue;
      assert.equal(withoutPercent(answer.sentence.value), withoutPercent(sentence));
      assert.equal(answer.certainty.value === "sure", isCertain);
      const sure = describe(answer.result.value, wanted)[1] ? "sure" : "unsure";
      const own = tapped ? "a dot" : sure;
      orders.add(`${n ? "close" : "rejected"}, ${answer.warning.value ? "warned of" : own}`);
    }
  }
  assert.equal(orders.size, 8, [...orders].join("; "));
});

test("each kind of sentence, warning and percentage is Python's", () => {
  for (const { digits, sums, warning, sentence, certain } of golden.sentences.verdicts) {
    assert.deepEqual(describe(predictionOf(digits, sums), 5, { warning }), [sentence, certain]);
  }
  for (const [share, words] of golden.sentences.percent) assert.equal(percent(share), words);
  for (const [image, words] of golden.sentences.remarks)
    assert.equal(remark(bytes(image), LIMITS.most_ink), words);
});

test("one empty line parts a drawing in two", () => {
  /** @param {number[]} empty rows of a thick vertical line */
  const line = (empty) => {
    const pixels = new Uint8Array(784);
    for (let row = 4; row < 24; row++)
      if (!empty.includes(row)) pixels.fill(255, 28 * row + 12, 28 * row + 15);
    return pixels;
  };
  assert.equal(remark(line([]), LIMITS.most_ink), "");
  assert.equal(remark(line([14]), LIMITS.most_ink), sentences.two_parts);
  assert.equal(remark(line([5]), LIMITS.most_ink), ""); // hardly any ink above it
});

test("without its dot an i is dimmed, but not while another stroke begins, nor over a picture", () => {
  const { drawing, answer } = page();
  /** @type {import("../src/drawing/strokes.js").Stroke[]} */
  const [stem, dot] = [
    [
      [0.5, 0.35],
      [0.5, 0.8],
    ],
    [[0.5, 0.15]],
  ];
  drawing.put([stem]);
  const alone = answer.sentence.value;
  assert.equal(answer.certainty.value, "sure");
  drawing.unfinished.value = dot;
  assert.equal(answer.sentence.value, alone);
  assert.deepEqual(drawing.all.value, [stem, dot]); // though all pads show it
  for (const strokes of [
    [stem, dot],
    [dot, stem],
  ]) {
    drawing.unfinished.value = dot;
    drawing.put(strokes);
    assert.deepEqual(drawing.all.value, strokes);
    const said = fill(sentences.left_out, { digit: withArticle(answer.result.value.digit) });
    assert.deepEqual([answer.certainty.value, answer.sentence.value], ["unsure", said]);
  }
  drawing.put([stem, dot], { url: "data:,", pixels: images[0] });
  assert.ok(!answer.sentence.value.includes("dot"));
});

test("ink over a picture takes nothing away", () => {
  const over = drawOver(images[0], [
    [
      [0.1, 0.1],
      [0.1, 0.9],
    ],
  ]);
  assert.ok(over.every((pixel, i) => pixel >= images[0][i]));
  assert.equal(over[28 * 14 + 2], 255);
});

test("where the network isn't to be trusted, its answer is dimmed with a word", () => {
  const { drawing, answer, reject } = page();
  assert.equal(answer.certainty.value, "empty");
  assert.match(answer.nearestGuess.value, /I would still say \d/);
  const seven = golden.framing.find(({ sentence = "" }) => /^I see a 7 .* 7 \+/.test(sentence));
  drawing.put(seven.strokes);
  assert.deepEqual([answer.certainty.value, answer.nearestGuess.value], ["sure", ""]);
  assert.match(answer.sentence.value, /I see a 7.* 7 \+ 5 = 12/);
  reject.value = () => ({ isRejected: false, isClose: true });
  assert.deepEqual(
    [answer.certainty.value, answer.sentence.value, answer.nearestGuess.value],
    ["unsure", fill(sentences.doubt, { digit: "a 7" }), ""],
  );
  reject.value = () => ({ isRejected: true });
  assert.deepEqual([answer.certainty.value, answer.sentence.value], ["rejected", sentences.rejected]);
  assert.equal(answer.nearestGuess.value, fill(sentences.nearest_guess, { digit: 7 }));
  reject.value = null;
  drawing.put([[[0.5, 0.5]]]);
  assert.deepEqual([answer.certainty.value, answer.warning.value], ["rejected", sentences.too_little_ink]);
});

test("undo gives back what was there before, whoever put it there", () => {
  const { drawing, answer } = page();
  const inkOf = (/** @type {Uint8Array} */ image) => image.reduce((sum, pixel) => sum + pixel / 255, 0);
  const thick = /** @type {Uint8Array} */ (
    images.find((/** @type {Uint8Array} */ image) => inkOf(image) > 1.2 * LIMITS.most_pen_ink)
  );
  const digit = { url: "data:", about: "Image 0.", pixels: thick };
  drawing.put([], digit);
  drawing.add([
    [0.1, 0.1],
    [0.1, 0.9],
  ]);
  assert.notDeepEqual(answer.pixels.value, thick);
  assert.equal(answer.warning.value, ""); // of a pen, this would be too much ink
  drawing.undo();
  assert.deepEqual([...answer.pixels.value], [...thick]);
  assert.equal(drawing.background.value, digit);
  drawing.undo();
  assert.ok(drawing.isEmpty.value);
  drawing.redo();
  drawing.redo();
  assert.equal(drawing.strokes.value.length, 1);
  drawing.undo();
  drawing.add([[0.5, 0.5]]); // another way from here
  drawing.redo();
  assert.deepEqual(drawing.strokes.value, [[[0.5, 0.5]]]);
  drawing.put([]);
  drawing.undo();
  assert.equal(drawing.strokes.value.length, 1);
});

test("after a reload, undo takes stroke by stroke away, then the picture below them", () => {
  const strokes = /** @type {import("../src/drawing/strokes.js").Stroke[]} */ ([[[0.1, 0.1]], [[0.9, 0.9]]]);
  const before = new Drawing();
  before.put(strokes, { url: "data:" });
  const { background, unfinished } = before;
  const drawing = new Drawing({ strokes: before.strokes, background, unfinished });
  for (const left of [strokes.slice(0, 1), []]) {
    drawing.undo();
    assert.deepEqual([drawing.strokes.value, drawing.background.value], [left, { url: "data:" }]);
  }
  drawing.undo();
  assert.ok(drawing.isEmpty.value);
});
