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
from torch.utils.data import DataLoader

from mnist_adder_lib.checkpoint import load_pretrained
from mnist_adder_lib.data import AdderDataset, as_input
from mnist_adder_lib.drawing import frame_strokes
from mnist_adder_lib.model import IdentityAdderModel, fully_connected, receptive_fields
from mnist_adder_lib.shared import SEVEN

from ..common.adders import train_in_thirds
from ..exercises.checks import Checks, Observed, rand_int
from ..exercises.questions import Guesses
from ..plots import (
    GREY,
    ORANGE,
    draw_image,
    in_style,
    labelled,
    plot_network,
    text_on,
)

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
    images, digits = as_input(train.images[:4000]), train.digits[:4000]

    def loss_of(batch: Tensor) -> Tensor:
        return F.cross_entropy(network(images[batch]), digits[batch])

    train_in_thirds(network, loss_of, len(images))
    unseen = as_input(validation.images[:2000])
    network.eval()
    with torch.no_grad():
        right = [network(shown).argmax(dim=1) == validation.digits[:2000]
                 for shown in (unseen, unseen.roll(4, dims=2))]
    percent, moved = (100 * answers.float().mean().item() for answers in right)
    return percent, moved


def measure_parts(
    train: AdderDataset, validation: AdderDataset
) -> dict[str, tuple[float, float]]:
    """What `train_and_measure` returns for three networks of `build`, by what they are made of."""
    networks = {"average, no batch norm": build(batch_norm=False, average=True),
                "average": build(batch_norm=True, average=True),
                "flatten": build(batch_norm=True, average=False)}
    return {name: train_and_measure(network, train, validation)
            for name, network in networks.items()}


def digits_and_sums_right(model: nn.Module, validation: AdderDataset) -> tuple[float, float]:
    """How many percent of the first 2,000 validation images have their digit right, and how many
    their sum; the model is left in eval() mode."""
    (images, numbers), (digits, totals) = next(iter(DataLoader(validation, batch_size=2000)))
    model.eval()
    with torch.no_grad():
        digit_logits, sum_logits = model(images, numbers)
    right = digit_logits.argmax(dim=1) == digits, sum_logits.argmax(dim=1) == totals
    digits_right, sums_right = (100 * answers.float().mean().item() for answers in right)
    return digits_right, sums_right


def with_names_of(network: nn.Module, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The values of a state, in their order, under the names that the network has for its own.

    An adder whose layers aren't made by `fully_connected` computes the same, under other names.
    """
    return dict(zip(network.state_dict(), state.values(), strict=True))


@checks.add(
    "One mean for the whole channel, over all positions of all images. In use, the batch plays no "
    "part.",
    probes=[()], tolerance=0.005,
    on_paper=["Which of the steps is off: the mean of all eight values, their variance, its root, "
              "the weight, the bias?",
              "The running mean goes a tenth of the way from its old value to the batch's mean.",
              "Which of the steps is off: the running mean, the root of the running variance, the "
              "weight, the bias?"],
    mistakes={
        "1: you normalised the second image by itself. Batch norm takes the mean and the variance "
        "of a channel over all positions of *all* images of the batch, here eight values.": [
            ("7.0, 0.6", "5.52, 0.6"), ("7.0, 0.6", "5.5, 0.6")],
        "1: you averaged over this one position in both images. Batch norm averages over all "
        "positions as well: eight values, one mean.": ("7.0, 0.6", "4.0, 0.6"),
        "1: divide by the standard deviation, √16 = 4, not by the variance.":
            ("7.0, 0.6", "2.5, 0.6"),
        "1: after subtracting the mean, divide by the standard deviation, √16 = 4.":
            ("7.0, 0.6", "25.0, 0.6"),
        "1: in training, the layer takes the mean of the batch, 6. The running averages wait until "
        "it is in use.": [("7.0, 0.6", "13.0, 0.6"), ("7.0, 0.6", "10.0, 0.6")],
        "1: the weight and the bias are missing: 3 times the normalised value, plus 1.":
            ("7.0, 0.6", "2.0, 0.6"),
        "1: the bias is missing: plus 1.": ("7.0, 0.6", "6.0, 0.6"),
        "1: the weight is missing: times 3.": ("7.0, 0.6", "3.0, 0.6"),
        "1: first times the weight, then plus the bias.": ("7.0, 0.6", "9.0, 0.6"),
        "1: the variance is the mean of the squares: divide their sum, 128, by 8.":
            [("7.0, 0.6", "6.61, 0.6"), ("7.0, 0.6", "6.6, 0.6")],
        "2: the batch moves the running mean a tenth of the way, from 0 towards 6.": [
            ("0.6", "6.0"), ("0.6", "5.4"), ("0.6", "0.1"), ("0.6", "3.0")],
        "3: in use, the layer takes its running averages. You took the mean and the variance of "
        "the batch again.": ("13.0", "7.0"),
        "3: divide by the root of the running variance, √9 = 3.": [("13.0", "5.0"),
                                                                  ("13.0", "4.99")],
        "3: after subtracting the running mean, divide by the root of the running variance, "
        "√9 = 3.": ("13.0", "37.0"),
        "3: this is another layer, with a running mean of 2.": [("13.0", "14.4"), ("13.0", "15.0")],
        "3: the weight and the bias are the same in use: 3 times the normalised value, plus 1.":
            [("13.0", "4.0"), ("13.0", "12.0")],
    },
)
def norm_on_paper():
    in_training, running_mean, in_use = 7.0, 0.6, 13.0
    return in_training, running_mean, in_use


NO_ADDER = ("Return one network, `nn.Sequential(*found)`. The star unpacks a list into its items, "
            "and `nn.Sequential()` without layers passes everything on unchanged.")
SHARED = ("The same layer comes more than once, so its weights are shared. Each layer needs "
          "weights of its own: call `fully_connected` once for each.")


def _seen_of_adder(make_adder, layers) -> Observed:
    """The layers of an adder, the shapes of their parameters, and what it computes with given ones.
    """
    adder = make_adder(layers)
    if not isinstance(adder, nn.Module):
        return Observed(rules={NO_ADDER: False})
    adder.eval()
    parts = [part for _, part in adder.named_modules(remove_duplicate=False)
             if not list(part.children()) and not isinstance(part, (nn.Sequential, nn.Identity))]
    parameters = [parameter for part in parts for parameter in part.parameters()]
    if len(parameters) > len(set(parameters)):
        return Observed(rules={SHARED: False})
    torch.manual_seed(0)
    for parameter in parameters:
        nn.init.uniform_(parameter, -1, 1)
    computed = None
    with torch.no_grad(), suppress(RuntimeError):
        computed = adder(torch.rand(3, 30))
    return Observed(effects={
        "the number of fully connected layers": sum(isinstance(part, nn.Linear) for part in parts),
        "the layers": [type(part).__name__ for part in parts],
        "what goes into each fully connected layer, and what comes out": [
            [part.in_features, part.out_features] for part in parts if isinstance(part, nn.Linear)],
        "the shapes of all weights": [list(parameter.shape) for parameter in parameters],
        "what the adder computes": "nothing: it stops" if computed is None else computed})


@checks.add(
    "A function that builds a network: now you can ask how deep the adder must be.",
    probes=[(2,), (1,), (3,), (0,)], observe=_seen_of_adder,
    mistakes={
        NO_ADDER: [("nn.Sequential(*found)", "found"),
                   ("found, width = [], 30",
                    "found, width = [], 30\n    if layers == 0: return []")],
        "`nn.ModuleList` only keeps layers. `nn.Sequential` also passes the values from each layer "
        "to the next.": ("nn.Sequential(*found)", "nn.ModuleList(found)"),
        "Only the first layer takes the 30 values of embedding and number. The next ones take the "
        "64 that the layer before them computes.": ("fully_connected(width, 64)",
                                                    "fully_connected(30, 64)"),
        "The first layer takes the 30 values of embedding and number.":
            ("width = [], 30", "width = [], 64"),
        "The number goes in as well: 20 values of the embedding and 10 of the number are 30.":
            [("width = [], 30", "width = [], 20"), ("width = [], 30", "width = [], 10")],
        "With `layers=0` there should be no layer at all: `nn.Sequential()`. Yours begins with one "
        "in any case.": ("range(layers)", "range(max(1, layers))"),
        "With `layers=0` the embedding and the number go straight to the heads, so nothing should "
        "be left: `nn.Sequential()`.":
            ("return ", "if layers == 0: found = [nn.Linear(30, 64, bias=False)]\n    return "),
        "That is one layer too many.": ("range(layers)", "range(layers + 1)"),
        SHARED: [lambda layers: nn.Sequential(*[fully_connected(30, 30)] * layers)],
        "Bare `nn.Linear` layers, one after the other, can do no more than one of them (lesson 3). "
        "`fully_connected` puts batch norm and ReLU after each.": [
            ("fully_connected(width, 64)", f"nn.Linear(width, 64, bias={bias})")
            for bias in (False, True)],
        "The batch norm is missing. `fully_connected` makes a whole layer.":
            ("fully_connected(width, 64)",
             "nn.Sequential(nn.Linear(width, 64, bias=False), nn.ReLU())"),
        "Here batch norm comes before ReLU, as in `fully_connected`.":
            ("fully_connected(width, 64)", "nn.Sequential(nn.Linear(width, 64, bias=False), "
                                           "nn.ReLU(), nn.BatchNorm1d(64))"),
        "These layers have no bias, because batch norm would subtract it again. `fully_connected` "
        "makes a whole layer.":
            ("fully_connected(width, 64)",
             "nn.Sequential(nn.Linear(width, 64), nn.BatchNorm1d(64), nn.ReLU())"),
        "Each layer should compute 64 values.": [
            ("64))", "30))"), (("64))", "30))"), ("= 64", "= 30")), ("width, 64", "width, width"),
            ("width, 64", "width, 64 if width == 30 else 2 * width"),
            (("width, 64", "width, 2 * width"), ("width = 64", "width = 2 * width")),
            (("width, 64", "width, 2 * width"), ("width = 64", "width *= 2"))],
        "The heads come later. Return the adder alone.": [
            ("return ", "found.append(nn.Linear(width, 10, bias=False))\n    return "),
            ("return ", "found.append(nn.Linear(width, 19, bias=False))\n    return ")],
    },
)
def make_adder(layers):
    found, width = [], 30
    for _ in range(layers):
        found.append(fully_connected(width, 64))
        width = 64
    return nn.Sequential(*found)


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


def _logits_and_truths():
    for examples, scale in ((2, 1), (5, 9), (1, 1)):  # in one of them the digits cost more
        yield ((scale * torch.randn(examples, 10)).requires_grad_(),
               torch.randn(examples, 19, requires_grad=True),
               torch.randint(10, (examples,)), torch.randint(10, 19, (examples,)))


CALLS_BACKWARD = ("The loss is right. But your function calls `backward()`, and the loop does that "
                  "with the loss that it gets. Return the loss alone.")
LOGITS_FIRST = ("`F.cross_entropy` takes the logits first, and then the true answers: "
                "`F.cross_entropy(digit_logits, digits)`.")


def _loss_alone(both_losses, digit_logits, sum_logits, digits, totals) -> Observed:
    loss = both_losses(digit_logits, sum_logits, digits, totals)
    return Observed(loss, rules={CALLS_BACKWARD: digit_logits.grad is sum_logits.grad is None})


@checks.add(
    "One number for two tasks: each step teaches both heads, and the layers that they share.",
    probes=_logits_and_truths, observe=_loss_alone,
    mistakes={
        CALLS_BACKWARD: ("    return", "    F.cross_entropy(digit_logits, digits).backward()\n"
                                       "    return"),
        LOGITS_FIRST: [
            lambda a, b, c, d: F.cross_entropy(c, a) + F.cross_entropy(d, b),
            lambda a, b, c, d: F.cross_entropy(a, c) + F.cross_entropy(d, b)],
        "Don't choose the answers first: `F.cross_entropy` wants the logits, all of them. From an "
        "`argmax` there is no way back to the weights.": [
            lambda a, b, c, d: F.cross_entropy(a.argmax(1), c) + F.cross_entropy(b.argmax(1), d),
            lambda a, b, c, d: (F.cross_entropy(a.argmax(1).float(), c)
                                + F.cross_entropy(b.argmax(1).float(), d)),
            lambda a, b, c, d: (F.cross_entropy(a.argmax(1).float(), c.float())
                                + F.cross_entropy(b.argmax(1).float(), d.float()))],
        "That is the larger of the two losses alone. Both heads have to learn: add them up.": [
            lambda a, b, c, d: max(F.cross_entropy(a, c), F.cross_entropy(b, d))],
        "You add up the losses of all examples. `F.cross_entropy` takes their mean, so that a "
        "large batch doesn't make larger steps: leave out `reduction`.":
            lambda a, b, c, d: (F.cross_entropy(a, c, reduction="sum")
                                + F.cross_entropy(b, d, reduction="sum")),
        "The loss of the sum head is missing, so it would learn nothing.":
            (" + F.cross_entropy(sum_logits, totals)", ""),
        "The loss of the digit head is missing, so it would learn nothing.":
            ("F.cross_entropy(digit_logits, digits) + ", ""),
        "`backward()` starts from one number. Add the two losses up.":
            [("digits) + F", "digits), F"),
             lambda a, b, c, d: torch.stack([F.cross_entropy(a, c), F.cross_entropy(b, d)])],
        "That is the mean of the two losses. Add them up.":
            lambda a, b, c, d: (F.cross_entropy(a, c) + F.cross_entropy(b, d)) / 2,
        "The two losses are added, not multiplied.": (") + F", ") * F"),
        "One loss is subtracted from the other, so training would make it larger. Add them up.":
            [(") + F", ") - F"),
             lambda a, b, c, d: F.cross_entropy(b, d) - F.cross_entropy(a, c)],
        "Cross entropy is small when the answer is right. So add both losses without a minus sign.":
            lambda a, b, c, d: -F.cross_entropy(a, c) - F.cross_entropy(b, d),
        "`F.cross_entropy` does the softmax itself, so it wants the logits.": [
            ("F.cross_entropy(digit_logits, digits) + F.cross_entropy(sum_logits, totals)",
             "F.cross_entropy(digit_logits.softmax(dim=1), digits)"
             " + F.cross_entropy(sum_logits.softmax(dim=1), totals)")],
        "Both heads are compared with the digits. The truth for the sum head is `totals`.":
            ("sum_logits, totals", "sum_logits, digits"),
        "There are two heads: the loss of the sums comes from `sum_logits`.":
            ("F.cross_entropy(sum_logits, totals)", "F.cross_entropy(digit_logits, digits)"),
        "There are two heads: the loss of the digits comes from `digit_logits`.":
            ("F.cross_entropy(digit_logits, digits)", "F.cross_entropy(sum_logits, totals)"),
    },
)
def both_losses(digit_logits, sum_logits, digits, totals):
    return F.cross_entropy(digit_logits, digits) + F.cross_entropy(sum_logits, totals)


def _units():
    fields = receptive_fields(IdentityAdderModel())
    for layer in (7, 6, 4, 2, 0, 5):
        field = fields[layer]
        for unit in (0, 3, units(field) - 1, 2):  # in layer 7, unit 2 sees beyond both borders
            yield unit, field["start"], field["jump"], field["size"]


@checks.add(
    "With this you can tell, for every unit of every layer, which part of the image it depends on.",
    probes=_units,
    mistakes={
        "You return the last column first.":
            ("max(0, middle - half), min(27, middle + half)",
             "min(27, middle + half), max(0, middle - half)"),
        "This receptive field reaches over the border, but the image only has columns 0 to 27. You "
        "can limit both ends with `max` and `min`.":
            ("max(0, middle - half), min(27, middle + half)", "middle - half, middle + half"),
        "A field that is wider than the image reaches over both borders. Limit each end on its "
        "own, without `elif` or `else`.": [
            ("    return ", "    if middle < half:\n        return 0, middle + half\n    return "),
            ("    return ", "    if middle + half > 27:\n        return middle - half, 27\n"
                            "    return ")],
        "On the left, the receptive field reaches over the border. The first column of the image "
        "is 0.":
            ("max(0, middle - half)", "middle - half"),
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
            (("middle - half", "middle"), ("+ half", "+ size - 1")),
        "The middle of unit 0's receptive field is at `start`, not at 0.": ("start + ", ""),
        "Units are counted from 0: the middle of unit 0's receptive field is at `start`.":
            ("unit *", "(unit - 1) *"),
        "Neighbouring units are `jump` pixels apart, not one pixel.": (" * jump", ""),
        "Half of the receptive field lies to the left of its middle, and half to the right.":
            [("(size - 1) / 2", "size"), ("(size - 1) / 2", "size - 1")],
        "You limit the wrong ends: `max(0, ...)` is never below 0, and `min(27, ...)` never above "
        "27.":
            ("max(0, middle - half), min(27, middle + half)",
             "min(0, middle - half), max(27, middle + half)"),
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


def plot_opening() -> Figure:
    """What the trained network computes from a drawn 7 and the number 5, part by part."""
    figure = plot_network(load_pretrained(), frame_strokes(SEVEN), 5)
    figure.set_size_inches(6.4, 2.9)
    return figure


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
    picture.add_patch(Rectangle((-0.5, -0.5), SIDE, SIDE, fill=False, edgecolor=GREY))
    picture.set(xlim=(-11, 38), ylim=(38, -11))
    _draw_sizes(bars, fields, layer)
    return labelled(figure, f"{title.capitalize()}, in {field['layer']}. ".replace("\n", " sees ")
                    + f"Its window covers {size} x {size} pixels.")


def _draw_sizes(ax, fields: list[dict], layer: int) -> None:
    table = pd.DataFrame(fields)
    bars = ax.barh(table["layer"], table["size"], color=GREY)
    bars[layer].set(color=ORANGE)
    for bar, text in zip(bars, ax.bar_label(bars, label_type="center")):
        text.set(color=text_on(bar.get_facecolor()[:3]), zorder=3)  # above the dotted line
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
