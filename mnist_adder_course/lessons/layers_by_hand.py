"""Layers by hand: what the lesson asks, checks and draws."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure

from mnist_adder_lib.plots import BLUE, GREY, ORANGE, draw_signed, in_style, labelled

from ..exercises.checks import Checks, rand_int
from ..exercises.questions import Guesses

guesses = Guesses.load("layers_by_hand")
checks = Checks()
WINDOW = "[:, row - 1 : row + 2, column - 1 : column + 2]"


def _places():
    yield torch.arange(18.0).view(2, 3, 3), torch.ones(2, 3, 3), 1, 1
    for count in (2, 3, 1):
        channels = torch.randint(-40, 90, (count, 9, 8)) / 10
        yield channels, torch.randint(-30, 40, (count, 3, 3)) / 10, rand_int(4, 6), rand_int(1, 3)


@checks.add(
    "It works for 1 channel and for 500: a window in each of them, and one sum over all. You have "
    "just written what a convolution does at every place.",
    probes=_places,
    mistakes={
        "You return a sum for each channel. Only one value comes out: add up these sums as well.":
            (".sum()", ".sum(dim=(1, 2))"),
        "You return nine values. Add up over the window as well, not only over the channels.":
            (".sum()", ".sum(dim=0)"),
        "You return the products. Now add up all of them.": (".sum()", ""),
        "The two tensors that you multiply don't have the same shape. The window has 3 rows and 3 "
        "columns in every channel: `[:, rows, columns]`. The channel comes first in the brackets.":
            [(WINDOW, WINDOW.replace(":, ", "", 1)), ("windows *", "channels *")],
        "Your sum contains only the first channel. Every channel has a window of its own.":
            ("(windows * weights)", "(windows[0] * weights[0])"),
        "Your sum contains only the last channel. Does each round of your loop add to the sum?":
            ("(windows * weights)", "(windows[-1] * weights[-1])"),
        "You always add up two channels. `len(channels)` says how many there are.":
            ("(windows * weights).sum()",
             "sum((windows[channel] * weights[channel]).sum() for channel in range(2))"),
        "You multiply every channel by the weights of the first one. Each has weights of its own.":
            ("weights)", "weights[0])"),
        "The upper left corner of your window is at this place. Its middle should be there, so the "
        "window begins one row above and one column to the left.": (" - 1", "", "+ 2", "+ 3"),
        "The lower right corner of your window is at this place. Its middle should be there.":
            (" - 1", " - 2", "+ 2", "+ 1"),
        "A slice stops before its end: `4:7` is 4, 5, 6. Your slice is too short for the window.":
            [("+ 2", "+ 1"), ("row + 2", "row + 1"), ("column + 2", "column + 1")],
        "You confused row and column. The row comes first, then the column.":
            (WINDOW, "[:, column - 1 : column + 2, row - 1 : row + 2]"),
        "You turned the weights upside down. Multiply each value by the weight in the same place.":
            [("weights)", "weights.flip(1, 2))"), ("weights)", "weights.flip(1))")],
        "You exchanged the rows and columns of the weights.": ("weights)", "weights.mT)"),
        "You return the mean of the products. A convolution adds them up.": (".sum()", ".mean()"),
        "You add up means. A convolution adds up the products.":
            (".sum()", ".sum() / 9"),
        "The weights are missing. You added up the values in the window.": (" * weights", ""),
        "You multiply the sum of the values by the sum of the weights. Multiply value by value "
        "first, and then add up.": ("(windows * weights).sum()", "windows.sum() * weights.sum()"),
        "`@` multiplies rows by columns. Multiply each value by the weight in the same place: `*`.":
            ("windows * weights", "windows @ weights"),
        "`F.conv2d` computes all places. Compute just one, with a window, products and a sum.": [
            lambda c, w, row, column: F.conv2d(c[None], w[None]),
            lambda c, w, row, column: F.conv2d(c[None], w[None], padding=1),
            lambda c, w, row, column: F.conv2d(c[None], w[None])[0, 0]],
        "`F.conv2d` expects a batch of images and computes all places. Here you need just one: a "
        "window, products and a sum.": lambda c, w, row, column: F.conv2d(c, w),
    },
)
def convolve(channels, weights, row, column):
    windows = channels[:, row - 1 : row + 2, column - 1 : column + 2]
    return (windows * weights).sum()


def _scores():
    yield from [(torch.tensor([2.0, 1, 0]),), (torch.tensor([-1.0, 0.5]),)]
    for _ in range(3):
        yield (torch.randint(-3, 4, (rand_int(3, 10),)).float(),)
    for scores in ([1000, 999, 990], [900, 0, -900, -900], [-1000, -999, -990], [0, 1000, 5]):
        yield (torch.tensor(scores).double(),)  # so precise that any right formula agrees


TOO_LARGE = ("It is right for small scores. But e to the power of 1000 is larger than the computer "
             "can hold. What can you subtract from all scores, so that the largest power is 1?")


@checks.add(
    "PyTorch does it in the same way. e to the power of 0 is 1, so the largest power is 1, and "
    "none is too large.",
    probes=_scores, without=[F.softmax, F.log_softmax, torch.logsumexp, F.softmin],
    mistakes={
        TOO_LARGE: [(" - logits.max()", ""), lambda x: [math.exp(s) / sum(map(math.exp, x))
                                                       for s in x],
                    lambda x: torch.e ** x / (torch.e ** x).sum()],
        "You return the powers. Divide each power by the sum of all powers.":
            [lambda x: x.exp(), (" / powers.sum()", "")],
        "You divide the scores themselves. Take the powers of e first; they are all above 0.":
            [lambda x: x / x.sum(), (".exp()", ""), lambda x: x / x.max(),
             lambda x: x / x.abs().sum()],
        "You divide by the largest value, so the results don't add up to 1. Divide by the sum.":
            [lambda x: x.exp() / x.exp().max(), ("powers.sum()", "logits.max()")],
        "You divide by the mean, so the results don't add up to 1. Divide by the sum.":
            [lambda x: x.exp() / x.exp().mean(), ("powers.sum()", "powers.mean()")],
        "You divide by the sum of the scores. Divide by the sum of the powers.":
            ("powers.sum()", "logits.sum()"),
        "In the sum that you divide by, the largest score isn't subtracted. The powers must be the "
        "same above and below the fraction line.": ("powers.sum()", "logits.exp().sum()"),
        "It is right for small scores. But subtract exactly the largest score, so that it becomes "
        "0 and its power 1. With anything else, powers can get too large or too small.":
            [("logits.max()", "logits.mean()"), ("logits.max()", "logits.min()"),
             ("logits.max()", "logits.sum()"), ("logits - ", "logits + "),
             ("logits.max()", "100"), ("logits.max()", "logits[0]"),
             ("logits.max()", "logits[-1]")],
        "You divide the scores by the largest one. That changes the differences between them. "
        "Subtracting the same number from all scores doesn't.": [("logits - ", "logits / "),
                                        ("logits - logits.max()", "logits / logits.abs().max()")],
        "2.718 is only roughly e, and with large powers the error grows. `.exp()` is exact.": [
            ("(logits - logits.max()).exp()", "2.718 ** (logits - logits.max())"),
            ("(logits - logits.max()).exp()", "2.718 ** logits"),
            ("(logits - logits.max()).exp()", "2.72 ** (logits - logits.max())")],
        "You take powers of 2. Take powers of e: `.exp()`.":
            ("(logits - logits.max()).exp()", "2 ** (logits - logits.max())"),
        "`math.exp` takes a single number. `logits.exp()` takes all of them.":
            lambda x: math.exp(x),
        "You return the logarithms of the probabilities. Return the probabilities themselves.":
            ("return powers / powers.sum()", "return (powers / powers.sum()).log()"),
        "You return only the largest probability. Return one for each score.":
            lambda x: torch.softmax(x, dim=0).max(),
        "You add up all probabilities. Return one for each score.":
            lambda x: torch.softmax(x, dim=0).sum(),
    },
)
def safe_softmax(logits):
    powers = (logits - logits.max()).exp()
    return powers / powers.sum()


def _weights():
    yield torch.tensor([[1.0, 2], [3, -1]]), torch.tensor([[2.0, -1]])  # the lesson's
    for inputs, hidden, outputs in [(2, 2, 2), (2, 3, 1), (3, 2, 4)]:
        first = torch.randint(-4, 5, (hidden, inputs)).float()
        second = torch.randint(-4, 5, (outputs, hidden)).float()
        first[0, 0], second[0, 0] = rand_int(2, 5), rand_int(2, 5)
        yield first, second
    yield torch.tensor([[0.5, 1], [1, -1.5]]), torch.tensor([[1.0, 0.5], [-0.5, 1]])


@checks.add(
    "So two layers without ReLU between them are one layer, whatever their weights are. The same "
    "is true of three layers, or a hundred. That is why ReLU comes between them.",
    probes=_weights,
    mistakes={
        "You multiply value by value. From an input to an output there is a path through each "
        "hidden value: multiply along each path, and then add up the paths.":
            lambda first, second: first * second,
        "You add the layers. What the first one computes is *multiplied* by the second one's "
        "weights.":
            lambda first, second: first + second,
        "The order is the wrong way round: here the second layer comes first.":
            lambda first, second: first @ second,
        "Rows and columns are exchanged. Each row of the answer belongs to an output.":
            [lambda first, second: (second @ first).T, lambda first, second: first.T @ second.T],
        "Each row of `first` belongs to a hidden value. The weights of one input are in a column: "
        "`first[:, i]`.": ("first[:, i]", "first[i, :]"),
        "Each row of `second` belongs to an output. The weights that lead to one output are in its "
        "row: `second[o, :]`.": ("second[o, :]", "second[:, o]"),
        "One of your loops runs too far or stops too early. `second` has a row for each output, "
        "and `first` has a column for each input.":
            [("range(len(second))", "range(len(first))"),
             ("range(first.shape[1])", "range(first.shape[0])"),
             ("range(first.shape[1])", "range(len(second))")],
        "Your table should have a row for each output and a column for each input.":
            [("zeros(len(second), first.shape[1])", "zeros(len(first), first.shape[1])"),
             ("zeros(len(second), first.shape[1])", "zeros(first.shape[1], len(second))"),
             ("zeros(len(second), first.shape[1])", "zeros(2, 3)")],
        "There is no ReLU in this exercise, neither between the layers nor after them. Weights may "
        "be negative.":
            lambda first, second: F.relu(second @ first),
        "You take the mean of the paths. Add them up.": (".sum()", ".mean()"),
        "You return a single number, perhaps from inside the loop. Return a table of all weights.":
            ("merged[o, i] =", "return"),
        "The two weights of a path are multiplied, not added.": ("] * first", "] + first"),
        "The weights in `first` are missing. Every path has two weights.": (" * first[:, i]", ""),
        "You keep only the path through the last hidden value: `=` overwrites the paths before it. "
        "Add them up with `+=`.":
            ("(second[o, :] * first[:, i]).sum()", "second[o, -1] * first[-1, i]"),
        "Only a part of the table is filled. Is the `return` inside a loop? Then the function ends "
        "after the first round.": [
            ("    return merged", "        return merged"),
            ("    return merged", "            return merged")],
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
    "Three ReLUs make three bends. A weighted sum alone is a straight line, and sums of straight "
    "lines are straight. Without ReLU, even a hundred layers couldn't draw this tent.",
    probes=_tent_places, without=NO_NETWORK,
    mistakes={
        "The second argument of `F.relu` isn't where it bends: it says whether `x` itself is "
        "overwritten. Move the bend by subtracting: `F.relu(x - 1)`.": [
            ("F.relu(x - 1)", "F.relu(x, 1)", "F.relu(x - 2)", "F.relu(x, 2)"),
            ("F.relu(x - 1)", "F.relu(x, 1)")],
        "Your line goes on rising. At x = 1 a second ReLU has to make it fall.":
            lambda x: F.relu(x),
        "Your line is flat from x = 1 on. Subtracting one ReLU stops the rise; to fall, subtract "
        "two.":
            [lambda x: F.relu(x) - F.relu(x - 1),
             lambda x: F.relu(x) - F.relu(x - 1) + F.relu(x - 2)],
        "Your line goes on falling. At x = 2 a third ReLU has to stop it.":
            lambda x: F.relu(x) - 2 * F.relu(x - 1),
        "After x = 2 your line rises again. The third ReLU is too steep.":
            lambda x: F.relu(x) - 2 * F.relu(x - 1) + 2 * F.relu(x - 2),
        "After x = 2 your line falls even faster. Add the third ReLU, don't subtract it.":
            lambda x: F.relu(x) - 2 * F.relu(x - 1) - F.relu(x - 2),
        "To the left of x = 0 the tent is 0, so each ReLU has to be 0 there.": [
            lambda x: x, lambda x: F.relu(1 - x), lambda x: F.relu(x + 1),
            lambda x: 1 - x, lambda x: F.relu(-x), ("F.relu(x) ", "x "),
            lambda x: F.relu(x + 1) - 2 * F.relu(x) + F.relu(x - 1)],
        "Without ReLU you get a straight line, here 0 everywhere. Put each bracket into an "
        "`F.relu`.":
            lambda x: x - 2 * (x - 1) + (x - 2),
        "`F.relu(x + 1)` begins to rise at x = -1, not at x = 1. Which one begins at 1?":
            lambda x: F.relu(x) - 2 * F.relu(x + 1) + F.relu(x + 2),
        "From 0 to 1 your line rises too steeply. The tent rises only as steeply as x itself.":
            [lambda x: 2 * F.relu(x) - 3 * F.relu(x - 1) + F.relu(x - 2),
             lambda x: 2 * (F.relu(x) - 2 * F.relu(x - 1) + F.relu(x - 2))],
        "It works for one number at a time, but `x` may hold many. `if` and `max` decide once for "
        "all of them; `F.relu` decides for each one.": [
            lambda x: max(0 * x, 1 - abs(x - 1)),
            ("return", "if x < 0:\n        return 0 * x\n    return")],
        "You add up all heights. Each number in `x` has a height of its own.":
            lambda x: (F.relu(x) - 2 * F.relu(x - 1) + F.relu(x - 2)).sum(),
    },
)
def tent(x):
    return F.relu(x) - 2 * F.relu(x - 1) + F.relu(x - 2)


@in_style
def plot_signed(images: dict) -> Figure:
    """Images of any values, (height, width), side by side, each with its own scale.

    0 is black, values above 0 are white, values below 0 orange. Small values are lifted, so that
    they can be seen.
    """
    figure, axes = plt.subplots(1, len(images), figsize=(2.3 * len(images), 2.6), squeeze=False)
    seen = []
    for ax, (title, image) in zip(axes.flat, images.items()):
        image = np.asarray(image, float)
        draw_signed(ax, image, max(0.01, np.abs(image).max()), title)  # no traces of rounding
        seen.append(f"{title}, from {image.min():.2f} to {image.max():.2f}")
    return labelled(figure, "Side by side: " + "; ".join(seen) + ".")


@in_style
def plot_dense(inputs, rows) -> Figure:
    """A fully connected layer of few outputs: inputs, a line for each weight, and outputs.

    inputs: the values, (inputs,); rows: the weights, (outputs, inputs).
    """
    inputs, rows = np.asarray(inputs, float), np.asarray(rows, float)
    outputs = rows @ inputs
    figure, ax = plt.subplots(figsize=(4.4, 2.6))
    starts = [(0.0, -1.0 * i) for i in range(len(inputs))]
    ends = [(1.0, -(len(inputs) - 1) * (o + 1) / (len(rows) + 1)) for o in range(len(rows))]
    for o, (end, weights) in enumerate(zip(ends, rows, strict=True)):
        above = o < len(rows) / 2
        for start, weight in zip(starts, weights, strict=True):
            ax.plot(*zip(start, end), color=BLUE if above else ORANGE, zorder=0)
            ax.annotate(f"{weight:g}", (0.3, 0.7 * start[1] + 0.3 * end[1]),
                        xytext=(0, 3 if above else -4), textcoords="offset points", color=GREY,
                        ha="center", va="bottom" if above else "top")
    across, down = zip(*starts + ends)
    ax.scatter(across, down, s=500, color=GREY)
    for value, node in zip([*inputs, *outputs], starts + ends, strict=True):
        ax.annotate(f"{value:g}", node, color="white", ha="center", va="center")
    ax.set(xlim=(-0.15, 1.15), ylim=(0.4 - len(inputs), 0.4))
    ax.axis("off")
    sums = [" + ".join(f"{value:g} times {weight:g}" for value, weight in zip(inputs, weights))
            for weights in rows]
    said = "; ".join(f"{text} is {value:g}" for text, value in zip(sums, outputs))
    return labelled(figure, f"Lines from each input to each output, one for a weight: {said}.")


@in_style
def plot_percent_right(results: dict, kinds=("unseen", "moved")) -> Figure:
    """Two bars for each network.

    results: name of the network -> (percent right of the first kind, of the second one).
    """
    figure, ax = plt.subplots(figsize=(5, 0.8 + 0.45 * len(results)))
    for shift, (kind, colour) in enumerate(zip(kinds, (BLUE, ORANGE))):
        shares = [pair[shift] for pair in results.values()]
        places = np.arange(len(results)) + 0.38 * shift
        bars = ax.barh(places, shares, height=0.36, color=colour, label=kind)
        ax.bar_label(bars, [f"{share:.1f}" for share in shares], padding=3, color=GREY, fontsize=8)
    ax.set(yticks=np.arange(len(results)) + 0.19, yticklabels=list(results), xlim=(0, 108))
    ax.invert_yaxis()
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    seen = [f"{name} {right:.1f} and {moved:.1f}" for name, (right, moved) in results.items()]
    return labelled(figure, f"Right answers in percent, {kinds[0]} and {kinds[1]}: "
                            + "; ".join(seen) + ".")
