"""Backward by hand: what the lesson asks, checks and draws."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from .checks import Checks, rand_int
from .figures import BLUE, GREEN, GREY, ORANGE, in_style, labelled
from .guesses import Guesses

guesses = Guesses.load("backward_by_hand")
checks = Checks()


def _numbers():
    yield 3, 1, 2, 4, 0.01
    for _ in range(4):
        rate = rand_int(1, 9) / 1000
        yield rand_int(2, 4), rand_int(-9, -5), rand_int(2, 6), rand_int(7, 40), rate


SLOPES, END = "back * x * w2, back * x * w1", "w1 - rate * slope1, w2 - rate * slope2"
NEW = "(w1 - rate * back * x * w2)"


@checks.add(
    "Each weight's slope has the other weight in it: first both slopes, then both weights move.",
    probes=_numbers,
    mistakes={
        "Both weights go uphill, away from the target. Is it the answer minus the target, and the "
        "weight minus the step?": (END, "w1 + rate * slope1, w2 + rate * slope2"),
        "These are the two slopes. The step takes the rate times the slope away from the weight.":
            (END, "slope1, slope2"),
        "That is how far each weight moves. Where is it then?":
            [(END, "rate * slope1, rate * slope2"), (END, "-rate * slope1, -rate * slope2")],
        "The slope of w2 was taken with the new w1. Compute both slopes, then move both weights.": [
            (SLOPES, f"back * x * w2, back * x * {NEW}"),
            (SLOPES, f"back * x * w2, 2 * (x * {NEW} * w2 - target) * x * {NEW}")],
        "The chain has one more link: a square's slope is twice what is squared.": ("2 * ", ""),
        "Each weight's slope has the other weight in it: nudge w1 by 1, and x * w1 * w2 grows by "
        "x * w2.": (SLOPES, "back * x * w1, back * x * w2"),
        "The input x is a link of the chain, too: a larger x makes both slopes larger.":
            (SLOPES, "back * w2, back * w1"),
        "The way back goes on from x * w1 * w2: times x and w2 to w1, times x and w1 to w2.":
            [(SLOPES, other) for other in ("back, back", "back * x, back * x",
                                           "back * x, back * x * w1")],
        "The step is the rate times the slope. The rate is missing.":
            (END, "w1 - slope1, w2 - slope2"),
        "That takes the loss for the slope, which is how fast the loss changes with the weight.":
            (SLOPES, "(back / 2) ** 2, (back / 2) ** 2"),
        "Brackets are missing: twice the difference comes back, not twice the answer, less the "
        "target.": [("(x * w1 * w2 - target)", "x * w1 * w2 - target"),
            (SLOPES, "2 * x * w1 * w2 - target * x * w2, 2 * x * w1 * w2 - target * x * w1")],
        "The brackets are wrong: the rate times the slope is what is taken away from the weight.":
            (END, "(w1 - rate) * slope1, (w2 - rate) * slope2"),
        "Only one weight has moved. A step moves both.":
            [(END, "w1 - rate * slope1, w2"), (END, "w1, w2 - rate * slope2")],
        "That is near, but not exact. Is it found by a nudge? On paper the slopes are exact.": [
            (SLOPES, f"back * x * w2 + {size} * (x * w2)**2, back * x * w1 + {size} * (x * w1)**2")
            for size in (1, 0.5, 0.1, 0.01, 0.001, 0.0001)],
        "These are plain numbers: only tensors have `backward()` and `.grad`. Work the slopes out "
        "link by link.": [("2 * (x * w1 * w2 - target)", other) for other in (
            "(x * w1 * w2 - target).backward()", "w1.grad", "w1.requires_grad_()")],
    },
)
def step(w1, w2, x, target, rate):
    back = 2 * (x * w1 * w2 - target)
    slope1, slope2 = back * x * w2, back * x * w1
    return w1 - rate * slope1, w2 - rate * slope2


@in_style
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


@in_style
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
    words = ", ".join(f"{value:.2f}" for value in gradient)
    return labelled(figure, "Probabilities beside a one-hot vector, and their difference: "
                            f"{words}. Only class {true}, the true one, is negative.")
