// The curve, and where the ball is on it.

import { svg } from "lit-html";
import { clamp } from "../common/colours.js";
import { range } from "../common/numbers.js";
import { lossAt, slopeAt } from "./descent.js";
import { write } from "./words.js";

export const [LEFT, RIGHT, TOP] = [-0.5, 6.5, 49]; // the part of the plane that is shown
export const [WIDTH, HEIGHT] = [600, 300];
const LONGEST = 60; // steps whose trace is kept

/** @param {number} w */
const across = (w) => 46 + ((w - LEFT) / (RIGHT - LEFT)) * (WIDTH - 60);
/** @param {number} loss */
const up = (loss) => 250 - (loss / TOP) * 236;
/** @param {number} w */
export const isOut = (w) => w < LEFT || w > RIGHT;
/** The w at a place, as a share of the picture's width. @param {number} share */
export const weightAt = (share) => LEFT + ((share * WIDTH - 46) / (WIDTH - 60)) * (RIGHT - LEFT);

/** @param {number} w */
const pointAt = (w) => [across(clamp(w, LEFT, RIGHT)), up(clamp(lossAt(w), 0, TOP))];
const asText = (/** @type {number[]} */ point) => point.map((one) => one.toFixed(1)).join();

const curve = range(121)
  .map((i) => LEFT + (i * (RIGHT - LEFT)) / 120)
  .map((w) => asText([across(w), up(lossAt(w))]))
  .join(" ");

/** What stays as it is. */
export const axes = svg`
  <g class="axes" aria-hidden="true">
    <line x1="46" x2=${WIDTH - 8} y1="250" y2="250" /><line x1="46" x2="46" y1="8" y2="250" />
    ${range(7).map((w) => svg`<text x=${across(w)} y="272" text-anchor="middle">${w}</text>`)}
    ${[0, 16, 36].map((loss) => svg`<text x="38" y=${up(loss) + 5} text-anchor="end">${loss}</text>`)}
    <text x=${WIDTH - 8} y="296" text-anchor="end">weight w</text><text x="40" y="18" text-anchor="end">loss</text>
  </g>
  <polyline class="curve" points=${curve} />`;

/** Where the ball was. @param {number[]} path */
export function trace(path) {
  const points = path.slice(-LONGEST).map(pointAt);
  return svg`<polyline class="trace" points=${points.map(asText).join(" ")} />
    <g class="dots">${points.slice(0, -1).map(([x, y]) => svg`<circle cx=${x.toFixed(1)} cy=${y.toFixed(1)} r="4" />`)}</g>`;
}

/** The ball, and the tangent: as long on the page wherever the ball is. @param {number} w */
export function ball(w) {
  const [x, y] = pointAt(w);
  const steepness = (-slopeAt(w) * (up(0) - up(1))) / (across(1) - across(0));
  const length = isOut(w) ? 0 : 62 / Math.hypot(1, steepness);
  const isLeft = w < LEFT;
  const words = isOut(w) ? (isLeft ? `← w = ${write(w, 1)}` : `w = ${write(w, 1)} →`) : "";
  const fixed = (/** @type {number} */ number) => number.toFixed(2);
  return svg`
    <line class="tangent" x1=${fixed(x - length)} y1=${fixed(y - length * steepness)}
      x2=${fixed(x + length)} y2=${fixed(y + length * steepness)} />
    <g class="ball" transform="translate(${fixed(x)} ${fixed(y)})"><circle class="reach" r="26" /><circle r="10" /></g>
    <text class="away" x=${fixed(x + (isLeft ? 18 : -18))} y=${fixed(y + 6)} text-anchor=${isLeft ? "start" : "end"}>${words}</text>`;
}
