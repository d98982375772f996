// The markup of the window viewer.

import { html, noChange, nothing } from "lit-html";
import { NINE } from "../../network/window.js";
import { clamp, looks, signed } from "../common/colours.js";
import { findAll, inputOf, targetOf } from "../common/dom.js";
import { MOVES } from "../common/keys.js";
import { bracket, decimalsFor, range, say, total } from "../common/numbers.js";
import {
  inputColour,
  largestOf,
  makeBlack,
  outputColour,
  PRESETS,
  STEPS,
  takeDigit,
} from "./viewer_state.js";

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
  const mode = state.shownMode.value;
  const [row, column] = state.at.value;
  const { window, four } = state.numbers.value;
  const weights = state.window.value[state.channel.value].flat();
  if (mode === "pooling") {
    const numbers = four(...state.pooled.value);
    return { numbers, cells: [0, 1, 3, 4], weights, result: Math.max(...numbers) };
  }
  const result = state.output.value[row][column];
  if (mode === "convolution")
    return { numbers: window(state.channel.value, row, column), cells: NINE, weights, result };
  return { numbers: [state.input.value[row][column]], cells: [0], weights, result };
}

/** Where the window stands, in words. @param {ViewerState} state */
export function placeInWords(state) {
  const [row, column] = state.shownMode.value === "pooling" ? state.pooled.value : state.at.value;
  return `row ${row}, column ${column}`;
}

/** What the layer does, in words. @param {ViewerState} state */
export const ruleInWords = ({ shownMode, shown }) =>
  shownMode.value === "convolution" && shown.value.length > 1 ? "sum of all" : STEPS[shownMode.value].rule;

/** @param {ViewerState} state */
const inputName = ({ before }) => (before.value ? STEPS[before.value].output : "image");

/**
 * @param {ViewerState} state
 * @param {() => void} announce
 */
export function bar(state, announce) {
  const { layers, mode, shownMode, preset } = state;
  const step = (/** @type {Layer} */ layer, /** @type {number} */ i) => html`
    <span>${i ? html`<span aria-hidden="true">›</span> ` : nothing}<button type="button" value=${layer}
      aria-pressed=${layer === shownMode.value} @click=${() => {
        mode.value = layer;
        announce();
      }}>${STEPS[layer].name}</button></span>`;
  const names = [...Object.keys(PRESETS), "as given", "random", "your own"];
  return html`
    <div class="steps" role="group" aria-label="Layer">${layers.value.map(step)}</div>
    <label class="choose-weights">Weights <select class="preset" .value=${preset.name.value} @change=${(
      /** @type {Event} */ event,
    ) => {
      preset.choose(inputOf(event).value);
      announce();
    }}>${names.map((name) => html`<option ?selected=${name === preset.name.value}>${name}</option>`)}</select></label>`;
}

/** @param {ViewerState} state */
export function inputCaption(state) {
  const isChannel = state.shownMode.value === "convolution" && state.shown.value.length > 1;
  return html`${isChannel ? `channel ${state.channel.value}` : inputName(state)}`;
}

/** What a screen reader says of the input. @param {ViewerState} state */
export const inputLabel = (state) =>
  `${inputName(state)}, with the window at ${placeInWords(state)}. Keys: arrows move the window, with Shift five at a time` +
  (state.isPlain.value ? ", Space paints its middle, Delete clears the image." : ".");

/** @param {ViewerState} state */
export const outputLabel = (state) =>
  `${STEPS[state.shownMode.value].output}: ${say(lookAt(state).result)} at ${placeInWords(state)}.`;

let turn = -1; // the last digit taken

/** @param {ViewerState} state */
export const tools = (state) => html`
  <button type="button" class="pen" aria-pressed=${state.isPen.value} title="Draw on the image" @click=${() => {
    state.isPen.value = !state.isPen.peek();
  }}>Draw</button>
  <button type="button" class="clear" title="Make the image black (Delete)" @click=${() => makeBlack(state)}>Clear</button>
  <button type="button" class="digit" title="Take another digit of MNIST" ?hidden=${!state.digits.value.length}
    @click=${() => takeDigit(state, ++turn)}>Digit</button>`;

/**
 * What each channel adds to the sum; one is chosen, by arrows too.
 * @param {ViewerState} state
 * @param {() => void} announce
 */
export function channels(state, announce) {
  const count = state.shown.value.length;
  if (count < 2) return html``;
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
 * The numbers in the window, times the weights, and what is made of them.
 * @param {ViewerState} state
 * @param {() => void} announce
 */
export function sum(state, announce) {
  const { numbers, cells, weights, result } = lookAt(state);
  const isPooling = state.shownMode.value === "pooling";
  const heaviest = Math.max(1, largestOf([weights]));
  const winner = isPooling ? cells[numbers.indexOf(result)] : -1;
  const windowCell = (/** @type {number} */ i) => {
    const value = numbers[cells.indexOf(i)];
    return html`<td data-i=${i} ?hidden=${value === undefined} class="${hotOf(state, i)} ${i === winner ? "winner" : ""}"
      style=${style(inputColour(state, value ?? 0))}>${say(value ?? 0)}</td>`;
  };
  const productCell = (/** @type {number} */ i) => {
    const product = (numbers[i] ?? 0) * weights[i];
    return html`<td data-i=${i} class=${hotOf(state, i)} style=${style(signed(product, heaviest * state.most.value.image))}>${say(product)}</td>`;
  };
  return html`
    <div class="pair">
      ${table("window", "window", NINE.map(windowCell))}
      <b class="times" aria-hidden="true">×</b>
      ${table(
        "weights",
        "weights",
        NINE.map((i) => weightCell(state, i, weights[i], heaviest, announce)),
      )}
    </div>
    <div class="pair">
      <b class="equals" aria-hidden="true">=</b>
      ${table("products", "products", NINE.map(productCell))}
      <b class="arrow" aria-hidden="true">→</b>
      <figure class="result"><figcaption>${ruleInWords(state)}</figcaption><output
        class=${say(result).length > 5 ? "long" : ""} style=${style(outputColour(state, result))}>${say(result)}</output></figure>
    </div>`;
}

/**
 * @param {ViewerState} state
 * @param {number} i
 */
const hotOf = ({ hot }, i) => (i === hot.value ? "hot" : "");

/**
 * A weight, to be typed, or stepped by arrows.
 * @param {ViewerState} state
 * @param {number} i
 * @param {number} weight
 * @param {number} heaviest
 * @param {() => void} announce
 */
function weightCell(state, i, weight, heaviest, announce) {
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
    if (!by || state.fixed.peek()) return;
    event.preventDefault();
    set(now() + by);
    tidy(event);
    announce();
  };
  const enter = (/** @type {Event} */ event) => {
    inputOf(event).select();
    state.hot.value = i;
  };
  const leave = (/** @type {Event} */ event) => {
    tidy(event);
    state.hot.value = null;
  };
  // What is being typed is left alone.
  const shown = state.hot.value === i && document.activeElement?.matches("td input") ? noChange : say(weight);
  return html`<td data-i=${i} class=${hotOf(state, i)} style=${style(signed(weight, heaviest))}><input type="text"
    inputmode="decimal" autocomplete="off" aria-label="Weight, row ${Math.floor(i / 3)}, column ${i % 3}"
    .value=${shown} ?readonly=${state.fixed.value} @input=${type} @keydown=${step} @focusin=${enter} @focusout=${leave}></td>`;
}

/** The calculation in a line. @param {ViewerState} state */
export function formula(state) {
  const { numbers, weights, result } = lookAt(state);
  const [first] = numbers;
  const [factor, shift] = state.batch_norm.value;
  switch (state.shownMode.value) {
    case "relu":
      return html`${first < 0 ? `${say(first)} is below 0, so it becomes 0.` : `${say(first)} is not below 0, so it stays.`}`;
    case "batch_norm":
      return timesAndPlus(first, factor, shift);
    case "pooling":
      return html`The largest of ${numbers.map((one) => say(one)).join(", ")} is ${say(result)}.`;
    default:
      return sumInWords(state, numbers, weights, result);
  }
}

/**
 * With as many decimals as it takes to come out as shown.
 * @param {number} x
 * @param {number} factor
 * @param {number} shift
 */
function timesAndPlus(x, factor, shift) {
  const many = decimalsFor([x, factor, shift], ([a, b, c]) => a * b + c);
  return html`${bracket(x, many)}·${bracket(factor, many)} + ${bracket(shift, many)} = <b>${say(x * factor + shift)}</b>`;
}

/**
 * Nine products and their sum; with several channels, what each of them adds, too.
 * @param {ViewerState} state
 * @param {number[]} numbers
 * @param {number[]} weights
 * @param {number} result
 */
function sumInWords(state, numbers, weights, result) {
  const [row, column] = state.at.value;
  const { channelSum } = state.numbers.value;
  const products = (/** @type {number[]} */ all) => total(range(9).map((i) => all[i] * all[9 + i]));
  const many = decimalsFor([...numbers, ...weights], products);
  const terms = numbers.map((x, i) => {
    const words = `${bracket(x, many)}·${bracket(weights[i], many)}`;
    return html`${i ? " + " : ""}<span data-i=${i} class=${hotOf(state, i)}>${words}</span>`;
  });
  const own = say(channelSum(state.channel.value, row, column));
  const then = afterSum(state, row, column);
  if (state.shown.value.length === 1) return html`${terms}&nbsp;= <b>${own}</b>${then}`;
  const parts = state.shown.value.map((_, i) => channelSum(i, row, column));
  const fine = decimalsFor(parts, total);
  const sums = parts.map((part, i) => {
    const words = bracket(part, fine);
    return html`${i ? " + " : ""}${i === state.channel.value ? html`<b>${words}</b>` : words}`;
  });
  return html`channel ${state.channel.value}: ${terms}&nbsp;= <b>${own}</b><br>all channels: ${sums} =
    <b>${say(result)}</b>${then}`;
}

/**
 * What comes of the sum, where batch norm follows: the pixel of the map.
 * @param {ViewerState} state
 * @param {number} row
 * @param {number} column
 */
function afterSum(state, row, column) {
  if (!state.layers.value.includes("batch_norm")) return nothing;
  const { convolution, relu, batch_norm } = state.numbers.value.after;
  const [sum, kept, pixel] = [convolution, relu, batch_norm].map((numbers) =>
    say(numbers?.[row][column] ?? 0),
  );
  return html`<br>${sum} → ReLU ${kept} → batch norm ${pixel}: the pixel of the map`;
}
