import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals-core";
import { Drawing } from "../src/drawing/drawing.js";
import { Fooled, readKept, writeKept } from "../src/page/fooled.js";
import { saysWhyItPassed } from "../src/widgets/nearest/passed.js";

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

test("one objects to what one has drawn, and once", () => {
  const { drawing, isByItself, fooled, storage } = makePage("sure");
  drawing.put([LINE]);
  assert.equal(fooled.canObject.value, false); // it has drawn itself
  fooled.object();
  assert.deepEqual([fooled.reply.value, storage.text], ["", ""]);
  isByItself.value = false;
  assert.equal(fooled.canObject.value, true);
  fooled.object();
  assert.match(fooled.reply.value, /^You fooled me: to me it is a 1, over 99%\./);
  assert.equal(fooled.canObject.value, false);
  assert.deepEqual(readKept(storage.text), [{ digit: 1, strokes: [LINE] }]);
  drawing.put([LINE, LINE]); // another drawing, another answer
  assert.deepEqual([fooled.reply.value, fooled.canObject.value], ["", true]);
  drawing.undo();
  assert.match(fooled.reply.value, /^You fooled me/);
  fooled.draw(fooled.kept.value[0]);
  assert.deepEqual(drawing.strokes.value, [LINE]);
  fooled.forget();
  assert.deepEqual([fooled.kept.value, storage.text], [[], ""]);
});

test("who wasn't sure wasn't fooled, and nothing is kept; of what was rejected nothing is asked", () => {
  const { drawing, isByItself, fooled, storage } = makePage("unsure");
  isByItself.value = false;
  drawing.put([LINE]);
  fooled.object();
  assert.match(fooled.reply.value, /^Almost: my nearest guess is a 1, over 99%, but I wasn't sure\./);
  assert.equal(storage.text, "");
  const rejected = makePage("refused");
  rejected.isByItself.value = false;
  rejected.drawing.put([LINE]);
  assert.equal(rejected.fooled.canObject.value, false);
  rejected.drawing.put([LINE], { url: "of an image of MNIST" });
  assert.equal(makePage("sure").fooled.canObject.value, false); // an empty pad
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
      drawing.put([Array.from({ length: 201 }, (_, i) => [0.5, 0.2 + (n / 100) * (i / 200)])]);
      fooled.object();
    }
    assert.equal(fooled.kept.value.length, 12);
    const [newest] = fooled.kept.value[0].strokes;
    assert.deepEqual(newest.at(-1), [0.5, 0.34]);
    assert.ok(newest.length < 150); // thinned, as in a link
  }
});

test("why a drawing passed is said with both scores, or with the one that there is", () => {
  const near = { strangeness: 2.1, threshold: 5.3, byHead: -0.4 };
  const said = saysWhyItPassed(near).replace(/\s+/g, " ");
  assert.match(said, /: 2\.5 for its distance .* −0\.4 for what .* Together that is 2\.1, .* above 5\.3\.$/);
  assert.match(saysWhyItPassed({ ...near, byHead: null }), /^Its strangeness is 2\.1, and I only reject/);
  assert.equal(saysWhyItPassed(null), "");
});
