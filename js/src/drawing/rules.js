// Limits and sentences that Python reads from the same file: mnist_adder_lib/drawing/rules.json.

import rules from "../../../mnist_adder_lib/drawing/rules.json" with { type: "json" };

export const { limits, sentences } = rules;

const { pad, pen, framed_pen, long_side, middle, tap, bent_points, bent_steps } = rules.strokes;
export const PEN = pen / pad; // width of the pad's pen, as a share of the pad
export const FRAMED_PEN = framed_pen; // and in pixels of 28x28
export const LONG_SIDE = long_side; // pixels of 28x28 that the longer side of a digit takes, as in MNIST
export const MIDDLE = middle; // where MNIST has the centre of mass: pixel 14, counted from 0
export const TAP = tap; // of the longest stroke: a smaller one beside the drawing was not meant
export const FEW = bent_points; // points of a stroke that is bent between them,
export const STEPS = bent_steps; // in so many steps

/**
 * A sentence with names in braces, filled in.
 * @param {string} sentence
 * @param {Record<string, string | number>} values
 */
export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
