// The number to add: ten radio buttons.

import { html } from "lit-html";
import { inputOf } from "./dom.js";
import { range } from "./numbers.js";

/** @import { Signal } from "@preact/signals-core" */

let groups = 0; // radio buttons of one name are one group in the page
const PAGE = Math.random().toString(36).slice(2);

/** A name for a group of radio buttons that no other has. */
export const groupName = () => `${PAGE} ${++groups}`;

/**
 * @param {Signal<number>} number
 * @param {string} name of the group
 */
export const numberButtons = (number, name) =>
  range(10).map(
    (n) => html`<input type="radio" name=${name} value=${n} aria-label=${n} .checked=${n === number.value}
      @change=${(/** @type {Event} */ event) => {
        number.value = Number(inputOf(event).value);
      }}>`,
  );
