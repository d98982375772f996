// Why a drawing was read as a digit, in words.

/** @import { Neighbours } from "./knowledge.js" */

/** @param {Neighbours | null} near none where it wasn't compared with anything */
export function saysWhyItPassed(near) {
  if (!near) return "";
  return `Its strangeness is ${near.strangeness.toFixed(1)}, and I only reject what is above ${near.limit.toFixed(1)}.`;
}
