// The table of all runs: what each kind of training came to, and the runs, to return to one.

import { html, nothing } from "lit-html";
import { RULE } from "./rows.js";

/** @import { Row } from "./rows.js" */
/** @import { HiddenSums } from "./state.js" */

/**
 * @param {HiddenSums} state
 * @param {string} group of the radio buttons
 */
export function tableOfRuns({ rows, ofTitle, adders, isBusy }, group) {
  const choice = (/** @type {number} */ id) => html`<label><input type="radio" name="run ${group}" value=${id}
    .checked=${id === adders.shown.value?.id} ?disabled=${isBusy.value} aria-label="Show run ${id}"
    @change=${() => adders.select(id)}><span>${id}</span></label>`;
  const row = (/** @type {Row} */ { name, runs, adders, asked, found, verdict }) => html`<tr>
    <th scope="row">${name} <span class="choices">${runs.map(choice)}</span></th>
    <td>${adders}</td><td>${asked}</td><td>${found}</td><td>${verdict}</td></tr>`;
  return html`<table class="runs" tabindex="-1">
      <caption>Does it add? Press a run’s number to see it again.</caption>
      <thead><tr><th scope="col">Trained</th><th scope="col">Adders</th><th scope="col">Asked</th>
        <th scope="col">Found</th><th scope="col">Verdict</th></tr></thead>
      <tbody>${rows.value.map(row)}</tbody>
    </table>
    <p class="faded">${RULE}</p>
    ${ofTitle.value ? html`<p>${ofTitle.value}</p>` : nothing}`;
}
