// `#projector` in the address: the experiment alone in the window, large enough for the back of a room.

import { effect, signal } from "@preact/signals-core";
import { html, render } from "lit-html";

/**
 * @param {HTMLElement} el for the button that leads back to the page
 * @param {HTMLElement} part that is shown alone
 */
export function makeProjector(el, part) {
  const isOn = signal(location.hash === "#projector");
  const leave = () => {
    isOn.value = false;
  };
  addEventListener("hashchange", () => {
    isOn.value ||= location.hash === "#projector";
  });
  const byKey = (/** @type {KeyboardEvent} */ { key }) => key === "Escape" && leave();
  addEventListener("keydown", byKey, true); // before parts of the page keep keys to themselves
  render(html`<button type="button" value="leave" @click=${leave}>Show the whole page (Esc)</button>`, el);
  effect(() => {
    el.hidden = !isOn.value;
    part.classList.toggle("projected", isOn.value);
    for (const other of around(part)) other.inert = isOn.value;
  });
}

/**
 * All elements next to a part, next to what holds it, and so on: the rest of the page.
 * @param {HTMLElement} part
 * @returns {HTMLElement[]}
 */
function around(part) {
  const holder = part.parentElement;
  if (!holder || part === document.body) return [];
  const others = /** @type {HTMLElement[]} */ ([...holder.children]).filter((one) => one !== part);
  return [...others, ...around(holder)];
}
