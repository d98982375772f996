"""The lessons' figures say in words what they show, and their openings fit the first screen.

Of a figure that comes out the same everywhere, the words are among the stored outputs, which each
run of the lessons compares. Here are those of which a lesson's numbers differ by machine.
"""

import numpy as np
import pandas as pd
import pytest
import torch
from every_lesson import LESSONS
from matplotlib.colors import same_color

from mnist_adder_course.lessons import (
    backward_by_hand,
    does_it_add,
    draw_a_digit,
    inside_the_network,
    layers_by_hand,
    learning_from_sums,
    training_curves,
)

TRAIN = {"layers_by_hand", "training_curves", "one_change_at_a_time"}  # for seconds, to be drawn
OPENINGS = [lesson for lesson in LESSONS
            if hasattr(lesson.module, "plot_opening") and lesson.name not in TRAIN]
BLACK = torch.zeros(28, 28)
MAPS, SMALL, DOT = torch.zeros(6, 5, 5), torch.zeros(24, 24), torch.zeros(28, 28)
MAPS[2, 1, 1], MAPS[3, 0, 0], SMALL[3, 4], DOT[10:20, 10:20] = 2.0, -9.0, 1.0, 2.0
# each digit goes to itself, to digit + 3 and to digit + 7
SHIFTED = [np.roll([0.03, 0, 0, 0.5, 0, 0, 0, 0.47, 0, 0], digit) for digit in range(10)]
WAITING = {"decay 3": [[[50, 95.0, 2.0], [3000, 96.0, 81.0]],
                       [[50, 90.0, 0.0], [3000, 99.0, 60.0]]]}
SAID = {
    "training_curves plot_validation": (
        lambda: training_curves.plot_validation({"few": ([5.0] * 60, [2.0, 1.0, 1.5])}),
        "few: lowest 1.00, at the end 1.50"),
    "does_it_add plot_waiting": (
        lambda: does_it_add.plot_waiting(WAITING),
        "decay 3: in the end, 60 to 81% of the hidden pairs and 96 to 99% of the seen"),
    "inside_the_network plot_answer": (
        lambda: inside_the_network.plot_answer(BLACK, torch.eye(10)[7]), "the 7, 100%"),
    "inside_the_network plot_attributions": (  # a small map lies over the middle
        lambda: inside_the_network.plot_attributions(DOT, {"drop": SMALL, "all": torch.eye(28)}),
        "drop, brightest at row 5, column 6"),
    "inside_the_network plot_leads": (
        lambda: inside_the_network.plot_leads(
            {"best": torch.tensor([2.0, 3, 4]), "none": torch.tensor([-1.0, 0, 1])},
            pd.Series([{"best": [2, 1], "none": [0, 1]}]), controls=1),
        "best: 3.0, from 1.8 to 4.2, others 2.0 to 2.0"),
    "inside_the_network plot_maps": (lambda: inside_the_network.plot_maps(MAPS), "in channel 2"),
    "layers_by_hand plot_percent_right": (
        lambda: layers_by_hand.plot_percent_right({"one": (88.04, 24.0), "two": (86.8, 23.1)}),
        "one 88.0 and 24.0; two 86.8 and 23.1"),
    "learning_from_sums plot_kicks": (
        lambda: learning_from_sums.plot_kicks(
            {1: [(0.8, 0.69, 0), (1.0, 0.71, 0)], 2: [(2.0, 0.7, 0)]}),
        "a kick of 1: 0.90, then 0.70; a kick of 2: 2.00, then 0.70"),
    "learning_from_sums plot_shifts": (
        lambda: learning_from_sums.plot_shifts({"one": SHIFTED}),
        "one: 47% on -3, 50% on +3"),
}


@pytest.mark.parametrize("figure", SAID)
def test_a_figure_says_what_it_shows(figure):
    draw, words = SAID[figure]
    assert words in draw().get_label()


@pytest.mark.parametrize("lesson", OPENINGS, ids=lambda lesson: lesson.name)
def test_an_opening_fits_the_first_screen_and_is_white_on_dark_pages_too(lesson):
    before = torch.get_rng_state()
    figure = lesson.module.plot_opening()
    width, height = figure.get_size_inches()
    assert 5.6 <= width <= 6.8 and height <= 3 and figure.get_label()
    assert same_color(figure.get_facecolor(), "white")
    assert torch.equal(torch.get_rng_state(), before)
