// The whole network in one picture: a drawing and a number go in on the left, and come out on the right as a
// digit and a sum. All is computed here, at once; where from, the state says.

import { effect } from "@preact/signals-core";
import { html, nothing, render } from "lit-html";
import { find, findAll, isStill, stopAll, targetOf } from "../common/dom.js";
import { digitOf, isForNotebook, MOVES } from "../common/keys.js";
import { groupName } from "../common/number_buttons.js";
import { clamp } from "../common/numbers.js";
import { show } from "../common/view.js";
import { makeNearest } from "../nearest/nearest.js";
import { makePad } from "../pad/pad.js";
import { makeDetails } from "./details.js";
import * as view from "./diagram_markup.js";
import { flow } from "./flow.js";
import { featuresOf, LAYOUTS, largestTile, paintPart } from "./maps.js";
import { NAMES } from "./parts.js";

/** @import { ReadonlySignal, Signal } from "@preact/signals-core" */
/** @import { TemplateResult } from "lit-html" */
/** @import { AnswerState } from "../../drawing/answer.js" */
/** @import { Drawing } from "../../drawing/drawing.js" */
/** @import { Features } from "../../network/forward.js" */
/** @import { NearestState } from "../nearest/nearest.js" */
/** @import { Layout } from "./maps.js" */
/** @import { SelfDrawing } from "./self_drawing.js" */
/**
 * @typedef {object} DiagramState
 * @property {Drawing} drawing
 * @property {AnswerState} answer
 * @property {ReadonlySignal<string>} [given] as the pad has it
 * @property {Signal<number>} number
 * @property {ReadonlySignal<string>} here the part that is marked "you are here", or ""
 * @property {Signal<string>} selected the part that is described, or ""
 * @property {NearestState} [nearest] the training images that are most similar; none are shown without it
 * @property {SelfDrawing} [selfDrawing] the page's
 * @property {() => TemplateResult} [next] what one may do after the answer
 * @property {Signal<boolean>} [isOpen] whether the network is shown where there is little room; always without it
 */

const SLOWLY = 150; // ms between two parts that light up, the first time
const SOON = 130; // and later

export class Diagram {
  /** @type {Map<HTMLCanvasElement, Layout>} */
  #layouts = new Map(); // read from the style when the size changes
  /** @type {Map<string, Features[]>} */
  #painted = new Map();
  #isDue = false; // whether all is to be painted soon
  #isLaidOut = false;

  /**
   * @param {HTMLElement} el
   * @param {DiagramState} state
   */
  constructor(el, state) {
    this.el = el;
    this.state = state;
    el.classList.add("network-diagram");
    render(view.SKELETON, el);
    this.card = find(el, ".card");
    this.network = find(el, ".network");
    const stops = [this.#makeParts(), this.#follow(), this.#listen(), this.#followSize()];
    state.selfDrawing?.start(this.card, (isWhole) => isWhole && this.lightUp(NAMES[0], SLOWLY));
    this.stop = stopAll(...stops, () => state.selfDrawing?.stop());
  }

  /** The network comes into view once it has been laid out. */
  #bringNetwork() {
    const behavior = isStill() ? "auto" : "smooth";
    requestAnimationFrame(() =>
      requestAnimationFrame(() => this.part(NAMES[0]).scrollIntoView({ behavior })),
    );
  }

  /** Says something to screen readers. */
  announce(/** @type {string} */ text) {
    find(this.card, ".live").textContent = text;
  }

  /** @param {string} name */
  part(name) {
    return find(this.network, `[data-part="${name}"]`);
  }

  /** All that is around the network itself. */
  #makeParts() {
    const { state, card } = this;
    const { drawing, given, number, nearest, selfDrawing, next, isOpen } = state;
    const group = groupName();
    find(card, ".next").hidden = !next;
    card.classList.toggle("opening", Boolean(next));
    if (nearest) makeNearest(find(card, ".nearest"), nearest);
    return stopAll(
      makePad(find(card, ".pad > div"), drawing, { given, ghost: selfDrawing?.ghost }),
      show(find(card, ".choose"), () => view.choose(number, group)),
      show(find(card, ".said"), () => view.said(state)),
      makeDetails(find(card, ".details"), state.selected, state.answer, (text) => this.announce(text)),
      show(
        find(card, ".next"),
        () => html`${next?.()} ${isOpen && view.inside(isOpen, () => this.#bringNetwork())}`,
      ),
      effect(() => void card.classList.toggle("waits", selfDrawing?.isDrawing.value ?? false)),
      effect(() => void card.classList.toggle("closed", isOpen?.value === false)),
    );
  }

  /** Shows what the state says, now and whenever it changes. */
  #follow() {
    const { answer, drawing, number, selected } = this.state;
    let strokes = drawing.all.peek();
    return stopAll(
      effect(() => {
        render(view.network(this.state), this.network);
        const isDrawn = strokes !== drawing.all.value;
        strokes = drawing.all.value;
        if (isDrawn) this.#paintSoon();
        else this.#paint();
      }),
      show(find(this.card, ".words"), () => view.about(selected.value, answer)),
      afterwards([number], () => {
        this.lightUp("number");
        this.announce(answer.sentence.peek());
      }),
      afterwards([drawing.strokes, drawing.background], () => {
        this.announce(`${answer.sentence.peek()} ${view.note(this.state)}`);
      }),
      afterwards([selected], () => this.#putAbout()),
    );
  }

  // --- choosing a part ---

  #listen() {
    const { network, el, state } = this;
    network.addEventListener("click", (event) => this.#choose(event));
    network.addEventListener("keydown", (event) => this.#move(event));
    const keys = state.selfDrawing ? window : el; // then the whole page is for it
    const byKey = (/** @type {Event} */ event) => this.#chooseNumber(/** @type {KeyboardEvent} */ (event));
    keys.addEventListener("keydown", byKey, true); // the pad keeps keys to itself
    return () => keys.removeEventListener("keydown", byKey, true);
  }

  /** @param {KeyboardEvent} event */
  #chooseNumber(event) {
    const target = /** @type {Element} */ (event.target);
    if (target !== document.body && !this.el.contains(target)) return; // of others on the page
    if (!target.matches("input[type=text]"))
      this.state.number.value = digitOf(event) ?? this.state.number.peek();
  }

  /** @param {string} name */
  #select(name) {
    this.state.selected.value = name;
    this.announce(find(this.card, ".words").textContent ?? "");
  }

  /** @param {MouseEvent} event */
  #choose(event) {
    const name = targetOf(event, "[data-part]")?.dataset.part;
    if (!name) return;
    this.#select(name);
    this.#bringIntoView(name);
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const at = NAMES.indexOf(targetOf(event, "[data-part]")?.dataset.part ?? "");
    const move = MOVES[event.key];
    const ends = { Home: NAMES[0], End: NAMES[NAMES.length - 1] }[event.key];
    if (at < 0 || isForNotebook(event) || !(move || ends)) return;
    event.preventDefault();
    const next = ends ?? NAMES[at + move.across + move.down];
    if (!next) return;
    this.#select(next);
    this.part(next).focus({ preventScroll: true });
    this.#bringIntoView(next);
  }

  /** The chosen part stays in view, and what is said of it comes into view, if there is room for both. */
  #bringIntoView(/** @type {string} */ name) {
    const [part, about] = [this.part(name), find(this.card, ".about")];
    const [top, bottom] = [part.getBoundingClientRect().top, about.getBoundingClientRect().bottom];
    const behavior = isStill() ? "auto" : "smooth";
    if (top > 0 && bottom - top < innerHeight - 16) about.scrollIntoView({ block: "nearest", behavior });
    else part.scrollIntoView({ block: "start", behavior });
  }

  // --- pictures ---

  /** While one draws, the pictures come one frame later: the answer doesn't wait for them. */
  #paintSoon() {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() =>
      setTimeout(() => {
        this.#isDue = false; // the answer can be seen
        this.#paint();
      }),
    );
  }

  #paint() {
    if (!this.part(NAMES[0]).clientWidth) return; // folded away; it will be laid out when it is opened
    const { result, pixels } = this.state.answer;
    for (const name of NAMES.filter((name) => !name.endsWith("head"))) {
      const features = featuresOf(name, result.peek(), pixels.peek());
      const canvases = /** @type {HTMLCanvasElement[]} */ (findAll(this.part(name), "canvas"));
      if (canvases.some((canvas) => !this.#layouts.has(canvas))) this.#layOutPart(name, canvases);
      const before = this.#painted.get(name);
      if (name !== "image" && features.every((one, i) => one === before?.[i])) continue;
      this.#painted.set(name, features);
      paintPart(name, canvases, features, this.#layouts);
    }
  }

  #followSize() {
    const layOut = () => this.#layOut();
    const sizes = new ResizeObserver(layOut);
    sizes.observe(this.el);
    window.addEventListener("resize", layOut); // page zoom changes devicePixelRatio only
    return () => {
      sizes.disconnect();
      window.removeEventListener("resize", layOut);
    };
  }

  #isColumn() {
    return getComputedStyle(find(this.network, ".row")).display === "contents";
  }

  #layOut() {
    if (!this.el.clientWidth) return; // not in the page yet
    const isFirst = !this.#isLaidOut;
    this.#isLaidOut = true;
    this.#layouts.clear();
    this.#painted.clear();
    this.#putAbout();
    this.#paint();
    this.#drawFlow();
    if (isFirst) this.lightUp();
  }

  /** @param {string} name @param {HTMLCanvasElement[]} canvases */
  #layOutPart(name, canvases) {
    if (!this.el.clientWidth) return;
    const base = Number(getComputedStyle(this.card).getPropertyValue("--base"));
    const scale = base ? clamp(this.card.clientWidth / base, 0.6, 1.3) : 1;
    const [columns, tile, gap] = LAYOUTS[base][name];
    for (const canvas of canvases) {
      const most = largestTile(this.#roomFor(canvas, columns, gap), gap);
      this.#layouts.set(canvas, { columns, tile: base ? tile * scale : Math.min(tile, most), gap });
    }
  }

  /**
   * The room of a map and its gap where it is narrow.
   * @param {HTMLCanvasElement} canvas
   * @param {number} columns
   * @param {number} gap
   */
  #roomFor(canvas, columns, gap) {
    const join = this.#isColumn() ? canvas.closest(".join") : null; // 20 and 10 in one row
    if (join) return (join.clientWidth - 24) / 30;
    return ((canvas.closest(".part")?.clientWidth ?? 0) - 14 - gap) / columns;
  }

  /**
   * On a narrow page what is said of a part is below it. To move it takes the focus from it, which is given back.
   */
  #putAbout() {
    const { selected } = this.state;
    if (!selected.peek()) return;
    const [about, part] = [find(this.card, ".about"), this.part(selected.peek())];
    const after = this.#isColumn() ? (part.closest(".join") ?? part) : this.network;
    const focused = /** @type {Document | ShadowRoot} */ (this.el.getRootNode()).activeElement;
    if (about !== after.nextElementSibling) after.after(about);
    if (focused instanceof HTMLElement && about.contains(focused)) focused.focus({ preventScroll: true });
  }

  /** In one column the parts' order says it. */
  #drawFlow() {
    if (!this.#layouts.size) return;
    const joined = this.state.answer.result.peek().layers.embedding.channels + 10;
    render(this.#isColumn() ? nothing : flow(this.network, joined), find(this.network, ".flow"));
  }

  /** The parts light up one after the other, from one of them to the right. */
  lightUp(from = NAMES[0], pace = SOON) {
    if (isStill() || this.state.selfDrawing?.isDrawing.peek()) return;
    const isFirst = pace === SLOWLY; // no answer was there before
    const fade = (/** @type {Element | null} */ element, /** @type {number} */ turn, opacity = 0) =>
      element?.animate([{ opacity }, { opacity: 1 }], {
        duration: 500,
        delay: pace * turn,
        easing: "ease-out",
        fill: "backwards",
      });
    const parts = NAMES.slice(NAMES.indexOf(from));
    parts.forEach((name, turn) => {
      fade(find(this.part(name), ".picture"), turn, 0.15);
      fade(this.network.querySelector(`.flow [data-to="${name}"]`), turn);
      if (isFirst) fade(find(this.part(name), ".value"), turn);
    });
  }
}

/**
 * Does something whenever one of some signals has changed, not at first.
 * @param {ReadonlySignal<unknown>[]} signals
 * @param {() => void} work
 */
function afterwards(signals, work) {
  let isFirst = true;
  return effect(() => {
    for (const one of signals) void one.value;
    if (!isFirst) work();
    isFirst = false;
  });
}
