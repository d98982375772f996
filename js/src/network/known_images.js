// Training images by their embeddings: how far apart they are, and a map of them.

const CHUNK = 10; // milliseconds of calculation, before the page gets its turn

/** @param {ArrayLike<number>} values */
export const mean = (values) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
/**
 * @param {number[]} a
 * @param {number[]} b
 */
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/**
 * How much each number of embeddings varies among images of one digit.
 * @param {number[][]} embeddings a row for each image
 * @param {number[]} digits that the images show
 */
export function spreads(embeddings, digits) {
  const columns = embeddings[0].map((_, i) => i);
  const middles = [...Array(10).keys()].map((digit) => {
    const own = embeddings.filter((_, n) => digits[n] === digit);
    return own.length === 0 ? [] : columns.map((i) => mean(own.map((values) => values[i])));
  });
  const variances = columns.map((i) =>
    mean(embeddings.map((values, n) => (values[i] - middles[digits[n]][i]) ** 2)),
  );
  const least = 0.001 * (variances.length ? mean(variances) : 0); // so that it is never 0
  return variances.map((variance) => Math.sqrt(variance + least));
}

/** @param {number} time in milliseconds */
export const pause = (time) => new Promise((go) => setTimeout(go, time));

/**
 * f(0), f(1), ... with pauses, in which the page gets its turn; until all are there or it is over.
 * @template T
 * @param {number} count
 * @param {(n: number) => T} f
 * @param {() => boolean} isOver
 */
export async function inTurns(count, f, isOver) {
  /** @type {T[]} */
  const made = [];
  for (let since = performance.now(); made.length < count && !isOver(); ) {
    made.push(f(made.length));
    if (performance.now() - since < CHUNK) continue;
    await pause(CHUNK);
    since = performance.now();
  }
  return made;
}

/**
 * The two directions in which points differ most: what projects a point on them. (PCA: the first two
 * eigenvectors of the covariances, by power iteration.)
 * @param {number[][]} points
 * @returns {(point: number[]) => number[]}
 */
export function principal(points) {
  const middle = points[0].map((_, i) => mean(points.map((point) => point[i])));
  const covariances = covariancesOf(points, middle);
  /** @type {number[][]} */
  const ways = [];
  for (const start of [0, 1]) {
    let way = middle.map((_, i) => Math.cos(i + start)); // whatever it is
    for (let round = 0; round < 100; round++) {
      const turned = covariances.map((row) => dot(row, way));
      const shares = ways.map((other) => dot(turned, other)); // at right angles to the first
      const next = turned.map(
        (value, i) => value - ways.reduce((sum, other, k) => sum + shares[k] * other[i], 0),
      );
      const length = Math.hypot(...next);
      way = next.map((value) => value / length);
    }
    ways.push(way);
  }
  return (point) => ways.map((way) => dot(way, point) - dot(way, middle));
}

/**
 * Times how many points there are, which changes no direction.
 * @param {number[][]} points
 * @param {number[]} middle
 */
function covariancesOf(points, middle) {
  const covariances = middle.map(() => middle.map(() => 0));
  for (const point of points)
    for (let i = 0; i < middle.length; i++)
      for (let j = 0; j < middle.length; j++)
        covariances[i][j] += (point[i] - middle[i]) * (point[j] - middle[j]);
  return covariances;
}

/**
 * The places of the smallest of many numbers, the smallest first.
 * @param {ArrayLike<number>} values
 * @param {number} count
 */
export function smallest(values, count) {
  /** @type {number[]} */
  const places = [];
  while (places.length < count) {
    let best = -1;
    for (let i = 0; i < values.length; i++) if (!(values[i] >= values[best]) && !places.includes(i)) best = i;
    places.push(best);
  }
  return places;
}

/**
 * The distance of a point to each of some points.
 * @param {number[][]} points
 * @param {number[]} point
 */
export const distances = (points, point) =>
  points.map((other) => Math.hypot(...other.map((value, i) => value - point[i])));

/**
 * The embedding of each training image, as `known_images` in nearest.py stored it: a byte for each number.
 * @param {number[]} step
 * @param {Uint8Array} bytes
 */
export const unpackEmbeddings = (step, bytes) =>
  Array.from({ length: bytes.length / step.length }, (_, n) =>
    step.map((size, i) => size * bytes[n * step.length + i]),
  );
