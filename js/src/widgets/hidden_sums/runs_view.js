// The list of runs: to compare them, and to return to one.

import { html, nothing } from "lit-html";
import { describeRun } from "./runs.js";

/** @import { Adders } from "./adders.js" */
/** @import { Run } from "./runs.js" */

/**
 * @param {Adders} adders
 * @param {string} group of the radio buttons
 */
export function listOfRuns(adders, group) {
  const runs = adders.runs.value;
  const isBusy = adders.running.value > 0;
  return html`<table class="runs">
      <caption>Your runs, kept until you leave this page. Choose one to see its table again.</caption>
      <thead><tr><th scope="col">Run</th><th scope="col">Adder</th><th scope="col">Hidden pairs</th>
        <th scope="col">Steps</th><th scope="col">Seen right</th><th scope="col">Hidden right</th></tr></thead>
      <tbody>${runs.map((run) => row(adders, run, group, isBusy))}</tbody>
    </table>
    ${adders.shown.value && !isBusy ? html`<button type="button" value="remove" @click=${() => adders.remove()}>Remove run ${adders.shown.value.id}</button>` : nothing}`;
}

/**
 * @param {Adders} adders
 * @param {Run} run
 * @param {string} group
 * @param {boolean} isBusy
 */
function row(adders, run, group, isBusy) {
  const { adder, pairs, steps, seen, hidden } = describeRun(run);
  const isShown = run === adders.shown.value;
  return html`<tr class=${isShown ? "shown" : ""} @click=${() => adders.select(run.id)}>
    <td><label><input type="radio" name="run ${group}" value=${run.id} .checked=${isShown} ?disabled=${isBusy}
      @change=${() => adders.select(run.id)}><span>${run.id}</span></label></td>
    <td>${adder}</td><td>${pairs}</td><td>${steps}</td><td>${seen}</td><td>${hidden}</td></tr>`;
}
