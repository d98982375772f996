// Why a drawing was read as a digit, in words.

import { score } from "../common/scale.js";

/** @import { Neighbours } from "./knowledge.js" */

/** @param {Pick<Neighbours, "strangeness" | "threshold" | "byHead"> | null} near none where it wasn't compared with anything */
export function saysWhyItPassed(near) {
  if (!near) return "";
  const [all, most] = [near.strangeness, near.threshold].map(score);
  if (near.byHead === null) return `Its strangeness is ${all}, and I only reject what is above ${most}.`;
  return `Two scores let it pass: ${score(near.strangeness - near.byHead)} for its distance from my training images, and
    ${score(near.byHead)} for what it has of non-digits. Together that is ${all}, and I only reject what is above ${most}.`;
}
