// The loss (2w - 6)² over w, and gradient steps on it.

/** @typedef {{ path: number[], velocity: number }} Descent every w since the start, and where momentum pulls */

const GONE = 1e6; // from this loss on the ball counts as lost

/** @param {number} w */
export const lossAt = (w) => (2 * w - 6) ** 2;
/** @param {number} w */
export const slopeAt = (w) => 8 * w - 24; // 2 · (2w - 6) · 2, by the chain rule
/** @param {number} w */
export const isGone = (w) => lossAt(w) > GONE;
/** @param {Descent} descent */
export const here = ({ path }) => path[path.length - 1];

/**
 * How far the next step goes, before the learning rate.
 * @param {Descent} descent
 * @param {number} momentum
 */
export const nextVelocity = (descent, momentum) => momentum * descent.velocity + slopeAt(here(descent));

/**
 * @param {Descent} descent
 * @param {number} rate
 * @param {number} momentum
 * @returns {Descent}
 */
export function step(descent, rate, momentum) {
  const velocity = nextVelocity(descent, momentum);
  return { path: [...descent.path, here(descent) - rate * velocity], velocity };
}
