import { html } from "lit-html";

/**
 * Sentences in spans, so that lines don't break within a sum.
 * @param {string} text
 */
export const inSpans = (text) =>
  (text.match(/[^. ][^.]*\./g) ?? [text]).map((one) => html`<span>${one}</span> `);
