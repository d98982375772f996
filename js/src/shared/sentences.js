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
  strange,
  empty_image,
  not_finite,
  untrusted,
  untrusted_short,
  untrusted_empty,
  too_little_ink,
  too_flat,
  too_much_ink,
  two_parts,
  too_many_hidden,
  last_pair,
} = shared.sentences;
