import { html } from "lit-html";

/**
 * A text with `code` between backticks.
 * @param {string} text
 */
export const withCode = (text) =>
  text.split("`").map((part, n) => (n % 2 ? html`<code>${part}</code>` : part));
