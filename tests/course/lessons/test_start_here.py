"""Start here: a network that learns while it is watched, and a learner's strokes."""

import pytest

from mnist_adder_course.lessons.start_here import (
    new_network,
    plot_opening,
    strokes_of,
    watch_it_learn,
)
from mnist_adder_lib import count_parameters
from mnist_adder_lib.drawing import AdderPanel


def test_a_new_network_learns_while_its_panel_is_watched(trained):
    network = new_network()
    panel = AdderPanel(network, strokes=[[(0.3, 0.25), (0.7, 0.25), (0.45, 0.8)]])
    assert count_parameters(network) == 17_360
    assert panel.prediction.digit_probabilities.max() < 0.2  # it could be anything
    before = panel.answer
    read = watch_it_learn(panel, images=2_000)
    trained("digits of 100 after 2,000 images", read, above=50, below=99)
    assert panel.answer != before and panel.prediction.digit == 7
    assert not network.training


def test_the_opening_asks_and_does_not_answer():
    texts = [text.get_text() for part in plot_opening().subfigs for ax in part.axes
             for text in ax.texts]
    assert texts == 2 * ["+ 5", "digit", "?", "sum", "?"]


@pytest.mark.parametrize("returned, drawn", [
    ([[(0.25, 0.5), (0.75, 0.5)]], [[[0.25, 0.5], [0.75, 0.5]]]),
    (..., []), (None, []), (4, []), ([(0.25, 0.5)], []), ([[(0.25, 0.5), (0.75,)]], [])])
def test_only_strokes_are_drawn(returned, drawn):
    assert strokes_of(lambda: returned) == drawn
