// A 7 that draws itself as soon as its pad is in view; the first stroke, key, touch or scroll takes over.

import { computed, signal } from "@preact/signals-core";
import { bend } from "../../drawing/strokes.js";
import { SEVEN } from "../../shared/rules.js";
import { find, isStill } from "../common/dom.js";
import { MOVES } from "../common/keys.js";

/** @import { Drawing } from "../../drawing/drawing.js" */
/** @import { Stroke } from "../../drawing/strokes.js" */

const DRAWING_TIME = 600; // ms: the answer comes right after it
const TAKES_OVER = ["pointerdown", "keydown", "wheel", "scroll"];

export class SelfDrawing {
  /** Strokes so far, while it draws. */
  ghost = signal(/** @type {Stroke[]} */ ([]));
  isDrawing = signal(false);
  #whole = SEVEN.map(bend);

  /** @param {Drawing} drawing */
  constructor(drawing) {
    this.drawing = drawing;
    this.isByItself = computed(() => this.isDrawing.value || drawing.strokes.value === this.#whole);
  }

  /**
   * Does nothing if something is on the pad already.
   * @param {HTMLElement} el with the pad
   * @param {(isWhole: boolean) => void} onEnd
   */
  start(el, onEnd) {
    if (!this.drawing.isEmpty.peek()) return;
    this.el = el;
    this.onEnd = onEnd;
    for (const name of TAKES_OVER)
      window.addEventListener(name, this.#takeOver, { capture: true, passive: true });
    if (isStill()) return this.drawing.put(this.#whole);
    this.isDrawing.value = true;
    const seen = new IntersectionObserver(
      (entries) => {
        if (!entries[entries.length - 1].isIntersecting) return;
        seen.disconnect();
        requestAnimationFrame((time) => this.#step(time, time)); // called only where the page can be seen
      },
      { threshold: 0.6 },
    );
    seen.observe(find(el, ".pad-box"));
  }

  /**
   * @param {number} start
   * @param {number} time
   */
  #step(start, time) {
    if (!this.isDrawing.peek()) return;
    this.#drawUpTo(Math.min(1, (time - start) / DRAWING_TIME));
    if (time - start >= DRAWING_TIME) this.#end(true);
    else requestAnimationFrame((next) => this.#step(start, next));
  }

  /**
   * Puts a share of all points on the pad, and the pen where they end.
   * @param {number} share
   */
  #drawUpTo(share) {
    let left = 1 + Math.round(share * (this.#whole.flat().length - 1));
    this.ghost.value = this.#whole.map((stroke) => {
      const drawn = stroke.slice(0, Math.max(0, left));
      left -= stroke.length;
      return drawn;
    });
    const points = this.ghost.peek().flat();
    const [x, y] = points[points.length - 1];
    Object.assign(this.#tip().style, { left: `${100 * x}%`, top: `${100 * y}%` });
  }

  #tip() {
    const box = find(/** @type {HTMLElement} */ (this.el), ".pad-box");
    const tip =
      box.querySelector(".pen-tip") ?? Object.assign(document.createElement("i"), { className: "pen-tip" });
    box.append(tip);
    return /** @type {HTMLElement} */ (tip);
  }

  /** @param {boolean} isWhole whether nobody interrupted it */
  #end(isWhole) {
    if (!this.isDrawing.peek()) return;
    this.#tip().remove();
    this.drawing.put(this.#whole);
    this.ghost.value = [];
    this.isDrawing.value = false;
    this.onEnd?.(isWhole);
  }

  /** @param {Event} event */
  #takeOver = (event) => {
    this.#end(false);
    for (const animation of this.el?.getAnimations({ subtree: true }) ?? []) animation.finish();
    const isStroke =
      event.type === "pointerdown" ||
      (event instanceof KeyboardEvent && (event.key in MOVES || event.key === " "));
    const isOnPad = event.target instanceof Element && event.target.matches(".digit-pad");
    if (this.isByItself.peek() && isOnPad && isStroke) this.drawing.put([]);
    if (!this.isByItself.peek()) this.stop();
  };

  stop() {
    this.isDrawing.value = false;
    this.ghost.value = [];
    for (const name of TAKES_OVER) window.removeEventListener(name, this.#takeOver, true);
  }
}
