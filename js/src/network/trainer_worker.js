// The worker in which a network is trained: does what a message says, and answers with a report.
// A bundle of its own, which the page inlines as text.

import { Trainer } from "./trainer.js";

/** @import { Choices, Report, Settings } from "./trainer.js" */
/**
 * @typedef {object} Order
 * @property {number} id of the training; the report has the same
 * @property {number} pause ms of training until the report
 * @property {Settings} [make] the first time
 * @property {{ numbers: Float32Array, steps: number, choices: Choices }} [begin] where a training begins
 */
/** @typedef {{ id: number, error: string } | ({ id: number, error?: undefined } & Report)} Reply */

/** @type {Trainer} */
let trainer;

addEventListener("message", async ({ data }) => {
  const { id, make, begin, pause } = /** @type {Order} */ (data);
  try {
    if (make) trainer = await Trainer.make(make);
    if (begin) trainer.begin(begin.numbers, begin.steps, begin.choices);
    postMessage({ id, ...(begin ? trainer.report() : trainer.train(pause)) });
  } catch (error) {
    postMessage({ id, error: String(error) });
  }
});
