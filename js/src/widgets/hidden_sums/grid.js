// The grid of a hundred pairs as it looks: what is hidden, or what an adder answers.

import { html } from "lit-html";
import { ifDefined as ifGiven } from "lit-html/directives/if-defined.js";
import { TEN } from "../../network/adder.js";
import { byCount, keyOf, shareRight } from "../../network/hidden_pairs.js";
import { nameOfCell } from "./pair_sentences.js";

/** @import { HiddenSums } from "./hidden_sums_state.js" */

/** @param {HiddenSums} state */
export const grid = (state) => html`
  <table role="grid" aria-label="Pairs of digit and number">
    <thead><tr role="row"><td></td>${TEN.map((number) => html`<th role="columnheader" scope="col">+ ${number}</th>`)}</tr></thead>
    <tbody>${TEN.map(
      (digit) => html`<tr role="row"><th role="rowheader" scope="row">${digit}</th>
        ${TEN.map((number) => cell(state, digit, number))}</tr>`,
    )}</tbody>
  </table>`;

/**
 * A pair; once there is an adder, its most frequent answer, and how often it is right.
 * @param {HiddenSums} state
 * @param {number} digit
 * @param {number} number
 */
function cell(state, digit, number) {
  const at = keyOf([digit, number]);
  const counts = state.adders.shown.value?.answers?.[at];
  const isHidden = state.hiding.keys.value.has(at);
  const share = counts ? shareRight(counts, digit + number) : 0;
  const mostly = counts ? byCount(counts)[0][0] : null;
  const isWrong = counts !== undefined && mostly !== digit + number;
  const name =
    mostly === null ? `${digit} + ${number}` : nameOfCell([digit, number], isHidden, share, mostly);
  const pressed = state.isGrid.value ? isHidden : undefined;
  return html`<td role="gridcell"><button type="button" tabindex="-1" data-at=${at}
    class="${isHidden ? "out" : ""} ${isWrong ? "wrong" : ""}" style="--share: ${share}"
    aria-label=${name} aria-pressed=${ifGiven(pressed)}
    aria-current=${ifGiven(at === state.lookedAt.value || undefined)}
    >${mostly ?? (isHidden ? "?" : digit + number)}</button></td>`;
}
