// From strokes to the 28x28 image that the network gets: what strokes.py and framing.py do in Python.

import { BENT_POINTS, BENT_STEPS, FRAMED_PEN, LONG_SIDE, MIDDLE, PEN, TAP } from "../shared/rules.js";

/** @typedef {[x: number, y: number]} Point fractions of the pad from the top left */
/** @typedef {Point[]} Stroke a single point is a dot */
/** @typedef {[x1: number, y1: number, x2: number, y2: number]} Segment */
/** @typedef {[left: number, top: number, right: number, bottom: number]} Box */

const REACH = FRAMED_PEN / 2 + 0.5; // from the middle of a stroke to where its ink ends

/**
 * A stroke of few points with others in between, so that it has no corners: natural cubic splines
 * over the points' numbers, from one hairpin bend to the next. `bend` in strokes.py says why.
 * @param {Stroke} stroke
 * @returns {Stroke}
 */
export function bend(stroke) {
  const points = stroke.filter(([x, y], i) => !i || x !== stroke[i - 1][0] || y !== stroke[i - 1][1]);
  const [fewest, most] = BENT_POINTS;
  if (points.length < fewest || points.length > most) return points;
  const ends = points.map((_, i) => i).filter((i) => !i || i === points.length - 1 || isHairpin(points, i));
  const bent = [points[0]];
  ends.slice(1).forEach((end, i) => {
    const part = points.slice(ends[i], end + 1);
    const across = spline(part.map(([x]) => x));
    const down = spline(part.map(([, y]) => y));
    for (let step = 1; step <= BENT_STEPS * (part.length - 1); step++)
      bent.push([across(step / BENT_STEPS), down(step / BENT_STEPS)]);
  });
  return bent;
}

/**
 * Whether a stroke turns by more than 150 degrees at a point.
 * @param {Stroke} points
 * @param {number} i
 */
function isHairpin(points, i) {
  const [[a, b], [c, d]] = [i, i + 1].map((k) => [
    points[k][0] - points[k - 1][0],
    points[k][1] - points[k - 1][1],
  ]);
  return (a * c + b * d) / (Math.hypot(a, b) * Math.hypot(c, d)) < Math.cos((150 * Math.PI) / 180);
}

/**
 * The natural cubic spline through values at 0, 1, 2, ..., as a function of the place.
 * @param {number[]} values
 */
function spline(values) {
  const last = values.length - 1;
  const second = Array(last + 1).fill(0); // derivatives: s[i-1] + 4 s[i] + s[i+1] = 6 (v[i-1] - 2 v[i] + v[i+1])
  const [share, rest] = [[0], [0]];
  for (let i = 1; i < last; i++) {
    share[i] = 1 / (4 - share[i - 1]);
    rest[i] = (6 * (values[i - 1] - 2 * values[i] + values[i + 1]) - rest[i - 1]) * share[i];
  }
  for (let i = last - 1; i > 0; i--) second[i] = rest[i] - share[i] * second[i + 1];
  return (/** @type {number} */ place) => {
    const i = Math.min(last - 1, Math.floor(place));
    const [a, b] = [i + 1 - place, place - i];
    return a * values[i] + b * values[i + 1] + ((a ** 3 - a) * second[i] + (b ** 3 - b) * second[i + 1]) / 6;
  };
}

/**
 * The lines between the points of a stroke, as far as they are on the pad.
 * @param {Stroke} stroke
 */
function toSegments(stroke) {
  /** @type {Segment[]} */
  const segments = [];
  const points = bend(stroke);
  points.forEach((point, place) => {
    const segment = clip(points[Math.max(0, place - 1)], point); // the first point is a line, too
    if (segment) segments.push(segment);
  });
  return segments;
}

/**
 * The part of a line that is on the pad, if any (Liang and Barsky 1984).
 * @param {Point} from
 * @param {Point} to
 * @returns {Segment | null}
 */
function clip([x1, y1], [x2, y2]) {
  const way = [x2 - x1, y2 - y1].map((length) => (Math.abs(length) < 1e-12 ? 1e-12 : length));
  let [enter, leave] = [-Infinity, Infinity]; // where it crosses the edges, as shares of its length
  [x1, y1].forEach((start, axis) => {
    const crossings = [(-1e-9 - start) / way[axis], (1 + 1e-9 - start) / way[axis]];
    enter = Math.max(enter, Math.min(...crossings));
    leave = Math.min(leave, Math.max(...crossings));
  });
  if (Math.max(enter, 0) > Math.min(leave, 1)) return null;
  const at = (/** @type {number} */ share) => [x1 + share * way[0], y1 + share * way[1]];
  const [left, top] = enter > 0 ? at(enter) : [x1, y1];
  const [right, bottom] = leave < 1 ? at(leave) : [x2, y2];
  return [left, top, right, bottom];
}

/**
 * The smallest box around segments.
 * @param {Segment[]} segments
 * @returns {Box}
 */
function boxOf(segments) {
  /** @type {Box} */
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x1, y1, x2, y2] of segments) {
    box[0] = Math.min(box[0], x1, x2);
    box[1] = Math.min(box[1], y1, y2);
    box[2] = Math.max(box[2], x1, x2);
    box[3] = Math.max(box[3], y1, y2);
  }
  return box;
}

/**
 * Leave out strokes that are tiny and next to the drawing.
 * @param {Segment[][]} strokes
 */
function withoutTaps(strokes) {
  const size = (/** @type {Box} */ [left, top, right, bottom]) => Math.max(right - left, bottom - top);
  const boxes = strokes.map(boxOf);
  const tiny = TAP * Math.max(...boxes.map(size));
  const main = boxOf(boxes.filter((box) => size(box) >= tiny));
  return strokes.filter((_, place) => {
    const [left, top, right, bottom] = boxes[place];
    return (
      right >= main[0] - tiny && bottom >= main[1] - tiny && left <= main[2] + tiny && top <= main[3] + tiny
    );
  });
}

/**
 * The segments of each stroke that is on the pad.
 * @param {Stroke[]} strokes
 */
const drawn = (strokes) => strokes.map(toSegments).filter((segments) => segments.length);

/**
 * Whether `frameStrokes` leaves out a tiny stroke next to the drawing: a slip, or an i's dot.
 * @param {Stroke[]} strokes
 */
export function hasTap(strokes) {
  const all = drawn(strokes);
  return withoutTaps(all).length < all.length;
}

/**
 * Ink from 0 to 1, 784 pixels, of segments in pixels: 1 up to half a pen from the nearest one, and
 * within a further pixel down to 0.
 * @param {Segment[]} segments
 */
function drawInk(segments) {
  const distance = new Float64Array(784).fill(Infinity);
  for (const segment of segments) {
    const [x1, y1, x2, y2] = segment.map((place) => Math.round(place * 1e6) / 1e6);
    const [wide, high] = [x2 - x1, y2 - y1];
    const length = Math.max(wide * wide + high * high, 1e-30);
    const [left, top, right, bottom] = boxOf([[x1, y1, x2, y2]]);
    for (let y = Math.max(0, Math.ceil(top - REACH)); y <= Math.min(27, bottom + REACH); y++)
      for (let x = Math.max(0, Math.ceil(left - REACH)); x <= Math.min(27, right + REACH); x++) {
        const share = Math.min(1, Math.max(0, ((x - x1) * wide + (y - y1) * high) / length));
        const away = Math.hypot(x - x1 - share * wide, y - y1 - share * high);
        if (away < distance[28 * y + x]) distance[28 * y + x] = away;
      }
  }
  return distance.map((away) => Math.min(1, Math.max(0, REACH - away)));
}

/** @param {Float64Array} ink */
const toPixels = (ink) => Uint8Array.from(ink, (share) => Math.round(255 * share));

/**
 * @param {Segment[]} segments
 * @param {number} x
 * @param {number} y
 */
const move = (segments, x, y) =>
  segments.map(([x1, y1, x2, y2]) => /** @type {Segment} */ ([x1 + x, y1 + y, x2 + x, y2 + y]));

/**
 * @param {Segment[]} segments
 * @param {(place: number) => number} change of each coordinate
 */
const mapAll = (segments, change) => segments.map((segment) => /** @type {Segment} */ (segment.map(change)));

/**
 * Draw strokes as MNIST would show them: 784 pixels, 0 to 255. The longer side is 20 pixels, the
 * centre of mass in the middle, however large and wherever they were drawn. No strokes give a blank image.
 * @param {Stroke[]} strokes
 */
export function frameStrokes(strokes) {
  const segments = withoutTaps(drawn(strokes)).flat();
  const [left, top, right, bottom] = boxOf(segments);
  const scale = (LONG_SIDE - FRAMED_PEN) / Math.max(PEN, right - left, bottom - top);
  const centred = move(segments, -(left + right) / 2, -(top + bottom) / 2);
  const framed = mapAll(centred, (place) => MIDDLE + scale * place);
  const ink = drawInk(framed);
  let [mass, column, row] = [0, 0, 0];
  ink.forEach((share, place) => {
    mass += share;
    column += share * (place % 28);
    row += share * Math.floor(place / 28);
  });
  return toPixels(drawInk(move(framed, MIDDLE - column / mass, MIDDLE - row / mass)));
}

/**
 * Ink drawn over a picture of 28x28 pixels, without framing it again.
 * @param {Uint8Array} pixels
 * @param {Stroke[]} strokes
 */
export function drawOver(pixels, strokes) {
  const segments = strokes.flatMap(toSegments);
  const ink = toPixels(drawInk(mapAll(segments, (place) => 28 * place - 0.5)));
  return pixels.map((pixel, place) => Math.max(pixel, ink[place]));
}
