// Keys: which way an arrow leads, and which are the notebook's.

/** @typedef {{ across: number, down: number }} Move */

/** @type {Record<string, Move>} */
export const MOVES = {
  ArrowLeft: { across: -1, down: 0 },
  ArrowRight: { across: 1, down: 0 },
  ArrowUp: { across: 0, down: -1 },
  ArrowDown: { across: 0, down: 1 },
};

/**
 * Whether a key is for the notebook: Shift+Enter goes on to the next cell, Ctrl+S saves.
 * @param {KeyboardEvent} event
 */
export const isForNotebook = ({ key, shiftKey, ctrlKey, altKey, metaKey }) =>
  ctrlKey || metaKey || (key === "Enter" && (shiftKey || altKey));

/**
 * The digit that a key stands for, if no shortcut is meant; else null.
 * @param {KeyboardEvent} event
 */
export const digitOf = ({ key, ctrlKey, metaKey, altKey }) =>
  /^[0-9]$/.test(key) && !(ctrlKey || metaKey || altKey) ? Number(key) : null;

/**
 * Keeps other keys in an element: JupyterLab, Colab and VS Code have shortcuts on single letters,
 * and `d d` deletes the cell. Returns what ends it.
 * @param {HTMLElement} el
 * @param {(event: KeyboardEvent) => boolean} goesOut
 */
export function keepKeys(el, goesOut = isForNotebook) {
  // Notebook 7 looks for this mark, on what has the focus, before anything in the page gets the key,
  // so we have to be earlier.
  const mark = (/** @type {KeyboardEvent} */ event) => {
    const target = /** @type {Element} */ (event.target);
    if (el.contains(target)) target.toggleAttribute("data-lm-suppress-shortcuts", !goesOut(event));
  };
  const keep = (/** @type {KeyboardEvent} */ event) => {
    if (!goesOut(event)) event.stopPropagation();
  };
  addEventListener("keydown", mark, true);
  el.addEventListener("keydown", keep);
  return () => {
    removeEventListener("keydown", mark, true);
    el.removeEventListener("keydown", keep);
  };
}
