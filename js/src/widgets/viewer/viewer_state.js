// What the window viewer knows: an image, weights, a window over them, and what the layers make of it.

import { computed, effect, signal } from "@preact/signals-core";
import { compute, grid } from "../../network/window.js";
import { UPPER_EDGE } from "../../shared/rules.js";
import { clamp, grey, signed } from "../common/colours.js";

/** @import { Signal } from "@preact/signals-core" */
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
 * @property {Layer[]} layers
 * @property {[factor: number, shift: number]} batch_norm where `layers` has it
 * @property {boolean} fixed whether image and weights are only looked at, as in the picture of the network
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
  layers: ["convolution", "relu", "pooling"],
  batch_norm: [1, 0],
  fixed: false,
};

/** Layers in words: a name, what comes after it, and what it makes of the numbers in the window. */
export const STEPS = {
  convolution: { name: "Convolution", output: "after convolution", rule: "sum" },
  relu: { name: "ReLU", output: "after ReLU", rule: "ReLU" },
  batch_norm: { name: "Batch norm", output: "after batch norm", rule: "batch norm" },
  pooling: { name: "Max pooling", output: "after pooling", rule: "largest" },
};

/** @param {Grid} numbers */
export const largestOf = (numbers) => numbers.flat().reduce((a, b) => Math.max(a, Math.abs(b)), 0);
/**
 * @param {Grid} a
 * @param {Grid} b
 */
const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** @typedef {ReturnType<typeof makeViewerState>} ViewerState */

/** @param {ViewerSignals} traits */
export function makeViewerState(traits) {
  const sketch = signal(/** @type {Grid[] | null} */ (null)); // the image while somebody draws on it
  const chosen = signal(0); // the channel
  const hover = signal(/** @type {Place | null} */ (null)); // under the mouse; where it leaves, `place` comes back
  const hot = signal(/** @type {number | null} */ (null)); // which of the nine is pointed at
  const isPen = signal(false);
  const image = computed(() => sketch.value ?? traits.image.value);
  const channel = computed(() => Math.min(chosen.value, image.value.length - 1));
  const weights = computed(() => image.value.map((_, i) => traits.weights.value[i] ?? grid(3, 3, () => 0)));
  const numbers = computed(() =>
    compute(image.value, weights.value, traits.padding.value, traits.layers.value, traits.batch_norm.value),
  );
  const mode = computed(() =>
    traits.layers.value.includes(traits.mode.value) ? traits.mode.value : "convolution",
  );
  const before = computed(
    () => /** @type {Layer | undefined} */ (traits.layers.value[traits.layers.value.indexOf(mode.value) - 1]),
  );
  const place = computed(() => inside(hover.value ?? traits.place.value, numbers.value.after.convolution));
  const pooled = computed(() => {
    const [row, column] = place.value;
    return inside([row >> 1, column >> 1], after(numbers.value, "pooling"));
  });
  return {
    ...traits,
    sketch,
    chosen,
    hover,
    hot,
    isPen,
    shown: image,
    channel,
    window: weights,
    numbers,
    shownMode: mode,
    before,
    /** Where the window stands. */
    at: place,
    pooled,
    /** What goes into the layer that is shown, and what comes out. */
    input: computed(() => (before.value ? after(numbers.value, before.value) : image.value[channel.value])),
    output: computed(() => after(numbers.value, mode.value)),
    most: computed(() => mostOf(image.value, numbers.value)),
    /** A single channel that is drawn on and changed here: not what comes out of a layer. */
    isPlain: computed(() => mode.value === "convolution" && image.value.length === 1 && !traits.fixed.value),
    preset: presetOf(traits, weights, channel),
  };
}

/**
 * What a layer made.
 * @param {import("../../network/window.js").Computed} numbers
 * @param {Layer} layer one of those that were computed
 */
export const after = (numbers, layer) => numbers.after[layer] ?? numbers.after.convolution;

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
 * The largest number of the image, and after each layer, which colours go by.
 * @param {Grid[]} image
 * @param {import("../../network/window.js").Computed} numbers
 */
function mostOf(image, numbers) {
  const convolution = largestOf(numbers.after.convolution);
  const batch_norm = largestOf(after(numbers, "batch_norm"));
  return {
    image: Math.max(...image.map(largestOf)),
    convolution,
    relu: convolution,
    batch_norm,
    pooling: batch_norm,
  };
}

/**
 * The name of the weights: known ones, those that were given, or somebody's own.
 * @param {ViewerSignals} traits
 * @param {import("@preact/signals-core").ReadonlySignal<Grid[]>} weights
 * @param {import("@preact/signals-core").ReadonlySignal<number>} channel
 */
function presetOf(traits, weights, channel) {
  const given = signal(traits.weights.peek()); // before anybody changed them here
  const isRandom = signal(false);
  /** @type {Grid[] | null} */
  let own = null;
  const stop = effect(() => {
    if (traits.weights.value !== own) given.value = traits.weights.value;
  });
  const name = computed(() => {
    const now = weights.value[channel.value];
    const known = Object.keys(PRESETS).find((name) => isSame(PRESETS[name], now));
    const others = isRandom.value ? "random" : "your own";
    return (
      known ?? (given.value[channel.value] && isSame(now, given.value[channel.value]) ? "as given" : others)
    );
  });
  /** Other weights for the channel. */
  function set(/** @type {Grid} */ numbers, random = false) {
    isRandom.value = random;
    own = weights.peek().map((one, i) => (i === channel.peek() ? numbers : one));
    traits.weights.value = own;
  }
  /** @param {string} wanted */
  function choose(wanted) {
    const random = grid(3, 3, () => +(2 * Math.random() - 1).toFixed(2));
    const now = weights.peek()[channel.peek()];
    /** @type {Record<string, Grid>} */
    const choices = { ...PRESETS, random, "as given": given.peek()[channel.peek()] };
    set(choices[wanted] ?? now, wanted === "random");
  }
  return { name, set, choose, stop };
}

/** @type {(state: ViewerState, value: number) => Colour} */
export function inputColour({ shownMode, range, before, most }, value) {
  if (shownMode.value === "convolution" && range.value.length === 2) return grey(value, range.value);
  return signed(value, most.value[before.value ?? "image"]);
}

/** @type {(state: ViewerState, value: number) => Colour} */
export const outputColour = ({ shownMode, most }, value) => signed(value, most.value[shownMode.value]);

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
