// From strokes to the 28x28 image that the network gets: what strokes.py and framing.py do in Python.
// A stroke is a list of [x, y], fractions of the pad from the top left; a single point is a dot.

const LONG_SIDE = 20; // pixels of 28x28 that the longer side of a digit takes, as in MNIST
const PEN = 20 / 280; // width of the pad's pen, as a share of the pad
const FRAMED_PEN = 2; // and in pixels of 28x28
const MIDDLE = 14; // where MNIST has the centre of mass: pixel 14, counted from 0
const TAP = 0.15; // of the longest stroke: a smaller one beside the drawing was not meant
const REACH = FRAMED_PEN / 2 + 0.5; // from the middle of a stroke to where its ink ends

/** The lines between the points of a stroke, [x1, y1, x2, y2], as far as they are on the pad. */
function toSegments(stroke) {
  const segments = [];
  const points = PANEL.bend(stroke);
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
