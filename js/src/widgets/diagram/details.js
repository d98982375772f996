// What is below the network: the maps of the part that is chosen. One of them opens in the window viewer, which shows
// how its pixels are made, with what they see of the image.

import { computed, effect, signal, untracked } from "@preact/signals-core";
import { html, nothing, render } from "lit-html";
import { fieldOf, mapsOf, nameOf, windowOf } from "../../network/explain.js";
import { contextOf, largest, SIGNED, toImageData, toUrl } from "../common/colours.js";
import { find, findAll, isStill, oncePerFrame, stopAll, targetOf } from "../common/dom.js";
import { isForNotebook, MOVES } from "../common/keys.js";
import { capital, range } from "../common/numbers.js";
import { show } from "../common/view.js";
import { makeViewer } from "../viewer/viewer.js";
import { makeViewerState } from "../viewer/viewer_state.js";
import { seen, seenInWords } from "./seen.js";

/** @import { ReadonlySignal } from "@preact/signals-core" */
/** @import { AnswerState } from "../../drawing/answer.js" */
/** @import { Features, Layers, Weights } from "../../network/forward.js" */
/** @typedef {{ layer: string, map: number }} Opened the map that is shown large */
/** @typedef {{ weights: Weights, layers: Layers, pixels: ArrayLike<number> }} Inside of the network */

const COLUMNS = 8; // of maps, as diagram.css has them

// --- all maps of a part ---

/**
 * @param {string} layer
 * @param {Layers} layers
 * @param {Opened | null} opened
 */
function group(layer, layers, opened) {
  const { channels, height, width } = layers[layer];
  const words = `${capital(nameOf(layer, layers))}: ${channels} maps of ${height} × ${width}`;
  const reached = opened?.layer === layer ? opened.map : 0; // by the Tab key
  const button = (
    /** @type {number} */ i,
  ) => html`<button type="button" value=${i} tabindex=${i === reached ? 0 : -1}
    aria-pressed=${opened?.layer === layer && opened.map === i} aria-label="Map ${i}"
    ><canvas aria-hidden="true"></canvas></button>`;
  return html`<figure data-layer=${layer}>
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
 * @param {string[]} shown
 * @param {Layers} layers
 * @param {Opened | null} opened
 */
const allOf = (shown, layers, opened) =>
  shown.length
    ? html`<div class="all line">${shown.map((layer) => group(layer, layers, opened))}</div>
    <p class="invite" ?hidden=${opened !== null}>Choose a map to see how one of its pixels is made, and what the pixel
      sees of the image.</p>`
    : nothing;

// --- the map that is opened ---

/**
 * @param {HTMLElement} el
 * @param {Opened} opened
 * @param {ReadonlySignal<Inside>} inside
 * @returns {() => void} what ends it
 */
function makeOpened(el, { layer, map }, inside) {
  const { layers } = inside.peek();
  const title = `Map ${map}, ${nameOf(layer, layers)}: how a pixel is made`;
  render(html`<p class="title">${title}</p><p class="seen line"></p><div></div>`, el);
  const window = computed(() =>
    windowOf(inside.value.weights, inside.value.layers, inside.value.pixels, layer, map),
  );
  const { mode, middle, range, padding } = window.peek();
  const traits = /** @type {any} */ ({
    image: computed(() => window.value.image),
    weights: computed(() => window.value.weights),
    mode: signal(mode),
    place: signal(middle),
    range: signal(range),
    padding: signal(padding),
  });
  const batchNorm = computed(() => window.value.batchNorm);
  const state = makeViewerState(traits, batchNorm);
  const field = computed(() => fieldOf(layers, layer, state.shownAt.value));
  const image = computed(() => toUrl(inside.value.pixels));
  const words = computed(() => seenInWords(state.shownAt.value, field.value));
  return stopAll(
    makeViewer(find(el, "div"), state, () => words.value),
    show(find(el, ".seen"), () => seen(image.value, field.value, words.value)),
  );
}

// --- together ---

/**
 * @param {HTMLElement} el
 * @param {ReadonlySignal<string>} part that is chosen
 * @param {AnswerState} answer
 * @param {(text: string) => void} announce says something to screen readers
 * @returns {() => void} what ends it
 */
export function makeDetails(el, part, answer, announce) {
  render(html`<div></div><div class="made"></div>`, el);
  const [all, made] = [find(el, ":scope > div"), find(el, ".made")];
  /** @returns {Inside} */
  const now = () => ({
    weights: answer.weights.peek(),
    layers: answer.result.peek().layers,
    pixels: answer.pixels.peek(),
  });
  const inside = signal(now());
  const later = oncePerFrame(() => {
    inside.value = now();
  });
  const opened = signal(/** @type {Opened | null} */ (null));
  let stopOpened = () => {};
  const open = (/** @type {Opened | null} */ one) => {
    stopOpened();
    render(nothing, made);
    stopOpened = one ? makeOpened(made, one, inside) : () => {};
    opened.value = one;
  };
  el.addEventListener("click", (event) => {
    const button = /** @type {HTMLButtonElement | null} */ (targetOf(event, ".all button"));
    const layer = button?.closest("figure")?.dataset.layer;
    if (!button || !layer) return;
    open({ layer, map: Number(button.value) });
    bringIntoView(made);
    announce(
      findAll(made, ":scope > p")
        .map((one) => one.textContent)
        .join(". "),
    );
  });
  el.addEventListener("keydown", moveFocus);
  const stopFollowing = effect(() => {
    void answer.result.value; // after the answer: once in a frame, however often it changes
    later();
  });
  const stopChoosing = effect(() => {
    void part.value;
    untracked(() => open(null));
  });
  const stopAllOf = effect(() => {
    const { layers } = inside.value;
    const shown = mapsOf(part.value, layers);
    render(allOf(shown, layers, opened.value), all);
    for (const layer of shown) paintMaps(all, layer, layers[layer]);
  });
  return stopAll(stopFollowing, stopChoosing, stopAllOf, later.stop, () => stopOpened());
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
  const { across, down } = MOVES[event.key];
  const next = buttons[buttons.indexOf(button) + down * COLUMNS + across];
  if (!next) return;
  for (const other of buttons) other.tabIndex = other === next ? 0 : -1;
  next.focus();
}
