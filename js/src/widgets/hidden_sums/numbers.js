import { clamp } from "../common/colours.js";

/**
 * In percent, with a decimal near the ends: 0% is none at all, and 100% all.
 * @param {number} share
 */
export function percentOf(share) {
  if (share <= 0 || share >= 1) return `${100 * share}%`;
  return `${clamp(100 * share, 0.1, 99.9).toFixed(share < 0.1 || share > 0.9 ? 1 : 0)}%`;
}
