// The markup of the window viewer.

import { html, noChange, nothing } from "lit-html";
import { NINE } from "../../network/window.js";
import { looks, signed } from "../common/colours.js";
import { findAll, inputOf, targetOf } from "../common/dom.js";
import { MOVES } from "../common/keys.js";
import { bracket, clamp, decimalsToAdd, range, say } from "../common/numbers.js";
import { inputColour, largestOf, makeBlack, PRESETS, STEPS, takeDigit } from "./viewer_state.js";

/** @import { TemplateResult } from "lit-html" */
/** @import { Layer } from "../../network/window.js" */
/** @import { Colour } from "../common/colours.js" */
/** @import { ViewerState } from "./viewer_state.js" */
/**
 * @typedef {object} Looked what is in the window, and what is made of it
 * @property {number[]} numbers
 * @property {number[]} cells where these are shown, of nine
 * @property {number[]} weights
 * @property {number} result
 */

/** @param {Colour} colour */
const style = (colour) => {
  const { background, color } = looks(colour);
  return `background: ${background}; color: ${color}`;
};

/**
 * @param {ViewerState} state
 * @returns {Looked}
 */
export function lookAt(state) {
  const mode = state.mode.value;
  const [row, column] = state.shownAt.value;
  const { window, four } = state.numbers.value;
  const weights = state.window.value[state.channel.value].flat();
  const result = state.numbers.value[mode][row][column];
  if (mode === "pooling") return { numbers: four(row, column), cells: [0, 1, 3, 4], weights, result };
  if (mode === "convolution")
    return { numbers: window(state.channel.value, row, column), cells: NINE, weights, result };
  return { numbers: [state.input.value[row][column]], cells: [0], weights, result };
}

/** Where the window stands, in words. @param {ViewerState} state */
export const placeInWords = ({ shownAt }) => `row ${shownAt.value[0]}, column ${shownAt.value[1]}`;

/** @param {ViewerState} state */
const hasChannels = ({ mode, shown }) => mode.value === "convolution" && shown.value.length > 1;

/** What the layer does, in words. @param {ViewerState} state */
export const ruleInWords = (state) => (hasChannels(state) ? "sum of all" : STEPS[state.mode.value].rule);

/** @param {ViewerState} state */
const inputName = ({ mode, isFixed }) =>
  isFixed && mode.value === "pooling" ? "map before pooling" : STEPS[mode.value].input;

/** @param {ViewerState} state */
export const outputName = ({ mode, isFixed }) => (isFixed ? "map" : STEPS[mode.value].output);

/**
 * @param {ViewerState} state
 * @param {() => void} announce
 */
export function bar({ mode, isFixed, preset }, announce) {
  if (isFixed) return html``;
  const layers = /** @type {Layer[]} */ (Object.keys(STEPS));
  const step = (/** @type {Layer} */ layer, /** @type {number} */ i) => html`
    <span>${i ? html`<span aria-hidden="true">›</span> ` : nothing}<button type="button" value=${layer}
      aria-pressed=${layer === mode.value} @click=${() => {
        mode.value = layer;
        announce();
      }}>${STEPS[layer].name}</button></span>`;
  const names = [...Object.keys(PRESETS), "as given", "your own"];
  return html`
    <div class="steps line" role="group" aria-label="Layer">${layers.map(step)}</div>
    <label>Weights <select class="preset" .value=${preset.name.value} @change=${(
      /** @type {Event} */ event,
    ) => {
      preset.choose(inputOf(event).value);
      announce();
    }}>${names.map((name) => html`<option ?selected=${name === preset.name.value}>${name}</option>`)}</select></label>`;
}

/** @param {ViewerState} state */
export const inputCaption = (state) =>
  html`${hasChannels(state) ? `channel ${state.channel.value}` : inputName(state)}`;

/** What a screen reader says of the input. @param {ViewerState} state */
export const inputLabel = (state) =>
  `${inputName(state)}, with the window at ${placeInWords(state)}. Keys: arrows move the window, with Shift five at a time` +
  (state.isPlain.value ? ", Space paints its middle, Delete clears the image." : ".");

/** @param {ViewerState} state */
export function outputLabel(state) {
  const [row, column] = state.shownAt.value;
  return `${outputName(state)}: ${say(state.output.value[row][column])} at ${placeInWords(state)}.`;
}

let turn = -1; // the last digit taken

/** What changes the image. @param {ViewerState} state */
export function tools(state) {
  if (!state.isPlain.value) return html``;
  return html`
  <button type="button" class="pen" aria-pressed=${state.isPen.value} title="Draw on the image" @click=${() => {
    state.isPen.value = !state.isPen.peek();
  }}>Draw</button>
  <button type="button" class="clear" title="Make the image black (Delete)" @click=${() => makeBlack(state)}>Clear</button>
  <button type="button" class="digit" title="Take another digit of MNIST" ?hidden=${!state.digits.value.length}
    @click=${() => takeDigit(state, ++turn)}>Digit</button>`;
}

/**
 * What each channel adds to the sum; one is chosen, by arrows too.
 * @param {ViewerState} state
 * @param {() => void} announce
 */
export function channels(state, announce) {
  if (!hasChannels(state)) return html``;
  const count = state.shown.value.length;
  const [row, column] = state.at.value;
  const choose = (/** @type {number} */ n) => {
    state.chosen.value = n;
    announce();
  };
  const move = (/** @type {KeyboardEvent} */ event) => {
    if (!(event.key in MOVES) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const { across, down } = MOVES[event.key];
    choose(clamp(state.channel.peek() + across + down, 0, count - 1));
    const group = targetOf(event, ".channels");
    if (group) findAll(group, "button")[state.channel.peek()].focus();
  };
  return html`${range(count).map((i) => {
    const part = say(state.numbers.value.channelSum(i, row, column));
    const isChosen = i === state.channel.value;
    return html`<button type="button" value=${i} aria-pressed=${isChosen} tabindex=${isChosen ? 0 : -1}
      aria-label="Channel ${i} adds ${part}" @click=${() => choose(i)} @keydown=${move}
      ><canvas aria-hidden="true"></canvas><span>${part}</span></button>`;
  })}`;
}

/**
 * @param {string} name
 * @param {string} title
 * @param {TemplateResult[]} cells nine
 */
const table = (name, title, cells) => html`
  <table class=${name}><caption>${title}</caption><tbody>
    ${[0, 1, 2].map((row) => html`<tr>${cells.slice(3 * row, 3 * row + 3)}</tr>`)}
  </tbody></table>`;

/**
 * The numbers in the window, times the weights, and their sum.
 * @param {ViewerState} state
 * @param {() => void} announce
 */
export function sum(state, announce) {
  const { numbers, cells, weights, result } = lookAt(state);
  const { most, mode } = state;
  const heaviest = Math.max(1, largestOf([weights]));
  const winner = mode.value === "pooling" ? cells[numbers.indexOf(result)] : -1;
  const windowCell = (/** @type {number} */ i) => {
    const value = numbers[cells.indexOf(i)];
    return html`<td ?hidden=${value === undefined} class=${i === winner ? "winner" : ""}
      style=${style(inputColour(state, value ?? 0))}>${say(value ?? 0)}</td>`;
  };
  const weightCell = (/** @type {number} */ i) => html`<td style=${style(signed(weights[i], heaviest))}
    >${state.isFixed ? say(weights[i]) : weightInput(state, i, weights[i], announce)}</td>`;
  const productCell = (/** @type {number} */ i) => {
    const product = (numbers[i] ?? 0) * weights[i];
    return html`<td style=${style(signed(product, heaviest * most.value.input))}>${say(product)}</td>`;
  };
  return html`
    <div class="pair line">
      ${table("window", "window", NINE.map(windowCell))}
      <b class="times" aria-hidden="true">×</b>
      ${table("weights", "weights", NINE.map(weightCell))}
    </div>
    <div class="pair line">
      <b class="equals" aria-hidden="true">=</b>
      ${table("products", "products", NINE.map(productCell))}
      <b class="arrow" aria-hidden="true">→</b>
      <figure class="result"><figcaption>${ruleInWords(state)}</figcaption><output
        class=${say(result).length > 5 ? "long" : ""} style=${style(signed(result, most.value.result))}>${say(result)}</output></figure>
    </div>`;
}

/**
 * A weight, to be typed, or stepped by arrows.
 * @param {ViewerState} state
 * @param {number} i
 * @param {number} weight
 * @param {() => void} announce
 */
function weightInput(state, i, weight, announce) {
  const now = () => state.window.peek()[state.channel.peek()].flat()[i];
  const set = (/** @type {number} */ value) => {
    const old = state.window.peek()[state.channel.peek()];
    const limited = +clamp(value, -99, 99).toFixed(4);
    state.preset.set(
      old.map((line, row) => line.map((one, column) => (3 * row + column === i ? limited : one))),
    );
  };
  const type = (/** @type {Event} */ event) => {
    const input = inputOf(event);
    const value = Number(input.value.trim().replace("−", "-").replace(",", ".") || Number.NaN);
    input.ariaInvalid = String(!Number.isFinite(value));
    if (Number.isFinite(value)) set(value);
  };
  const tidy = (/** @type {Event} */ event) => {
    Object.assign(inputOf(event), { value: say(now()), ariaInvalid: "false" });
  };
  const step = (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowUp: 0.5, ArrowDown: -0.5 }[event.key];
    if (!by) return;
    event.preventDefault();
    set(now() + by);
    tidy(event);
    announce();
  };
  const enter = (/** @type {Event} */ event) => {
    inputOf(event).select();
    state.typed.value = i;
  };
  const leave = (/** @type {Event} */ event) => {
    tidy(event);
    state.typed.value = null;
  };
  const shown = state.typed.value === i ? noChange : say(weight); // what is being typed is left alone
  return html`<input type="text" inputmode="decimal" autocomplete="off"
    aria-label="Weight, row ${Math.floor(i / 3)}, column ${i % 3}"
    .value=${shown} @input=${type} @keydown=${step} @focusin=${enter} @focusout=${leave}>`;
}

/**
 * What comes after the sum of a channel: the sum of all channels, and in the picture of the network the pixel of the
 * map.
 * @param {ViewerState} state
 */
export function formula(state) {
  if (state.mode.value !== "convolution") return html``;
  const [row, column] = state.at.value;
  const { channelSum, ...numbers } = state.numbers.value;
  const [sum, relu, map] = [numbers.convolution, numbers.relu, numbers.map].map((one) =>
    say(one[row][column]),
  );
  const parts = state.shown.value.map((_, i) => channelSum(i, row, column));
  const many = decimalsToAdd(parts);
  const sums = parts.map((part) => bracket(part, many)).join(" + ");
  return html`
    ${parts.length > 1 ? html`<span>all channels: ${sums} = <b>${sum}</b></span>` : nothing}
    ${state.isFixed ? html`<span>${sum} → ReLU ${relu} → batch norm ${map}: the pixel of the map</span>` : nothing}`;
}
