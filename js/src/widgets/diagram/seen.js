// What a pixel of a map sees of the image: a frame on the image, and the same in words.

import { html } from "lit-html";

/** @import { Place } from "../viewer/viewer_state.js" */
/** @typedef {{ top: number, left: number, size: number }} Field a square of the image, in pixels */

const AROUND = 11; // pixels shown around the image: a field may hang over its border
const SIDE = 28;

/** The first and the last row or column that are in the image. @param {number} first @param {number} size */
const ends = (first, size) => `${Math.max(0, first)} to ${Math.min(SIDE, first + size) - 1}`;

/** @param {Place} place of the pixel @param {Field} field */
export function seenInWords([row, column], { top, left, size }) {
  const isInside = Math.min(top, left) >= 0 && Math.max(top, left) + size <= SIDE;
  return `Row ${row}, column ${column} of the map sees rows ${ends(top, size)}, columns ${ends(left, size)} of the image. \
Its receptive field is ${size} × ${size} pixels${isInside ? "" : ", and part of it lies outside of the image"}.`;
}

/**
 * @param {string} image its address
 * @param {Field} field
 * @param {string} words
 */
export function seen(image, { top, left, size }, words) {
  const [x, y, side] = [left + AROUND, top + AROUND, size].map((n) => `${(100 * n) / (SIDE + 2 * AROUND)}%`);
  return html`<span class="seen-of-image" aria-hidden="true"><img src=${image} alt=""><i
    style="left: ${x}; top: ${y}; width: ${side}; height: ${side}"></i></span><span>${words}</span>`;
}
