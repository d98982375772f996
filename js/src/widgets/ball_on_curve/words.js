// What the ball does, in numbers and sentences.

import { html } from "lit-html";
import { whole } from "../common/numbers.js";
import { here, isGone, lossAt, nextVelocity, slopeAt } from "./descent.js";

/** @import { Descent } from "./descent.js" */

/**
 * A number as one would write it on paper, with a real minus.
 * @param {number} x
 */
export function write(x, digits = 3) {
  if (Math.abs(x) >= 1e9) return x.toExponential(0).replace("+", "").replace("-", "−");
  const text = Math.abs(x) >= 1000 ? whole(x) : String(Number(x.toFixed(digits)));
  return text === "-0" ? "0" : text.replace("-", "−");
}
/** @param {number} x */
const inBrackets = (x) => (x < 0 ? `(${write(x)})` : write(x));

/**
 * The calculation of now, and that of the next step.
 * @param {Descent} descent
 * @param {number} rate
 * @param {number} momentum
 */
export function paper(descent, rate, momentum) {
  const [w, slope, move] = [here(descent), slopeAt(here(descent)), nextVelocity(descent, momentum)];
  const kept =
    momentum && descent.velocity
      ? `velocity ${write(momentum)} · ${inBrackets(descent.velocity)} + ${inBrackets(slope)} = ${write(move)}, `
      : "";
  return html`<span>w = ${write(w)}, loss (2 · ${inBrackets(w)} − 6)² = ${write(lossAt(w))}, <b>slope ${write(slope)}</b></span
    ><span>next: ${kept}w = ${write(w)} − ${write(rate)} · ${inBrackets(move)} = ${write(w - rate * move)}</span>`;
}

/**
 * @param {Descent} descent
 * @param {(w: number) => boolean} isOut of the picture
 */
export function story(descent, isOut) {
  const [w, steps] = [here(descent), descent.path.length - 1];
  if (!steps) return "Press Step. Or move the ball and begin elsewhere.";
  const count = steps === 1 ? "After 1 step" : `After ${steps} steps`;
  if (isGone(w)) return `${count} the ball is gone: the loss is ${write(lossAt(w))}. Start again.`;
  if (isOut(w))
    return `${count} the ball has left the picture: w is ${write(w)}, the loss ${write(lossAt(w))}.`;
  return `${count} w is ${write(w)}, the loss ${write(lossAt(w))}.`;
}

/** For screen readers. @param {number} w */
export const place = (w) => `w ${write(w)}, loss ${write(lossAt(w), 2)}, slope ${write(slopeAt(w), 2)}`;
