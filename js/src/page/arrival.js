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

/**
 * @param {Arrival} arrival
 * @param {boolean} [isMine] whether it was on this page before it was loaded again
 */
export function saysArrival({ pairs, run }, isMine = false) {
  const [what, them] = [named(pairs), pairs.length === 1 ? "it" : "them"];
  const hid = isMine ? `You had hidden ${what}` : `Somebody hid ${what}`;
  const trained = isMine ? "You had trained an adder" : "Somebody trained an adder";
  if (!run) return `${hid}. What will an adder say if it never sees ${them}?`;
  const isOnce = !run.fadings.length;
  const all = pairs.length
    ? `${hid}${isOnce ? " and" : ","} trained an adder without ${them}`
    : `${trained} on all hundred pairs`;
  if (isOnce) return `${all}. The same training is running here now.`;
  return `${all}${pairs.length ? "," : ""} and kept training${run.fadings.some(Boolean) ? "" : " without decay"}.`;
}

/** Whether a page of the same site led here. */
const isFromHere = () => document.referrer !== "" && new URL(document.referrer).origin === location.origin;

/** How the page was loaded: "navigate" for a link that was opened. */
const wayHere = () =>
  /** @type {PerformanceNavigationTiming | undefined} */ (performance.getEntriesByType("navigation")[0])
    ?.type;

/**
 * A short training is repeated at once; a long one when it is asked for.
 * @param {HTMLElement} el
 * @param {HiddenSums} sums
 */
export function makeArrival(el, { adders }) {
  const arrival = signal(/** @type {Arrival | null} */ (null));
  let isMine = wayHere() === "reload" || wayHere() === "back_forward"; // the address that the page was loaded with
  const isIts = signal(isMine);
  const go = (/** @type {RunMade | null} */ run) => {
    arrival.value = null;
    if (run) adders.remake(run);
    showTable();
  };
  show(el, () => {
    const now = arrival.value;
    if (!now) return html`${nothing}`;
    const isLong = (now.run?.fadings.length ?? 0) > 0;
    return html`<p>${saysArrival(now, isIts.value)}</p>
      <button type="button" @click=${() => go(isLong ? now.run : null)}>${isLong ? "Repeat it here" : "See the table"}</button>`;
  });
  return (/** @type {Arrival | null} */ next) => {
    isIts.value = isMine;
    isMine = false;
    if (next && !next.run && isFromHere()) return queueMicrotask(showTable); // one has just pressed the site's own button
    arrival.value = isIts.value && !next?.run ? null : next;
    if (next?.run && !next.run.fadings.length) adders.remake(next.run);
  };
}
