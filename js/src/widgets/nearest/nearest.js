// Next to an answer: the training images that are nearest.

import { effect } from "@preact/signals-core";
import { html } from "lit-html";
import { contextOf, GREY, toImageData } from "../common/colours.js";
import { findAll } from "../common/dom.js";
import { range } from "../common/numbers.js";
import { show } from "../common/view.js";
import { SHOWN } from "./known_images.js";

/** @import { ReadonlySignal } from "@preact/signals-core" */
/** @import { KnownImages, Neighbours } from "./known_images.js" */
/**
 * @typedef {object} NearestState
 * @property {ReadonlySignal<KnownImages | null>} knownImages
 * @property {ReadonlySignal<Neighbours | null>} neighbours none while nothing is drawn, or nothing known
 * @property {ReadonlySignal<boolean>} isEmpty
 */

const ABOUT =
  "I reject drawings that are far from these images or look like non-digits, including some people's digits.";

/** @param {NearestState} state */
function heading({ neighbours, isEmpty }) {
  if (isEmpty.value) return "Here you will see the images I know that are most like your drawing.";
  if (!neighbours.value) return "";
  return `${neighbours.value.isRejected ? "I reject this drawing. " : ""}The images I know that are most like it:`;
}

/** @param {NearestState} state */
function alike(state) {
  const near = state.neighbours.value;
  const digits = state.knownImages.value?.sheet.digits;
  const item = (/** @type {number} */ n) =>
    html`<li><canvas width="28" height="28" aria-hidden="true"></canvas><span>${digits?.[near?.places[n] ?? -1]}</span></li>`;
  return html`
    <p class="heading">${heading(state)}</p>
    <ol class="line">${range(SHOWN).map(item)}</ol>
    <p class="about-rejection">${ABOUT}</p>`;
}

/**
 * @param {HTMLElement} el
 * @param {NearestState} state
 */
export function makeNearest(el, state) {
  el.classList.add("nearest", "stack");
  el.hidden = false;
  let painted = ""; // the places of the images: while one draws they often stay
  show(el, () => alike(state));
  effect(() => {
    const near = state.neighbours.value;
    el.dataset.state = state.isEmpty.value
      ? "empty"
      : !near
        ? "waiting"
        : near.isRejected
          ? "rejected"
          : "accepted";
    const images = state.knownImages.value?.sheet.images;
    if (!near || !images || painted === String(near.places)) return;
    painted = String(near.places);
    findAll(el, "canvas").forEach((canvas, i) => {
      const pixels = toImageData(images[near.places[i]], 28, 255, GREY);
      contextOf(/** @type {HTMLCanvasElement} */ (canvas)).putImageData(pixels, 0, 0);
    });
  });
}
