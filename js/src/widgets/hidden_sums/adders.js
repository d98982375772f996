// The adders that are trained: a list of runs, each of which can be shown again, gone on from, or repeated.

import { batch, computed, signal } from "@preact/signals-core";
import { copyAdder, makeAdder, readImages } from "../../network/adder.js";
import { askAll, meanShare, seenBeside, testable } from "../../network/hidden_pairs.js";
import { randomNumbers } from "../../network/random.js";
import { longPlan, shortPlan, trainInSlices } from "../../network/train_adder.js";
import { change, isSameTask, isUsual, lastLook, withLook } from "./runs.js";

/** @import { Adder } from "../../network/adder.js" */
/** @import { Answers, Pair } from "../../network/hidden_pairs.js" */
/** @import { Plan } from "../../network/train_adder.js" */
/** @import { RunMade } from "../../state/address.js" */
/** @import { Guessing } from "./guessing.js" */
/** @import { Hiding } from "./hiding.js" */
/** @import { Run } from "./runs.js" */
/** @import { HiddenSumsTraits } from "./state.js" */
/** One is "choosing" pairs, an adder is in "training", or one looks at a "trained" one. @typedef {"choosing" | "training" | "trained"} Phase */

export class Adders {
  runs = signal(/** @type {Run[]} */ ([]));
  /** The run that one has chosen to look at, by its id; 0: none. */
  selected = signal(0);
  /** The run that is in training; 0: none. */
  running = signal(0);
  /** How much of the usual decay *Keep training* has. */
  fading = signal(1);
  failure = signal(""); // what is missing here
  #lastId = 0;
  #end = () => {}; // ends the training

  /**
   * @param {HiddenSumsTraits} traits
   * @param {BufferSource} wasm adder.wasm
   * @param {Hiding} hiding
   * @param {Guessing} guessing
   */
  constructor(traits, wasm, hiding, guessing) {
    const { pairs, encoding, answer, data, seed } = traits;
    this.traits = traits;
    this.wasm = wasm;
    this.hiding = hiding;
    this.guessing = guessing;
    this.seed = seed;
    this.images = data?.embeddings ? readImages(data) : null;
    this.task = computed(() => ({ pairs: pairs.value, encoding: encoding.value, answer: answer.value }));
    /** The run whose answers are shown: the selected one, as long as nothing else is asked for. */
    this.shown = computed(() =>
      this.runs.value.find((run) => run.id === this.selected.value && isSameTask(run, this.task.value)),
    );
    this.phase = computed(
      () =>
        /** @type {Phase} */ (this.running.value ? "training" : this.shown.value ? "trained" : "choosing"),
    );
    /** Whether there is something to be gained by going on. */
    this.canGoOn = computed(() => {
      const canGain = isUsual(this.task.value) || this.task.value.answer === "number"; // the others gain nothing from it
      return this.phase.value === "trained" && canGain && hiding.tested.value.length > 0;
    });
  }

  /** Shows a run as it was left. @param {number} id */
  select(id) {
    const run = this.runs.peek().find((run) => run.id === id);
    if (!run || this.running.peek()) return;
    batch(() => {
      this.failure.value = "";
      this.hiding.choose(run.pairs);
      this.traits.encoding.value = run.encoding;
      this.traits.answer.value = run.answer;
      this.selected.value = id;
    });
  }

  /** Back to choosing pairs; the runs stay. */
  leave() {
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
    const task = this.task.peek();
    const random = randomNumbers(seed);
    const nothing = { from: 0, rounds: 0, fading: 1, looks: [], answers: null, before: null };
    const start = { ...task, ...nothing, seed, guesses: this.guessing.ofNow() };
    this.seed = seed + 1;
    const make = () => makeAdder(this.wasm, task.encoding, task.answer, random);
    return this.#learn(start, shortPlan(task.answer), random, make);
  }

  /**
   * Goes on with a copy of the adder that is shown: every step takes a part of all weights away.
   * @param {number} [fading] how much of the usual part
   */
  async trainOn(fading = this.fading.peek()) {
    const from = this.shown.peek();
    if (!from || !this.canGoOn.peek()) return false;
    const random = randomNumbers(from.seed + 1000 * from.rounds);
    const start = { ...from, from: from.id, before: from.answers, fading };
    // A run with two kinds of decay in it can't be told in a link.
    if (from.rounds > 1 && from.fading !== fading) start.rounds = 0;
    return this.#learn(start, longPlan(from.answer, fading), random, async () => {
      const adder = await copyAdder(this.wasm, from.adder);
      adder.code.restart();
      return adder;
    });
  }

  /**
   * Makes a run again that was made elsewhere; where it is in the list already, it is shown.
   * @param {RunMade} made
   */
  async remake({ seed, rounds, fading }) {
    const task = this.task.peek();
    const isIt = (/** @type {Run} */ run) =>
      run.seed === seed && run.rounds === rounds && (rounds === 1 || run.fading === fading);
    const known = this.runs.peek().find((run) => isSameTask(run, task) && isIt(run));
    if (known) return this.select(known.id);
    let goesOn = await this.train(seed);
    for (let round = 1; goesOn && round < rounds; round++) goesOn = await this.trainOn(fading);
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
      this.hiding.choose(pairs());
      if (!(await this.train())) return;
      const short = this.selected.peek();
      if (!(await this.trainOn(1))) return;
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
    this.failure.value = this.hiding.complaint.value = "";
    this.#end = () => {
      this.running.value = 0;
    };
    try {
      const adder = await make();
      if (this.running.peek() !== id) return false; // it was ended meanwhile
      batch(() => {
        this.runs.value = [...this.runs.peek(), { ...start, id, adder }];
        this.selected.value = id;
        this.guessing.forget();
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
    const { training: images, others } = /** @type {NonNullable<typeof this.images>} */ (this.images);
    const material = { images, others, seen: seenBeside(run.pairs), random };
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
      const halt = trainInSlices(run.adder, plan, material, (steps, answers, isLast) => {
        batch(() => {
          this.#look(id, begun + steps, answers);
          if (isLast) finish(true);
        });
      });
      this.#end = () => {
        const steps = halt();
        if (steps) this.#look(id, begun + steps, askAll(run.adder, others));
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
   * Notes how far an adder has come. It is asked about all pairs, always with the same new images.
   * @param {number} id
   * @param {number} steps
   * @param {Answers} answers
   */
  #look(id, steps, answers) {
    this.runs.value = change(this.runs.peek(), id, (run) => {
      const tested = testable(run.pairs);
      const seen = meanShare(answers, seenBeside(run.pairs));
      const hidden = tested.length ? meanShare(answers, tested) : null;
      return withLook(run, { steps, seen, hidden }, answers);
    });
  }
}
