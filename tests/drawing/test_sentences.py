"""What is said of a probability and of an image; test_panel.py has the sentences about answers, and
`npm test` in js/ compares all of them with the front end's."""

import numpy as np
import pytest

from mnist_adder_lib.drawing.sentences import percent, remark
from mnist_adder_lib.shared import SENTENCES


@pytest.mark.parametrize("share, words", [
    (1.0, "over 99%"), (0.997, "over 99%"), (0.989, "99%"), (0.6, "60%"), (0.005, "under 1%"),
    (0.0, "under 1%"), (0.014, "1%"), (0.125, "13%"), (0.625, "63%"),
])  # fmt: skip
def test_no_probability_is_0_or_100_percent(share, words):
    assert percent(share) == words


@pytest.mark.parametrize("side", range(4))
@pytest.mark.parametrize("rows, words", [(slice(5, 6), ""), (slice(3, 6), "two_parts")])
def test_a_gap_counts_if_there_is_much_ink_on_both_sides_of_it(side, rows, words):
    image = np.zeros((28, 28), np.uint8)
    image[8:22, 10:18] = 255
    image[10:20, 12:16] = 0  # a ring, and beyond a gap a tenth of the ink or a quarter of it
    image[rows, 10:18] = 255
    assert remark(np.rot90(image, side)) == SENTENCES.get(words, "")


@pytest.mark.parametrize("haze, words", [(10, "two_parts"), (37, "two_parts"), (45, None)])
def test_faint_pixels_neither_join_nor_heighten(haze, words):
    """Of the brightest, a quarter counts as ink."""
    parts = np.zeros((28, 28), np.uint8)
    parts[4:24, 8:18] = haze
    parts[4:24, 8:11] = parts[4:24, 15:18] = 150
    assert remark(parts) == SENTENCES.get(words, "")
    flat = np.zeros((28, 28), np.uint8)
    flat[4:24, 14] = haze
    flat[12:15, 4:24] = 150
    assert remark(flat) == (SENTENCES["too_flat"] if words else "")
