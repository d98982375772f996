// Ways of hiding many pairs at once, and what we measured for each.

import { atRandom, BLOCK, FEW, ONE_IN_EACH_ROW, PATTERN } from "../../network/hidden_pairs.js";

/** @import { Pair } from "../../network/hidden_pairs.js" */
/**
 * @typedef {object} Preset
 * @property {string} value
 * @property {string} words
 * @property {() => Pair[]} pairs
 * @property {string} reached share of the hidden sums that are right after *Keep training*: mean of 20 seeds, lowest and
 *     highest, and for pairs at random 20 different choices as well; docs/lab_notebook.md says how it was measured
 */

/** @type {Preset[]} */
export const PRESETS = [
  { value: "rows", words: "One in each row", pairs: () => ONE_IN_EACH_ROW, reached: "95% (91% to 98%)" },
  { value: "random", words: `${FEW} at random`, pairs: () => atRandom(), reached: "85% (61% to 98%)" },
  { value: "pattern", words: "Pattern of 20", pairs: () => PATTERN, reached: "20% (1% to 51%)" },
  {
    value: "block",
    words: "Block of 16",
    pairs: () => BLOCK,
    reached: "63% of the six that can be tested (30% to 92%)",
  },
];
