// How the adder gets the number, and what it answers with.

import { html } from "lit-html";
import { inputOf } from "../common/dom.js";

/** @import { Signal } from "@preact/signals-core" */
/** @import { AnswersWith, Encoding } from "../../network/adder.js" */
/** @import { HiddenSums } from "./hidden_sums_state.js" */

/** What an adder does, and what that is called. @type {Record<AnswersWith, string>} */
const ABOUT_ANSWER = {
  classes:
    "It chooses one of 19 sums, from 0 to 18. Nothing tells it that 7 lies between 6 and 8: to the adder, sums are only names. Such answers are called classes.",
  number:
    "It answers with one number, which is then rounded. In training, what counts is the squared distance from the right sum.",
  shift: "It only reads the digit. Its answer is then moved up by the number: addition is built in.",
};
/** @type {Record<Encoding, string>} */
const ABOUT_ENCODING = {
  label:
    "The number switches on one of ten inputs. Nothing tells the adder that 3 comes after 2. Such an input is called a label.",
  quantity: "The number is a single input, which is larger for a larger number: a quantity.",
};

/**
 * @param {HiddenSums} state
 * @param {string} group of the radio buttons
 */
export function kinds({ isBusy, traits }, group) {
  const isShift = traits.answer.value === "shift";
  const radio = (
    /** @type {"answer" | "encoding"} */ name,
    /** @type {string} */ value,
    /** @type {string} */ words,
  ) => html`
    <label><input type="radio" name="${name} ${group}" value=${value} .checked=${traits[name].value === value}
      ?disabled=${isBusy.value || (name === "encoding" && isShift)}
      @change=${(/** @type {Event} */ event) => {
        /** @type {Signal<string>} */ (traits[name]).value = inputOf(event).value;
      }}><span>${words}</span></label>`;
  return html`
    <fieldset><legend>The adder answers with</legend>${radio("answer", "classes", "19 classes")}
      ${radio("answer", "number", "one number")}${radio("answer", "shift", "shift")}</fieldset>
    <p class="about">${ABOUT_ANSWER[traits.answer.value]}</p>
    <fieldset><legend>The number is given as</legend>${radio("encoding", "label", "a label")}${radio("encoding", "quantity", "a quantity")}</fieldset>
    <p class="about">${isShift ? "" : ABOUT_ENCODING[traits.encoding.value]}</p>`;
}
