// The grid of a hundred pairs: one tab stop for all of them; a press hides one, drawing across them many.

import { html } from "lit-html";
import { ifDefined as ifGiven } from "lit-html/directives/if-defined.js";
import { TEN } from "../../network/adder.js";
import { byCount, shareRight } from "../../network/hidden_pairs.js";
import { find, findAll, targetOf } from "../common/dom.js";
import { isForNotebook, MOVES } from "../common/keys.js";
import { percentOf } from "./numbers.js";

/** @import { HiddenSums } from "./state.js" */

/** @param {HiddenSums} state */
export const grid = (state) => html`
  <table role="grid" aria-label="Pairs of digit and number">
    <thead><tr role="row"><td></td>${TEN.map((number) => html`<th role="columnheader" scope="col">+ ${number}</th>`)}</tr></thead>
    <tbody>${TEN.map(
      (digit) => html`<tr role="row"><th role="rowheader" scope="row">${digit}</th>
        ${TEN.map((number) => cell(state, digit, number))}</tr>`,
    )}</tbody>
  </table>`;

/**
 * A pair; once there is an adder, its most frequent answer, and how often it is right.
 * @param {HiddenSums} state
 * @param {number} digit
 * @param {number} number
 */
function cell(state, digit, number) {
  const at = `${digit},${number}`;
  const counts = state.last.value?.answers[at];
  const isHidden = state.keys.value.has(at);
  const share = counts ? shareRight(counts, digit + number) : 0;
  const mostly = counts?.size ? byCount(counts)[0][0] : null;
  const isWrong = counts !== undefined && mostly !== digit + number;
  const words = counts ? `${isHidden ? ", hidden" : ""}, ${percentOf(share)} right, mostly ${mostly}` : "";
  const pressed = state.isGrid.value ? isHidden : undefined;
  return html`<td role="gridcell"><button type="button" tabindex="-1" data-at=${at}
    class="${isHidden ? "out" : ""} ${isWrong ? "wrong" : ""}" style="--share: ${share}"
    aria-label="${digit} + ${number}${words}" aria-pressed=${ifGiven(pressed)}
    aria-current=${ifGiven(at === state.lookedAt.value || undefined)}
    >${counts ? mostly : isHidden ? "?" : digit + number}</button></td>`;
}

/** A press, or drawing across, on the grid; arrows go from pair to pair. */
export class GridInput {
  /** @type {{ from: string, wanted: boolean, moved: boolean } | null} */
  #painting = null;

  /**
   * @param {HTMLElement} el around the grid
   * @param {HiddenSums} state
   */
  constructor(el, state) {
    this.el = el;
    this.state = state;
    this.button("0,0").tabIndex = 0;
    el.addEventListener("pointerdown", (event) => this.#down(event));
    el.addEventListener("pointermove", (event) => this.#move(event));
    el.addEventListener("click", (event) => this.#click(event));
    el.addEventListener("keydown", (event) => this.#key(event));
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

  /** @param {PointerEvent} event */
  #down(event) {
    const at = targetOf(event, "[data-at]")?.dataset.at;
    const isChoosing = at && this.state.isGrid.peek();
    this.#painting = isChoosing ? { from: at, wanted: !this.state.keys.peek().has(at), moved: false } : null;
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const painting = this.#painting;
    if (!painting || !event.buttons) return;
    const root = /** @type {Document | ShadowRoot} */ (this.el.getRootNode());
    for (const { clientX, clientY } of event.getCoalescedEvents?.() ?? [event]) {
      // all, or a fast one leaves gaps
      const under = root.elementFromPoint(clientX, clientY);
      const at = under instanceof HTMLElement && this.el.contains(under) ? under.dataset.at : undefined;
      if (!at || (at === painting.from && !painting.moved)) continue;
      painting.moved = true;
      for (const one of [painting.from, at]) this.state.hide(one, painting.wanted);
    }
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const at = targetOf(event, "[data-at]")?.dataset.at;
    const hasMoved = this.#painting?.moved;
    this.#painting = null;
    if (!at || hasMoved) return;
    this.goTo(at);
    if (this.state.isGrid.peek()) this.state.hide(at, !this.state.keys.peek().has(at));
    else this.state.lookAt(at);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const at = targetOf(event, "[data-at]")?.dataset.at;
    this.#painting = null;
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
