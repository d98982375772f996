// The page's address and its state follow each other: a link opens what it was copied from, and what one changes is
// in the address. No other page is loaded, and none is asked.

import { batch, computed, effect, signal } from "@preact/signals-core";
import { thin } from "../drawing/thin.js";
import { decode, encode } from "../state/address.js";
import { backgroundOf } from "../widgets/diagram/samples.js";
import { madeOf } from "../widgets/hidden_sums/runs.js";

/** @import { Shared } from "../state/address.js" */
/** @import { Sample } from "../widgets/diagram/samples.js" */
/** @import { Fooled } from "./fooled.js" */
/** @import { HiddenSums } from "../widgets/hidden_sums/state.js" */
/** @import { PageState } from "./state.js" */

const PATIENCE = 300; // ms without another change; browsers allow few changes of the address in a short time
const UNREAD = "Part of this page's address, after the #, can't be read. That part is ignored.";

/** @param {PageState} state @param {HiddenSums} sums @param {Fooled} fooled @param {Sample[]} samples */
function sharedOf({ drawing, number, selfDrawing }, { traits, adders: { shown } }, fooled, samples) {
  return computed(() => {
    const run = shown.value;
    const image = samples.findIndex(({ about }) => about === drawing.background.value.about);
    return /** @type {Shared} */ ({
      pairs: traits.pairs.value,
      answer: traits.answer.value,
      encoding: traits.encoding.value,
      number: number.value,
      strokes: selfDrawing.isByItself.value ? [] : thin(drawing.strokes.value),
      isFooling: fooled.isFooling.value,
      image: image < 0 ? null : image,
      run: run ? madeOf(run) : null,
    });
  });
}

/**
 * Puts what an address holds on the page; what it doesn't hold stays as it is.
 * @param {Partial<Shared>} shared
 * @param {PageState} state
 * @param {HiddenSums} sums
 * @param {Sample[]} samples
 */
function open(shared, { drawing, number, selfDrawing }, sums, samples) {
  const { traits, adders, hiding } = sums;
  adders.end();
  batch(() => {
    adders.leave();
    hiding.choose(shared.pairs ?? traits.pairs.peek());
    traits.answer.value = shared.answer ?? traits.answer.peek();
    traits.encoding.value = shared.encoding ?? traits.encoding.peek();
    number.value = shared.number ?? number.peek();
    if (shared.run) adders.comeBackTo(shared.run);
    const sample = samples[shared.image ?? -1];
    if (shared.strokes || sample) {
      selfDrawing.stop();
      drawing.put(shared.strokes ?? [], sample ? backgroundOf(sample) : {});
    }
  });
}

/**
 * @param {PageState} state
 * @param {HiddenSums} sums
 * @param {Fooled} fooled
 * @param {Sample[]} samples
 * @param {(shared: Partial<Shared>, isMine: boolean) => void} greet says what a link brings
 */
export function followAddress(state, sums, fooled, samples, greet) {
  const shared = sharedOf(state, sums, fooled, samples);
  const unread = signal("");
  const start = shared.peek(); // where no address says anything else
  let written = encode(start);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function read() {
    const text = location.hash.slice(1);
    if (text === written || document.getElementById(text)) return; // a place on the page
    clearTimeout(timer);
    const found = text ? decode(text) : { shared: { ...start, strokes: undefined }, isUnreadable: false };
    unread.value = found.isUnreadable ? UNREAD : "";
    open(found.shared, state, sums, samples);
    greet(text ? found.shared : {}, history.state?.isMine === true);
    written = encode(shared.peek());
  }
  /** @param {"replaceState" | "pushState"} [how] a new step, to which the browser's Back leads, or the same one */
  function write(how = "replaceState") {
    const text = encode(shared.peek());
    if (text === written && how === "replaceState") return;
    written = text;
    try {
      history[how]({ isMine: true }, "", `#${text}`); // which is still known when the page is loaded again
    } catch {
      // a browser that doesn't let a page in a frame do this, or not as often: the link can still be copied
    }
  }
  if (location.hash) read();
  addEventListener("hashchange", read);
  effect(() => {
    void shared.value;
    clearTimeout(timer);
    if (!sums.adders.running.value) timer = setTimeout(() => write(), PATIENCE);
  });
  /** Does something that the browser's Back undoes. @param {() => void} act */
  function step(act) {
    write(); // what Back comes back to
    act();
    write("pushState");
  }
  return { unread, step, link: () => `${location.href.split("#")[0]}#${encode(shared.peek())}` };
}
