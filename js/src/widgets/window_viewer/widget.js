// The front end of WindowViewer.

import "../common/common.css";
import "../viewer/viewer.css";
import { connect } from "../../state/traits.js";
import { stopAll } from "../common/dom.js";
import { keepKeys } from "../common/keys.js";
import { makeViewer } from "../viewer/viewer.js";
import { DEFAULTS, makeViewerState } from "../viewer/viewer_state.js";

/** @import { RenderArguments } from "../../state/traits.js" */

/** @param {RenderArguments} widget */
function render({ model, el }) {
  const [traits, disconnect] = connect(model, DEFAULTS);
  return stopAll(makeViewer(el, makeViewerState(traits)), disconnect, keepKeys(el));
}

export default { render };
