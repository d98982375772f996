// A pad where something is asked: the drawing and the number may be those of another pad, the answer is its own.

import { html, render } from "lit-html";
import { find } from "../common/dom.js";
import { digitOf } from "../common/keys.js";
import { groupName, numberButtons } from "../common/number_buttons.js";
import { show } from "../common/view.js";
import { makePad } from "./pad.js";

/** @import { ReadonlySignal, Signal } from "@preact/signals-core" */
/** @import { Drawing } from "../../drawing/drawing.js" */
/** @import { Stroke } from "../../drawing/strokes.js" */
/**
 * @typedef {object} AskOptions
 * @property {string} name of the pad, which no other on the page has
 * @property {Drawing} drawing
 * @property {Signal<number>} number
 * @property {() => string} says the answer
 * @property {ReadonlySignal<Stroke[]>} [ghost] as the pad has it
 */

/**
 * @param {HTMLElement} el
 * @param {AskOptions} options
 */
export function makeAsk(el, { name, drawing, number, says, ghost }) {
  const group = groupName();
  render(
    html`<div class="mnist-adder"><div class="card"><div></div></div></div>
    <p class="answer" role="status"></p>
    <div class="mnist-adder"><p class="title">Number to add <span class="keys">(or press its key)</span></p>
      <div class="picker" role="group" aria-label="Number to add"></div></div>`,
    el,
  );
  makePad(find(el, ".card > div"), drawing, { name, ghost });
  show(find(el, ".answer"), () => html`${says()}`);
  show(find(el, ".picker"), () => html`${numberButtons(number, group)}`);
  const byKey = (/** @type {KeyboardEvent} */ event) => {
    number.value = digitOf(event) ?? number.peek();
  };
  el.addEventListener("keydown", byKey, true); // the pad keeps keys to itself
}
