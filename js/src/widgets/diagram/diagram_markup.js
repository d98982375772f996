// The markup of the picture of the network.

import { html, nothing } from "lit-html";
import { shapeOf } from "../../network/explain.js";
import { countParameters, shapesOf } from "../../network/weights.js";
import { bars } from "../common/bars.js";
import { inSpans } from "../common/in_spans.js";
import { numberButtons } from "../common/number_buttons.js";
import { range, whole } from "../common/numbers.js";
import { featuresOf } from "./maps.js";
import { NAMES, PARTS } from "./parts.js";

/** @import { Signal } from "@preact/signals-core" */
/** @import { AnswerState } from "../../drawing/answer.js" */
/** @import { DiagramState } from "./diagram.js" */

export const SKELETON = html`
  <div class="card">
    <p class="live" role="status" aria-live="polite"></p>
    <div class="pad mnist-adder"><div></div></div>
    <div class="mnist-adder choose"></div>
    <div class="said"></div>
    <div class="next" hidden></div>
    <div class="nearest" hidden></div>
    <div class="network" role="group" aria-label="The network, from the image to its answers"></div>
    <div class="about"><div class="words"></div><div class="details"></div></div>
  </div>`;

/**
 * @param {Signal<number>} number
 * @param {string} group
 */
export const choose = (number, group) => html`
  <p class="title">Number to add <span class="keys">(or press its key)</span></p>
  <div class="picker" role="group" aria-label="Number to add">${numberButtons(number, group)}</div>`;

/**
 * A button that shows the network, or hides it again, where there is little room.
 * @param {Signal<boolean>} isOpen
 * @param {() => void} show brings it into view
 */
export const inside = (isOpen, show) => html`
  <button type="button" class="inside" aria-expanded=${isOpen.value}
    @click=${() => {
      isOpen.value = !isOpen.peek();
      if (isOpen.peek()) show();
    }}>${isOpen.value ? "Close the network" : "Look inside the network"}</button>`;

/** What is said below the sentence. @param {DiagramState} state */
export function note({ drawing, given, answer, selfDrawing }) {
  if (selfDrawing?.isByItself.value || (given?.value && drawing.isEmpty.value))
    return "Your turn: draw a digit on the pad.";
  return [answer.warning.value, drawing.background.value.about].filter(Boolean).join(" ");
}

/** @param {DiagramState} state */
export const said = (state) => html`
  <p class="answer" data-certainty=${state.answer.certainty.value}>${inSpans(state.answer.sentence.value)}</p><p class="note">${note(state)}</p>
  <p class="nearest-guess">${state.answer.nearestGuess.value}</p>`;

/** What a part is, and how large. @param {string} part @param {AnswerState} answer */
export function about(part, answer) {
  if (!part) return html`<p>Choose a part of the network to see what it does.</p>`;
  const shapes = shapesOf(answer.weights.value);
  const [own, all] = [countParameters(shapes, part), countParameters(shapes)].map(whole);
  const has = own === "0" ? "no parameters" : `${own} of ${all} parameters`;
  return html`<p><strong>${PARTS[part].name}</strong> <span>${sizeOf(part, answer)}</span> <span>${has}</span></p>
    <p>${PARTS[part].about}</p>`;
}

/** The shapes of what is shown of a part. @param {string} part @param {AnswerState} answer */
function sizeOf(part, answer) {
  const layers = Object.keys(answer.result.value.layers).filter((name) => name.startsWith("adder.")).length;
  if (part === "adder" && layers > 2) return `${layers} × 64`;
  return featuresOf(part, answer.result.value, answer.pixels.value).map(shapeOf).join(", ");
}

/** @param {DiagramState} state */
export function network(state) {
  const part = (/** @type {string} */ name) => partButton(name, state);
  const isTrusted = ["sure", "unsure"].includes(state.answer.certainty.value);
  return html`
    <svg class="flow" aria-hidden="true"></svg>
    <div class="row">${["image", "block1", "block2", "block3", "average"].map(part)}</div>
    <div class="row">
      <div class="join">${part("embedding")}${part("number")}</div>
      ${part("adder")}
      <div class="heads ${isTrusted ? "" : "dimmed"}">${part("digit_head")}${part("sum_head")}</div>
    </div>
    <p class="legend" aria-hidden="true">below 0 <i></i> above 0</p>`;
}

/**
 * @param {string} name
 * @param {DiagramState} state
 */
function partButton(name, { answer, selected, here }) {
  const count = featuresOf(name, answer.result.value, answer.pixels.value).length;
  const canvases = range(count).map(() => html`<canvas aria-hidden="true"></canvas>`);
  const isHere = name === here.value;
  return html`
    <button type="button" class="part" data-part=${name} aria-pressed=${name === selected.value}
      tabindex=${name === (selected.value || NAMES[0]) ? 0 : -1} ?data-here=${isHere}
      aria-current=${isHere ? "location" : nothing}>
      <span class="picture">${name.endsWith("head") ? barsOf(name, answer) : canvases}</span
      ><span class="name">${PARTS[name].name}<span class="value">${value(name, answer)}</span></span
      ><small>${sizeOf(name, answer)}</small>
    </button>`;
}

/** What a part says, where it says one thing that can be relied on. @param {string} part @param {AnswerState} answer */
function value(part, { number, result, certainty }) {
  if (part === "number") return `: ${number.value}`;
  if (!part.endsWith("head") || !["sure", "unsure"].includes(certainty.value)) return "";
  return `: ${part === "digit_head" ? result.value.digit : result.value.total}`;
}

/** @param {string} head @param {AnswerState} answer */
function barsOf(head, { result }) {
  const { digitProbabilities, digit, sumProbabilities, total } = result.value;
  return head === "digit_head" ? bars(digitProbabilities, digit) : bars(sumProbabilities, total);
}
