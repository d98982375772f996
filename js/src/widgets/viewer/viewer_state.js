// What the window viewer knows: an image, weights, a window over them, and what the layers make of it.

import { computed, signal } from "@preact/signals-core";
import { compute, grid } from "../../network/window.js";
import { UPPER_EDGE } from "../../shared/rules.js";
import { grey, signed } from "../common/colours.js";
import { clamp } from "../common/numbers.js";

/** @import { ReadonlySignal, Signal } from "@preact/signals-core" */
/** @import { Grid, Layer } from "../../network/window.js" */
/** @import { Colour } from "../common/colours.js" */
/** @typedef {[row: number, column: number]} Place */
/**
 * @typedef {object} ViewerTraits what may come from Python
 * @property {Grid[]} image a grid for each channel
 * @property {Grid[]} weights likewise, 3x3
 * @property {Layer} mode the layer that is shown
 * @property {Place} place of the window, as one of the convolution's result
 * @property {number[]} range what is black and what white; empty: 0 is black, below 0 orange
 * @property {number} padding
 * @property {Grid[]} digits to put in the image's place
 */
/** @typedef {{ [K in keyof ViewerTraits]: Signal<ViewerTraits[K]> }} ViewerSignals */

/** @type {Record<string, Grid>} */
export const PRESETS = {
  "upper edge": UPPER_EDGE,
  "lower edge": [
    [1, 1, 1],
    [0, 0, 0],
    [-1, -1, -1],
  ],
  "left edge": [
    [-1, 0, 1],
    [-1, 0, 1],
    [-1, 0, 1],
  ],
  outline: [
    [-1, -1, -1],
    [-1, 8, -1],
    [-1, -1, -1],
  ],
  blur: [
    [0.1, 0.1, 0.1],
    [0.1, 0.2, 0.1],
    [0.1, 0.1, 0.1],
  ],
  sharpen: [
    [0, -1, 0],
    [-1, 5, -1],
    [0, -1, 0],
  ],
  copy: [
    [0, 0, 0],
    [0, 1, 0],
    [0, 0, 0],
  ],
};

/** @type {ViewerTraits} */
export const DEFAULTS = {
  image: [grid(28, 28, () => 0)],
  weights: [PRESETS["upper edge"]],
  mode: "convolution",
  place: [14, 14],
  range: [0, 1],
  padding: 1,
  digits: [],
};

/** Layers in words: a name, what comes in and out, and what it makes of the numbers in the window. */
export const STEPS = {
  convolution: { name: "Convolution", input: "image", output: "after convolution", rule: "sum" },
  relu: { name: "ReLU", input: "after convolution", output: "after ReLU", rule: "ReLU" },
  pooling: { name: "Max pooling", input: "after ReLU", output: "after pooling", rule: "largest" },
};

/** @param {Grid} numbers */
export const largestOf = (numbers) => numbers.flat().reduce((a, b) => Math.max(a, Math.abs(b)), 0);
/**
 * @param {Grid} a
 * @param {Grid} b
 */
const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** @typedef {ReturnType<typeof makeViewerState>} ViewerState */

/**
 * @param {ViewerSignals} traits
 * @param {ReadonlySignal<[factor: number, shift: number]> | null} batchNorm of a map in the picture of the network,
 *   which is only looked at; null: image and weights can be changed
 */
export function makeViewerState(traits, batchNorm = null) {
  const { mode } = traits;
  const sketch = signal(/** @type {Grid[] | null} */ (null)); // the image while somebody draws on it
  const chosen = signal(0); // the channel
  const hover = signal(/** @type {Place | null} */ (null)); // under the mouse; where it leaves, `place` comes back
  const typed = signal(/** @type {number | null} */ (null)); // which of the nine weights has the focus
  const isPen = signal(false);
  const isFixed = batchNorm !== null;
  const image = computed(() => sketch.value ?? traits.image.value);
  const channel = computed(() => Math.min(chosen.value, image.value.length - 1));
  const weights = computed(() => image.value.map((_, i) => traits.weights.value[i] ?? grid(3, 3, () => 0)));
  const numbers = computed(() =>
    compute(image.value, weights.value, traits.padding.value, batchNorm?.value ?? null),
  );
  const place = computed(() => inside(hover.value ?? traits.place.value, numbers.value.convolution));
  const pooled = computed(() => {
    const [row, column] = place.value;
    return inside([row >> 1, column >> 1], numbers.value.pooling);
  });
  return {
    ...traits,
    sketch,
    chosen,
    hover,
    typed,
    isPen,
    isFixed,
    shown: image,
    channel,
    window: weights,
    numbers,
    /** Where the window stands, and which pixel of the output that is. */
    at: place,
    shownAt: computed(() => (mode.value === "pooling" ? pooled.value : place.value)),
    /** What goes into the layer that is shown, and what comes out. */
    input: computed(() => {
      const { convolution, map } = numbers.value;
      return { convolution: image.value[channel.value], relu: convolution, pooling: map }[mode.value];
    }),
    output: computed(() =>
      isFixed && mode.value === "convolution" ? numbers.value.map : numbers.value[mode.value],
    ),
    most: computed(() => mostOf(mode.value, image.value, numbers.value, isFixed)),
    /** A single channel that is drawn on and changed here: not what comes out of a layer. */
    isPlain: computed(() => mode.value === "convolution" && image.value.length === 1 && !isFixed),
    preset: presetOf(traits, weights, channel),
  };
}

/**
 * @param {Place} place
 * @param {Grid} numbers
 * @returns {Place}
 */
export const inside = ([row, column], numbers) => [
  clamp(row, 0, numbers.length - 1),
  clamp(column, 0, numbers[0].length - 1),
];

/**
 * The largest numbers, which colours go by: of the input, of what the window makes of it, and of the output.
 * @param {Layer} mode
 * @param {Grid[]} image
 * @param {import("../../network/window.js").Computed} numbers
 * @param {boolean} isFixed
 */
function mostOf(mode, image, { convolution, map }, isFixed) {
  const sum = largestOf(convolution); // of ReLU's result, too: what stays keeps its colour
  const output = isFixed ? largestOf(map) : sum;
  const input = { convolution: Math.max(...image.map(largestOf)), relu: sum, pooling: output }[mode];
  return { input, result: mode === "pooling" ? output : sum, output };
}

/**
 * The name of the weights: known ones, those that were given, or somebody's own.
 * @param {ViewerSignals} traits
 * @param {ReadonlySignal<Grid[]>} weights
 * @param {ReadonlySignal<number>} channel
 */
function presetOf(traits, weights, channel) {
  const given = traits.weights.peek(); // before anybody changed them here
  const name = computed(() => {
    const now = weights.value[channel.value];
    const known = Object.keys(PRESETS).find((name) => isSame(PRESETS[name], now));
    return known ?? (given[channel.value] && isSame(now, given[channel.value]) ? "as given" : "your own");
  });
  /** Other weights for the channel. */
  function set(/** @type {Grid} */ numbers) {
    traits.weights.value = weights.peek().map((one, i) => (i === channel.peek() ? numbers : one));
  }
  /** @param {string} wanted */
  function choose(wanted) {
    const now = weights.peek()[channel.peek()];
    set({ ...PRESETS, "as given": given[channel.peek()] }[wanted] ?? now);
  }
  return { name, set, choose };
}

/** @type {(state: ViewerState, value: number) => Colour} */
export function inputColour({ mode, range, most }, value) {
  if (mode.value === "convolution" && range.value.length === 2) return grey(value, range.value);
  return signed(value, most.value.input);
}

/**
 * Puts the window somewhere to stay.
 * @param {ViewerState} state
 * @param {Place} at
 */
export function hold({ hover, place }, at) {
  hover.value = null;
  if (String(at) !== String(place.peek())) place.value = at;
}

// --- drawing on the image ---

/** Black and white. */
const ends = (/** @type {ViewerState} */ { range }) => (range.peek().length === 2 ? range.peek() : [0, 1]);

/**
 * A line of ink over the image, which isn't finished yet.
 * @param {ViewerState} state
 * @param {Place} from
 * @param {Place} to in pixels of the image, with fractions
 */
export function sketchLine(state, from, to) {
  const [low, high] = ends(state);
  const count = Math.ceil(2 * Math.hypot(to[0] - from[0], to[1] - from[1])) || 1;
  let [pixels] = state.shown.peek();
  for (let n = 1; n <= count; n++) {
    const [row, column] = [0, 1].map((i) => from[i] + ((to[i] - from[i]) * n) / count);
    pixels = pixels.map((line, r) =>
      line.map((value, c) => {
        const ink = clamp(1.7 - Math.hypot(r - row, c - column), 0, 1);
        return Math.max(value, +(low + ink * (high - low)).toFixed(2));
      }),
    );
  }
  state.sketch.value = [pixels];
}

/** @param {ViewerState} state */
export function finishSketch({ image, sketch }) {
  if (sketch.peek()) image.value = /** @type {Grid[]} */ (sketch.peek());
  sketch.value = null;
}

/**
 * The pixel in the middle of the window becomes white, or black again.
 * @param {ViewerState} state
 */
export function flip(state) {
  const [row, column] = state.at.peek().map((x) => x + 1 - state.padding.peek());
  const [low, high] = ends(state);
  state.image.value = state.shown
    .peek()
    .map((channel) =>
      channel.map((line, r) =>
        line.map((value, c) => (r === row && c === column ? (value > (low + high) / 2 ? low : high) : value)),
      ),
    );
}

/** @param {ViewerState} state */
export function makeBlack(state) {
  const [low] = ends(state);
  state.image.value = state.shown.peek().map((channel) => channel.map((line) => line.map(() => low)));
}

/**
 * @param {ViewerState} state
 * @param {number} turn which of the digits
 */
export function takeDigit(state, turn) {
  const [low, high] = ends(state);
  const digits = state.digits.peek();
  const scaled = (/** @type {number} */ value) => +(low + (value / 255) * (high - low)).toFixed(2);
  state.image.value = [digits[turn % digits.length].map((line) => line.map(scaled))];
}
