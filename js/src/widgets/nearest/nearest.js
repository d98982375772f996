// Next to an answer: the training images that are nearest, a map of them all, and what the head for non-digits says.

import { effect } from "@preact/signals-core";
import { html, nothing } from "lit-html";
import { HUES } from "../../shared/rules.js";
import { clamp, contextOf, GREY, toImageData } from "../common/colours.js";
import { find, findAll, stopAll } from "../common/dom.js";
import { show } from "../common/view.js";
import { nearestMiddle } from "./knowledge.js";

/** @import { ReadonlySignal } from "@preact/signals-core" */
/** @import { Answer } from "../../network/forward.js" */
/** @import { Judgement } from "../../drawing/answer.js" */
/** @import { Knowledge, Map, Point } from "./knowledge.js" */
/**
 * @typedef {object} NearestState
 * @property {ReadonlySignal<boolean>} isThere whether there is anything to know
 * @property {ReadonlySignal<Knowledge | null>} knowledge
 * @property {ReadonlySignal<number[] | null>} places of the nearest images; none while nothing is drawn, or nothing known
 * @property {ReadonlySignal<Judgement | null>} judgement none while nothing is drawn, or without a head
 * @property {ReadonlySignal<Answer>} result
 * @property {ReadonlySignal<boolean>} isEmpty
 */

const SIDE = 480; // of the map, in pixels
const ALL = 48_000; // training images

const REACH = 8; // of the gauge: logits on both sides of the threshold

const ABOUT = `A small part of the network was shown digits, and images that are none. It isn't perfect: some letters look
like digits to it, and it rejects some people's digits.`;

/** @param {Point} point */
const at = ([x, y]) => `left:${(100 * x).toFixed(1)}%;top:${(100 * y).toFixed(1)}%`;

/** What a drawing is compared with. @param {NearestState["knowledge"]} knowledge */
function imagesOf(knowledge) {
  const [count, all] = [knowledge.value?.map.points.length ?? 0, ALL].map((n) => n.toLocaleString("en"));
  return knowledge.value ? `${count} of the ${all} training images` : "the training images";
}

/** @param {NearestState} state */
function heading({ places, judgement, isEmpty, knowledge }) {
  const images = imagesOf(knowledge);
  if (isEmpty.value) return `Here you will see what your drawing is most like, among ${images}.`;
  if (!knowledge.value) return "Once the weights no longer change, the training images are looked at again.";
  if (!places.value) return "";
  const nearest = `ost similar, among ${images}:`;
  return judgement.value?.isDigit === false
    ? `This doesn't look like a digit to me. M${nearest}`
    : `M${nearest}`;
}

/** @param {NearestState} state */
function alike(state) {
  const places = state.places.value;
  const digits = state.knowledge.value?.sheet.digits;
  const item = (/** @type {number} */ n) =>
    html`<li><canvas width="28" height="28" aria-hidden="true"></canvas><span>${digits?.[places?.[n] ?? -1]}</span></li>`;
  const judged = state.judgement.value;
  return html`
    <p class="heading">${heading(state)}</p>
    <ol>${[0, 1, 2, 3, 4].map(item)}</ol>
    ${judged ? gauge(judged) : nothing}`;
}

/** @param {Judgement} judgement */
function gauge({ logit, threshold }) {
  const share = clamp(0.5 + (logit - threshold) / REACH / 2, 0, 1);
  return html`
    <p class="distance"><span class="gauge" aria-hidden="true"><i style="--share: ${share}"></i></span>
      <span class="measured">Logit of being no digit: ${logit.toFixed(1)}. Above ${threshold.toFixed(1)} I give no sum.</span></p>
    <p class="about-threshold">${ABOUT}</p>`;
}

/** @param {NearestState} state */
function mapFigure({ knowledge, result, isEmpty }) {
  const map = knowledge.value?.map;
  const place = map && !isEmpty.value ? map.place(result.value.layers.embedding.data) : null;
  const words =
    map && place ? ` On it, yours is nearest to the middle of the ${nearestMiddle(map, place)}s.` : "";
  const caption = `${imagesOf(knowledge)}, arranged by their embeddings. The ring is your drawing.`;
  const middle = (/** @type {Point} */ point, /** @type {number} */ digit) =>
    html`<b style=${at(point)}>${digit}</b>`;
  return html`
    <div class="map" role="img"
      aria-label="A map of ${map?.points.length ?? 0} training images by their embeddings.${words}">
      <canvas width=${SIDE} height=${SIDE} aria-hidden="true"></canvas>
      <span class="middles">${map ? map.middles.map(middle) : nothing}</span>
      <i class="ring" style=${place ? at(place) : ""}></i></div>
    <figcaption aria-hidden="true">${caption}</figcaption>`;
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
      const places = state.places.value;
      const isRejected = state.judgement.value?.isDigit === false;
      el.dataset.state = state.isEmpty.value
        ? "empty"
        : isRejected
          ? "rejected"
          : places
            ? "digit"
            : "waiting";
      const images = state.knowledge.value?.sheet.images;
      if (!places || !images || painted === String(places)) return;
      painted = String(places);
      findAll(list, "canvas").forEach((canvas, i) => {
        const pixels = toImageData(images[places[i]], 28, 255, GREY);
        contextOf(/** @type {HTMLCanvasElement} */ (canvas)).putImageData(pixels, 0, 0);
      });
    }),
    effect(() => {
      const known = state.knowledge.value;
      if (known) paintMap(find(figure, "canvas"), known.map, known.sheet.digits);
    }),
  );
}
