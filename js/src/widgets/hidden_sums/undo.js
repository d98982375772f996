// What was hidden before: as far back as one likes. What happens in one go, such as drawing across many pairs, is
// undone in one go.

/** @import { Pair } from "../../network/hidden_pairs.js" */
/** @typedef {{ pairs: Pair[], gesture: unknown }} Step pairs as they were, and what then changed them */

/**
 * @param {Step[]} past
 * @param {Pair[]} pairs as they are now
 * @param {unknown} gesture that changes them: the same one again adds no step
 * @returns {Step[]}
 */
export function remember(past, pairs, gesture) {
  const isSame = past.length > 0 && past[past.length - 1].gesture === gesture;
  return isSame ? past : [...past, { pairs, gesture }];
}
