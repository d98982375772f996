// The table, the curves and the question on the whole screen, large enough for the back of a room.

import { effect, signal } from "@preact/signals-core";

/**
 * What shows a part of the page alone, and the page again. Where a browser doesn't give the whole screen, the part
 * fills the window.
 * @param {HTMLElement} part
 */
export function makeProjector(part) {
  const isOn = signal(false);
  const leave = () => {
    isOn.value = false;
    if (document.fullscreenElement) document.exitFullscreen();
  };
  const enter = () => {
    isOn.value = true;
    part.requestFullscreen?.().catch(() => {}); // it fills the window then
  };
  document.addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement) isOn.value = false; // Escape, or the browser's own button
  });
  const byKey = (/** @type {KeyboardEvent} */ { key }) => {
    if (key === "Escape" && isOn.peek()) leave();
  };
  addEventListener("keydown", byKey, true); // before parts of the page keep keys to themselves
  effect(() => {
    part.classList.toggle("projected", isOn.value);
    for (const other of around(part)) other.inert = isOn.value;
  });
  return { isOn, toggle: () => (isOn.peek() ? leave() : enter()) };
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
