// Copy link, and the way to the projector's view and back.

import { signal } from "@preact/signals-core";
import { html, nothing, render } from "lit-html";
import { show } from "../widgets/common/view.js";

/** @import { makeProjector } from "./projector.js" */

const COPIED =
  "The link is copied. It opens this page with the same pairs hidden, the same adder and your drawing.";
const OF_A_FILE = "The link is copied. It opens this file, so it works on this computer.";
const BLOCKED = "This browser doesn't let the page copy. Copy the link from this field:";

/**
 * @param {HTMLElement} el
 * @param {() => string} link
 * @param {ReturnType<typeof makeProjector>} projector
 */
export function makeShare(el, link, { isOn, toggle }) {
  const notice = signal("");
  const blocked = signal(""); // the link that couldn't be copied
  async function copy() {
    const text = link();
    try {
      await navigator.clipboard.writeText(text);
      notice.value = location.protocol === "file:" ? OF_A_FILE : COPIED;
      blocked.value = "";
    } catch {
      notice.value = BLOCKED;
      blocked.value = text;
    }
  }
  const select = (/** @type {Event} */ { target }) => /** @type {HTMLInputElement} */ (target).select();
  render(html`<div class="bar"></div><p role="status"></p><div class="link"></div>`, el);
  const [bar, status, field] = /** @type {HTMLElement[]} */ ([...el.children]);
  show(
    bar,
    () => html`<button type="button" value="copy" @click=${copy}>Copy link</button>
      <button type="button" value="project" @click=${toggle}>${isOn.value ? "Leave the full screen (Esc)" : "Show on a projector"}</button>`,
  );
  show(status, () => html`${notice.value}`);
  show(field, () =>
    blocked.value
      ? html`<input readonly aria-label="Link to this page" .value=${blocked.value} @focus=${select}>`
      : html`${nothing}`,
  );
}
