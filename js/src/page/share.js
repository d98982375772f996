// Passing on what one has hidden: a link, by the device's own menu if there is one, and else by copying it.

import { signal } from "@preact/signals-core";
import { html, nothing, render } from "lit-html";
import { find } from "../widgets/common/dom.js";
import { show } from "../widgets/common/view.js";

const COPIED = "The link is copied. It opens this page with the same pairs hidden.";
const OF_A_FILE =
  "The link is copied. It opens this file, so it works on this computer alone. To pass the page on, send the file: it works anywhere, without a connection.";
const BLOCKED = "This browser doesn't let the page copy. Copy the link from this field:";

/** Whether other people can open the page's address. */
const isOnline = () => location.protocol !== "file:";

/**
 * @param {HTMLElement} el
 * @param {() => string} link
 * @param {() => string} dare what is asked with the link; "" where nothing is hidden
 */
export function makeShare(el, link, dare) {
  const copied = signal(""); // the link that was copied, or couldn't be
  const isBlocked = signal(false);
  async function copy() {
    copied.value = link();
    try {
      await navigator.clipboard.writeText(copied.value);
      isBlocked.value = false;
    } catch {
      isBlocked.value = true;
    }
  }
  const canShare = isOnline() && "share" in navigator;
  const share = () => navigator.share({ title: document.title, text: dare(), url: link() }).catch(() => {}); // or it was closed
  const select = (/** @type {Event} */ { target }) => /** @type {HTMLInputElement} */ (target).select();
  render(
    html`<button type="button" value=${canShare ? "share" : "copy"} @click=${canShare ? share : copy}
      >${canShare ? "Share the link" : "Copy link"}</button><div role="status"></div>`,
    el,
  );
  show(find(el, "[role=status]"), () => {
    if (copied.value !== link()) return html`${nothing}`; // nothing was, or other pairs are hidden since
    if (!isBlocked.value) return html`<p>${isOnline() ? COPIED : OF_A_FILE}</p>`;
    return html`<p>${BLOCKED}</p><input readonly aria-label="Link to this page" .value=${copied.value} @focus=${select}>`;
  });
}
