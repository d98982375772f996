// The adders that are trained: a list of runs, each of which can be shown again, trained on, or repeated.

import { batch, computed, effect, signal, untracked } from "@preact/signals-core";
import { makeAdder, readImages } from "../../network/adder.js";
import { askAll, seenBeside } from "../../network/hidden_pairs.js";
import { randomNumbers } from "../../network/random.js";
import { longPlan, shortPlan, trainInSlices } from "../../network/train_adder.js";
import { canGoOn } from "./road.js";
import { change, hasKeptOn, isSameTask, lastLook, lookAt, withLook } from "./runs.js";

/** @import { Answers } from "../../network/hidden_pairs.js" */
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
    /** The run that is shown, once its training is over. */
    this.trained = computed(() => (this.phase.value === "trained" ? this.shown.value : undefined));
    this.canGoOn = computed(() => this.trained.value !== undefined && canGoOn(this.trained.value));
    /** Whether anybody has kept training here. */
    this.hasKeptOn = computed(() => this.runs.value.some(hasKeptOn));
    // What is in training learns without the pairs that were hidden when it began: other pairs end it.
    this.stop = effect(() => {
      const run = this.runs.value.find(({ id }) => id === this.running.value);
      if (run && !isSameTask(run, this.task.value)) untracked(() => this.end());
    });
  }

  /** Shows a run as it is now. @param {number} id */
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

  /**
   * Trains a new adder; true once it is finished, false where that was stopped or isn't possible.
   * @param {number} [seed]
   */
  async train(seed = this.seed) {
    if (!this.images || this.running.peek()) return false;
    const task = this.task.peek();
    const random = randomNumbers(seed);
    this.seed = seed + 1;
    const id = ++this.#lastId;
    this.#begin(id);
    try {
      const adder = await makeAdder(this.wasm, task.encoding, task.answer, random);
      if (this.running.peek() !== id) return false; // it was ended meanwhile
      const guesses = this.guessing.take();
      const run = {
        ...task,
        id,
        seed,
        fadings: [],
        isWhole: false,
        looks: [],
        answers: null,
        guesses,
        adder,
      };
      return this.#learn(run, shortPlan(task.answer), random);
    } catch (error) {
      this.running.value = 0;
      this.failure.value = `This browser can't train the adder: WebAssembly is missing or blocked here (${error}).`;
      return false;
    }
  }

  /**
   * Goes on with the adder that is shown: every step takes a part of all weights away.
   * @param {number} [fading] how much of the usual part
   */
  async trainOn(fading = this.fading.peek()) {
    const run = this.shown.peek();
    if (!run || !this.canGoOn.peek()) return false;
    this.#begin(run.id);
    run.adder.code.restart();
    const random = randomNumbers(run.seed + 1000 * (run.fadings.length + 1));
    const longer = {
      ...run,
      fadings: [...run.fadings, fading],
      isWhole: false,
      guesses: this.guessing.take(),
    };
    return this.#learn(longer, longPlan(run.answer, fading), random);
  }

  /**
   * Shows a run that a link tells of, if it is in the list. Else the next adder begins as that one did, and the same
   * buttons make it again.
   * @param {RunMade} made
   */
  comeBackTo({ seed, fadings }) {
    const task = this.task.peek();
    const isIt = (/** @type {Run} */ run) =>
      run.isWhole && run.seed === seed && String(run.fadings) === String(fadings) && isSameTask(run, task);
    const known = this.runs.peek().find(isIt);
    if (known) return this.select(known.id);
    this.seed = seed;
    this.fading.value = fadings[0] ?? 1;
  }

  /** From now on, no other training can begin. @param {number} id of the run that is in training */
  #begin(id) {
    this.running.value = id;
    this.failure.value = this.hiding.complaint.value = "";
    this.#end = () => {
      this.running.value = 0;
    };
  }

  /**
   * Trains a run, which is put into the list or takes its place there.
   * @param {Run} run
   * @param {Plan} plan
   * @param {() => number} random
   * @returns {Promise<boolean>} whether it was finished
   */
  #learn(run, plan, random) {
    const { id, pairs, adder, fadings } = run;
    const before = { runs: this.runs.peek(), selected: this.selected.peek() };
    batch(() => {
      this.runs.value = [...before.runs.filter((one) => one.id !== id), run].sort((a, b) => a.id - b.id);
      this.selected.value = id;
    });
    const begun = lastLook(run)?.steps ?? 0;
    const { training: images, others } = /** @type {NonNullable<typeof this.images>} */ (this.images);
    const material = { images, others, seen: seenBeside(pairs), random };
    const look = (/** @type {number} */ steps, /** @type {Answers} */ answers, isWhole = false) => {
      const now = lookAt(pairs, answers, begun + steps, fadings.length);
      this.runs.value = change(this.runs.peek(), id, (run) => ({ ...withLook(run, now, answers), isWhole }));
    };
    return new Promise((resolve) => {
      const finish = (/** @type {boolean} */ isWhole) => {
        this.running.value = 0;
        this.#end = () => {};
        resolve(isWhole);
      };
      const halt = trainInSlices(adder, plan, material, (steps, answers, isLast) =>
        batch(() => {
          look(steps, answers, isLast);
          if (isLast) finish(true);
        }),
      );
      this.#end = () =>
        batch(() => {
          const steps = halt();
          if (steps) look(steps, askAll(adder, others));
          else {
            // not a step was made: all is as it was
            this.runs.value = before.runs;
            this.selected.value = before.selected;
          }
          finish(false);
        });
    });
  }

  /** Ends the training; what was reached is looked at as if it were done. */
  end() {
    this.#end();
  }
}
