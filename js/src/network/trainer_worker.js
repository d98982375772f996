// The worker in which a network is trained: does what a message says, and answers with a report.
// A bundle of its own, which the page inlines as text.

import { Trainer } from "./trainer.js";

/** @import { Report, Settings } from "./trainer.js" */
/**
 * @typedef {object} Order
 * @property {number} pause ms of training until the report
 * @property {Settings} [make] the first time
 * @property {{ numbers: Float32Array, steps: number }} [begin] where a training begins
 */
/** @typedef {{ error: string } | ({ error?: undefined } & Report)} Reply */

/** @type {Trainer} */
let trainer;

addEventListener("message", async ({ data }) => {
  const { make, begin, pause } = /** @type {Order} */ (data);
  try {
    if (make) trainer = await Trainer.make(make);
    if (begin) trainer.begin(begin.numbers, begin.steps);
    postMessage(begin ? trainer.report() : trainer.train(pause));
  } catch (error) {
    postMessage({ error: String(error) });
  }
});
