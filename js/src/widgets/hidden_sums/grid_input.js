// What pointers and keys do on the grid of pairs: one tab stop for all of them; a press hides a pair, drawing across
// them many. A finger that moves at once scrolls the page; one that has rested on a pair draws, too.

import { find, findAll, stopAll, targetOf } from "../common/dom.js";
import { isForNotebook, MOVES } from "../common/keys.js";

/** @import { HiddenSums } from "./hidden_sums_state.js" */
/** @typedef {{ from: string, wanted: boolean, moved: boolean }} Painting where it began, and what it does to pairs */

const REST = 450; // ms that a finger rests on a pair, before it draws

/** @param {KeyboardEvent} event */
export const isUndo = ({ key, ctrlKey, metaKey, shiftKey, altKey }) =>
  (ctrlKey || metaKey) && !shiftKey && !altKey && key.toLowerCase() === "z";

export class GridInput {
  /** @type {Painting | null} */
  #painting = null;
  #isSpent = false; // the click that follows means nothing any more
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #resting;

  /**
   * @param {HTMLElement} el around the grid
   * @param {HiddenSums} state
   */
  constructor(el, state) {
    this.el = el;
    this.state = state;
    this.button("0,0").tabIndex = 0;
    el.addEventListener("pointerenter", (event) => this.#enter(event));
    el.addEventListener("pointerdown", (event) => this.#down(event));
    el.addEventListener("pointermove", (event) => this.#move(event));
    el.addEventListener("pointercancel", () => this.#leave());
    el.addEventListener("pointerup", () => clearTimeout(this.#resting));
    el.addEventListener("touchmove", (event) => this.#keepStill(event), { passive: false });
    el.addEventListener("contextmenu", (event) => this.#painting && event.preventDefault()); // of a finger that rests
    el.addEventListener("click", (event) => this.#click(event));
    el.addEventListener("keydown", (event) => this.#key(event));
    this.stop = stopAll(() => clearTimeout(this.#resting));
  }

  /** @param {string} at */
  button(at) {
    return find(this.el, `[data-at="${at}"]`);
  }

  /** @param {string} at */
  goTo(at) {
    for (const other of findAll(this.el, "[data-at]")) other.tabIndex = -1;
    this.button(at).tabIndex = 0;
    this.button(at).focus();
  }

  /** A pen draws as a mouse does, so it mustn't scroll. @param {PointerEvent} event */
  #enter({ pointerType }) {
    this.el.classList.toggle("under-pen", pointerType === "pen");
  }

  /** @param {PointerEvent} event */
  #down(event) {
    this.#leave();
    const at = targetOf(event, "[data-at]")?.dataset.at;
    if (!at || !this.state.isGrid.peek()) return;
    const begin = () => {
      this.#painting = { from: at, wanted: !this.state.hiding.keys.peek().has(at), moved: false };
    };
    if (event.pointerType !== "touch") return begin();
    const draw = () => {
      begin();
      this.#paint(at); // so that the finger sees that it draws now
    };
    this.#resting = setTimeout(draw, REST);
  }

  /** A finger that scrolls, or a new press: what went before is over. */
  #leave() {
    clearTimeout(this.#resting);
    this.#painting = null;
    this.#isSpent = false;
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (!this.#painting || !event.buttons) return;
    const root = /** @type {Document | ShadowRoot} */ (this.el.getRootNode());
    for (const { clientX, clientY } of event.getCoalescedEvents?.() ?? [event]) {
      // all, or a fast one leaves gaps
      const under = root.elementFromPoint(clientX, clientY);
      const at = under instanceof HTMLElement && this.el.contains(under) ? under.dataset.at : undefined;
      if (at && (at !== this.#painting.from || this.#painting.moved)) this.#paint(at);
    }
  }

  /** @param {string} at */
  #paint(at) {
    const painting = this.#painting;
    if (!painting) return;
    painting.moved = this.#isSpent = true;
    for (const one of [painting.from, at]) this.state.hiding.hide(one, painting.wanted, painting);
  }

  /** While a finger draws, the page stays where it is. @param {TouchEvent} event */
  #keepStill(event) {
    if (this.#painting && event.cancelable) event.preventDefault();
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const at = targetOf(event, "[data-at]")?.dataset.at;
    const isSpent = this.#isSpent;
    this.#leave();
    if (!at || isSpent) return;
    this.goTo(at);
    if (this.state.isGrid.peek()) this.state.hiding.hide(at, !this.state.hiding.keys.peek().has(at));
    else this.#lookAt(at);
  }

  /** Where there is no room for what is said of a pair, it is scrolled to. @param {string} at */
  #lookAt(at) {
    this.state.lookedAt.value = at;
    this.el.nextElementSibling?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    this.#leave();
    if (isUndo(event)) {
      event.preventDefault();
      event.stopPropagation(); // or a notebook would undo what was done to its cells
      return this.state.undo();
    }
    const at = targetOf(event, "[data-at]")?.dataset.at;
    const to = at && !isForNotebook(event) ? nextTo(at, event) : at && endOf(at, event);
    if (!to) return;
    event.preventDefault();
    if (this.el.querySelector(`[data-at="${to}"]`)) this.goTo(to);
  }
}

/**
 * Where a key leads from a pair.
 * @param {string} at
 * @param {KeyboardEvent} event
 */
function nextTo(at, event) {
  const [row, column] = at.split(",").map(Number);
  const move = MOVES[event.key];
  return move ? `${row + move.down},${column + move.across}` : endOf(at, event);
}

/**
 * Home and End: of the row, or with Ctrl of the grid.
 * @param {string} at
 * @param {KeyboardEvent} event
 */
function endOf(at, { key, ctrlKey }) {
  const [row] = at.split(",");
  if (key === "Home") return `${ctrlKey ? 0 : row},0`;
  return key === "End" ? `${ctrlKey ? 9 : row},9` : null;
}
