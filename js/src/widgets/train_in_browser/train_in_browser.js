// Buttons, two curves and the filters of the first layer, around a training in the browser.

import { effect } from "@preact/signals-core";
import { html, render, svg } from "lit-html";
import { contextOf, signed } from "../common/colours.js";
import { find, inputOf, stopAll } from "../common/dom.js";
import { groupName } from "../common/number_buttons.js";
import { whole } from "../common/numbers.js";
import { show } from "../common/view.js";
import { COUNTS, percent, RATES, Training } from "./training.js";
import { saysLeft } from "./verdict.js";

/** @import { Weight } from "../../network/forward.js" */
/** @import { Choices } from "../../network/trainer.js" */
/** @import { Run, TrainingOptions } from "./training.js" */

/** @type {{ name: "digit" | "sum", words: string }[]} */
const CURVES = [
  { name: "digit", words: "digit right" },
  { name: "sum", words: "sum right" },
];
const TICKS = [100, 75, 50, 25, 0];

const SKELETON = html`
  <div class="card">
    <div class="doing">
      <div class="first"></div>
      <div class="bar" role="group" aria-label="Train the network"></div>
      <p class="story" role="status"></p>
      <div class="change"></div>
      <div class="runs" role="group" aria-label="Networks to come back to"></div>
    </div>
    <div class="seeing">
      <p class="legend"></p>
      <div class="chart" role="img"></div>
      <p class="verdict" role="status"></p>
    </div>
    <figure><canvas role="img" aria-label="The filters of the first layer"></canvas>
      <figcaption>The first layer looks for 8 small patterns, called filters. Each has 3 × 3 weights: light ones look for ink, orange ones for its absence.</figcaption></figure>
  </div>`;

/**
 * The question, before there is an answer.
 * @param {Training} training
 * @param {string} group
 */
function question({ guess }, group) {
  const radio = (/** @type {"digit" | "sum"} */ value, /** @type {string} */ words) => html`
    <label><input type="radio" name=${group} value=${value} .checked=${guess.value === value}
      @change=${() => {
        guess.value = value;
      }}> ${words}</label>`;
  return html`<fieldset><legend>Which will it learn first?</legend>
    ${radio("digit", "to read the digit")} ${radio("sum", "to say the right sum")}</fieldset>`;
}

/** @param {Training} training */
function buttons(training) {
  const { phase, run, isFinished, isFresh } = training;
  const isTrainedHere = run.value.history.length > 0;
  const words = { new: isTrainedHere ? "Keep training" : "Train", running: "Stop", stopped: "Continue" }[
    phase.value
  ];
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
  const isForgotten = isFresh.value && phase.value === "new";
  const isAlone = training.runs.value.length < 2 || phase.value === "running";
  return html`
    <button type="button" value="forget" class=${isFinished.value ? "next" : ""} aria-disabled=${isForgotten}
      @click=${() => isForgotten || training.forget()}>Forget everything</button>
    <button type="button" value="train" class=${isFinished.value ? "" : "next"} ?hidden=${isFinished.value} @click=${train}>${words}</button>
    <button type="button" value="save" ?hidden=${isAlone} @click=${() => training.save()}>Save</button>
    <button type="button" value="open" ?hidden=${isAlone} @click=${choose}>Open</button>
    <input type="file" accept=".safetensors" hidden @change=${open}>`;
}

/**
 * One thing to change in the next training.
 * @param {Training} training
 */
function change({ choices, phase, hasOwn }) {
  if (!hasOwn.value) return html``;
  const select = (
    /** @type {keyof Choices} */ name,
    /** @type {string} */ words,
    /** @type {number[]} */ values,
  ) => html`
    <label>${words} <select name=${name} ?disabled=${phase.value === "running"}
      @change=${(/** @type {Event} */ event) => {
        choices.value = { ...choices.peek(), [name]: Number(inputOf(event).value) };
      }}>${values.map(
        (value) =>
          html`<option value=${value} ?selected=${value === choices.value[name]}>${value < 1 ? value : whole(value)}</option>`,
      )}</select></label>`;
  return html`<p>Change one thing for the next network, and compare the curves:</p>
    ${select("rate", "learning rate", RATES)} ${select("count", "training images", COUNTS)}`;
}

/** The networks that are kept. @param {Training} training */
function kept(training) {
  const { runs, place } = training;
  if (runs.value.length < 2) return html``;
  const button = (/** @type {Run} */ run, /** @type {number} */ n) => html`
    <button type="button" aria-pressed=${n === place.value} @click=${() => training.choose(n)}>${run.name}${how(run)}</button>`;
  return html`<p>Nothing is lost: you can come back to each of them.</p>${runs.value.map(button)}`;
}

/** How a network was trained, and how well it does. @param {Run} run */
function how({ choices, history }) {
  const last = history.at(-1);
  const made = choices ? `: rate ${choices.rate}, ${whole(choices.count)} images` : "";
  return last ? `${made}. Right: digit ${percent(last.digit)}, sum ${percent(last.sum)}` : made;
}

/** @param {Training} training */
function legend({ run, left }) {
  const last = run.value.history.at(-1);
  const rest = left.value === null ? "" : `, ${saysLeft(left.value)}`;
  const curve = (/** @type {typeof CURVES[0]} */ { name, words }) => html`
    <span class=${name}><svg viewBox="0 0 24 8" aria-hidden="true"><line x1="1" x2="23" y1="4" y2="4" /></svg>
    ${words} <b>${last ? percent(last[name]) : ""}</b></span>`;
  return html`${CURVES.map(curve)} <span class="images">${last ? `${whole(last.images)} images${rest}` : ""}</span>`;
}

/** @param {Training} training */
function chart({ runs, place, end }) {
  const line = (/** @type {Run} */ { history }, /** @type {"digit" | "sum"} */ name, isEarlier = false) => {
    const points = history
      .map((point) => `${(100 * point.images) / end.value},${100 - point[name]}`)
      .join(" ");
    return svg`<polyline class="${name} ${isEarlier ? "earlier" : ""}" points=${points} />`;
  };
  const earlier = runs.value.filter(({ history }, n) => n !== place.value && history.length);
  return html`
    <div class="ticks" aria-hidden="true">${TICKS.map((tick) => html`<span>${tick}%</span>`)}</div>
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      ${TICKS.map((tick) => svg`<line x1="0" x2="100" y1=${tick} y2=${tick} />`)}
      ${earlier.map((run) => CURVES.map(({ name }) => line(run, name, true)))}
      ${CURVES.map(({ name }) => line(runs.value[place.value], name))}</svg>
    <div class="seen" aria-hidden="true"><span>0</span><span>training images seen</span><span class="end">${whole(end.value)}</span></div>`;
}

/** @param {Training} training */
function chartInWords({ run, runs }) {
  const last = run.value.history.at(-1);
  const begin = "Two curves over the training images seen";
  if (!last) return `${begin}, still empty`;
  const values = CURVES.map(({ name, words }) => `${words} ${percent(last[name])}`).join(", ");
  const others = runs.value.filter(({ history }) => history.length).length - 1;
  const faint = others ? `; faint, those of ${others} other network${others > 1 ? "s" : ""}` : "";
  return `${begin}: ${values} after ${whole(last.images)} images${faint}`;
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
 * @param {TrainingOptions} options
 * @returns {() => void} what ends it
 */
export function makeTrainInBrowser(el, options) {
  el.classList.add("train-in-browser");
  render(SKELETON, el);
  const training = new Training(options);
  const group = groupName();
  return stopAll(
    show(find(el, ".first"), () => question(training, group)),
    show(find(el, ".bar"), () => buttons(training)),
    show(find(el, ".story"), () => html`${training.story.value}`),
    show(find(el, ".legend"), () => legend(training)),
    show(find(el, ".chart"), () => chart(training)),
    show(find(el, ".verdict"), () => html`${training.verdict.value}`),
    show(find(el, ".change"), () => change(training)),
    show(find(el, ".runs"), () => kept(training)),
    effect(() => {
      find(el, ".chart").ariaLabel = chartInWords(training);
      drawFilters(find(el, "figure canvas"), options.weights.value["block1.0.0.weight"]);
    }),
    () => training.quit(),
  );
}
