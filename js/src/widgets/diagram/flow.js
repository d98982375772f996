// The bands between the parts of the network: from where to where numbers go.

import { svg } from "lit-html";
import { find, findAll } from "../common/dom.js";

/** @typedef {{ left: number, right: number, top: number, bottom: number }} Box */

const FLOW = [
  // "join" is embedding and number together
  ["image", "block1"],
  ["block1", "block2"],
  ["block2", "block3"],
  ["block3", "average"],
  ["average", "embedding"],
  ["join", "adder"],
  ["adder", "digit_head"],
  ["adder", "sum_head"],
];

/**
 * A band from one picture to another beside it.
 * @param {Box} a
 * @param {Box} b
 */
function band(a, b) {
  const middle = (a.right + b.left) / 2;
  return (
    `M${a.right} ${a.top}C${middle} ${a.top} ${middle} ${b.top} ${b.left} ${b.top}V${b.bottom}` +
    `C${middle} ${b.bottom} ${middle} ${a.bottom} ${a.right} ${a.bottom}Z`
  );
}

/**
 * An arrow from the end of a row to the beginning of the next, past their names.
 * @param {Box} a
 * @param {Box} b
 * @param {{ right: number, left: number, bend: number }} way
 */
function turn(a, b, { right, left, bend }) {
  const [from, to] = [a, b].map(({ top, bottom }) => (top + bottom) / 2);
  return (
    `M${a.right + 3} ${from}H${right - 8}q8 0 8 8V${bend - 8}q0 8 -8 8` +
    `H${left + 8}q-8 0 -8 8V${to - 8}q0 8 8 8H${b.left - 6}m-6 -5l6 5l-6 5`
  );
}

/**
 * @param {Box} a
 * @param {Box} b
 * @returns {Box}
 */
const union = (a, b) => ({
  left: Math.min(a.left, b.left),
  right: Math.max(a.right, b.right),
  top: Math.min(a.top, b.top),
  bottom: Math.max(a.bottom, b.bottom),
});

/** Where elements are, seen from the corner of the picture. @param {HTMLElement} network */
function measure(network) {
  const { left, top } = find(network, ".flow").getBoundingClientRect();
  /** @param {Element} element @returns {Box} */
  const place = (element) => {
    const box = element.getBoundingClientRect();
    return {
      left: box.left - left,
      right: box.right - left,
      top: box.top - top,
      bottom: box.bottom - top,
    };
  };
  const part = (/** @type {string} */ name) => find(network, `[data-part="${name}"]`);
  /** @param {string} name @returns {Box} */
  const picture = (name) =>
    name === "join" ? union(picture("embedding"), picture("number")) : place(find(part(name), ".picture"));
  const [first, second] = findAll(network, ".row").map(place);
  return { place, part, picture, first, second };
}

/**
 * @param {HTMLElement} network
 * @param {number} joined how many numbers go on from embedding and number
 */
export function flow(network, joined) {
  const { place, part, picture, first, second } = measure(network);
  /** @type {unknown[]} */
  const bands = [];
  /** @type {unknown[]} */
  const lines = [];
  for (const [from, to] of FLOW) {
    if (to === "embedding" && second.top >= first.bottom) {
      const bend = (first.bottom + second.top) / 2;
      const way = { right: place(part(from)).right + 4, left: place(part(to)).left - 6, bend };
      lines.push(svg`<path data-to=${to} d=${turn(picture(from), picture(to), way)} />`);
    } else bands.push(svg`<path data-to=${to} d=${band(picture(from), picture(to))} />`);
  }
  const { left, right, top, bottom } = picture("join");
  lines.push(svg`<g data-to="number"><rect x=${left - 3} y=${top - 3} width=${right - left + 6}
    height=${bottom - top + 6} rx="5" /><text x=${right + 9} y=${(top + bottom) / 2 + 4}>${joined}</text></g>`);
  return svg`<g class="bands">${bands}</g><g class="lines">${lines}</g>`;
}
