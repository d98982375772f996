// What is asked after the first answer, "Or does it?", and what is known of it by then. In one tap the sum is hidden,
// and the table comes into view.

import { html } from "lit-html";
import { find, isStill } from "../widgets/common/dom.js";

/** @import { ReadonlySignal } from "@preact/signals-core" */
/** @import { Pair } from "../network/hidden_pairs.js" */
/** @import { PageState } from "./page_state.js" */

const PERHAPS = "Perhaps it knows all hundred sums by heart. Hide one from a new adder and find out.";
const OUTCOME = 100; // how far below the table, in pixels, what a run has shown moves the button that leads on

/** Brings the table of sums into view, with what trains on it; and with the heading, if there is room for all. */
export function showTable() {
  const heading = find(document, "#hiding");
  const [table, next] = ["#sums table", "#sums .next"].map((name) =>
    find(document, name).getBoundingClientRect(),
  );
  const bottom = Math.max(table.bottom, next.top > table.bottom ? next.bottom + OUTCOME : next.bottom);
  const height = bottom - heading.getBoundingClientRect().top;
  const first = height < innerHeight ? heading : find(document, "#sums");
  first.scrollIntoView({ behavior: isStill() ? "auto" : "smooth" });
}

/**
 * @param {PageState} state
 * @param {ReadonlySignal<string>} found what adders that were trained here made of hidden sums
 * @param {(pair: Pair) => void} hide makes it the only pair that is hidden
 */
export function offerToHide({ answer: { certainty, result, number } }, found, hide) {
  /** @type {Pair | null} */
  const pair = certainty.value === "sure" ? [result.value.digit, number.value] : null; // else it can't be read for sure
  const go = () => {
    if (pair) hide(pair);
    find(document, "#hiding").focus({ preventScroll: true });
    showTable();
  };
  return html`
    <p class="question"><span><strong>Or does it?</strong> ${found.value ? `Hidden sums right so far: ${found.value}.` : PERHAPS}</span>
      <button type="button" class="hide-it lead" @click=${go}>Hide ${pair ? pair.join(" + ") : "a sum"}</button></p>`;
}
