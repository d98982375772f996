// Curves over the steps, on a logarithmic axis: how many answers to images are right. Of the run that is shown, for seen and for
// hidden pairs; of the others, for hidden pairs alone, to compare them.

import { html, nothing, svg } from "lit-html";
import { percentOf, whole } from "../common/numbers.js";
import { lastLook } from "./runs.js";

/** @import { Look, Run } from "./runs.js" */
/** @typedef {{ words: string, kind: string, place: number }} Name at the end of a curve */

const [LEFT, RIGHT, TOP, BOTTOM] = [60, 294, 14, 148];
const LINE = 19; // of text

/**
 * @param {Run[]} runs
 * @param {Run | undefined} shown
 */
export function curves(runs, shown) {
  const others = runs.filter((run) => run !== shown);
  const last = Math.max(1000, ...runs.map((run) => lastLook(run)?.steps ?? 0));
  const x = (/** @type {number} */ steps) =>
    LEFT + ((Math.log10(Math.max(steps, 10)) - 1) / (Math.log10(last) - 1)) * (RIGHT - LEFT);
  const line = (/** @type {Look[]} */ looks, /** @type {(look: Look) => number | null} */ share) =>
    looks.map((look) => `${x(look.steps).toFixed(1)},${y(share(look) ?? 0).toFixed(1)}`).join(" ");
  const ofHidden = (/** @type {Run} */ { looks }, /** @type {string} */ kind) =>
    looks.some(({ hidden }) => hidden !== null)
      ? svg`<polyline class=${kind} points=${line(looks, (look) => look.hidden)} />`
      : nothing;
  const ofSeen = (/** @type {Run} */ { looks }) =>
    svg`<polyline class="seen" points=${line(looks, (look) => look.seen)} />`;
  return html`<svg class="chart" viewBox="0 0 400 200" role="img" aria-label=${inWords(runs, shown)}>
    ${axes(x, last)}
    ${others.map((run) => ofHidden(run, "other"))}
    ${shown ? [ofHidden(shown, "hidden"), ofSeen(shown)] : nothing}
    ${namesOf(others, shown).map(
      ({ words, kind, place }) => svg`<text class=${kind} x=${RIGHT + 6} y=${place + 5}>${words}</text>`,
    )}
  </svg>`;
}

/** @param {number} share */
const y = (share) => BOTTOM - (BOTTOM - TOP) * share;

/**
 * The curves' names, at their ends: nowhere two on top of each other.
 * @param {Run[]} others
 * @param {Run | undefined} shown
 * @returns {Name[]}
 */
function namesOf(others, shown) {
  const number = (/** @type {Run} */ { id }) => (others.length ? `${id}: ` : "");
  const names = others.map((run) => ({ words: `${run.id}`, kind: "other", share: lastLook(run)?.hidden }));
  const last = lastLook(shown);
  if (shown && last)
    names.push(
      { words: `${number(shown)}hidden`, kind: "hidden", share: last.hidden },
      { words: `${number(shown)}seen`, kind: "seen", share: last.seen },
    );
  const known = names.flatMap(({ share, ...name }) =>
    share === null || share === undefined ? [] : [{ ...name, place: y(share) }],
  );
  known.sort((a, b) => a.place - b.place);
  const places = spread(
    known.map(({ place }) => place),
    LINE,
    BOTTOM,
  );
  return known.map((name, i) => ({ ...name, place: places[i] }));
}

/**
 * Moves places apart, so that none is nearer to the next than `gap`, and the last isn't below `lowest`.
 * @param {number[]} places from the top down
 * @param {number} gap
 * @param {number} lowest
 */
export function spread(places, gap, lowest) {
  const spreadOut = [...places];
  for (let i = 1; i < spreadOut.length; i++) spreadOut[i] = Math.max(spreadOut[i], spreadOut[i - 1] + gap);
  for (let i = spreadOut.length - 1, most = lowest; i >= 0; i--, most -= gap)
    spreadOut[i] = Math.min(spreadOut[i], most);
  return spreadOut;
}

/**
 * @param {(steps: number) => number} x
 * @param {number} last
 */
function axes(x, last) {
  const shares = [0, 0.5, 1].map(
    (share) => svg`<line x1=${LEFT} x2=${RIGHT} y1=${y(share)} y2=${y(share)} />
      <text x=${LEFT - 6} y=${y(share) + 5} text-anchor="end">${100 * share}%</text>`,
  );
  const ticks = [10, 100, 1000, 10_000, 100_000].filter((steps) => steps <= last);
  return svg`<g class="axes">${shares}
    ${ticks.map((steps) => svg`<text x=${x(steps)} y="168" text-anchor="middle">${whole(steps)}</text>`)}
    <text x=${(LEFT + RIGHT) / 2} y="190" text-anchor="middle">steps of training</text></g>`;
}

/**
 * @param {Run[]} runs
 * @param {Run | undefined} shown
 */
function inWords(runs, shown) {
  const of = (/** @type {Run} */ run) => {
    const last = lastLook(run);
    if (!last) return "";
    const hidden = last.hidden === null ? "" : `, hidden pairs ${percentOf(last.hidden)}`;
    return ` Run ${run.id} after ${last.steps} steps: seen pairs ${percentOf(last.seen)}${hidden}.`;
  };
  const others = runs.filter((run) => run !== shown);
  const words = [...(shown ? [shown] : []), ...others].map(of).join("");
  return `Images answered rightly, over steps of training.${words || " Nothing is trained yet."}`;
}
