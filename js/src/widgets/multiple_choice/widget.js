// The front end of MultipleChoice. A guess has native radio buttons, which bring the arrow keys and one tab stop. A
// question that is judged at once has a button for each answer: radio buttons would answer as soon as an arrow key
// passes over them.

import "../common/common.css";
import "./multiple_choice.css";
import { html, nothing } from "lit-html";
import { connect, follow } from "../../state/traits.js";
import { findAll, stopAll } from "../common/dom.js";
import { keepKeys } from "../common/keys.js";
import { groupName } from "../common/number_buttons.js";
import { show } from "../common/view.js";

/** @import { RenderArguments } from "../../state/traits.js" */
/**
 * @typedef {object} Question
 * @property {string} text
 * @property {string[]} options
 * @property {string[]} [verdicts] what is said at once of each option
 * @property {string} [link] to where one can look again
 * @property {string} [place] its name
 */

const [TRIES, PAUSE] = [12, 800]; // milliseconds: until a notebook has been opened and drawn

/**
 * A text with `code` between backticks.
 * @param {string} text
 */
const withCode = (text) => text.split("`").map((part, n) => (n % 2 ? html`<code>${part}</code>` : part));

/**
 * Follows a link below the questions to the same section: JupyterLab opens those that Markdown made itself, in a
 * tab of its own, and knows nothing of the links of a widget.
 * @param {MouseEvent} event
 */
function followLink(event) {
  const { hash } = /** @type {HTMLAnchorElement} */ (event.currentTarget);
  const links = /** @type {HTMLAnchorElement[]} */ (findAll(document, "a[href]"));
  const link = links.find((other) => other.hash === hash && !other.closest(".multiple-choice"));
  if (!link) return;
  event.preventDefault();
  link.click();
  void arrive(decodeURIComponent(hash.slice(1)));
}

/**
 * Scrolls to a heading as soon as its notebook is there: JupyterLab opens a notebook at its top, and finds a heading
 * only in what has been drawn already.
 * @param {string} heading
 */
async function arrive(heading) {
  for (let tries = 0; tries < TRIES; tries++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    const drawn = /** @type {HTMLElement[]} */ (findAll(document, "[data-jupyter-id]"));
    const found = drawn.find((other) => other.dataset.jupyterId === heading && other.offsetParent);
    const top = found?.getBoundingClientRect().top ?? innerHeight;
    if (Math.abs(top) < innerHeight / 3) return; // it has stayed there for a while
    found?.scrollIntoView();
  }
}

/**
 * @param {Question} question
 * @param {number} chosen the index of an option; -1 before one is chosen
 * @param {(index: number) => void} choose
 * @param {string} group
 * @param {boolean} isClosed
 */
function guess({ text, options }, chosen, choose, group, isClosed) {
  const option = (/** @type {string} */ words, /** @type {number} */ index) => html`
    <label><input type="radio" name=${group} .checked=${index === chosen} @change=${() => choose(index)}
      ><span>${withCode(words)}</span></label>`;
  return html`<fieldset class="multiple-choice" ?disabled=${isClosed}>
    <legend><b>Your guess.</b> ${withCode(text)}</legend>${options.map(option)}</fieldset>`;
}

/**
 * @param {Question} question
 * @param {number} chosen
 * @param {(index: number) => void} choose
 */
function judged({ text, options, verdicts = [], link = "", place }, chosen, choose) {
  const button = (/** @type {string} */ words, /** @type {number} */ index) => html`
    <button type="button" aria-pressed=${index === chosen} @click=${() => choose(index)}><span>${withCode(words)}</span></button>`;
  const verdict = html`${withCode(`${verdicts[chosen]} `)}<a href=${link} target="_blank" @click=${followLink}
    >Look again: ${place}.</a>`;
  return html`<fieldset class="multiple-choice">
    <legend>${withCode(text)}</legend>${options.map(button)}
    <p role="status">${chosen < 0 ? nothing : verdict}</p></fieldset>`;
}

/** @param {RenderArguments} widget */
function render({ model, el }) {
  const questions = /** @type {Question[]} */ (model.get("questions"));
  const [{ chosen }, disconnect] = connect(model, { chosen: questions.map(() => -1) });
  const [closed, stopClosed] = follow(model, "closed");
  const groups = questions.map(groupName);
  const one = (/** @type {Question} */ question, /** @type {number} */ n) => {
    const choose = (/** @type {number} */ index) => {
      chosen.value = chosen.peek().map((old, m) => (m === n ? index : old));
    };
    return question.verdicts
      ? judged(question, chosen.value[n], choose)
      : guess(question, chosen.value[n], choose, groups[n], closed.value);
  };
  return stopAll(
    show(el, () => html`${questions.map(one)}`),
    disconnect,
    stopClosed,
    keepKeys(el),
  );
}

export default { render };
