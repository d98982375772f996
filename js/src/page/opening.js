// What the page asks once it has answered: "Or does it?"

import { html } from "lit-html";
import { find, isStill } from "../widgets/common/dom.js";

/** @import { PageState } from "./state.js" */

/**
 * The pair of which the visitor has just seen the sum; none while the drawing can't be read for sure. The network
 * that ships says it, whatever is being taught.
 * @param {PageState} state
 * @returns {import("../network/hidden_pairs.js").Pair | null}
 */
function pairOf({ reader, number }) {
  return reader.trust.value === "sure" ? [reader.result.value.digit, number.value] : null;
}

/**
 * @param {PageState} state
 * @param {(pair: import("../network/hidden_pairs.js").Pair) => void} hide makes it the only pair that is hidden
 */
export function orDoesIt(state, hide) {
  const pair = pairOf(state);
  const go = () => {
    if (pair) hide(pair);
    const heading = find(document, "#hiding");
    heading.scrollIntoView({ behavior: isStill() ? "auto" : "smooth" });
    heading.focus({ preventScroll: true });
  };
  return html`
    <p class="question"><span><strong>Or does it?</strong> Perhaps it only knows all hundred sums by heart. Hide one
      from a new network and find out.</span>
      <button type="button" class="hide-it" @click=${go}>Hide ${pair ? pair.join(" + ") : "a sum"}</button></p>`;
}
