// Why a drawing was read as a digit, in words.

/** @import { Neighbours } from "./knowledge.js" */

/** @param {Neighbours | null} near none where it wasn't compared with anything */
export function saysWhyItPassed(near) {
  if (!near) return "";
  const [strangeness, threshold] = [near.strangeness, near.threshold].map((score) => score.toFixed(1));
  return `Its strangeness is ${strangeness}, and I only reject what is above ${threshold}.`;
}
