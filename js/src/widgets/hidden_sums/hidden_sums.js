// Hide a sum: the grid of pairs, and below it what trains an adder on those that aren't hidden.

import { effect } from "@preact/signals-core";
import { html, nothing, render } from "lit-html";
import { atRandom, FEW, MOST, pattern } from "../../network/hidden_pairs.js";
import { find, inputOf, stopAll } from "../common/dom.js";
import { groupName } from "../common/number.js";
import { show } from "../common/view.js";
import { curves } from "./curves.js";
import { GridInput, grid } from "./grid.js";
import { HiddenSums } from "./state.js";

/** @import { Signal } from "@preact/signals-core" */
/** @import { HiddenSumsTraits } from "./state.js" */

/** What an adder is, by its answer. */
const ABOUT = {
  classes: "19 classes: one output for each sum from 0 to 18. Nothing tells it that 7 lies between 6 and 8.",
  number: "One number, which is rounded. Its loss is the squared distance from the sum.",
  shift: "It only reads the digit. Its ten answers are then moved along by the number: plus is built in.",
};

const SKELETON = html`
  <div class="card">
    <div class="pairs">
      <p class="task"></p>
      <div class="grid"></div>
      <div class="bar" role="group" aria-label="Choose many at once"></div>
      <p class="chosen" role="status" aria-live="polite"></p>
    </div>
    <form class="training">
      <div class="settings"></div>
      <div class="bar"></div>
      <p class="about-long">Keep training goes on with the mean of each digit's 20 numbers and all seen pairs at once. Each step
        takes almost 1% off every weight. Will the hidden sums come?</p>
      <p class="reached" role="status"></p>
      <div class="curves"></div>
      <p class="says" role="status"></p>
      <p class="reader"></p>
      <a class="why">Why?</a>
    </form>
  </div>`;

/**
 * Many pairs at once.
 * @param {HiddenSums} state
 */
function many(state) {
  const isBusy = state.phase.value === "training";
  const button = (
    /** @type {string} */ value,
    /** @type {string} */ words,
    /** @type {() => any} */ pairs,
  ) => html`
    <button type="button" value=${value} aria-disabled=${isBusy} @click=${() => isBusy || state.choose(pairs())}>${words}</button>`;
  return html`${button("pattern", "Pattern", pattern)}${button("random", `${FEW} at random`, atRandom)}
    ${button("none", "None", () => [])}`;
}

/**
 * How the adder gets the number, and what it answers with.
 * @param {HiddenSums} state
 * @param {string} group
 */
function settings({ phase, traits }, group) {
  const isBusy = phase.value === "training";
  const radio = (
    /** @type {"answer" | "encoding"} */ name,
    /** @type {string} */ value,
    /** @type {string} */ words,
  ) => html`
    <label><input type="radio" name="${name} ${group}" value=${value} .checked=${traits[name].value === value}
      ?disabled=${isBusy || (name === "encoding" && traits.answer.value === "shift")}
      @change=${(/** @type {Event} */ event) => {
        /** @type {Signal<string>} */ (traits[name]).value = inputOf(event).value;
      }}><span>${words}</span></label>`;
  return html`
    <fieldset><legend>The adder answers with</legend>${radio("answer", "classes", "19 classes")}
      ${radio("answer", "number", "one number")}${radio("answer", "shift", "shift")}</fieldset>
    <fieldset><legend>The number is given as</legend>${radio("encoding", "label", "a label")}${radio("encoding", "quantity", "a quantity")}</fieldset>`;
}

/** Whether there is something to be gained by going on. @param {HiddenSums} state */
const canGoOn = ({ phase, traits, tested }) =>
  phase.value === "trained" &&
  traits.answer.value === "classes" &&
  traits.encoding.value === "label" &&
  tested.value.length > 0;

/**
 * @param {HiddenSums} state
 * @param {{ goOn: () => void, chooseOthers: () => void }} act
 */
function trainButtons(state, { goOn, chooseOthers }) {
  const phase = state.phase.value;
  const train = (/** @type {MouseEvent} */ { detail }) => {
    if (detail > 1) return; // the second half of a double click would stop it again
    if (state.phase.peek() === "training") state.end();
    else state.train();
  };
  return html`
    <button type="button" value="train" @click=${train}>${phase === "training" ? "Stop" : "Train"}</button>
    <button type="button" value="long" ?hidden=${!canGoOn(state)} @click=${goOn}>Keep training, and let weights fade</button>
    <button type="button" value="other" ?hidden=${phase !== "trained"} @click=${chooseOthers}>Hide other pairs</button>`;
}

/** What is hidden, or what is wrong with hiding more. @param {HiddenSums} state */
function chosen({ complaint, traits, lost }) {
  if (complaint.value) return complaint.value;
  const sums = lost.value.length
    ? `No pair is left with the sum${lost.value.length > 1 ? "s" : ""} ${lost.value.join(", ")}.`
    : "Every sum still occurs.";
  return `${traits.pairs.value.length} of 100 pairs hidden. ${sums}`;
}

/** @param {HiddenSums} state */
const task = ({ isGrid }) =>
  isGrid.value
    ? `Hide up to ${MOST} pairs: click them, or draw across them. The adder learns from the others.`
    : "Each pair shows its most frequent answer, bluer the more often right. Choose one for more.";

/** @param {HiddenSums} state */
const reached = ({ failure, phase, reached, traits }) =>
  failure.value || (phase.value === "choosing" ? ABOUT[traits.answer.value] : reached.value);

/**
 * @param {HTMLElement} el
 * @param {HiddenSumsTraits} traits
 * @returns {() => void} what ends it
 */
export function makeHiddenSums(el, traits) {
  el.classList.add("hidden-sums");
  render(SKELETON, el);
  const state = new HiddenSums(traits);
  const [group, form] = [groupName(), find(el, ".training")];
  find(el, ".reader").textContent = traits.reader;
  form.hidden = !state.images;
  const stopGrid = show(find(el, ".grid"), () => grid(state));
  const input = new GridInput(find(el, ".grid"), state);
  const act = {
    goOn() {
      state.trainOn();
      find(form, "[value=train]").focus();
    },
    chooseOthers() {
      state.forget();
      input.goTo("0,0"); // the button is gone
    },
  };
  return stopAll(
    stopGrid,
    show(find(el, ".pairs .bar"), () => many(state)),
    show(find(el, ".settings"), () => settings(state, group)),
    show(find(form, ".bar"), () => trainButtons(state, act)),
    show(find(el, ".curves"), () => (state.isGrid.value ? html`${nothing}` : curves(state.looks.value))),
    speak(el, state),
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
    show(find(el, ".task"), () => html`${task(state)}`),
    show(find(el, ".chosen"), () => html`${chosen(state)}`),
    show(find(el, ".reached"), () => html`${reached(state)}`),
    show(find(el, ".says"), () => html`${state.says.value}`),
    effect(() => {
      const isLast = state.last.value?.isLast ?? true; // a screen reader hears the end alone
      for (const name of [".reached", ".says"]) find(el, name).ariaLive = isLast ? "polite" : "off";
      find(el, ".about-long").hidden = !canGoOn(state);
      const why = /** @type {HTMLAnchorElement} */ (find(el, ".why"));
      why.hidden = !state.traits.lesson || !state.last.value;
      why.href = state.traits.lesson || "#";
    }),
  );
}
