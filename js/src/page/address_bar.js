// The page's address and the experiment follow each other: a link hides the pairs that it was copied with, and what one
// changes is in the address. No other page is loaded, and none is asked.

import { batch, computed, effect, signal } from "@preact/signals-core";
import { decode, encode } from "../state/address.js";

/** @import { Shared } from "../state/address.js" */
/** @import { HiddenSums } from "../widgets/hidden_sums/hidden_sums_state.js" */

const PATIENCE = 300; // ms without another change; browsers allow few changes of the address in a short time
const UNREAD = "Part of this page's address, after the #, can't be read. That part is ignored.";

/**
 * Puts what an address holds on the page; what it doesn't hold stays as it is.
 * @param {Partial<Shared>} shared
 * @param {HiddenSums} sums
 */
function open(shared, { traits, adders, hiding }) {
  adders.end();
  batch(() => {
    adders.leave();
    hiding.choose(shared.pairs ?? traits.pairs.peek());
    traits.answer.value = shared.answer ?? traits.answer.peek();
  });
}

/**
 * @param {HiddenSums} sums
 * @param {(shared: Partial<Shared>) => void} greet says what a link brings
 */
export function followAddress(sums, greet) {
  const { pairs, answer } = sums.traits;
  const shared = computed(() => ({ pairs: pairs.value, answer: answer.value }));
  const unread = signal("");
  const start = shared.peek(); // where no address says anything else
  let written = encode(start);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function read() {
    const text = location.hash.slice(1);
    if (text === written || document.getElementById(text)) return; // a place on the page
    clearTimeout(timer);
    const found = text ? decode(text) : { shared: start, isUnreadable: false };
    unread.value = found.isUnreadable ? UNREAD : "";
    open(found.shared, sums);
    greet(text ? found.shared : {});
    written = encode(shared.peek());
  }
  /** @param {"replaceState" | "pushState"} [how] a new step, to which the browser's Back leads, or the same one */
  function write(how = "replaceState") {
    const text = encode(shared.peek());
    if (text === written && how === "replaceState") return;
    written = text;
    try {
      history[how](null, "", `#${text}`);
      unread.value = "";
    } catch {
      // a browser that doesn't let a page in a frame do this, or not as often: the link can still be copied
    }
  }
  if (location.hash) read();
  addEventListener("hashchange", read);
  effect(() => {
    void shared.value;
    clearTimeout(timer);
    timer = setTimeout(() => write(), PATIENCE);
  });
  /** Does something that the browser's Back undoes. @param {() => void} act */
  function step(act) {
    write(); // what Back comes back to
    act();
    write("pushState");
  }
  return { unread, step, link: () => `${location.href.split("#")[0]}#${encode(shared.value)}` };
}
