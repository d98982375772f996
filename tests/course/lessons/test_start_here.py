"""Start here: the answers to its exercises, and a network that learns while it is watched."""

import numpy as np
import torch

from mnist_adder_course.lessons.start_here import (
    checks,
    new_network,
    watch_it_learn,
)
from mnist_adder_lib import count_parameters
from mnist_adder_lib.drawing import AdderPanel


def largest(probabilities):
    best = 0
    for place in range(len(probabilities)):
        if probabilities[place] > probabilities[best]:
            best = place
    return best


def with_if(digit, number, total):
    if digit + number == total:
        return True
    else:
        return False


def four_as_lists():
    return [[[0.6, 0.15], [0.25, 0.6], [0.8, 0.6]], [[0.6, 0.15], [0.6, 0.9]]]


RIGHT = {
    checks.four: [
        four_as_lists,
        lambda: (((0.2, 0.5), (0.8, 0.5)), ((0.5, 0.1), (0.5, 0.9))),  # a plus sign
        lambda: [np.array(stroke) for stroke in four_as_lists()],
    ],
    checks.most_likely: [
        np.argmax,
        lambda p: torch.tensor(p).argmax(),
        lambda p: max(range(len(p)), key=lambda place: p[place]),
        largest,
    ],
    checks.agree: [
        lambda digit, number, total: not total - digit - number,
        lambda digit, number, total: torch.tensor(total - number).eq(digit),
        with_if,
    ],
}


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
