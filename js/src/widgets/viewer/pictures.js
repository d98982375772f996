// The two pictures of the window viewer, with frames around what is looked at, and what a pointer does on them.

import { grid } from "../../network/window.js";
import { contextOf, signed } from "../common/colours.js";
import { find, findAll } from "../common/dom.js";
import { clamp } from "../common/numbers.js";
import { finishSketch, hold, inputColour, sketchLine } from "./viewer_state.js";

/** @import { Grid } from "../../network/window.js" */
/** @import { Colour } from "../common/colours.js" */
/** @import { Place, ViewerState } from "./viewer_state.js" */
/** @typedef {{ row: number, column: number, size: number, stroke: string, width?: number, dashes?: number[] }} Frame */

const BLUE = "#4dabf7";

/**
 * Draws numbers as pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {Grid} numbers
 * @param {(value: number) => Colour} colour
 */
export function paint(canvas, numbers, colour) {
  const context = contextOf(canvas);
  const side = Math.round(canvas.clientWidth * devicePixelRatio) || 1;
  const height = Math.round((side / numbers[0].length) * numbers.length);
  if (canvas.width !== side || canvas.height !== height) Object.assign(canvas, { width: side, height });
  const pixels = new ImageData(numbers[0].length, numbers.length);
  numbers.flat().forEach((value, i) => {
    pixels.data.set([...colour(value), 255], 4 * i);
  });
  const small = new OffscreenCanvas(pixels.width, pixels.height);
  contextOf(small).putImageData(pixels, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, side, height);
}

/**
 * A frame on black, so that it is seen on any pixel; a dashed one alone.
 * @param {HTMLCanvasElement} canvas
 * @param {number} columns of numbers in it
 * @param {Frame} frame
 */
function drawFrame(canvas, columns, { row, column, size, stroke, width = 2, dashes = [] }) {
  const context = contextOf(canvas);
  const unit = canvas.width / columns;
  context.setLineDash(dashes.map((dash) => dash * devicePixelRatio));
  const lines = dashes.length
    ? [{ style: stroke, wide: width }]
    : [
        { style: "#000", wide: width + 2 },
        { style: stroke, wide: width },
      ];
  for (const { style, wide } of lines) {
    Object.assign(context, { strokeStyle: style, lineWidth: wide * devicePixelRatio });
    context.strokeRect(column * unit, row * unit, size * unit, size * unit);
  }
}

/**
 * Zeros around numbers.
 * @param {Grid} numbers
 * @param {number} padding
 */
const padded = (numbers, padding) =>
  grid(
    numbers.length + 2 * padding,
    numbers[0].length + 2 * padding,
    (r, c) => numbers[r - padding]?.[c - padding] ?? 0,
  );

/**
 * @param {HTMLElement} root
 * @param {ViewerState} state
 */
export function paintPictures(root, state) {
  /** @type {HTMLCanvasElement} */
  const input = find(root, "canvas.input");
  /** @type {HTMLCanvasElement} */
  const output = find(root, "canvas.output");
  const padding = state.mode.value === "convolution" ? state.padding.value : 0;
  const before = padded(state.input.value, padding);
  const after = state.output.value;
  paint(input, before, (value) => inputColour(state, value));
  paint(output, after, (value) => signed(value, state.most.value.output));
  for (const frame of inputFrames(state, padding)) drawFrame(input, before[0].length, frame);
  const [row, column] = state.shownAt.value;
  drawFrame(output, after[0].length, { row, column, size: 1, stroke: BLUE });
}

/**
 * @param {ViewerState} state
 * @param {number} padding
 * @returns {Frame[]}
 */
function inputFrames({ mode, input, shownAt }, padding) {
  const [row, column] = shownAt.value;
  if (mode.value === "pooling") return [{ row: 2 * row, column: 2 * column, size: 2, stroke: BLUE }];
  const window = { row, column, size: mode.value === "convolution" ? 3 : 1, stroke: BLUE };
  const border = { row: 1, column: 1, size: input.value.length, stroke: "#8a94a3", width: 1, dashes: [3, 3] };
  return padding ? [border, window] : [window];
}

/**
 * @param {HTMLElement} root
 * @param {ViewerState} state
 */
export function paintChannels(root, state) {
  if (state.mode.value !== "convolution") return;
  findAll(root, ".channels canvas").forEach((canvas, i) => {
    paint(/** @type {HTMLCanvasElement} */ (canvas), state.shown.value[i], (value) =>
      inputColour(state, value),
    );
  });
}

/** A pointer on a picture: it moves the window, or draws on the image. */
export class Pointer {
  /** @type {number | null} */
  id = null;
  /** @type {Place | null} */
  last = null; // of the stroke that is being drawn

  /**
   * @param {ViewerState} state
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLCanvasElement} input which gets the focus
   */
  constructor(state, canvas, input) {
    this.state = state;
    this.canvas = canvas;
    this.input = input;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#up(event));
    canvas.addEventListener("pointercancel", (event) => this.#up(event));
    canvas.addEventListener("lostpointercapture", (event) => this.#up(event));
    canvas.addEventListener("pointerleave", () => {
      if (this.id === null) state.hover.value = null;
    });
  }

  get #draws() {
    return this.canvas === this.input && this.state.isPen.value && this.state.isPlain.value;
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (this.id !== null || event.button) return; // a second finger, or another button
    event.preventDefault();
    const options = { preventScroll: true, focusVisible: false };
    this.input.focus(options);
    this.canvas.setPointerCapture(event.pointerId);
    this.id = event.pointerId;
    if (this.#draws) this.#draw(event);
    else hold(this.state, this.#under(event));
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (this.id !== null && event.pointerId !== this.id) return;
    if (this.last) return this.#draw(event);
    const at = this.#under(event);
    if (!this.#draws && String(at) !== String(this.state.at.peek())) this.state.hover.value = at;
  }

  /** @param {PointerEvent} event */
  #up(event) {
    if (event.pointerId !== this.id) return;
    this.id = null;
    const hover = this.state.hover.peek();
    if (this.last) finishSketch(this.state);
    else if (hover) hold(this.state, hover);
    this.last = null;
  }

  /**
   * The place of the convolution's result under the pointer.
   * @param {PointerEvent} event
   * @returns {Place}
   */
  #under({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect(); // right under any zoom and scaling
    const { convolution } = this.state.numbers.peek();
    const around = this.canvas === this.input && this.state.mode.peek() === "convolution" ? 1 : 0; // the middle of a window of 3
    const part = (/** @type {number} */ share, /** @type {number} */ count) =>
      clamp(Math.floor(share * (count + 2 * around)) - around, 0, count - 1);
    return [
      part((clientY - box.top) / box.height, convolution.length),
      part((clientX - box.left) / box.width, convolution[0].length),
    ];
  }

  /** @param {PointerEvent} event */
  #draw({ clientX, clientY }) {
    const box = this.input.getBoundingClientRect();
    const padding = this.state.padding.peek();
    const [image] = this.state.shown.peek();
    const part = (/** @type {number} */ share, /** @type {number} */ count) =>
      share * (count + 2 * padding) - padding - 0.5;
    /** @type {Place} */
    const point = [
      part((clientY - box.top) / box.height, image.length),
      part((clientX - box.left) / box.width, image[0].length),
    ];
    sketchLine(this.state, this.last ?? point, point);
    this.last = point;
  }
}
