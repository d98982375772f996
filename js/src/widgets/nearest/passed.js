// Why a drawing was read as a digit, in words.

/** @import { Neighbours } from "./knowledge.js" */

/** @param {Pick<Neighbours, "strangeness" | "threshold" | "byHead"> | null} near none where it wasn't compared with anything */
export function saysWhyItPassed(near) {
  if (!near) return "";
  const words = (/** @type {number} */ score) => score.toFixed(1);
  const [all, most] = [near.strangeness, near.threshold].map(words);
  if (near.byHead === null) return `Its strangeness is ${all}, and I only reject what is above ${most}.`;
  return `Two scores let it pass: ${words(near.strangeness - near.byHead)} for its distance from my training images, and
    ${words(near.byHead)} for what it has of non-digits. Together that is ${all}, and I only reject what is above ${most}.`;
}
