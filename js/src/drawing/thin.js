// A drawing in fewer points, for a link: it looks the same, and the address stays short.

import { FEW } from "../shared/rules.js";

/** @import { Point, Stroke } from "./strokes.js" */

const NEAR = 1 / 100; // of the drawing's longer side, which is 20 pixels of the image that the network gets

/** @param {number} value */
const round = (value) => Math.round(1000 * value) / 1000 + 0; // + 0: never -0

/**
 * Strokes with three decimals, and without points that lie near the one before. A stroke of few points keeps all of
 * them, and one of many keeps so many that it isn't taken for one of few: curves are drawn through few points.
 * @param {Stroke[]} strokes
 * @returns {Stroke[]}
 */
export function thin(strokes) {
  const rounded = strokes.map((stroke) =>
    stroke.map(([x, y]) => /** @type {Point} */ ([round(x), round(y)])),
  );
  const near = NEAR * longerSide(rounded.flat());
  return rounded.map((stroke) => {
    const thinned = withoutNear(stroke, near);
    return thinned.length > FEW[1] ? thinned : stroke;
  });
}

/** @param {Point[]} points */
function longerSide(points) {
  const [across, down] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const length = (/** @type {number[]} */ places) => Math.max(...places) - Math.min(...places);
  return points.length ? Math.max(length(across), length(down)) : 0;
}

/**
 * @param {Stroke} stroke
 * @param {number} near
 */
function withoutNear(stroke, near) {
  /** @type {Stroke} */
  const kept = [];
  stroke.forEach((point, i) => {
    const last = kept[kept.length - 1];
    const isFar = !last || Math.hypot(point[0] - last[0], point[1] - last[1]) >= near;
    if (isFar || i === stroke.length - 1) kept.push(point);
  });
  return kept;
}
