// Many images in one picture, as image_sheet.py makes it.

import { fromBase64 } from "../../network/weights.js";
import { inTurns } from "./in_turns.js";

/** @import { Sheet } from "../../network/trainer.js" */

/** @typedef {{ url: string, digits: string }} PackedSheet */

/** Sheets that were read: the page shows images of the same one that it trains on. @type {WeakMap<PackedSheet, Promise<Sheet>>} */
const sheets = new WeakMap();

/**
 * The images of a sheet: 784 bytes of each, and its digit.
 * @param {PackedSheet} packed
 * @returns {Promise<Sheet>}
 */
export function readSheet(packed) {
  const sheet = sheets.get(packed) ?? read(packed);
  sheets.set(packed, sheet);
  return sheet;
}

/**
 * @param {PackedSheet} packed
 * @returns {Promise<Sheet>}
 */
async function read({ url, digits }) {
  const picture = await createImageBitmap(fileOf(url)); // decoded aside: an <img> would keep a phone waiting for half a second
  const { width, height } = picture;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw Error("This browser has no canvas to read images with.");
  context.drawImage(picture, 0, 0);
  const columns = width / 28;
  let row = new Uint8ClampedArray(); // of images
  const images = await inTurns(digits.length, (n) => {
    if (n % columns === 0) row = context.getImageData(0, (28 * n) / columns, width, 28).data;
    return cut(row, width, 28 * (n % columns));
  });
  return { images, digits: [...digits].map(Number) };
}

/**
 * A picture that the page holds, without asking for anything.
 * @param {string} url "data:image/png;base64,...."
 */
function fileOf(url) {
  return new Blob([fromBase64(url.slice(url.indexOf(",") + 1))], { type: "image/png" });
}

/**
 * The red of 28x28 pixels. Millions of them are read while the page opens: plain loops take a tenth of the time.
 * @param {Uint8ClampedArray} data red, green, blue and opacity of a row of images
 * @param {number} width of the row
 * @param {number} left
 */
function cut(data, width, left) {
  const image = new Uint8Array(784);
  for (let y = 0, place = 0; y < 28; y++)
    for (let from = 4 * (y * width + left), end = from + 112; from < end; from += 4)
      image[place++] = data[from];
  return image;
}
