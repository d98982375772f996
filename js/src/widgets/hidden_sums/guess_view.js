// Guesses as one sees them: a field to type them in, and, for a class, a bar for each sum.

import { html, nothing } from "lit-html";
import { byCount, pairOf } from "../../network/hidden_pairs.js";
import { find } from "../common/dom.js";
import { countGuesses, saysGuesses, saysOutcome } from "./guesses.js";

/** @import { HiddenSums } from "./state.js" */

/** Before training: the question, and what was guessed. @param {HiddenSums} state */
function ask(state) {
  const at = state.guessing.question.value;
  if (!at) return html`${nothing}`;
  const [digit, number] = pairOf(at);
  const guess = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const field = /** @type {HTMLInputElement} */ (find(form, "input"));
    if (state.guessing.guess(field.value)) field.value = "";
  };
  const { numbers } = state.guessing.guesses.value;
  const mine = state.guessing.guesses.value.at === at ? numbers : [];
  return html`<form @submit=${guess}>
      <label>A new adder learns the other ${100 - state.hiding.keys.value.size} pairs. What will it say to <b>${digit} + ${number}</b>, which it never saw?
        <small>Your guess<em class="on-projector">, or the whole class's: 9 11 14</em></small>
        <input inputmode="text" autocomplete="off"></label>
      <button type="submit">${mine.length ? "Add guess" : "Guess"}</button>
    </form>
    <p class="guessed" role="status">${state.guessing.misread.value || saysGuesses(mine)}</p>
    ${bars(mine, null, digit + number)}`;
}

/** While it trains, what was guessed; afterwards, beside what it said. @param {HiddenSums} state */
function compare(state) {
  const run = state.adders.shown.value;
  const counts = run?.guesses.numbers.length ? run.answers?.[run.guesses.at] : undefined;
  if (!run || !counts) return html`${nothing}`; // where nobody guessed, the ending says it all
  const { guesses } = run;
  const isDone = !state.isBusy.value;
  const [digit, number] = pairOf(guesses.at);
  const said = isDone ? byCount(counts)[0][0] : null;
  return html`<p class="guessed" role="status">${isDone ? saysOutcome(guesses, counts) : saysGuesses(guesses.numbers)}</p>
    ${bars(guesses.numbers, said, digit + number)}`;
}

/** @param {HiddenSums} state */
export const guessing = (state) => (state.isGrid.value ? ask(state) : compare(state));

/**
 * A bar for each sum; once it is known, what the adder said is marked, and the right sum. Few guesses need no bars,
 * except on a projector, where the empty chart asks for them.
 * @param {number[]} guesses
 * @param {number | null} said
 * @param {number} right
 */
function bars(guesses, said, right) {
  const counts = countGuesses(guesses);
  const most = Math.max(1, ...counts);
  const words = counts.flatMap((count, sum) => (count ? [`${sum}: ${count}`] : [])).join(", ");
  return html`<ol class="bars ${guesses.length > 1 ? "" : "few"}" role="img" aria-label="How often each sum was guessed. ${words}">${counts.map(
    (count, sum) => html`<li class=${sum === said ? "said" : ""} style="--share: ${count / most}">
      <b>${count || ""}</b><i></i><span>${sum}</span>
      <em>${sum === said ? "it says" : said !== null && sum === right ? "right" : ""}</em></li>`,
  )}</ol>`;
}
