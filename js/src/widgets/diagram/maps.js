// Features as pictures: map beside map, each in a frame of its own; single numbers are maps of 1x1.

import { BLUE, contextOf, GREY, largest, SIGNED, toImageData } from "../common/colours.js";

/** @import { Answer, Features } from "../../network/forward.js" */
/** @typedef {{ columns: number, tile: number, gap: number }} Layout in pixels of the page */

/** @type {Record<string, number[]>} columns, and in pixels of the page the side of a map and the gap between two */
const IN_TWO_ROWS = {
  image: [1, 112, 1],
  block1: [2, 42, 3],
  block2: [4, 34, 3],
  block3: [4, 34, 3],
  average: [1, 10, 1],
  embedding: [1, 8, 1],
  number: [1, 8, 1],
  adder: [4, 11, 1],
};
/** By the width of the card for which they are made, which diagram.css names; 0: as large as there is room for.
 * @type {Record<number, Record<string, number[]>>} */
export const LAYOUTS = {
  736: IN_TWO_ROWS,
  1240: { ...IN_TWO_ROWS, embedding: [1, 7, 1], number: [1, 7, 1] },
  0: {
    image: [1, 168, 1],
    block1: [8, 60, 3],
    block2: [8, 60, 3],
    block3: [8, 60, 3],
    average: [16, 24, 1],
    embedding: [20, 12, 1],
    number: [10, 12, 1],
    adder: [32, 10, 1],
  },
};

/** @type {Record<string, OffscreenCanvas>} */
const sheets = {}; // by their size: to make one takes longer than to draw on it

/**
 * @param {number} width
 * @param {number} height
 */
function sheetOf(width, height) {
  const size = `${width}x${height}`;
  sheets[size] ??= new OffscreenCanvas(width, height);
  return sheets[size];
}

/**
 * What is shown of a part; of many layers the first and the last.
 * @param {string} part
 * @param {Answer} result
 * @param {ArrayLike<number>} pixels
 * @returns {Features[]}
 */
export function featuresOf(part, { layers }, pixels) {
  if (part === "image") return [{ channels: 1, height: 28, width: 28, data: Float32Array.from(pixels) }];
  if (part === "block3") return [layers["block3.1"]];
  if (part === "adder") {
    const names = Object.keys(layers).filter((name) => name.startsWith("adder."));
    return [...new Set([names[0], names[names.length - 1]])].map((name) => layers[name]);
  }
  return [layers[part] ?? layers[`${part}.2`]];
}

/**
 * Paints all pictures of a part in the same scale.
 * @param {string} part
 * @param {HTMLCanvasElement[]} canvases
 * @param {Features[]} features one for each
 * @param {Map<HTMLCanvasElement, Layout>} layouts
 */
export function paintPart(part, canvases, features, layouts) {
  const most = part === "image" ? 255 : Math.max(...features.map(({ data }) => largest(data)));
  const colours = { image: GREY, number: BLUE }[part] ?? SIGNED;
  canvases.forEach((canvas, i) => {
    const layout = layouts.get(canvas);
    if (layout && features[i]) paintMaps(canvas, layout, features[i], most, colours);
  });
}

/** Whole pixels of the screen. @param {number} length */
const inPixels = (length) => Math.max(1, Math.round(length * devicePixelRatio));

/**
 * The largest tile that fits into some room with a gap, once both are whole pixels of the screen.
 * @param {number} room
 * @param {number} gap
 */
export const largestTile = (room, gap) =>
  (Math.floor(room * devicePixelRatio) - inPixels(gap)) / devicePixelRatio;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Layout} layout
 * @param {Features} features
 * @param {number} most
 * @param {Uint32Array} colours
 */
function paintMaps(canvas, { columns, tile, gap }, { channels, height, width, data }, most, colours) {
  const rows = Math.ceil(channels / columns);
  const [side, space] = [tile, gap].map(inPixels);
  const [across, down] = [columns, rows].map((n) => n * (side + space) + space);
  if (canvas.width !== across || canvas.height !== down) {
    Object.assign(canvas, { width: across, height: down });
    canvas.style.width = `${across / devicePixelRatio}px`;
  }
  const context = contextOf(canvas);
  context.clearRect(0, 0, across, down);
  context.imageSmoothingEnabled = false;
  const maps = sheetOf(width, height * channels);
  contextOf(maps).putImageData(toImageData(data, width, most, colours), 0, 0);
  context.fillStyle = "#7d8590"; // the frames: seen on white and on black
  const frame = Math.max(1, Math.min(space, Math.round(devicePixelRatio)));
  for (let map = 0; map < channels; map++) {
    const [x, y] = [map % columns, Math.floor(map / columns)].map((n) => space + n * (side + space));
    context.fillRect(x - frame, y - frame, side + 2 * frame, side + 2 * frame);
    context.drawImage(maps, 0, map * height, width, height, x, y, side, side);
  }
}
