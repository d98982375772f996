// How a pad and Python talk: through traits.
//
// One save_changes() of the page has a new `message_id` (the page's name and a count) and of these what has changed:
//   strokes, background   what is on the pad: when a stroke ends, or after undo, redo, clear
//   unfinished            the stroke that is being drawn, at most every PACE ms
//   number                the number to add
//   request               {sample: true} or {upload: data URL}: Python puts it on the pad
// Python sends one `answer` to the newest message_id: all that the panel shows and, if no stroke is
// being drawn, strokes, background and number, for other pages that show the same panel.
// While a message isn't answered, ipywidgets sends nothing, and then the newest of all changes.

import { connect, saveAll } from "../../state/traits.js";

/** @import { Background } from "../../drawing/drawing.js" */
/** @import { Stroke } from "../../drawing/strokes.js" */
/** @import { Model } from "../../state/traits.js" */

export const PACE = 80; // ms at least between two messages while one draws
export const PAGE = Math.random().toString(36).slice(2); // this page, among all that show the same widget
let count = 0; // of this page's messages

/**
 * Saves changes for Python and all pages that show this widget.
 *
 * A Jupyter server sends "busy" first and holds the answer back until the browser acknowledges
 * that (Nagle's algorithm), up to 40 ms, unless the browser has something to send as well.
 * @param {Model} model
 * @param {Record<string, any>} changes
 */
export function sendMessage(model, changes) {
  saveAll(model, { message_id: `${PAGE} ${++count}`, ...changes });
  for (const wait of [8, 24]) setTimeout(() => model.send({}), wait);
}

/**
 * The traits of a pad as signals, and others with them; what changes is sent as a message.
 * @template {Record<string, any>} T
 * @param {Model} model
 * @param {T} others
 */
export function connectPad(model, others) {
  const defaults = {
    strokes: /** @type {Stroke[]} */ ([]),
    background: /** @type {Background} */ ({}),
    unfinished: /** @type {Stroke} */ ([]),
    ...others,
  };
  return connect(model, defaults, (changes) => sendMessage(model, changes));
}
