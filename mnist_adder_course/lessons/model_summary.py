"""Model summary: what the lesson asks, checks and draws."""

from __future__ import annotations

import html
from contextlib import suppress

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor, nn

from mnist_adder_lib.data import AdderDataset, as_input
from mnist_adder_lib.model import IdentityAdderModel, conv, receptive_fields
from mnist_adder_lib.plots import (
    BLUE,
    GREY,
    ORANGE,
    draw_image,
    in_style,
    labelled,
    plot_network,
)

from ..exercises.checks import Checks, Observed, rand_int
from ..exercises.questions import Guesses

guesses = Guesses.load("model_summary")
checks = Checks()
SIDE = 28  # of an image, in pixels


def build(batch_norm: bool, average: bool, dropout: float = 0) -> nn.Sequential:
    """A small network that reads digits: images (n, 1, 28, 28), normalised, to logits (n, 10).

    Three convolutions with a max pooling after each leave 16 channels of 3x3 values.

    - batch_norm: whether there is one after each convolution
    - average: whether each channel is averaged before the last layer, or all are flattened
    - dropout: the probability that a channel is dropped, from 0 to 1
    """
    layers: list[nn.Module] = []
    for inputs, outputs in [(1, 8), (8, 16), (16, 16)]:
        layers += [nn.Conv2d(inputs, outputs, kernel_size=3, padding=1, bias=False), nn.ReLU()]
        if batch_norm:
            layers.append(nn.BatchNorm2d(outputs))
        layers += [nn.Dropout2d(dropout), nn.MaxPool2d(2)]
    if average:
        layers.append(nn.AdaptiveAvgPool2d(1))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(16 if average else 16 * 3 * 3, 10))


def train_and_measure(
    network: nn.Module, train: AdderDataset, validation: AdderDataset
) -> tuple[float, float]:
    """Train a network of `build` for three epochs, on the first 4,000 images; return how many
    percent it reads of the first 2,000 validation images, and of these moved down by four pixels.
    """
    _train(network, as_input(train.images[:4000]), train.digits[:4000])
    unseen, digits = as_input(validation.images[:2000]), validation.digits[:2000]
    network.eval()
    with torch.no_grad():
        right = [network(images).argmax(dim=1) == digits
                 for images in (unseen, unseen.roll(4, dims=2))]
    percent, moved = (100 * answers.float().mean().item() for answers in right)
    return percent, moved


def _train(network: nn.Module, images: Tensor, digits: Tensor) -> None:
    network.train()
    for rate in (0.05, 0.02, 0.005):  # one epoch each
        optimizer = torch.optim.SGD(network.parameters(), lr=rate, momentum=0.9)
        for batch in torch.randperm(len(images)).split(50):
            optimizer.zero_grad()
            F.cross_entropy(network(images[batch]), digits[batch]).backward()
            optimizer.step()


def _sizes():
    yield 1, 8, 5
    for kernel in (3, 7, 1, 5):
        yield rand_int(2, 15), rand_int(16, 32), kernel


@checks.add(
    "Nearly all parameters are weights of the convolution: its channels in, times its channels "
    "out, times the width of the window squared.",
    probes=_sizes,
    mistakes={
        "`^` isn't a power in Python. A power is written `**`.": [
            lambda i, o, k: k ^ 2 * i * o + 2 * o, lambda i, o, k: i * o * k ^ 2 + 2 * o,
            lambda i, o, k: (k ^ 2) * i * o + 2 * o],
        "Your window is always 3x3, but this one is `kernel` pixels wide and high.":
            lambda i, o, k: 9 * i * o + 2 * o,
        "The window is as high as it is wide: `kernel * kernel` weights.":
            [lambda i, o, k: k * i * o + 2 * o, lambda i, o, k: 2 * k * i * o + 2 * o],
        "Batch norm has parameters as well: two for each channel.": lambda i, o, k: k * k * i * o,
        "Batch norm has two parameters for each channel: one to multiply by and one to add.":
            lambda i, o, k: k * k * i * o + o,
        "Batch norm's two parameters belong to a channel, whatever the window is: `2 * outputs`.": [
            lambda i, o, k: k * k * i * o + 2 * o * k,
            lambda i, o, k: k * k * i * o + 2 * o * k * k],
        "Batch norm comes after the convolution, so it has two parameters for each channel that "
        "comes *out*: `2 * outputs`.": [
            lambda i, o, k: k * k * i * o + 2 * i * o, lambda i, o, k: k * k * i * o + 2 * (i + o)],
        "Only batch norm has two parameters for each channel. The convolution's weights are there "
        "once.": [lambda i, o, k: 2 * (k * k * i * o + o), lambda i, o, k: 2 * k * k * i * o,
                  lambda i, o, k: 2 * (k * k * i * o + 2 * o)],
        "Only the width of the window is squared: `kernel ** 2 * inputs * outputs`.": [
            lambda i, o, k: (k * i * o) ** 2 + 2 * o, lambda i, o, k: (k * i) ** 2 * o + 2 * o,
            lambda i, o, k: k * k * i * o * o + 2 * o],
        "Batch norm has two parameters for *each* channel, not two in all.":
            lambda i, o, k: k * k * i * o + 2,
        "The running averages are measured, not learned. Batch norm has two parameters for each "
        "channel.": lambda i, o, k: k * k * i * o + 4 * o,
        "The convolution here has no bias.": lambda i, o, k: k * k * i * o + 3 * o,
        "Each channel that comes out has a window of weights for every channel that goes in.":
            [lambda i, o, k: k * k * o + 2 * o, lambda i, o, k: k * k * o,
             lambda i, o, k: k * k * i + 2 * o],
        "There is a window for each pair of a channel in and a channel out. So multiply the two "
        "numbers of channels; don't add them.":
            [lambda i, o, k: k * k * (i + o) + 2 * o, lambda i, o, k: k * k * (i + o)],
        "Batch norm comes after the convolution. How many channels are there by then?":
            lambda i, o, k: k * k * i * o + 2 * i,
    },
)
def conv_parameters(inputs, outputs, kernel):
    return kernel * kernel * inputs * outputs + 2 * outputs


NO_NETWORK = ("Return the network itself, a single module such as nn.Sequential(...). A list of "
              "layers isn't a network, and neither is what a network computes.")
MORE_STEPS = ("The network has a dropout or a batch norm besides those of the two conv blocks. "
              "Build it of the six steps alone.")
NO_FIT = ("The layers don't fit together: each has to take what the layer before it computes. "
          "Before the fully connected layer come the average, which leaves one value of each "
          "channel, and the flattening.")


def _read(digit_reader, channels) -> Observed:
    """The shapes of a network's weights, and what it makes of two images with given weights."""
    network = digit_reader(channels)
    if not isinstance(network, nn.Module):
        return Observed(rules={NO_NETWORK: False})
    parameters = [parameter for kind in (nn.Conv2d, nn.BatchNorm2d, nn.Linear)
                  for layer in network.eval().modules() if isinstance(layer, kind)
                  for parameter in layer.parameters()]
    torch.manual_seed(0)
    for parameter in parameters:  # a fresh batch norm changes nothing, wherever it is
        nn.init.uniform_(parameter, -1, 1)
    logits = None
    with torch.no_grad(), suppress(RuntimeError):
        logits = network(torch.rand(2, 1, SIDE, SIDE))
    effects = {"the shapes of the weights": [list(parameter.shape) for parameter in parameters]}
    if logits is None:
        return Observed(effects=effects, rules={NO_FIT: False})
    return Observed(effects=effects | {"the logits of two images": logits},
                    rules={MORE_STEPS: not _has_more_steps(network)})


def _has_more_steps(network: nn.Module) -> bool:
    """Whether a layer isn't one of the six steps, though in eval() mode it may change nothing.

    The lesson's conv block ends with batch norm and dropout: right after a batch norm, dropout is
    part of the block.
    """
    before = None
    for layer in network.modules():
        if list(layer.children()):
            continue
        norm = (isinstance(layer, nn.modules.batchnorm._BatchNorm)
                and not isinstance(layer, nn.BatchNorm2d))
        dropout = (isinstance(layer, nn.modules.dropout._DropoutNd) and layer.p > 0
                   and not isinstance(before, nn.BatchNorm2d))
        if norm or dropout:
            return True
        before = layer
    return False


def _reordered(*places):
    def digit_reader(channels):
        network = checks.digit_reader.solution(channels)
        for step in (0, 2):
            network[step] = nn.Sequential(*(network[step][place] for place in places))
        return network

    return digit_reader


ONE, TWO = "conv(1, channels)", "conv(channels, 2 * channels, padding=0)"
POOL, LAST = "nn.MaxPool2d(2)", "nn.Linear(2 * channels, 10, bias=False)"


@checks.add(
    "These six steps are a whole network, which can learn to read digits. It can't add, though: no "
    "number goes in.",
    probes=[(3,), (2,), (5,)], observe=_read,
    mistakes={
        NO_NETWORK: lambda channels: [nn.Flatten()],
        "`nn.Sequential` takes the steps one after the other, not in a list. Remove the square "
        "brackets.":
            lambda channels: nn.Sequential([nn.Flatten()]),  # type: ignore[call-overload]
        NO_FIT: [("nn.Flatten(),", ""), ("nn.AdaptiveAvgPool2d(1),", "")],
        "A grey image goes into the first convolution, and it has one channel.":
            (ONE, "conv(channels, channels)"),
        "The second convolution should make twice as many channels as the first one.":
            [("channels, 2 * ", "channels, "), ("2 * ", ""), ("channels, 2 * ", "channels, 2 / ")],
        "The first convolution should make `channels` channels. Yours always makes the same "
        "number.":
            [("(channels):", f"(channels):\n    channels = {fixed}") for fixed in (4, 8, 16)],
        "There are twice `channels` channels, and the average leaves one value of each. So the "
        "fully connected layer has `2 * channels` inputs.": [
            ("Linear(2", "Linear(12 * 12 * 2"), ("Linear(2 * channels", "Linear(channels")],
        "There are ten digits, so the last layer should compute ten logits.":
            [("10", "19"), ("10", "9")],
        "The fully connected layer should have no bias: bias=False.": ("False", "True"),
        "The first convolution should keep the size of the image, so it needs padding=1.":
            [("(1, channels", "(1, channels, padding=0"),
             (", padding=0", "", "(1, channels", "(1, channels, padding=0")],
        "The second convolution should have no padding: padding=0.": (", padding=0", ""),
        "There should be a max pooling between the two conv blocks.": (POOL + ",", ""),
        "One max pooling is enough, between the two conv blocks.": (TWO, f"{TWO}, {POOL}"),
        "The max pooling comes between the two conv blocks, not after the second one.":
            (POOL + ",", "", TWO, f"{TWO}, {POOL}"),
        "The number in `nn.MaxPool2d` is the width of its window, not the number of channels. A "
        "window of 2 halves height and width.": ("MaxPool2d(2)", "MaxPool2d(channels)"),
        "In a conv block ReLU comes before batch norm.": _reordered(0, 2, 1),
        "The ReLU is missing. It comes between convolution and batch norm.": _reordered(0, 2),
        "A batch norm is missing. Each of the two conv blocks has one.":
            [_reordered(0, 1), (TWO, "nn.Conv2d(channels, 2 * channels, 3, bias=False)")],
        "That keeps the largest value of each channel. Keep the average.": ("Avg", "Max"),
        "There should be no ReLU after the last layer: logits may be negative.":
            (LAST, LAST + ", nn.ReLU()"),
        "The network should return logits. Softmax turns them into probabilities later.":
            [(LAST, LAST + ", nn.Softmax(dim=1)"), (LAST, LAST + ", nn.LogSoftmax(dim=1)")],
        "The pooling between the conv blocks averages its windows. A max pooling keeps the "
        "largest value.": ("nn.MaxPool2d(2)", "nn.AvgPool2d(2)"),
        MORE_STEPS: [(LAST, f"{LAST}, {more}") for more in ("nn.BatchNorm1d(10)", "nn.Dropout()")],
        "A conv block's convolution has no bias: `bias=False`. The batch norm after it adds a "
        "number of its own to each channel.": [
            change for first in ("nn.Sequential(nn.Conv2d(1, channels, 3, padding=1), nn.ReLU(), "
                                 "nn.BatchNorm2d(channels))", ONE)
            for second in ("nn.Sequential(nn.Conv2d(channels, 2 * channels, 3), nn.ReLU(), "
                           "nn.BatchNorm2d(2 * channels))", TWO)
            if (change := (ONE, first, TWO, second)) != (ONE, ONE, TWO, TWO)],
        "These are bare convolutions, with biases. A conv block is a convolution without "
        "bias, then ReLU, then batch norm: `conv` makes one.":
            (ONE, "nn.Conv2d(1, channels, 3, padding=1)",
             TWO, "nn.Conv2d(channels, 2 * channels, 3)"),
    },
)
def digit_reader(channels):
    return nn.Sequential(
        conv(1, channels),
        nn.MaxPool2d(2),
        conv(channels, 2 * channels, padding=0),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(2 * channels, 10, bias=False),
    )


def _units():
    fields = receptive_fields(IdentityAdderModel())
    for layer in (7, 6, 4, 2, 0, 5):
        field = fields[layer]
        for unit in (0, 3, units(field) - 1, 2):  # in layer 7, unit 2 sees beyond both borders
            yield unit, field["start"], field["jump"], field["size"]


FIRST, ENDS = "max(0, middle - half)", "max(0, middle - half), min(27, middle + half)"


@checks.add(
    "With this you can tell, for every unit of every layer, which part of the image it depends on.",
    probes=_units,
    mistakes={
        "You return the last column first.":
            (ENDS, "min(27, middle + half), max(0, middle - half)"),
        "This receptive field reaches over the border, but the image only has columns 0 to 27. You "
        "can limit both ends with `max` and `min`.": (ENDS, "middle - half, middle + half"),
        "A field that is wider than the image reaches over both borders. Limit each end on its "
        "own, without `elif` or `else`.": [
            ("    return ", "    if middle < half:\n        return 0, middle + half\n    return "),
            ("    return ", "    if middle + half > 27:\n        return middle - half, 27\n"
                            "    return ")],
        "On the left, the receptive field reaches over the border. The first column of the image "
        "is 0.":
            (FIRST, "middle - half"),
        "On the right, the receptive field reaches over the border. The last column of the image "
        "is 27.":
            ("min(27, middle + half)", "middle + half"),
        "The image has 28 columns, counted from 0, so the last one is 27.": ("27", "28"),
        "The receptive field has `size` columns, but from the first one to the last one there are "
        "only `size - 1` steps.": ("(size - 1) / 2", "size / 2"),
        "You rounded the half. From the middle to each end there are (size - 1) / 2 columns.":
            [("/ 2", "// 2"), ("(size - 1) / 2", "size // 2")],
        "Your last column is one too far: `size` columns include the first one.":
            ("middle + half", "middle - half + size"),
        "`start` leads to the middle of the receptive field, so half of the field lies to the "
        "left.":
            ("middle - half", "middle", "+ half", "+ size - 1"),
        "The middle of unit 0's receptive field is at `start`, not at 0.": ("start + ", ""),
        "Units are counted from 0: the middle of unit 0's receptive field is at `start`.":
            ("unit *", "(unit - 1) *"),
        "Neighbouring units are `jump` pixels apart, not one pixel.": (" * jump", ""),
        "Half of the receptive field lies to the left of its middle, and half to the right.":
            [("(size - 1) / 2", "size"), ("(size - 1) / 2", "size - 1")],
        "You limit the wrong ends: `max(0, ...)` is never below 0, and `min(27, ...)` never above "
        "27.":
            (ENDS, "min(0, middle - half), max(27, middle + half)"),
    },
)
def columns_seen(unit, start, jump, size):
    middle = start + unit * jump
    half = (size - 1) / 2
    return max(0, middle - half), min(27, middle + half)


def units(field: dict) -> int:
    """How many units the layer of a receptive field has in a row."""
    beyond = 0 if field["padding"] else field["start"]  # without padding the border gets none
    return len(np.arange(field["start"], SIDE - max(beyond, 0.5), field["jump"]))


@in_style
def plot_here(model: IdentityAdderModel, image: Tensor, part: str) -> Figure:
    """The network as `plot_network` draws it, with a frame around one of its parts."""
    figure = plot_network(model, image, 5)
    here = next(ax for ax in figure.axes if ax.get_title() == part)
    here.set_title(part, size=8, weight="bold")
    here.add_patch(Rectangle((-0.1, -0.03), 1.2, 1.06, transform=here.transAxes, fill=False,
                             edgecolor=ORANGE, linewidth=2, clip_on=False))
    return labelled(figure, f"{figure.get_label()} A frame is around one part: {part}.")


@in_style
def plot_batches(batches: dict) -> Figure:
    """Values before batch norm and after it, on a number line for each batch; the followed value is
    orange.

    batches: name -> (values before, values after, the value that is followed).
    """
    figure, axes = plt.subplots(len(batches), 1, figsize=(5.5, 1.05 * len(batches) + 0.4),
                                sharex=True)
    said = []
    for ax, (name, (before, after, followed)) in zip(np.atleast_1d(axes), batches.items()):
        for value, result in zip(before, after):
            colour = ORANGE if value == followed else BLUE
            ax.annotate("", (result, 0), (value, 1),
                        arrowprops=dict(arrowstyle="-|>", color=colour, alpha=0.6))
            ax.plot([value, result], [1, 0], "o", linestyle="", color=colour)
            if value == followed:
                ax.annotate(f"{result:.2f}", (result, 0), (0, -14), textcoords="offset points",
                            ha="center", color=GREY)
                said.append(f"{name}: {value:g} becomes {result:.2f}")
        ax.set(yticks=[0, 1], yticklabels=["after", "before"], ylim=(-0.7, 1.3), title=name)
    return labelled(figure, "Dots on number lines, joined by arrows. " + "; ".join(said) + ".")


@in_style
def plot_flat_or_mean(features: dict) -> Figure:
    """A channel as a grid, laid out in one row, and its average as a bar; a row for each channel.

    features: name -> (rows, columns).
    """
    figure, axes = plt.subplots(len(features), 3, figsize=(5.5, 1.2 * len(features) + 0.3),
                                width_ratios=[2, 4, 2], squeeze=False)
    top, said = max(float(values.max()) for values in features.values()), []
    for (grid, flat, mean), (name, values) in zip(axes, features.items()):
        rows = [(grid, np.asarray(values)), (flat, np.asarray(values).reshape(1, -1))]
        for ax, shown in rows:
            ax.imshow(shown, cmap="gray", vmin=0, vmax=top)
            for (row, column), value in np.ndenumerate(shown):
                ax.text(column, row, f"{value:g}", ha="center", va="center",
                        color="black" if value > top / 2 else "white")
            ax.set(xticks=[], yticks=[])
        grid.set_ylabel(name)
        mean.barh(0, float(values.mean()), color=ORANGE)
        mean.set(xlim=(0, top), ylim=(-1, 1), yticks=[])
        mean.annotate(f"{float(values.mean()):g}", (float(values.mean()), 0), (4, 0),
                      textcoords="offset points", va="center", color=GREY)
        said.append(f"{name}: in a row {np.asarray(values).ravel().tolist()}, average "
                    f"{float(values.mean()):g}")
    for ax, title in zip(axes[0], ["channel", "flattened", "average"]):
        ax.set_title(title)
    return labelled(figure, "Grids, rows and bars. " + "; ".join(said) + ".")


@in_style
def plot_receptive_field(image, fields: list[dict], layer: int, row=None, column=None) -> Figure:
    """What one unit of a layer sees of an image, and the size of every layer's field.

    image: (1, 28, 28), normalised; fields: what `receptive_fields` gives; layer: index into it;
    row, column: of the unit, the middle one by default; beyond the last the last one.
    """
    field, count = fields[layer], units(fields[layer])
    row, column = (count // 2 if index is None else min(index, count - 1)
                   for index in (row, column))
    size = field["size"]
    top, left = (field["start"] + index * field["jump"] - size / 2 for index in (row, column))
    seen = [f"{max(0, round(low + 0.5))} to {min(SIDE, round(low + 0.5) + size) - 1}"
            for low in (top, left)]
    title = f"unit ({row}, {column}) of {count}x{count}\nrows {seen[0]}, columns {seen[1]}"
    figure, (picture, bars) = plt.subplots(1, 2, figsize=(5.5, 2.9), width_ratios=[1.35, 1])
    draw_image(picture, image[0], title)
    picture.add_patch(Rectangle((left, top), size, size, facecolor=to_rgba(ORANGE, 0.45),
                                edgecolor=ORANGE, linewidth=2))
    picture.set(xlim=(-11, 38), ylim=(38, -11))
    _draw_sizes(bars, fields, layer)
    return labelled(figure, f"{title.capitalize()}, in {field['layer']}. ".replace("\n", " sees ")
                    + f"Its window covers {size} x {size} pixels.")


def _draw_sizes(ax, fields: list[dict], layer: int) -> None:
    table = pd.DataFrame(fields)
    bars = ax.barh(table["layer"], table["size"], color=GREY)
    bars[layer].set(color=ORANGE)
    ax.bar_label(bars, padding=3, color=GREY)
    ax.axvline(SIDE, color=GREY, linestyle=":")
    ax.set(xlim=(0, 38), xlabel="pixels (dotted: the image)")
    ax.invert_yaxis()


class Wide:
    """Text in columns, which scrolls where the page is narrow instead of being wrapped."""

    def __init__(self, text):
        self.text = str(text)

    def __repr__(self):
        return self.text

    def _repr_html_(self):
        style = "overflow-x: auto; white-space: pre; word-break: normal"
        return f'<pre tabindex="0" style="{style}">{html.escape(self.text)}</pre>'
