// The panel: a pad, a number, and what is made of them in a picture, a sentence and bars.

import { effect } from "@preact/signals-core";
import { html, nothing, render } from "lit-html";
import { find, inputOf, stopAll } from "../common/dom.js";
import { inSpans } from "../common/in_spans.js";
import { digitOf } from "../common/keys.js";
import { groupName, numberButtons } from "../common/number_buttons.js";
import { show } from "../common/view.js";
import { makePad } from "../pad/pad.js";
import { chartTemplate, DIGITS, SUMS } from "./chart.js";
import { scale } from "./scale.js";

/** @import { ReadonlySignal, Signal } from "@preact/signals-core" */
/** @import { Drawing } from "../../drawing/drawing.js" */
/** @import { Measured } from "./scale.js" */
/**
 * @typedef {object} Reply to a drawing and a number; Python's has these names
 * @property {string} sentence
 * @property {boolean} certain
 * @property {string} note
 * @property {boolean} warned whether the note is a warning, or says what went wrong
 * @property {boolean} unfinished whether a stroke is still being drawn
 * @property {string} seen the picture that the network gets
 * @property {number} [total]
 * @property {number[]} [digit_probabilities] none where nothing was read
 * @property {number[]} [sum_probabilities]
 * @property {Measured} [scale] of strangeness, if anything is known
 * @property {string} [sign] of the task, where it is another than adding
 */
/**
 * @typedef {object} PanelState
 * @property {Drawing} drawing
 * @property {Signal<number>} number
 * @property {ReadonlySignal<Reply>} reply the newest
 * @property {ReadonlySignal<boolean>} isWaiting whether it is to something older than what is on the pad
 * @property {ReadonlySignal<boolean>} isSmall without bars
 * @property {number} pace as the pad has it
 * @property {() => void} takeSample puts a digit from MNIST on the pad
 * @property {(url: string) => void} upload puts a picture on the pad; "" for one that can't be read
 */

const DICE = html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <rect x="3" y="3" width="18" height="18" rx="4.5" />
  <path d="M8 8h.01M16 8h.01M12 12h.01M8 16h.01M16 16h.01" stroke-width="3.4" /></svg>`;

const SKELETON = html`
  <div class="card">
    <div></div>
    <div class="reading">
      <div class="choose"></div>
      <div class="equation" aria-hidden="true"></div>
      <div class="words">
        <div class="said"></div>
        <p class="live" role="status"></p>
        <p class="late">No answer yet: Python is busy, or was restarted. Then run this cell again.</p>
      </div>
    </div>
    <div class="charts"></div>
  </div>`;

/**
 * @param {Signal<number>} number
 * @param {string} group
 */
const choose = (number, group) => html`
  <p class="title">Number to add <span class="keys">(or press its key)</span></p>
  <div class="picker" role="group" aria-label="Number to add">
    ${numberButtons(number, group)}
    <button type="button" class="dice" title="Random number" aria-label="Random number" @click=${() => {
      number.value = Math.floor(10 * Math.random());
    }}>${DICE}</button>
  </div>`;

/**
 * @param {Reply} reply
 * @param {number} number
 */
const equation = ({ seen, certain, total, sign = "+" }, number) => html`
  <figure><img class="seen" alt="" src=${seen}><figcaption>what it sees</figcaption></figure>
  <b>${sign}</b>
  <figure><output class="number">${number}</output><figcaption>your number</figcaption></figure>
  <b>=</b>
  <figure><output class="total">${certain ? total : "?"}</output><figcaption>its answer</figcaption></figure>`;

/** @param {Reply} reply */
const words = ({ sentence, note, scale: measured }) =>
  html`<p class="prediction">${inSpans(sentence)}</p><p class="note">${note}</p>${measured ? scale(measured) : nothing}`;

/** @param {Reply} reply */
function charts({ certain, warned, digit_probabilities, sum_probabilities, sign = "+" }) {
  const isTrusted = certain || !warned;
  const count = sum_probabilities?.length ?? SUMS.count;
  const answers = sign === "+" ? SUMS : { ...SUMS, title: "Answer", what: "answer", count };
  return html`${chartTemplate(DIGITS, digit_probabilities, isTrusted)}${chartTemplate(answers, sum_probabilities, isTrusted)}`;
}

/**
 * @param {PanelState} state
 * @param {HTMLElement} el
 */
function tools({ takeSample, upload }, el) {
  const ask = () => find(el, "[type=file]").click();
  const take = (/** @type {Event} */ event) => readFile(inputOf(event), upload);
  return html`
    <button type="button" class="upload" title="Upload a PNG or JPEG picture of a digit" @click=${ask}>Upload</button>
    <button type="button" class="sample" title="Take a digit from MNIST's evaluation split" @click=${takeSample}>A digit from MNIST</button>
    <input type="file" accept="image/*" aria-label="Picture of a digit" hidden @change=${take}>`;
}

/**
 * @param {HTMLInputElement} input
 * @param {(url: string) => void} upload
 */
async function readFile(input, upload) {
  if (!input.files?.length) return;
  upload(await asUrl(input.files[0]).catch(() => "")); // Python says what it can read
  input.value = ""; // so that the same file can be chosen again
}

/**
 * A picture as a data URL, small enough to send.
 * @param {File} file
 */
async function asUrl(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, 560 / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((n) => Math.ceil(n * scale));
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, width, height);
  return canvas.toDataURL();
}

/**
 * @param {HTMLElement} el
 * @param {PanelState} state
 * @returns {() => void} what ends it
 */
export function makePanel(el, state) {
  const { drawing, number, reply, isSmall } = state;
  el.classList.add("mnist-adder");
  render(SKELETON, el);
  const card = find(el, ".card");
  const group = groupName();
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    number.value = digitOf(event) ?? number.value;
  };
  el.addEventListener("keydown", pressed);
  return stopAll(
    makePad(find(card, ":scope > div"), drawing, { pace: state.pace, tools: tools(state, el) }),
    show(find(card, ".choose"), () => choose(number, group)),
    show(find(card, ".equation"), () => equation(reply.value, number.value)),
    show(find(card, ".said"), () => words(reply.value)),
    show(find(card, ".charts"), () => (isSmall.value ? html`` : charts(reply.value))),
    showState(card, state),
    effect(() => {
      const { sentence, note, unfinished } = reply.value; // a screen reader hears what is finished
      if (!unfinished) find(card, ".live").textContent = `${sentence} ${note}`;
    }),
    () => el.removeEventListener("keydown", pressed),
  );
}

/**
 * Classes of the card: pad.css says what they look like.
 * @param {HTMLElement} card
 * @param {PanelState} state
 */
function showState(card, { reply, isWaiting }) {
  return stopAll(
    effect(() => {
      const { certain, digit_probabilities, warned } = reply.value;
      card.classList.toggle("unsure", !certain);
      card.classList.toggle("empty", !digit_probabilities);
      card.classList.toggle("warned", warned);
      card.classList.remove("waiting");
      void card.offsetWidth; // so that the time until it is greyed begins again
      card.classList.toggle("waiting", isWaiting.peek());
    }),
    effect(() => void card.classList.toggle("waiting", isWaiting.value)),
  );
}
