// The two pictures of the unit explorer: the units of a layer, and the image.

import { clamp, contextOf, grey, signed } from "../common/colours.js";

/** @import { Colour } from "../common/colours.js" */
/** @import { Explorer, Place } from "./state.js" */

const AROUND = 11; // pixels shown around the image: windows hang over its border
const GAP = 6; // between maps, of 300

/** How wide a map is, of 300. @param {number} across */
const sideOf = (across) => (300 - GAP * (across - 1)) / across;

/**
 * Where a map's upper left corner is.
 * @param {number} channel
 * @param {number} across
 */
const cornerOf = (channel, across) => [
  (channel % across) * (sideOf(across) + GAP),
  Math.floor(channel / across) * (sideOf(across) + GAP),
];

/**
 * A canvas' context, in units of 1/300 of its width, whatever its pixels; `ratio` is height to width.
 * @param {HTMLCanvasElement} canvas
 * @param {number} ratio
 */
function clean(canvas, ratio) {
  const width = Math.round(canvas.clientWidth * devicePixelRatio) || 1;
  Object.assign(canvas, { width, height: Math.round(width * ratio) });
  const context = contextOf(canvas);
  context.scale(width / 300, width / 300);
  return context;
}

/**
 * Numbers as squares of a picture, `side` wide.
 * @param {CanvasRenderingContext2D} context
 * @param {number[][]} numbers
 * @param {(value: number) => Colour} colour
 * @param {number[]} corner
 * @param {number} side
 */
function paint(context, numbers, colour, [left, top], side) {
  const pixels = new ImageData(numbers.length, numbers.length);
  numbers.flat().forEach((value, i) => {
    pixels.data.set([...colour(value), 255], 4 * i);
  });
  const small = new OffscreenCanvas(numbers.length, numbers.length);
  contextOf(small).putImageData(pixels, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, left, top, side, side);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} left
 * @param {number} top
 * @param {number} size
 */
function frame(context, left, top, size) {
  for (const [strokeStyle, lineWidth] of /** @type {const} */ ([
    ["#000", 4],
    ["#f59e0b", 2],
  ])) {
    Object.assign(context, { strokeStyle, lineWidth });
    context.strokeRect(left, top, size, size);
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Explorer} state
 */
export function paintUnits(canvas, { shown, layer, channels, across }) {
  const [, channel, row, column] = shown.value;
  const { count, maps } = layer.value;
  const side = sideOf(across.value);
  const context = clean(canvas, (Math.ceil(channels.value / across.value) * (side + GAP) - GAP) / 300);
  const most = Math.max(...maps.flat(2).map(Math.abs));
  maps.forEach((map, i) => {
    paint(context, map, (value) => signed(value, most), cornerOf(i, across.value), side);
  });
  const unit = side / count;
  context.fillStyle = "#8a94a3";
  for (let i = 0; i < count * count && !maps.length; i++)
    // nothing is known but that they are there
    context.fillRect((i % count) * unit, Math.floor(i / count) * unit, 0.9 * unit, 0.9 * unit);
  const [left, top] = cornerOf(channel, across.value);
  frame(context, left + column * unit, top + row * unit, unit);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number[][]} image
 * @param {Explorer} state
 */
export function paintSeen(canvas, image, { first, layer }) {
  const context = clean(canvas, 1);
  const range = [Math.min(...image.flat()), Math.max(...image.flat())];
  const pixel = 300 / (28 + 2 * AROUND);
  paint(context, image, (value) => grey(value, range), [AROUND * pixel, AROUND * pixel], 28 * pixel);
  const [top, left] = first.value;
  const [x, y, size] = [(left + AROUND) * pixel, (top + AROUND) * pixel, layer.value.size * pixel];
  context.fillStyle = "rgb(245 158 11 / 0.3)";
  context.fillRect(x, y, size, size);
  frame(context, x, y, size);
}

/**
 * The unit under a pointer.
 * @param {HTMLCanvasElement} canvas
 * @param {PointerEvent} event
 * @param {Explorer} state
 * @returns {Place}
 */
export function placeUnder(canvas, { clientX, clientY }, { place, layer, channels, across }) {
  const box = canvas.getBoundingClientRect();
  const side = sideOf(across.peek());
  const [x, y] = [clientX - box.left, clientY - box.top].map((at) => clamp((300 * at) / box.width, 0, 299));
  const [mapColumn, mapRow] = [x, y].map((at) => Math.floor(at / (side + GAP)));
  const channel = Math.min(mapRow * across.peek() + mapColumn, channels.peek() - 1);
  const [left, top] = cornerOf(channel, across.peek());
  const { count } = layer.peek();
  const [column, row] = [x - left, y - top].map((at) => clamp(Math.floor((at / side) * count), 0, count - 1));
  return [place.peek()[0], channel, row, column];
}
