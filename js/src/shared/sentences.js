// Sentences that Python reads from the same file, assets/shared.json. Names in braces are filled in by `fill`.
// build.js lists them here.

import shared from "../../../assets/shared.json" with { type: "json" };

export const {
  over,
  under,
  empty,
  doubt,
  left_out,
  which,
  unsure_sum,
  disagree,
  certain,
  rejected,
  empty_image,
  not_finite,
  nearest_guess,
  nearest_guess_short,
  nearest_guess_empty,
  too_little_ink,
  too_flat,
  too_much_ink,
  two_parts,
  too_many_hidden,
  last_pair,
} = shared.sentences;
