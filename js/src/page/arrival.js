// What a link brings is said at the top of the page: somebody has hidden pairs, and asks for a guess. Nothing starts by
// itself.

import { effect, signal } from "@preact/signals-core";
import { html, nothing } from "lit-html";
import { pairOf } from "../network/hidden_pairs.js";
import { show } from "../widgets/common/view.js";
import { areSamePairs } from "../widgets/hidden_sums/runs.js";
import { showTable } from "./opening.js";

/** @import { Pair } from "../network/hidden_pairs.js" */
/** @import { Shared } from "../state/address.js" */
/** @import { HiddenSums } from "../widgets/hidden_sums/hidden_sums_state.js" */

/**
 * @param {Pair[]} pairs that somebody has hidden, at least one
 * @param {string} question the one at which one can guess, as `keyOf` names it; "" if there is none
 */
export function saysArrival(pairs, question) {
  if (pairs.length === 1) return `I hid ${pairs[0].join(" + ")}. What will it say?`;
  const asked = question ? ` What will it say to ${pairOf(question).join(" + ")}?` : "";
  return `I hid ${pairs.length} pairs.${asked}`;
}

/** Whether a page of the same site led here. */
const isFromHere = () => document.referrer !== "" && new URL(document.referrer).origin === location.origin;

/**
 * Returns what says what a link brings, whenever one is opened.
 * @param {HTMLElement} el
 * @param {HiddenSums} sums
 */
export function makeArrival(el, { adders, guessing, traits }) {
  const hidden = signal(/** @type {Pair[]} */ ([])); // by somebody, until one has seen it or hides other pairs
  /** To the table, and to the first number, if one can guess. */
  const go = () => {
    showTable();
    const first = document.querySelector("#sums .guess input");
    if (first instanceof HTMLElement) first.focus({ preventScroll: true });
  };
  effect(() => {
    const isOver = adders.phase.value !== "choosing" || !areSamePairs(hidden.value, traits.pairs.value);
    if (isOver && hidden.value.length) hidden.value = [];
  });
  show(el, () => {
    const question = guessing.question.value;
    return hidden.value.length
      ? html`<div class="line"><p>${saysArrival(hidden.value, question)}</p>
          <button type="button" @click=${go}>${question ? "Guess" : "See the table"}</button></div>`
      : html`${nothing}`;
  });
  return (/** @type {Partial<Shared>} */ { pairs = [] }) => {
    // To the table, once it is there, where one has just pressed the site's own button.
    if (pairs.length && isFromHere()) requestAnimationFrame(() => setTimeout(showTable));
    else hidden.value = pairs;
  };
}
