// The pad: draws what a drawing holds, and lets pointers and keys add to it. Several pads may share a drawing.

import { effect } from "@preact/signals-core";
import { html, nothing, render } from "lit-html";
import { PEN } from "../../shared/rules.js";
import { contextOf } from "../common/colours.js";
import { find, oncePerFrame, stopAll } from "../common/dom.js";
import { Pen } from "./pen.js";

/** @import { ReadonlySignal } from "@preact/signals-core" */
/** @import { TemplateResult } from "lit-html" */
/** @import { Drawing } from "../../drawing/drawing.js" */
/** @import { Stroke } from "../../drawing/strokes.js" */
/**
 * @typedef {object} PadOptions
 * @property {number} [pace] ms at least between two reports of an unfinished stroke; 0: each frame
 * @property {TemplateResult} [tools] buttons of this pad alone, after undo, redo and clear
 * @property {ReadonlySignal<string>} [given] the picture that is shown while nothing is drawn, or ""
 * @property {ReadonlySignal<Stroke[]>} [ghost] strokes that draw themselves, until somebody draws
 */

const icon = () => html`<svg viewBox="0 0 24 24" aria-hidden="true">
  <path d="M9 5 4 10l5 5M4 10h10a6 5 0 0 1 0 10h-3" /></svg>`;
const NAME = "Drawing pad: draw by mouse, finger or pen. Arrow keys move, space draws";

/**
 * @param {Record<"undo" | "redo" | "clear", () => void>} act
 * @param {TemplateResult} [tools]
 */
const template = (act, tools) => html`
  <div class="pad-box">
    <canvas class="digit-pad" tabindex="0" role="application" aria-label=${NAME}></canvas>
    <span class="hint" aria-hidden="true">Draw a digit</span>
  </div>
  <div class="tools line" role="group" aria-label="Tools of the drawing pad">
    <button type="button" class="undo" title="Undo (Backspace)" aria-label="Undo" @click=${act.undo}>${icon()}</button>
    <button type="button" class="redo" title="Redo (Shift+Backspace)" aria-label="Redo" @click=${act.redo}>${icon()}</button>
    <button type="button" class="clear" title="Clear the pad (Delete)" @click=${act.clear}>Clear</button>
    ${tools ?? nothing}
  </div>
  <p class="title keys">Keys: arrows move, space draws</p>`;

/**
 * @param {HTMLElement} el which becomes a column with pad and tools
 * @param {Drawing} drawing
 * @param {PadOptions} [options]
 * @returns {() => void} what ends it
 */
export function makePad(el, drawing, { pace = 0, tools, given, ghost } = {}) {
  el.classList.add("pad-column");
  const act = { undo: () => pen.undo(), redo: () => pen.redo(), clear: () => pen.clear() };
  render(template(act, tools), el);
  /** @type {HTMLCanvasElement} */
  const canvas = find(el, ".digit-pad");
  const shown = () => [
    ...drawing.strokes.peek(),
    ...(ghost?.peek() ?? []),
    pen.stroke ?? drawing.unfinished.peek(),
  ];
  const draw = oncePerFrame(() => {
    const isDrawn = shown().flat().length > 0;
    const url = drawing.background.peek().url || (!isDrawn && given?.peek()) || "";
    paint(canvas, url, shown());
    paintCursor(canvas, pen);
    find(el, ".hint").hidden = isDrawn || Boolean(url);
    pen.tellUnfinished();
  });
  const pen = new Pen(drawing, canvas, pace, draw);
  listen(canvas, pen);
  const sizes = new ResizeObserver(draw);
  sizes.observe(canvas);
  window.addEventListener("resize", draw); // page zoom changes devicePixelRatio only
  const stopDrawing = effect(() => {
    for (const part of [drawing.strokes, drawing.background, drawing.unfinished, given, ghost])
      void part?.value;
    draw();
  });
  const stopResizing = () => window.removeEventListener("resize", draw);
  return stopAll(stopDrawing, stopResizing, draw.stop, () => sizes.disconnect());
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Pen} pen
 */
function listen(canvas, pen) {
  canvas.addEventListener("pointerdown", (event) => pen.down(event));
  canvas.addEventListener("pointermove", (event) => pen.move(event));
  canvas.addEventListener("pointerup", (event) => pen.up(event));
  canvas.addEventListener("pointercancel", (event) => pen.up(event));
  canvas.addEventListener("lostpointercapture", (event) => pen.up(event));
  canvas.addEventListener("keydown", (event) => pen.press(event));
  canvas.addEventListener("focus", () => pen.draw());
  canvas.addEventListener("blur", () => pen.leave());
}

/**
 * White strokes on black, over a picture.
 * @param {HTMLCanvasElement} canvas
 * @param {string} url
 * @param {Stroke[]} strokes
 */
function paint(canvas, url, strokes) {
  const context = contextOf(canvas);
  const size = Math.round(canvas.clientWidth * devicePixelRatio);
  if (!size) return; // out of view: what it shows stays, and coming back draws it again
  if (canvas.width !== size || canvas.height !== size) canvas.width = canvas.height = size;
  context.clearRect(0, 0, size, size);
  canvas.style.backgroundImage = url ? `url(${url})` : "";
  paintStrokes(context, size, strokes);
}

/**
 * White strokes, as wide as the pad's pen.
 * @param {CanvasRenderingContext2D} context
 * @param {number} size of the canvas, in pixels
 * @param {Stroke[]} strokes
 */
function paintStrokes(context, size, strokes) {
  Object.assign(context, { lineCap: "round", lineJoin: "round", strokeStyle: "#fff", lineWidth: PEN * size });
  for (const points of strokes) {
    context.beginPath();
    // A line of length zero draws nothing, but a tap must leave a dot: start a bit to the left.
    if (points.length) context.moveTo(points[0][0] * size - 0.1, points[0][1] * size);
    for (const [x, y] of points) context.lineTo(x * size, y * size);
    context.stroke();
  }
}

/**
 * Where the pen of the keyboard is: orange while it draws.
 * @param {HTMLCanvasElement} canvas
 * @param {Pen} pen
 */
function paintCursor(canvas, { cursor, stroke }) {
  if (!cursor || !canvas.matches(":focus")) return;
  const [context, size] = [contextOf(canvas), canvas.width];
  Object.assign(context, { lineWidth: size / 140, strokeStyle: stroke ? "#f59e0b" : "#60a5fa" });
  context.beginPath();
  context.arc(cursor[0] * size, cursor[1] * size, (PEN * size) / 2, 0, 7);
  context.stroke();
}
