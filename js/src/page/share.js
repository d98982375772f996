// Copy link, and the way to the projector's view and back.

import { signal } from "@preact/signals-core";
import { html, nothing, render } from "lit-html";
import { show } from "../widgets/common/view.js";

/** @import { makeProjector } from "./projector.js" */

const COPIED =
  "The link is copied. It opens this page with the same pairs hidden, the same adder and your drawing.";
const PLAN = html`<ol>
  <li>Show the opening: it adds. <em>Does it, or does it know all hundred sums by heart?</em> Let the class say how to find out. (2 minutes)</li>
  <li>Press <em>Hide 7 + 5</em>, then <em>Show on a projector</em>. Let the class hide one more. Everybody writes down what the adder will say to it. Type in all guesses: the
    chart shows them. (2 minutes)</li>
  <li>Press <em>Train</em>, and compare. Why this answer? What has the adder learned? (2 minutes)</li>
  <li>Let the class vote: what will it say after longer training? Type in the votes, press <em>Keep training</em>, and read the sentence above the button. (2 minutes)</li>
  <li>Press <em>Hide a block of 16</em>, or hide what the class suggests. Guess first. (2 minutes)</li>
</ol>`;
const READING = 10_000; // ms that a notice stays
const BLOCKED = "This browser doesn't let the page copy. Copy the link from this field:";

/**
 * @param {HTMLElement} el
 * @param {() => string} link
 * @param {ReturnType<typeof makeProjector>} projector
 * @param {string} size of the page, in MB
 */
export function makeShare(el, link, { isOn, toggle }, size) {
  const notice = signal("");
  const blocked = signal(""); // the link that couldn't be copied
  const ofAFile = `The link is copied. It opens this file, so it works on this computer alone. To pass the page on, send the
    file (${size} MB): it works anywhere, without a connection.`;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  async function copy() {
    const text = link();
    clearTimeout(timer);
    try {
      await navigator.clipboard.writeText(text);
      notice.value = location.protocol === "file:" ? ofAFile : COPIED;
      blocked.value = "";
      timer = setTimeout(() => {
        notice.value = "";
      }, READING);
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
      <button type="button" value="project" @click=${toggle}>${isOn.value ? "Leave the full screen (Esc)" : "Show on a projector"}</button>
      <details class="plan" ?hidden=${isOn.value}><summary>Ten minutes with a class</summary>${PLAN}</details>`,
  );
  show(status, () => html`${notice.value}`);
  show(field, () =>
    blocked.value
      ? html`<input readonly aria-label="Link to this page" .value=${blocked.value} @focus=${select}>`
      : html`${nothing}`,
  );
}
