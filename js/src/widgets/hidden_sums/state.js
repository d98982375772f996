// Which pairs are hidden, an adder that learns from the others, and what it answers.

import { computed, effect, signal } from "@preact/signals-core";
import { withArticle } from "../../drawing/sentences.js";
import { makeAdder, readImages, sumsOf } from "../../network/adder.js";
import wasm from "../../network/adder.wasm";
import {
  askAll,
  byCount,
  complaintAbout,
  countOf,
  keyOf,
  LONG,
  lostSums,
  meanShare,
  pairOf,
  SHORT,
  seenBeside,
  testable,
  trainInSlices,
} from "../../network/hidden_pairs.js";
import { randomNumbers } from "../../network/random.js";
import { percentOf } from "./numbers.js";

/** @import { ReadonlySignal, Signal } from "@preact/signals-core" */
/** @import { Adder, AnswersWith, Encoding } from "../../network/adder.js" */
/** @import { Answers, Pair, Plan } from "../../network/hidden_pairs.js" */
/**
 * What somebody drew and chose.
 * @typedef {object} Asked
 * @property {number[]} [embedding]
 * @property {number} [digit]
 * @property {number} [number]
 * @property {string} [doubt] why the drawing may be no digit
 * @property {boolean} [isDrawn]
 */
/**
 * @typedef {object} HiddenSumsTraits
 * @property {Signal<Pair[]>} pairs that are hidden
 * @property {Signal<Encoding>} encoding
 * @property {Signal<AnswersWith>} answer
 * @property {ReadonlySignal<Asked>} asked
 * @property {any} data of `adder_data` in hidden_sums.py; without it there is the grid alone
 * @property {number} seed of the first training
 * @property {string} reader what the network that reads has seen
 * @property {string} lesson where *Why?* leads to
 */
/**
 * The adder as it was looked at last.
 * @typedef {object} Look
 * @property {number} steps
 * @property {boolean} isLast
 * @property {Answers} answers
 * @property {number} seen share of right sums where the pair was seen
 * @property {number | null} hidden where it was hidden, and its sum seen; null where no pair is such
 */
/** @typedef {{ kind: "drawing" } | { kind: "pair", at: string }} Subject what a sentence is about */

/** The adder's state: "choosing" pairs, "training", or "trained". @typedef {"choosing" | "training" | "trained"} Phase */

export class HiddenSums {
  phase = signal(/** @type {Phase} */ ("choosing"));
  looks = signal(/** @type {Look[]} */ ([]));
  complaint = signal("");
  failure = signal(""); // what is missing here
  #subject = signal(/** @type {Subject} */ ({ kind: "drawing" }));
  /** @type {Adder | null} */
  #adder = null;
  #halt = () => 0; // ends the training, and gives the adder's steps
  #training = 0; // which one it is: another may have been begun meanwhile

  /** @param {HiddenSumsTraits} traits */
  constructor(traits) {
    this.traits = traits;
    this.images = traits.data?.embeddings ? readImages(traits.data) : null;
    this.seed = traits.seed;
    const { pairs, encoding, answer, asked } = traits;
    this.last = computed(
      () => /** @type {Look | undefined} */ (this.looks.value[this.looks.value.length - 1]),
    );
    this.keys = computed(() => new Set(pairs.value.map(keyOf)));
    this.lost = computed(() => lostSums(pairs.value));
    this.tested = computed(() => testable(pairs.value));
    this.lookedAt = computed(() => this.#lookedAt());
    this.says = computed(() => this.#says());
    this.reached = computed(() => this.#reached());
    this.isGrid = computed(() => this.phase.value === "choosing");
    let isFirst = true;
    const stopForgetting = effect(() => {
      void [pairs.value, encoding.value, answer.value];
      if (!isFirst) this.forget();
      isFirst = false;
    });
    const stopAsking = effect(() => {
      void asked.value;
      this.#subject.value = { kind: "drawing" };
    });
    this.stop = () => {
      stopForgetting();
      stopAsking();
      this.#halt();
    };
  }

  /** Away with the adder: other pairs or another adder are wanted. */
  forget() {
    this.#halt();
    this.#training++;
    this.#adder = null;
    this.phase.value = "choosing";
    this.looks.value = [];
    this.complaint.value = this.failure.value = "";
    this.#subject.value = { kind: "drawing" };
  }

  /** @param {Pair[]} pairs */
  choose(pairs) {
    this.complaint.value = complaintAbout(pairs);
    if (!this.complaint.peek()) this.traits.pairs.value = pairs;
  }

  /**
   * @param {string} at a pair
   * @param {boolean} wanted whether it is to be hidden
   */
  hide(at, wanted) {
    if (this.keys.peek().has(at) === wanted) return;
    const others = this.traits.pairs.peek().filter((pair) => keyOf(pair) !== at);
    this.choose(wanted ? [...others, pairOf(at)] : others);
  }

  /** @param {string} at */
  lookAt(at) {
    this.#subject.value = { kind: "pair", at };
  }

  async train() {
    this.forget();
    const mine = this.#training;
    this.phase.value = "training";
    const { encoding, answer } = this.traits;
    try {
      const random = randomNumbers(this.seed++);
      const adder = await makeAdder(wasm, encoding.peek(), answer.peek(), random);
      if (mine !== this.#training) return; // something else was chosen meanwhile
      this.#adder = adder;
      this.#run(SHORT, random);
    } catch (error) {
      if (mine !== this.#training) return;
      this.forget();
      this.failure.value = `This browser can't train the adder: WebAssembly is missing or blocked here (${error}).`;
    }
  }

  /** Goes on with the adder where it stands: every step takes a part of all weights away. */
  trainOn() {
    this.#adder?.code.restart();
    this.#run(LONG, Math.random);
  }

  /**
   * @param {Plan} plan
   * @param {() => number} random
   */
  #run(plan, random) {
    if (!this.#adder || !this.images) return;
    const before = this.last.peek()?.steps ?? 0;
    const data = { images: this.images.training, seen: seenBeside(this.traits.pairs.peek()), random };
    const look = (/** @type {number} */ steps, /** @type {boolean} */ isLast) =>
      this.#look(before + steps, isLast);
    const end = trainInSlices(this.#adder, plan, data, look);
    this.#halt = () => before + end();
    this.phase.value = "training";
  }

  /**
   * Asks the adder for all pairs, always on the same new images, and shows how far it has come.
   * @param {number} steps
   * @param {boolean} isLast
   */
  #look(steps, isLast) {
    if (!this.#adder || !this.images) return;
    const answers = askAll(this.#adder, this.images.others);
    const tested = this.tested.peek();
    const seen = meanShare(answers, seenBeside(this.traits.pairs.peek()));
    const hidden = tested.length ? meanShare(answers, tested) : null;
    const earlier = this.looks.peek().filter((look) => look.steps < steps);
    this.looks.value = [...earlier, { steps, isLast, answers, seen, hidden }];
    if (!isLast) return;
    this.#halt = () => 0;
    this.phase.value = "trained";
  }

  /** What somebody ends is looked at as if it were done. */
  end() {
    const steps = this.#halt();
    if (steps) this.#look(steps, true);
    else this.forget();
  }

  // --- in words ---

  /** Whether a question is asked of the drawing that the adder can answer. */
  #isAnswerable() {
    const { embedding, doubt } = this.traits.asked.value;
    return Boolean(this.last.value && embedding && !doubt);
  }

  #lookedAt() {
    const subject = this.#subject.value;
    if (subject.kind === "pair") return subject.at;
    const { digit, number } = this.traits.asked.value;
    return this.#isAnswerable() ? `${digit},${number}` : "";
  }

  #says() {
    const subject = this.#subject.value;
    if (subject.kind === "pair") return this.#saysOfPair(subject.at);
    const { doubt, isDrawn } = this.traits.asked.value;
    if (!this.last.value) return isDrawn ? "Press Train first: this adder has learned nothing yet." : "";
    return this.#isAnswerable() ? this.#saysOfDrawing() : (doubt ?? "");
  }

  /** @param {string} at */
  #saysOfPair(at) {
    const counts = this.last.value?.answers[at];
    if (!counts) return "";
    const [digit, number] = pairOf(at);
    const often = (/** @type {number} */ count) => (count === 1 ? "once" : `${count} times`);
    const answers = byCount(counts)
      .slice(0, 3)
      .map(([sum, count]) => `${sum} (${often(count)})`);
    const hidden = this.keys.value.has(at) ? ", hidden" : "";
    return (
      `${digit} + ${number}${hidden}: to ${countOf(counts)} new images of ${withArticle(digit)} ` +
      `it says ${answers.join(", ")}. Right is ${digit + number}.`
    );
  }

  #saysOfDrawing() {
    const { embedding = [], digit = 0, number = 0 } = this.traits.asked.value;
    if (!this.#adder) return "";
    const [sum] = sumsOf(this.#adder, [{ embedding: [...embedding], digit, number }]);
    const hidden = this.keys.value.has(keyOf([digit, number])) ? "hidden from me" : "not hidden";
    const said =
      sum === digit + number
        ? `I see ${withArticle(digit)}. ${digit} + ${number} = ${sum}.`
        : `I see ${withArticle(digit)}, but I say ${digit} + ${number} = ${sum}. That is wrong: it is ${digit + number}.`;
    return `${said} ${digit} + ${number} was ${hidden}.`;
  }

  #reached() {
    const look = this.last.value;
    if (!look) return "";
    const steps = look.steps.toLocaleString("en");
    const when = look.isLast ? `After ${steps} steps` : `Step ${steps}`;
    const which = this.lost.value.length ? "only its sum was" : "hidden";
    const found = look.hidden === null ? "" : `, ${percentOf(look.hidden)} if ${which}`;
    return `${when}, on new images: ${percentOf(look.seen)} right if the pair was seen${found}.`;
  }
}
