"""Run it anywhere: what the lesson asks, checks and draws, and the network run by node."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from matplotlib.ticker import FormatStrFormatter
from torch import Tensor, nn

from ..drawing.strokes import frame_strokes
from ..evaluate import in_evaluation
from ..model import IdentityAdderModel
from .figures import BLUE, GREY, ORANGE, in_style, labelled
from .guesses import Guesses
from .old_checks import Checks, Wrong, compare, draw, numbers, require

NETWORK = Path(__file__).parents[2] / "docs" / "try" / "network.js"

guesses = Guesses.load(
    "run_it_anywhere", loaded=lambda text: "Letter" if "Letter" in text else text
)
checks = Checks()


@checks.add("The largest weight alone decides how fine the steps are: one outlier costs all.")
def in_bits(answer):
    """`in_bits(values, bits)`: the values rounded to whole steps, as many below 0 as above."""
    for bits, size in ((4, 6), (3, 9), (8, 5), (2, 7)):
        values = torch.rand(size) - 0.4
        values[draw(1, size - 1)] = -0.9
        got = numbers(answer(values.clone(), bits))
        require(got.shape == (size,), "As many values should come back as were put in: "
                f"{size}, but the shape is {got.shape}.")
        right, reasons = _in_bits(values, bits)
        if not _close(got, right):
            for reason, wrong in reasons.items():
                require(not _close(got, wrong), reason)
            place = int(np.abs(got - right.numpy()).argmax())
            raise Wrong(f"With {bits} bits and a largest size of 0.9, {values[place]:.3f} should "
                        f"become {right[place]:.3f}, but it becomes {got[place]:.3f}.")


def _in_bits(values: Tensor, bits: int) -> tuple[Tensor, dict[str, Tensor]]:
    most = 2 ** (bits - 1) - 1
    step = values.abs().max() / most

    def stepped(step, round=torch.round):
        return round(values / step) * step

    return stepped(step), {
        "Those are the values as they were. They should lie on whole steps.": values,
        "Those are the whole numbers. Multiplied by the step, they are values again.":
            (values / step).round(),
        "Those are the values divided by the step, not rounded.": values / step,
        "That cuts off what is behind the point. Round to the nearest step: `.round()`.":
            stepped(step, torch.trunc),
        "That always rounds down. Round to the nearest step: `.round()`.":
            stepped(step, torch.floor),
        "The largest value is not the one farthest from 0: here that one is negative.":
            stepped(values.max() / most),
        "Half of the whole numbers lie below 0. Your steps are too fine for so few bits.":
            stepped(values.abs().max() / (2**bits - 1)),
        "The largest whole number is one less: with 8 bits 127, not 128.":
            stepped(values.abs().max() / 2 ** (bits - 1)),
        "That is right for 8 bits only. The largest whole number depends on `bits`.":
            stepped(values.abs().max() / 127),
        "That spreads the steps from the smallest value to the largest. Here they go as far below "
        "0 as above, from the value that is farthest from 0.":
            stepped((values.max() - values.min()) / (2**bits - 1)),
    }


@checks.add("In the file of this network, three layers have been changed in just this way.")
def fold(answer):
    """`fold(weights, mean, deviation, factor, shift)`: the weights, and a number to add."""
    for size in (3, 2, 5):
        weights = [draw(1, 9) for _ in range(size)]
        mean, deviation, factor, shift = draw(2, 9), draw(2, 5), draw(6, 9), draw(11, 19)
        got = answer(list(weights), mean, deviation, factor, shift)
        require(isinstance(got, (tuple, list)) and len(got) == 2, "It should return two things: "
                "the list of new weights and the one number to add.")
        _compare_fold(numbers(got[0]), numbers(got[1]), np.array(weights), mean, deviation, factor,
                      shift)


def _compare_fold(got, bias, weights, mean, deviation, factor, shift) -> None:
    require(got.shape == weights.shape, f"{weights.size} weights went in, so {weights.size} new "
            f"ones should come out, but the shape is {got.shape}.")
    require(bias.size == 1, "For one unit there is one number to add, not "
            f"{bias.size} of them.")
    share = factor / deviation
    for reason, wrong in {
        "The weights are as they were. What happens to a sum if it is divided by the deviation and "
        "multiplied by the factor?": weights,
        "The weights are multiplied by the factor, but batch norm also divides by the deviation.":
            weights * factor,
        "The weights are divided by the deviation, but batch norm also multiplies by the factor.":
            weights / deviation,
        "The weights are multiplied by the deviation. Batch norm divides by it.":
            weights * factor * deviation,
        "The mean is taken away from the whole sum, not from each weight.":
            (weights - mean) * share,
        "The shift is added to the whole sum, not to each weight.": weights * share + shift,
    }.items():
        require(not _close(got, wrong), reason)
    require(_close(got, weights * share), f"From the weights {weights.tolist()}, the deviation "
            f"{deviation} and the factor {factor} the first new weight should be "
            f"{weights[0] * share:.4g}, but it is {got[0]:.4g}.")
    case = f"the mean {mean}, the deviation {deviation}, the factor {factor} and the shift {shift}"
    compare(bias.item(), shift - mean * share, f"The weights are right. For {case}, the number to "
            "add is not:", {
        "The weights are right. But the number to add is not the shift alone: the mean is taken "
        "away, too.": shift,
        "The weights are right. But the mean is divided and multiplied like everything else before "
        "the shift comes.": shift - mean,
        "The weights are right. But the mean, too, is multiplied by the factor.":
            shift - mean / deviation,
        "The weights are right. But the mean, too, is divided by the deviation.":
            shift - mean * factor,
        "The weights are right. But the mean is taken away: minus.": shift + mean * share,
        "The weights are right. But the shift is still to be added.": -mean * share,
        "The weights are right. But the shift comes last: it is not multiplied.":
            (shift - mean) * share,
    })


@checks.add("That is what 99% of the work of this network consists of.")
def convolve(answer):
    """`convolve(channels, windows, padding)`: one channel of a convolution, as lists of rows."""
    for count, height, width, padding in ((2, 5, 6, 0), (3, 4, 6, 1), (1, 6, 5, 1), (2, 4, 4, 0)):
        channels = torch.randint(1, 10, (count, height, width)).float()
        windows = torch.randint(-4, 5, (count, 3, 3)).float()
        windows[0, 0] = torch.tensor([5.0, -7, 6])  # in no direction the same as in another
        got = numbers(answer(channels.tolist(), windows.tolist(), padding))
        right = F.conv2d(channels, windows[None], padding=padding)[0]
        _compare_size(got, right, channels, padding)
        for reason, wrong in _wrong_convolutions(channels, windows, padding).items():
            require(_close(got, right) or not _close(got, wrong), reason)
        if not _close(got, right):
            row, column = np.argwhere(np.abs(got - right.numpy()) > 1e-4)[0]
            raise Wrong(f"With {count} channels and padding {padding}, row {row}, column {column} "
                        f"should be {right[row, column]:.4g}, but it is {got[row, column]:.4g}.")


def _compare_size(got, right, channels, padding) -> None:
    rows, columns = right.shape
    size = f"{channels.shape[1]} rows of {channels.shape[2]} numbers with a padding of {padding}"
    require(got.ndim != 3, "One channel should come out, a list of rows: add up what the windows "
            "make of the channels.")
    require(got.ndim == 2, "One channel should come out: a list of rows, each a list of numbers.")
    require(got.shape != (rows + 2 * padding - 2 * (not padding), columns) or padding,
            f"From {size} come {rows} rows: a window of 3 rows has {rows} places.")
    require(not padding or got.shape != (rows - 2, columns - 2), "Nothing is padded: with a "
            "padding of 1 there is a border of zeros around each channel.")
    require(padding or got.shape != (rows + 2, columns + 2), "With a padding of 0 no zeros are put "
            "around the channels, and the result is smaller than they are.")
    require(got.shape == (rows, columns), f"From {size} should come {rows} rows of {columns} "
            f"numbers, but the shape is {got.shape}.")


def _wrong_convolutions(channels, windows, padding) -> dict[str, Tensor]:
    def convolved(channels, windows):
        return F.conv2d(channels, windows[None], padding=padding)[0]

    each = [convolved(c[None], w[None]) for c, w in zip(channels, windows)]
    return {
        "That is what the window makes of the first channel alone. Add up over all channels.":
            each[0] if len(each) > 1 else each[0] + torch.nan,
        "That is what the window makes of the last channel alone. Add up over all channels.":
            each[-1] if len(each) > 1 else each[0] + torch.nan,
        "The window of the first channel is used for all of them. Each has its own.":
            convolved(channels, windows[:1].expand_as(windows)),
        "The window is turned round by 180 degrees, as mathematicians do. Here it isn't.":
            convolved(channels, windows.flip(1, 2)),
        "Rows and columns of the window are exchanged.": convolved(channels, windows.mT),
        "That is the mean of the products, not their sum.": convolved(channels, windows) / 9,
        "That is the mean over the channels. Add them up.":
            convolved(channels, windows) / len(channels),
        "That adds up the numbers in each window. Multiply each by its weight first.":
            convolved(channels, torch.ones_like(windows)),
        "The border is filled with copies of the outermost numbers. It should be zeros.":
            F.conv2d(F.pad(channels[None], [padding] * 4, "replicate"), windows[None])[0, 0],
        "The border is filled with numbers of the opposite edge: place -1 is the last one in "
        "Python. It should be zeros.":
            F.conv2d(F.pad(channels[None], [padding] * 4, "circular"), windows[None])[0, 0],
    }


@checks.add("A network so small is cheap anywhere. For a large one this sum decides what is built.")
def users_served(answer):
    """`users_served(cores, drawings, milliseconds, peak)`: how many users a day."""
    for _ in range(4):
        cores, drawings, milliseconds, peak = draw(2, 9), draw(11, 20), draw(21, 40), draw(3, 7)
        day = 24 * 3600
        right = cores * day * 1000 / milliseconds / drawings / peak
        case = (f"{cores} cores, {drawings} drawings a user, {milliseconds} ms and a peak of "
                f"{peak}")
        compare(answer(cores, drawings, milliseconds, peak), right, case, {
            "That would do if the drawings came evenly all day. In the busiest second there are "
            "`peak` times as many.": right * peak,
            "The peak makes it fewer users, not more: divide by it.": right * peak**2,
            "Those are drawings. Each user makes several of them.": right * drawings,
            "That is for one core. There are several.": right / cores,
            "A second has a thousand milliseconds: the times are in milliseconds.": right / 1000,
            "A thousand too many: milliseconds, seconds?": right * 1000,
            "That is for one second. A day has 24 · 3600 of them.": right / day,
            "That is for one hour. A day has 24 of them.": right / 24,
            "That is for one minute. A day has 24 · 60 of them.": right / (24 * 60),
            "A day has 24 · 3600 seconds. Yours has 24 · 60.": right / 60,
            "That is how many cores are needed for so many users, turned upside down.": 1 / right,
        })


def _close(got, right) -> bool:
    return np.shape(got) == np.shape(right) and np.allclose(got, right, rtol=1e-4, atol=1e-5)


# --- drawings made in code ------------------------------------------------------------------------


def _arc(x: float, y: float, width: float, height: float, start: float, end: float) -> list:
    """Points on an ellipse around (x, y), from one angle to another, in degrees, clockwise."""
    angles = np.radians(np.linspace(start, end, 12))
    return [(x + width * math.cos(a), y + height * math.sin(a)) for a in angles]


STROKES = [  # of each digit, as fractions of the pad
    [_arc(0.5, 0.5, 0.17, 0.29, -80, 280)],
    [[(0.52, 0.2), (0.48, 0.8)]],
    [[*_arc(0.5, 0.36, 0.16, 0.16, -170, 30), (0.34, 0.79), (0.7, 0.78)]],
    [[*_arc(0.48, 0.36, 0.15, 0.15, -150, 80), *_arc(0.48, 0.65, 0.18, 0.16, -85, 150)]],
    [[(0.4, 0.2), (0.31, 0.55), (0.7, 0.53)], [(0.6, 0.28), (0.57, 0.82)]],
    [[(0.66, 0.21), (0.41, 0.22), (0.38, 0.48), *_arc(0.48, 0.63, 0.17, 0.17, -110, 140)]],
    [[(0.58, 0.19), (0.43, 0.37), *_arc(0.49, 0.65, 0.15, 0.16, 190, 540)]],
    [[(0.31, 0.22), (0.69, 0.23), (0.45, 0.81)]],
    [[*_arc(0.5, 0.36, 0.13, 0.15, 90, -270), *_arc(0.5, 0.66, 0.16, 0.15, -90, 270)]],
    [[*_arc(0.5, 0.37, 0.15, 0.16, 0, 360), (0.64, 0.55), (0.59, 0.82)]],
]


def drawings(count: int = 300, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Digits drawn by a program, each a little differently, framed as the panel frames them.

    Pixels, uint8 (count, 28, 28), and digits, int64 (count,).
    """
    dice, framed = np.random.default_rng(seed), []
    for place in range(count):
        form = np.eye(2) + dice.normal(0, 0.3, (2, 2))  # slanted, stretched, turned
        framed.append(frame_strokes([
            ((np.array(stroke) - 0.5) @ form + 0.5 + dice.normal(0, 0.015, (len(stroke), 2)))
            .tolist() for stroke in STROKES[place % 10]
        ]))
    return torch.from_numpy(np.stack(framed)), torch.arange(count) % 10


# --- other programs -------------------------------------------------------------------------------


def folder_megabytes(package) -> float:
    """What the folder of an imported package holds, in megabytes."""
    files = Path(package.__file__).parent.rglob("*")
    return sum(path.stat().st_size for path in files if path.is_file()) / 1e6


def javascript(name: str) -> str:
    """One function of `docs/try/network.js`, with the comment above it."""
    if not NETWORK.exists():
        return "docs/try/network.js belongs to the checkout, and this course runs without one."
    found = re.findall(rf"^/\*\*(?:(?!\n\n).)*?\nfunction {name}\(.*?^}}$",
                       NETWORK.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return found[0]


RUNNER = """
const { weights, pixels, numbers } = JSON.parse(require("fs").readFileSync(0, "utf8"));
for (const one of Object.values(weights)) one.data = Float32Array.from(one.data);
const times = [];
const answers = pixels.map((image, place) => {
  const start = performance.now();
  const answer = forward(weights, image, numbers[place]);
  times.push(performance.now() - start);
  return [answer.digitProbabilities, answer.sumProbabilities];
});
console.log(JSON.stringify([answers.map((one) => one[0]), answers.map((one) => one[1]), times]));
"""


def run_javascript(model: IdentityAdderModel, pixels: Tensor, numbers: Tensor):
    """What `docs/try/network.js` answers, run by node: the probabilities of the digits, (n, 10),
    of the sums, (n, 19), and a list of milliseconds, one for each image.

    pixels: uint8 (n, 28, 28). None where node isn't installed, or without a checkout.
    """
    node = shutil.which("node")
    if node is None or not NETWORK.exists():
        return None
    state = model.state_dict().items()
    weights = {name: dict(shape=list(value.shape), data=value.flatten().tolist())
               for name, value in state if value.ndim}
    data = dict(weights=weights, pixels=pixels.flatten(1).tolist(), numbers=numbers.tolist())
    script = NETWORK.read_text("utf-8") + RUNNER
    done = subprocess.run([node, "-e", script], input=json.dumps(data), capture_output=True,
                          text=True, encoding="utf-8", check=True)
    digits, sums, times = json.loads(done.stdout)
    return torch.tensor(digits), torch.tensor(sums), times


def loop_convolve(channels: list, windows: list, padding: int) -> list:
    """One channel of a convolution in plain loops: what exercise 3 asks for."""
    side, columns = [0.0] * padding, len(channels[0][0]) + 2 * padding
    border = [[0.0] * columns] * padding
    padded = [border + [side + row + side for row in channel] + border for channel in channels]
    result = []
    for row in range(len(padded[0]) - 2):
        result.append([0.0] * (columns - 2))
        for column in range(columns - 2):
            for channel, window in zip(padded, windows):
                for i, (left, middle, right) in enumerate(window):
                    line = channel[row + i]
                    result[row][column] += (left * line[column] + middle * line[column + 1]
                                            + right * line[column + 2])
    return result


def multiplications(model: nn.Module) -> pd.DataFrame:
    """The weights of each layer that multiplies, and its multiplications for one image."""
    model, rows = in_evaluation(model), {}

    def note(layer, _inputs, output):
        places = output[0, 0].numel()  # of one image and one channel
        rows[layer] = layer.weight.numel(), layer.weight.numel() * places

    layers = {layer: name for name, layer in model.named_modules()
              if isinstance(layer, (nn.Conv2d, nn.Linear))}
    for layer in layers:
        layer.register_forward_hook(note)
    model(torch.zeros(1, 1, 28, 28), torch.tensor([0]))
    names = [layers[layer] for layer in rows]
    return pd.DataFrame(rows.values(), index=names, columns=["weights", "multiplications"])


# --- figures --------------------------------------------------------------------------------------


@in_style
def plot_bits(scores: dict[int, float]) -> Figure:
    """Accuracy in percent for each number of bits."""
    figure, ax = plt.subplots(figsize=(4.6, 2.6))
    bits, values = list(scores), list(scores.values())
    ax.plot(range(len(bits)), values, "o-", color=BLUE)
    for index, value in enumerate(values):
        ax.annotate(f"{value:.1f}", (index, value), (0, 7) if value > 95 else (15, 4),
                    textcoords="offset points", ha="center", color=GREY)
    ax.set(xticks=range(len(bits)), xticklabels=bits, ylim=(0, 115), xlabel="bits for each weight",
           ylabel="both right, %")
    words = ", ".join(f"{value:.1f}% with {count} bits" for count, value in scores.items())
    return labelled(figure, f"A curve over the number of bits: {words}.")


@in_style
def plot_latencies(table: pd.DataFrame) -> Figure:
    """The median of each row as a dot, and its range as a line, on a logarithmic scale.

    table: with the columns median, fastest and slowest, in milliseconds.
    """
    figure, ax = plt.subplots(figsize=(5.5, 0.6 + 0.36 * len(table)))
    for index, (_, row) in enumerate(table.iterrows()):
        ax.plot([row["fastest"], row["slowest"]], [index, index], color=BLUE)
        ax.plot(row["median"], index, "o", color=BLUE)
    ax.set(xscale="log", xlabel="milliseconds for one image (each grid line: ten times as long)",
           yticks=range(len(table)), yticklabels=table.index)
    ax.xaxis.set_major_formatter(FormatStrFormatter("%g"))
    ax.grid(axis="x", alpha=0.4)
    ax.invert_yaxis()
    words = "; ".join(f"{name} {value:.{0 if value > 10 else 2}f}"
                     for name, value in table["median"].items())
    return labelled(figure, f"Milliseconds for one image, medians: {words}.")


@in_style
def plot_shares(table: pd.DataFrame) -> Figure:
    """The share of each layer in the weights and in the multiplications, as two bars."""
    shares = 100 * table / table.sum()
    figure, ax = plt.subplots(figsize=(5.5, 3.6))
    places = np.arange(len(shares))
    for column, shift, colour in (("weights", -0.2, ORANGE), ("multiplications", 0.2, BLUE)):
        ax.barh(places + shift, shares[column], height=0.38, color=colour, label=column)
    ax.set(yticks=places, yticklabels=shares.index, xlabel="share of all, %")
    ax.invert_yaxis()
    ax.legend(loc="lower right")
    first, last = shares.iloc[:6].sum(), shares.iloc[6:].sum()
    return labelled(figure, f"Two bars for each layer. The six convolutions have "
                    f"{first['weights']:.0f}% of the weights and {first['multiplications']:.1f}% "
                    f"of the multiplications, the fully connected layers {last['weights']:.0f}% "
                    f"and {last['multiplications']:.1f}%.")
