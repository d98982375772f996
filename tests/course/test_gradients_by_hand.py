"""Gradients by hand: the answers to its exercises, its figures."""

import math

import pytest
import torch

from mnist_adder_lib.course import gradients_by_hand
from mnist_adder_lib.course.gradients_by_hand import checks

# --- exercise 1 -----------------------------------------------------------------------------------


def step(w1, w2, x, target, rate):
    back = 2 * (x * w1 * w2 - target)
    return w1 - rate * back * x * w2, w2 - rate * back * x * w1


def step_by_backward(w1, w2, x, target, rate):
    weights = torch.tensor([w1, w2], dtype=torch.float64, requires_grad=True)
    ((x * weights[0] * weights[1] - target) ** 2).backward()
    return weights - rate * weights.grad


def step_with(slopes):
    """A step that takes these for the slopes."""

    def wrong(w1, w2, x, target, rate):
        one, two = slopes(w1, w2, x, x * w1 * w2 - target)
        return [w1 - rate * one, w2 - rate * two]

    return wrong


def step_after_step(w1, w2, x, target, rate):
    w1 = w1 - rate * 2 * (x * w1 * w2 - target) * x * w2
    return w1, w2 - rate * 2 * (x * w1 * w2 - target) * x * w1


def second_late(w1, w2, x, target, rate):
    back = 2 * (x * w1 * w2 - target)
    w1 -= rate * back * x * w2
    return w1, w2 - rate * back * x * w1


def of_step(change):
    """The right step, changed: `change(weights, moved)`."""
    return lambda *given: change(given[:2], step(*given))


# --- exercise 2 -----------------------------------------------------------------------------------


def gradient(loss_of, weights, nudge=1e-6):
    slopes = []
    for i in range(len(weights)):
        nudged = list(weights)
        nudged[i] += nudge
        slopes.append((loss_of(nudged) - loss_of(weights)) / nudge)
    return slopes


def gradient_both_sides(loss_of, weights):
    slopes = []
    for i in range(len(weights)):
        weights[i] += 0.001
        after = loss_of(weights)
        weights[i] -= 0.002
        slopes.append((after - loss_of(weights)) / 0.002)
        weights[i] += 0.001
    return slopes


def all_at_once(loss_of, weights):
    after = loss_of([weight + 1e-6 for weight in weights])
    return [(after - loss_of(weights)) / 1e-6] * len(weights)


def not_put_back(loss_of, weights):
    slopes, before = [], loss_of(weights)
    nudged = list(weights)
    for i in range(len(weights)):
        nudged[i] += 1e-6
        slopes.append((loss_of(nudged) - before) / 1e-6)
    return slopes


def in_the_list(loss_of, weights):
    slopes = []
    for i in range(len(weights)):
        before = loss_of(weights)
        weights[i] += 1e-3
        slopes.append((loss_of(weights) - before) / 1e-3)
    return slopes


# --- exercise 3 -----------------------------------------------------------------------------------


def trainer(forget="before", velocity=None, move=None, result=None, places=None, more=0):
    """A function as the exercise asks for, with one thing changed."""

    def train(parameters, loss_of, rate, momentum, steps):
        velocities = [0.0] * len(parameters)
        for number in range(steps + more):
            if forget == "before" or forget == "not first" and number:
                forget_all(parameters)
            loss = loss_of()
            loss.backward()
            if forget == "too early":
                forget_all(parameters)
            with torch.no_grad():
                for i in places or range(len(parameters)):
                    slope = parameters[i].grad
                    velocities[i] = (velocity or kept)(velocities[i], momentum, slope)
                    (move or downhill)(parameters[i], rate, velocities[i])
        return (result or plain)(loss, loss_of)

    return train


def forget_all(parameters):
    for parameter in parameters:
        parameter.grad.zero_()


def kept(velocity, momentum, slope):
    return momentum * velocity + slope


def downhill(parameter, rate, velocity):
    parameter -= rate * velocity


def uphill(parameter, rate, velocity):
    parameter += rate * velocity


def without_rate(parameter, rate, velocity):
    parameter -= velocity


def in_a_new_tensor(parameter, rate, velocity):
    parameter = parameter - rate * velocity


def plain(loss, loss_of):
    return loss.item()


def by_optimizer(parameters, loss_of, rate, momentum, steps):
    optimizer = torch.optim.SGD(parameters, lr=rate, momentum=momentum)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        optimizer.step()
    return loss.detach()


def remembering(parameters, loss_of, rate, momentum, steps):
    loss = loss_of()
    loss.backward()
    for parameter in parameters:
        parameter -= rate * parameter.grad
    return loss.item()


def loss_once(parameters, loss_of, rate, momentum, steps):
    loss = loss_of()
    for _ in range(steps):
        forget_all(parameters)
        loss.backward()
        with torch.no_grad():
            for parameter in parameters:
                parameter -= rate * parameter.grad
    return loss.item()


def one_velocity(parameters, loss_of, rate, momentum, steps):
    velocity = 0.0
    for _ in range(steps):
        forget_all(parameters)
        loss = loss_of()
        loss.backward()
        with torch.no_grad():
            for parameter in parameters:
                velocity = momentum * velocity + parameter.grad
                parameter -= rate * velocity
    return loss.item()


def forgotten_to_nothing(parameters, loss_of, rate, momentum, steps):
    loss = loss_of()
    loss.backward()
    with torch.no_grad():
        for parameter in parameters:
            parameter.grad = None
            parameter -= rate * parameter.grad
    return loss.item()


# check: (wrong answers with a part of the reason, right answers)
ANSWERS = {
    checks.step: (
        [
            (of_step(lambda w, m: [2 * w[0] - m[0], 2 * w[1] - m[1]]), "points uphill"),
            (of_step(lambda w, m: [m[0] - w[0], m[1] - w[1]]), "Where is it then"),
            (of_step(lambda w, m: [m[0], w[1]]), "Only w1 has moved"),
            (of_step(lambda w, m: w), "where they were"),
            (of_step(lambda w, m: m[0]), "two numbers"),
            (lambda w1, w2, x, t, r: step(w1, w2, x, t, 1), "slope itself"),
            (lambda w1, w2, x, t, r: (2 * (x * w1 * w2 - t) * x * w2,
                                      2 * (x * w1 * w2 - t) * x * w1), "two slopes"),
            (step_with(lambda w1, w2, x, off: (off * x * w2, off * x * w1)), "twice what is squar"),
            (step_with(lambda w1, w2, x, off: (2 * off * w2, 2 * off * w1)), "The input x"),
            (step_with(lambda w1, w2, x, off: (2 * off * x * w1, 2 * off * x * w2)), "other weigh"),
            (step_with(lambda w1, w2, x, off: (2 * off * x, 2 * off * x * w1)), "comes back to w1"),
            (step_after_step, "after w1 had moved"),
            (second_late, "with the new w1"),
        ],
        [step, step_by_backward],
    ),
    checks.gradient: (
        [
            (all_at_once, "one at a time"),
            (lambda f, w: [-slope for slope in gradient(f, w)], "turned round"),
            (lambda f, w: [slope * 1e-6 for slope in gradient(f, w)], "Divided by the nudge"),
            (lambda f, w: [f(w)] * len(w), "That is the loss"),
            (lambda f, w: gradient(f, w, 1.0), "so large that the curve bends"),
            (lambda f, w: gradient(f, w, 1e-30), "doesn't notice"),
            (lambda f, w: gradient(f, w)[0], "there should be 3 slopes"),
            (not_put_back, "put back"),
            (in_the_list, "changed the list"),
        ],
        [gradient, gradient_both_sides, lambda f, w: torch.tensor(gradient(f, w))],
    ),
    checks.train: (
        [
            (trainer(forget="never"), "never forgotten"),
            (trainer(forget="not first"), "old gradients"),
            (trainer(forget="too early"), "no zeroing between"),
            (forgotten_to_nothing, "only after backward"),
            (trainer(move=uphill), "uphill"),
            (trainer(move=without_rate), "rate is missing"),
            (trainer(move=in_a_new_tensor), "in place"),
            (trainer(velocity=lambda velocity, momentum, slope: slope), "without momentum"),
            (trainer(velocity=lambda v, m, slope: m * v + (1 - m) * slope), "velocity of its own"),
            (trainer(places=[0]), "every one of them"),
            (trainer(more=1), "one step too many"),
            (trainer(result=lambda loss, loss_of: loss_of().item()), "after the last step"),
            (trainer(result=lambda loss, loss_of: loss), "holds on"),
            (trainer(result=lambda loss, loss_of: 3.0), "isn't the loss"),
            (remembering, "no_grad"),
            (loss_once, "anew in every step"),
            (one_velocity, "a velocity of its own|velocity of its own"),
        ],
        [trainer(), by_optimizer],
    ),
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
