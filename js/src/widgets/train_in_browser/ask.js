// A pad to draw for the network that learns, with its answer. Drawing and number are those at the top of the page, so
// that one sees what both networks make of them.

import { signal } from "@preact/signals-core";
import { html, render } from "lit-html";
import { makeAnswer } from "../../drawing/answer.js";
import { find } from "../common/dom.js";
import { digitOf } from "../common/keys.js";
import { groupName, numberButtons } from "../common/number_buttons.js";
import { show } from "../common/view.js";
import { makePad } from "../pad/pad.js";

/** @import { ReadonlySignal, Signal } from "@preact/signals-core" */
/** @import { Drawing } from "../../drawing/drawing.js" */
/** @import { Weights } from "../../network/forward.js" */
/** @typedef {{ drawing: Drawing, number: Signal<number> }} Asked */

const SKELETON = html`
  <div class="mnist-adder"><div class="card"><div></div></div></div>
  <p class="answer" role="status"></p>
  <div class="mnist-adder">
    <p class="title">Number to add <span class="keys">(or press its key)</span></p>
    <div class="picker" role="group" aria-label="Number to add"></div>
  </div>`;

/**
 * Nothing is rejected here: what a network knows of its training images changes while it learns.
 * @param {HTMLElement} el
 * @param {ReadonlySignal<Weights>} weights
 * @param {Asked} asked
 */
export function makeAsk(el, weights, { drawing, number }) {
  const answer = makeAnswer({ drawing, given: signal(new Uint8Array(784)), number, weights });
  const group = groupName();
  render(SKELETON, el);
  makePad(find(el, ".card > div"), drawing, { name: "Drawing pad of the network that you teach" });
  show(find(el, ".answer"), () => html`${answer.sentence.value} ${answer.warning.value}`);
  show(find(el, ".picker"), () => html`${numberButtons(number, group)}`);
  const byKey = (/** @type {KeyboardEvent} */ event) => {
    number.value = digitOf(event) ?? number.peek();
  };
  el.addEventListener("keydown", byKey, true); // the pad keeps keys to itself
}
