"""Evaluation tables: what the lesson asks, checks and draws."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from math import comb

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure
from scipy.stats import binomtest  # noqa: F401 (in a wrong answer)
from torch import Tensor, nn

from mnist_adder_lib.evaluate import wilson_interval

from ..exercises.checks import Checks, Observed
from ..exercises.questions import Guesses
from ..plots import BLUE, GREY, ORANGE, RED, in_style, labelled

guesses = Guesses.load("evaluation_tables")
checks = Checks()


@checks.add(
    "76 drawings without a mistake for 95%, and 396 for 99%. With a single mistake this formula no "
    "longer holds, and `wilson_interval` takes over.",
    probes=[(95,), (97,), (80,), (99,), (60,), (85,), (50,)],
    mistakes={
        "*At least* 95% includes 95% itself: 76 / 80 is enough.": (">=", ">"),
        "That number falls short. If n isn't whole, take the next whole number above it.":
            lambda percent: int(4 * percent / (100 - percent)),
        "A number of drawings is whole. Take the next whole number above yours.":
            lambda percent: 4 * percent / (100 - percent),
        "That is n / (n + 4) of the percentage itself. n is what you look for: the smallest one "
        "for which n / (n + 4) is at least percent / 100.":
            lambda percent: 100 * percent / (percent + 4),
    },
)
def drawings_needed(percent):
    for n in range(100_000):
        if n / (n + 4) >= percent / 100:
            return n


def _two_networks():
    """Whether each of two networks is right, with few and with many images that tell them apart."""
    first = [True] * 6 + [False] + [True, False] * 2
    second = [False] * 6 + [True] + [True, False] * 2
    yield torch.tensor(first), torch.tensor(second)
    yield torch.tensor(second), torch.tensor(first)
    for count in (40, 60, 300):
        yield torch.rand(count) < 0.9, torch.rand(count) < 0.8
    both = torch.rand(20) < 0.5
    yield both, both.clone()
    more, fewer = torch.tensor([True] * 4), torch.tensor([True] + [False] * 3)
    yield more, fewer
    yield fewer, more
    yield torch.tensor([True, False]), torch.tensor([False, True])


@checks.add(
    "Only the images on which the networks differ decide. All the others could be left out.",
    probes=_two_networks,
    mistakes={
        "Images that *both* networks read don't say which network is better. For the first count, "
        "the first network must be right *and* the second wrong: `first & ~second`.": [
            ("return only_first, only_second", "return int(first.sum()), int(second.sum())"),
            ("return only_first, only_second",
             "return int((first & second).sum()), int((~first & ~second).sum())")],
        "You swapped the two counts: first comes the number of images that only the first network "
        "reads.":
            ("return only_first, only_second", "return only_second, only_first"),
        "That is the number of images on which they differ. Count separately who was right.":
            ("return only_first, only_second", "return coins, coins"),
        "The p-value covers one side only. The coins could have favoured either network, so count "
        "both sides: times 2.":
            ("min(1, 2 * ways / 2 ** coins)", "ways / 2 ** coins"),
        "That is the probability of *exactly* these counts. Results that are even more lopsided "
        "count as well: add up from 0 to the smaller count.": [
            ("ways += comb(coins, heads)", "ways = comb(coins, fewer)"),
            (("ways += comb(coins, heads)", "ways = comb(coins, fewer)"),
             ("min(1, 2 * ways / 2 ** coins)", "ways / 2 ** coins"))],
        "You left out the smaller count itself: `range(k)` stops before `k`. Use `range(k + 1)`.":
            ("range(fewer + 1)", "range(fewer)"),
        "You toss a coin for every image. Toss one only for each image on which the networks "
        "differ.":
            ("coins, fewer = only_first + only_second", "coins, fewer = len(first)"),
        "A probability can't be above 1. If both counts are equal, twice the one side counts the "
        "middle twice: `min(1, ...)`.":
            ("min(1, 2 * ways / 2 ** coins)", "2 * ways / 2 ** coins"),
        "That is the probability that the coins are *less* lopsided. Subtract it from 1.":
            ("min(1, 2 * ways / 2 ** coins)", "1 - min(1, 2 * ways / 2 ** coins)"),
        "Start from the smaller of the two counts. You start from one of them, whichever network "
        "it belongs to.": [
            ("min(only_first, only_second)", "only_second"),
            ("min(only_first, only_second)", "only_first")],
        "Python takes the power before it adds. `2 ** a + b` is 2ᵃ plus b, so put the number of "
        "coins in brackets: `2 ** (a + b)`.": [
            ("2 * ways / 2 ** coins", "2 * (ways / 2**only_first + only_second)"),
            ("2 * ways / 2 ** coins", "2 * ways / 2**only_first + only_second"),
            ("2 * ways / 2 ** coins", "2 * (ways / 2**only_second + only_first)"),
            ("2 * ways / 2 ** coins", "2 * ways / 2**only_second + only_first")],
        "`not` and minus don't work on a whole tensor of true and false. `~second` turns each of "
        "its values round.": [("~second", "(not second)"), ("~second", "(-second)"),
                              ("first & ~second", "first - second")],
        "`and` and `not` want a single true or false. For two tensors, value by value, they are "
        "`&` and `~`: `first & ~second`.": (("first & ~second", "first and not second"),
                                              ("second & ~first", "second and not first")),
        "Your counts are tensors, which can't hold a number as large as 2 to the power of the "
        "coins. `int(...)` turns each of them into a Python number.":
            (("int((first & ~second).sum())", "(first & ~second).sum()"),
             ("int((second & ~first).sum())", "(second & ~first).sum()")),
        "Each coin can fall in two ways, and all of them together in 2 to the power of their "
        "number: `2 ** coins`, not `coins ** 2`.": ("2 ** coins", "coins ** 2"),
        "With no image on which they differ, `binomtest` stops: there is no coin to toss. Nothing "
        "tells the networks apart then, so return a p-value of 1.":
            ("min(1, 2 * ways / 2 ** coins)", "binomtest(fewer, coins).pvalue"),
    },
)
def compare_networks(first, second):
    only_first = int((first & ~second).sum())
    only_second = int((second & ~first).sum())
    coins, fewer = only_first + only_second, min(only_first, only_second)
    ways = 0
    for heads in range(fewer + 1):
        ways += comb(coins, heads)
    return only_first, only_second, min(1, 2 * ways / 2 ** coins)


FOUR = "Return four values, each True or False: one for each sentence, in their order."
SENTENCES = {
    "Sentence 1 is about the *answers* 0, which are in column 0. Is any of them wrong?": True,
    "Sentence 2 is about the images that *show* a 1, which are in row 1. Is any of them misread?":
        False,
    "Sentence 3 asks how *likely* a mistake is, so counts aren't enough. Divide each count by the "
    "number of images of its digit: 6 of 60, and 10 of 200.": True,
    "Sentence 4: the number of *answers* 3 is the sum of column 3, right or wrong. The number of "
    "images of a 3 is the sum of row 3.": False}


def _four_sentences(four_sentences) -> Observed:
    said = four_sentences()
    if not isinstance(said, (tuple, list)) or len(said) != 4 or not all(
            one in (True, False) for one in said):
        return Observed(rules={FOUR: False})
    return Observed(rules={reason: bool(one) == truth
                           for one, (reason, truth) in zip(said, SENTENCES.items())})


@checks.add(
    "Sentences 2 and 4 are false. With rows and columns swapped, both would be true.",
    probes=[()], observe=_four_sentences,
    mistakes={
        FOUR: [lambda: True, lambda: ("true", "false", "true", "false")],
        list(SENTENCES)[0]: lambda: (False, False, True, False),
        list(SENTENCES)[1]: lambda: (True, True, True, False),
        list(SENTENCES)[2]: lambda: (True, False, False, False),
        list(SENTENCES)[3]: lambda: (True, False, True, True),
    },
)
def four_sentences():
    return True, False, True, False


def count_holding(intervals, truth: float) -> int:
    """How many of the intervals, (low, high), hold the truth."""
    return sum(low <= truth <= high for low, high in intervals)


def intervals_of(exams: Tensor) -> list[tuple[float, float]]:
    """The interval p ± 2 · √(p(1 - p) / n), in percent, of the accuracy in each exam.

    exams: bool (exams, images), whether each answer was right.
    """
    p = exams.double().mean(dim=1)
    reach = 2 * (p * (1 - p) / exams.shape[1]) ** 0.5
    return list(zip((100 * (p - reach)).tolist(), (100 * (p + reach)).tolist()))


def take_exams(exams: int, images: int, truth: float, seed: int = 0) -> list[tuple[float, float]]:
    """The intervals of an imaginary network that takes so many exams of so many images each, as
    `intervals_of` computes them. truth: how many percent it reads in the long run."""
    chance = torch.Generator().manual_seed(seed)  # the lesson's own random numbers go on as before
    return intervals_of(torch.rand(exams, images, generator=chance) < truth / 100)


@in_style
def plot_intervals(intervals: Sequence[tuple[float, float]], truth: float,
                   size: tuple[float, float] = (5.5, 3.4)) -> Figure:
    """Intervals, (low, high) in percent, above each other; those that miss the truth are red.

    size: width and height of the figure, inches.
    """
    figure, ax = plt.subplots(figsize=size)
    for row, (low, high) in enumerate(intervals):
        hit = low <= truth <= high
        colour, width = (ORANGE, 1.2) if hit else (RED, 3)
        ax.plot([low, high], [row, row], color=colour, linewidth=width)
    ax.axvline(truth, color=GREY, linestyle=":")
    ax.set(xlabel="accuracy, percent (dotted: the truth)", ylabel="exam")
    hits = count_holding(intervals, truth)
    return labelled(figure, f"{len(intervals)} lines, one for the interval of each exam. {hits} "
                    f"cross the dotted line of the truth, {len(intervals) - hits} miss it.")


def plot_opening() -> Figure:
    """What the lesson opens with: 60 exams of the same network, three of which miss the truth."""
    intervals = take_exams(exams=60, images=10_000, truth=99, seed=1)
    return plot_intervals(intervals, truth=99, size=(6.4, 2.8))


@in_style
def plot_both_intervals(results: Sequence[tuple[int, int]]) -> Figure:
    """The formula's interval and Wilson's, each of two standard errors, for several exams.

    results: how many answers were right, and of how many, for each exam.
    """
    figure, ax = plt.subplots(figsize=(5.5, 2.6))
    ax.axvspan(100, 102, color=GREY, alpha=0.15, linewidth=0)
    names, words = [], []
    for row, (right, count) in enumerate(results):
        (formula,) = intervals_of((torch.arange(count) < right)[None])
        for offset, colour, (low, high) in ((-0.2, GREY, formula),
                                            (0.2, ORANGE, wilson_interval(right, count, 2))):
            ax.plot([low, high], [row + offset] * 2, color=colour, linewidth=4,
                    solid_capstyle="butt", marker="s" if low == high else "", markersize=4)
            words.append(f"{low:.1f} to {high:.1f}")
        ax.plot(100 * right / count, row, "o", color=BLUE, markersize=5)
        names.append(f"{right:,} of {count:,}")
    ax.set(yticks=range(len(names)), yticklabels=names, xlabel="accuracy, percent",
           xlim=(None, 102))
    ax.invert_yaxis()
    both = "; ".join(f"{name}: {formula} and {wilson}"
                     for name, formula, wilson in zip(names, words[::2], words[1::2]))
    return labelled(figure, "Two intervals for each exam, by the formula and by Wilson's rule, and "
                    f"a grey area above 100%. {both}.")


def rounded(model: nn.Module, steps: int) -> nn.Module:
    """A copy of a network in which the largest weight of each tensor, up or down, is `steps` equal
    steps from 0, and every weight is rounded to the nearest step.

    Raises ValueError for less than one step.
    """
    if steps < 1:
        raise ValueError(f"rounding needs one step or more to either side of 0, not {steps}")
    small = copy.deepcopy(model)
    with torch.no_grad():
        for weights in small.parameters():
            step = weights.abs().max() / steps
            if step > 0:
                weights[:] = (weights / step).round() * step
    return small


@in_style
def plot_coins(coins: dict[int, int]) -> Figure:
    """How likely each number of heads is; results at least as lopsided as the one seen are orange.

    coins: number of coins -> how many of them fell on the rarer side.
    """
    figure, axes = plt.subplots(1, len(coins), figsize=(5.5, 2.1), sharey=True, squeeze=False)
    words = []
    for ax, (count, fewer) in zip(axes.flat, coins.items()):
        ways = 100 * np.array([comb(count, heads) for heads in range(count + 1)]) / 2 ** count
        heads = np.arange(count + 1)
        lopsided = (heads <= fewer) | (heads >= count - fewer)
        ax.bar(heads, ways, color=np.where(lopsided, ORANGE, GREY))
        ax.set(title=f"{count} coins: {ways[lopsided].sum():.1f} in 100", xlabel="heads")
        ax.locator_params("x", integer=True)
        words.append(f"{count} coins: at most {fewer} or at least {count - fewer} heads in "
                     f"{ways[lopsided].sum():.1f} of 100")
    axes[0, 0].set_ylabel("% of all ways")
    return labelled(figure, "A bar for each number of heads, highest in the middle; the outer ones "
                    f"are orange. {'; '.join(words)}.")


@in_style
def plot_calibration(table: Tensor) -> Figure:
    """Two bars for each tenth of how sure a network is: the mistakes that it expects, and those
    that it makes, with a 95% interval. table, (10, 3): expected, made, answers; tenths without
    answers are left out."""
    tenths = [tenth for tenth in range(10) if table[tenth, 2] > 0]
    names = [f"{10 * tenth}-{10 * tenth + 10}" for tenth in tenths]
    figure, ax = plt.subplots(figsize=(5.5, 2.9))
    places = np.arange(len(tenths))
    expected, made, answers = table[tenths].double().T.numpy()
    ax.bar(places - 0.2, expected, 0.4, color=GREY, label="expects")
    ax.bar(places + 0.2, made, 0.4, color=BLUE, label="makes, with its interval")
    ends = np.array([wilson_interval(int(wrong), int(count)) for wrong, count
                     in zip(made, answers)]).T * answers / 100
    ax.errorbar(places + 0.2, made, yerr=np.abs(ends - made), fmt="none", color=ORANGE, capsize=3)
    ax.set_xticks(places, names)
    ax.set(xlabel="how sure it is of its answer, percent", ylabel="mistakes")
    ax.legend()
    return labelled(figure, "Two bars for each group of answers. " + "; ".join(
        f"{name}%: expects {e:.1f} mistakes, makes {m:.0f} (interval {low:.0f} to {high:.0f})"
        for name, e, m, low, high in zip(names, expected, made, *ends)) + ".")
