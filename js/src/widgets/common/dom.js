// Small things that all widgets do with elements.

/**
 * The one element that a selector finds. Throws where there is none: then a template has changed.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {T}
 */
export function find(root, selector) {
  const element = root.querySelector(selector);
  if (!element) throw Error(`nothing is ${selector} here`);
  return /** @type {T} */ (element);
}

/**
 * All that a selector finds.
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {T[]}
 */
export const findAll = (root, selector) => [
  .../** @type {NodeListOf<T>} */ (root.querySelectorAll(selector)),
];

/**
 * What an event happened to, or the nearest element around it of such a kind; null if there is none.
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export const targetOf = ({ target }, selector) =>
  target instanceof Element ? target.closest(selector) : null;

/** The input that an event happened to. */
export const inputOf = (/** @type {Event} */ { target }) => /** @type {HTMLInputElement} */ (target);

/** Whether somebody wants less motion. */
export const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * Calls what is given once in a frame, however often it is asked to.
 * @param {() => void} work
 */
export function oncePerFrame(work) {
  let frame = 0;
  const ask = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      work();
    });
  };
  ask.stop = () => cancelAnimationFrame(frame);
  return ask;
}

/**
 * What ends several things.
 * @param {(() => void)[]} stops
 */
export const stopAll =
  (...stops) =>
  () => {
    for (const stop of stops) stop();
  };
