"""Draw a digit: the values of its guesses, the answers to its exercises, its figures."""

import numpy as np
import torch

from mnist_adder_lib.course.draw_a_digit import checks
from mnist_adder_lib.drawing.framing import centre_by_mass


def on_black(small, top, left):
    image = np.zeros((28, 28), np.uint8)
    image[top : top + small.shape[0], left : left + small.shape[1]] = small
    return image


def centre_by_hand(small):
    ys, xs = np.indices(small.shape)
    row, column = ((place * small).sum() / small.sum() for place in (ys, xs))
    return torch.from_numpy(on_black(small, round(14 - row), round(14 - column))).tolist()


def centre_of_box(small):
    return on_black(small, (28 - small.shape[0]) // 2, (28 - small.shape[1]) // 2)


def moved(x_factor, y_factor=None, right=0.0, down=0.0):
    y_factor = x_factor if y_factor is None else y_factor
    return lambda strokes: [
        [(x_factor * x + right, y_factor * y + down) for x, y in stroke] for stroke in strokes
    ]


# question: values, and the place of the option that each makes right; the first is what we got
VALUES = {
    "small seven": [(1, 1), (0, 1), (7, 0)],
    "shrunk": [(23.6, 2), (99, 0), (90, 1)],
}

# check: (wrong answers with a part of the reason, right answers)
ANSWERS = {
    checks.centre: (
        [
            (centre_of_box, "the box around the ink"),
            (lambda small: on_black(small, 0, 0), "not in the middle"),
            (lambda small: small, "It should be 28x28"),
            (lambda small: on_black(small[:15], 6, 6), "nothing cut off"),
            (lambda small: centre_by_mass(small // 2, 28), "nothing cut off"),
            (lambda small: centre_by_mass(small, 28).T, "turned"),
            (lambda small: np.zeros((28, 28)), "nothing cut off"),
        ],
        [lambda small: centre_by_mass(small, 28), centre_by_hand],
    ),
    checks.hide: (
        [
            (lambda strokes: strokes, "without framing, too"),
            (moved(0.7), "without framing, too"),
            (moved(0.3, right=-0.2), "not on the pad"),
            (moved(0.3, 0.02), "keep its shape"),
            (moved(0.0, right=0.5, down=0.5), "keep its shape"),
            (lambda strokes: strokes[0], "a list of lists of points"),
        ],
        [
            moved(0.25),
            lambda strokes: [0.7 + 0.25 * np.array(stroke) for stroke in strokes],
        ],
    ),
}
