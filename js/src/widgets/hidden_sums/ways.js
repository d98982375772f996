// What one may do next: one button that leads on, with the reason; everything else is folded.

import { html, nothing } from "lit-html";
import { BLOCK } from "../../network/hidden_pairs.js";
import { KEEP_TRAINING } from "./road.js";
import { isUsual } from "./runs.js";

/** @import { HiddenSums } from "./hidden_sums_state.js" */
/** @import { Way } from "./road.js" */
/** @typedef {Record<Way, () => void>} Actions what each way does */

/** @type {Record<Way, string>} */
const WORDS = {
  train: "Train a new one",
  long: "Keep training",
  other: "Hide other pairs",
  block: "Hide a block of 16",
  shift: "Train with addition built in",
};

const BUILT_IN = "The next adder only reads the digit, and moves its answer up by the number.";

/**
 * A sentence above the button: why to go on, or what is going to be trained.
 * @param {HiddenSums} state
 */
export function why({ next, isGrid, adders }) {
  if (!isGrid.value) return html`${next.value?.why || nothing}`;
  return html`${isUsual(adders.task.value) ? nothing : BUILT_IN}`;
}

/**
 * Below the button: what *Keep training* changes, where it leads on with a longer training; after the first run, what
 * was new.
 * @param {HiddenSums} state
 */
export function caption({ next, traits, adders: { runs, trained } }) {
  if (!trained.value) return html`${nothing}`;
  if (next.value?.way === "long" && trained.value.isWhole) return html`${KEEP_TRAINING}`;
  return html`${(runs.value.length === 1 && traits.reader) || nothing}`;
}

/** One template for all: a button that comes in the place of another keeps the focus. */
const button = (
  /** @type {string} */ value,
  /** @type {string} */ words,
  /** @type {(event: MouseEvent) => void} */ press,
  isOff = false,
  isLead = false,
) => html`<button type="button" value=${value} class=${isLead ? "lead" : ""} aria-disabled=${isOff}
    @click=${press}>${words}</button>`;

/**
 * The button that leads on.
 * @param {HiddenSums} state
 * @param {Actions} act
 */
export function leading({ adders, next }, act) {
  const way = next.value?.way;
  if (way) return button(way, WORDS[way], act[way], false, true);
  const train = (/** @type {MouseEvent} */ { detail }) => {
    if (detail > 1) return; // the second half of a double click would stop it again
    if (adders.running.peek()) adders.end();
    else act.train();
  };
  return button("train", adders.running.value ? "Stop" : "Train", train, false, true);
}

/**
 * What else one may do once an adder is trained.
 * @param {HiddenSums} state
 * @param {Actions} act
 */
function otherWays({ adders, next }, act) {
  /** @type {Way[]} */
  const others = ["other", ...(adders.canGoOn.value ? /** @type {const} */ (["long"]) : []), "train"];
  return others.filter((one) => one !== next.value?.way).map((one) => button(one, WORDS[one], act[one]));
}

/**
 * Many pairs at once, and the way back.
 * @param {HiddenSums} state
 */
function presets({ hiding, canUndo, undo }) {
  return [
    button("undo", "Undo", undo, !canUndo.value),
    button("block", WORDS.block, () => hiding.choose(BLOCK)),
    button("none", "None", () => hiding.choose([])),
  ];
}

/**
 * What else one may do, before the training and after it.
 * @param {HiddenSums} state
 * @param {Actions} act
 */
export function more(state, act) {
  if (state.adders.trained.value) return html`${otherWays(state, act)}`;
  return html`${state.isGrid.value ? presets(state) : nothing}`;
}
