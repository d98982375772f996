"""Short runs of a small network, seven with a mistake each, and the curves of both losses."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader

from mnist_adder_lib.data import MEAN, STD, AdderDataset
from mnist_adder_lib.losses import joint_loss
from mnist_adder_lib.model import IdentityAdderModel

from ..plots import BLUE, GREEN, GREY, ORANGE, in_style, labelled


class SmallAdder(nn.Module):
    """Two inputs and two outputs without a convolution: a step takes about a millisecond."""

    def __init__(self):
        super().__init__()
        self.image = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.BatchNorm1d(64), nn.ReLU())
        self.both = nn.Sequential(nn.Linear(74, 64), nn.BatchNorm1d(64), nn.ReLU())
        self.digit_head, self.sum_head = nn.Linear(64, 10), nn.Linear(64, 19)

    def forward(self, images, numbers):
        features = self.both(torch.cat([self.image(images), F.one_hot(numbers, 10)], dim=1))
        return self.digit_head(features), self.sum_head(features)


def short_training(
    train: AdderDataset, validation: AdderDataset, *, rate: float = 0.1, clear: bool = True,
    images: int = 2_000, augment: bool = True, right_labels: bool = True, normalise: bool = True,
    convolutions: bool = False, steps: int = 200,
) -> tuple[list[float], list[float]]:
    """Train a small network: the loss of every step, and every 20 steps the loss of 1,000
    validation images.

    - rate: the learning rate; clear: whether each step clears the gradients
    - images: how many of the training images there are; augment: whether they are augmented;
      right_labels: or each image has the label of another
    - normalise: whether the validation images are normalised, or go from 0 to 255
    - convolutions: the network of lesson 4 without dropout, in place of two fully connected layers
    """
    train, validation = train.to("cpu"), validation.to("cpu")
    model = IdentityAdderModel(dropout=0) if convolutions else SmallAdder()
    data = AdderDataset(train.images[:images], train.digits[:images],
                        augment=train.augment if augment else None)
    if not right_labels:
        data.digits = data.digits.roll(1)
    optimizer = torch.optim.SGD(model.parameters(), rate, momentum=0.9)
    losses, measured = list[float](), list[float]()
    batches = itertools.chain.from_iterable(itertools.repeat(DataLoader(data, 100, shuffle=True)))
    for (images_now, numbers), targets in itertools.islice(batches, steps):
        if clear:
            optimizer.zero_grad()
        loss = joint_loss(*model.train()(images_now, numbers), *targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if len(losses) % 20 == 0:
            measured.append(_validation_loss(model.eval(), validation[:1000], normalise))
    return losses, measured


# The mistake in each run, as arguments of `short_training`. The lesson lists all but G's.
MISTAKES: dict[str, dict] = {
    "A": dict(rate=0.00001), "B": dict(normalise=False), "C": dict(images=300, augment=False),
    "D": dict(rate=10.0), "E": dict(clear=False), "F": dict(right_labels=False),
    "G": dict(rate=0.001)}


def broken_training(run: str, train: AdderDataset, validation: AdderDataset, **changes):
    """`short_training` with the mistake of this run, A to G, and changes that may cure it."""
    return short_training(train, validation, **(MISTAKES[run] | changes))


def seven_runs(
    train: AdderDataset, validation: AdderDataset,
    cure_of: Callable[[str], dict] = lambda run: {},
) -> dict[str, tuple[list[float], list[float]]]:
    """`broken_training` for each run, A to G, from the same seed, with the change that may cure it.

    cure_of: returns the change for a run, such as {"rate": 0.1}; none, if it isn't given.
    """
    runs = {}
    for run in MISTAKES:
        torch.manual_seed(0)
        runs[run] = broken_training(run, train, validation, **cure_of(run))
    return runs


@torch.no_grad()
def _validation_loss(model, examples, normalise: bool) -> float:
    (images, numbers), targets = next(iter(DataLoader(examples, len(examples))))
    if not normalise:
        images = 255 * (images * STD + MEAN)
    return joint_loss(*model(images, numbers), *targets).item()


NOTHING, NUMBER = math.log(10) + math.log(19), 2 * math.log(10)  # what knowing just that costs
TOP = 8  # of the scale on which `plot_broken` shows losses


@in_style
def plot_broken(curves: dict[str, tuple[list[float], list[float]]]) -> Figure:
    """Runs by name, four in a row: the loss of every step, and of the validation images every 20
    steps. Above 8 a validation loss is a triangle at the edge."""
    rows = -(-len(curves) // 4)
    figure, axes = plt.subplots(rows, 4, figsize=(6.4, 1.6 * rows + 0.4), sharex=True, sharey=True,
                                squeeze=False)
    for ax, (name, (losses, measured)) in zip(axes.flat, curves.items()):
        _draw_training(ax, name, losses, measured)
    _finish(figure, axes, drawn=len(curves))
    words = " ".join(_in_words(*curve) for curve in curves.items())
    return labelled(figure, f"The losses of {len(curves)} runs. {words}")


@in_style
def plot_cures(broken: dict, cured: dict) -> Figure:
    """Each broken run of `plot_broken`, and to its right the same run with its cure. Where training
    is cut off, the panel says how high it goes."""
    rows = -(-len(broken) // 2)
    figure, axes = plt.subplots(rows, 4, figsize=(5.8, 1.4 * rows + 0.4), sharex=True, sharey=True,
                                squeeze=False)
    pairs = [(name, broken[name], f"{name}, cured", cured[name]) for name in broken]
    for pair, (name, ill, other, well) in zip(axes.reshape(-1, 2), pairs):
        _draw_training(pair[0], name, *ill)
        _say_how_high(pair[0], ill[0])
        _draw_training(pair[1], other, *well)
    _finish(figure, axes, drawn=2 * len(pairs))
    words = " ".join(_in_words(name, ill) + " " + _in_words(other, well)
                     for name, ill, other, well in pairs)
    return labelled(figure, f"The losses of broken runs, each next to its cure. {words}")


@in_style
def plot_validation(trainings: dict[str, tuple[list[float], list[float]]]) -> Figure:
    """The validation loss of up to four runs every 20 steps, by name."""
    figure, ax = plt.subplots(figsize=(5.5, 3))
    looks = zip((GREY, BLUE, ORANGE, GREEN), (":", "-", "--", "-."))
    for (name, (losses, measured)), (colour, style) in zip(trainings.items(), looks):
        ax.plot(range(20, len(losses) + 1, 20), measured, style, color=colour, label=name)
    ax.set(xlabel="step", ylabel="validation loss", ylim=(0, 5))
    ax.legend()
    ends = "; ".join(f"{name}: lowest {min(measured):.2f}, at the end {measured[-1]:.2f}"
                     for name, (_, measured) in trainings.items())
    return labelled(figure, f"The validation loss over the steps. {ends}.")


def _draw_training(ax, name: str, losses: list[float], measured: list[float]) -> None:
    ax.axhline(NOTHING, color=GREY, linestyle="--")
    ax.axhline(NUMBER, color=GREY, linestyle=":")
    ax.plot(range(1, len(losses) + 1), losses, color=BLUE, label="training")
    steps, validation = np.arange(20, len(losses) + 1, 20), np.array(measured)
    beyond = ~(validation <= TOP)  # not a number is beyond, too
    ax.plot(steps[~beyond], validation[~beyond], "o", color=ORANGE, markersize=4,
            label="validation")
    ax.plot(steps[beyond], np.full(beyond.sum(), TOP - 0.2), "^", color=ORANGE, markersize=5,
            label="validation, further up")
    ax.set(title=name, ylim=(0, TOP))


def _say_how_high(ax, losses: list[float]) -> None:
    """Write into a panel how high its training goes, if that is cut off."""
    highest = max(losses) if np.isfinite(losses).all() else math.inf
    if highest > TOP:
        ax.text(0.5, 0.3, f"up to {highest:,.0f}" if math.isfinite(highest) else "without end",
                color=GREY, ha="center", transform=ax.transAxes)


def _finish(figure: Figure, axes, drawn: int) -> None:
    """The legend above, the names of both axes, and nothing where there is no run."""
    for place in range(drawn, axes.size):
        axes.flat[place].set_axis_off()
        if place >= 4:
            axes.flat[place - 4].tick_params(labelbottom=True)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    figure.supxlabel("step", color=GREY)
    figure.supylabel("loss", color=GREY)


def _in_words(name: str, curves: tuple[list[float], list[float]]) -> str:
    losses, measured = curves
    return (f"{name}: training is at its highest {_height(max(losses))} and ends "
            f"{_height(sum(losses[-20:]) / 20)}; validation begins {_height(measured[0])} and ends "
            f"{_height(measured[-1])}.")


def _height(loss: float) -> str:
    """Where a loss is in `plot_broken`."""
    heights = {0.3: "near zero", NUMBER - 0.3: "below both lines",
               NUMBER + 0.25: "at the dotted line", NOTHING + 0.4: "at the dashed line",
               TOP: "above both lines"}
    return next((words for most, words in heights.items() if loss < most), "off the top")
