// Which pairs are hidden, the adders that have learned from the others, and what they answer.

import { batch, computed, effect, signal } from "@preact/signals-core";
import { copyAdder, makeAdder, readImages, sumsOf } from "../../network/adder.js";
import {
  askAll,
  byCount,
  complaintAbout,
  keyOf,
  LONG,
  LONG_ON_A_LINE,
  lostSums,
  meanShare,
  pairOf,
  SHORT,
  seenBeside,
  testable,
  trainInSlices,
} from "../../network/hidden_pairs.js";
import { randomNumbers } from "../../network/random.js";
import { hasKeptOn, isGrokking, saysEnding } from "./endings.js";
import { addGuesses, NO_GUESSES, questionAmong, readGuesses } from "./guesses.js";
import { areSamePairs, change, isSameTask, lastLook, withLook } from "./runs.js";
import { saysDrawing, saysHidden, saysPair, saysReached } from "./sentences.js";
import { remember } from "./undo.js";

/** @import { ReadonlySignal, Signal } from "@preact/signals-core" */
/** @import { Adder, AnswersWith, Encoding } from "../../network/adder.js" */
/** @import { Pair, Plan } from "../../network/hidden_pairs.js" */
/** @import { RunMade } from "../../state/address.js" */
/** @import { Guesses } from "./guesses.js" */
/** @import { Run } from "./runs.js" */
/** @import { Step } from "./undo.js" */
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
 * @property {string} [lesson] where *Why?* leads to
 */
/** One is "choosing" pairs, an adder is in "training", or one looks at a "trained" one. @typedef {"choosing" | "training" | "trained"} Phase */

/** Whether an adder is of the kind that one begins with. @param {{ answer: AnswersWith, encoding: Encoding }} kind */
const isUsual = ({ answer, encoding }) => answer === "classes" && encoding === "label";

export class HiddenSums {
  runs = signal(/** @type {Run[]} */ ([]));
  /** The run that one has chosen to look at, by its id; 0: none. */
  selected = signal(0);
  /** The run that is in training; 0: none. */
  running = signal(0);
  /** Guesses at what the next adder will say. */
  guesses = signal(/** @type {Guesses} */ (NO_GUESSES));
  misread = signal(""); // what is wrong with a guess,
  complaint = signal(""); // with hiding more,
  failure = signal(""); // and what is missing here
  #past = signal(/** @type {Step[]} */ ([]));
  #lastHidden = signal("");
  #lookedAtPair = signal(""); // or "": at what was drawn
  #lastId = 0;
  #end = () => {}; // ends the training

  /**
   * @param {HiddenSumsTraits} traits
   * @param {BufferSource} wasm adder.wasm
   */
  constructor(traits, wasm) {
    this.traits = traits;
    this.wasm = wasm;
    this.images = traits.data?.embeddings ? readImages(traits.data) : null;
    this.seed = traits.seed;
    const { pairs, encoding, answer, asked } = traits;
    this.task = computed(() => ({ pairs: pairs.value, encoding: encoding.value, answer: answer.value }));
    /** The run whose answers are shown: the selected one, as long as nothing else is asked for. */
    this.shown = computed(() =>
      this.runs.value.find((run) => run.id === this.selected.value && isSameTask(run, this.task.value)),
    );
    this.phase = computed(
      () =>
        /** @type {Phase} */ (this.running.value ? "training" : this.shown.value ? "trained" : "choosing"),
    );
    /** Whether pairs are hidden and shown by a press. */
    this.isGrid = computed(() => !this.shown.value && !this.running.value);
    this.keys = computed(() => new Set(pairs.value.map(keyOf)));
    this.lost = computed(() => lostSums(pairs.value));
    this.tested = computed(() => testable(pairs.value));
    this.canUndo = computed(() => !this.running.value && this.#past.value.length > 0);
    this.canGoOn = computed(() => this.#canGoOn());
    /** The hidden pair that one may guess at, or "". */
    this.question = computed(() =>
      questionAmong(this.tested.value.map(keyOf), [this.guesses.value.at, this.#lastHidden.value]),
    );
    this.lookedAt = computed(() => this.#lookedAtPair.value || this.#drawnPair());
    this.hidden = computed(() => this.complaint.value || saysHidden(pairs.value, this.lost.value));
    this.ofPair = computed(() => this.#saysOfPair());
    this.ofDrawing = computed(() => this.#saysOfDrawing());
    this.reached = computed(() => this.#saysReached());
    /** What one has found out, once a training is over. */
    this.ending = computed(() =>
      this.phase.value === "trained" && this.shown.value ? saysEnding(this.shown.value) : "",
    );
    this.isGrokking = computed(
      () => this.phase.value === "trained" && this.shown.value !== undefined && isGrokking(this.shown.value),
    );
    /** Whether it is time for other kinds of adder: one has seen how far the first gets, or has chosen another. */
    this.areKindsDue = computed(
      () =>
        !isUsual(this.task.value) ||
        (this.phase.value === "trained" && !this.canGoOn.value) ||
        this.runs.value.some((run) => run.id !== this.running.value && (hasKeptOn(run) || !isUsual(run))),
    );
    const stopAsking = effect(() => {
      void asked.value;
      this.#lookedAtPair.value = "";
    });
    this.stop = () => {
      stopAsking();
      this.#end();
    };
  }

  // --- which pairs are hidden ---

  /**
   * @param {Pair[]} pairs
   * @param {unknown} [gesture] that this is a part of: it is undone as one
   */
  choose(pairs, gesture = {}) {
    this.complaint.value = complaintAbout(pairs);
    if (this.complaint.peek() || areSamePairs(pairs, this.traits.pairs.peek())) return;
    batch(() => {
      this.#past.value = remember(this.#past.peek(), this.traits.pairs.peek(), gesture);
      this.traits.pairs.value = pairs;
    });
  }

  /**
   * @param {string} at a pair
   * @param {boolean} wanted whether it is to be hidden
   * @param {unknown} [gesture]
   */
  hide(at, wanted, gesture) {
    if (this.keys.peek().has(at) === wanted) return;
    const others = this.traits.pairs.peek().filter((pair) => keyOf(pair) !== at);
    this.choose(wanted ? [...others, pairOf(at)] : others, gesture);
    if (wanted && !this.complaint.peek()) this.#lastHidden.value = at;
  }

  undo() {
    const past = this.#past.peek();
    if (!this.canUndo.peek()) return;
    batch(() => {
      this.complaint.value = "";
      this.traits.pairs.value = past[past.length - 1].pairs;
      this.#past.value = past.slice(0, -1);
    });
  }

  /**
   * Keeps guesses at the answer to the pair in question; false where they can't be read.
   * @param {string} text
   */
  guess(text) {
    const numbers = readGuesses(text);
    this.misread.value = numbers ? "" : "A sum is a whole number from 0 to 18. Several are fine: 9, 13, 13.";
    if (numbers) this.guesses.value = addGuesses(this.guesses.peek(), this.question.peek(), numbers);
    return numbers !== null;
  }

  // --- runs ---

  /** @param {string} at */
  lookAt(at) {
    this.#lookedAtPair.value = at;
  }

  /** Shows a run as it was left. @param {number} id */
  select(id) {
    const run = this.runs.peek().find((run) => run.id === id);
    if (!run || this.running.peek()) return;
    batch(() => {
      this.failure.value = "";
      this.choose(run.pairs);
      this.traits.encoding.value = run.encoding;
      this.traits.answer.value = run.answer;
      this.selected.value = id;
    });
  }

  /** Back to choosing; the runs stay. */
  chooseOthers() {
    this.selected.value = 0;
  }

  /** Takes the run that is shown out of the list. */
  remove() {
    const shown = this.shown.peek();
    if (!shown || this.running.peek()) return;
    this.runs.value = this.runs.peek().filter(({ id }) => id !== shown.id);
  }

  /**
   * Trains a new adder; true once it is finished, false where that was stopped or isn't possible.
   * @param {number} [seed]
   */
  async train(seed = this.seed) {
    const { at, numbers } = this.guesses.peek();
    const guesses = at === this.question.peek() ? { at, numbers } : NO_GUESSES;
    const task = this.task.peek();
    const random = randomNumbers(seed);
    const start = { ...task, seed, from: 0, rounds: 0, looks: [], answers: null, guesses };
    this.seed = seed + 1;
    return this.#learn(start, SHORT, random, () => makeAdder(this.wasm, task.encoding, task.answer, random));
  }

  /** Goes on with a copy of the adder that is shown: every step takes a part of all weights away. */
  async trainOn() {
    const from = this.shown.peek();
    if (!from || !this.canGoOn.peek()) return false;
    const plan = from.answer === "number" ? LONG_ON_A_LINE : LONG;
    const random = randomNumbers(from.seed + 1000 * from.rounds);
    return this.#learn({ ...from, from: from.id }, plan, random, async () => {
      const adder = await copyAdder(this.wasm, from.adder);
      adder.code.restart();
      return adder;
    });
  }

  /**
   * Makes a run again that was made elsewhere; where it is in the list already, it is shown.
   * @param {RunMade} made
   */
  async remake({ seed, rounds }) {
    const task = this.task.peek();
    const known = this.runs
      .peek()
      .find((run) => isSameTask(run, task) && run.seed === seed && run.rounds === rounds);
    if (known) return this.select(known.id);
    let goesOn = await this.train(seed);
    for (let round = 1; goesOn && round < rounds; round++) goesOn = await this.trainOn();
  }

  /**
   * Trains and keeps training on several ways of hiding pairs, one after the other, to compare the curves.
   * @param {(() => Pair[])[]} ways
   */
  async compare(ways) {
    if (this.running.peek()) return;
    this.traits.answer.value = "classes";
    this.traits.encoding.value = "label";
    for (const pairs of ways) {
      this.choose(pairs());
      if (!(await this.train())) return;
      const short = this.selected.peek();
      if (!(await this.trainOn())) return;
      this.#replace(short, this.selected.peek()); // the longer run has the curve of the short one
    }
  }

  /**
   * Puts the last run in the place of the one that it went on from.
   * @param {number} short
   * @param {number} long
   */
  #replace(short, long) {
    const others = this.runs.peek().filter(({ id }) => id !== short);
    batch(() => {
      this.runs.value = change(others, long, (run) => ({ ...run, id: short, from: 0 }));
      this.selected.value = this.#lastId = short;
    });
  }

  /**
   * @param {Omit<Run, "id" | "adder">} start
   * @param {Plan} plan
   * @param {() => number} random
   * @param {() => Promise<Adder>} make
   * @returns {Promise<boolean>}
   */
  async #learn(start, plan, random, make) {
    if (!this.images || this.running.peek()) return false;
    const [id, before] = [++this.#lastId, this.selected.peek()];
    this.running.value = id; // from now on, no other can begin
    this.failure.value = this.complaint.value = "";
    this.#end = () => {
      this.running.value = 0;
    };
    try {
      const adder = await make();
      if (this.running.peek() !== id) return false; // it was ended meanwhile
      batch(() => {
        this.runs.value = [...this.runs.peek(), { ...start, id, adder }];
        this.selected.value = id;
        this.guesses.value = NO_GUESSES;
        this.misread.value = "";
        this.#lookedAtPair.value = "";
      });
    } catch (error) {
      this.running.value = 0;
      this.failure.value = `This browser can't train the adder: WebAssembly is missing or blocked here (${error}).`;
      return false;
    }
    return this.#run(id, before, plan, random);
  }

  /**
   * Trains a run that is in the list.
   * @param {number} id
   * @param {number} before the run that was selected before
   * @param {Plan} plan
   * @param {() => number} random
   * @returns {Promise<boolean>} whether it was finished
   */
  #run(id, before, plan, random) {
    const run = /** @type {Run} */ (this.runs.peek().find((run) => run.id === id));
    const begun = lastLook(run)?.steps ?? 0;
    const data = { images: this.images?.training ?? [], seen: seenBeside(run.pairs), random };
    return new Promise((resolve) => {
      const finish = (/** @type {boolean} */ isWhole) => {
        batch(() => {
          this.runs.value = change(this.runs.peek(), id, (run) => ({
            ...run,
            rounds: isWhole && (run.rounds || !begun) ? run.rounds + 1 : 0,
          }));
          this.running.value = 0;
        });
        this.#end = () => {};
        resolve(isWhole);
      };
      const halt = trainInSlices(run.adder, plan, data, (steps, isLast) => {
        this.#look(id, begun + steps);
        if (isLast) finish(true);
      });
      this.#end = () => {
        const steps = halt();
        if (steps) this.#look(id, begun + steps);
        else this.#forget(id, before);
        finish(false);
      };
    });
  }

  /** Ends the training; what was reached is looked at as if it were done. */
  end() {
    this.#end();
  }

  /**
   * Away with a run that hasn't made a step.
   * @param {number} id
   * @param {number} before the run that was selected before
   */
  #forget(id, before) {
    batch(() => {
      this.runs.value = this.runs.peek().filter((run) => run.id !== id);
      this.selected.value = before;
    });
  }

  /**
   * Asks the adder for all pairs, always on the same new images, and notes how far it has come.
   * @param {number} id
   * @param {number} steps
   */
  #look(id, steps) {
    const { images } = this;
    if (!images) return;
    this.runs.value = change(this.runs.peek(), id, (run) => {
      const answers = askAll(run.adder, images.others);
      const tested = testable(run.pairs);
      const seen = meanShare(answers, seenBeside(run.pairs));
      const hidden = tested.length ? meanShare(answers, tested) : null;
      return withLook(run, { steps, seen, hidden }, answers);
    });
  }

  /** Whether there is something to be gained by going on. */
  #canGoOn() {
    const { answer } = this.task.value;
    const canGain = isUsual(this.task.value) || answer === "number"; // the others gain nothing from it
    return this.phase.value === "trained" && canGain && this.tested.value.length > 0;
  }

  // --- in words ---

  /** The pair that was drawn and chosen, if the adder can answer; else "". */
  #drawnPair() {
    const { embedding, doubt, digit, number } = this.traits.asked.value;
    return this.shown.value && embedding && !doubt ? `${digit},${number}` : "";
  }

  #saysOfPair() {
    const at = this.#lookedAtPair.value;
    const counts = at && this.shown.value?.answers?.[at];
    return counts ? saysPair(at, counts, this.keys.value.has(at)) : "";
  }

  #saysOfDrawing() {
    const { embedding = [], digit = 0, number = 0, doubt, isDrawn } = this.traits.asked.value;
    const run = this.shown.value;
    if (!run?.answers) return isDrawn ? "Press Train first: this adder has learned nothing yet." : "";
    if (!this.#drawnPair()) return doubt ?? "";
    const at = keyOf([digit, number]);
    const [sum] = sumsOf(run.adder, [{ embedding: [...embedding], digit, number }]);
    return saysDrawing([digit, number], sum, this.keys.value.has(at), byCount(run.answers[at])[0][0]);
  }

  #saysReached() {
    const [run, look] = [this.shown.value, lastLook(this.shown.value)];
    return run && look ? saysReached(look, run.id !== this.running.value, this.lost.value.length > 0) : "";
  }
}
