"""Gradients by hand: what the lesson asks, checks and draws."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure

from .figures import BLUE, GREEN, GREY, ORANGE, labelled
from .guesses import INFINITE, Guesses, Option, Question, between
from .old_checks import Checks, Wrong, draw, numbers, require

guesses = Guesses({
    "slope at 5": Question(
        "At w = 5 the loss is 16 as well. What is its slope there?",
        "The curve is as steep as at w = 1, but here it goes up: a larger w makes the loss larger.",
        [
            Option("-16, as at w = 1.", between(-17, -15), "The loss is the same, but the slope "
                   "says what happens when w grows. From 5 on, the loss goes up."),
            Option("0.", between(-1, 1), "The slope is 0 only at the lowest place, w = 3, where "
                   "a small nudge changes nothing."),
            Option("16.", between(15, 17)),
            Option("4.", between(3, 5), "That is how much is answered too much: 2 · 5 is 10, not "
                   "6. The slope is how fast the loss changes when w does."),
        ],
    ),
    "second backward": Question(
        "backward() again, now at w = 2.6. What does w.grad say after that?",
        "backward() adds the new slope to what is there: -16 + (-3.2) = -19.2.",
        [
            Option("-3.2, the slope at 2.6.", between(-4, -2.5), "So one would think. But nobody "
                   "has taken away the slope of the first place."),
            Option("-16, as before.", between(-17, -15), "It does change. But it isn't replaced, "
                   "either."),
            Option("-19.2.", between(-20, -18)),
            Option("-9.6.", between(-10, -9), "That would be the mean of both slopes. PyTorch "
                   "doesn't average here."),
        ],
    ),
    "rate of a quarter": Question(
        "From w = 1 with a learning rate of 0.25: where does it end?",
        "1 - 0.25 · (-16) is 5. There the slope is 16, and 5 - 0.25 · 16 is 1 again.",
        [
            Option("At 3, after a single step.", lambda off: off < 1e-9, "A step to 3 is 2 long, "
                   "and this one is 0.25 · 16 = 4 long. Half the rate would do it."),
            Option("At 3, from both sides in turn.", between(1e-9, 1.9), "It does go to the other "
                   "side, but there it is as far from 3 as before."),
            Option("Nowhere: it hops to and fro for ever.", between(1.9, 2.1)),
            Option("Nowhere: it flies off.", between(2.1, INFINITE), "That happens as soon as the "
                   "rate is a little larger: then each step ends farther from 3 than it began."),
        ],
    ),
})
checks = Checks()


@checks.add(
    "Each weight's slope has the other weight in it. So both slopes come first, and then both move."
)
def step(answer):
    """`step(w1, w2, x, target, rate)`: both weights of (x * w1 * w2 - target)**2 after one step."""
    for _ in range(5):
        w1, w2, x, target = draw(2, 4), draw(-9, -5), draw(2, 6), draw(7, 40)
        rate = draw(1, 9) / 1000
        slopes, moved = _two_slopes(w1, w2, x, target), numbers(answer(w1, w2, x, target, rate))
        require(moved.size == 2, "The answer should be two numbers: the new w1 and the new w2.")
        right = [w1 - rate * slopes[0], w2 - rate * slopes[1]]
        if not np.allclose(moved.ravel(), right):
            raise Wrong(_reason_for_step(moved.ravel(), w1, w2, x, target, rate))


def _two_slopes(w1, w2, x, target) -> list[float]:
    back = 2 * (x * w1 * w2 - target)
    return [back * x * w2, back * x * w1]


def _reason_for_step(moved, w1, w2, x, target, rate) -> str:
    """What went wrong; each mistake is known by the weights that it leads to."""
    first, second = _two_slopes(w1, w2, x, target)
    new = w1 - rate * first
    second_late = _two_slopes(new, w2, x, target)[1]
    half = rate / 2
    mistakes = {
        "Right way, wrong sign: the gradient points uphill, and the step goes the other way.":
            [w1 + rate * first, w2 + rate * second],
        "These are the two slopes. The step takes the rate times the slope away from the weight.":
            [first, second],
        "That is how far each weight moves. Where is it then?": [-rate * first, -rate * second],
        "The second slope was taken after w1 had moved. Both slopes belong to the same place: "
        "compute both, then move both.": [new, w2 - rate * second_late],
        "The slope of w2 was taken with the new w1. Both slopes belong to the same place: compute "
        "both, then move both.": [new, w2 - rate * second * new / w1],
        "The chain has one more link: the slope of a square is twice what is squared.":
            [w1 - half * first, w2 - half * second],
        "Each weight's slope has the other weight in it: nudge w1 by 1, and x * w1 * w2 grows by "
        "x * w2.": [w1 - rate * second, w2 - rate * first],
        "The input x is a link of the chain, too: a larger x makes both slopes larger.":
            [w1 - rate * first / x, w2 - rate * second / x],
        "The step is the rate times the slope. Here the slope itself was taken away.":
            [w1 - first, w2 - second],
        "Only w1 has moved. A step moves all weights.": [new, w2],
        "Both are where they were.": [w1, w2],
    }
    for reason, wrong in mistakes.items():
        if np.allclose(moved, wrong):
            return reason
    return (f"With w1 = {w1}, w2 = {w2}, x = {x} and the target {target}, the answer is off by "
            f"{x * w1 * w2 - target}. Twice that comes back to x * w1 * w2. Go on from there: what "
            f"comes back to w1 is that, times x, times w2; what comes back to w2 is that, times x, "
            f"times w1.")


def _losses(count: int):
    """Losses of a list of `count` weights, each with its true slopes."""
    a = [draw(2, 9) for _ in range(count)]

    def bowl(weights):
        return sum(k * (w - 1) ** 2 for k, w in zip(a, weights))

    def bowl_slopes(weights):
        return [2 * k * (w - 1) for k, w in zip(a, weights)]

    def chain(weights):
        return math.prod(weights)

    def chain_slopes(weights):
        return [math.prod(weights[:i] + weights[i + 1:]) for i in range(len(weights))]

    return [(bowl, bowl_slopes), (chain, chain_slopes)]


@checks.add(
    "It works for any loss, and it is how programmers test a backward(). For training it is too "
    "slow: with 17,360 weights it runs the network 17,361 times for a single step."
)
def gradient(answer):
    """`gradient(loss_of, weights)`: the slope of the loss for each weight in a list, by nudging."""
    for count in (1, 3, 4):
        for loss_of, slopes_of in _losses(count):
            weights = [draw(2, 9) / 2 * (-1) ** place for place in range(count)]
            right, given = np.array(slopes_of(weights)), list(weights)
            slopes = numbers(answer(loss_of, given)).ravel()
            require(slopes.size == count, f"For {count} weights there should be {count} slopes.")
            require(np.allclose(given, weights, atol=1e-9), "Your function has changed the list "
                    "that it was given. Nudge a copy, or put the weight back.")
            if not np.allclose(slopes, right, rtol=0.02, atol=0.2):
                raise Wrong(_reason_for_gradient(slopes, right, loss_of, weights))


def _reason_for_gradient(slopes, right, loss_of, weights) -> str:
    def is_like(wrong):
        return np.allclose(slopes, wrong, rtol=0.05, atol=0.01)

    ratios = slopes / np.where(right == 0, 1, right)
    moved = [weight + 1e-6 for weight in weights]
    together = (loss_of(moved) - loss_of(weights)) / 1e-6
    if is_like(-right):
        return ("All signs are turned round: it is the loss after the nudge minus the loss before, "
                "not the other way.")
    if len(weights) > 1 and is_like(np.full(len(weights), together)):
        return ("Every slope is the same: all weights were nudged at once. Nudge one at a time, "
                "and leave the others where they are.")
    if not slopes.any():
        return ("All slopes are 0: either no weight was nudged, or by so little that the computer "
                "doesn't notice (it keeps about 16 digits).")
    if is_like(np.full(len(weights), loss_of(weights))):
        return "That is the loss. The slope is how much it *changes*, divided by the nudge."
    if (abs(ratios) < 0.2).all():
        return "That is how much the loss changes. Divided by the nudge, it is the slope."
    return ("The slopes are near, but not near enough: the nudge is so large that the curve bends "
            "on the way, or an earlier weight wasn't put back before the next was nudged. Try a "
            "nudge of a millionth, and each weight alone.")


@checks.add(
    "That is all that an optimizer does: forget, keep the velocities, move. torch.optim.SGD ends "
    "at the same weights."
)
def train(answer):
    """`train(parameters, loss_of, rate, momentum, steps)`: moves the parameters; the last loss."""
    for momentum in (0.0, 0.5, 0.9):
        for steps in (2, 4, 1):
            _compare_training(answer, momentum, steps)


REFUSED = ("PyTorch refuses to move a parameter while it remembers calculations: the step belongs "
           "under `with torch.no_grad():`.")
GONE = ("A gradient was used that isn't there. It is there only after backward(), until it is "
        "forgotten. And a new tensor (w = w - ...) has none: change the old one by -=.")
ERRORS = {  # a part of what PyTorch says: what is behind it
    "in-place operation": REFUSED,
    "leaf": REFUSED,
    "NoneType": GONE,
    "second time": "The way back can be walked once only: compute the loss anew in every step, "
                   "where the parameters are by then.",
    "size of tensor": "The parameters have different shapes: each needs a velocity of its own.",
}


def _start():
    """The values of two parameters of different shapes, and a loss of both."""
    values = [torch.randint(1, 5, (3,)).double(), torch.randint(1, 5, (2, 2)).double()]
    target = draw(5, 9)

    def loss_of(first, second):
        return ((first - target) ** 2).sum() + (second * first[:2] - 1).pow(2).mean()

    return values, loss_of


def _end(values, loss_of, rate, momentum, steps, forgets=True, forgets_first=True):
    """Where a training ends: (values, last loss); also where it would with a mistake."""
    values = [value.clone().requires_grad_() for value in values]
    slopes = torch.autograd.grad(3 * loss_of(*values), values)  # old ones
    velocities = [0.0] * len(values)
    for i in range(steps):
        loss = loss_of(*values)
        old, slopes = slopes, torch.autograd.grad(loss, values)
        if not (forgets and (i or forgets_first)):
            slopes = [one + other for one, other in zip(old, slopes)]
        velocities = [momentum * v + slope for v, slope in zip(velocities, slopes)]
        values = [(w - rate * v).detach().requires_grad_() for w, v in zip(values, velocities)]
    return values, loss.item() if steps else None


def _compare_training(answer, momentum: float, steps: int) -> None:
    start, loss_of = _start()
    parameters, options = [value.clone().requires_grad_() for value in start], (0.01, momentum)
    (3 * loss_of(*parameters)).backward()  # old gradients, which should be forgotten
    said = answer(list(parameters), lambda: loss_of(*parameters), *options, steps, errors=ERRORS)
    right, loss = _end(start, loss_of, *options, steps)
    if not _same(parameters, right):
        raise Wrong(_reason_for_training(parameters, start, loss_of, *options, steps))
    last = numbers(said)
    require(last.size == 1, "The weights are right. The answer should be one number: the last "
            "loss.")
    require(not math.isclose(last.item(), loss_of(*right).item()), "The weights are right, but "
            "the answer is the loss after the last step. Give back the one that led to it.")
    require(math.isclose(last.item(), loss, rel_tol=1e-6), "The weights are right, but the answer "
            "isn't the loss that was computed for the last step.")
    require(not getattr(said, "requires_grad", False), "The weights are right. But the loss that "
            "you give back still holds on to its whole calculation: make a plain number of it.")


def _same(ended, right) -> bool:
    return all(torch.allclose(one, other, atol=1e-9) for one, other in zip(ended, right))


def _reason_for_training(ended, start, loss_of, rate, momentum, steps) -> str:
    """What went wrong; each mistake is known by the weights that it leads to."""
    if _same(ended, start):
        return ("The parameters are where they were. Change them in place by `-=`: `p = p - ...` "
                "makes a new tensor, and the old one stays. And no zeroing between backward() and "
                "the step, or there is no slope left to go by.")
    if any(torch.equal(one, other) for one, other in zip(ended, start)):
        return "Some of the parameters haven't moved. A step moves every one of them."
    mistakes = [
        ((rate, momentum, steps, False), "The gradients are never forgotten: backward() adds the "
         "new slopes to the old ones. Zero them at the start of every step."),
        ((rate, momentum, steps, True, False), "There were old gradients, of somebody's earlier "
         "backward(). Forget before each backward(), before the first one, too."),
        ((-rate, momentum, steps), "All have moved uphill. The gradient is subtracted."),
        ((1.0, momentum, steps), "The learning rate is missing: it is a factor on the step."),
        ((rate, 0.0, steps), "The steps are right, but without momentum: keep momentum times the "
         "velocity of the step before, and add the gradient."),
        ((rate, momentum, 1), "Only one step was taken."),
        ((rate, momentum, steps - 1), "The last step is missing."),
        ((rate, momentum, steps + 1), "That is one step too many."),
    ]
    for options, reason in mistakes:
        if _same(ended, _end(start, loss_of, *options)[0]):
            return reason
    if momentum:
        return ("Without momentum it is right. With it: velocity = momentum * velocity + gradient, "
                "then parameter -= rate * velocity. Each parameter needs a velocity of its own, "
                "which begins at 0 and is kept from step to step.")
    return ("The parameters move, but not by the rate times their gradients. Forget, loss, "
            "backward(), then every parameter -= rate * its gradient, once for each step.")


def _draw_curve(ax, low: float = -0.6, high: float = 6.6) -> None:
    w = np.linspace(low, high, 200)
    ax.plot(w, (2 * w - 6) ** 2, color=BLUE)
    ax.set(xlabel="weight w")


def plot_slope(places=(1.0,)) -> Figure:
    """The loss (2w - 6)**2 over w, with a ball and a line as steep as the curve at each place."""
    figure, ax = plt.subplots(figsize=(5, 2.8))
    _draw_curve(ax)
    for w in places:
        loss, slope = (2 * w - 6) ** 2, 8 * w - 24
        half = 1.6 / math.hypot(1, slope / 8)
        ax.plot([w - half, w + half], [loss - half * slope, loss + half * slope], color=GREY)
        ax.plot(w, loss, "o", color=ORANGE, markersize=11)
        side = 1 if w < 3 else -1
        ax.annotate(f"slope {slope:g}", (w, loss), (14 * side, 4), textcoords="offset points",
                    ha="left" if side == 1 else "right")
    ax.set(ylabel="loss", ylim=(-4, 50))
    said = " and ".join(f"at {w:g}, where its slope is {8 * w - 24:g}" for w in places)
    return labelled(figure, "The loss over w is a valley with its lowest place at 3; a ball "
                             f"{said}.")


def plot_descents(descend, rates) -> Figure:
    """Where `descend(rate)`, a list of w, goes on the curve, for each of four rates."""
    figure, axes = plt.subplots(2, 2, figsize=(5.5, 4.2), sharex=True, sharey=True)
    for ax, rate in zip(axes.flat, rates):
        path = np.array(descend(rate))
        _draw_curve(ax)
        ax.plot(path, (2 * path - 6) ** 2, "o--", color=ORANGE, markersize=4, linewidth=1)
        ax.set(xlim=(-0.6, 6.6), ylim=(-3, 50), title=f"rate {rate:g}: ends at {path[-1]:.3g}")
        ax.label_outer()
    for ax in axes[:, 0]:
        ax.set_ylabel("loss")
    ends = "; ".join(f"{rate:g} ends at {descend(rate)[-1]:.3g}" for rate in rates)
    return labelled(figure, f"Four walks on the curve of the loss, by learning rate: {ends}.")


def plot_chain(values, weights, slopes) -> Figure:
    """A chain of multiplications: what goes forward above, what comes back below.

    values: of the input and after each multiplication; weights: the factors; slopes: theirs.
    """
    back = [math.prod(weights[i:]) for i in range(len(weights) + 1)]
    framed = dict(boxstyle="round", facecolor="none", edgecolor=GREEN)
    figure, ax = plt.subplots(figsize=(4.6, 2.2))
    for i, (value, returned) in enumerate(zip(values, back)):
        ax.text(2 * i, 0.32, f"{value:g}", ha="center", fontsize=12)
        ax.text(2 * i, -0.55, f"{returned:g}", ha="center", fontsize=12)
        ax.plot(2 * i, 0, "o", color=GREY, markersize=7)
    for i, (weight, slope) in enumerate(zip(weights, slopes)):
        for y, start, end, colour in ((0.1, 0.2, 1.8, BLUE), (-0.1, 1.8, 0.2, ORANGE)):
            ax.annotate("", (2 * i + end, y), (2 * i + start, y),
                        arrowprops=dict(arrowstyle="-|>", color=colour))
        ax.text(2 * i + 1, 0.32, f"· {weight:g}", ha="center")
        ax.text(2 * i + 1, -0.98, f"slope of w{i + 1}:\n{values[i]:g} · {back[i + 1]:g}"
                f" = {slope:g}", ha="center", va="center", bbox=framed)
    ax.set(xlim=(-0.6, 2 * len(weights) + 0.6), ylim=(-1.4, 0.7))
    ax.axis("off")
    forward, backward = (", ".join(f"{x:g}" for x in row) for row in (values, back[::-1]))
    return labelled(figure, f"Forward: {forward}. Back: {backward}. The slopes of the weights: "
                             f"{', '.join(f'{slope:g}' for slope in slopes)}.")


def plot_pushes(probabilities, gradient, true: int) -> Figure:
    """Probabilities, what they should be, and the difference: the gradient of cross entropy."""
    places = range(len(probabilities))
    figure, (left, right) = plt.subplots(1, 2, figsize=(5.5, 2.4), sharey=True)
    one_hot = [float(place == true) for place in places]
    left.bar(places, one_hot, color="none", edgecolor=GREEN, linewidth=2, label="one-hot")
    left.bar(places, probabilities, color=BLUE, width=0.6, label="probability")
    left.legend(loc="upper center", ncols=2, columnspacing=1, handlelength=1.4)
    bars = right.bar(places, gradient, color=ORANGE, width=0.6)
    right.bar_label(bars, fmt="%.2f", padding=2)
    right.axhline(0, color=GREY, linewidth=0.8)
    left.set(title="what it says, what is true", xlabel="class", xticks=list(places),
             ylim=(-1.05, 1.4))
    right.set(title="gradient of the logits", xlabel="class", xticks=list(places))
    said = ", ".join(f"{value:.2f}" for value in gradient)
    return labelled(figure, f"Probabilities beside a one-hot vector, and their difference: {said}. "
                             f"Only class {true}, the true one, is negative.")


def plot_decisions(features, digits, history, steps) -> Figure:
    """Two features of zeros and ones, and the line between the answers after some of the steps.

    features: (n, 2); digits: (n,), 0 or 1; history: (weights (2, 2), biases (2,), share right) of
    each step; steps: one place in it or four.
    """
    rows = 1 if len(steps) == 1 else 2
    size = (4, 3.8) if rows == 1 else (5.5, 5)
    figure, axes = plt.subplots(rows, rows, figsize=size, sharex=True, sharey=True, squeeze=False)
    for ax, place in zip(axes.flat, steps):
        weights, biases, right = history[place]
        _draw_halves(ax, np.asarray(weights), np.asarray(biases))
        for digit, colour, mark in ((0, BLUE, "o"), (1, ORANGE, "D")):
            points = features[digits == digit][:150]
            ax.plot(*np.asarray(points).T, mark, color=colour, markersize=2.5)
        ax.set(title=f"step {place}: {right:.1%} right", xlim=(-3, 4), ylim=(-2.5, 3))
    figure.supxlabel("ink (normalised)", color=GREY)
    figure.supylabel("ink in the middle (normalised)", color=GREY)
    shares = ", ".join(f"{history[place][2]:.1%} after step {place}" for place in steps)
    return labelled(figure, "Zeros (blue, lower right) and ones (orange, upper left) as dots, and "
                             f"the line between the answers; right are {shares}.")


def _draw_halves(ax, weights, biases) -> None:
    """Shade what is answered with 1, and draw the line where both logits are the same."""
    x, y = np.meshgrid(np.linspace(-3, 4, 120), np.linspace(-2.5, 3, 120))
    logits = np.stack([x, y], axis=-1) @ weights + biases
    ahead = logits[..., 1] - logits[..., 0]
    ax.contourf(x, y, ahead, [-1e9, 0, 1e9], colors=[BLUE, ORANGE], alpha=0.13)
    ax.contour(x, y, ahead, [0], colors=GREY, linewidths=1.8)
