// The site: widgets where there is no Python, guesses that hold back what would give them away.

import "../widgets/common/common.css";
import "../widgets/common/widgets.css";
import "../widgets/pad/pad.css";
import { Traits } from "../state/traits.js";
import { findAll } from "../widgets/common/dom.js";
import sums from "../widgets/hidden_sums/widget.js";
import choice from "../widgets/multiple_choice/widget.js";
import diagram from "../widgets/network_diagram/widget.js";
import viewer from "../widgets/window_viewer/widget.js";
import { addCopyButton } from "./copy.js";
import { fold } from "./deeper.js";
import frames from "./frames.js";
import { holdBack } from "./guesses.js";
import opening from "./opening.js";
import panel from "./panel.js";
import "./site.css"; // last, as it overrules the widgets' own

/** @import { RenderArguments } from "../state/traits.js" */

/** @type {Record<string, { render: (widget: RenderArguments) => void }>} by the names of their classes in Python */
const WIDGETS = {
  AdderPanel: panel,
  Frames: frames,
  HiddenSums: sums,
  MultipleChoice: choice,
  NetworkDiagram: diagram,
  Opening: opening,
  WindowViewer: viewer,
};

findAll(document, "section#deeper").forEach(fold);

// A part that scrolls sideways can be reached with the keyboard, too.
for (const part of findAll(document, "pre, .table-wrapper, .output.text_html"))
  if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "All pages");

findAll(document, ".cell_input pre, :is(.highlight-sh, .highlight-python, .highlight-yaml) pre").forEach(
  addCopyButton,
);

for (const el of findAll(document, "[data-widget]")) {
  const { widget = "", traits = "{}", guess } = el.dataset;
  const model = new Traits(JSON.parse(traits));
  el.textContent = ""; // what is there without scripts
  WIDGETS[widget].render({ model, el });
  if (guess) holdBack(el, model, guess);
}
