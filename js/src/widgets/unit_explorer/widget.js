// The front end of UnitExplorer: on the left the units of a layer, in one map or in many; on the right
// the image, and framed what the unit pointed at sees of it.

import "../common/common.css";
import "../common/widgets.css";
import "./unit_explorer.css";
import { effect } from "@preact/signals-core";
import { html, render as put } from "lit-html";
import { connect } from "../../state/traits.js";
import { find, stopAll } from "../common/dom.js";
import { keepKeys, MOVES } from "../common/keys.js";
import { show } from "../common/view.js";
import { paintSeen, paintUnits, placeUnder } from "./pictures.js";
import { Explorer } from "./state.js";

/** @import { RenderArguments } from "../../state/traits.js" */
/** @import { Layer, Place } from "./state.js" */

const SKELETON = html`
  <div class="card">
    <div class="layers" role="group" aria-label="Layer"></div>
    <div class="pictures">
      <figure><figcaption>its units</figcaption>
        <canvas class="units" tabindex="0" role="application"></canvas></figure>
      <figure><figcaption>the image</figcaption><canvas class="seen" role="img"></canvas></figure>
    </div>
    <p class="words"></p><p class="live" role="status"></p>
  </div>`;

/** @param {Explorer} state */
const layerButtons = (state) =>
  html`${state.layers.map(
    ({ name }, index) => html`<button type="button" aria-pressed=${index === state.shown.value[0]}
    @click=${() => state.choose(index)}>${name}</button>`,
  )}`;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Explorer} state
 * @param {() => void} announce
 */
function listen(canvas, state, announce) {
  canvas.addEventListener("pointermove", (event) => {
    state.hover.value = placeUnder(canvas, event, state);
    if (event.buttons) state.save(state.hover.value); // a finger that moves
  });
  canvas.addEventListener("pointerdown", (event) => state.save(placeUnder(canvas, event, state)));
  canvas.addEventListener("pointerleave", () => {
    state.hover.value = null;
  });
  canvas.addEventListener("keydown", (event) => {
    if (!(event.key in MOVES)) return;
    event.preventDefault();
    state.move(MOVES[event.key], event.shiftKey);
    announce();
  });
}

/** @param {RenderArguments} widget */
function render({ model, el }) {
  el.classList.add("unit-explorer");
  put(SKELETON, el);
  const [{ place }, disconnect] = connect(model, { place: /** @type {Place} */ ([0, 0, 0, 0]) });
  const layers = /** @type {Layer[]} */ (model.get("layers"));
  const state = new Explorer(layers, place);
  /** @type {HTMLCanvasElement} */
  const units = find(el, ".units");
  /** @type {HTMLCanvasElement} */
  const seen = find(el, ".seen");
  listen(units, state, () => {
    find(el, ".live").textContent = state.words.value;
  });
  const paint = () => {
    paintUnits(units, state);
    paintSeen(seen, model.get("image"), state);
    units.ariaLabel = state.unitsLabel.value;
    seen.ariaLabel = state.seenLabel.value;
  };
  const sizes = new ResizeObserver(paint);
  sizes.observe(units);
  const views = [
    show(find(el, ".layers"), () => layerButtons(state)),
    show(find(el, ".words"), () => html`${state.words.value}`),
    effect(paint),
  ];
  return stopAll(...views, () => sizes.disconnect(), disconnect, keepKeys(el));
}

export default { render };
