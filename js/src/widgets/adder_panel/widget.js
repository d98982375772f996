// The front end of AdderPanel, whose answers come from Python.

import "../common/common.css";
import "../pad/pad.css";
import { batch, computed, effect } from "@preact/signals-core";
import { Drawing } from "../../drawing/drawing.js";
import { follow } from "../../state/traits.js";
import { stopAll } from "../common/dom.js";
import { keepKeys } from "../common/keys.js";
import { connectPad, PACE, PAGE, sendMessage } from "./connection.js";
import { makePanel } from "./panel.js";

/** @import { Model, RenderArguments } from "../../state/traits.js" */

let requests = 0;

/** @param {RenderArguments} widget */
function render({ model, el }) {
  const [signals, disconnect] = connectPad(model, { number: 5 });
  const [answer, stopAnswer] = follow(model, "answer");
  const [message, stopMessage] = follow(model, "message_id");
  const [isSmall, stopSmall] = follow(model, "small");
  const drawing = new Drawing(signals);
  const ask = (/** @type {Record<string, any>} */ what) => {
    sendMessage(model, { request: { ...what, count: ++requests } }); // a new one each time
  };
  const stopPanel = makePanel(el, {
    drawing,
    number: signals.number,
    reply: answer,
    isWaiting: computed(() => answer.value.message_id !== message.value),
    isSmall,
    pace: PACE,
    takeSample: () => ask({ sample: true }),
    upload: (url) => ask({ upload: url }),
  });
  const stopAdopting = effect(() => batch(() => adopt(model, answer.value)));
  const stops = [stopAnswer, stopMessage, stopSmall, stopAdopting, drawing.stop, disconnect];
  return stopAll(
    stopPanel,
    ...stops,
    keepKeys(el, () => false),
  );
}

/**
 * What another page has drawn is shown here, too.
 * @param {Model} model
 * @param {Record<string, any>} answer
 */
function adopt(model, answer) {
  if (answer.message_id === model.get("message_id") || answer.message_id.startsWith(PAGE)) return;
  for (const name of ["strokes", "background", "number", "message_id"])
    if (name in answer) model.set(name, answer[name]);
}

export default { render };
