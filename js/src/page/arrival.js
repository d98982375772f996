// What a link brings is said at the top of the page: a dare, or a drawing that fooled the network. Nothing starts by
// itself.

import { effect, signal } from "@preact/signals-core";
import { html, nothing } from "lit-html";
import { pairOf } from "../network/hidden_pairs.js";
import { find } from "../widgets/common/dom.js";
import { show } from "../widgets/common/view.js";
import { areSamePairs } from "../widgets/hidden_sums/runs.js";
import { showTable } from "./opening.js";

/** @import { Pair } from "../network/hidden_pairs.js" */
/** @import { RunMade, Shared } from "../state/address.js" */
/** @import { HiddenSums } from "../widgets/hidden_sums/state.js" */
/** @import { Fooled } from "./fooled.js" */
/** @typedef {{ pairs: Pair[], run: RunMade | null, isMine: boolean }} Arrival */

/**
 * What a link is about, if there is anything to say of it: somebody's hidden pairs, unless a fresh page hides the same
 * and no adder was trained without them; or one's own adder, once the page has been loaded again.
 * @param {Partial<Shared>} shared what the link holds
 * @param {boolean} isMine whether this page wrote it
 * @param {Pair[]} usual pairs that a fresh page hides
 * @returns {Arrival | null}
 */
export function arrivalOf({ pairs = [], run = null }, isMine, usual) {
  const isTold = isMine ? run !== null : pairs.length > 0 && (run !== null || !areSamePairs(pairs, usual));
  return isTold ? { pairs, run, isMine } : null;
}

/**
 * @param {Arrival} arrival
 * @param {string} question a hidden pair at which one can guess, as `keyOf` names it; "" if there is none
 */
export function saysArrival({ pairs, run, isMine }, question) {
  if (isMine) {
    // Keep training has one decay at a time: of rounds with different ones, nothing is promised.
    const goesOn = new Set(run?.fadings).size === 1 ? ", and Keep training goes on as you did" : "";
    return `Adders aren't kept when the page is loaded again. Train makes the same one${goesOn}.`;
  }
  if (pairs.length === 1) return `I hid ${pairs[0].join(" + ")} from an adder. What will it say?`;
  const asked = question ? ` What will it say to ${pairOf(question).join(" + ")}?` : "";
  return `I hid ${pairs.length} pairs from an adder.${asked}`;
}

/** Whether a page of the same site led here. */
const isFromHere = () => document.referrer !== "" && new URL(document.referrer).origin === location.origin;

/**
 * Returns what says what a link brings, whenever one is opened.
 * @param {HTMLElement} el
 * @param {HiddenSums} sums
 * @param {Fooled} fooled
 */
export function makeArrival(el, { adders, guessing, traits }, fooled) {
  const usual = traits.pairs.peek();
  const arrival = signal(/** @type {Arrival | null} */ (null));
  /** To the table, and to the field for a guess, if one can guess. */
  const go = () => {
    showTable();
    const field = document.querySelector("#sums .guess input");
    if (field instanceof HTMLElement) field.focus({ preventScroll: true });
  };
  const tryIt = () => {
    fooled.try();
    find(document, "#diagram .clear").focus({ preventScroll: true });
  };
  effect(() => {
    const pairs = arrival.value?.pairs;
    const hasTrained = adders.running.value > 0 || adders.shown.value !== undefined;
    const isOver = hasTrained || (pairs && !areSamePairs(pairs, traits.pairs.value));
    if (isOver) arrival.value = null;
  });
  const notice = (/** @type {string} */ words, /** @type {string} */ button, /** @type {() => void} */ act) =>
    html`<div><p>${words}</p><button type="button" @click=${act}>${button}</button></div>`;
  show(el, () => {
    const [now, question, drawing] = [arrival.value, guessing.question.value, fooled.passedOn.value];
    const canGuess = question && !now?.isMine;
    return html`${now ? notice(saysArrival(now, question), canGuess ? "Guess" : "See the table", go) : nothing}
      ${drawing ? notice(drawing, "Can you fool it, too?", tryIt) : nothing}`;
  });
  return (/** @type {Partial<Shared>} */ shared, /** @type {boolean} */ isMine) => {
    const next = arrivalOf(shared, isMine, usual);
    if (shared.isFooling) fooled.welcome();
    if (shared.pairs && !next?.run && !isMine && isFromHere()) return queueMicrotask(showTable); // one has just pressed the site's own button
    arrival.value = next;
  };
}
