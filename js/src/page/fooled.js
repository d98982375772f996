// Can you fool me? Whoever takes the challenge says of a drawing that it isn't a digit. If it was read as one, it is kept
// on this device, and nowhere else; a link to the page can pass it on.

import { computed, signal } from "@preact/signals-core";
import { html, nothing } from "lit-html";
import { percent, withArticle } from "../drawing/answer_words.js";
import { thin } from "../drawing/thin.js";
import { readStrokes, writeStrokes } from "../state/address.js";
import { contextOf } from "../widgets/common/colours.js";
import { show } from "../widgets/common/view.js";
import { paintStrokes } from "../widgets/pad/pad.js";

/** @import { AnswerState, Trust } from "../drawing/answer.js" */
/** @import { Drawing } from "../drawing/drawing.js" */
/** @import { Stroke } from "../drawing/strokes.js" */
/** @import { SelfDrawing } from "../widgets/diagram/self_drawing.js" */
/** @typedef {{ strokes: Stroke[], digit: number }} Kept a drawing, and what it was read as */

const KEY = "mnist-adder fooled";
const MOST = 12;

/**
 * What was kept: a line for each drawing, its digit and its strokes as in a link. What can't be read is left out.
 * @param {string} text
 * @returns {Kept[]}
 */
export function readKept(text) {
  return text.split("\n").flatMap((line) => {
    const [, digit, drawn] = /^(\d) (.+)$/.exec(line) ?? [];
    const strokes = drawn ? readStrokes(drawn) : null;
    return strokes ? [{ strokes, digit: Number(digit) }] : [];
  });
}

/** @param {Kept[]} kept */
export const writeKept = (kept) =>
  kept.map(({ strokes, digit }) => `${digit} ${writeStrokes(strokes)}`).join("\n");

/** Strokes as a link has them: the same drawing, the same text. @param {Stroke[]} strokes */
const textOf = (strokes) => writeStrokes(thin(strokes));

export class Fooled {
  /** Whether somebody is trying to fool it. */
  isTrying = signal(false);
  #reported = signal({ strokes: /** @type {Stroke[]} */ ([]), words: "" });
  #arrived = signal(/** @type {Stroke[]} */ ([])); // with a link that says that they aren't a digit

  /**
   * @param {{ drawing: Drawing, answer: AnswerState, selfDrawing: SelfDrawing }} page
   * @param {Pick<Storage, "getItem" | "setItem"> | null} storage none where the browser has none for this page
   */
  constructor({ drawing, answer, selfDrawing }, storage) {
    this.drawing = drawing;
    this.answer = answer;
    this.storage = storage;
    this.kept = signal(readKept(this.#load()));
    /** What is answered to "That wasn't a digit", while that drawing is on the pad; or "". */
    this.reply = computed(() =>
      this.#reported.value.strokes === drawing.strokes.value ? this.#reported.value.words : "",
    );
    /** Whether somebody has drawn, and it was read. */
    const isRead = computed(
      () =>
        drawing.strokes.value.length > 0 &&
        !drawing.background.value.url &&
        !selfDrawing.isByItself.value &&
        ["sure", "unsure"].includes(answer.trust.value) &&
        !this.reply.value,
    );
    this.canTry = computed(() => isRead.value && !this.isTrying.value);
    this.canObject = computed(() => isRead.value && this.isTrying.value);
    /** Whether the drawing on the pad isn't a digit, says whoever drew it, and was read as one. */
    this.isFooling = computed(() => {
      const strokes = drawing.strokes.value;
      if (!strokes.length || strokes === this.#arrived.value) return strokes.length > 0;
      const text = textOf(strokes);
      return this.kept.value.some((one) => textOf(one.strokes) === text);
    });
    /** What is said of a drawing that somebody has passed on, while it is on the pad; or "". */
    this.passedOn = computed(() =>
      drawing.strokes.value.length > 0 && drawing.strokes.value === this.#arrived.value
        ? saysPassedOn(answer.result.value.digit, answer.trust.value)
        : "",
    );
  }

  /** Takes the challenge, on an empty pad. */
  try = () => {
    this.isTrying.value = true;
    this.drawing.clear();
  };

  /** That wasn't a digit: what it was read as is said; it is kept if the network was sure. */
  object = () => {
    if (!this.canObject.peek()) return;
    const { digit, digitProbabilities } = this.answer.result.peek();
    const [what, share] = [withArticle(digit), percent(digitProbabilities[digit])];
    const strokes = this.drawing.strokes.peek();
    const isFooled = this.answer.trust.peek() === "sure";
    const words = isFooled
      ? `You fooled me: to me it is ${what} (${share}).`
      : `Almost: my nearest guess is ${what} (${share}), but I wasn't sure.`;
    this.#reported.value = { strokes, words };
    this.isTrying.value = false;
    if (isFooled) this.#keep([{ strokes: thin(strokes), digit }, ...this.kept.peek()].slice(0, MOST));
  };

  /** A link has put a drawing on the pad, and says that it isn't a digit. */
  welcome() {
    this.#arrived.value = this.drawing.strokes.peek();
  }

  /** @param {Kept} one that is put on the pad again */
  draw({ strokes }) {
    this.drawing.put(strokes);
  }

  forget() {
    this.#keep([]);
  }

  #load() {
    try {
      return this.storage?.getItem(KEY) ?? "";
    } catch {
      return ""; // blocked
    }
  }

  /** @param {Kept[]} kept */
  #keep(kept) {
    this.kept.value = kept;
    try {
      this.storage?.setItem(KEY, writeKept(kept));
    } catch {
      // full or blocked: they stay until the page is left
    }
  }
}

/**
 * Of a drawing that fooled the network elsewhere: how it is read here.
 * @param {number} digit
 * @param {Trust} trust
 */
function saysPassedOn(digit, trust) {
  if (trust === "sure")
    return `Somebody drew this, and it isn't a digit. The network takes it for ${withArticle(digit)}.`;
  return "Somebody drew this, and it isn't a digit. The network isn't fooled by it here.";
}

/**
 * @param {HTMLElement} el
 * @param {Fooled} fooled
 */
export function makeFooled(el, fooled) {
  const item = (/** @type {Kept} */ one) => html`<li><button type="button" @click=${() => fooled.draw(one)}
    aria-label="Draw it again: it was read as ${withArticle(one.digit)}"><canvas width="112" height="112" aria-hidden="true"></canvas>
    <span>${one.digit}</span></button></li>`;
  show(el, () => {
    const kept = fooled.kept.value;
    queueMicrotask(() => {
      el.querySelectorAll("canvas").forEach((canvas, n) => {
        if (!kept[n]) return;
        contextOf(canvas).clearRect(0, 0, canvas.width, canvas.width);
        paintStrokes(contextOf(canvas), canvas.width, kept[n].strokes);
      });
    });
    return kept.length
      ? html`<h2>It was fooled</h2><p>Drawings that it took for a digit, and what it read. They are kept on this device. Press one to draw it again; then <em>Copy link</em>, below,
          passes it on.</p><ul>${kept.map(item)}</ul><button type="button" @click=${() => fooled.forget()}>Forget them</button>`
      : html`${nothing}`;
  });
}
