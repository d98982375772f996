// One button, two curves and a sentence, around a training in the browser.

import { effect } from "@preact/signals-core";
import { html, render, svg } from "lit-html";
import { find } from "../common/dom.js";
import { whole } from "../common/numbers.js";
import { show } from "../common/view.js";
import { Training } from "./training.js";

/** @import { TrainingOptions } from "./training.js" */

/** @type {{ name: "digit" | "sum", words: string }[]} */
const CURVES = [
  { name: "digit", words: "digit right" },
  { name: "sum", words: "sum right" },
];
const TICKS = [100, 75, 50, 25, 0];
const percent = (/** @type {number} */ number) => `${number.toFixed(1)}%`;

const SKELETON = html`
  <div class="card">
    <div class="doing">
      <div class="bar"></div>
      <p class="sentence" role="status"></p>
    </div>
    <div class="seeing">
      <p class="legend line"></p>
      <div class="chart" role="img"></div>
    </div>
  </div>`;

/** @param {Training} training */
function button(training) {
  const { phase } = training;
  const words = { new: "Teach", running: "Stop", stopped: "Continue", done: "Teach another" }[phase.value];
  const press = (/** @type {MouseEvent} */ { detail }) => {
    if (detail > 1) return; // the second half of a double click would stop it again
    if (phase.peek() === "running") training.stop();
    else training.train();
  };
  return html`<button type="button" value="train" class="lead" @click=${press}>${words}</button>`;
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
  const line = (/** @type {typeof CURVES[0]} */ { name }) => {
    const points = history.value
      .map((point) => `${(100 * point.images) / end},${100 - point[name]}`)
      .join(" ");
    return svg`<polyline class=${name} points=${points} />`;
  };
  return html`
    <div class="ticks" aria-hidden="true">${TICKS.map((tick) => html`<span>${tick}%</span>`)}</div>
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      ${TICKS.map((tick) => svg`<line x1="0" x2="100" y1=${tick} y2=${tick} />`)}
      ${CURVES.map(line)}</svg>
    <div class="seen" aria-hidden="true"><span>0</span><span>training images seen</span><span>${whole(end)}</span></div>`;
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
 * @param {HTMLElement} el
 * @param {TrainingOptions} options
 */
export function makeTrainInBrowser(el, options) {
  el.classList.add("train-in-browser");
  render(SKELETON, el);
  const training = new Training(options);
  show(find(el, ".bar"), () => button(training));
  show(find(el, ".sentence"), () => html`${training.sentence.value}`);
  show(find(el, ".legend"), () => legend(training));
  show(find(el, ".chart"), () => chart(training));
  effect(() => {
    find(el, ".chart").ariaLabel = chartInWords(training);
  });
}
