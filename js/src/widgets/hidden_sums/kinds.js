// What kind of adder is trained next.

import { html } from "lit-html";

/** @import { AnswersWith } from "../../network/adder.js" */
/** @import { HiddenSums } from "./hidden_sums_state.js" */

/** @type {[AnswersWith, string][]} */
const KINDS = [
  ["classes", "as usual"],
  ["shift", "with addition built in"],
];

/**
 * @param {HiddenSums} state
 * @param {string} group of the radio buttons
 */
export const kinds = ({ isBusy, traits: { answer } }, group) => html`
  <fieldset class="line"><legend>The next adder is trained</legend>${KINDS.map(
    ([value, words]) => html`<input type="radio" name="answer ${group}" value=${value} aria-label=${words}
      .checked=${answer.value === value} ?disabled=${isBusy.value}
      @change=${() => {
        answer.value = value;
      }}>`,
  )}</fieldset>`;
