// Passing on what one sees: a link, and a picture of the table; and the way to the projector's view and back.

import { signal } from "@preact/signals-core";
import { html, nothing, render } from "lit-html";
import { show } from "../widgets/common/view.js";
import { pictureOf } from "./picture.js";

/** @import { TemplateResult } from "lit-html" */
/** @import { HiddenSums } from "../widgets/hidden_sums/state.js" */
/** @import { makeProjector } from "./projector.js" */
/**
 * @typedef {object} Passing
 * @property {() => string} link
 * @property {() => string} dare what is asked with the link
 * @property {string} size of the page, in MB
 */

const TITLE = "It adds. Or does it?";
const COPIED = "The link is copied. It opens this page with the same pairs hidden and your drawing.";
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

/** Whether other people can open the page's address. */
const isOnline = () => location.protocol !== "file:";

/**
 * A button that passes the link on, by the device's own menu if there is one and else by copying it; others beside it;
 * and below, what became of it.
 * @param {HTMLElement} el
 * @param {Passing} passing
 * @param {(button: TemplateResult) => TemplateResult} bar with this button in it
 */
function makeBar(el, { link, dare, size }, bar) {
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
      notice.value = isOnline() ? COPIED : ofAFile;
      blocked.value = "";
      timer = setTimeout(() => {
        notice.value = "";
      }, READING);
    } catch {
      notice.value = BLOCKED;
      blocked.value = text;
    }
  }
  const canShare = isOnline() && "share" in navigator;
  const share = () => navigator.share({ title: TITLE, text: dare(), url: link() }).catch(() => {}); // or it was closed
  const button = html`<button type="button" value=${canShare ? "share" : "copy"} @click=${canShare ? share : copy}
    >${canShare ? "Share the link" : "Copy link"}</button>`;
  const select = (/** @type {Event} */ { target }) => /** @type {HTMLInputElement} */ (target).select();
  render(html`<div class="bar"></div><p role="status"></p><div class="link"></div>`, el);
  const [buttons, status, field] = /** @type {HTMLElement[]} */ ([...el.children]);
  show(buttons, () => bar(button));
  show(status, () => html`${notice.value}`);
  show(field, () =>
    blocked.value
      ? html`<input readonly aria-label="Link to this page" .value=${blocked.value} @focus=${select}>`
      : html`${nothing}`,
  );
}

/**
 * Below the experiment.
 * @param {HTMLElement} el
 * @param {Passing} passing
 * @param {ReturnType<typeof makeProjector>} projector
 */
export function makeShare(el, passing, { isOn, toggle }) {
  makeBar(
    el,
    passing,
    (button) => html`${button}
      <button type="button" value="project" @click=${toggle}>${isOn.value ? "Leave the full screen (Esc)" : "Show on a projector"}</button>
      <details class="plan" ?hidden=${isOn.value}><summary>Ten minutes with a class</summary>${PLAN}</details>`,
  );
}

/**
 * Where an adder has just been trained: with a picture of the table, which is shared or saved.
 * @param {HTMLElement} el
 * @param {Passing} passing
 * @param {HiddenSums} sums
 */
export function makeEnding(el, passing, { adders, rows, sentence }) {
  async function picture() {
    const address = isOnline() ? passing.link().split("#")[0] : "";
    const file = await pictureOf({ sentence: sentence.peek(), rows: rows.peek(), address });
    const shared = { title: TITLE, files: [file] };
    if (navigator.canShare?.(shared)) return navigator.share(shared).catch(() => {});
    const url = URL.createObjectURL(file);
    Object.assign(document.createElement("a"), { href: url, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), READING);
  }
  makeBar(el, passing, (button) =>
    adders.trained.value
      ? html`${button}<button type="button" value="picture" @click=${picture}>Picture of the table</button>`
      : html`${nothing}`,
  );
}
