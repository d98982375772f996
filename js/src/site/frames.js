// Sliders over figures that were drawn when the site was built: `frames` for all combinations of the
// `stops` of each slider, the last slider's varying first.

import { computed, signal } from "@preact/signals-core";
import { html } from "lit-html";
import { inputOf } from "../widgets/common/dom.js";
import { show } from "../widgets/common/view.js";

/** @import { RenderArguments } from "../state/traits.js" */
/** @typedef {{ src: string, alt: string }} Frame */

/** A figure is as large as it was drawn; on a phone it scrolls. @param {HTMLImageElement} image */
function fit(image) {
  const drawn = image.naturalWidth / 2; // it has twice the pixels
  image.style.width = `max(${drawn}px, min(100%, ${2 * drawn}px))`;
  const figure = /** @type {HTMLElement} */ (image.parentElement);
  figure.tabIndex = figure.scrollWidth > figure.clientWidth ? 0 : -1;
}

/** @param {RenderArguments} widget */
function render({ model, el }) {
  const stops = /** @type {[string, number[]][]} */ (Object.entries(model.get("stops")));
  const frames = /** @type {Frame[]} */ (model.get("frames"));
  const start = /** @type {Record<string, number>} */ (model.get("start"));
  const places = signal(stops.map(([name, values]) => values.indexOf(start[name])));
  const shown = computed(
    () => frames[stops.reduce((sum, [, values], i) => sum * values.length + places.value[i], 0)],
  );
  const slider = (/** @type {[string, number[]]} */ [name, values], /** @type {number} */ i) => {
    const value = values[places.value[i]];
    const move = (/** @type {Event} */ event) => {
      places.value = places.peek().map((place, k) => (k === i ? Number(inputOf(event).value) : place));
    };
    return html`<label><span>${name}</span><input type="range" max=${values.length - 1} .value=${String(places.value[i])}
      aria-valuetext=${value} @input=${move}><output>${value}</output></label>`;
  };
  const figure = () =>
    html`<div><img src=${shown.value.src} alt=${shown.value.alt} @load=${(/** @type {Event} */ event) => fit(/** @type {HTMLImageElement} */ (event.target))}></div>`;
  return show(el, () => html`${stops.map(slider)}${figure()}`);
}

export default { render };
