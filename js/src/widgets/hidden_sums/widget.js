// The front end of HiddenSums.

import "../common/common.css";
import "./hidden_sums.css";
import wasm from "../../network/adder.wasm";
import { PATTERN } from "../../network/hidden_pairs.js";
import { connect } from "../../state/traits.js";
import { stopAll } from "../common/dom.js";
import { isForNotebook, keepKeys } from "../common/keys.js";
import { isUndo } from "./grid_input.js";
import { makeHiddenSums } from "./hidden_sums.js";
import { HiddenSums } from "./hidden_sums_state.js";

/** @import { AnswersWith } from "../../network/adder.js" */
/** @import { RenderArguments } from "../../state/traits.js" */

/** @param {RenderArguments} widget */
function render({ model, el }) {
  const [signals, disconnect] = connect(model, {
    pairs: PATTERN,
    answer: /** @type {AnswersWith} */ ("classes"),
  });
  const [data, seed, reader] = ["data", "seed", "reader"].map((name) => model.get(name));
  const traits = { ...signals, data, seed, reader };
  const state = new HiddenSums(traits, wasm);
  const stop = makeHiddenSums(el, state);
  const goesOut = (/** @type {KeyboardEvent} */ event) => isForNotebook(event) && !isUndo(event);
  return stopAll(stop, disconnect, keepKeys(el, goesOut));
}

export default { render };
