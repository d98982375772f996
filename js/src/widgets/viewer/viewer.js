// The window viewer: one small window of numbers over an image, and what a layer makes of it.

import { effect } from "@preact/signals-core";
import { html, render } from "lit-html";
import { find, stopAll } from "../common/dom.js";
import { MOVES } from "../common/keys.js";
import { say } from "../common/numbers.js";
import { show } from "../common/view.js";
import { Pointer, paintChannels, paintPictures } from "./pictures.js";
import * as view from "./viewer_markup.js";
import { flip, hold, inside, makeBlack } from "./viewer_state.js";

/** @import { ViewerState } from "./viewer_state.js" */

const SKELETON = html`
  <div class="card">
    <div class="bar line"></div>
    <div class="pictures">
      <figure>
        <figcaption class="input-name"></figcaption>
        <canvas class="input" tabindex="0" role="application"></canvas>
        <div class="tools line" role="toolbar" aria-label="Image"></div>
      </figure>
      <figure>
        <figcaption class="output-name"></figcaption>
        <canvas class="output" role="img"></canvas>
        <p class="legend line" aria-hidden="true">below 0 <i></i> above 0</p>
      </figure>
    </div>
    <div class="channels" role="group" aria-label="Channel"></div>
    <p class="where" aria-hidden="true"></p>
    <div class="sum line"></div>
    <p class="formula"></p>
    <p class="live" role="status" aria-live="polite"></p>
  </div>`;

/**
 * @param {HTMLElement} el
 * @param {ViewerState} state
 * @param {() => string} more what screen readers say besides
 * @returns {() => void} what ends it
 */
export function makeViewer(el, state, more = () => "") {
  el.classList.add("window-viewer");
  render(SKELETON, el);
  /** For screen readers, after keys and choices; a mouse would make it talk without end. */
  const announce = () => {
    const result = say(view.lookAt(state).result);
    find(el, ".live").textContent =
      `${view.placeInWords(state)}: ${view.ruleInWords(state)} ${result} ${more()}`.trim();
  };
  const stopViews = showAll(el, state, announce);
  const [input, output] = [find(el, "canvas.input"), find(el, "canvas.output")];
  listen(
    /** @type {HTMLCanvasElement} */ (input),
    /** @type {HTMLCanvasElement} */ (output),
    state,
    announce,
  );
  const paint = () => {
    paintPictures(el, state);
    paintChannels(el, state);
  };
  const stopPainting = effect(paint);
  const sizes = new ResizeObserver(paint);
  sizes.observe(input);
  sizes.observe(output);
  window.addEventListener("resize", paint); // page zoom changes devicePixelRatio only
  return stopAll(stopPainting, stopViews, () => {
    sizes.disconnect();
    window.removeEventListener("resize", paint);
  });
}

/**
 * @param {HTMLElement} el
 * @param {ViewerState} state
 * @param {() => void} announce
 */
function showAll(el, state, announce) {
  return stopAll(
    show(find(el, ".bar"), () => view.bar(state, announce)),
    show(find(el, ".input-name"), () => view.inputCaption(state)),
    show(find(el, ".output-name"), () => html`${view.outputName(state)}`),
    show(find(el, ".tools"), () => view.tools(state)),
    show(find(el, ".channels"), () => view.channels(state, announce)),
    show(find(el, ".where"), () => html`${view.placeInWords(state)}`),
    show(find(el, ".sum"), () => view.sum(state, announce)),
    show(find(el, ".formula"), () => view.formula(state)),
    effect(() => {
      const card = find(el, ".card");
      card.dataset.mode = state.mode.value;
      card.classList.toggle("fixed", state.isFixed);
      find(el, "canvas.input").classList.toggle("drawing", state.isPen.value);
      find(el, "canvas.input").ariaLabel = view.inputLabel(state);
      find(el, "canvas.output").ariaLabel = view.outputLabel(state);
    }),
  );
}

/**
 * Pointers on both pictures, keys on the first.
 * @param {HTMLCanvasElement} input
 * @param {HTMLCanvasElement} output
 * @param {ViewerState} state
 * @param {() => void} announce
 */
function listen(input, output, state, announce) {
  for (const canvas of [input, output]) new Pointer(state, canvas, input);
  input.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !obey(event, state)) return;
    event.preventDefault();
    announce();
  });
}

/**
 * Does what a key says; false where it says nothing.
 * @param {KeyboardEvent} event
 * @param {ViewerState} state
 */
function obey({ key, shiftKey }, state) {
  if (key in MOVES) {
    const far = (shiftKey ? 5 : 1) * (state.mode.peek() === "pooling" ? 2 : 1);
    const [row, column] = state.at.peek();
    const { across, down } = MOVES[key];
    const { convolution } = state.numbers.peek();
    hold(state, inside([row + far * down, column + far * across], convolution));
  } else if (key === " " && state.isPlain.peek()) flip(state);
  else if (key === "Delete" && state.isPlain.peek()) makeBlack(state);
  else return false;
  return true;
}
