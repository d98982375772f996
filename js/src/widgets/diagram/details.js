// What is below the network: the maps of the part that is chosen, large, or its single numbers, and how one of
// these is made. A pixel of a map opens in the window viewer, with what it sees of the image.

import { batch, computed, effect, signal, untracked } from "@preact/signals-core";
import { html, nothing, render } from "lit-html";
import { percent } from "../../drawing/answer_words.js";
import { fieldOf, isMap, layersOf, nameOf, nounOf, unitOf, windowOf } from "../../network/explain.js";
import { contextOf, largest, looks, SIGNED, signed, toImageData, toUrl } from "../common/colours.js";
import { find, findAll, isStill, oncePerFrame, stopAll, targetOf } from "../common/dom.js";
import { isForNotebook, MOVES } from "../common/keys.js";
import { bracket, capital, decimalsFor, range, say, total } from "../common/numbers.js";
import { show } from "../common/view.js";
import { makeViewer } from "../viewer/viewer.js";
import { DEFAULTS, makeViewerState } from "../viewer/viewer_state.js";
import { seen, seenInWords } from "./seen.js";

/** @import { ReadonlySignal } from "@preact/signals-core" */
/** @import { AnswerState } from "../../drawing/answer.js" */
/** @import { Features, Layers } from "../../network/forward.js" */
/** @import { Made } from "../../network/explain.js" */
/** @import { ViewerSignals, ViewerState } from "../viewer/viewer_state.js" */
/** @typedef {{ layer: string, unit: number }} Opened whose making is shown */

const MOST_NAMED = 8; // inputs of a unit that are written out, the largest first

/** @param {[number, number]} norm */
const normed =
  ([factor, shift]) =>
  (/** @type {number} */ sum) =>
    sum * factor + shift;

// --- all maps or numbers of a part ---

/**
 * @param {string} layer
 * @param {Layers} layers
 * @param {Opened | null} opened
 */
function group(layer, layers, opened) {
  const { channels, height, width, data } = layers[layer];
  const many = isMap(layer) ? `${channels} maps of ${height} × ${width}` : `${channels} ${nounOf(layer)}s`;
  const words = `${capital(nameOf(layer, layers))}: ${many}`;
  const most = largest(data);
  const reached = opened?.layer === layer ? opened.unit : 0; // by the Tab key
  const button = (/** @type {number} */ i) => {
    const { background, color } = looks(signed(data[i], most));
    const isOpen = opened?.layer === layer && opened.unit === i;
    return html`<button type="button" value=${i} tabindex=${i === reached ? 0 : -1} aria-pressed=${isOpen}
      aria-label=${isMap(layer) ? `Map ${i}` : `${i}: ${say(data[i])}`}
      style=${isMap(layer) ? "" : `background: ${background}; color: ${color}`}
      >${isMap(layer) ? html`<canvas aria-hidden="true"></canvas>` : i}</button>`;
  };
  return html`<figure class=${isMap(layer) ? "maps" : "units"} data-layer=${layer}>
    <figcaption>${words}</figcaption><div role="group" aria-label=${words}>${range(channels).map(button)}</div></figure>`;
}

/**
 * @param {HTMLElement} el
 * @param {string} layer
 * @param {Features} features
 */
function paintMaps(el, layer, { channels, height, width, data }) {
  const most = largest(data);
  const canvases = findAll(el, `[data-layer="${layer}"] canvas`);
  for (let i = 0; i < channels; i++) {
    const canvas = /** @type {HTMLCanvasElement} */ (canvases[i]);
    if (canvas.width !== width) Object.assign(canvas, { width, height });
    const map = data.subarray(i * height * width, (i + 1) * height * width);
    contextOf(canvas).putImageData(toImageData(map, width, most, SIGNED), 0, 0);
  }
}

/**
 * @param {string} part
 * @param {Layers} layers
 * @param {Opened | null} opened
 */
function allOf(part, layers, opened) {
  const shown = layersOf(part, layers);
  if (!shown.length) return html``;
  const what = shown.some(isMap)
    ? "a map to see how one of its pixels is made, and what the pixel sees of the image"
    : `one of the ${nounOf(part)}s to see how it is made`;
  return html`<div class="all">${shown.map((layer) => group(layer, layers, opened))}</div>
    <p class="invite" ?hidden=${opened !== null}>Choose ${what}.</p>`;
}

// --- how a single number is made ---

/**
 * @param {AnswerState} answer
 * @param {Opened} opened
 */
function unitInWords(answer, { layer, unit }) {
  const { layers } = answer.result.value;
  if (layer === "average") return averageInWords(layers, unit);
  const made = unitOf(answer.weights.value, layers, layer, unit);
  const title = `${capital(nameOf(layer, layers))}, ${nounOf(layer)} ${unit}: what it gets, times its weights`;
  return html`<p class="title">${title}</p>${tableOf(made)}
    <p>${made.norm ? afterSum(made.sum, made.norm, made.output) : shareInWords(answer, layer, unit)}</p>`;
}

/** The largest inputs, each times its weight, and the sum of all. @param {Made} made */
function tableOf({ terms, sum }) {
  const sorted = [...terms].sort((a, b) => Math.abs(b.part) - Math.abs(a.part));
  const [first, others] = [sorted.slice(0, MOST_NAMED), sorted.slice(MOST_NAMED)];
  const rest = total(others.map(({ part }) => part));
  const parts = [...first.map(({ part }) => part), rest];
  const most = largest(Float32Array.from([...parts, sum]));
  const decimals = decimalsFor(parts, total); // so that what is shown adds up
  const row = (
    /** @type {string} */ name,
    /** @type {string} */ words,
    /** @type {number} */ value,
    isSum = false,
  ) => html`
    <tr class=${isSum ? "sum" : ""}><th scope="row">${name}</th><td>${words}</td>
      <td><i class=${value < 0 ? "below" : ""} style="--length: ${Math.abs(value) / most || 0}" aria-hidden="true"><b></b></i></td>
      <td class="product">${say(value, isSum ? 2 : decimals)}</td></tr>`;
  return html`<table><tbody>
    ${first.map(({ name, value, weight, part }) => row(name, timesInWords(value, weight, decimals), part))}
    ${others.length ? row(`${others.length} others`, "together", rest) : nothing}
    ${row("sum", "", sum, true)}</tbody></table>`;
}

/**
 * @param {number} value
 * @param {number} weight
 * @param {number} decimals of the product
 */
function timesInWords(value, weight, decimals) {
  const many = decimalsFor([value, weight], ([a, b]) => a * b, decimals);
  return `${bracket(value, many)} · ${bracket(weight, many)}`;
}

/**
 * @param {number} sum
 * @param {[number, number]} norm
 * @param {number} output
 */
function afterSum(sum, norm, output) {
  const value = normed(norm)(sum);
  const many = decimalsFor([sum, ...norm], ([x, factor, shift]) => normed([factor, shift])(x));
  const [x, factor, shift] = [sum, ...norm].map((one) => bracket(one, many));
  const after =
    value < 0
      ? html`That is below 0, so ReLU turns it into <b>0</b>.`
      : html`ReLU lets it through: <b>${say(output)}</b>.`;
  return html`Batch norm: ${x} · ${factor} + ${shift} = ${say(value)}. ${after}`;
}

/**
 * @param {AnswerState} answer
 * @param {string} layer
 * @param {number} unit
 */
function shareInWords({ result }, layer, unit) {
  const { digitProbabilities, sumProbabilities } = result.value;
  const share = (layer === "digit_head" ? digitProbabilities : sumProbabilities)[unit];
  return html`Softmax turns this and the other outputs into probabilities: <b>${percent(share)}</b>.`;
}

/**
 * @param {Layers} layers
 * @param {number} unit
 */
function averageInWords(layers, unit) {
  const { height, width } = layers["block3.1"];
  const [mean, size] = [layers.average.data[unit], height * width];
  return html`<p class="title">Average ${unit}: the mean of map ${unit} of the sixth convolution</p>
    <p>The sum of its ${size} pixels is ${say(mean * size)}; divided by ${size} that is <b>${say(mean)}</b>.</p>`;
}

// --- together ---

export class Details {
  /** @type {Opened | null} */
  #opened = null;
  /** @type {{ traits: ViewerSignals, stop: () => void } | null} */
  #viewer = null; // of a pixel, while one is open

  /**
   * @param {HTMLElement} el
   * @param {ReadonlySignal<string>} part that is chosen
   * @param {AnswerState} answer
   * @param {(text: string) => void} announce says something to screen readers
   */
  constructor(el, part, answer, announce) {
    render(html`<div></div><div class="made"></div>`, el);
    this.el = el;
    this.part = part;
    this.answer = answer;
    this.announce = announce;
    this.all = find(el, ":scope > div");
    this.made = find(el, ".made");
    el.addEventListener("click", (event) => this.#choose(event));
    el.addEventListener("keydown", moveFocus);
    const later = oncePerFrame(() => this.#refresh());
    const stopChoosing = effect(() => {
      void part.value;
      untracked(() => this.#show(null));
    });
    const stopFollowing = effect(() => {
      void answer.result.value; // after the answer: once in a frame, however often it changes
      later();
    });
    this.stop = stopAll(stopFollowing, stopChoosing, later.stop, () => this.#viewer?.stop());
  }

  /** @param {Event} event */
  #choose(event) {
    const button = targetOf(event, ".all button");
    const layer = button?.closest("figure")?.dataset.layer;
    if (button && layer) this.open({ layer, unit: Number(/** @type {HTMLButtonElement} */ (button).value) });
  }

  /**
   * Shows how a unit of a layer is made; of a map its strongest pixel.
   * @param {Opened} opened
   */
  open(opened) {
    this.#show(opened);
    bringIntoView(this.made);
    this.announce(
      findAll(this.made, ":scope > p")
        .map((one) => one.textContent)
        .join(". "),
    );
  }

  /** @param {Opened | null} opened nothing, if another part was chosen */
  #show(opened) {
    this.#viewer?.stop();
    this.#viewer = null;
    this.#opened = opened;
    render(nothing, this.made);
    if (opened && isMap(opened.layer)) this.#viewer = this.#makeViewer(opened);
    this.#refresh();
  }

  /** @param {Opened} opened */
  #makeViewer(opened) {
    const name = nameOf(opened.layer, this.answer.result.peek().layers);
    const title = `Map ${opened.unit}, ${name}: how a pixel is made`;
    render(html`<p class="title">${title}</p><p class="seen"></p><div></div>`, this.made);
    const values = Object.entries({ ...DEFAULTS, ...this.#window(opened) });
    const traits = /** @type {any} */ (
      Object.fromEntries(values.map(([name, value]) => [name, signal(value)]))
    );
    const state = makeViewerState(traits);
    const seen = this.#seenBy(opened.layer, state);
    const stopSeen = show(find(this.made, ".seen"), () => seen.picture.value);
    return {
      traits,
      stop: stopAll(
        makeViewer(find(this.made, "div"), state, () => seen.words.value),
        stopSeen,
      ),
    };
  }

  /**
   * What the pixel that the viewer shows sees of the image.
   * @param {string} layer
   * @param {ViewerState} state
   */
  #seenBy(layer, { shownMode, at, pooled }) {
    const { layers } = this.answer.result.peek();
    const isPooled = computed(() => shownMode.value === "pooling");
    const place = computed(() => (isPooled.value ? pooled.value : at.value));
    const shown = computed(() => (isPooled.value ? layer.replace(/\d$/, "2") : layer.replace(/2$/, "1")));
    const field = computed(() => fieldOf(layers, shown.value, place.value));
    const image = computed(() => toUrl(this.answer.pixels.value));
    const words = computed(() => seenInWords(place.value, field.value));
    return { words, picture: computed(() => seen(image.value, field.value, words.value)) };
  }

  /** @param {Opened} opened */
  #window({ layer, unit }) {
    const { weights, result, pixels } = this.answer;
    return windowOf(weights.peek(), result.peek().layers, pixels.peek(), layer, unit);
  }

  /** Shows the numbers of now. */
  #refresh() {
    const { layers } = this.answer.result.peek();
    if (this.#opened && !(this.#opened.layer in layers)) return this.#show(null); // another number of layers
    render(allOf(this.part.peek(), layers, this.#opened), this.all);
    for (const layer of layersOf(this.part.peek(), layers).filter(isMap))
      paintMaps(this.all, layer, layers[layer]);
    if (this.#viewer && this.#opened) refreshViewer(this.#viewer.traits, this.#window(this.#opened));
    else if (this.#opened) render(unitInWords(this.answer, this.#opened), this.made);
  }
}

/**
 * Layer and place stay as somebody chose them.
 * @param {ViewerSignals} traits
 * @param {ReturnType<typeof windowOf>} now
 */
function refreshViewer(traits, now) {
  batch(() => {
    traits.image.value = now.image;
    traits.weights.value = now.weights;
    traits.batch_norm.value = now.batch_norm;
  });
}

/** @param {HTMLElement} made */
function bringIntoView(made) {
  const behavior = isStill() ? "auto" : "smooth";
  if (made.offsetHeight < innerHeight) made.scrollIntoView({ block: "nearest", behavior });
  else find(made, ".title").scrollIntoView({ block: "center", behavior });
}

/**
 * From map to map by arrows.
 * @param {KeyboardEvent} event
 */
function moveFocus(event) {
  const button = targetOf(event, ".all button");
  const parent = button?.parentElement;
  if (!parent || !(event.key in MOVES) || isForNotebook(event)) return;
  event.preventDefault();
  event.stopPropagation(); // or the next part would be chosen
  const buttons = findAll(parent, "button");
  const columns = getComputedStyle(parent).gridTemplateColumns.split(" ").length;
  const { across, down } = MOVES[event.key];
  const next = buttons[buttons.indexOf(button) + down * columns + across];
  if (!next) return;
  for (const other of buttons) other.tabIndex = other === next ? 0 : -1;
  next.focus();
}
