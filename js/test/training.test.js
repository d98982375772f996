import assert from "node:assert/strict";
import { test } from "node:test";
import { makeAdder, putIn, readImages, TEN } from "../src/network/adder.js";
import {
  ALL,
  askAll,
  complaintAbout,
  lostSums,
  meanShare,
  PATTERN,
  seenBeside,
  testable,
} from "../src/network/hidden_pairs.js";
import { randomNumbers } from "../src/network/random.js";
import { SHORT, trainingOf } from "../src/network/train_adder.js";
import { BATCH, Trainer } from "../src/network/trainer.js";
import { flatten, randomWeights, shapesOf } from "../src/network/weights.js";
import { sentenceOf } from "../src/widgets/train_in_browser/sentence.js";
import {
  coarse,
  coarseNumbers,
  digits,
  distance,
  floats,
  golden,
  images,
  pageData,
  shipped,
  wasm,
} from "./golden.js";

/** @import { Adder, AnswersWith, Image } from "../src/network/adder.js" */
/** @import { Pair } from "../src/network/hidden_pairs.js" */
/** @import { Material, Plan } from "../src/network/train_adder.js" */

const sheet = { images, digits };
const TEACH = wasm("teach.wasm");
const ADDER = wasm("adder.wasm");

const makeTrainer = (seed = 0) => Trainer.make({ wasm: TEACH, training: sheet, heldBack: sheet, seed });

test("gradients of the whole network are PyTorch's", async () => {
  for (const { weights, numbers, loss, parts } of golden.training) {
    const network = coarse(weights);
    const trainer = await makeTrainer();
    trainer.begin(flatten(network), 1);
    trainer.give(
      sheet,
      numbers.map((/** @type {number} */ _, /** @type {number} */ n) => n),
      numbers,
    );
    assert.ok(Math.abs(trainer.c.slopes(numbers.length) - loss) < 1e-5 * loss);
    const gradients = trainer.view("gradients", Float32Array, trainer.size);
    const after = trainer.view("weights", Float32Array, trainer.size);
    let at = 0;
    for (const [name, { data }] of Object.entries(network)) {
      const list = name.includes("running_") ? after : gradients;
      const expected = floats(parts[name]); // some gradients are 0, but for rounding
      const close = 1e-4 * Math.max(...expected.map(Math.abs)) + 1e-6;
      assert.ok(
        expected.every((value, i) => Math.abs(value - list[at + i]) <= close),
        name,
      );
      at += data.length;
    }
  }
});

test("how well a network does is what Python says", async () => {
  const trainer = await makeTrainer();
  trainer.begin(flatten(shipped), 1);
  const { images, digit, sum, done } = trainer.report();
  assert.ok(Math.abs(digit - golden.evaluated.digit) < 1e-6);
  assert.ok(sum > 90); // of other numbers than Python's
  trainer.step();
  const after = trainer.report();
  assert.deepEqual([images, done, after.images, after.done], [0, false, BATCH, true]);
});

test("it learns, and the same seed gives the same network, however often one looks", async () => {
  const runs = [];
  for (const seed of [1, 1, 2]) {
    const trainer = await makeTrainer(seed);
    trainer.begin(flatten(randomWeights(shapesOf(shipped), randomNumbers(0))), 40);
    if (runs.length === 1) trainer.report();
    runs.push(Array.from({ length: 40 }, () => trainer.step()));
  }
  assert.deepEqual(runs[0], runs[1]);
  assert.notDeepEqual(runs[0], runs[2]);
  const sum = (/** @type {number[]} */ losses) => losses.reduce((a, b) => a + b);
  for (const run of runs) assert.ok(sum(run.slice(-5)) < 0.8 * sum(run.slice(0, 5)));
});

test("each number from 0 to 9 is added, and no other", async () => {
  const trainer = await makeTrainer();
  trainer.begin(flatten(shipped), 20);
  const added = new Set();
  for (let n = 0; n < 20; n++) {
    trainer.step();
    for (const number of trainer.view("numbers", Uint8Array, BATCH)) added.add(number);
  }
  assert.deepEqual([...added].sort(), TEN);
});

test("the rate rises for three tenths of the steps, then falls to nearly nothing", async () => {
  const trainer = await makeTrainer();
  trainer.begin(flatten(shipped), 1000);
  const rates = Array.from({ length: 1000 }, (_, step) => {
    trainer.steps = step;
    return trainer.rate();
  });
  const rises = rates.slice(1).map((rate, step) => rate > rates[step]);
  assert.deepEqual(rises, [...Array(300).fill(true), ...Array(699).fill(false)]);
  assert.ok(Math.abs(rates[0] - 0.0004) < 1e-9 && Math.abs(rates[300] - 0.01) < 1e-9);
  assert.ok(rates[999] < 1e-6 && rates[999] >= 0, `${rates[999]}`); // OneCycleLR's last one is as small
});

test("each image is seen once before the first comes again, in another order in each epoch and for each seed", async () => {
  const training = { images: images.slice(0, 50), digits };
  const epochs = [];
  for (const seed of [1, 2]) {
    const trainer = await Trainer.make({ wasm: TEACH, training, heldBack: sheet, seed });
    trainer.begin(flatten(shipped), 100);
    const seen = Array.from({ length: 25 }, () => trainer.next()).flat(); // sixteen times 50 images
    for (let n = 0; n < 16; n++) epochs.push(seen.slice(50 * n, 50 * (n + 1)));
  }
  for (const epoch of epochs) {
    assert.equal(new Set(epoch).size, 50);
    // In a random order about 1 of 50 images is in its own place.
    assert.ok(epoch.filter((image, place) => image === place).length < 10);
  }
  assert.equal(new Set(epochs.map(String)).size, epochs.length);
});

test("what is said of the curves is what they show, whatever they are", () => {
  const random = randomNumbers(2);
  for (let n = 0; n < 500; n++) {
    const history = Array.from({ length: Math.floor(8 * random()) }, (_, i) => ({
      images: 700 * i,
      digit: Math.round(100 * random()), // now and then exactly half
      sum: Math.round(100 * random()),
    }));
    for (const phase of /** @type {const} */ (["running", "stopped", "done"])) {
      const said = sentenceOf(history, phase);
      const first = (/** @type {"digit" | "sum"} */ name) => history.findIndex((point) => point[name] >= 50);
      const [digit, sum] = [first("digit"), first("sum")];
      const after = [digit, sum].filter((place) => place >= 0).map((place) => history[place].images);
      const numbers = (said.replaceAll(",", "").match(/\d+/g) ?? []).map(Number);
      assert.deepEqual([...new Set(numbers)].sort(), [...new Set(after)].sort(), said);
      assert.equal(said.includes("read first"), digit >= 0 && digit < sum, said);
      assert.equal(said.includes("sums first"), sum >= 0 && sum < digit, said);
      const isOpen = Math.max(digit, sum) >= 0 && Math.min(digit, sum) < 0;
      assert.equal(said.includes("never"), isOpen && phase === "done", said);
    }
  }
});

test("the small adder begins, and its gradients and steps are, as in PyTorch", async () => {
  for (const { answer, examples, start, gradients, end, outputs } of golden.adders) {
    const adder = await makeAdder(ADDER, answer, randomNumbers(1));
    const inputs = adder.x.length / 256;
    const largest = Math.max(...adder.values.subarray(0, 64 * inputs).map(Math.abs));
    assert.ok(largest <= 1 / Math.sqrt(inputs) && largest > 0.95 / Math.sqrt(inputs), answer);
    adder.values.set(coarseNumbers(start));
    putIn(adder, examples);
    adder.code.train(50, 1, 0.01, 1);
    assert.ok(distance(adder.gradients, floats(gradients)) < 1e-4, answer);
    adder.code.train(50, 2, 0.01, 1);
    assert.ok(distance(adder.values, floats(end)) < 1e-4, answer);
    adder.code.forward(50, 0);
    const expected = floats(outputs);
    assert.ok(distance(adder.outputs.subarray(0, expected.length), expected) < 1e-3, answer);
  }
});

test("an adder's rate stays for three quarters of the steps, then falls to nearly nothing", async () => {
  const data = readImages(pageData().adder);
  const random = randomNumbers(0);
  const adder = await makeAdder(ADDER, "classes", random);
  /** @type {number[]} */
  const rates = [];
  const train = (/** @type {[number, number, number, number]} */ ...how) => rates.push(how[2]);
  const recorded = { ...adder, code: { ...adder.code, train } };
  const plan = { steps: 40, batch: 8, rate: 0.01, decay: 0 };
  const material = { images: data.training, others: data.others, seen: ALL, random };
  await trainToTheEnd(recorded, plan, material);
  assert.deepEqual(rates.slice(0, 31), Array(31).fill(0.01));
  const falling = rates.slice(31);
  assert.equal(falling.length, 9);
  falling.forEach((rate, i) => {
    assert.ok(Math.abs(rate - 0.001 * (9 - i)) < 1e-9, `${rate} in step ${31 + i}`);
  });
});

/**
 * Trains an adder on the pairs that aren't hidden: shares of right sums of seen and of hidden pairs.
 * @param {{ training: Image[], others: Image[] }} data
 * @param {Pair[]} hidden
 * @param {{ answer: AnswersWith, seed: number }} how
 */
async function train(data, hidden, { answer, seed }) {
  const random = randomNumbers(seed);
  const adder = await makeAdder(ADDER, answer, random);
  const seen = seenBeside(hidden);
  const material = { images: data.training, others: data.others, seen, random };
  await trainToTheEnd(adder, SHORT, material);
  const answers = askAll(adder, data.others);
  return { seen: meanShare(answers, seen), hidden: meanShare(answers, hidden) };
}

/** @param {Adder} adder @param {Plan} plan @param {Material} material @returns {Promise<void>} */
const trainToTheEnd = (adder, plan, material) =>
  new Promise((done) => {
    trainingOf(adder, plan, material, 0, (_steps, _answers, isLast) => isLast && done()).go();
  });

test("what was hidden is not learned, unless the adder is built for it", async () => {
  const data = readImages(pageData().adder);
  assert.deepEqual([data.training.length, data.others.length], [2000, 1000]);
  const hidden = testable(PATTERN);
  assert.equal(hidden.length, 19); // the sum 0 no other pair has
  for (const seed of [0, 1, 2]) {
    const classes = await train(data, hidden, { answer: "classes", seed });
    assert.ok(classes.seen >= 0.97 && classes.hidden <= 0.05, JSON.stringify(classes));
    const shift = await train(data, hidden, { answer: "shift", seed });
    assert.ok(shift.seen >= 0.97 && shift.hidden >= 0.97, JSON.stringify(shift));
  }
});

test("which pairs can be hidden", () => {
  assert.equal(PATTERN.length, 20);
  assert.deepEqual(lostSums(PATTERN), [0]);
  assert.match(complaintAbout([...PATTERN, [0, 1]]), /At most 20/);
  const row = ALL.filter(([digit]) => digit === 4);
  assert.match(complaintAbout(row), /Leave at least one pair with the digit 4/);
  assert.match(
    complaintAbout(ALL.filter(([, number]) => number === 4)),
    /Leave at least one pair with the number 4/,
  );
});
