// What draws on a pad: a pointer, or the keys. It turns what they do into strokes.

import { MOVES } from "../common/keys.js";
import { clamp } from "../common/numbers.js";

/** @import { Drawing } from "../../drawing/drawing.js" */
/** @import { Point, Stroke } from "../../drawing/strokes.js" */

const STEP = 0.04; // of the pad's side, for each press of an arrow key
/** @type {Point} */
const START = [0.5, 0.3]; // where the pen of the keyboard begins
const NEAR = 0.002; // of the pad's side: a point nearer to the last one changes nothing

/** @param {number} value */
const round = (value) => Math.round(value * 1e4) / 1e4;

export class Pen {
  /** @type {Stroke | null} */
  stroke = null; // the one being drawn,
  /** @type {number | null} */
  pointer = null; // and the pointer that draws it (null: the keyboard)
  /** @type {Point | null} */
  cursor = null; // where the keyboard's pen is, once used
  #sent = 0; // how many points of the stroke have been passed on, and since when
  #toldAt = 0;

  /**
   * @param {Drawing} drawing
   * @param {HTMLCanvasElement} canvas
   * @param {number} pace ms at least until more of an unfinished stroke is passed on
   * @param {() => void} draw asks for the pad to be drawn again
   */
  constructor(drawing, canvas, pace, draw) {
    this.drawing = drawing;
    this.canvas = canvas;
    this.pace = pace;
    this.draw = draw;
  }

  /** @param {Point} point */
  #begin(point) {
    this.stroke = [];
    this.#sent = 0;
    this.#add([point]);
  }

  /** @param {Point[]} points */
  #add(points) {
    if (!this.stroke) return;
    for (const [x, y] of points) {
      const [lastX, lastY] = this.stroke.at(-1) ?? [9, 9];
      if (Math.hypot(x - lastX, y - lastY) >= NEAR) this.stroke.push([x, y]);
    }
    this.draw();
  }

  finish() {
    const stroke = this.stroke;
    this.stroke = this.pointer = null;
    if (stroke) this.drawing.add(stroke);
  }

  /** Tells others of the stroke so far, if it is time. */
  tellUnfinished() {
    if (!this.stroke || this.stroke.length === this.#sent) return;
    if (performance.now() < this.#toldAt + this.pace) return this.draw(); // look again in the next frame
    this.#sent = this.stroke.length;
    this.#toldAt = performance.now();
    this.drawing.unfinished.value = [...this.stroke];
  }

  /**
   * @param {PointerEvent} event
   * @returns {Point}
   */
  #place({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect(); // right under any zoom
    return [round((clientX - left) / width), round((clientY - top) / height)];
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (this.pointer !== null || event.button) return; // a second finger, or another button
    this.finish();
    event.preventDefault();
    const options = { preventScroll: true, focusVisible: false };
    this.canvas.focus(options);
    this.canvas.setPointerCapture(event.pointerId);
    this.cursor = null;
    this.pointer = event.pointerId;
    this.#begin(this.#place(event));
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (event.pointerId !== this.pointer) return;
    const between = event.getCoalescedEvents?.() ?? [];
    this.#add((between.length ? between : [event]).map((one) => this.#place(one)));
  }

  /** @param {PointerEvent} event */
  up(event) {
    if (event.pointerId === this.pointer) this.finish();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (this.pointer !== null || !this.#obey(event)) return;
    event.preventDefault();
    this.draw();
  }

  /**
   * Does what a key says; false where it says nothing.
   * @param {KeyboardEvent} event
   */
  #obey({ key, shiftKey, ctrlKey, metaKey }) {
    if (key in MOVES) this.#go(MOVES[key]);
    else if (key === " ") this.#liftOrLower();
    else if (key === "Backspace" || ((ctrlKey || metaKey) && /^z$/i.test(key)))
      shiftKey ? this.redo() : this.undo();
    else if (key === "Delete") this.clear();
    else return false;
    return true;
  }

  /** @param {import("../common/keys.js").Move} move */
  #go({ across, down }) {
    const [x, y] = this.cursor ?? START;
    this.cursor = [clamp(round(x + STEP * across), 0, 1), clamp(round(y + STEP * down), 0, 1)];
    this.#add([this.cursor]);
  }

  #liftOrLower() {
    this.cursor ??= START;
    if (this.stroke) this.finish();
    else this.#begin(this.cursor);
  }

  undo() {
    this.finish();
    this.drawing.undo();
  }

  redo() {
    this.finish();
    this.drawing.redo();
  }

  clear() {
    if (!this.stroke && this.drawing.isEmpty.peek()) return;
    this.stroke = this.pointer = null;
    this.drawing.put([]);
  }

  leave() {
    if (this.pointer === null) this.finish();
    this.draw();
  }
}
