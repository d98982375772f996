"""Training curves: what the lesson asks and checks, and at the end its seven broken runs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from copy import deepcopy
from numbers import Integral, Real
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader

from mnist_adder_lib import fit, load_splits
from mnist_adder_lib.data import MEAN, STD, AdderDataset
from mnist_adder_lib.history import History
from mnist_adder_lib.losses import joint_loss
from mnist_adder_lib.model import IdentityAdderModel

from ..exercises import training_loop as loop
from ..exercises.calls import Nothing, Unsolved
from ..exercises.checks import Checks, Observed
from ..exercises.questions import Guesses
from ..notebook.display import live
from ..plots import BLUE, GREEN, GREY, ORANGE, in_style, labelled, plot_history

guesses = Guesses.load("training_curves")
checks = Checks()


def plot_opening() -> Figure:
    """The seven broken runs of the lesson, on white. They train for some seconds."""
    train, validation, _ = load_splits()
    figure = plot_broken(seven_runs(train, validation))
    figure.set(size_inches=(6.4, 3), layout_engine="constrained")
    return figure


def losses_of(
    rate: float, train: AdderDataset, validation: AdderDataset, seeds: int = 3,
) -> list[float]:
    """The validation loss of the small network after 200 steps at this rate, for each seed.

    Two decimals; infinite where the run has diverged.
    """
    losses = []
    for seed in range(seeds):
        torch.manual_seed(seed)
        _, measured = short_training(train, validation, rate=rate)
        losses.append(round(measured[-1], 2) if math.isfinite(measured[-1]) else math.inf)
    return losses


def real_run(
    model: nn.Module, optimizer: torch.optim.Optimizer, train: AdderDataset,
    validation: AdderDataset, epochs: int,
) -> tuple[History, list[dict]]:
    """The library's `fit`, with curves that grow: its history, and the weights after each epoch.

    The first weights are those before training. Interrupting ends it after the step, as in `fit`.
    """
    kept = [deepcopy(model.state_dict())]
    curves = live(plot_history, "Left: training, pale each step, dark the mean of 50. Right: "
                                "validation.")

    def after_epoch(history: History) -> None:
        kept.append(deepcopy(model.state_dict()))
        curves(history)

    history = fit(model, train, validation, epochs=epochs, optimizer=optimizer, seed=0,
                  after_epoch=after_epoch)
    if len(kept) <= epochs:
        print(f"Stopped after {len(kept) - 1} whole epochs: everything below is unfinished.")
    return history, kept


def by_epoch(history: History) -> pd.DataFrame:
    """A row for each whole epoch, from 1: both accuracies in percent, and the validation loss.

    The training accuracy is the mean over the steps of the epoch.
    """
    epochs = len(history.validation_loss)
    steps = torch.tensor(history.train_accuracy[: epochs * history.steps_per_epoch])
    return pd.DataFrame({
        "training accuracy": steps.view(epochs, history.steps_per_epoch).mean(dim=1).tolist(),
        "validation accuracy": history.validation_accuracy[:epochs],
        "validation loss": history.validation_loss[:epochs]}, index=range(1, epochs + 1))


def _best_of_all(model, train, validation, epochs):
    optimizer, best = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9), 0.0
    for _ in range(epochs):
        model.train()
        for inputs, (digits, _) in DataLoader(train, 100, shuffle=True):
            optimizer.zero_grad()
            F.cross_entropy(model(*inputs), (digits > inputs[1]).long()).backward()
            optimizer.step()
        with torch.no_grad():
            (images, numbers), (digits, _) = next(iter(DataLoader(validation, len(validation))))
            right = model.eval()(images, numbers).argmax(1) == (digits > numbers)
        best = max(best, 100 * right.double().mean().item())
    return best


@checks.add(
    "Larger or not: another task, another loss, the same loop. You can write it for any network.",
    probes=loop.comparisons, observe=loop.watched,
    mistakes={
        loop.LEARNED_LITTLE: ("lr=0.1", "lr=0.0001"),
        loop.NOT_MOVED: [
            ("            optimizer.step()\n", ""),
            ("optimizer.step()", "optimizer.zero_grad(); optimizer.step()"),
            ("optimizer.step()", "optimizer.step")],
        loop.NOT_BACKWARD: [
            (".backward()", ".backward"),
            ("F.cross_entropy(model(images, numbers), (digits > numbers).long()).backward()",
             "pass"),
            lambda model, train, validation, epochs: 50.0],
        loop.NOT_SHUFFLED: (", shuffle=True", ""),
        loop.NEVER_TRAINS: ("        model.train()\n", ""),
        loop.FEWER_UPDATES: ("            optimizer.step()\n", "        optimizer.step()\n"),
        loop.FROM_VALIDATION: ("DataLoader(train", "DataLoader(validation"),
        loop.OLD_GRADIENTS: ("            optimizer.zero_grad()\n", ""),
        loop.LEARNS_IN_EVAL: ("model.train()", "model.train(epoch == 0)"),
        loop.MINUS: (".long()).backward()", ".long()).neg().backward()"),
        loop.SOFTMAX_FIRST: (
            "model(images, numbers), (digits", "model(images, numbers).softmax(dim=1), (digits"),
        loop.OTHER_LOSS: (
            "F.cross_entropy(model(images, numbers), (digits > numbers).long())",
            "((model(images, numbers) - F.one_hot((digits > numbers).long())) ** 2).mean()"),
        loop.OTHER_TARGETS: (("(digits, _) in DataLoader(train",
                              "(digits, totals) in DataLoader(train"),
                             ("(digits > numbers).long()", "(totals > numbers).long()")),
        loop.NEW_OPTIMIZERS: (
            ("    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)\n", ""),
            ("        model.train()\n",
             "        model.train()\n"
             "        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)\n")),
        loop.OTHER_EPOCHS: [
            ("range(epochs)", f"range({other})")
            for other in ("3", "4", "5", "epochs - 1", "epochs + 1", "1, epochs")],
        loop.NOT_SMALLER: ("digits > numbers", "digits >= numbers"),
        loop.OPPOSITE: [
            ("digits > numbers", "digits < numbers"), ("digits > numbers", "digits <= numbers")],
        "`F.cross_entropy` wants whole numbers, the indices of classes. `.long()` turns True "
        "and False into 1 and 0.": [(".long()", ""), (".long()", ".float()")],
        loop.NOT_MEASURED:
            (("DataLoader(validation", "DataLoader(train"), ("len(validation)", "len(train)")),
        loop.MEASURED_IN_TRAIN: ("    model.eval()\n", ""),
        loop.RECORDED: ("with torch.no_grad():", "if True:"),
        loop.SHARE: ("100 * right / len(validation)", "right / len(validation)"),
        loop.WRONG_ONES: ("argmax(1) ==", "argmax(1) !="),
        loop.COUNTED_EQUAL: ("== (digits > numbers)", "== (digits >= numbers)"),
        loop.OTHER_ACCURACY: [
            ((".sum().item()", ".float().mean().item()"), ("len(validation)", "3")),
            ("100 * right / len(validation)", "right"),
            ("DataLoader(validation, 100)", "[next(iter(DataLoader(validation, 100)))]")],
        loop.BEST_EPOCH: _best_of_all,
        loop.NO_NUMBER: ("100 * right / len(validation)", "[100 * right / len(validation)]"),
    },
)
def train_larger(model, train, validation, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for epoch in range(epochs):
        model.train()
        for (images, numbers), (digits, _) in DataLoader(train, 100, shuffle=True):
            optimizer.zero_grad()
            F.cross_entropy(model(images, numbers), (digits > numbers).long()).backward()
            optimizer.step()
    model.eval()
    right = 0
    with torch.no_grad():
        for (images, numbers), (digits, _) in DataLoader(validation, 100):
            right += (model(images, numbers).argmax(1) == (digits > numbers)).sum().item()
    return 100 * right / len(validation)


NO_RATE = ("`my_rate` returns one of the rates that you tried, as a number: without quotes or "
           "brackets.")
HIGHER = ("With a rate of {}, the mean loss is higher than with the best ones, by more than the "
          "seeds differ. Try {} rates in the cell above.")


def _defended(my_rate) -> Observed:
    """Whether no other rate beats this one by more than the seeds differ.

    The means of three seeds lie between 1.10 and 1.25 from 0.07 to 0.25, with spreads of 0.03 to
    0.22; at 0.05 it is 1.53, at 0.3 it is 1.39.
    """
    rate = my_rate()
    if not isinstance(rate, (int, float)) or isinstance(rate, bool):
        return Observed(rules={NO_RATE: False})
    return Observed(rules={HIGHER.format(rate, "larger"): rate >= 0.07,
                           HIGHER.format(rate, "smaller"): rate <= 0.25})


@checks.add(
    "You can defend this rate: it beats a smaller and a larger one by more than the seeds differ.",
    probes=[()], observe=_defended,
    mistakes={
        NO_RATE: [lambda: "0.1", lambda: [0.1], lambda: True],
        HIGHER.format(0.01, "larger"): lambda: 0.01,
        HIGHER.format(0.05, "larger"): lambda: 0.05,
        HIGHER.format(0.4, "smaller"): lambda: 0.4,
    },
)
def my_rate():
    return 0.1


# What a learner may change to cure a run; what is True or False counts if it is True.
CURES = {"A": ["rate"], "B": ["normalise"], "C": ["images", "augment"], "D": ["rate"],
         "E": ["clear"], "F": ["right_labels"], "G": ["rate"]}
SWITCHES = {"augment", "right_labels", "normalise", "clear"}
# Between these, in three seeds of three, A and D end at 1.6 or below (5.4 and more without a
# change, 1.1 at a rate of 0.1, 2.7 at 0.01), G at 3.2 (3.9), and C at 1.1 (1.4).
ENOUGH = {("A", "rate"): (0.05, 0.3), ("D", "rate"): (0.05, 0.3), ("G", "rate"): (0.005, 0.8),
          ("C", "images"): (600, math.inf)}
SIGNS = {
    "A": "A: nothing moves, training and validation alike. What is far too small?",
    "B": "B: training falls as it should; only validation is off the top, from its first dot on. "
         "What is different about the validation images?",
    "C": "C: training ends near 0 and validation stays above 1: it memorises. What makes that "
         "hard?",
    "D": "D: it jumps up in its first steps, then stays at the dashed line or above, but doesn't "
         "run away. What is far too large?",
    "E": "E: it begins well, then grows without end. So something adds up.",
    "F": "F: it falls to the dotted line and no further: it knows the number and nothing of the "
         "image. More images or another rate don't help. What do the images teach it?",
    "G": "G: it looks like F at first, but it goes through the dotted line and is still falling at "
         "the end: it has begun to read. Nothing is wrong with the data. What is too small?"}
NOT_ENOUGH = {
    "rate": "{}: the rate is the right thing to change. But with yours the run still goes badly. "
            "In exercise 2 you found one that works for this network.",
    "images": "{}: more images are the right change. But with yours it still memorises. Take more: "
              "there are 48,000."}
NO_CHANGE = ("{}: return one dict for each run, with the change that would cure it, such as "
             '`{{"rate": 0.1}}` or `{{"clear": True}}`. The task lists the names.')
ALL_RUNS = ("That is a dict of all runs. Return the change for the one that is asked for: "
            "`{...}[run]`.")
ONE_CHANGE = ("{}: change one thing for each run. With two changes, here {}, you don't know which "
              "one helped.")
NO_NAME = "{}: {!r} isn't among the changes that the task lists."
ALL_ALIKE = ("{}: all runs keep their 200 steps: `steps` isn't among the changes that the task "
             "lists.")
AS_TEXT = ("{}: `rate` is a number above 0, `images` a whole number above 0; the others are True "
           "or False. Write all of them without quotes.")


def _is_written_right(cure: dict) -> bool:
    kinds: dict[str, Any] = {"rate": Real, "images": Integral}
    return all(value in (True, False) if name in SWITCHES else
               isinstance(value, kinds[name]) and not isinstance(value, bool) and value > 0
               for name, value in cure.items())


def _fault(run: str, cure, runs: str) -> str:
    """Why an answer isn't a change of one thing; "" if it is one, right or wrong."""
    if not isinstance(cure, dict) or not cure:
        return NO_CHANGE.format(run)
    if set(cure) == set(runs):
        return ALL_RUNS
    if "steps" in cure:
        return ALL_ALIKE.format(run)
    if unknown := [name for name in cure if name not in SWITCHES | {"rate", "images"}]:
        return NO_NAME.format(run, unknown[0])
    if len(cure) > 1:
        return ONE_CHANGE.format(run, " and ".join(f"`{name}`" for name in cure))
    return "" if _is_written_right(cure) else AS_TEXT.format(run)


def _what_is_wrong(run: str, cure: dict) -> str:
    """What is wrong with a change of one thing; "" if it cures the run."""
    ((name, value),) = cure.items()
    if name not in CURES[run] or not value:
        return SIGNS[run]
    low, high = ENOUGH.get((run, name), (True, True))
    return "" if low <= value <= high else NOT_ENOUGH[name].format(run)


def _cures(cure_of, runs) -> Observed:
    """The cures that are there already, each called for twice, as the lesson does."""
    cures, missing = {}, []
    for run in runs:
        try:
            cure_of(run)
            cures[run] = cure_of(run)
        except (Nothing, Unsolved) as error:
            missing.append(run)
            if len(missing) == len(runs):
                raise error
    for run, cure in cures.items():
        if reason := _fault(run, cure, runs):
            return Observed(rules={reason: False})
    wrong = {run: _what_is_wrong(run, cure) for run, cure in cures.items()}
    right = ", ".join(run for run in cures if not wrong[run])
    words = [*filter(None, wrong.values()), f"Right so far: {right}." if right else "",
             f"Not there yet: {', '.join(missing)}." if missing else ""]
    return Observed(rules={" ".join(filter(None, words)): not missing and not any(wrong.values())})


def _cured(run: str, **cure):
    """Our cures, but for one run another."""
    return lambda other: cure if other == run else checks.cure_of.solution(other)


@checks.add(
    "Seven signs, seven cures. The next cell tries yours: the same runs, each with one change.",
    probes=[("ABCDEFG",)], observe=_cures,
    mistakes={
        NO_CHANGE.format("A"): [lambda run: 0.1, lambda run: {}],
        NO_NAME.format("A", "lr"): lambda run: {"lr": 0.1},
        ALL_RUNS: lambda run: dict.fromkeys("ABCDEFG", {"rate": 0.1}),
        ALL_ALIKE.format("G"): _cured("G", steps=1000),
        ONE_CHANGE.format("E", "`rate` and `clear`"): _cured("E", rate=0.1, clear=True),
        AS_TEXT.format("A"): [lambda run: {"rate": "0.1"}, lambda run: {"clear": "True"},
                  lambda run: {"images": True}, lambda run: {"rate": -0.1},
                  lambda run: {"images": 1e4}],
        SIGNS["A"]: [_cured("A", images=10_000), _cured("A", clear=True)],
        SIGNS["B"]: [_cured("B", rate=0.01), _cured("B", normalise=False)],
        SIGNS["C"]: _cured("C", rate=0.01),
        SIGNS["D"]: _cured("D", clear=True),
        SIGNS["E"]: _cured("E", rate=0.01),
        SIGNS["F"]: [_cured("F", images=10_000), _cured("F", rate=0.01)],
        SIGNS["G"]: [_cured("G", right_labels=True), _cured("G", images=10_000)],
        NOT_ENOUGH["rate"].format("A"): _cured("A", rate=0.01),
        NOT_ENOUGH["rate"].format("D"): _cured("D", rate=0.8),
        NOT_ENOUGH["rate"].format("G"): _cured("G", rate=0.002),
        NOT_ENOUGH["images"].format("C"): _cured("C", images=500),
    },
)
def cure_of(run):
    return {"A": {"rate": 0.1}, "B": {"normalise": True}, "C": {"images": 10_000},
            "D": {"rate": 0.1}, "E": {"clear": True}, "F": {"right_labels": True},
            "G": {"rate": 0.1}}[run]


# --- seven runs with a mistake each ---------------------------------------------------------------


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
