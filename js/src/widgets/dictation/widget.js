// The front end of Dictation: the pad, and beside it which digit to draw, in one card.

import "../common/common.css";
import "../pad/pad.css";
import "./dictation.css";
import { batch, signal } from "@preact/signals-core";
import { html, render as put } from "lit-html";
import { Drawing } from "../../drawing/drawing.js";
import { find, stopAll } from "../common/dom.js";
import { keepKeys } from "../common/keys.js";
import { show } from "../common/view.js";
import { connectPad, PACE } from "../pad/connection.js";
import { makePad } from "../pad/pad.js";

/** @import { Signal } from "@preact/signals-core" */
/** @import { Stroke } from "../../drawing/strokes.js" */
/** @import { RenderArguments } from "../../state/traits.js" */
/** @typedef {{ asked: Signal<number[]>, drawings: Signal<Stroke[][]>, drawing: Drawing, note: Signal<string> }} State */

/** @param {State} state */
function template({ asked, drawings, drawing, note }) {
  const [all, { length }] = [asked.value, drawings.value];
  const isOver = length === all.length;
  const count = isOver ? `${length} digits drawn` : `Draw a ${all[length]}: ${length + 1} of ${all.length}`;

  /** Keep some drawings, and go on with these strokes on the pad. */
  function go(/** @type {Stroke[][]} */ kept, /** @type {Stroke[]} */ strokes) {
    batch(() => {
      drawings.value = kept;
      drawing.put(strokes);
    });
  }
  function next() {
    const strokes = drawing.strokes.peek();
    if (strokes.length) go([...drawings.peek(), strokes], []);
    else note.value = "The pad is empty.";
  }
  function back() {
    const kept = drawings.peek();
    go(kept.slice(0, -1), kept[kept.length - 1]);
  }
  return html`
    <p class="title">${isOver ? "That was the last one" : "Please draw"}</p>
    <p class="wish">${isOver ? "Thank you" : all[length]}</p>
    <progress aria-label="Digits drawn" max=${all.length} value=${length}></progress>
    <p class="count" role="status" aria-live="polite">${note.value || count}</p>
    <div class="steps">
      <button type="button" class="back" ?disabled=${!length} @click=${back}>Back</button>
      <button type="button" class="next" ?disabled=${isOver} @click=${next}>Next</button>
    </div>`;
}

/** @param {RenderArguments} widget */
function render({ model, el }) {
  el.classList.add("mnist-adder");
  put(html`<div class="card"><div></div><div class="dictation"></div></div>`, el);
  const [signals, disconnect] = connectPad(model, {
    asked: /** @type {number[]} */ ([]),
    drawings: /** @type {Stroke[][]} */ ([]),
  });
  const drawing = new Drawing(signals);
  const note = signal(""); // until something is drawn
  const forget = signals.strokes.subscribe(() => {
    note.value = "";
  });
  const stopView = show(find(el, ".dictation"), () => template({ ...signals, drawing, note }));
  const stopPad = makePad(find(el, ".card > div"), drawing, { pace: PACE });
  return stopAll(
    stopPad,
    stopView,
    forget,
    drawing.stop,
    disconnect,
    keepKeys(el, () => false),
  );
}

export default { render };
