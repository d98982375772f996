// The front end of Recall, questions from earlier lessons: a button for each answer, which says at once whether it
// is right. Radio buttons would answer as soon as an arrow key passes over them.

import "../common/common.css";
import "../common/widgets.css";
import "../choice/choice.css";
import { html, nothing } from "lit-html";
import { connect } from "../../state/traits.js";
import { withCode } from "../choice/code.js";
import { findAll, stopAll } from "../common/dom.js";
import { keepKeys } from "../common/keys.js";
import { show } from "../common/view.js";

/** @import { RenderArguments } from "../../state/traits.js" */
/**
 * @typedef {object} Question
 * @property {string} text
 * @property {string[]} answers
 * @property {string[]} verdicts what is said of each
 * @property {string} link to where one can look again
 * @property {string} place its name
 */

/**
 * Follows a link below the questions to the same section: JupyterLab opens those that Markdown made itself, in a
 * tab of its own, and knows nothing of the links of a widget.
 * @param {MouseEvent} event
 */
function followLink(event) {
  const { hash } = /** @type {HTMLAnchorElement} */ (event.currentTarget);
  const links = /** @type {HTMLAnchorElement[]} */ (findAll(document, "a[href]"));
  const link = links.find((other) => other.hash === hash && !other.closest(".mnist-adder-guess"));
  if (!link) return;
  event.preventDefault();
  link.click();
}

/**
 * @param {Question} question
 * @param {number} chosen the index of an answer; -1 before one is chosen
 * @param {(index: number) => void} choose
 */
function template({ text, answers, verdicts, link, place }, chosen, choose) {
  const button = (/** @type {string} */ answer, /** @type {number} */ index) => html`
    <button type="button" aria-pressed=${index === chosen} @click=${() => choose(index)}><span>${withCode(answer)}</span></button>`;
  const verdict = html`${withCode(`${verdicts[chosen]} `)}<a href=${link} target="_blank" @click=${followLink}
    >Look again: ${place}.</a>`;
  return html`<fieldset class="mnist-adder-guess">
    <legend>${withCode(text)}</legend>${answers.map(button)}
    <p role="status">${chosen < 0 ? nothing : verdict}</p></fieldset>`;
}

/** @param {RenderArguments} widget */
function render({ model, el }) {
  const [{ chosen }, disconnect] = connect(model, { chosen: /** @type {number[]} */ ([]) });
  const questions = /** @type {Question[]} */ (model.get("questions"));
  const one = (/** @type {Question} */ question, /** @type {number} */ n) =>
    template(question, chosen.value[n] ?? -1, (index) => {
      chosen.value = chosen.peek().map((old, m) => (m === n ? index : old));
    });
  return stopAll(
    show(el, () => html`${questions.map(one)}`),
    disconnect,
    keepKeys(el),
  );
}

export default { render };
