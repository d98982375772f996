"""Layers by hand: what the lesson asks, checks and draws."""

from __future__ import annotations

import math
from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor, nn

from mnist_adder_lib import AdderDataset, load_splits

from ..exercises.checks import Checks, Observed, rand_int
from ..exercises.questions import Guesses
from ..notebook.display import show
from ..plots import BLUE, GREY, ORANGE, RED, draw_image, in_style, labelled

guesses = Guesses.load("layers_by_hand")
checks = Checks()
# Of the convolution on paper: a window and its weights for each of two channels, and the bias.
WINDOWS = [[[1, 0, 2], [0, 1, 0], [0, 0, 1]], [[0, 1, 0], [3, 0, 0], [0, 1, 1]]]
WEIGHTS = [[[1, 0, 1], [0, -1, 0], [2, 0, 0]], [[0, -1, 0], [2, 0, 0], [0, 0, 2]]]
BIAS = 0.5
SEVEN = 1  # the first 7 of the validation images


def learn(network: nn.Module, images: Tensor, digits: Tensor) -> None:
    """Train a network for twelve epochs, which takes seconds. The lesson shows this very loop.

    images: (n, 1, 28, 28), from 0 to 1; digits: (n,), from 0 to 9.
    """
    for rate in [0.2] * 6 + [0.04] * 6:
        for batch in torch.randperm(len(images)).split(20):
            network.zero_grad()
            loss = F.cross_entropy(network(images[batch]), digits[batch])
            loss.backward()
            with torch.no_grad():
                for weights in network.parameters():
                    weights -= rate * weights.grad  # type: ignore[misc, operator]


class SmallTask:
    """The task on which the lesson compares layers: few images, and little training.

    A network learns from 2,000 images of `train`. Its right answers are counted on 2,000 images of
    `validation`, and on the same images moved down by four pixels. `results` keeps both numbers,
    in percent, under the name of each network.

    train_network: trains a network with images and their digits, as `learn` does.
    order: the numbers 0 to 783, in the order in which each image's pixels are to be laid out; by
    default as they are. Images are moved first, and then laid out in this order.
    """

    def __init__(self, train: AdderDataset, validation: AdderDataset,
                 train_network: Callable[[nn.Module, Tensor, Tensor], None] = learn,
                 order: Tensor | None = None):
        self.train_network = train_network
        self.order = torch.arange(784) if order is None else order
        unseen = self._first(validation.images)
        self.images = self._in_order(self._first(train.images))  # (images, 1, 28, 28), 0 to 1
        self.unseen = self._in_order(unseen)
        self.moved = self._in_order(unseen.roll(4, dims=2))
        self.digits, self.unseen_digits = train.digits[:2000], validation.digits[:2000]
        self.results: dict[str, tuple[float, float]] = {}

    @staticmethod
    def _first(images: Tensor) -> Tensor:
        return (images[:2000] / 255).view(-1, 1, 28, 28)

    def _in_order(self, images: Tensor) -> Tensor:
        return images.flatten(1)[:, self.order].view(-1, 1, 28, 28)

    def learn(self, name: str, network: nn.Module) -> tuple[float, float]:
        """Train a network, in seconds; keep its two results under this name, and return them."""
        self.train_network(network, self.images, self.digits)
        self.results[name] = (self._percent_right(network, self.unseen),
                              self._percent_right(network, self.moved))
        return self.results[name]

    def _percent_right(self, network: nn.Module, images: Tensor) -> float:
        with torch.no_grad():
            answers = network(images).argmax(dim=1)
        return round(100 * (answers == self.unseen_digits).double().mean().item(), 2)

    def measure(self, name: str, network: nn.Module) -> None:
        """Train a network, and draw its results below those of the networks before it."""
        self.learn(name, network)
        show(plot_percent_right(self.results),
             "Right answers in percent: 2,000 unseen images, and the same images moved down.")


def without_relu(network: nn.Module) -> nn.Module:
    """The network, in which `nn.Identity` has taken the place of each ReLU."""
    for name, layer in network.named_children():
        setattr(network, name, nn.Identity() if isinstance(layer, nn.ReLU) else without_relu(layer))
    return network


def averaging(network: nn.Module) -> nn.Module:
    """The network, in which an average pooling has taken the place of each max pooling."""
    for name, layer in network.named_children():
        setattr(network, name,
                nn.AvgPool2d(layer.kernel_size, layer.stride, layer.padding)  # type: ignore[arg-type]
                if isinstance(layer, nn.MaxPool2d) else averaging(layer))
    return network


@checks.add(
    "Two sums and one bias make one value: that is a convolution of two channels, at one place. "
    "ReLU looks at nothing but this value.",
    probes=[()],
    on_paper=["The sum of the first channel is 2. Which products of the second one aren't 0, and "
              "what does the bias add?",
              "What does the convolution return with the bias -12, and what does ReLU do to a "
              "value below 0?"],
    mistakes={
        "1: the bias was added to each sum. It belongs to the channel that comes out, so it is "
        "added once, to the total.": ("2 + 7 + 0.5", "10.0"),
        "1: the bias is missing. Add it once, to the total of both sums.": ("2 + 7 + 0.5", "9.0"),
        "1: the bias is added, not subtracted.": ("2 + 7 + 0.5", "8.5"),
        "1: that is the second channel alone. The sums of both channels are added.":
            [("2 + 7 + 0.5", "7.5"), ("2 + 7 + 0.5", "7.0")],
        "1: that is the first channel alone. The sums of both channels are added.":
            [("2 + 7 + 0.5", "2.5"), ("2 + 7 + 0.5", "2.0")],
        "1: the sums of the two channels are added, not multiplied.":
            [("2 + 7 + 0.5", "14.5"), ("2 + 7 + 0.5", "14.0")],
        "1: a weight below 0 takes something away: in the first channel 1 times -1 is -1, and in "
        "the second one as well.":
            [("2 + 7 + 0.5", other) for other in ("11.5", "11.0", "13.5", "13.0")],
        "1: that is half of what the two sums are together. Add the sums, and then add the bias.":
            [("2 + 7 + 0.5", "4.5"), ("2 + 7 + 0.5", "5.0")],
        "2: that is what the convolution returns. ReLU comes after it: what becomes of a value "
        "below 0?": [("= 0 ", "= -3.0 "), ("= 0 ", "= -2.5 ")],
        "2: ReLU doesn't remove the minus sign. What becomes of a value below 0?":
            [("= 0 ", "= 3.0 "), ("= 0 ", "= 2.5 ")],
        "2: with the bias -12, the convolution returns something else than before. Add -12 to the "
        "sum of both channels, and then apply ReLU.": [("= 0 ", "= 9.5 "), ("= 0 ", "= 9.0 ")],
        "2: the bias is below 0, so it makes the value smaller.": ("= 0 ", "= 21.0 "),
    },
)
def on_paper():
    value = 2 + 7 + 0.5
    after_relu = 0  # of 2 + 7 - 12 = -3
    return value, after_relu


def _places():
    yield torch.arange(18.0).view(2, 3, 3), torch.ones(2, 3, 3), 0.5, 1, 1
    for count in (2, 3, 1):
        channels = torch.randint(-40, 90, (count, 9, 8)) / 10
        yield (channels, torch.randint(-30, 40, (count, 3, 3)) / 10, rand_int(1, 9) / 4,
               rand_int(4, 6), rand_int(1, 3))


@checks.add(
    "It works for 1 channel and for 500: a window in each of them, one sum over all, and one bias. "
    "You have just written what a convolution does at every place.",
    probes=_places,
    mistakes={
        "The bias is added once for each channel. It belongs to the channel that comes out: add it "
        "once.": ("+ bias", "+ len(channels) * bias"),
        "The bias is added to every product. Add it once, after `.sum()`.":
            ("(windows * weights).sum() + bias", "(windows * weights + bias).sum()"),
        "The bias is added to every value in the window. Add it once, after the products are added "
        "up.": [("(windows * weights).sum() + bias", "((windows + bias) * weights).sum()"),
                ("(windows * weights).sum() + bias", "(windows * (weights + bias)).sum()")],
        "The bias is missing. Add it once, after the sum.": (" + bias", ""),
        "You multiply by the bias. Add it.": ("+ bias", "* bias"),
        "You subtract the bias. Add it.": ("+ bias", "- bias"),
        "The two tensors that you multiply don't have the same shape. The window has 3 rows and 3 "
        "columns in every channel: `[:, rows, columns]`. Its middle is at `row` and `column`, and "
        "a slice stops before its end: `4:7` is 4, 5, 6.": [
            ("[:, row", "[row"), ("windows *", "channels *"),
            ("+ 2", "+ 1"), ("row + 2", "row + 1"), ("column + 2", "column + 1")],
        "Your window is one place too far down and to the right: its middle, not its corner, is at "
        "`row` and `column`.": ((" - 1", ""), ("+ 2", "+ 3")),
        "Your window is one place too far up and to the left: its middle is at `row` and `column`.":
            ((" - 1", " - 2"), ("+ 2", "+ 1")),
        "Your sum contains only the first channel. Every channel has a window of its own.":
            ("(windows * weights)", "(windows[0] * weights[0])"),
        "Your sum contains only the last channel. Does each round of your loop add to the sum?":
            ("(windows * weights)", "(windows[-1] * weights[-1])"),
        "You take the window from the first channel only. Every channel has a window of its own: "
        "`channels[:, ...]`.": ("(windows * weights)", "(windows[0] * weights)"),
        "You always add up two channels. `len(channels)` says how many there are.":
            ("(windows * weights).sum()",
             "sum((windows[channel] * weights[channel]).sum() for channel in range(2))"),
        "You multiply every channel by the weights of the first one. Each has weights of its own.":
            ("* weights)", "* weights[0])"),
        "You confused row and column. The row comes first, then the column.":
            ("[:, row - 1 : row + 2, column - 1 : column + 2]",
             "[:, column - 1 : column + 2, row - 1 : row + 2]"),
        "You turned the weights upside down. Multiply each value by the weight in the same place.":
            [("* weights)", "* weights.flip(1, 2))"), ("* weights)", "* weights.flip(1))")],
        "You exchanged the rows and columns of the weights.": ("* weights)", "* weights.mT)"),
        "You return the mean of the products. A convolution adds them up.": (".sum()", ".mean()"),
        "You add up means. A convolution adds up the products.":
            (".sum()", ".sum() / 9"),
        "The weights are missing. You added up the values in the window.": (" * weights", ""),
        "You multiply the sum of the values by the sum of the weights. Multiply value by value "
        "first, and then add up.": ("(windows * weights).sum()", "windows.sum() * weights.sum()"),
        "`@` multiplies rows by columns. Multiply each value by the weight in the same place: `*`.":
            ("windows * weights", "windows @ weights"),
    },
)
def convolve(channels, weights, bias, row, column):
    windows = channels[:, row - 1 : row + 2, column - 1 : column + 2]
    return (windows * weights).sum() + bias


NOT_A_NETWORK = ("Return one network, `nn.Sequential(...)`, with the layers one after the other "
                 "and commas between them.")
ONE_NETWORK = ("Each call of `mover()` should make a new network. Yours returns the same layers "
               "again, with what they have learned: make them inside the function.")
NO_FIT = ("The layers don't fit together. Go through the shapes: a convolution with `padding=1` "
          "keeps 28x28, a pooling by 2 makes 14x14 of it, and `nn.Flatten` gives the last layer "
          "channels · rows · columns values.")
NOT_TEN = ("Ten logits should come out for each image. The last layers are `nn.Flatten()` and "
           "`nn.Linear(..., 10)`.")
TOO_MANY = ("It has more than 2,000 parameters. Count those of the last layer first: each value "
            "that goes in has ten weights there.")
RELU_LAST = ("There is a ReLU after the last layer. It turns every logit below 0 into 0, and then "
             "the network learns badly or not at all.")
SOFTMAX_LAST = ("There is a softmax after the last layer. The loss computes the softmax itself, so "
                "the network should return the logits.")
FEW_UNSEEN = ("It reads fewer than 91 of 100 unseen images. Either it forgets so much about where "
              "things are that digits look alike, or it finds too little. Does it have "
              "convolutions with enough channels, and are at least 2x2 values of each channel "
              "left at the end?")
FEW_MOVED = ("It reads fewer than 55 of 100 moved images. What forgets *where* something was? And "
             "has each value seen enough of the image before that?")


def _train_mover(mover) -> Observed:
    network = mover()
    if not isinstance(network, nn.Module):
        return Observed(rules={NOT_A_NETWORK: False})
    if {*network.parameters()} & {*mover().parameters()}:
        return Observed(rules={ONE_NETWORK: False})
    try:
        with torch.no_grad():
            shape = list(network(torch.rand(2, 1, 28, 28)).shape)
    except (RuntimeError, TypeError):
        return Observed(rules={NO_FIT: False})
    count = sum(parameter.numel() for parameter in network.parameters())
    last = [layer for layer in network.modules() if not list(layer.children())][-1]
    rules = {NOT_TEN: shape == [2, 10], TOO_MANY: count <= 2000,
             RELU_LAST: not isinstance(last, nn.ReLU),
             SOFTMAX_LAST: not isinstance(last, (nn.Softmax, nn.LogSoftmax))}
    if all(rules.values()):
        train, validation, _ = load_splits()
        task = SmallTask(train, validation)
        for _ in range(3):  # luck: another start may read the moved images
            unseen, moved = task.learn("mover", network)
            rules |= {FEW_UNSEEN: unseen >= 91, FEW_MOVED: moved >= 55}
            if all(rules.values()):
                break
            network = mover()  # which begins from other weights
    return Observed(rules=rules)


def _small_network():
    return nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(7), nn.Flatten(),
                         nn.Linear(128, 10))


def _made_once(returned):
    network = _small_network()
    return lambda: returned(network)


@checks.add(
    "A single layer has 7,850 parameters. Yours has at most 2,000, and reads the digits where they "
    "were and where they have moved.",
    probes=[()], observe=_train_mover, seconds=6,
    mistakes={
        NOT_A_NETWORK: lambda: [nn.Flatten(), nn.Linear(784, 10)],
        ONE_NETWORK: [_made_once(lambda network: network),
                      _made_once(lambda network: nn.Sequential(*network))],
        NO_FIT: lambda: nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(7),
                                      nn.Flatten(), nn.Linear(64, 10)),
        NOT_TEN: lambda: nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(7),
                                       nn.Flatten(), nn.Linear(128, 1)),
        TOO_MANY: lambda: nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Flatten(),
                                        nn.Linear(8 * 784, 10)),
        RELU_LAST: lambda: nn.Sequential(*_small_network(), nn.ReLU()),
        SOFTMAX_LAST: lambda: nn.Sequential(*_small_network(), nn.Softmax(dim=1)),
        FEW_MOVED: _small_network,
        FEW_UNSEEN: lambda: nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(),
                                          nn.MaxPool2d(28), nn.Flatten(), nn.Linear(8, 10)),
    },
)
def mover():
    return nn.Sequential(
        nn.Conv2d(1, 8, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(7),
        nn.Flatten(), nn.Linear(16 * 2 * 2, 10))


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
    probes=_scores, lists=True, without=[F.softmax, F.log_softmax, torch.logsumexp, F.softmin],
    mistakes={
        TOO_LARGE: [(" - logits.max()", ""), lambda x: [math.exp(s) / sum(map(math.exp, x))
                                                       for s in x],
                    lambda x: torch.e ** x / (torch.e ** x).sum()],
        "You return the powers. Divide each power by the sum of all powers.":
            [lambda x: x.exp(), (" / powers.sum()", "")],
        "You divide the scores themselves. Take the powers of e first; they are all above 0.":
            [lambda x: x / x.sum(), (".exp()", ""), lambda x: x / x.max(),
             lambda x: x / x.abs().sum()],
        "You apply softmax twice: your function does it to scores, and you pass it probabilities.":
            ("return powers / powers.sum()", "powers = (powers / powers.sum()).exp()\n"
             "    return powers / powers.sum()"),
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
        "You return the logarithms of the probabilities. Return the probabilities themselves.":
            ("return powers / powers.sum()", "return (powers / powers.sum()).log()"),
    },
)
def safe_softmax(logits):
    powers = (logits - logits.max()).exp()
    return powers / powers.sum()


@in_style
def plot_two_channels() -> Figure:
    """The convolution on paper: a window and its nine weights for each channel, and the bias."""
    figure, axes = plt.subplots(2, 2, figsize=(4.6, 4))
    for channel, (row, window, weights) in enumerate(zip(axes, WINDOWS, WEIGHTS), 1):
        _draw_numbers(row[0], window, "black", "white")
        _draw_numbers(row[1], weights, "white", "black")
        row[0].set_ylabel(f"channel {channel}")
    axes[0, 0].set_title("window")
    axes[0, 1].set_title("weights")
    figure.supxlabel(f"bias {BIAS}", color=GREY)
    said = "; ".join(f"channel {channel}, window {window}, weights {weights}"
                     for channel, (window, weights) in enumerate(zip(WINDOWS, WEIGHTS), 1))
    return labelled(figure, f"Row after row: {said}. The bias is {BIAS}.")


def _draw_numbers(ax: Axes, values, paper: str, ink: str) -> None:
    """(3, 3) numbers in a grid, on paper of its own: a figure's background is transparent."""
    ax.set(xlim=(-0.5, 2.5), ylim=(2.5, -0.5), xticks=[], yticks=[], aspect="equal")
    ax.add_patch(Rectangle((-0.5, -0.5), 3, 3, facecolor=paper, edgecolor=GREY, clip_on=False))
    for line in (0.5, 1.5):
        ax.axhline(line, color=GREY, linewidth=0.8)
        ax.axvline(line, color=GREY, linewidth=0.8)
    for (y, x), value in np.ndenumerate(np.asarray(values)):
        ax.text(x, y, f"{value:g}", color=ink, ha="center", va="center", fontsize=13)


@in_style
def plot_opening() -> Figure:
    """The picture at the head of the lesson: images, moved and not, and what one layer reads."""
    train, validation, _ = load_splits()
    task = SmallTask(train, validation)
    torch.manual_seed(0)
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    percents = task.learn("one layer", network)
    whole = (task.unseen[:, 0, -4:] == 0).all(dim=(1, 2))  # they move down and lose nothing
    shown = [int((whole & (task.unseen_digits == digit)).nonzero()[0, 0])
             for digit in (0, 1, 2, 3, 4, 5, 6, 8)]  # 7s and 9s nearly all reach too far down
    figure, rows = plt.subplots(2, len(shown), figsize=(6.4, 2.1))
    said = []
    for axes, kind, images, percent in zip(rows, ("unseen", "moved"), (task.unseen, task.moved),
                                           percents):
        axes[0].text(-0.2, 0.5, f"{kind}:\n{percent:.1f}% read", transform=axes[0].transAxes,
                     ha="right", va="center", color=GREY)
        with torch.no_grad():
            answers = network(images[shown]).argmax(dim=1)
        right = answers == task.unseen_digits[shown]
        for ax, image, answer, is_right in zip(axes, images[shown, 0], answers, right):
            draw_image(ax, image, f"{answer}" if is_right else f"{answer} ✗", black=0, white=1,
                       color=GREY if is_right else RED)
        said.append(f"{kind}, {percent:.1f} percent of 2,000 images are read, and "
                    f"{int(right.sum())} of these")
    return labelled(figure, "Eight digits, the same digits moved down, and above each what one "
                            f"layer says: {'; '.join(said)}.")


def plot_shuffled(task: SmallTask, shuffled: SmallTask) -> Figure:
    """A 7, the same 7 shuffled, and what networks read that learned in order and shuffled.

    Networks have the same name in both tasks; those are drawn that `shuffled` has.
    """
    kinds = ("in order", "shuffled")
    images = {kind: each.unseen[SEVEN, 0] for kind, each in zip(kinds, (task, shuffled))}
    results = {name: (task.results[name][0], right)
               for name, (right, _) in shuffled.results.items()}
    return _plot_images_and_results(images, results)


@in_style
def _plot_images_and_results(images: dict, results: dict) -> Figure:
    """Two images, from 0 to 1, and next to them two bars for each network, named as the images."""
    figure, axes = plt.subplots(1, 3, figsize=(6.4, 2.4), width_ratios=[1, 1, 1.9])
    for ax, (title, image) in zip(axes, images.items()):
        draw_image(ax, image, title, black=0, white=1)
    _draw_bars(axes[2], results, *images)
    axes[2].legend(loc="upper center", bbox_to_anchor=(0.5, 1.25), ncols=2)
    return labelled(figure, f"A 7, {' and '.join(images)}. Right answers in percent, of both "
                            f"kinds of images: {_in_words(results)}")


@in_style
def plot_percent_right(results: dict, kinds=("unseen", "moved")) -> Figure:
    """Two bars for each network.

    results: name of the network -> (percent right of the first kind, of the second one).
    """
    figure, ax = plt.subplots(figsize=(5, 1.1 + 0.45 * len(results)))
    _draw_bars(ax, results, *kinds)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return labelled(figure, f"Right answers in percent, {kinds[0]} and {kinds[1]}: "
                            + _in_words(results))


def _in_words(results: dict) -> str:
    return "; ".join(f"{name} {first:.1f} and {second:.1f}"
                     for name, (first, second) in results.items()) + "."


def _draw_bars(ax: Axes, results: dict, first: str, second: str) -> None:
    for shift, (kind, colour) in enumerate([(first, BLUE), (second, ORANGE)]):
        percents = [pair[shift] for pair in results.values()]
        heights = np.arange(len(results)) + 0.38 * shift
        bars = ax.barh(heights, percents, height=0.36, color=colour, label=kind)
        ax.bar_label(bars, [f"{percent:.1f}" for percent in percents], padding=3, color=GREY)
    ax.set(yticks=np.arange(len(results)) + 0.19, yticklabels=list(results), xlim=(0, 108),
           xlabel="right answers in percent")
    ax.invert_yaxis()
