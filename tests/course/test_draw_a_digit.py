"""Draw a digit: the values of its guesses, the answers to its exercises, its figures."""

import numpy as np
import pytest
import torch

from mnist_adder_lib.course import draw_a_digit
from mnist_adder_lib.course.draw_a_digit import checks
from mnist_adder_lib.drawing.framing import centre_by_mass
from mnist_adder_lib.drawing.strokes import frame_strokes


def on_black(small, top, left):
    image = torch.zeros(28, 28)
    image[top : top + small.shape[0], left : left + small.shape[1]] = small
    return image


def centre_by_hand(small):
    ys, xs = np.indices(small.shape)
    row, column = ((place * small.numpy()).sum() / small.sum() for place in (ys, xs))
    return on_black(small, round(14 - row.item()), round(14 - column.item())).tolist()


def centre_of_box(small):
    return on_black(small, (28 - small.shape[0]) // 2, (28 - small.shape[1]) // 2)


def by_mass(small):
    return centre_by_mass(small.numpy(), 28)


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
            (lambda small: by_mass(small / 2), "nothing cut off"),
            (lambda small: by_mass(small).T, "turned"),
            (lambda small: np.zeros((28, 28)), "nothing cut off"),
        ],
        [by_mass, centre_by_hand],
    ),
    checks.hide: (
        [
            (lambda strokes: strokes, "in another place a large digit is still a large digit"),
            (moved(0.7, right=0.2), "still a large digit"),
            (moved(1, right=-0.15, down=0.1), "still a large digit"),
            (moved(0.55), "make them smaller"),
            (moved(0.3, right=-0.2), "not on the pad"),
            (moved(0.3, 0.02), "keep its shape"),
            (moved(0.0, right=0.5, down=0.5), "keep its shape"),
            (lambda strokes: strokes[0], "a list of lists of points"),
        ],
        [
            moved(0.2),
            moved(0.15, right=0.4, down=0.4),
            lambda strokes: [0.7 + 0.25 * np.array(stroke) for stroke in strokes],
        ],
    ),
}


@pytest.mark.parametrize("size, corner, box", [
    (280, False, (0, 280)), (100, False, (90, 190)), (100, True, (0, 100)), (280, True, (0, 280)),
])  # fmt: skip
def test_on_pad(size, corner, box):
    pad = draw_a_digit.on_pad(torch.full((28, 28), 255, dtype=torch.uint8), size, corner)
    rows, columns = (np.flatnonzero(pad.any(axis)) for axis in (1, 0))
    assert pad.shape == (280, 280) and pad.dtype == np.uint8
    for lines in (rows, columns):
        assert (lines[0], lines[-1] + 1) == box and len(lines) == size


def test_stroke_weights_and_their_figure(splits):
    line = np.zeros((1, 28, 28), np.uint8)
    line[0, 4:24, 12:15] = 255  # 20 long, 3 wide
    assert draw_a_digit.stroke_weights(line)[0] == pytest.approx(3, abs=0.4)
    weights = draw_a_digit.stroke_weights(splits[1].images[:300])
    ours = draw_a_digit.stroke_weights([frame_strokes([[(0.1, 0.1), (0.3, 0.1), (0.2, 0.3)]])])[0]
    assert np.median(weights) == pytest.approx(ours, abs=0.2)  # as the lesson says: in the middle
    figure = draw_a_digit.plot_stroke_weights(weights, ours)
    assert "dotted line at 1.7" in figure.get_label() and "300 MNIST images" in figure.get_label()
    low, high = figure.axes[0].get_xlim()
    assert low < min(weights) and max(weights) < high
