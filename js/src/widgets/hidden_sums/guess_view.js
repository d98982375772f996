// Guesses as one sees them: a field to type them in, and, for a class, a bar for each sum.

import { html, nothing } from "lit-html";
import { pairOf } from "../../network/hidden_pairs.js";
import { find } from "../common/dom.js";
import { countGuesses, saysGuesses, saysOutcome } from "./guesses.js";
import { hasKeptOn, mostly } from "./runs.js";

/** @import { TemplateResult } from "lit-html" */
/** @import { HiddenSums } from "./state.js" */

/**
 * A question about the hidden pair that one may guess at, and what was guessed.
 * @param {HiddenSums} state
 * @param {(pair: TemplateResult) => TemplateResult} question
 */
function ask({ guessing }, question) {
  const at = guessing.question.value;
  if (!at) return html`${nothing}`;
  const [digit, number] = pairOf(at);
  const guess = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const field = /** @type {HTMLInputElement} */ (find(form, "input"));
    if (guessing.guess(field.value)) field.value = "";
  };
  const { at: guessedAt, numbers } = guessing.guesses.value;
  const mine = guessedAt === at ? numbers : [];
  return html`<form @submit=${guess}>
      <label><span>${question(html`<b>${digit} + ${number}</b>`)}
        <em class="on-projector">Guesses: 9 11 14</em></span>
        <input inputmode="text" autocomplete="off"></label>
      <button type="submit">${mine.length ? "Add guess" : "Guess"}</button>
    </form>
    <p class="guessed" role="status">${guessing.misread.value || saysGuesses(mine)}</p>
    ${bars(mine, null, digit + number)}`;
}

/** Before *Train*. @param {HiddenSums} state */
const beforeTraining = (state) =>
  ask(
    state,
    (
      pair,
    ) => html`A new adder learns the other ${100 - state.hiding.keys.value.size} pairs. What will it say to ${pair},
      which it never saw? <span class="reader">${state.traits.reader}</span>`,
  );

/** Before *Keep training*: a class may vote. @param {HiddenSums} state */
const beforeGoingOn = (state) =>
  ask(state, (pair) => html`What will it say to ${pair} after 6,000 more steps?`);

/** While it trains, what was guessed; afterwards, beside what it said. @param {HiddenSums} state */
function compare(state) {
  const run = state.adders.shown.value;
  if (!run?.guesses.numbers.length || !run.answers) return html`${nothing}`; // nobody guessed
  const { guesses } = run;
  const pair = pairOf(guesses.at);
  const said = state.isBusy.value ? null : mostly(run.answers, pair);
  return html`<p class="guessed" role="status">${said === null ? saysGuesses(guesses.numbers) : saysOutcome(guesses, said)}</p>
    ${bars(guesses.numbers, said, pair[0] + pair[1])}`;
}

/** @param {HiddenSums} state */
export function guessing(state) {
  if (state.isGrid.value) return beforeTraining(state);
  const run = state.adders.trained.value;
  const way = state.next.value?.way ?? "";
  const isDue = run && state.adders.canGoOn.value && !hasKeptOn(run);
  if (!isDue && !["long", "fade"].includes(way)) return compare(state);
  const isVoting = state.guessing.guesses.value.numbers.length > 0;
  return html`${isVoting ? nothing : compare(state)}<div class="vote">${beforeGoingOn(state)}</div>`;
}

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
  return html`<div class="bars ${guesses.length > 1 ? "" : "few"}" role="img" aria-label="How often each sum was guessed. ${words}">${counts.map(
    (count, sum) => html`<div class=${sum === said ? "said" : ""} style="--share: ${count / most}">
      <b>${count || ""}</b><i></i><span>${sum}</span>
      <em>${sum === said ? "it says" : said !== null && sum === right ? "right" : ""}</em></div>`,
  )}</div>`;
}
