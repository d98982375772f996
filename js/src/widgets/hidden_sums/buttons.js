// What one may do next: first, and marked, what leads on, and why it does.

import { html, nothing } from "lit-html";
import { FADINGS } from "../../network/train_adder.js";
import { inputOf } from "../common/dom.js";
import { fadesBy, saysKeepTraining } from "./road.js";
import { isUsual, saysKind } from "./runs.js";

/** @import { Encoding } from "../../network/adder.js" */
/** @import { HiddenSums } from "./state.js" */
/**
 * @typedef {object} Actions
 * @property {() => void} train
 * @property {(fading?: number) => void} goOn
 * @property {() => void} chooseOthers
 * @property {() => void} hideBlock
 * @property {(encoding: Encoding) => void} tryNumber
 * @property {() => void} showKinds
 */

/**
 * A sentence above the buttons: why to go on, or what is going to be trained.
 * @param {HiddenSums} state
 */
export function why({ next, isGrid, adders, traits }) {
  if (isGrid.value)
    return isUsual(adders.task.value) ? html`${nothing}` : html`${saysKind(adders.task.value)}`;
  const step = next.value;
  if (step?.way !== "course") return html`${step?.why ?? nothing}`;
  if (!traits.isOnPage) return html`${step.why}`;
  const lesson = traits.lesson ? html`<a href=${traits.lesson}>Lesson 10</a>` : "Lesson 10";
  return html`${step.why} ${lesson} of the course takes one cause away at a time, until you know why.`;
}

/**
 * @param {HiddenSums} state
 * @param {Actions} act
 */
export function buttons({ adders, trained, next, areKindsDue }, act) {
  const run = trained.value;
  const train = (/** @type {MouseEvent} */ { detail }) => {
    if (detail > 1) return; // the second half of a double click would stop it again
    if (adders.running.peek()) adders.end();
    else act.train();
  };
  const button = (
    /** @type {string} */ value,
    /** @type {string} */ words,
    /** @type {(event: MouseEvent) => void} */ press,
  ) => ({
    value,
    template: html`<button type="button" value=${value} @click=${press}>${words}</button>`,
  });
  const step = next.value;
  if (!run || !step) return [button("train", adders.running.value ? "Stop" : "Train", train).template];
  const hide = ["Hide pairs", "Hide more"][run.pairs.length] ?? "Hide other pairs";
  const all = {
    long: button("long", "Keep training", () => act.goOn()),
    other: button("other", hide, act.chooseOthers),
    kinds: button("kinds", "Try another kind of adder", act.showKinds),
    train: button("train", "Train a new one", train),
    fade: button("fade", "Keep training with decay", () => act.goOn(1)),
    block: button("block", "Hide a block of 16", act.hideBlock),
    quantity: button("quantity", "Try a quantity and one number", () => act.tryNumber("quantity")),
    label: button("label", "Try a label", () => act.tryNumber("label")),
  };
  const always = [
    all.other,
    ...(areKindsDue.value ? [all.kinds] : []),
    ...(adders.canGoOn.value ? [all.long] : []),
    all.train,
  ];
  const first = step.way === "course" ? [] : [all[step.way]];
  // One list: the first button stays the same one, so it keeps the focus when a training ends.
  return [...first, ...always.filter((one) => !first.includes(one))].map(({ template }) => template);
}

/**
 * What *Keep training* changes, at its button; its decay can be chosen.
 * @param {HiddenSums} state
 */
export function caption({ adders, trained }) {
  const run = trained.value;
  if (!run || !adders.canGoOn.value) return html`${nothing}`;
  const fading = adders.fading.value;
  const choose = (/** @type {Event} */ event) => {
    adders.fading.value = FADINGS[Number(inputOf(event).value)];
  };
  return html`<p>${saysKeepTraining(run.answer, fading)}</p>
    <label class="fading">Weight decay <input type="range" min="0" max=${FADINGS.length - 1} .value=${String(FADINGS.indexOf(fading))}
      aria-valuetext=${fadesBy(run.answer, fading)} @input=${choose}> <b>${fadesBy(run.answer, fading)}</b></label>`;
}
