"""Run it anywhere: what the lesson asks, checks and draws."""

from __future__ import annotations

import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from scipy.stats import binomtest
from torch import Tensor, nn

from mnist_adder_lib.checkpoint import load_checkpoint, load_pretrained
from mnist_adder_lib.data import AdderDataset
from mnist_adder_lib.model import IdentityAdderModel

from ..common.small_network import layers, train_small
from ..exercises.checks import Checks, Observed, rand_int
from ..exercises.questions import Guesses
from ..exercises.values import is_numbers, plain
from ..notebook.results import read_results
from ..plots import BLUE, GREY, ORANGE, draw_signed, in_style, labelled


def _to_blame(measured: list[dict[str, float]]) -> str:
    """measured: for each layer, percent right with it alone in 2 bits, and with all but it."""
    alone, but = measured
    found = [layer for layer in alone if alone[layer] < 50 < but[layer]]
    return "none" if not found else found[0] if found == ["convolution 4"] else "another"


guesses = Guesses.load("run_it_anywhere", cliff=_to_blame)
checks = Checks()


def _to_quantise():
    yield torch.tensor([-1.0, -0.3, 0.0, 0.444, 1.55]), 8
    for bits, shift in ((4, 0.4), (8, 0.7), (3, 0.2), (2, 0.6)):
        values = torch.rand(rand_int(6, 9)) - shift
        values[:2] = torch.tensor([-shift - 0.1, 1.1 - shift])
        yield values[torch.randperm(len(values))], bits
    yield torch.tensor([[0.5, -0.32, 0.1], [0.25, -0.9, 0.7]]), 4
    yield torch.tensor([1.0, 3.55, 2.0, 1.7]), 8  # 0 isn't among them, nor between them
    yield torch.tensor([-2.5, -0.3, -1.15]), 4


SMALL = ("The next cells subtract the zero point and multiply, and this kind of tensor is too "
         "small for that. Leave the whole numbers as `.round()` returns them, or take `.int()`.")


def _one_by_one(function, values, bits) -> Observed:
    """The scale comes first, then the zero point: what is wrong with them spoils the rest."""
    answer = function(values, bits)
    if not isinstance(answer, (tuple, list)) or len(answer) != 3:
        return Observed(rules={THREE: False})
    whole, scale, zero_point = answer
    if not isinstance(whole, Tensor):
        return Observed(rules={
            "Return the whole numbers first, as a tensor of the same shape as `values`.": False})
    rules = {}
    if all(is_numbers(plain(one)) for one in answer):
        steps = whole.double() - torch.as_tensor(zero_point).double()
        product = (whole - zero_point) * whole  # as large as the products of *Whole numbers*
        rules = {SMALL: torch.allclose(product.double(), steps * whole.double(), rtol=0.01),
                 "Return the scale and the zero point as one number each, not in a list or tensor "
                 "of their own.": plain(scale).ndim == plain(zero_point).ndim == 0}
    return Observed(whole, {"the scale": scale, "the zero point": zero_point}, rules)


THREE = "Return three things in this order: the whole numbers, the scale, the zero point."


@checks.add(
    "No value is off by more than half a step, and 0 comes back as exactly 0. The lesson goes on "
    "with your function.",
    probes=_to_quantise,
    observe=_one_by_one,
    mistakes={
        "There is one step fewer than there are whole numbers: from 0 to 255 it is 255 steps, "
        "`2**bits - 1`.": ("2**bits - 1", "2**bits"),
        "That is right for 8 bits only. How many whole numbers are there with `bits` bits?":
            ("2**bits - 1", "255"),
        "Two to the power of `bits` is `2**bits`.": [
            ("2**bits - 1", "(2 ^ bits) - 1"), ("2**bits - 1", "2 ^ bits - 1"),
            ("2**bits - 1", "2 * bits - 1")],
        "Division comes before minus. Put brackets around `max - min`, and around `2**bits - 1`.": [
            ("(2**bits - 1)", "2**bits - 1"),
            ("(values.max() - values.min())", "values.max() - values.min()")],
        "The scale spreads the steps from the smallest value to the largest. Yours begins at 0.":
            ("(values.max() - values.min())", "values.max()"),
        "The scale spreads the steps from the smallest value to the largest. Yours goes equally "
        "far to both sides of 0, as in lesson 7.": [
            ("(values.max() - values.min())", "2 * values.abs().max()"),
            ("(values.max() - values.min()) / (2**bits - 1)",
             "values.abs().max() / (2 ** (bits - 1) - 1)")],
        "Your range holds 0 whether it is among the values or not. The scale spreads the steps "
        "from the smallest value to the largest, wherever they are.": [
            ("(values.max() - values.min())",
             "(max(values.max(), torch.tensor(0.0)) - min(values.min(), torch.tensor(0.0)))"),
            (("values.max()", "max(values.max(), torch.tensor(0.0))"),
             ("values.min()", "min(values.min(), torch.tensor(0.0))"))],
        "Your zero point stays from 0 to `2**bits - 1`. It says where 0 *would* be: if all values "
        "are above 0 it is below 0, and the smallest value still becomes 0.": [
            ("(-values.min() / scale).round()", f"(-values.min() / scale).round(){limits}")
            for limits in (".clamp(0)", ".clamp(0, 2**bits - 1)", ".clip(0, 2**bits - 1)")],
        "Each row or column has a scale of its own. Take the smallest and the largest value of the "
        "whole tensor.": [
            ("(values.max() - values.min()) / (2**bits - 1)",
             "(values.max(dim=0).values - values.min(dim=0).values) / (2**bits - 1)"),
            *((("values.max()", f"values.amax({dim}, keepdim=True)"),
               ("values.min()", f"values.amin({dim}, keepdim=True)")) for dim in (0, -1))],
        "`max(values)` compares whole rows of a table. `values.max()` is the largest of all "
        "numbers in it.": (("values.max()", "max(values)"), ("values.min()", "min(values)")),
        "The zero point isn't a whole number. Round it, or a value of 0 doesn't come back as 0.":
            ("(-values.min() / scale).round()", "-values.min() / scale"),
        "The zero point has the wrong sign: 0 is *above* the smallest value, by so many steps.": [
            ("(-values.min() / scale)", "(values.min() / scale)"),
            ("(-values.min() / scale).round()", "values.min() / scale")],
        "The zero point counts steps: divide by the scale.":
            ("(-values.min() / scale).round()", "-values.min().round()"),
        "Round the zero point to the nearest whole number, neither always down nor always up.": [
            ("(-values.min() / scale).round()", "int(-values.min() / scale)"),
            ("(-values.min() / scale).round()", "(-values.min() / scale).ceil()")],
        "The whole numbers go below 0. Add the zero point after dividing and rounding: the "
        "smallest value becomes 0.": [
            ("(values / scale).round() + zero_point", "(values / scale).round()"),
            ("(values / scale).round() + zero_point", "(values / scale).round() - zero_point")],
        "You divide but don't round: 44.4 isn't a whole number.":
            ("(values / scale).round() + zero_point", "values / scale + zero_point"),
        "That cuts off the decimals or rounds down, so a value may be off by a whole step. "
        "`.round()` goes to the nearest.": [
            ("(values / scale).round()", "(values / scale).floor()"),
            ("(values / scale).round()", "(values / scale).int()"),
            ("(values / scale).round()", "(values / scale + 0.5).int()"),
            ("(values / scale).round() + zero_point", "(values / scale + zero_point).int()")],
        "You round before you divide. First count the steps, then round.":
            ("(values / scale).round()", "(values.round() / scale)"),
        "You return the values, there and back. Return the whole numbers: going back is the next "
        "step.": ("(values / scale).round() + zero_point", "(values / scale).round() * scale"),
        "You subtract the smallest value first and round once. Then 0 may lie between two whole "
        "numbers. Round the values and the zero point separately.":
            ("(values / scale).round() + zero_point", "((values - values.min()) / scale).round()"),
        SMALL:
            ("(values / scale).round() + zero_point",
             "((values / scale).round() + zero_point).to(torch.int8)"),
        THREE: ("return whole, scale, zero_point", "return whole, zero_point, scale"),
    },
)
def quantise(values, bits):
    scale = (values.max() - values.min()) / (2**bits - 1)
    zero_point = (-values.min() / scale).round()
    whole = (values / scale).round() + zero_point
    return whole, scale, zero_point


def _layers():
    yield [3, 1, 5], 2, 4, 8, 11
    for size in (2, 5, 4):
        yield ([rand_int(1, 9) for _ in range(size)], rand_int(2, 9), rand_int(2, 5),
               rand_int(6, 9), rand_int(11, 19))


@checks.add(
    "In the file of this network, three layers have been changed in just this way.",
    probes=_layers,
    mistakes={
        "`weights` is a list, and you can't calculate with a whole list. Make a new one, weight by "
        "weight: `[... for w in weights]`.":
            ("[w * share for w in weights]", "weights * share"),
        "The weights are multiplied by the factor, but batch norm also divides by the deviation.":
            ("w * share", "w * factor"),
        "The weights are divided by the deviation, but batch norm also multiplies by the factor.":
            ("w * share", "w / deviation"),
        "The weights are multiplied by the deviation. Batch norm divides by it.":
            ("w * share", "w * factor * deviation"),
        "The mean is subtracted from the whole sum, not from each weight.": [
            ("w * share", "(w - mean) * share"), ("w * share", "(w - mean) * share + shift"),
            ("w * share", "w - mean"), ("w * share", "w * share - mean * share")],
        "The shift is added to the whole sum, not to each weight.":
            ("w * share", "w * share + shift"),
        "The weights are right. But the mean is divided and multiplied like everything else before "
        "the shift is added.": ("shift - mean * share", "shift - mean"),
        "The weights are right. But the mean is multiplied by the factor as well.":
            ("shift - mean * share", "shift - mean / deviation"),
        "The weights are right. But the mean is divided by the deviation as well.":
            ("shift - mean * share", "shift - mean * factor"),
        "The weights are right. But you multiply the mean by the deviation. Divide by it.":
            ("shift - mean * share", "shift - mean * deviation * factor"),
        "The weights are right. But the mean is subtracted: minus.":
            ("shift - mean * share", "shift + mean * share"),
        "The weights are right. But the shift is missing: add it.":
            ("shift - mean * share", "-mean * share"),
        "The weights are right. But the shift comes last: it is not multiplied.":
            ("shift - mean * share", "(shift - mean) * share"),
    },
)
def fold(weights, mean, deviation, factor, shift):
    share = factor / deviation
    return [w * share for w in weights], shift - mean * share


def _channels():
    for count, height, width, padding in (
            (1, 4, 3, 0), (2, 5, 6, 0), (3, 4, 6, 1), (1, 6, 5, 1), (2, 4, 4, 0), (2, 3, 5, 1)):
        channels = torch.randint(1, 10, (count, height, width))
        windows = torch.randint(-4, 5, (count, 3, 3))
        windows[0, 0] = torch.tensor([5, -7, 6])  # in no direction the same as in another
        yield channels.tolist(), windows.tolist(), padding


@checks.add(
    "This loop is nearly all of the network's work: it uses each weight at every place.",
    probes=_channels,
    observe=lambda function, channels, windows, padding: Observed(
        function(channels, windows, padding),
        effects={"`channels`": channels, "`windows`": windows}),
    without=[torch],
    mistakes={
        "The border isn't made of zeros.": [
            *((("zeros = [0]", f"zeros = [{one}]"), ("[0] + row + [0]", f"[{one}] + row + [{one}]"))
              for one in (1, -1)),
            ("[0] + row", "[1] + row"), ("row + [0]", "row + [1]"), ("[0] * ", "[1] * ")],
        "The border is filled with copies of the outermost numbers. It should be zeros.":
            ("[zeros] + [[0] + row + [0] for row in c] + [zeros]",
             "[row[:1] + row + row[-1:] for row in c[:1] + c + c[-1:]]"),
        "The border is filled with numbers from the opposite edge: in Python, index -1 means the "
        "last place. The border should be zeros.":
            ("[zeros] + [[0] + row + [0] for row in c] + [zeros]",
             "[row[-1:] + row + row[:1] for row in c[-1:] + c + c[:1]]"),
        "The zeros are put into the `channels` that were given, and they are still there when the "
        "function is called again. Make new rows and lists: `[0] + row + [0]`.": (
            "channels = [[zeros] + [[0] + row + [0] for row in c] + [zeros] for c in channels]",
            "channels[:] = [[zeros, *([0, *row, 0] for row in c), zeros] for c in channels]"),
        "All zeros are on one side. A padding of 1 puts a row of zeros above and another below, "
        "and a column of zeros on the left and another on the right.": [
            ("[zeros] + [[0] + row + [0] for row in c] + [zeros]",
             "[row + [0, 0] for row in c] + [zeros, zeros]"),
            ("[zeros] + [[0] + row + [0] for row in c] + [zeros]",
             "[zeros, zeros] + [[0, 0] + row for row in c]")],
        "At the upper and left edge, your index becomes -1, and in Python that means the last "
        "place. There should be zeros.":
            ("[zeros] + [[0] + row + [0] for row in c] + [zeros]",
             "[row[-1:] + row + [0] for row in c[-1:] + c] + [zeros]"),
        "That is the result for a single channel. Add up over all channels: are `total = 0` and "
        "the line that appends it indented as they should be?": [
            ("zip(channels, windows)", "zip(channels[:1], windows[:1])"),
            ("zip(channels, windows)", "zip(channels[-1:], windows[-1:])")],
        "The window of the first channel is used for all of them. Each has its own.":
            ("zip(channels, windows)", "zip(channels, windows[:1] * len(channels))"),
        "The total carries over from one place to the next. Start from 0 at each place.": [
            (("        for column in", "        total = 0\n        for column in"),
             ("            total = 0\n            for", "            for")),
            (("    result = []", "    result, total = [], 0"), ("            total = 0\n", ""))],
        "All rows are one and the same list: `[[0] * columns] * rows` repeats it. Make a new one "
        "for each row.": [
            "[result[-1]] * len(result)",
            "[[sum(column) for column in zip(*result)]] * len(result)"],
        "Only one number of the window is left in the end. Add up: `+=`.": ("total +=", "total ="),
        "The window is turned round by 180 degrees, as mathematicians do. Here it isn't.":
            ("window[i][j]", "window[2 - i][2 - j]"),
        "The rows and columns of the window are swapped.": ("window[i][j]", "window[j][i]"),
        "That is the mean over the channels. Add them up.":
            ("append(total)", "append(total / len(windows))"),
        "That adds up the numbers in each window. Multiply each by its weight first.":
            ("window[i][j] * ", ""),
    },
)
def convolve(channels, windows, padding):
    if padding == 1:
        zeros = [0] * (len(channels[0][0]) + 2)
        channels = [[zeros] + [[0] + row + [0] for row in c] + [zeros] for c in channels]
    result = []
    for row in range(len(channels[0]) - 2):
        result.append([])
        for column in range(len(channels[0][0]) - 2):
            total = 0
            for channel, window in zip(channels, windows):
                for i in range(3):
                    for j in range(3):
                        total += window[i][j] * channel[row + i][column + j]
            result[row].append(total)
    return result


# --- drawings made in code ------------------------------------------------------------------------


# --- networks as files and as plain numbers -------------------------------------------------------


def export(network: nn.Module, example: tuple, path: Path, inputs: list[str],
           outputs: list[str]) -> None:
    """Write a network to an ONNX file, without the exporter's messages about its inner workings.

    example: what the network is called with while the exporter looks on; inputs, outputs: names for
    what goes in and comes out.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, example, path, input_names=inputs, output_names=outputs,
                          external_data=False, verbose=False)


def your_network(path: str | Path, train: AdderDataset) -> IdentityAdderModel:
    """The network that was kept in a file, or, if there is none, one that is trained now by
    `train_small`. It says which, and is in evaluation mode."""
    if Path(path).exists():
        print(f"This is your network, from {path}.")
        return load_checkpoint(path)[0]
    print(f"There is no {path} here, so a network is trained now.")
    return train_small(train, seed=0)


def plain_numbers(model: IdentityAdderModel) -> tuple[list, list, tuple]:
    """The trained network as lists of numbers: its convolutions, dense layers and two heads.

    A layer is its weights and, for each channel or neuron, the factor and the number to add that
    its batch norm comes to. A head is its weights alone.
    """
    blocks = [part for block in (model.block1, model.block2, model.block3) for part in block[:2]]
    dense = model.embedding, *model.adder
    return ([_numbers_of(part[0], part[2]) for part in blocks],
            [_numbers_of(part[0], part[1]) for part in dense],
            (model.digit_head.weight.tolist(), model.sum_head.weight.tolist()))


def _numbers_of(layer, norm) -> tuple[list, list, list]:
    factor = norm.weight / (norm.running_var + norm.eps).sqrt()
    shift = norm.bias - norm.running_mean * factor
    return layer.weight.tolist(), factor.tolist(), shift.tolist()


def rounded_networks() -> pd.DataFrame:
    """What `experiments/measure_rounding.py` measured of five networks: for each seed and layer,
    percent of the images right with this layer `alone` in 2 bits, and with all `but` this layer."""
    runs = read_results("rounding.jsonl")
    return pd.DataFrame([dict(seed=run.seed, layer=layer, alone=run.alone[layer],
                              but=run.but[layer])
                         for run in runs.itertuples() for layer in layers])


def coins(before: Tensor, after: Tensor) -> dict[str, float]:
    """How often only the network with 32 bits is right, how often only the other one, and the
    p-value of McNemar's test in percent. before, after: which images each reads, bool (n,)."""
    lost, won = int((before & ~after).sum()), int((~before & after).sum())
    p = float(binomtest(lost, max(1, lost + won)).pvalue)  # at least one coin
    return {"only 32 bits right": lost, "only the other right": won, "p-value, %": 100 * p}


# --- figures --------------------------------------------------------------------------------------


@in_style
def plot_opening() -> Figure:
    """Some weights of the fourth convolution as they are and in fewer bits: how few are enough?"""
    windows = load_pretrained().state_dict()["block2.1.0.weight"][:6, :6]
    weights = windows.transpose(1, 2).reshape(18, 18)
    figure, axes = plt.subplots(1, 4, figsize=(6.4, 2.2))
    for ax, bits in zip(axes, (32, 8, 4, 2)):
        if bits < 32:
            whole, scale, zero_point = checks.quantise.solution(weights, bits)
        shown = weights if bits == 32 else (whole - zero_point) * scale
        draw_signed(ax, shown, weights.abs().max().item(), f"{bits} bits")
        ax.text(0.5, -0.06, "It reads." if bits == 32 else "?", transform=ax.transAxes,
                ha="center", va="top", color=GREY)
    return labelled(figure, "The weights of a layer in 32, 8, 4 and 2 bits: with fewer bits, fewer "
                            "shades are left. With 32 bits, the network reads.")


@in_style
def plot_rulers(values: Tensor, bits: int) -> Figure:
    """Two rulers: above, the whole numbers of so many bits, and below, the values that they stand
    for, with a line from each value to its whole number; 0, which is among them, in orange."""
    whole, scale, zero_point = checks.quantise.solution(values, bits)
    figure, ax = plt.subplots(figsize=(6.2, 1.7))
    ends = values.min().item(), values.max().item()
    for y in (0, 1):
        ax.plot(ends, [y, y], color=GREY)
    pairs = []
    for value, number in zip(values.tolist(), whole.tolist()):
        ax.plot([value, (number - zero_point) * scale], [0, 1], marker="|", markersize=9,
                color=ORANGE if value == 0 else BLUE)
        looks: dict = dict(textcoords="offset points", ha="center", color=GREY)
        ax.annotate(f"{value:.3g}".replace("-", "\u2212"), (value, 0), (0, -16), **looks)
        ax.annotate(f"{number:.0f}", (value, 1), (0, 8), **looks)
        pairs.append(f"{value:.3g} is {number:.0f}")
    edge = 0.04 * (ends[1] - ends[0])
    ax.set(xlim=(ends[0] - edge, ends[1] + edge), ylim=(-0.6, 1.6), xticks=[], yticks=[0, 1],
           yticklabels=["value", "whole number"])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return labelled(figure, f"Two rulers, values and whole numbers: {', '.join(pairs)}.")


@in_style
def plot_layers(alone: dict[str, float], but: dict[str, float], others: pd.DataFrame) -> Figure:
    """Percent of the answers right with one layer alone in 2 bits, and with all but that one, a row
    for each layer: of the network at hand in orange, and, in blue, of `rounded_networks`."""
    figure, axes = plt.subplots(1, 2, figsize=(6.4, 3.2), sharex=True, sharey=True)
    words = []
    for ax, kind, measured, title in ((axes[0], "alone", alone, "this layer alone"),
                                      (axes[1], "but", but, "all but this layer")):
        for row, (layer, percent) in enumerate(measured.items()):
            runs = others.loc[others["layer"] == layer, kind]
            apart = row + np.linspace(-0.2, 0.2, len(runs))
            ax.plot(runs, apart, "o", color=BLUE, markersize=3.5)
            ax.plot(percent, row, "D", color=ORANGE, markersize=5)
            words.append(f"{title}, {layer}: {percent:.0f}, others {runs.min():.0f} to "
                         f"{runs.max():.0f}")
        ax.set(title=f"2 bits: {title}", xlim=(-3, 103), yticks=range(len(measured)),
               yticklabels=list(measured), xlabel="both right, %")
        ax.axvline(50, color=GREY, linewidth=0.5, linestyle=":")
    axes[0].invert_yaxis()
    return labelled(figure, f"Dots for each layer, both right, %: {'; '.join(words)}.")
