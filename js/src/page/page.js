// The page "It adds. Or does it?": one state, and the widgets that show it.

import "../widgets/common/common.css";
import "../widgets/common/widgets.css";
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
import { html, render } from "lit-html";
import wasm from "../network/adder.wasm";
import { find, findAll } from "../widgets/common/dom.js";
import { digitOf, keepKeys } from "../widgets/common/keys.js";
import { groupName, numberButtons } from "../widgets/common/number_buttons.js";
import { show } from "../widgets/common/view.js";
import { Diagram } from "../widgets/diagram/diagram.js";
import { sampleTaker } from "../widgets/diagram/samples.js";
import { makeHiddenSums } from "../widgets/hidden_sums/hidden_sums.js";
import { HiddenSums } from "../widgets/hidden_sums/state.js";
import { makePad } from "../widgets/pad/pad.js";
import { makeTrainInBrowser } from "../widgets/train_in_browser/train_in_browser.js";
import { followAddress } from "./address_bar.js";
import { arrivalOf, makeArrival, saysArrival } from "./arrival.js";
import { Fooled, makeFooled } from "./fooled.js";
import { offerToHide } from "./opening.js";
import { makeProjector } from "./projector.js";
import { makeEnding, makeShare } from "./share.js";
import { followQuestion, makePageState } from "./state.js";

/** @import { AnswersWith, Encoding } from "../network/adder.js" */
/** @import { Pair } from "../network/hidden_pairs.js" */
/** @import { PageData, PageState } from "./state.js" */

// Of this file, in MB: nearly all of it is in these.
const SIZE = (
  findAll(document, "script, style").reduce((sum, { innerHTML }) => sum + innerHTML.length, 0) / 1e6
).toFixed(1);

/** @param {string} id @returns {HTMLElement} */
const byId = (id) => find(document, `#${id}`);

/**
 * The picture of the network.
 * @param {PageState} state
 * @param {PageData} data
 * @param {(pair: Pair) => void} hide makes a pair the only one that is hidden
 * @param {Fooled} fooled
 */
function makeDiagram(state, data, hide, fooled) {
  const { drawing, answer, number, nearest, selfDrawing } = state;
  new Diagram(byId("diagram"), {
    drawing,
    answer,
    number,
    nearest,
    here: signal(""),
    pace: 0,
    selected: signal(""),
    selfDrawing,
    fooled,
    takeSample: sampleTaker(drawing, data.samples),
    next: () => offerToHide(state, hide),
    isOpen: signal(false),
  });
}

/**
 * A pad with the same drawing, next to the table of pairs, and what the adder answers.
 * @param {PageState} state
 * @param {HiddenSums} sums
 */
function makeQuestion({ drawing, number, selfDrawing }, sums) {
  const [pad, group] = [byId("pad"), groupName()];
  pad.classList.add("mnist-adder");
  render(html`<div class="card"><div></div></div>`, pad);
  makePad(find(pad, ".card > div"), drawing, { name: "Drawing pad of the adder", ghost: selfDrawing.ghost });
  show(byId("number"), () => html`${numberButtons(number, group)}`);
  show(byId("answer"), () => html`${sums.ofDrawing.value}`);
  const byKey = (/** @type {KeyboardEvent} */ event) => {
    number.value = digitOf(event) ?? number.peek();
  };
  byId("ask").addEventListener("keydown", byKey, true); // the pad keeps keys to itself
}

/**
 * Hide a sum, with all that belongs to it.
 * @param {PageState} state
 * @param {HiddenSums} sums
 * @param {() => string} link
 */
function makeExperiment(state, sums, link) {
  makeHiddenSums(byId("sums"), sums);
  makeQuestion(state, sums);
  const dare = () => {
    const arrival = arrivalOf({ pairs: state.pairs.peek() }, false, []);
    return arrival ? saysArrival(arrival, sums.guessing.question.peek()) : "";
  };
  const passing = { link, dare, size: SIZE };
  makeShare(byId("share"), passing, makeProjector(byId("hide-a-sum")));
  makeEnding(find(byId("sums"), ".at-ending"), passing, sums);
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

/** What this device keeps for the page; a browser may forbid even to ask. */
function storageOf() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** @param {PageData} data */
function start(data) {
  setLinks(data.links);
  const state = makePageState(data);
  const traits = {
    pairs: state.pairs,
    encoding: signal(/** @type {Encoding} */ ("label")),
    answer: signal(/** @type {AnswersWith} */ ("classes")),
    asked: followQuestion(state),
    data: data.adder,
    seed: 0,
    reader: data.reader,
    isOnPage: true,
    lesson: document.querySelector("#hiding-lesson")?.getAttribute("href") ?? "",
  };
  const sums = new HiddenSums(traits, wasm);
  const fooled = new Fooled(state, storageOf());
  const greet = makeArrival(byId("shared"), sums, fooled);
  const { link, unread, step } = followAddress(state, sums, fooled, data.samples, greet);
  show(byId("unread"), () => html`${unread.value}`);
  const hide = (/** @type {Pair} */ pair) => step(() => sums.hiding.choose([pair]));
  makeDiagram(state, data, hide, fooled);
  makeFooled(byId("fooled"), fooled);
  makeExperiment(state, sums, link);
  const teaching = { images: data.images, heldBack: data.held_back, epochs: data.epochs };
  makeTrainInBrowser(byId("teach"), { ...teaching, shapes: data.weights.shapes }, state);
  for (const id of ["diagram", "sums", "teach", "pad"]) keepKeys(byId(id));
}

start(JSON.parse(byId("data").textContent ?? ""));
