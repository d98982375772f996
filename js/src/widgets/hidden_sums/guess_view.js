// Before the training, a question with a button for each sum; afterwards, what was guessed and what the adder says.

import { html, nothing } from "lit-html";
import { pairOf } from "../../network/hidden_pairs.js";
import { range } from "../common/numbers.js";
import { saysGuess } from "./guess.js";
import { mostly } from "./runs.js";

/** @import { HiddenSums } from "./hidden_sums_state.js" */

const SUMS = 19; // from 0 to 18

/**
 * @param {HiddenSums} state
 * @param {string} group of the radio buttons
 */
export function guessView({ adders, guessing, isBusy }, group) {
  const run = adders.shown.value;
  const guess = run ? run.guess : guessing.guess.value;
  if (adders.trained.value) {
    if (!guess || !run?.answers) return html`${nothing}`; // nobody guessed
    return html`<p class="guessed">${saysGuess(guess, mostly(run.answers, pairOf(guess.at)))}</p>`;
  }
  const at = (run && guess?.at) || guessing.question.value;
  if (!at) return html`${nothing}`;
  const chosen = guess?.at === at ? guess.number : null;
  const button = (/** @type {number} */ sum) => html`<input type="radio" name="guess ${group}" value=${sum}
    aria-label=${sum} .checked=${sum === chosen} ?disabled=${isBusy.value} @change=${() => guessing.choose(sum)}>`;
  return html`<p>What will it say to <b>${pairOf(at).join(" + ")}</b>, which it never sees?</p>
    <div class="sums" role="radiogroup" aria-label="Your guess">${range(SUMS).map(button)}</div>`;
}
