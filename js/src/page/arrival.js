// What somebody passed on with a link: said at the top of the page, and repeated here.

import { signal } from "@preact/signals-core";
import { html, nothing } from "lit-html";
import { show } from "../widgets/common/view.js";
import { showTable } from "./opening.js";

/** @import { Pair } from "../network/hidden_pairs.js" */
/** @import { RunMade } from "../state/address.js" */
/** @import { HiddenSums } from "../widgets/hidden_sums/state.js" */
/** @typedef {{ pairs: Pair[], run: RunMade | null }} Arrival what a link holds: hidden pairs, and what was trained without them */

/** What was hidden, in words. @param {Pair[]} pairs */
const named = (pairs) => (pairs.length === 1 ? pairs[0].join(" + ") : `${pairs.length} pairs`);

/** @param {Arrival} arrival */
export function saysArrival({ pairs, run }) {
  const [what, them] = [named(pairs), pairs.length === 1 ? "it" : "them"];
  if (!run) return `Somebody hid ${what}. What will an adder say that never sees ${them}?`;
  if (run.rounds > 1) return `Somebody hid ${what}, trained an adder without ${them}, and kept training.`;
  return `Somebody hid ${what} and trained an adder without ${them}. It is being repeated here.`;
}

/** Whether a page of the same site led here. */
const isFromHere = () => document.referrer !== "" && new URL(document.referrer).origin === location.origin;

/**
 * A short training is repeated at once; a long one when it is asked for.
 * @param {HTMLElement} el
 * @param {HiddenSums} sums
 */
export function makeArrival(el, sums) {
  const arrival = signal(/** @type {Arrival | null} */ (null));
  const go = (/** @type {RunMade | null} */ run) => {
    arrival.value = null;
    if (run) sums.remake(run);
    showTable();
  };
  show(el, () => {
    const now = arrival.value;
    if (!now) return html`${nothing}`;
    const isLong = (now.run?.rounds ?? 0) > 1;
    return html`<p>${saysArrival(now)}</p>
      <button type="button" @click=${() => go(isLong ? now.run : null)}>${isLong ? "Repeat it here" : "See the table"}</button>`;
  });
  return (/** @type {Arrival | null} */ next) => {
    if (next && !next.run && isFromHere()) return queueMicrotask(showTable); // one has just pressed the site's own button
    arrival.value = next;
    if (next?.run?.rounds === 1) sums.remake(next.run);
  };
}
