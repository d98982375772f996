"""Backward by hand: the answers to its exercises, its figures."""

import torch

from mnist_adder_lib.course import backward_by_hand
from mnist_adder_lib.course.backward_by_hand import checks


def step_by_backward(w1, w2, x, target, rate):
    weights = torch.tensor([w1, w2], dtype=torch.float64, requires_grad=True)
    ((x * weights[0] * weights[1] - target) ** 2).backward()
    return weights - rate * weights.grad


RIGHT = {checks.step: [step_by_backward]}


def test_the_chain_shows_the_slopes():
    figure = backward_by_hand.plot_chain([2, 6, 3, 12], [3, 0.5, 4], [4, 24, 3])
    said = {text.get_text() for text in figure.axes[0].texts}
    assert {"slope of w1:\n2 · 2 = 4", "slope of w2:\n6 · 4 = 24", "slope of w3:\n3 · 1 = 3"} < said
    assert "Back: 1, 4, 2, 6." in figure.get_label()


def test_pushes_are_probabilities_minus_one_hot():
    figure = backward_by_hand.plot_pushes([0.7, 0.2, 0.1], [0.7, -0.8, 0.1], true=1)
    assert [bar.get_height() for bar in figure.axes[1].patches] == [0.7, -0.8, 0.1]
    assert "0.70, -0.80, 0.10" in figure.get_label()
