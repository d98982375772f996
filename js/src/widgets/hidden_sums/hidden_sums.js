// Hide a sum: the grid of pairs, and next to it what trains an adder on those that aren't hidden.

import { effect } from "@preact/signals-core";
import { html, nothing, render } from "lit-html";
import { MOST } from "../../network/hidden_pairs.js";
import { find, stopAll } from "../common/dom.js";
import { groupName } from "../common/number.js";
import { show } from "../common/view.js";
import { curves } from "./curves.js";
import { hasKeptOn, testOf } from "./endings.js";
import { grid } from "./grid.js";
import { GridInput } from "./grid_input.js";
import { guessing } from "./guess_view.js";
import { PRESETS } from "./presets.js";
import { listOfRuns } from "./runs_view.js";
import { settings } from "./settings.js";

/** @import { HiddenSums } from "./state.js" */

const SKELETON = html`
  <div class="card">
    <div class="choosing">
      <div class="pairs">
        <p class="task"></p>
        <div class="grid"></div>
        <p class="below" role="status"></p>
      </div>
      <div class="bar presets" role="group" aria-label="Choose many at once"></div>
      <details class="settings"><summary>Kinds of adder</summary><div></div></details>
    </div>
    <div class="outcome">
      <div class="training">
        <div class="told">
          <div class="guess"></div>
          <p class="ending" role="status"></p>
        </div>
        <div class="bar"></div>
        <p class="reached" role="status"></p>
      </div>
      <div class="results">
        <div class="curves"></div>
        <div class="runs"></div>
        <details class="measured"><summary>How far does <em>Keep training</em> get?</summary><div></div></details>
        <p class="reader"></p>
      </div>
    </div>
  </div>`;

/**
 * Many pairs at once, and the way back.
 * @param {HiddenSums} state
 */
function presets(state) {
  const isBusy = state.running.value > 0;
  const button = (
    /** @type {string} */ value,
    /** @type {string} */ words,
    /** @type {() => void} */ act,
    isOff = isBusy,
  ) =>
    html`<button type="button" value=${value} aria-disabled=${isOff} @click=${() => isOff || act()}>${words}</button>`;
  return html`${button("undo", "Undo", () => state.undo(), !state.canUndo.value)}
    ${PRESETS.map(({ value, words, pairs }) => button(value, words, () => state.choose(pairs())))}
    ${button("none", "None", () => state.choose([]))}`;
}

/**
 * What one may do next: first, and marked, what leads on.
 * @param {HiddenSums} state
 * @param {{ goOn: () => void, chooseOthers: () => void, showKinds: () => void }} act
 */
function trainButtons(state, { goOn, chooseOthers, showKinds }) {
  const [phase, run] = [state.phase.value, state.shown.value];
  const train = (/** @type {MouseEvent} */ { detail }) => {
    if (detail > 1) return; // the second half of a double click would stop it again
    if (state.running.peek()) state.end();
    else state.train();
  };
  const button = (
    /** @type {string} */ value,
    /** @type {string} */ words,
    /** @type {(event: MouseEvent) => void} */ act,
  ) => html`<button type="button" value=${value} @click=${act}>${words}</button>`;
  if (phase !== "trained" || !run) return [button("train", phase === "training" ? "Stop" : "Train", train)];
  const keep = state.canGoOn.value ? [button("long", "Keep training", goOn)] : [];
  const others = button("other", run.pairs.length > 1 ? "Hide other pairs" : "Hide more", chooseOthers);
  const again = button("train", "Train a new one", train);
  const kinds = state.areKindsDue.value ? [button("kinds", "Try another kind of adder", showKinds)] : [];
  const { tested, right } = testOf(run);
  const isNext = keep.length && !hasKeptOn(run) && right.length < tested.length;
  // One list: the first button stays the same one, so it keeps the focus when a training ends.
  return isNext ? [...keep, others, again] : [others, ...kinds, ...keep, again];
}

/** @param {HiddenSums} state */
const task = ({ isGrid }) =>
  isGrid.value
    ? html`Press a pair to hide it, ${MOST} at most<span class="by-mouse">; drag across several to hide them all</span><span
        class="by-finger">; to hide several, hold one, then drag</span>. The adder learns from the others.`
    : html`Each pair shows the adder's most frequent answer. The bluer it is, the more often it is right.`;

/**
 * What one has found out, and what the field calls it.
 * @param {HiddenSums} state
 */
function ending({ ending, isGrokking, traits }) {
  if (!isGrokking.value) return html`${ending.value}`;
  const { lesson } = traits;
  const name = html`<strong>grokking</strong>`;
  return html`${ending.value} It had known the others long before. The field calls that
    ${lesson ? html`<a href=${lesson}>${name}</a>` : name}.`;
}

/** What is below the table: what is hidden, or what the adder says to a pair. @param {HiddenSums} state */
const below = ({ isGrid, hidden, ofPair, phase }) =>
  isGrid.value
    ? hidden.value
    : ofPair.value || (phase.value === "trained" ? "Press a pair to see what the adder answers to it." : "");

/** @param {HiddenSums} state */
const reached = ({ failure, reached }) => failure.value || reached.value;

/**
 * What we measured, and a way to see it oneself.
 * @param {HiddenSums} state
 */
function measured(state) {
  const isBusy = state.running.value > 0;
  const compare = () => isBusy || state.compare(PRESETS.map(({ pairs }) => pairs));
  return html`
    <p><em>Keep training</em> adds 6,000 steps. In each of them, the adder sees all seen pairs at once, each digit as the average of its
      images, and every weight shrinks by almost 1%. A weight that isn't needed fades away. This is called weight decay. (If the adder answers
      with one number, it goes on with random images, and weights shrink by 0.3%.)</p>
    <p>How many of the hidden sums are right in the end depends on which pairs were hidden. We measured 20 runs of each, with 19 classes.
      On average (and from the worst to the best run), this many were right:</p>
    <ul>${PRESETS.map(({ words, reached }) => html`<li>${words}: ${reached}</li>`)}</ul>
    <button type="button" value="compare" aria-disabled=${isBusy} @click=${compare}>Train on all four, one after another</button>`;
}

/**
 * @param {HTMLElement} el
 * @param {HiddenSums} state
 * @returns {() => void} what ends it
 */
export function makeHiddenSums(el, state) {
  el.classList.add("hidden-sums");
  render(SKELETON, el);
  const group = groupName();
  const { reader } = state.traits;
  find(el, ".reader").textContent = reader;
  const kinds = /** @type {HTMLDetailsElement} */ (find(el, ".settings"));
  find(el, ".outcome").hidden = !state.images;
  const stopGrid = show(find(el, ".grid"), () => grid(state));
  const input = new GridInput(find(el, ".grid"), state);
  const act = {
    goOn() {
      state.trainOn();
      find(el, "[value=train]").focus(); // the button is gone
    },
    chooseOthers() {
      state.chooseOthers();
      input.goTo("0,0");
    },
    showKinds() {
      kinds.open = true;
      find(kinds, "input").focus();
    },
  };
  return stopAll(
    stopGrid,
    input.stop,
    show(find(el, ".presets"), () => (state.isGrid.value ? presets(state) : html`${nothing}`)),
    show(find(el, ".settings > div"), () => settings(state, group)),
    show(find(el, ".guess"), () => (state.images ? guessing(state) : html`${nothing}`)),
    show(find(el, ".training .bar"), () => html`${trainButtons(state, act)}`),
    show(find(el, ".curves"), () =>
      state.runs.value.length ? curves(state.runs.value, state.shown.value) : html`${nothing}`,
    ),
    show(find(el, ".runs"), () =>
      state.runs.value.length > 1 ? listOfRuns(state, group) : html`${nothing}`,
    ),
    show(find(el, ".measured > div"), () => measured(state)),
    speak(el, state),
    effect(() => {
      const isDue = Boolean(state.images) && state.areKindsDue.value;
      kinds.hidden = find(el, ".measured").hidden = !isDue;
    }),
    state.stop,
  );
}

/**
 * Sentences; what hasn't changed isn't written again, or it would be read out again.
 * @param {HTMLElement} el
 * @param {HiddenSums} state
 */
function speak(el, state) {
  return stopAll(
    show(find(el, ".task"), () => task(state)),
    show(find(el, ".below"), () => html`${below(state)}`),
    show(find(el, ".ending"), () => ending(state)),
    show(find(el, ".reached"), () => html`${reached(state)}`),
    effect(() => {
      const live = state.running.value ? "off" : "polite"; // a screen reader hears the end alone
      for (const name of [".below", ".reached"]) find(el, name).ariaLive = live;
    }),
  );
}
