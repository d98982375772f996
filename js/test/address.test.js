import assert from "node:assert/strict";
import { test } from "node:test";
import { bend, frameStrokes } from "../src/drawing/strokes.js";
import { thin } from "../src/drawing/thin.js";
import { ALL, complaintAbout } from "../src/network/hidden_pairs.js";
import { randomNumbers } from "../src/network/random.js";
import { FADINGS } from "../src/network/train_adder.js";
import { decode, encode, sorted } from "../src/state/address.js";
import { golden } from "./golden.js";

/** @import { Stroke } from "../src/drawing/strokes.js" */
/** @import { Shared } from "../src/state/address.js" */

/** @param {() => number} random */
function anyPairs(random) {
  const order = [...ALL].sort(() => random() - 0.5);
  const pairs = order.slice(0, Math.floor(21 * random()));
  return complaintAbout(pairs) ? [] : sorted(pairs);
}

/**
 * Any state that a page can be in. Some of its numbers are the largest that a link can hold.
 * @param {() => number} random
 * @returns {Shared}
 */
function anyState(random) {
  const below = (/** @type {number} */ count) => Math.floor(count * random());
  const pick = (/** @type {any[]} */ values) => values[below(values.length)];
  const stroke = () =>
    Array.from({ length: 1 + below(40) }, () => [(below(3001) - 1000) / 1000, (below(3001) - 1000) / 1000]);
  const strokes = /** @type {Stroke[]} */ (Array.from({ length: below(4) }, stroke));
  const whole = (/** @type {number} */ least) => pick([least, least + below(20), 999_999_999]);
  return {
    pairs: anyPairs(random),
    answer: pick(["classes", "number", "shift"]),
    encoding: pick(["label", "quantity"]),
    number: below(10),
    strokes,
    isFooling: strokes.length > 0 && random() < 0.5,
    image: pick([null, below(30)]),
    run: pick([
      null,
      { seed: whole(0), fadings: [] },
      { seed: whole(0), fadings: Array.from({ length: 1 + below(19) }, () => pick(FADINGS)) },
    ]),
  };
}

/** What is left out of an address isn't in what is read from it. @param {Shared} state */
function asRead({ strokes, isFooling, image, run, ...rest }) {
  return {
    ...rest,
    ...(strokes.length ? { strokes } : {}),
    ...(isFooling ? { isFooling } : {}),
    ...(image === null ? {} : { image }),
    ...(run ? { run } : {}),
  };
}

test("what is read from an address is what was written", () => {
  const random = randomNumbers(1);
  for (let n = 0; n < 4000; n++) {
    const state = anyState(random);
    const text = encode(state);
    assert.match(text, /^[\w.&=-]*$/); // no browser and no chat changes any of these
    assert.deepEqual(decode(text), { shared: asRead(state), isUnreadable: false });
  }
});

test("what a link can't hold isn't written, and the rest is read", () => {
  const random = randomNumbers(5);
  const many = (/** @type {number} */ count, /** @type {any} */ one) =>
    Array.from({ length: count }, () => one);
  const far = [
    [
      [0.5, 0.5],
      [4.7, 0.5],
    ],
    [[0.5, -1.001]],
  ]; // a mouse can leave the pad
  for (const strokes of [many(101, [[0.5, 0.5]]), [many(4001, [0.5, 0.5])], ...far.map((one) => [one])])
    for (const run of [null, { seed: 1e9, fadings: [] }, { seed: 0, fadings: Array(20).fill(1) }]) {
      const state = { ...anyState(random), strokes, isFooling: true, run };
      const { strokes: _, isFooling: __, run: ___, ...read } = asRead(state);
      assert.deepEqual(decode(encode(state)), { shared: read, isUnreadable: false });
    }
});

test("an address doesn't depend on the order in which pairs were hidden", () => {
  const random = randomNumbers(2);
  for (let n = 0; n < 100; n++) {
    const state = anyState(random);
    assert.equal(encode({ ...state, pairs: [...state.pairs].reverse() }), encode(state));
  }
});

test("whatever else is in an address, only what a page can be is read", () => {
  const random = randomNumbers(3);
  for (let n = 0; n < 3000; n++) {
    const letters = [...encode(anyState(random))];
    for (let change = Math.ceil(4 * random()); change > 0; change--) {
      const other = "0123456789AZaz&=.-_<>%'\"é"[Math.floor(25 * random())];
      letters.splice(Math.floor(random() * letters.length), Math.floor(2 * random()), other);
    }
    const { shared, isUnreadable } = decode(letters.join(""));
    if (!isUnreadable) assert.deepEqual(decode(encode(whole(shared))).shared, shared);
    else assert.equal(complaintAbout(shared.pairs ?? []), "");
  }
});

/** @param {Partial<Shared>} shared @returns {Shared} */
const whole = (shared) => ({
  pairs: [],
  answer: "classes",
  encoding: "label",
  number: 5,
  strokes: [],
  isFooling: false,
  image: null,
  run: null,
  ...shared,
});

test("what can't be read is left out, and the rest is read", () => {
  const twentyOne = ALL.slice(11, 32).map(([a, b]) => `${a}${b}`);
  const row = ALL.slice(40, 50).map(([a, b]) => `${a}${b}`);
  for (const text of [
    "hide=1",
    "hide=1x",
    "hide=4949",
    `hide=${twentyOne.join("")}`,
    `hide=${row.join("")}`,
    "answer=<b>",
    "given=",
    "add=10",
    "add=07",
    "drawn=A",
    "drawn=AA.",
    "drawn=g",
    "drawn=//",
    `drawn=${"AA".repeat(4001)}`,
    `drawn=${"AA.".repeat(100)}AA`,
    "image=1000",
    "fooled=1", // what did?
    "run=1.0",
    "run=9999999999.1",
    "add=4&add=4",
    "what=ever",
    "<img src=x onerror=alert(1)>",
    "__proto__=1",
  ]) {
    const [rest, expected] = text.startsWith("add")
      ? ["given=quantity", { encoding: "quantity" }]
      : ["add=4", { number: 4 }];
    assert.deepEqual(decode(`${text}&${rest}`), { shared: expected, isUnreadable: true }, text);
  }
  assert.deepEqual(decode(""), { shared: {}, isUnreadable: false });
  const long = "12".repeat(1_000_000); // a link that would keep the page busy isn't read at all
  assert.deepEqual(decode(`add=4&hide=${long}`), { shared: {}, isUnreadable: true });
});

test("how a run was trained is read only together with what was hidden from it", () => {
  const read = (/** @type {string} */ text) => decode(text).shared.run;
  assert.deepEqual(decode("add=4&run=0.1"), { shared: { number: 4 }, isUnreadable: true });
  assert.deepEqual(read("hide=&run=0.1"), { seed: 0, fadings: [] });
  assert.deepEqual(read("hide=75&run=7.2"), { seed: 7, fadings: [1] });
  assert.deepEqual(read("hide=75&run=7.2.0"), { seed: 7, fadings: [0] });
  for (const run of ["7.21", "7.2.3", "7.1.0", "7.2.x", "7.2.0.0"])
    assert.equal(decode(`hide=75&run=${run}`).isUnreadable, true, run);
});

/**
 * Strokes as a slow hand draws them on a pad of 280 pixels: a point for each pixel.
 * @param {Stroke[]} strokes
 */
const drawnSlowly = (strokes) =>
  strokes.map((stroke) => {
    const bent = bend(stroke);
    const between = bent.slice(1).flatMap(([x, y], i) => {
      const [fromX, fromY] = bent[i];
      const count = Math.max(1, Math.round(280 * Math.hypot(x - fromX, y - fromY)));
      return Array.from({ length: count }, (_, n) => {
        const share = (n + 1) / count;
        return /** @type {[number, number]} */ ([fromX + share * (x - fromX), fromY + share * (y - fromY)]);
      });
    });
    return [bent[0], ...between];
  });

test("a thinned drawing is short, and the network gets almost the same image", () => {
  for (const { strokes: few } of golden.framing) {
    if (!few.length) continue;
    const strokes = drawnSlowly(few);
    const thinned = thin(strokes);
    const [before, after] = [frameStrokes(strokes), frameStrokes(thinned)];
    const off = before.reduce((sum, pixel, place) => sum + Math.abs(pixel - after[place]), 0) / 784;
    assert.ok(off < 3, `pixels differ by ${off} of 255 on average`);
    const text = encode({ ...whole({}), strokes: thinned });
    assert.deepEqual(decode(text).shared.strokes, thinned);
    assert.ok(text.length < 900, `${text.length} letters`);
    assert.deepEqual(thin(thinned), thinned); // a link of a link is the same link
  }
});

test("a stroke of few points stays one of few, and is bent the same way", () => {
  const random = randomNumbers(4);
  for (const count of [1, 2, 7, 8, 12, 16, 17, 18, 30]) {
    const stroke = /** @type {Stroke} */ (
      Array.from({ length: count }, (_, i) => [0.01 * i, 0.3 + 0.01 * random()])
    );
    const isBent = (/** @type {Stroke} */ points) => bend(points).length > points.length;
    assert.equal(isBent(thin([stroke])[0]), isBent(stroke), `${count} points`);
  }
});

test("a thinned stroke begins and ends where the drawn one does", () => {
  const random = randomNumbers(6);
  for (let n = 0; n < 50; n++) {
    // The last points lie so near to each other that only the end's being the end keeps it.
    const long = Array.from({ length: 60 }, (_, i) => [0.01 * i, 0.3 + 0.2 * random()]);
    const end = [long[59][0] + 0.001, long[59][1]];
    const stroke = /** @type {Stroke} */ ([...long, end]);
    const [thinned] = thin([stroke]);
    const rounded = [stroke[0], end].map(([x, y]) => [x, y].map((one) => Math.round(1000 * one) / 1000));
    assert.deepEqual([thinned[0], thinned.at(-1)], rounded);
  }
});
