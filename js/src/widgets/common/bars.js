// A bar for each probability.

import { html } from "lit-html";
import { percent } from "../../drawing/answer_words.js";

/**
 * @param {number[]} shares 0 to 1
 * @param {number} best the place of the one that stands out; -1: none does
 * @param {(place: number) => boolean} hasLabel whether there is room for its number
 */
export const bars = (shares, best, hasLabel = () => true) =>
  html`<span class="bars" aria-hidden="true">${shares.map(
    (share, i) => html`<i class=${i === best ? "best" : ""} title=${`${i}: ${percent(share)}`}
    style="--share: ${share || 0}"><b></b><u>${hasLabel(i) ? i : "\u00a0"}</u></i>`,
  )}</span>`;
