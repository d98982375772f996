import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals-core";
import { Drawing } from "../src/drawing/drawing.js";
import { Fooled, readKept, writeKept } from "../src/page/fooled.js";

/** @import { Trust } from "../src/drawing/answer.js" */
/** @import { Stroke } from "../src/drawing/strokes.js" */

const LINE = /** @type {Stroke} */ ([
  [0.5, 0.2],
  [0.5, 0.8],
]);

/** What a browser keeps, as one text. */
function makeStorage(text = "") {
  const storage = {
    text,
    getItem: () => storage.text,
    setItem: (/** @type {string} */ _key, /** @type {string} */ value) => {
      storage.text = value;
    },
  };
  return storage;
}

/**
 * A page on which a 1 was read.
 * @param {Trust} trust
 * @param {any} storage
 */
function makePage(trust, storage = makeStorage()) {
  const drawing = new Drawing();
  const isByItself = signal(true);
  const digitProbabilities = [0, 0.995, 0, 0, 0, 0, 0, 0, 0, 0.005];
  const answer = {
    trust: signal(trust),
    result: signal({ digit: 1, digitProbabilities }),
    judgement: signal(null),
  };
  const fooled = new Fooled(/** @type {any} */ ({ drawing, answer, selfDrawing: { isByItself } }), storage);
  return { drawing, isByItself, fooled, storage };
}

test("what was kept is read again, and what is damaged is left out", () => {
  const kept = [
    { digit: 1, strokes: [LINE] },
    { digit: 9, strokes: [LINE, LINE] },
  ];
  assert.deepEqual(readKept(writeKept(kept)), kept);
  assert.deepEqual(readKept(`${writeKept(kept)}\nx\n12 AA\n3 \n4 //`), kept);
  assert.deepEqual([readKept(""), writeKept([])], [[], ""]);
});

test("whoever takes the challenge may say that a drawing isn't a digit, once", () => {
  const { drawing, isByItself, fooled, storage } = makePage("sure");
  drawing.put([LINE]);
  assert.deepEqual([fooled.canTry.value, fooled.canObject.value], [false, false]); // it has drawn itself
  isByItself.value = false;
  fooled.object(); // nobody has taken the challenge
  assert.deepEqual([fooled.canTry.value, fooled.canObject.value, fooled.reply.value], [true, false, ""]);
  fooled.try();
  assert.deepEqual([drawing.strokes.value, fooled.canTry.value, fooled.canObject.value], [[], false, false]);
  drawing.put([LINE]);
  assert.deepEqual([fooled.canObject.value, fooled.isFooling.value], [true, false]);
  fooled.object();
  assert.equal(fooled.reply.value, "You fooled me: to me it is a 1 (over 99%).");
  assert.deepEqual(
    [fooled.canTry.value, fooled.canObject.value, fooled.isFooling.value],
    [false, false, true],
  );
  assert.deepEqual(readKept(storage.text), [{ digit: 1, strokes: [LINE] }]);
  drawing.put([LINE, LINE]); // another drawing, another answer
  assert.deepEqual([fooled.reply.value, fooled.canTry.value, fooled.isFooling.value], ["", true, false]);
  drawing.undo();
  assert.match(fooled.reply.value, /^You fooled me/);
  fooled.draw(fooled.kept.value[0]);
  assert.deepEqual([drawing.strokes.value, fooled.isFooling.value], [[LINE], true]); // so a link passes it on
  fooled.forget();
  assert.deepEqual([fooled.kept.value, storage.text, fooled.isFooling.value], [[], "", false]);
});

test("who wasn't sure wasn't fooled, and nothing is kept; of what was rejected nothing is asked", () => {
  const { drawing, isByItself, fooled, storage } = makePage("unsure");
  isByItself.value = false;
  fooled.try();
  drawing.put([LINE]);
  fooled.object();
  assert.equal(fooled.reply.value, "Almost: my nearest guess is a 1 (over 99%), but I wasn't sure.");
  assert.equal(storage.text, "");
  const rejected = makePage("rejected");
  rejected.isByItself.value = false;
  rejected.fooled.try();
  rejected.drawing.put([LINE]);
  assert.equal(rejected.fooled.canObject.value, false);
  rejected.drawing.put([LINE], { url: "of an image of MNIST" });
  assert.equal(makePage("sure").fooled.canTry.value, false); // an empty pad
});

test("a drawing that fooled it elsewhere is passed on as that, and says how it is read here", () => {
  for (const [trust, words] of /** @type {[Trust, RegExp][]} */ ([
    ["sure", /^Somebody drew this, and it isn't a digit\. The network takes it for a 1\.$/],
    ["unsure", /isn't fooled by it here\.$/],
    ["rejected", /isn't fooled by it here\.$/],
  ])) {
    const { drawing, fooled } = makePage(trust);
    drawing.put([LINE]);
    fooled.welcome();
    assert.match(fooled.passedOn.value, words);
    assert.equal(fooled.isFooling.value, true); // and so on, from link to link
    drawing.put([LINE, LINE]);
    assert.deepEqual([fooled.passedOn.value, fooled.isFooling.value], ["", false]);
  }
});

test("where a browser keeps nothing, the page goes on, and the newest twelve are shown", () => {
  const broken = {
    getItem: () => {
      throw Error("blocked");
    },
    setItem: () => {
      throw Error("full");
    },
  };
  for (const storage of [broken, null]) {
    const { drawing, isByItself, fooled } = makePage("sure", storage);
    isByItself.value = false;
    for (let n = 1; n <= 14; n++) {
      fooled.isTrying.value = true;
      drawing.put([Array.from({ length: 201 }, (_, i) => [0.5, 0.2 + (n / 100) * (i / 200)])]);
      fooled.object();
    }
    assert.equal(fooled.kept.value.length, 12);
    const [newest] = fooled.kept.value[0].strokes;
    assert.deepEqual(newest.at(-1), [0.5, 0.34]);
    assert.ok(newest.length < 150); // thinned, as in a link
  }
});
