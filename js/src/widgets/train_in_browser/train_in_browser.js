// Buttons, two curves and the filters of the first layer, around a training in the browser.

import { effect } from "@preact/signals-core";
import { html, nothing, render } from "lit-html";
import { contextOf, signed } from "../common/colours.js";
import { find, inputOf, stopAll } from "../common/dom.js";
import { whole } from "../common/numbers.js";
import { show } from "../common/view.js";
import { percent, Training } from "./training.js";

/** @import { Weight } from "../../network/forward.js" */
/** @import { TrainingOptions } from "./training.js" */

/** @type {{ name: "digit" | "both", words: string }[]} */
const CURVES = [
  { name: "digit", words: "digit right" },
  { name: "both", words: "both right" },
];
const TICKS = [100, 75, 50, 25, 0];

const SKELETON = html`
  <div class="card">
    <div class="bar" role="group" aria-label="Train the network"></div>
    <p class="story" role="status"></p>
    <p class="legend"></p>
    <div class="chart" role="img"></div>
    <figure><canvas role="img" aria-label="The filters of the first layer"></canvas>
      <figcaption>The 8 filters of the first layer: white counts for, orange against.</figcaption></figure>
    <div class="below"></div>
  </div>`;

/** @param {Training} training */
function buttons(training) {
  const { phase, isTrained } = training;
  const words = { new: "Train", running: "Stop", stopped: "Continue" }[phase.value];
  const train = (/** @type {MouseEvent} */ { detail }) => {
    if (detail > 1) return; // the second half of a double click would stop it again
    if (phase.peek() === "running") training.stop();
    else training.train();
  };
  const open = (/** @type {Event} */ event) => {
    const input = inputOf(event);
    if (input.files?.[0]) training.open(input.files[0]);
    input.value = ""; // the same file can be opened again
  };
  const choose = (/** @type {Event} */ event) => {
    const next = /** @type {HTMLElement} */ (event.currentTarget).nextElementSibling;
    /** @type {HTMLElement} */ (next).click();
  };
  return html`
    <button type="button" value="forget" @click=${() => training.forget()}>Forget everything</button>
    <button type="button" value="train" class="train" @click=${train}>${words}</button>
    <button type="button" value="back" aria-disabled=${isTrained.value}
      @click=${() => isTrained.peek() || training.back()}>Back to the trained one</button>
    <button type="button" value="save" @click=${() => training.save()}>Save</button>
    <button type="button" value="open" @click=${choose}>Open</button>
    <input type="file" accept=".safetensors" hidden @change=${open}>`;
}

/** @param {Training} training */
function legend({ history }) {
  const last = history.value.at(-1);
  const curve = (/** @type {typeof CURVES[0]} */ { name, words }) => html`
    <span class=${name}><svg viewBox="0 0 24 8" aria-hidden="true"><line x1="1" x2="23" y1="4" y2="4" /></svg>
    ${words} <b>${last ? percent(last[name]) : ""}</b></span>`;
  return html`${CURVES.map(curve)} <span class="images">${last ? `${whole(last.images)} images` : ""}</span>`;
}

/** @param {Training} training */
function chart({ history, end }) {
  const points = (/** @type {"digit" | "both"} */ name) =>
    history.value.map((point) => `${(100 * point.images) / end.value},${100 - point[name]}`).join(" ");
  return html`
    <div class="ticks" aria-hidden="true">${TICKS.map((tick) => html`<span>${tick}%</span>`)}</div>
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      <line x1="0" x2="100" y1="0" y2="0" /><line x1="0" x2="100" y1="25" y2="25" /><line x1="0" x2="100" y1="50" y2="50" />
      <line x1="0" x2="100" y1="75" y2="75" /><line x1="0" x2="100" y1="100" y2="100" />
      <polyline class="digit" points=${points("digit")} /><polyline class="both" points=${points("both")} /></svg>
    <div class="seen" aria-hidden="true"><span>0</span><span>training images seen</span><span class="end">${whole(end.value)}</span></div>`;
}

/** @param {Training} training */
function chartInWords({ history }) {
  const last = history.value.at(-1);
  const begin = "Two curves over the training images seen";
  if (!last) return `${begin}, still empty`;
  const values = CURVES.map(({ name, words }) => `${words} ${percent(last[name])}`).join(", ");
  return `${begin}: ${values} after ${whole(last.images)} images`;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Weight} weight
 */
function drawFilters(canvas, { shape: [filters], data }) {
  Object.assign(canvas, { width: 4 * filters - 1, height: 3 });
  const context = contextOf(canvas);
  const scale = Math.max(...data.map(Math.abs));
  data.forEach((value, place) => {
    const [filter, at] = [Math.floor(place / 9), place % 9];
    context.fillStyle = `rgb(${signed(value, scale)})`;
    context.fillRect(4 * filter + (at % 3), Math.floor(at / 3), 1, 1);
  });
}

/**
 * @param {HTMLElement} el
 * @param {TrainingOptions & { lesson: string }} options with the address of the lesson on training, or ""
 * @returns {() => void} what ends it
 */
export function makeTrainInBrowser(el, { lesson, ...options }) {
  el.classList.add("train-in-browser");
  render(SKELETON, el);
  const training = new Training(options);
  render(
    lesson ? html`<p class="lesson"><a href=${lesson}>How training works</a></p>` : nothing,
    find(el, ".below"),
  );
  return stopAll(
    show(find(el, ".bar"), () => buttons(training)),
    show(find(el, ".story"), () => html`${training.story.value}`),
    show(find(el, ".legend"), () => legend(training)),
    show(find(el, ".chart"), () => chart(training)),
    effect(() => {
      find(el, ".chart").ariaLabel = chartInWords(training);
      drawFilters(find(el, "figure canvas"), options.weights.value["block1.0.0.weight"]);
    }),
    () => training.quit(),
  );
}
