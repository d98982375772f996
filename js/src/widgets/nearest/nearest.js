// Next to an answer: the training images that are nearest, and a map of them all.

import { effect } from "@preact/signals-core";
import { html, nothing } from "lit-html";
import { HUES } from "../../shared/rules.js";
import { contextOf, GREY, toImageData } from "../common/colours.js";
import { find, findAll, stopAll } from "../common/dom.js";
import { whole } from "../common/numbers.js";
import { show } from "../common/view.js";
import { nearestMiddle } from "./knowledge.js";

/** @import { ReadonlySignal } from "@preact/signals-core" */
/** @import { Answer } from "../../network/forward.js" */
/** @import { Knowledge, Map, Neighbours, Point } from "./knowledge.js" */
/**
 * @typedef {object} NearestState
 * @property {ReadonlySignal<boolean>} isThere whether there is anything to know
 * @property {ReadonlySignal<Knowledge | null>} knowledge
 * @property {ReadonlySignal<Neighbours | null>} neighbours none while nothing is drawn, or nothing known
 * @property {ReadonlySignal<Answer>} result
 * @property {ReadonlySignal<boolean>} isEmpty
 * @property {ReadonlySignal<boolean>} [isMapDue] whether the map is shown; it is where nothing says when
 */

const SIDE = 480; // of the map, in pixels
const ALL = 48_000; // training images

const ABOUT =
  "I reject drawings that are far from these images or look like non-digits, including some people's digits.";

/** @param {Point} point */
const at = ([x, y]) => `left:${(100 * x).toFixed(1)}%;top:${(100 * y).toFixed(1)}%`;

/** What a drawing is compared with. @param {Knowledge | null} knowledge */
function imagesOf(knowledge) {
  if (!knowledge) return "the training images";
  const { training, space } = knowledge;
  return `${whole(training)} training images${space.count > training ? ", zeros also with a slash" : ""}`;
}

/** @param {NearestState} state */
function heading({ neighbours, isEmpty, knowledge }) {
  const images = imagesOf(knowledge.value);
  if (isEmpty.value) return `Here you will see what your drawing is most like, among ${images}.`;
  if (!neighbours.value) return "";
  const nearest = `ost similar, among ${images}:`;
  return neighbours.value.isKnown ? `M${nearest}` : `I reject this drawing. M${nearest}`;
}

/** @param {NearestState} state */
function alike(state) {
  const near = state.neighbours.value;
  const digits = state.knowledge.value?.sheet.digits;
  const item = (/** @type {number} */ n) =>
    html`<li><canvas width="28" height="28" aria-hidden="true"></canvas><span>${digits?.[near?.places[n] ?? -1]}</span></li>`;
  return html`
    <p class="heading">${heading(state)}</p>
    <ol>${[0, 1, 2, 3, 4].map(item)}</ol>
    <p class="about-limit">${ABOUT}</p>`;
}

/** @param {NearestState} state */
function mapFigure({ knowledge, result, isEmpty }) {
  const { map, training } = knowledge.value ?? { map: null, training: 0 };
  const place = map && !isEmpty.value ? map.place(result.value.layers.embedding.data) : null;
  const words =
    map && place ? ` Your drawing is closest to the centre of the ${nearestMiddle(map, place)}s.` : "";
  const caption = map
    ? `${whole(training)} of the ${whole(ALL)} training images, arranged by their embeddings. The ring is your drawing.`
    : "Compared by ink alone while the weights are new. Some time after training ends, the map is drawn again.";
  const middle = (/** @type {Point} */ point, /** @type {number} */ digit) =>
    html`<b style=${at(point)}>${digit}</b>`;
  return html`
    <div class="map" role="img" style="visibility: ${map ? "visible" : "hidden"}"
      aria-label="A map of ${whole(map?.points.length ?? 0)} training images by their embeddings.${words}">
      <canvas width=${SIDE} height=${SIDE} aria-hidden="true"></canvas>
      <span class="middles">${map ? map.middles.map(middle) : nothing}</span>
      <i class="ring" style=${place ? at(place) : ""}></i></div>
    <figcaption aria-hidden="true">${knowledge.value ? caption : ""}</figcaption>`;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Map} map
 * @param {number[]} digits
 */
function paintMap(canvas, { points }, digits) {
  const context = contextOf(canvas);
  context.clearRect(0, 0, SIDE, SIDE);
  points.forEach(([x, y], n) => {
    context.fillStyle = HUES[digits[n]];
    context.fillRect(x * SIDE - 2, y * SIDE - 2, 4, 4);
  });
}

/**
 * @param {HTMLElement} el
 * @param {NearestState} state
 * @returns {() => void} what ends it
 */
export function makeNearest(el, state) {
  el.classList.add("nearest");
  const [list, figure] = ["div", "figure"].map((name) => el.appendChild(document.createElement(name)));
  list.className = "alike";
  let painted = ""; // the places of the images: while one draws they often stay
  return stopAll(
    show(list, () => alike(state)),
    show(figure, () => mapFigure(state)),
    effect(() => {
      el.hidden = !state.isThere.value;
      const near = state.neighbours.value;
      el.dataset.state = state.isEmpty.value ? "empty" : !near ? "waiting" : near.isKnown ? "near" : "far";
      const images = state.knowledge.value?.sheet.images;
      if (!near || !images || painted === String(near.places)) return;
      painted = String(near.places);
      findAll(list, "canvas").forEach((canvas, i) => {
        const pixels = toImageData(images[near.places[i]], 28, 255, GREY);
        contextOf(/** @type {HTMLCanvasElement} */ (canvas)).putImageData(pixels, 0, 0);
      });
    }),
    effect(() => {
      figure.hidden = state.isMapDue?.value === false;
    }),
    effect(() => {
      const known = state.knowledge.value;
      if (known?.map) paintMap(find(figure, "canvas"), known.map, known.sheet.digits);
    }),
  );
}
