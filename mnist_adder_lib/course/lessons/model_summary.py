"""Model summary: what the lesson asks, checks and draws."""

from __future__ import annotations

import html
from contextlib import suppress

import matplotlib.pyplot as plt
import pandas as pd
import torch
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import nn

from ...model import IdentityAdderModel, conv, receptive_fields
from ..exercises.checks import Checks, Observed, rand_int
from ..exercises.guesses import Guesses
from ..notebook.figures import GREY, ORANGE, draw_image, in_style, labelled
from ..widgets.unit_explorer import SIDE, UnitExplorer, units

guesses = Guesses.load("model_summary")
checks = Checks()


def _sizes():
    yield 1, 8, 5
    for kernel in (3, 7, 1, 5):
        yield rand_int(2, 15), rand_int(16, 32), kernel


@checks.add(
    "What costs is channels in times channels out, and the window's side, squared.",
    probes=_sizes,
    mistakes={
        "`^` is no power in Python: that is `**`.": [
            lambda i, o, k: k ^ 2 * i * o + 2 * o, lambda i, o, k: i * o * k ^ 2 + 2 * o,
            lambda i, o, k: (k ^ 2) * i * o + 2 * o],
        "Your window is always 3x3, but this one is `kernel` wide.":
            lambda i, o, k: 9 * i * o + 2 * o,
        "The window is as high as it is wide: `kernel * kernel` weights.":
            [lambda i, o, k: k * i * o + 2 * o, lambda i, o, k: 2 * k * i * o + 2 * o],
        "Batch norm learns, too: two values for each channel.": lambda i, o, k: k * k * i * o,
        "Batch norm learns two values for each channel: one to multiply by and one to add.":
            lambda i, o, k: k * k * i * o + o,
        "Batch norm has two values for *each* channel, not two in all.":
            lambda i, o, k: k * k * i * o + 2,
        "Mean and standard deviation are measured, not learned. Batch norm learns two for each "
        "channel.": lambda i, o, k: k * k * i * o + 4 * o,
        "The convolution has no bias.": lambda i, o, k: k * k * i * o + 3 * o,
        "Each channel that leaves has a window for every channel that comes in.":
            [lambda i, o, k: k * k * o + 2 * o, lambda i, o, k: k * k * o,
             lambda i, o, k: k * k * i + 2 * o],
        "A window belongs to a pair, of one channel in and one out. So multiply the two numbers of "
        "channels, don't add them.":
            [lambda i, o, k: k * k * (i + o) + 2 * o, lambda i, o, k: k * k * (i + o)],
        "Batch norm comes after the convolution. How many channels are there?":
            lambda i, o, k: k * k * i * o + 2 * i,
    },
)
def conv_parameters(inputs, outputs, kernel):
    return kernel * kernel * inputs * outputs + 2 * outputs


NO_NETWORK = ("It should return the network, one module made of several, such as "
              "nn.Sequential(...), not a list and not what comes out of it.")
NO_FIT = ("The layers don't fit: each takes what the one before gives. Before the fully connected "
          "layer come the average, one value for each channel, and the flattening.")


def _read(digit_reader, channels) -> Observed:
    """The shapes of a network's weights, and what it makes of two images with given weights."""
    network = digit_reader(channels)
    if not isinstance(network, nn.Module):
        return Observed(rules={NO_NETWORK: False})
    parameters = [parameter for kind in (nn.Conv2d, nn.BatchNorm2d, nn.Linear)
                  for layer in network.eval().modules() if isinstance(layer, kind)
                  for parameter in layer.parameters()]
    torch.manual_seed(0)
    for parameter in parameters:  # a fresh batch norm changes nothing, wherever it stands
        nn.init.uniform_(parameter, -1, 1)
    logits = None
    with torch.no_grad(), suppress(RuntimeError):
        logits = network(torch.rand(2, 1, SIDE, SIDE))
    effects = {"the shapes of the weights": [list(parameter.shape) for parameter in parameters]}
    if logits is None:
        return Observed(effects=effects, rules={NO_FIT: False})
    return Observed(effects=effects | {"the logits of two images": logits})


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
    "Your own network: six steps, and it would learn to read digits. Numbers it can't add.",
    probes=[(3,), (2,), (5,)], observe=_read,
    mistakes={
        NO_NETWORK: lambda channels: [nn.Flatten()],
        "`nn.Sequential` takes the steps one after the other, not in a list: leave out the square "
        "brackets.":
            lambda channels: nn.Sequential([nn.Flatten()]),  # type: ignore[call-overload]
        NO_FIT: [("nn.Flatten(),", ""), ("nn.AdaptiveAvgPool2d(1),", "")],
        "The first convolution takes a grey image, which has one channel.":
            (ONE, "conv(channels, channels)"),
        "The second convolution makes twice as many channels as the first.":
            [("channels, 2 * ", "channels, "), ("2 * ", ""), ("channels, 2 * ", "channels, 2 / ")],
        "The first convolution makes as many channels as `channels` says, not always the same.":
            [("(channels):", f"(channels):\n    channels = {fixed}") for fixed in (4, 8, 16)],
        "The average leaves one value for each of the channels, twice `channels`. So many go into "
        "the fully connected layer.": [
            ("Linear(2", "Linear(12 * 12 * 2"), ("Linear(2 * channels", "Linear(channels")],
        "There are ten digits, so ten logits should leave the last layer.":
            [("10", "19"), ("10", "9")],
        "Make the fully connected layer without bias: bias=False.": ("False", "True"),
        "The first convolution should keep the size of the image: with padding=1.":
            [("(1, channels", "(1, channels, padding=0"),
             (", padding=0", "", "(1, channels", "(1, channels, padding=0")],
        "The second convolution should have no padding: padding=0.": (", padding=0", ""),
        "There should be a max pooling between the two conv sequentials.": (POOL + ",", ""),
        "One max pooling is enough, between the two conv sequentials.": (TWO, f"{TWO}, {POOL}"),
        "The max pooling stands between the two conv sequentials, not behind the second.":
            (POOL + ",", "", TWO, f"{TWO}, {POOL}"),
        "The number in `nn.MaxPool2d` is the side of its window, not the number of channels: a "
        "window of 2 halves the sides.": ("MaxPool2d(2)", "MaxPool2d(channels)"),
        "In a conv sequential ReLU comes before batch norm.": _reordered(0, 2, 1),
        "The ReLU is missing: it stands between convolution and batch norm.": _reordered(0, 2),
        "A batch norm is missing: each of the two conv sequentials ends with one.":
            [_reordered(0, 1), (TWO, "nn.Conv2d(channels, 2 * channels, 3, bias=False)")],
        "That is the largest value of each channel. The average is wanted.": ("Avg", "Max"),
        "No ReLU behind the last layer: logits may be negative.": (LAST, LAST + ", nn.ReLU()"),
        "Logits are wanted: softmax makes probabilities of them, later.":
            (LAST, LAST + ", nn.Softmax(dim=1)"),
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
        for unit in (0, 3, units(field) - 1):
            yield unit, field["start"], field["jump"], field["size"]


FIRST, ENDS = "max(0, middle - half)", "max(0, middle - half), min(27, middle + half)"


@checks.add(
    "With this you know of every unit of every layer what it can know of the image.",
    probes=_units,
    mistakes={
        "You gave the last column first.": (ENDS, "min(27, middle + half), max(0, middle - half)"),
        "The window hangs over the border. Of the image it sees columns from 0 to 27 only: `max` "
        "and `min` can cut it off.": (ENDS, "middle - half, middle + half"),
        "On the left the window hangs over the border: the image begins with column 0.":
            (FIRST, "middle - half"),
        "On the right the window hangs over the border: the image ends with column 27.":
            ("min(27, middle + half)", "middle + half"),
        "The image has 28 columns, so the last of them is 27.": ("27", "28"),
        "The last column is counted, too: `size` columns, but `size - 1` steps from the first to "
        "the last.": ("(size - 1) / 2", "size / 2"),
        "You rounded the half: from the middle to each end it is (size - 1) / 2.":
            [("/ 2", "// 2"), ("(size - 1) / 2", "size // 2")],
        "The last one is a column too far: the first is counted, too.":
            ("middle + half", "middle - half + size"),
        "The centre is in the middle of what the unit sees: half of it lies to the left.":
            ("middle - half", "middle", "+ half", "+ size - 1"),
        "The centre of unit 0 is at `start`, not at 0.": ("start + ", ""),
        "The units are counted from 0: the centre of unit 0 is at `start`.":
            ("unit *", "(unit - 1) *"),
        "Neighbouring units are `jump` pixels apart, not one.": (" * jump", ""),
        "The size goes half to the left and half to the right.":
            [("(size - 1) / 2", "size"), ("(size - 1) / 2", "size - 1")],
        "Cut off at the wrong ends: `max(0, ...)` is never below 0, `min(27, ...)` never above 27.":
            (ENDS, "min(0, middle - half), max(27, middle + half)"),
    },
)
def columns_seen(unit, start, jump, size):
    middle = start + unit * jump
    half = (size - 1) / 2
    return max(0, middle - half), min(27, middle + half)


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


def explore_units(image, fields: list[dict]) -> UnitExplorer:
    """A widget: choose any unit of any layer, and see what it sees of an image, (1, 28, 28)."""
    return UnitExplorer(image[0], fields)


class Wide:
    """Text in columns, which scrolls where the page is narrow instead of being wrapped."""

    def __init__(self, text):
        self.text = str(text)

    def __repr__(self):
        return self.text

    def _repr_html_(self):
        style = "overflow-x: auto; white-space: pre; word-break: normal"
        return f'<pre tabindex="0" style="{style}">{html.escape(self.text)}</pre>'
