// The front end of Choice, a guess: native radio buttons, which bring the arrow keys and one tab stop.

import "../common/common.css";
import "../common/widgets.css";
import "./choice.css";
import { html } from "lit-html";
import { connect, follow } from "../../state/traits.js";
import { stopAll } from "../common/dom.js";
import { keepKeys } from "../common/keys.js";
import { groupName } from "../common/number.js";
import { show } from "../common/view.js";
import { withCode } from "./code.js";

/** @import { RenderArguments } from "../../state/traits.js" */

/** @param {RenderArguments} widget */
function render({ model, el }) {
  const group = groupName();
  const [{ chosen }, disconnect] = connect(model, { chosen: /** @type {number | null} */ (null) });
  const [closed, stopClosed] = follow(model, "closed");
  const [question, stopQuestion] = follow(model, "question");
  const [options, stopOptions] = follow(model, "options");
  const option = (/** @type {string} */ text, /** @type {number} */ place) => html`
    <label><input type="radio" name=${group} .checked=${place === chosen.value} @change=${() => {
      chosen.value = place;
    }}><span>${withCode(text)}</span></label>`;
  const stop = show(
    el,
    () => html`
    <fieldset class="mnist-adder-guess" ?disabled=${closed.value}>
      <legend><b>Your guess.</b> ${withCode(question.value)}</legend>${options.value.map(option)}</fieldset>`,
  );
  return stopAll(stop, disconnect, stopClosed, stopQuestion, stopOptions, keepKeys(el));
}

export default { render };
