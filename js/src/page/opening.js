// From the answer to the question in one tap: the sum is hidden, and the table comes into view.

import { html } from "lit-html";
import { find, isStill } from "../widgets/common/dom.js";
import { orDoesIt } from "../widgets/diagram/or_does_it.js";

/** @import { Pair } from "../network/hidden_pairs.js" */
/** @import { PageState } from "./state.js" */

/**
 * @param {PageState} state the network that ships answers, whatever is being taught
 * @param {(pair: Pair) => void} hide makes it the only pair that is hidden
 */
export function offerToHide({ reader }, hide) {
  const go = (/** @type {Pair | null} */ pair) => {
    if (pair) hide(pair);
    const heading = find(document, "#hiding");
    heading.scrollIntoView({ behavior: isStill() ? "auto" : "smooth" });
    heading.focus({ preventScroll: true });
  };
  return orDoesIt(
    reader,
    (words, pair) => html`<button type="button" class="hide-it" @click=${() => go(pair)}>${words}</button>`,
  );
}
