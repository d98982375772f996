// What is asked after the first answer, "Or does it?", and what is known of it by then.

import { html } from "lit-html";

/** @import { AnswerState } from "../../drawing/answer.js" */
/** @import { Pair } from "../../network/hidden_pairs.js" */
/** @import { TemplateResult } from "lit-html" */

const PERHAPS = "Perhaps it knows all hundred sums by heart. Hide one from a new adder and find out.";

/**
 * @param {AnswerState} answer
 * @param {(words: string, pair: Pair | null) => TemplateResult} button what hides the pair that has just been added;
 *   null while the drawing can't be read for sure
 * @param {string} [found] what adders that were trained made of hidden sums
 */
export function orDoesIt({ certainty, result, number }, button, found = "") {
  /** @type {Pair | null} */
  const pair = certainty.value === "sure" ? [result.value.digit, number.value] : null;
  return html`
    <p class="question"><span><strong>Or does it?</strong> ${found ? `Hidden sums right so far: ${found}.` : PERHAPS}</span> ${button(`Hide ${pair ? pair.join(" + ") : "a sum"}`, pair)}</p>`;
}
