"""Learning by hand: the answers to its exercises, its figures."""

import math

import pytest
import torch

from mnist_adder_lib.course import learning_by_hand
from mnist_adder_lib.course.learning_by_hand import checks


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
        line = learning_by_hand.plot_slope([w]).axes[0].lines[1]
        (x0, x1), (y0, y1) = line.get_data()
        assert (y1 - y0) / (x1 - x0) == pytest.approx(8 * w - 24)


def test_descents_show_each_path():
    figure = learning_by_hand.plot_descents(descend, [0.01, 0.1, 0.2, 0.28])
    for ax, rate in zip(figure.axes, [0.01, 0.1, 0.2, 0.28]):
        assert ax.lines[1].get_xdata().tolist() == descend(rate)
    assert "0.1 ends at 3" in figure.get_label()


@pytest.mark.parametrize("steps", [[0], [0, 1, 2, 2]])
def test_decisions_show_the_line_where_both_answers_are_as_good(steps):
    features, digits = torch.randn(20, 2), torch.randint(2, (20,))
    weights, biases = [[-1.0, 1.0], [0.0, 0.0]], [0.5, -0.5]
    figure = learning_by_hand.plot_decisions(features, digits, [(weights, biases, 0.5)] * 3, steps)
    assert len(figure.axes) == len(steps)
    line = figure.axes[0].collections[-1].get_paths()[0].vertices
    assert all(math.isclose(x, 0.5, abs_tol=1e-6) for x in line[:, 0])
    assert "50.0% after step 0" in figure.get_label()
