// The front end of Keys, which shows nothing. It gives the sliders beside it what those of ipywidgets lack: their
// names for screen readers, a focus that is seen, and keys that JupyterLab doesn't take for its own.

import "../common/common.css";
import "./keys.css";
import { find, findAll } from "../common/dom.js";
import { keepKeys } from "../common/keys.js";

/** @import { RenderArguments } from "../../state/traits.js" */

/** @param {HTMLElement} slider */
function nameSlider(slider) {
  const readout = find(slider, ".widget-readout");
  const old = /** @type {HTMLElement | null} */ (slider.querySelector(".ui-slider-handle")); // Colab's, which says nothing
  if (old) {
    const tell = () => {
      old.ariaValueNow = readout.textContent;
    };
    old.role = "slider";
    new MutationObserver(tell).observe(readout, { subtree: true, childList: true });
    tell();
  }
  for (const part of findAll(slider, "[role=slider], [contenteditable]"))
    part.ariaLabel = find(slider, ".widget-label").textContent;
}

/** @param {RenderArguments} widget */
function render({ el }) {
  let letKeysGo = () => {};
  const waiting = setInterval(() => {
    const box = /** @type {HTMLElement | null} */ (el.closest(".mnist-adder-explore"));
    if (!box) return; // not in the page yet
    clearInterval(waiting);
    letKeysGo = keepKeys(box);
    findAll(box, ".widget-slider").forEach(nameSlider);
  }, 50);
  return () => {
    clearInterval(waiting);
    letKeysGo();
  };
}

export default { render };
