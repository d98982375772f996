// The table of all runs: what each kind of training came to, and the runs, to return to one.

import { html } from "lit-html";
import { RULE, rowsOf } from "./rows_of_runs.js";

/** @import { HiddenSums } from "./hidden_sums_state.js" */
/** @import { Row } from "./rows_of_runs.js" */

/**
 * @param {HiddenSums} state
 * @param {string} group of the radio buttons
 */
export function tableOfRuns({ adders: { runs, shown, select }, isBusy }, group) {
  const choice = (/** @type {number} */ id) => html`<input type="radio" name="run ${group}" value=${id}
    .checked=${id === shown.value?.id} ?disabled=${isBusy.value} aria-label="Show run ${id}"
    @change=${() => select(id)}>`;
  const row = (/** @type {Row} */ { name, runs, adders, asked, found, verdict }) => html`<tr>
    <th scope="row">${name} <span class="choices line">${runs.map(choice)}</span></th>
    <td>${adders}</td><td>${asked}</td><td>${found}</td><td>${verdict}</td></tr>`;
  return html`<table class="runs">
      <caption>Does it add? Press a run’s number to see it again.</caption>
      <thead><tr><th scope="col">Trained</th><th scope="col">Adders</th><th scope="col">Asked</th>
        <th scope="col">Found</th><th scope="col">Verdict</th></tr></thead>
      <tbody>${rowsOf(runs.value).map(row)}</tbody>
    </table>
    <details><summary>How it is counted</summary><p class="faded">${RULE}</p></details>`;
}
