"""Gradients by hand: the answers to its exercises, its figures."""

import math

import pytest
import torch

from mnist_adder_lib.course import gradients_by_hand
from mnist_adder_lib.course.gradients_by_hand import checks


def step_by_backward(w1, w2, x, target, rate):
    weights = torch.tensor([w1, w2], dtype=torch.float64, requires_grad=True)
    ((x * weights[0] * weights[1] - target) ** 2).backward()
    return weights - rate * weights.grad


def gradient_both_sides(loss_of, weights):
    slopes = []
    for i in range(len(weights)):
        weights[i] += 0.001
        after = loss_of(weights)
        weights[i] -= 0.002
        slopes.append((after - loss_of(weights)) / 0.002)
        weights[i] += 0.001
    return slopes


def train_by_optimizer(parameters, loss_of, rate, momentum, steps):
    optimizer = torch.optim.SGD(parameters, lr=rate, momentum=momentum)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        optimizer.step()
    return loss.detach()


RIGHT = {
    checks.step: [step_by_backward],
    checks.gradient: [
        gradient_both_sides,
        lambda loss_of, weights: torch.tensor(gradient_both_sides(loss_of, weights)),
    ],
    checks.train: [train_by_optimizer],
}


def descend(rate):
    path = [1.0]
    for _ in range(10):
        path.append(path[-1] - rate * (8 * path[-1] - 24))
    return path


def test_the_line_is_as_steep_as_the_curve():
    for w in (-0.5, 1.0, 3.0, 5.0):
        line = gradients_by_hand.plot_slope([w]).axes[0].lines[1]
        (x0, x1), (y0, y1) = line.get_data()
        assert (y1 - y0) / (x1 - x0) == pytest.approx(8 * w - 24)


def test_descents_show_each_path():
    figure = gradients_by_hand.plot_descents(descend, [0.01, 0.1, 0.2, 0.28])
    for ax, rate in zip(figure.axes, [0.01, 0.1, 0.2, 0.28]):
        assert ax.lines[1].get_xdata().tolist() == descend(rate)
    assert "0.1 ends at 3" in figure.get_label()


def test_the_chain_shows_the_slopes():
    figure = gradients_by_hand.plot_chain([2, 6, 3, 12], [3, 0.5, 4], [4, 24, 3])
    said = {text.get_text() for text in figure.axes[0].texts}
    assert {"slope of w1:\n2 · 2 = 4", "slope of w2:\n6 · 4 = 24", "slope of w3:\n3 · 1 = 3"} < said
    assert "Back: 1, 4, 2, 6." in figure.get_label()


def test_pushes_are_probabilities_minus_one_hot():
    figure = gradients_by_hand.plot_pushes([0.7, 0.2, 0.1], [0.7, -0.8, 0.1], true=1)
    assert [bar.get_height() for bar in figure.axes[1].patches] == [0.7, -0.8, 0.1]
    assert "0.70, -0.80, 0.10" in figure.get_label()


@pytest.mark.parametrize("steps", [[0], [0, 1, 2, 2]])
def test_decisions_show_the_line_where_both_answers_are_as_good(steps):
    features, digits = torch.randn(20, 2), torch.randint(2, (20,))
    weights, biases = [[-1.0, 1.0], [0.0, 0.0]], [0.5, -0.5]
    figure = gradients_by_hand.plot_decisions(features, digits, [(weights, biases, 0.5)] * 3, steps)
    assert len(figure.axes) == len(steps)
    line = figure.axes[0].collections[-1].get_paths()[0].vertices
    assert all(math.isclose(x, 0.5, abs_tol=1e-6) for x in line[:, 0])
    assert "50.0% after step 0" in figure.get_label()
