// The front end of BallOnCurve: a loss over a weight, a ball on it, and gradient steps. All is computed here.

import "../common/common.css";
import "../common/widgets.css";
import "./ball_on_curve.css";
import { computed, effect, signal } from "@preact/signals-core";
import { html } from "lit-html";
import { connect, follow } from "../../state/traits.js";
import { clamp } from "../common/colours.js";
import { inputOf, isStill, stopAll, targetOf } from "../common/dom.js";
import { isForNotebook, keepKeys } from "../common/keys.js";
import { show } from "../common/view.js";
import { here, isGone, step } from "./descent.js";
import { axes, ball, HEIGHT, isOut, LEFT, RIGHT, trace, WIDTH, weightAt } from "./picture.js";
import { paper, place, story } from "./words.js";

/** @import { Signal } from "@preact/signals-core" */
/** @import { RenderArguments } from "../../state/traits.js" */
/** @import { Descent } from "./descent.js" */
/** @typedef {{ start: Signal<number>, rate: Signal<number>, momentum: Signal<number>, path: Signal<number[]> }} Traits */

const ROLLING = 260; // ms that the ball takes for a step

class Ball {
  descent = signal(/** @type {Descent} */ ({ path: [0], velocity: 0 }));
  shown = signal(0); // where the ball is drawn, on its way to the end of the path
  isTalking = signal(true); // a screen reader hears the last of ten steps alone
  #frame = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /**
   * @param {Traits} traits
   * @param {import("@preact/signals-core").ReadonlySignal<boolean>} withMomentum
   */
  constructor(traits, withMomentum) {
    this.traits = traits;
    this.withMomentum = withMomentum;
    this.used = computed(() => (withMomentum.value ? traits.momentum.value : 0));
    const stopBeginning = effect(() => this.begin(traits.start.value));
    this.stop = stopAll(
      stopBeginning,
      () => this.#halt(),
      () => cancelAnimationFrame(this.#frame),
    );
  }

  #halt() {
    clearInterval(this.#timer);
    this.isTalking.value = true;
  }

  /** @param {number} w */
  begin(w) {
    this.#halt();
    this.#set({ path: [w], velocity: 0 });
    this.#roll(w, w);
  }

  again() {
    this.begin(this.traits.start.peek());
  }

  /** @param {Descent} descent */
  #set(descent) {
    this.descent.value = descent;
    this.traits.path.value = descent.path;
  }

  step() {
    const now = this.descent.peek();
    if (isGone(here(now))) return this.#halt();
    this.#set(step(now, this.traits.rate.peek(), this.used.peek()));
    const w = here(this.descent.peek());
    this.#roll(isStill() ? w : this.shown.peek(), w);
  }

  single() {
    this.#halt();
    this.step();
  }

  ten() {
    this.#halt();
    let left = 10;
    const one = () => {
      this.isTalking.value = --left === 0;
      this.step();
      if (!left) clearInterval(this.#timer);
    };
    one();
    this.#timer = setInterval(one, isStill() ? 60 : 320);
  }

  /**
   * The ball rolls along the curve.
   * @param {number} from
   * @param {number} to
   */
  #roll(from, to) {
    cancelAnimationFrame(this.#frame);
    const start = performance.now();
    const move = (/** @type {number} */ now) => {
      const t = from === to ? 1 : clamp((now - start) / ROLLING, 0, 1);
      this.shown.value = from + (to - from) * t * (2 - t);
      if (t < 1) this.#frame = requestAnimationFrame(move);
    };
    move(start);
  }
}

const LABEL = "Ball on the curve of the loss. Arrow keys move it, Enter takes a step.";

/** @param {Ball} state */
function template(state) {
  const { descent, traits, used, withMomentum, isTalking } = state;
  const w = here(descent.value);
  const slider = (/** @type {"rate" | "momentum"} */ name) => (/** @type {Event} */ event) => {
    traits[name].value = Number(inputOf(event).value);
  };
  return html`
    <div class="card">
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" tabindex="0" role="slider" aria-label=${LABEL} aria-valuemin=${LEFT}
        aria-valuemax=${RIGHT} aria-valuenow=${clamp(w, LEFT, RIGHT).toFixed(3)} aria-valuetext=${place(w)}
        @pointerdown=${(/** @type {PointerEvent} */ event) => drag(event, state, true)}
        @pointermove=${(/** @type {PointerEvent} */ event) => drag(event, state, false)}
        @keydown=${(/** @type {KeyboardEvent} */ event) => press(event, state)}>
        ${axes}${trace(descent.value.path)}${ball(state.shown.value)}
      </svg>
      <p class="paper">${paper(descent.value, traits.rate.value, used.value)}</p>
      <div class="controls">
        <label>learning rate <b class="rate-value">${traits.rate.value}</b>
          <input class="rate" type="range" min="0.005" max="0.3" step="0.005" .value=${String(traits.rate.value)} @input=${slider("rate")}></label>
        <label class="with-momentum" ?hidden=${!withMomentum.value}>momentum <b class="momentum-value">${used.value}</b>
          <input class="momentum" type="range" min="0" max="1" step="0.05" .value=${String(used.value)} @input=${slider("momentum")}></label>
        <div class="buttons">
          <button type="button" class="step" ?disabled=${isGone(w)} @click=${() => state.single()}>Step</button>
          <button type="button" class="ten" ?disabled=${isGone(w)} @click=${() => state.ten()}>10 steps</button>
          <button type="button" class="again" @click=${() => state.again()}>Start again</button>
        </div>
      </div>
      <p class="story" role="status" aria-live=${isTalking.value ? "polite" : "off"}>${story(descent.value, isOut)}</p>
    </div>`;
}

/**
 * Puts the ball where the pointer is.
 * @param {PointerEvent} event
 * @param {Ball} state
 * @param {boolean} isFirst
 */
function drag(event, state, isFirst) {
  const svg = /** @type {Element} */ (event.currentTarget);
  if (isFirst) svg.setPointerCapture(event.pointerId);
  if (!svg.hasPointerCapture(event.pointerId)) return;
  const box = svg.getBoundingClientRect();
  const w = weightAt((event.clientX - box.left) / box.width);
  state.begin(clamp(Math.round(w * 20) / 20, LEFT, RIGHT));
}

/**
 * @param {KeyboardEvent} event
 * @param {Ball} state
 */
function press(event, state) {
  if (isForNotebook(event) || !targetOf(event, "svg")) return;
  const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
  const end = { Home: LEFT, End: RIGHT }[event.key];
  if (way) state.begin(clamp(Math.round((here(state.descent.peek()) + way * 0.1) * 10) / 10, LEFT, RIGHT));
  else if (end !== undefined) state.begin(end);
  else if (event.key === " " || event.key === "Enter") state.step();
  else return;
  event.preventDefault();
}

/** @param {RenderArguments} widget */
function render({ model, el }) {
  el.classList.add("ball-on-curve");
  const path = /** @type {number[]} */ ([]);
  const [traits, disconnect] = connect(model, { start: 1, rate: 0.1, momentum: 0, path });
  const [withMomentum, stopFollowing] = follow(model, "with_momentum");
  const state = new Ball(traits, withMomentum);
  const stop = show(el, () => template(state));
  return stopAll(stop, state.stop, disconnect, stopFollowing, keepKeys(el));
}

export default { render };
