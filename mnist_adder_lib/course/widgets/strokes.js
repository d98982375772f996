// From strokes to the 28x28 image that the network gets: what strokes.py and framing.py do in Python.
// A stroke is a list of [x, y], fractions of the pad from the top left; a single point is a dot.

const LONG_SIDE = 20; // pixels of 28x28 that the longer side of a digit takes, as in MNIST
const PEN = 20 / 280; // width of the pad's pen, as a share of the pad
const FRAMED_PEN = 2; // and in pixels of 28x28
const MIDDLE = 14; // where MNIST has the centre of mass: pixel 14, counted from 0
const TAP = 0.15; // of the longest stroke: a smaller one beside the drawing was not meant
const REACH = FRAMED_PEN / 2 + 0.5; // from the middle of a stroke to where its ink ends
const FEW = [8, 16]; // points of a stroke that is bent between them,
const STEPS = 5; // in so many steps

/** A stroke of few points with others in between, so that it has no corners: natural cubic splines
 *  over the points' numbers, from one hairpin bend to the next. `bend` in strokes.py says why. */
function bend(stroke) {
  const points = stroke.filter(([x, y], i) => !i || x !== stroke[i - 1][0] || y !== stroke[i - 1][1]);
  if (points.length < FEW[0] || points.length > FEW[1]) return points;
  const isHairpin = (i) => {
    const [[a, b], [c, d]] = [i, i + 1].map((k) => [points[k][0] - points[k - 1][0], points[k][1] - points[k - 1][1]]);
    return (a * c + b * d) / (Math.hypot(a, b) * Math.hypot(c, d)) < Math.cos((150 * Math.PI) / 180);
  };
  const ends = points.map((_, i) => i).filter((i) => !i || i === points.length - 1 || isHairpin(i));
  const bent = [points[0]];
  ends.slice(1).forEach((end, i) => {
    const part = points.slice(ends[i], end + 1);
    const curves = [0, 1].map((axis) => spline(part.map((point) => point[axis])));
    for (let step = 1; step <= STEPS * (part.length - 1); step++) bent.push(curves.map((curve) => curve(step / STEPS)));
  });
  return bent;
}

/** The natural cubic spline through values at 0, 1, 2, ..., as a function of the place. */
function spline(values) {
  const last = values.length - 1;
  const second = Array(last + 1).fill(0); // derivatives: s[i-1] + 4 s[i] + s[i+1] = 6 (v[i-1] - 2 v[i] + v[i+1])
  const [share, rest] = [[0], [0]];
  for (let i = 1; i < last; i++) {
    share[i] = 1 / (4 - share[i - 1]);
    rest[i] = (6 * (values[i - 1] - 2 * values[i] + values[i + 1]) - rest[i - 1]) * share[i];
  }
  for (let i = last - 1; i > 0; i--) second[i] = rest[i] - share[i] * second[i + 1];
  return (place) => {
    const i = Math.min(last - 1, Math.floor(place));
    const [a, b] = [i + 1 - place, place - i];
    return a * values[i] + b * values[i + 1] + ((a ** 3 - a) * second[i] + (b ** 3 - b) * second[i + 1]) / 6;
  };
}

/** The lines between the points of a stroke, [x1, y1, x2, y2], as far as they are on the pad. */
function toSegments(stroke) {
  const segments = [];
  const points = bend(stroke);
  points.forEach(([x2, y2], place) => {
    const [x1, y1] = points[Math.max(0, place - 1)]; // the first point is a line, too
    const way = [x2 - x1, y2 - y1].map((length) => (Math.abs(length) < 1e-12 ? 1e-12 : length));
    let [enter, leave] = [-Infinity, Infinity]; // where it crosses the edges (Liang and Barsky 1984)
    [x1, y1].forEach((start, axis) => {
      const crossings = [(-1e-9 - start) / way[axis], (1 + 1e-9 - start) / way[axis]];
      enter = Math.max(enter, Math.min(...crossings));
      leave = Math.min(leave, Math.max(...crossings));
    });
    if (Math.max(enter, 0) > Math.min(leave, 1)) return;
    const at = (share) => [x1 + share * way[0], y1 + share * way[1]];
    segments.push([...(enter > 0 ? at(enter) : [x1, y1]), ...(leave < 1 ? at(leave) : [x2, y2])]);
  });
  return segments;
}

/** The smallest box around segments: [left, top, right, bottom]. */
function boxOf(segments) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x1, y1, x2, y2] of segments) {
    box[0] = Math.min(box[0], x1, x2);
    box[1] = Math.min(box[1], y1, y2);
    box[2] = Math.max(box[2], x1, x2);
    box[3] = Math.max(box[3], y1, y2);
  }
  return box;
}

/** Leave out strokes that are tiny and lie beside the drawing. */
function withoutTaps(strokes) {
  const size = ([left, top, right, bottom]) => Math.max(right - left, bottom - top);
  const boxes = strokes.map(boxOf);
  const tiny = TAP * Math.max(...boxes.map(size));
  const main = boxOf(boxes.filter((box) => size(box) >= tiny));
  return strokes.filter((_, place) => {
    const [left, top, right, bottom] = boxes[place];
    return right >= main[0] - tiny && bottom >= main[1] - tiny && left <= main[2] + tiny && top <= main[3] + tiny;
  });
}

/** Ink from 0 to 1, 784 pixels, of segments in pixels: 1 up to half a pen from the nearest one, and
 *  within a further pixel down to 0. */
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

const toPixels = (ink) => Uint8Array.from(ink, (share) => Math.round(255 * share));
const move = (segments, x, y) => segments.map(([x1, y1, x2, y2]) => [x1 + x, y1 + y, x2 + x, y2 + y]);

/** Draw strokes as MNIST would show them: 784 pixels, 0 to 255. The longer side is 20 pixels, the
 *  centre of mass in the middle, however large and wherever they were drawn. */
function frameStrokes(strokes) {
  const drawn = strokes.map(toSegments).filter((segments) => segments.length);
  if (!drawn.length) return new Uint8Array(784);
  const segments = withoutTaps(drawn).flat();
  const [left, top, right, bottom] = boxOf(segments);
  const scale = (LONG_SIDE - FRAMED_PEN) / Math.max(PEN, right - left, bottom - top);
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const framed = move(segments, -x, -y).map((segment) => segment.map((place) => MIDDLE + scale * place));
  const ink = drawInk(framed);
  let [mass, column, row] = [0, 0, 0];
  ink.forEach((share, place) => {
    mass += share;
    column += share * (place % 28);
    row += share * Math.floor(place / 28);
  });
  return toPixels(drawInk(move(framed, MIDDLE - column / mass, MIDDLE - row / mass)));
}

/** Ink drawn over a picture of 28x28 pixels, without framing it anew. */
function drawOver(pixels, strokes) {
  const segments = strokes.flatMap(toSegments);
  const ink = toPixels(drawInk(segments.map((segment) => segment.map((place) => 28 * place - 0.5))));
  return pixels.map((pixel, place) => Math.max(pixel, ink[place]));
}
