// The first thing on the site: the page's opening, alive. What it asks leads on to the page.

import { signal } from "@preact/signals-core";
import { html } from "lit-html";
import { orDoesIt } from "../widgets/diagram/or_does_it.js";
import { renderDiagram } from "../widgets/network_diagram/widget.js";
import "../widgets/diagram/opening.css"; // overrules the diagram's own

/** @import { RenderArguments } from "../state/traits.js" */
/** @import { Pair } from "../network/hidden_pairs.js" */

/** The page with a pair hidden, as js/src/state/address.js reads it. @param {Pair | null} pair */
const pageWith = (pair) => `try/index.html#${pair ? `hide=${pair.join("")}` : "hiding"}`;

/** @param {RenderArguments} widget */
function render(widget) {
  return renderDiagram(widget, (answer) => ({
    selected: signal(""),
    isOpen: signal(false),
    next: () =>
      orDoesIt(answer, (words, pair) => html`<a class="hide-it" href=${pageWith(pair)}>${words}</a>`),
  }));
}

export default { render };
