"""Layers by hand: what the lesson asks, checks and draws."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure

from ..exercises.checks import Checks, rand_int
from ..exercises.guesses import Guesses
from ..notebook.figures import BLUE, GREY, ORANGE, draw_signed, in_style, labelled

guesses = Guesses.load("layers_by_hand")
checks = Checks()
WINDOW = "[:, row - 1 : row + 2, column - 1 : column + 2]"


def _places():
    yield torch.arange(18.0).view(2, 3, 3), torch.ones(2, 3, 3), 1, 1
    for count in (2, 3, 1):
        channels = torch.randint(-40, 90, (count, 9, 8)) / 10
        yield channels, torch.randint(-30, 40, (count, 3, 3)) / 10, rand_int(4, 6), rand_int(1, 3)


@checks.add(
    "With 1 channel or with 500: one window in each, and one sum over all. You have just written "
    "what a convolution does at every place.",
    probes=_places,
    mistakes={
        "You give a sum for each channel. The next layer gets one value: add these sums, too.":
            (".sum()", ".sum(dim=(1, 2))"),
        "Nine values: add up over the window, too, not over the channels only.":
            (".sum()", ".sum(dim=0)"),
        "These are the products. Now add up all of them.": (".sum()", ""),
        "What you multiply isn't of one size. The window has 3 rows and 3 columns in every "
        "channel: `[:, rows, columns]`. The first thing in the brackets is the channel.":
            [(WINDOW, WINDOW.replace(":, ", "", 1)), ("windows *", "channels *")],
        "Only the first channel is in your sum. Every channel has a window of its own.":
            ("(windows * weights)", "(windows[0] * weights[0])"),
        "Only the last channel is in your sum. Does each round of your loop add to what was there?":
            ("(windows * weights)", "(windows[-1] * weights[-1])"),
        "It adds up two channels, however many there are: `len(channels)` says how many.":
            ("(windows * weights).sum()",
             "sum((windows[channel] * weights[channel]).sum() for channel in range(2))"),
        "All channels got the weights of the first. Every channel has weights of its own.":
            ("weights)", "weights[0])"),
        "Your window has its corner at this place. It should have its middle there: it begins one "
        "row above and one column to the left.": (" - 1", "", "+ 2", "+ 3"),
        "Your window has its lower right corner at this place. It should have its middle there.":
            (" - 1", " - 2", "+ 2", "+ 1"),
        "A slice ends before its end: `4:7` is 4, 5, 6. Yours is too short for the window.":
            [("+ 2", "+ 1"), ("row + 2", "row + 1"), ("column + 2", "column + 1")],
        "You took the row for the column. The row comes first, then the column.":
            (WINDOW, "[:, column - 1 : column + 2, row - 1 : row + 2]"),
        "You turned the weights upside down. Each value meets the weight in the same place.":
            [("weights)", "weights.flip(1, 2))"), ("weights)", "weights.flip(1))")],
        "Rows and columns of the weights are exchanged.": ("weights)", "weights.mT)"),
        "That is the mean of the products. A convolution adds them up.": (".sum()", ".mean()"),
        "That is the sum of the means. A convolution adds the products up.":
            (".sum()", ".sum() / 9"),
        "The weights are missing: you added the pixels of the window.": (" * weights", ""),
        "That multiplies the sum of the pixels by the sum of the weights. Multiply place by place "
        "first, then add up.": ("(windows * weights).sum()", "windows.sum() * weights.sum()"),
        "`@` multiplies rows by columns. Here each value meets the weight in the same place: `*`.":
            ("windows * weights", "windows @ weights"),
        "`F.conv2d` gives all places. The exercise is about one of them, and what is done there.": [
            lambda c, w, row, column: F.conv2d(c[None], w[None]),
            lambda c, w, row, column: F.conv2d(c[None], w[None], padding=1),
            lambda c, w, row, column: F.conv2d(c[None], w[None])[0, 0]],
        "`F.conv2d` wants a batch of images and a batch of windows, and gives all places. Here a "
        "window, a product and a sum do.": lambda c, w, row, column: F.conv2d(c, w),
    },
)
def convolve(channels, weights, row, column):
    windows = channels[:, row - 1 : row + 2, column - 1 : column + 2]
    return (windows * weights).sum()


def _weights():
    yield torch.tensor([[1.0, 2], [3, -1]]), torch.tensor([[2.0, -1]])  # the lesson's
    for inputs, hidden, outputs in [(2, 2, 2), (2, 3, 1), (3, 2, 4)]:
        first = torch.randint(-4, 5, (hidden, inputs)).float()
        second = torch.randint(-4, 5, (outputs, hidden)).float()
        first[0, 0], second[0, 0] = rand_int(2, 5), rand_int(2, 5)
        yield first, second


@checks.add(
    "So two layers without ReLU between them are one layer, whatever their weights; and so are "
    "three, and a hundred. This is why ReLU stands between them.",
    probes=_weights,
    mistakes={
        "You multiplied place by place. A way from an input to an output leads through each of the "
        "hidden values: multiply along each way, then add the ways.":
            lambda first, second: first * second,
        "You added the layers. What leaves the first is *multiplied* by the second's weights.":
            lambda first, second: first + second,
        "The order is turned round: this is the second layer first and then the first.":
            lambda first, second: first @ second,
        "Rows and columns are exchanged: a row of the answer belongs to an output.":
            [lambda first, second: (second @ first).T, lambda first, second: first.T @ second.T],
        "A row of `first` belongs to a hidden value. The weights from one input stand in a column "
        "of it: `first[:, i]`.": ("first[:, i]", "first[i, :]"),
        "A row of `second` belongs to an output. The weights that lead to one output stand in its "
        "row: `second[o, :]`.": ("second[o, :]", "second[:, o]"),
        "One of your loops runs too far or stops early. `second` has a row for each output, "
        "`first` a column for each input, and the hidden values are between them.":
            [("range(len(second))", "range(len(first))"),
             ("range(first.shape[1])", "range(first.shape[0])"),
             ("range(first.shape[1])", "range(len(second))")],
        "The table has a row for each output and a column for each input.":
            [("zeros(len(second), first.shape[1])", "zeros(len(first), first.shape[1])"),
             ("zeros(len(second), first.shape[1])", "zeros(first.shape[1], len(second))"),
             ("zeros(len(second), first.shape[1])", "zeros(2, 3)")],
        "There is no ReLU between these layers, nor behind them: weights may be negative.":
            lambda first, second: F.relu(second @ first),
        "It is the ways' mean. Add them up.": (".sum()", ".mean()"),
        "You return in the loop, or one number: all weights are asked for, a table of them.":
            ("merged[o, i] =", "return"),
        "The weights of a way are multiplied, not added.": ("] * first", "] + first"),
        "The inputs' weights are lost: every way has two weights.": (" * first[:, i]", ""),
        "Only the way through the last hidden value is there: `=` overwrites the ways before. Add "
        "up, `+=`.": ("(second[o, :] * first[:, i]).sum()", "second[o, -1] * first[-1, i]"),
    },
)
def merge(first, second):
    merged = torch.zeros(len(second), first.shape[1])
    for o in range(len(second)):
        for i in range(first.shape[1]):
            merged[o, i] = (second[o, :] * first[:, i]).sum()
    return merged


NO_NETWORK = [  # what the tent is to be built without
    torch.abs, torch.absolute, torch.where, torch.minimum, torch.maximum, torch.fmin, torch.fmax,
    torch.clamp, torch.clip, torch.clamp_min, torch.clamp_max, torch.min, torch.max, torch.lt,
    torch.le, torch.gt, torch.ge, torch.eq, torch.sign, torch.heaviside, torch.pow, torch.sqrt,
    torch.square, torch.threshold, F.threshold, F.hardtanh, F.relu6, F.leaky_relu,
    torch.Tensor.tolist, torch.Tensor.item, torch.Tensor.numpy]


def _tent_places():
    places = [0.5, -1.0, 1.0, 1.5, 2.0, 3.0, 0.25, -2.5, 4.5]
    return [(torch.tensor([place]),) for place in places] + [(torch.tensor(places),)]


@checks.add(
    "Three ReLUs, three bends. A weighted sum alone is a straight line, and sums of straight lines "
    "are straight: without ReLU no layer, and no hundred layers, could draw this tent.",
    probes=_tent_places, without=NO_NETWORK,
    mistakes={
        "It goes on rising: at 1 a second ReLU has to turn it.": lambda x: F.relu(x),
        "It is flat from 1 on. Subtracting one ReLU stops the rise; to go down, subtract two.":
            [lambda x: F.relu(x) - F.relu(x - 1),
             lambda x: F.relu(x) - F.relu(x - 1) + F.relu(x - 2)],
        "It goes on falling: at 2 a third ReLU has to stop it.":
            lambda x: F.relu(x) - 2 * F.relu(x - 1),
        "Behind 2 it doesn't stay at 0, but the third ReLU turns it too much.":
            lambda x: F.relu(x) - 2 * F.relu(x - 1) + 2 * F.relu(x - 2),
        "Behind 2 it falls even faster: the third ReLU is added, not subtracted.":
            lambda x: F.relu(x) - 2 * F.relu(x - 1) - F.relu(x - 2),
        "Left of 0 nothing may happen yet: each ReLU has to be 0 there.": [
            lambda x: x, lambda x: F.relu(1 - x), lambda x: F.relu(x + 1),
            lambda x: 1 - x, lambda x: F.relu(-x), ("F.relu(x) ", "x "),
            lambda x: F.relu(x + 1) - 2 * F.relu(x) + F.relu(x - 1)],
        "Without ReLU it is a straight line, or none at all: put each bracket into an `F.relu`.":
            lambda x: x - 2 * (x - 1) + (x - 2),
        "At 1 it turns the wrong way: `F.relu(x + 1)` begins at -1.":
            lambda x: F.relu(x) - 2 * F.relu(x + 1) + F.relu(x + 2),
        "From 0 to 1 it rises too steeply: as steeply as x does.":
            [lambda x: 2 * F.relu(x) - 3 * F.relu(x - 1) + F.relu(x - 2),
             lambda x: 2 * (F.relu(x) - 2 * F.relu(x - 1) + F.relu(x - 2))],
        "One number at a time it works, but `x` may hold many: `if` and `max` decide once for all "
        "of them, `F.relu` for each.": [
            lambda x: max(0 * x, 1 - abs(x - 1)),
            ("return", "if x < 0:\n        return 0 * x\n    return")],
        "It adds up all heights. Each number in `x` has a height of its own.":
            lambda x: (F.relu(x) - 2 * F.relu(x - 1) + F.relu(x - 2)).sum(),
    },
)
def tent(x):
    return F.relu(x) - 2 * F.relu(x - 1) + F.relu(x - 2)


def _scores():
    yield from [(torch.tensor([2.0, 1, 0]),), (torch.tensor([-1.0, 0.5]),)]
    for _ in range(3):
        yield (torch.randint(-3, 4, (rand_int(3, 10),)).float(),)
    yield from [(torch.tensor([1000.0, 999, 990]),), (torch.tensor([900.0, 0, -900, -900]),),
                (torch.tensor([-1000.0, -999, -990]),), (torch.tensor([0.0, 1000, 5]),)]


TOO_LARGE = ("For small scores it is right. But e to the power of 1000 is more than the computer "
             "can hold. What can you take away from all scores, so that the largest power is 1?")


@checks.add(
    "This is how PyTorch does it, too: e to the power of 0 is 1, so the largest power is 1 and "
    "none can be too large.",
    probes=_scores, without=[F.softmax, F.log_softmax, torch.logsumexp, F.softmin],
    mistakes={
        TOO_LARGE: [(" - logits.max()", ""), lambda x: [math.exp(s) / sum(map(math.exp, x))
                                                       for s in x],
                    lambda x: torch.e ** x / (torch.e ** x).sum()],
        "These are the powers. Divide each by the sum of all.":
            [lambda x: x.exp(), (" / powers.sum()", "")],
        "You divided the scores themselves. Take the powers of e first: they are all above 0.":
            [lambda x: x / x.sum(), (".exp()", ""), lambda x: x / x.max(),
             lambda x: x / x.abs().sum()],
        "Divided by the largest, they don't add up to 1. Divide by the sum.":
            [lambda x: x.exp() / x.exp().max(), ("powers.sum()", "logits.max()")],
        "Divided by the mean, they don't add up to 1. Divide by the sum.":
            [lambda x: x.exp() / x.exp().mean(), ("powers.sum()", "powers.mean()")],
        "The powers are divided by the sum of the scores. Divide by the sum of the powers.":
            ("powers.sum()", "logits.sum()"),
        "Below the fraction the largest score isn't taken away: it has to be the same powers above "
        "and below.": ("powers.sum()", "logits.exp().sum()"),
        "For small scores it is right. But just the largest score must be taken away from all, so "
        "that it becomes 0 and its power 1. With anything else powers get too large or too small.":
            [("logits.max()", "logits.mean()"), ("logits.max()", "logits.min()"),
             ("logits.max()", "logits.sum()"), ("logits - ", "logits + "),
             ("logits.max()", "100"), ("logits.max()", "logits[0]"),
             ("logits.max()", "logits[-1]")],
        "The scores are divided by the largest. That changes how far apart they are; taking the "
        "same away from all doesn't.": [("logits - ", "logits / "),
                                        ("logits - logits.max()", "logits / logits.abs().max()")],
        "2.718 is e only roughly, and the powers are off by more and more. `.exp()` is exact.": [
            ("(logits - logits.max()).exp()", "2.718 ** (logits - logits.max())"),
            ("(logits - logits.max()).exp()", "2.718 ** logits"),
            ("(logits - logits.max()).exp()", "2.72 ** (logits - logits.max())")],
        "These are powers of 2. Take e: `.exp()`.":
            ("(logits - logits.max()).exp()", "2 ** (logits - logits.max())"),
        "`math.exp` takes one number. `logits.exp()` takes all of them.": lambda x: math.exp(x),
        "These are the logarithms of the probabilities: take the powers of e, no logarithm.":
            ("return powers / powers.sum()", "return (powers / powers.sum()).log()"),
        "That is the largest alone, one number. All scores become probabilities.":
            lambda x: torch.softmax(x, dim=0).max(),
        "That adds up all probabilities. One for each score is asked for.":
            lambda x: torch.softmax(x, dim=0).sum(),
    },
)
def safe_softmax(logits):
    powers = (logits - logits.max()).exp()
    return powers / powers.sum()


@in_style
def plot_signed(images: dict) -> Figure:
    """Images of any numbers, (height, width), beside each other, each on a scale of its own: 0 is
    black, what is above 0 white, what is below orange. Small numbers are lifted, to be seen."""
    figure, axes = plt.subplots(1, len(images), figsize=(2.3 * len(images), 2.6), squeeze=False)
    seen = []
    for ax, (title, image) in zip(axes.flat, images.items()):
        image = np.asarray(image, float)
        draw_signed(ax, image, max(0.01, np.abs(image).max()), title)  # no traces of rounding
        seen.append(f"{title}, from {image.min():.2f} to {image.max():.2f}")
    return labelled(figure, "Side by side: " + "; ".join(seen) + ".")


@in_style
def plot_bricks(results: dict) -> Figure:
    """Bars for networks: name -> (percent right of unseen images, percent right of moved ones)."""
    figure, ax = plt.subplots(figsize=(5, 0.8 + 0.45 * len(results)))
    for shift, (kind, colour) in enumerate([("unseen", BLUE), ("moved", ORANGE)]):
        shares = [pair[shift] for pair in results.values()]
        places = np.arange(len(results)) + 0.38 * shift
        bars = ax.barh(places, shares, height=0.36, color=colour, label=kind)
        ax.bar_label(bars, [f"{share:.1f}" for share in shares], padding=3, color=GREY, fontsize=8)
    ax.set(yticks=np.arange(len(results)) + 0.19, yticklabels=list(results), xlim=(0, 108))
    ax.invert_yaxis()
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    seen = [f"{name} {right:.1f} and {moved:.1f}" for name, (right, moved) in results.items()]
    return labelled(figure, "Percent right, of unseen images and of the same ones moved: "
                             + "; ".join(seen) + ".")
