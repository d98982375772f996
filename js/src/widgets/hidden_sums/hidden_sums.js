// Hide a sum: the grid of pairs, and next to it what trains an adder on those that aren't hidden.

import { effect } from "@preact/signals-core";
import { html, nothing, render } from "lit-html";
import { BLOCK, MOST } from "../../network/hidden_pairs.js";
import { find, isStill, stopAll } from "../common/dom.js";
import { groupName } from "../common/number_buttons.js";
import { show } from "../common/view.js";
import { caption, leading, more, why } from "./buttons.js";
import { curves } from "./curves.js";
import { grid } from "./grid.js";
import { GridInput } from "./grid_input.js";
import { guessing } from "./guess_view.js";
import { PRESETS } from "./presets.js";
import { hasKeptOn } from "./runs.js";
import { tableOfRuns } from "./runs_view.js";
import { settings } from "./settings.js";

/** @import { TemplateResult } from "lit-html" */
/** @import { Encoding } from "../../network/adder.js" */
/** @import { HiddenSums } from "./state.js" */

const GROKKING = "https://arxiv.org/abs/2201.02177";
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
          <div class="grokking"></div>
          <p class="why"></p>
        </div>
        <div class="bar next"></div>
        <p class="caption"></p>
        <p class="failure" role="alert"></p>
        <details class="more"><summary>More</summary><div></div></details>
        <div class="at-ending"></div>
      </div>
      <div class="results">
        <div class="curves"></div>
        <p class="reached" role="status"></p>
        <div class="runs"></div>
      </div>
    </div>
  </div>`;

/**
 * Many pairs at once, and the way back.
 * @param {HiddenSums} state
 */
function presets(state) {
  const isBusy = state.isBusy.value;
  const button = (
    /** @type {string} */ value,
    /** @type {string} */ words,
    /** @type {() => void} */ act,
    isOff = isBusy,
  ) =>
    html`<button type="button" value=${value} aria-disabled=${isOff} @click=${() => isOff || act()}>${words}</button>`;
  return html`${button("undo", "Undo", () => state.undo(), !state.canUndo.value)}
    ${PRESETS.map(({ value, words, pairs }) => button(value, words, () => state.hiding.choose(pairs())))}
    ${button("none", "None", () => state.hiding.choose([]))}`;
}

/** @param {HiddenSums} state */
const task = ({ isGrid }) =>
  isGrid.value
    ? html`Press a pair to hide it, ${MOST} at most<span class="by-mouse">; drag across several to hide them all</span><span
        class="by-finger">; to hide several, hold one, then drag</span>. The adder learns from the others.`
    : html`Each pair shows the adder's most frequent answer. The bluer it is, the more often it is right.`;

/** What the field calls what has happened. @param {HiddenSums} state */
function grokking({ isGrokking, traits: { lesson } }) {
  if (!isGrokking.value) return html`${nothing}`;
  const name = html`<strong>grokking</strong>`;
  return html`<p>It had known the others before it found these. The field calls that ${lesson ? html`<a href=${lesson}>${name}</a>` : name}
    (<a href=${GROKKING}>Power and others, 2022</a>).</p>`;
}

/** What is below the table: what is hidden, or what the adder says to a pair. @param {HiddenSums} state */
const below = ({ isGrid, hidden, ofPair, adders: { trained } }) =>
  isGrid.value
    ? hidden.value
    : ofPair.value || (trained.value ? "Press a pair to see what the adder answers to it." : "");

/**
 * What buttons do that lead on.
 * @param {HTMLElement} el
 * @param {HiddenSums} state
 * @param {GridInput} input
 */
function actions(el, { adders, hiding, traits }, input) {
  const keepFocus = () => find(el, ".next button").focus(); // the button that was pressed may be gone
  return {
    train() {
      adders.train();
      keepFocus();
    },
    goOn(fading = adders.fading.peek()) {
      adders.fading.value = fading;
      adders.trainOn();
      keepFocus();
    },
    chooseOthers() {
      adders.leave();
      input.goTo("0,0");
    },
    hideBlock() {
      adders.leave();
      hiding.choose(BLOCK);
      input.goTo("6,6");
    },
    /** @param {Encoding} encoding of an adder that answers with one number */
    tryNumber(encoding) {
      traits.answer.value = "number";
      traits.encoding.value = encoding;
      keepFocus();
    },
    showTable() {
      find(el, "table.runs").focus();
    },
    trainKind() {
      adders.train();
      find(el, ".pairs").scrollIntoView({ behavior: isStill() ? "auto" : "smooth" });
      find(el, ".next button").focus({ preventScroll: true });
    },
  };
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
  const { adders } = state;
  const hasImages = Boolean(adders.images);
  find(el, ".outcome").hidden = !hasImages;
  const stopGrid = show(find(el, ".grid"), () => grid(state));
  const input = new GridInput(find(el, ".grid"), state);
  const act = actions(el, state, input);
  const orNothing = (/** @type {unknown} */ isThere, /** @type {() => TemplateResult} */ view) =>
    isThere ? view() : html`${nothing}`;
  return stopAll(
    stopGrid,
    input.stop,
    show(find(el, ".presets"), () => orNothing(state.isGrid.value, () => presets(state))),
    show(find(el, ".settings > div"), () => settings(state, group, act.trainKind)),
    show(find(el, ".guess"), () => orNothing(hasImages, () => guessing(state))),
    show(find(el, ".why"), () => why(state)),
    show(find(el, ".next"), () => leading(state, act)),
    show(find(el, ".caption"), () => caption(state)),
    show(find(el, ".more > div"), () => orNothing(adders.trained.value, () => more(state, act))),
    show(find(el, ".grokking"), () => grokking(state)),
    show(find(el, ".curves"), () =>
      orNothing(adders.runs.value.length, () => curves(adders.runs.value, adders.shown.value)),
    ),
    show(find(el, ".runs"), () =>
      orNothing(
        adders.runs.value.some((run) => run.id !== adders.running.value || hasKeptOn(run)),
        () => tableOfRuns(state, group),
      ),
    ),
    speak(el, state),
    effect(() => {
      find(el, ".settings").hidden = !hasImages || !state.areKindsDue.value;
    }),
    effect(() => {
      find(el, ".more").hidden = !adders.trained.value;
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
    show(find(el, ".ending"), () => html`${state.sentence.value}`),
    show(find(el, ".reached"), () => html`${state.reached.value}`),
    show(find(el, ".failure"), () => html`${state.adders.failure.value}`),
    effect(() => {
      const live = state.isBusy.value ? "off" : "polite"; // a screen reader hears the end alone
      for (const name of [".below", ".reached"]) find(el, name).ariaLive = live;
    }),
  );
}
