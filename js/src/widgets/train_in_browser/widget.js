// The front end of TrainInBrowser.

import "../common/common.css";
import "../common/widgets.css";
import "./train_in_browser.css";
import { signal } from "@preact/signals-core";
import { readWeights } from "../../network/weights.js";
import { stopAll } from "../common/dom.js";
import { keepKeys } from "../common/keys.js";
import { makeTrainInBrowser } from "./train_in_browser.js";

/** @import { RenderArguments } from "../../state/traits.js" */

/** @param {RenderArguments} widget */
function render({ model, el }) {
  const trained = readWeights(model.get("weights"));
  const stop = makeTrainInBrowser(el, {
    trained,
    weights: signal(trained),
    images: model.get("images"),
    heldBack: model.get("held_back"),
    epochs: model.get("epochs"),
    seed: model.get("seed") ?? null,
    lesson: model.get("lesson") ?? "",
  });
  return stopAll(stop, keepKeys(el));
}

export default { render };
