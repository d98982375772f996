// Hide a sum: the grid of pairs, and next to it what trains an adder on those that aren't hidden.

import { effect } from "@preact/signals-core";
import { html, nothing, render } from "lit-html";
import { BLOCK, MOST } from "../../network/hidden_pairs.js";
import { find, stopAll } from "../common/dom.js";
import { groupName } from "../common/number_buttons.js";
import { show } from "../common/view.js";
import { curves } from "./curves.js";
import { grid } from "./grid.js";
import { GridInput } from "./grid_input.js";
import { guessView } from "./guess_view.js";
import { kinds } from "./kinds.js";
import { tableOfRuns } from "./rows_view.js";
import { caption, leading, more, why } from "./ways.js";

/** @import { TemplateResult } from "lit-html" */
/** @import { HiddenSums } from "./hidden_sums_state.js" */
/** @import { Actions } from "./ways.js" */

const SKELETON = html`
  <div class="card">
    <div class="pairs">
      <p class="task"></p>
      <div class="grid"></div>
      <p class="below" role="status"></p>
    </div>
    <div class="side stack">
      <div class="training stack">
        <div class="guess"></div>
        <div class="outcome stack" role="status"></div>
        <p class="why"></p>
        <div class="bar next line"></div>
        <p class="caption"></p>
        <p class="failure" role="alert"></p>
      </div>
      <details class="more"><summary>More</summary><div class="stack">
        <div class="bar ways line"></div>
        <div class="kinds"></div>
        <div class="passing-on"></div>
      </div></details>
      <div class="curves"></div>
    </div>
    <div class="runs"></div>
  </div>`;

/** @param {HiddenSums} state */
const task = ({ isGrid, hiding }) =>
  isGrid.value
    ? html`Press a pair to hide it, ${hiding.makesRoom.value ? `in place of these ${MOST}` : `${MOST} at most`}.`
    : html`Its answers: the bluer, the more often right.`;

/** What is below the table: what is hidden, or what the adder says to a pair. @param {HiddenSums} state */
const below = ({ isGrid, hidden, ofPair, adders: { trained } }) =>
  isGrid.value
    ? hidden.value
    : ofPair.value || (trained.value ? "Press a pair to see what the adder answers to it." : "");

/** What a run has shown, and the answer to the title. @param {HiddenSums} state */
const outcome = ({ sentence, ofTitle }) =>
  html`${sentence.value ? html`<p class="ending">${sentence.value}</p>` : nothing}
    ${ofTitle.value ? html`<p class="of-title">${ofTitle.value}</p>` : nothing}`;

/**
 * What buttons do that lead on.
 * @param {HTMLElement} el
 * @param {HiddenSums} state
 * @param {GridInput} input
 * @returns {Actions}
 */
function actions(el, { adders, hiding, traits }, input) {
  const keepFocus = () => find(el, ".next button").focus(); // the button that was pressed may be gone
  const train = () => {
    adders.train();
    keepFocus();
  };
  return {
    train,
    long() {
      adders.trainOn();
      keepFocus();
    },
    other() {
      adders.leave();
      if (traits.answer.peek() === "shift") traits.answer.value = "classes"; // the road begins anew
      input.goTo("0,0");
    },
    block() {
      adders.leave();
      hiding.choose(BLOCK);
      input.goTo("6,6");
    },
    shift() {
      traits.answer.value = "shift";
      train();
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
  for (const part of [".training", ".kinds", ".curves"]) find(el, part).hidden = !adders.hasImages;
  const stopGrid = show(find(el, ".grid"), () => grid(state));
  const input = new GridInput(find(el, ".grid"), state);
  const act = actions(el, state, input);
  const orNothing = (/** @type {unknown} */ isThere, /** @type {() => TemplateResult} */ view) =>
    isThere ? view() : html`${nothing}`;
  return stopAll(
    stopGrid,
    input.stop,
    show(find(el, ".task"), () => task(state)),
    show(find(el, ".below"), () => html`${below(state)}`),
    show(find(el, ".guess"), () => guessView(state, group)),
    show(find(el, ".outcome"), () => outcome(state)),
    show(find(el, ".why"), () => why(state)),
    show(find(el, ".next"), () => leading(state, act)),
    show(find(el, ".caption"), () => caption(state)),
    show(find(el, ".failure"), () => html`${adders.failure.value}`),
    show(find(el, ".ways"), () => more(state, act)),
    show(find(el, ".kinds"), () => kinds(state, group)),
    show(find(el, ".curves"), () =>
      orNothing(adders.runs.value.length, () => curves(adders.runs.value, adders.shown.value)),
    ),
    show(find(el, ".runs"), () => orNothing(adders.runs.value.length > 1, () => tableOfRuns(state, group))),
    effect(() => {
      find(el, ".below").ariaLive = state.isBusy.value ? "off" : "polite"; // a screen reader hears the end alone
    }),
    state.stop,
  );
}
