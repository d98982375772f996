// Ways of hiding many pairs at once.

import { atRandom, BLOCK, FEW, ONE_IN_EACH_ROW, PATTERN } from "../../network/hidden_pairs.js";

/** @import { Pair } from "../../network/hidden_pairs.js" */

/** @type {{ value: string, words: string, pairs: () => Pair[] }[]} */
export const PRESETS = [
  { value: "rows", words: "One in each row", pairs: () => ONE_IN_EACH_ROW },
  { value: "random", words: `${FEW} at random`, pairs: () => atRandom() },
  { value: "pattern", words: "Pattern of 20", pairs: () => PATTERN },
  { value: "block", words: "Block of 16", pairs: () => BLOCK },
];
