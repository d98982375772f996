// Numbers that Python reads from the same file: assets/shared.json.

import shared from "../../../assets/shared.json" with { type: "json" };

const { pad, pen, framed_pen, long_side, middle, tap, bent_points, bent_steps } = shared.strokes;
export const PEN = pen / pad; // width of the pad's pen, as a share of the pad
export const FRAMED_PEN = framed_pen; // and in pixels of 28x28
export const LONG_SIDE = long_side; // pixels of 28x28 that the longer side of a digit takes, as in MNIST
export const MIDDLE = middle; // where MNIST has the centre of mass: pixel 14, counted from 0
export const TAP = tap; // of the longest stroke: a smaller one beside the drawing was not meant
export const BENT_POINTS = bent_points; // fewest and most points of a stroke that is bent between them,
export const BENT_STEPS = bent_steps; // in so many steps

export const LIMITS = shared.limits;
export const HIDDEN_PAIRS = shared.hidden_pairs;
export const TRAINING_IMAGES = shared.training_images; // that the page has
export const UPPER_EDGE = shared.upper_edge;
export const SEVEN = /** @type {[number, number][][]} */ (shared.seven); // strokes of the drawing that the diagram shows at first
