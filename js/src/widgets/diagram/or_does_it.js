// What is asked after the first answer: "Or does it?"

import { html } from "lit-html";

/** @import { AnswerState } from "../../drawing/answer.js" */
/** @import { Pair } from "../../network/hidden_pairs.js" */
/** @import { TemplateResult } from "lit-html" */

/**
 * @param {AnswerState} answer
 * @param {(words: string, pair: Pair | null) => TemplateResult} button what hides the pair that has just been added;
 *   null while the drawing can't be read for sure
 */
export function orDoesIt({ trust, result, number }, button) {
  /** @type {Pair | null} */
  const pair = trust.value === "sure" ? [result.value.digit, number.value] : null;
  return html`
    <p class="question"><span><strong>Or does it?</strong> Perhaps it knows all hundred sums by heart. Hide one
      from a new adder and find out.</span> ${button(`Hide ${pair ? pair.join(" + ") : "a sum"}`, pair)}</p>`;
}
