// From the answer to the question in one tap: the sum is hidden, and the table comes into view.

import { html } from "lit-html";
import { find, isStill } from "../widgets/common/dom.js";
import { orDoesIt } from "../widgets/diagram/or_does_it.js";

/** @import { ReadonlySignal } from "@preact/signals-core" */
/** @import { Pair } from "../network/hidden_pairs.js" */
/** @import { PageState } from "./page_state.js" */

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
export function offerToHide({ answer }, found, hide) {
  const go = (/** @type {Pair | null} */ pair) => {
    if (pair) hide(pair);
    find(document, "#hiding").focus({ preventScroll: true });
    showTable();
  };
  return orDoesIt(
    answer,
    (words, pair) => html`<button type="button" class="hide-it" @click=${() => go(pair)}>${words}</button>`,
    found.value,
  );
}
