// The front end of DigitPad: a pad alone.

import "../common/common.css";
import "../pad/pad.css";
import { html, render as put } from "lit-html";
import { Drawing } from "../../drawing/drawing.js";
import { find, stopAll } from "../common/dom.js";
import { keepKeys } from "../common/keys.js";
import { connectPad, PACE } from "../pad/connection.js";
import { makePad } from "../pad/pad.js";

/** @import { RenderArguments } from "../../state/traits.js" */

/** @param {RenderArguments} widget */
function render({ model, el }) {
  el.classList.add("mnist-adder");
  put(html`<div class="card"><div></div></div>`, el);
  const [signals, disconnect] = connectPad(model, {});
  const drawing = new Drawing(signals);
  const stopPad = makePad(find(el, ".card > div"), drawing, { pace: PACE });
  return stopAll(
    stopPad,
    drawing.stop,
    disconnect,
    keepKeys(el, () => false),
  );
}

export default { render };
