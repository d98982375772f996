// The page "It adds. Or does it?": one state, and the widgets that show it.

import "../widgets/common/common.css";
import "../widgets/pad/pad.css";
import "../widgets/viewer/viewer.css";
import "../widgets/diagram/diagram.css";
import "../widgets/diagram/opening.css";
import "../widgets/nearest/nearest.css";
import "../widgets/hidden_sums/hidden_sums.css";
import "../widgets/train_in_browser/train_in_browser.css";
import "./page.css";
import "./sums.css";
import { signal } from "@preact/signals-core";
import { html } from "lit-html";
import wasm from "../network/adder.wasm";
import { find } from "../widgets/common/dom.js";
import { keepKeys } from "../widgets/common/keys.js";
import { show } from "../widgets/common/view.js";
import { Diagram } from "../widgets/diagram/diagram.js";
import { makeHiddenSums } from "../widgets/hidden_sums/hidden_sums.js";
import { HiddenSums } from "../widgets/hidden_sums/hidden_sums_state.js";
import { makeTrainInBrowser } from "../widgets/train_in_browser/train_in_browser.js";
import { followAddress } from "./address_bar.js";
import { makeArrival, saysArrival } from "./arrival.js";
import { offerToHide } from "./opening.js";
import { makePageState } from "./page_state.js";
import { makeProjector } from "./projector.js";
import { makeShare } from "./share.js";

/** @import { AnswersWith } from "../network/adder.js" */
/** @import { Pair } from "../network/hidden_pairs.js" */
/** @import { PageData, PageState } from "./page_state.js" */

/** @param {string} id @returns {HTMLElement} */
const byId = (id) => find(document, `#${id}`);

/**
 * The picture of the network that ships.
 * @param {PageState} state
 * @param {HiddenSums} sums
 * @param {(pair: Pair) => void} hide makes a pair the only one that is hidden
 */
function makeDiagram(state, sums, hide) {
  const { drawing, answer, number, nearest, selfDrawing } = state;
  new Diagram(byId("diagram"), {
    drawing,
    answer,
    number,
    nearest,
    here: signal(""),
    selected: signal(""),
    selfDrawing,
    next: () => offerToHide(state, sums.found, hide),
    isOpen: signal(false),
  });
}

/**
 * Hide a sum, with what belongs to it on the page.
 * @param {HiddenSums} sums
 * @param {() => string} link
 */
function makeExperiment(sums, link) {
  makeHiddenSums(byId("sums"), sums);
  const dare = () => {
    const pairs = sums.traits.pairs.peek();
    return pairs.length ? saysArrival(pairs, sums.guessing.question.peek()) : "";
  };
  makeShare(find(byId("sums"), ".passing-on"), link, dare);
  makeProjector(byId("projector"), byId("hide-a-sum"));
  keepKeys(byId("sums"));
}

/**
 * Teach it yourself.
 * @param {PageData} data
 */
function makeTeaching({ images, held_back, epochs, weights: { shapes } }) {
  makeTrainInBrowser(byId("teach"), { images, heldBack: held_back, epochs, shapes });
  keepKeys(byId("teach"));
}

/**
 * Make links of what names the course or a lesson, if it is known where they are.
 * @param {PageData["links"]} links
 */
function setLinks(links) {
  byId("where").hidden = links !== null;
  if (!links) return;
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const all = document.querySelectorAll("a[data-course], a[data-lesson]");
  for (const link of all) {
    const { lesson } = link.dataset;
    link.href = lesson ? links.lesson.replace("{}", lesson) : links.course;
  }
}

/** @param {PageData} data */
function start(data) {
  setLinks(data.links);
  const state = makePageState(data);
  const traits = {
    pairs: signal(data.pairs),
    answer: signal(/** @type {AnswersWith} */ ("classes")),
    data: data.adder,
    seed: 0,
    reader: data.reader,
    recipe: data.recipe,
  };
  const sums = new HiddenSums(traits, wasm);
  const greet = makeArrival(byId("shared"), sums);
  const { link, unread, step } = followAddress(sums, greet);
  show(byId("unread"), () => html`${unread.value}`);
  makeDiagram(state, sums, (pair) => step(() => sums.hiding.choose([pair])));
  keepKeys(byId("diagram"));
  // What is below the first screen comes in tasks of its own: in between, a slow phone answers.
  setTimeout(() => makeExperiment(sums, link));
  setTimeout(() => makeTeaching(data));
}

start(JSON.parse(byId("data").textContent ?? ""));
