// Numbers as colours and as pixels.

import { clamp } from "./numbers.js";

/** @typedef {number[]} Colour red, green and blue, 0 to 255 */

/**
 * 0 is black, what is above is white, what is below is orange.
 * @param {number} value
 * @param {number} scale the largest
 * @returns {Colour}
 */
export function signed(value, scale) {
  const strength = clamp(Math.abs(value) / (scale || 1), 0, 1) ** 0.6; // small ones can be seen, too
  return (value < 0 ? [255, 146, 43] : [255, 255, 255]).map((part) => part * strength);
}

/**
 * The lowest is black, the highest white.
 * @param {number} value
 * @param {number[]} range
 * @returns {Colour}
 */
export const grey = (value, [low, high]) =>
  Array(3).fill(255 * clamp((value - low) / (high - low || 1), 0, 1));

/**
 * Colours of numbers from -1 to 1 in 511 steps, each as 32 bits: to mix them for each pixel takes
 * longer than the network.
 * @param {(value: number) => Colour} colour
 */
const shades = (colour) =>
  Uint32Array.from({ length: 511 }, (_, i) => {
    const [red, green, blue] = colour((i - 255) / 255);
    return 255 * 2 ** 24 + (blue << 16) + (green << 8) + Math.round(red);
  });
export const SIGNED = shades((value) => signed(value, 1));
export const GREY = shades((value) => Array(3).fill(255 * Math.abs(value)));
export const BLUE = shades((value) => [77, 171, 247].map((part) => part * Math.abs(value)));

/**
 * Numbers as pixels, `width` in a row.
 * @param {ArrayLike<number>} data
 * @param {number} width
 * @param {number} most the largest of them
 * @param {Uint32Array} colours
 */
export function toImageData(data, width, most, colours) {
  const image = new ImageData(width, data.length / width);
  const pixels = new Uint32Array(image.data.buffer);
  const scale = 255 / (most || 1);
  for (let i = 0; i < data.length; i++)
    pixels[i] = colours[255 + Math.round(clamp(data[i] * scale, -255, 255))];
  return image;
}

/** @param {Float32Array} data */
export const largest = (data) => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * Colours an element, its text in black or white: whichever can be read better.
 * @param {HTMLElement} element
 * @param {Colour} colour
 */
export function fill(element, colour) {
  Object.assign(element.style, looks(colour));
}

/**
 * A background, and black or white text on it.
 * @param {Colour} colour
 */
export function looks(colour) {
  const [r, g, b] = colour.map((part) =>
    part / 255 <= 0.04045 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  );
  const isLight = 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179;
  return { background: `rgb(${colour.map(Math.round)})`, color: isLight ? "#000" : "#fff" };
}

/**
 * 784 pixels as a picture that the browser can show.
 * @param {ArrayLike<number>} pixels
 */
export function toUrl(pixels) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 28, height: 28 });
  contextOf(canvas).putImageData(toImageData(pixels, 28, 255, GREY), 0, 0);
  return canvas.toDataURL();
}

/**
 * @template {HTMLCanvasElement | OffscreenCanvas} T
 * @param {T} canvas
 * @returns {T extends HTMLCanvasElement ? CanvasRenderingContext2D : OffscreenCanvasRenderingContext2D}
 */
export function contextOf(canvas) {
  const context = /** @type {any} */ (canvas.getContext("2d"));
  if (!context) throw Error("This browser has no canvas to draw on.");
  return context;
}
