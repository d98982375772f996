// The adders that are trained: a list of runs, each of which can be shown again, or trained on.

import { batch, computed, effect, signal, untracked } from "@preact/signals-core";
import { makeAdder, readImages } from "../../network/adder.js";
import { askAll, seenBeside } from "../../network/hidden_pairs.js";
import { randomNumbers } from "../../network/random.js";
import { LONG, SHORT, trainingOf } from "../../network/train_adder.js";
import { canGoOn, isSameTask, lastLook, lookAt } from "./runs.js";

/** @import { Adder } from "../../network/adder.js" */
/** @import { Answers } from "../../network/hidden_pairs.js" */
/** @import { Plan } from "../../network/train_adder.js" */
/** @import { Guessing } from "./guess.js" */
/** @import { HiddenSumsTraits } from "./hidden_sums_state.js" */
/** @import { Hiding } from "./hiding.js" */
/** @import { Run, Task } from "./runs.js" */
/** One is "choosing" pairs, an adder is in "training", or one looks at a "trained" one. @typedef {"choosing" | "training" | "trained"} Phase */

export class Adders {
  runs = signal(/** @type {Run[]} */ ([]));
  /** The run that one has chosen to look at, by its id; 0: none. */
  selected = signal(0);
  /** The run that is in training; 0: none. */
  running = signal(0);
  failure = signal(""); // what is missing here
  #lastId = 0;
  /** @type {ReturnType<typeof readImages> | null} */
  #images = null;
  #finish = (/** @type {boolean} */ _isWhole) => {};
  #undoRound = () => {}; // which has not made a step yet

  /**
   * @param {HiddenSumsTraits} traits
   * @param {BufferSource} wasm adder.wasm
   * @param {Hiding} hiding
   * @param {Guessing} guessing
   */
  constructor(traits, wasm, hiding, guessing) {
    const { pairs, answer, data } = traits;
    this.traits = traits;
    this.wasm = wasm;
    this.hiding = hiding;
    this.guessing = guessing;
    this.hasImages = Boolean(data.embeddings);
    this.task = computed(() => ({ pairs: pairs.value, answer: answer.value }));
    /** The run whose answers are shown: the selected one, as long as nothing else is asked for. */
    this.shown = computed(() =>
      this.runs.value.find((run) => run.id === this.selected.value && isSameTask(run, this.task.value)),
    );
    this.phase = computed(
      () =>
        /** @type {Phase} */ (this.running.value ? "training" : this.shown.value ? "trained" : "choosing"),
    );
    /** The run that is shown, unless it is in training. */
    this.trained = computed(() => (this.phase.value === "trained" ? this.shown.value : undefined));
    this.canGoOn = computed(() => this.trained.value !== undefined && canGoOn(this.trained.value));
    // What is in training learns without the pairs that were hidden when it began: other pairs end it.
    this.stop = effect(() => {
      const run = this.runs.value.find(({ id }) => id === this.running.value);
      if (run && !isSameTask(run, this.task.value)) untracked(() => this.end());
    });
  }

  /** To train on, and others; read when the first adder is trained. */
  get images() {
    this.#images ??= readImages(this.traits.data);
    return this.#images;
  }

  /** Shows a run as it is now. */
  select = (/** @type {number} */ id) => {
    const run = this.runs.peek().find((run) => run.id === id);
    if (!run || this.running.peek()) return;
    batch(() => {
      this.failure.value = "";
      this.hiding.choose(run.pairs);
      this.traits.answer.value = run.answer;
      this.selected.value = id;
    });
  };

  /** Back to choosing pairs; the runs stay. */
  leave() {
    this.selected.value = 0;
  }

  /** Trains a new adder; true once it is finished, false where that was stopped or isn't possible. */
  async train() {
    if (!this.hasImages || this.running.peek()) return false;
    const task = this.task.peek();
    const seed = this.#nextSeed(task);
    const random = randomNumbers(seed);
    const id = ++this.#lastId;
    this.#begin(id);
    let adder;
    try {
      adder = await makeAdder(this.wasm, task.answer, random);
    } catch (error) {
      this.running.value = 0;
      this.failure.value = `This browser can't train the adder: WebAssembly is missing or blocked here (${error}).`;
      return false;
    }
    if (this.running.peek() !== id) return false; // it was ended meanwhile
    const training = this.#trainingOf({ ...task, id, adder, rounds: 0, begun: 0 }, SHORT, random);
    const guess = this.guessing.take();
    this.#put({
      ...task,
      id,
      seed,
      rounds: 0,
      isWhole: false,
      looks: [],
      answers: null,
      guess,
      adder,
      training,
    });
    return this.#go(training);
  }

  /** Goes on with the adder that is shown: with the round in which it was stopped, or with a longer one. */
  async trainOn() {
    const run = this.shown.peek();
    if (!run || !this.canGoOn.peek()) return false;
    this.#begin(run.id);
    if (!run.isWhole) return this.#go(run.training);
    const rounds = run.rounds + 1;
    run.adder.code.restart();
    const begun = lastLook(run)?.steps ?? 0;
    const random = randomNumbers(run.seed + 1000 * rounds);
    const training = this.#trainingOf({ ...run, rounds, begun }, LONG, random);
    this.#put({ ...run, rounds, isWhole: false, guess: null, training });
    return this.#go(training);
  }

  /** Ends the training; what was reached is looked at, and *Keep training* goes on from there. */
  end() {
    const run = this.runs.peek().find(({ id }) => id === this.running.peek());
    if (!run) {
      this.running.value = 0; // it is still being made
      return;
    }
    batch(() => {
      const steps = run.training.halt();
      if (!steps) this.#undoRound();
      else this.#look(run, steps, askAll(run.adder, this.images.others), false);
      this.#finish(false);
    });
  }

  /**
   * The first adder for a task has the same seed in every page, so that a link to it leads to the same answers; the
   * next one has the next.
   * @param {Task} task
   */
  #nextSeed(task) {
    return this.traits.seed + this.runs.peek().filter((run) => isSameTask(run, task)).length;
  }

  /** From now on, no other training can begin. @param {number} id of the run that is in training */
  #begin(id) {
    this.running.value = id;
    this.failure.value = this.hiding.complaint.value = "";
  }

  /** Puts a run whose next round begins into the list, or in its own place there. @param {Run} run */
  #put(run) {
    const [runs, selected] = [this.runs.peek(), this.selected.peek()];
    this.#undoRound = () => {
      this.runs.value = runs;
      this.selected.value = selected;
      if (run.guess) this.guessing.guess.value = run.guess;
    };
    batch(() => {
      this.runs.value = [...runs.filter(({ id }) => id !== run.id), run].sort((a, b) => a.id - b.id);
      this.selected.value = run.id;
    });
  }

  /**
   * A round of training.
   * @param {Task & { id: number, adder: Adder, rounds: number, begun: number }} run `begun`: its steps so far
   * @param {Plan} plan
   * @param {() => number} random
   */
  #trainingOf(run, plan, random) {
    const { training: images, others } = this.images;
    const material = { images, others, seen: seenBeside(run.pairs), random };
    return trainingOf(run.adder, plan, material, run.begun, (steps, answers, isLast) =>
      batch(() => {
        this.#look(run, steps, answers, isLast);
        if (isLast) this.#finish(true);
      }),
    );
  }

  /**
   * @param {Pick<Run, "id" | "pairs" | "rounds">} run
   * @param {number} steps in all
   * @param {Answers} answers
   * @param {boolean} isWhole
   */
  #look({ id, pairs, rounds }, steps, answers, isWhole) {
    const look = lookAt(pairs, answers, steps, rounds);
    this.runs.value = this.runs
      .peek()
      .map((run) => (run.id === id ? { ...run, looks: [...run.looks, look], answers, isWhole } : run));
  }

  /** @param {Run["training"]} training @returns {Promise<boolean>} whether it was finished */
  #go(training) {
    return new Promise((resolve) => {
      this.#finish = (isWhole) => {
        this.running.value = 0;
        resolve(isWhole);
      };
      training.go();
    });
  }
}
