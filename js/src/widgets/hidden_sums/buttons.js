// What one may do next: one button that leads on, with the reason; everything else is folded.

import { html, nothing } from "lit-html";
import { FADINGS } from "../../network/train_adder.js";
import { inputOf } from "../common/dom.js";
import { fadesBy, saysKeepTraining } from "./road.js";
import { isUsual } from "./runs.js";

/** @import { Encoding } from "../../network/adder.js" */
/** @import { Way } from "./road.js" */
/** @import { Kind } from "./runs.js" */
/** @import { HiddenSums } from "./state.js" */
/**
 * @typedef {object} Actions
 * @property {() => void} train
 * @property {(fading?: number) => void} goOn
 * @property {() => void} chooseOthers
 * @property {() => void} hideBlock
 * @property {(encoding: Encoding) => void} tryNumber
 * @property {() => void} showTable
 */

/** @type {Record<Way, string>} */
const WORDS = {
  train: "Train a new one",
  long: "Keep training",
  fade: "Keep training with decay",
  other: "Hide other pairs",
  block: "Hide a block of 16",
  quantity: "Try a quantity and one number",
  label: "Try a label",
  table: "See the table",
};

/**
 * What kind of adder is to be trained.
 * @param {Kind} kind
 */
export const saysKind = ({ answer, encoding }) =>
  answer === "shift"
    ? "The next adder only reads the digit, and moves its answer up by the number."
    : `The next adder is given the number as a ${encoding}, and answers with ${answer === "number" ? "one number" : "one of 19 classes"}.`;

/**
 * A sentence above the button: why to go on, or what is going to be trained.
 * @param {HiddenSums} state
 */
export function why({ next, isGrid, adders, traits }) {
  if (isGrid.value)
    return isUsual(adders.task.value) ? html`${nothing}` : html`${saysKind(adders.task.value)}`;
  const step = next.value;
  if (!step) return html`${nothing}`;
  if (step.way !== "table") return html`${step.why}`;
  const lesson = traits.lesson ? html`<a href=${traits.lesson}>Lesson 10</a>` : "Lesson 10";
  return html`${step.why}${traits.isOnPage ? html` ${lesson} of the course takes one cause away at a time.` : nothing}`;
}

/**
 * What *Keep training* changes, where it leads on.
 * @param {HiddenSums} state
 */
export function caption({ next, adders: { trained, fading } }) {
  const way = next.value?.way;
  if (!trained.value || (way !== "long" && way !== "fade")) return html`${nothing}`;
  return html`${saysKeepTraining(trained.value.answer, way === "fade" ? 1 : fading.value)}`;
}

/**
 * What each button does.
 * @param {Actions} act
 * @returns {Record<Way, () => void>}
 */
const pressesOf = (act) => ({
  train: act.train,
  long: () => act.goOn(),
  fade: () => act.goOn(1),
  other: act.chooseOthers,
  block: act.hideBlock,
  quantity: () => act.tryNumber("quantity"),
  label: () => act.tryNumber("label"),
  table: act.showTable,
});

/** One template for all: a button that comes in the place of another keeps the focus. */
const button = (
  /** @type {string} */ value,
  /** @type {string} */ words,
  /** @type {(event: MouseEvent) => void} */ press,
) => html`<button type="button" value=${value} @click=${press}>${words}</button>`;

/**
 * The button that leads on.
 * @param {HiddenSums} state
 * @param {Actions} act
 */
export function leading({ adders, next }, act) {
  const way = next.value?.way;
  if (way) return button(way, WORDS[way], pressesOf(act)[way]);
  const train = (/** @type {MouseEvent} */ { detail }) => {
    if (detail > 1) return; // the second half of a double click would stop it again
    if (adders.running.peek()) adders.end();
    else act.train();
  };
  return button("train", adders.running.value ? "Stop" : "Train", train);
}

/**
 * What else one may do once an adder is trained.
 * @param {HiddenSums} state
 * @param {Actions} act
 */
export function more({ adders, next }, act) {
  const way = next.value?.way;
  const canGoOn = adders.canGoOn.value;
  /** @type {Way[]} */
  const others = ["other", ...(canGoOn && way !== "fade" ? /** @type {const} */ (["long"]) : []), "train"];
  const shown = others
    .filter((one) => one !== way)
    .map((one) => button(one, WORDS[one], pressesOf(act)[one]));
  return html`<div class="bar">${shown}</div>${canGoOn && adders.hasKeptOn.value ? decay(adders) : nothing}`;
}

/** How much decay *Keep training* has. @param {HiddenSums["adders"]} adders */
function decay({ fading, trained }) {
  const fades = fadesBy(trained.value?.answer ?? "classes", fading.value);
  const choose = (/** @type {Event} */ event) => {
    fading.value = FADINGS[Number(inputOf(event).value)];
  };
  return html`<label class="fading">Weight decay of <em>Keep training</em>
    <input type="range" min="0" max=${FADINGS.length - 1} .value=${String(FADINGS.indexOf(fading.value))}
      aria-valuetext=${fades} @input=${choose}> <b>${fades}</b></label>`;
}
