"""Evaluation tables: what the lesson asks, checks and draws."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from torch import Tensor

from ..exercises.checks import Checks, rand_int
from ..exercises.guesses import Guesses
from ..notebook.figures import BLUE, GREY, ORANGE, RED, in_style, labelled
from ..notebook.results import read_results

guesses = Guesses.load("evaluation_tables")
checks = Checks()


def _batches():
    yield torch.tensor([1.0, 3.0]), torch.tensor([2, 1])
    for count in (3, 5, 8):
        means = torch.tensor([0.1] * count + [3.0]) + torch.rand(count + 1)
        yield means, torch.tensor([128] * count + [rand_int(2, 30)])


@checks.add(
    "Each batch counts as much as it has examples, so the batch size can't change the result.",
    probes=_batches,
    mistakes={
        "That is a mean of means: the few examples of the last batch weigh too much.":
            lambda means, sizes: means.mean(),
        "You have the sum of each batch, and took the mean of these sums: that is the loss of a "
        "whole batch. Divide by the number of examples, not of batches.":
            lambda means, sizes: (means * sizes).mean(),
        "Far too small: a sum of means, divided by the number of examples, is no mean.":
            lambda means, sizes: means.sum() / sizes.sum(),
        "That is the sum over all examples. Divide it by how many they are.":
            lambda means, sizes: (means * sizes).sum(),
        "That is the sum of the means. A mean times its size is the sum of a batch.":
            lambda means, sizes: means.sum(),
        "All batches but the last have 128 examples, but the last has fewer: divide by the sum of "
        "`sizes`.": [lambda means, sizes: (means * sizes).sum() / (128 * len(sizes)),
                     lambda means, sizes: (means * sizes).sum() / (sizes[0] * len(sizes))],
        "You take every batch for as large as the first. Each has a size of its own in `sizes`.":
            [lambda means, sizes: (means * 128).sum() / sizes.sum(),
             lambda means, sizes: (means * sizes[0]).sum() / sizes.sum()],
        "A mean times its size is the sum of a batch. Divided by its size, it is smaller still.":
            [lambda means, sizes: (means / sizes).sum(),
             lambda means, sizes: (means / sizes).sum() / sizes.sum()],
        "You added a size to a mean. A mean *times* its size is the sum of a batch.":
            lambda means, sizes: (means + sizes).sum() / sizes.sum(),
        "The last size isn't taken away: it is a part of all examples. Divide by the sum.":
            lambda means, sizes: (means * sizes).sum() / sizes[:-1].sum(),
        "You left the last batch out. Its examples count, too, as much as any others.":
            [lambda means, sizes: means[:-1].mean(),
             lambda means, sizes: (means * sizes)[:-1].sum() / sizes.sum(),
             lambda means, sizes: (means * sizes)[:-1].sum() / sizes[:-1].sum()],
        "All of these are still apart, one for each batch. Add them up.":
            lambda means, sizes: means * sizes / sizes.sum(),
        "That is the share of wholes that the sizes make of the means, upside down: divide the "
        "sum of losses by the number of examples.":
            lambda means, sizes: sizes.sum() / (means * sizes).sum(),
    },
)
def mean_loss(means, sizes):
    return (means * sizes).sum() / sizes.sum()


def _predictions():
    yield (torch.tensor([7, 1, 4, 4]), torch.tensor([9, 4, 6, 5]), torch.tensor([7, 1, 9, 4]),
           torch.tensor([2, 2, 2, 1]), 2)
    for count in (700, 600, 900):
        digits, numbers = torch.randint(10, (2, count))
        first, second = (torch.where(torch.rand(count) < 0.8, digits, 9 - digits)
                         for _ in range(2))
        yield first, second + numbers, digits, numbers, rand_int(1, 9)


def _percent(flags: Tensor):
    return 100 * flags.double().mean()


def _right_ones(digit, total, digits, numbers, number=None):
    """Whether digits are right and whether sums are; only where the number is this one."""
    rows = slice(None) if number is None else numbers == number
    return (digit == digits)[rows], (total == digits + numbers)[rows]


def _both(*columns):
    digit, total = _right_ones(*columns)
    return digit & total


@checks.add(
    "An example counts when both answers are right in the same row.",
    probes=_predictions,
    mistakes={
        "That is one for each example. How many percent of them are right?":
            [lambda *a: _both(*a), lambda *a: _both(*a[:4]), lambda *a: 100 * _both(*a)],
        "In percent, please: times 100.": lambda *a: _percent(_both(*a)) / 100,
        "That is how many, not how many in a hundred.": lambda *a: _both(*a).sum(),
        "Divided by 100, a number is no percent: divide by how many there are, times 100.":
            [lambda *a: _both(*a).sum() / 100, lambda *a: _both(*a[:4]).sum() / 100],
        "That is over all examples, whatever their number. Only those with this number are asked "
        "for.": lambda *a: _percent(_both(*a[:4])),
        "You divided by all examples. Of those *with this number*, how many percent are right?":
            lambda *a: 100 * _both(*a).sum() / len(a[3]),
        "In percent, please, and of those with this number.":
            lambda *a: _both(*a).sum() / len(a[3]),
        "That is over all examples, and not in percent.": lambda *a: _percent(_both(*a[:4])) / 100,
        "That is a count over all examples. How many percent, of those with this number?":
            lambda *a: _both(*a[:4]).sum(),
        "A product of accuracies would be right only if the two mistakes had nothing to do with "
        "each other. Compare row by row.":
            lambda *a: math.prod(map(_percent, _right_ones(*a))) / 100,
        "A mean of accuracies lets half an answer count.":
            lambda *a: sum(map(_percent, _right_ones(*a))) / 2,
        "That is the accuracy of the digit alone.": lambda *a: _percent(_right_ones(*a)[0]),
        "That is the accuracy of the sum alone.": lambda *a: _percent(_right_ones(*a)[1]),
        "One right answer is not enough, both must be.":
            lambda *a: _percent(_right_ones(*a)[0] | _right_ones(*a)[1]),
        "That is how many percent are wrong.": lambda *a: 100 - _percent(_both(*a)),
        "That is the share of examples with this number.": lambda *a: _percent(a[3] == a[4]),
        "Compare the sum with the true one, `digits + numbers`, not with the digit.":
            lambda d, t, digits, *a: _percent(((d == digits) & (t == digits))[a[0] == a[1]]),
        "You compared the two answers with each other, not with what is true.":
            lambda d, t, _, n, number: _percent((d + n == t)[n == number]),
        "Those are examples with larger or smaller numbers, too. Asked for are those with just "
        "this number: `==`.": [
            ("numbers == number", "numbers >= number"), ("numbers == number", "numbers <= number"),
            ("numbers == number", "numbers > number"), ("numbers == number", "numbers < number")],
        "A prediction that is larger or smaller than what is true isn't right: compare by `==`.": [
            ("totals == digits", "totals >= digits"), ("totals == digits", "totals <= digits"),
            ("predicted_digits == digits", "predicted_digits >= digits"),
            ("predicted_digits == digits", "predicted_digits <= digits"),
            ("predicted_digits == digits", "predicted_digits >= digits",
             "totals == digits", "totals >= digits")],
        "Those are all *other* examples: take the ones with this number.":
            lambda *a: _percent(_both(*a[:4])[a[3] != a[4]]),
        "Those are the examples with this *digit*. Asked for are those with this number.":
            lambda *a: _percent(_both(*a[:4])[a[2] == a[4]]),
        "The number is taken away from the digit: the true sum is digit plus number.":
            ("digits + numbers", "digits - numbers"),
        "There are several comparisons, so put each in brackets, and `&` between them: `(a == b) & "
        "(c == d)`. Without brackets `&` comes first.":
            ("(predicted_digits == digits) & (predicted_totals == digits + numbers)",
             "predicted_digits == digits & predicted_totals == digits + numbers"),
        "`and` wants a single True or False, but here is one for each example. `&` goes through "
        "all of them: `(a == b) & (c == d)`.": (" & ", " and "),
        "`if` decides once, but each example has a number of its own. `[numbers == number]` behind "
        "a column takes the places where it is true.":
            ("return", "if numbers == number:\n        return"),
    },
)
def joint_accuracy(predicted_digits, predicted_totals, digits, numbers, number):
    both = (predicted_digits == digits) & (predicted_totals == digits + numbers)
    return 100 * both[numbers == number].double().mean()


def _intervals():
    yield torch.tensor([1.0, 4.0, 2.0, 7.0]), torch.tensor([5.0, 6.0, 9.0, 8.0]), 3
    for count in (150, 240, 333):
        truth = rand_int(60, 90)
        centres, half = truth + 3 * torch.randn(count), 3 + torch.rand(count)
        yield centres - half, centres + half, truth


@checks.add(
    "About 95 of 100, if they are 95% intervals and the samples have nothing in common.",
    probes=_intervals,
    mistakes={
        "One number is wanted, not one for each interval: how many percent hold the truth?":
            lambda low, high, t: (low < t) & (t < high),
        "In percent, please: times 100.":
            lambda low, high, t: ((low < t) & (t < high)).double().mean(),
        "That is how many, not how many in a hundred.":
            lambda low, high, t: ((low < t) & (t < high)).sum(),
        "Divided by 100, a count is no percent: divide by how many intervals there are, times 100.":
            lambda low, high, t: ((low < t) & (t < high)).sum() / 100,
        "That is how many percent *miss* the truth.":
            lambda low, high, t: _percent((low > t) | (t > high)),
        "You looked at the low ends only. The truth must also be below the high end.":
            lambda low, high, t: _percent(low < t),
        "You looked at the high ends only. The truth must also be above the low end.":
            lambda low, high, t: _percent(t < high),
        "It is enough for you that one end is on the right side, and that is always so. Both must "
        "be.": lambda low, high, t: _percent((low < t) | (t < high)),
        "A low end above the truth *and* a high end below it: no interval is like that.":
            lambda low, high, t: _percent((low > t) & (t > high)),
        "Both ends are below the truth: the high end must be above it.":
            lambda low, high, t: _percent((low < t) & (high < t)),
        "Both ends are above the truth: the low end must be below it.":
            lambda low, high, t: _percent((low > t) & (high > t)),
        "There are several comparisons, so put each in brackets, and `&` between them: `(a < b) & "
        "(b < c)`. Without brackets `&` comes first.": ("(lows <= truth) & (truth <= highs)",
                                                       "lows <= truth & truth <= highs"),
        "`and` wants a single True or False, but here is one for each interval. `&` goes through "
        "all of them: `(a < b) & (b < c)`.": (" & ", " and "),
        "A row of comparisons, `a < b < c`, gives a single True or False, but here is one for each "
        "interval. Make two of it: `(a < b) & (b < c)`.":
            ("(lows <= truth) & (truth <= highs)", "lows <= truth <= highs"),
        "`in` asks whether the truth is one of the ends. It should lie between them: compare it "
        "with both.": ("(lows <= truth) & (truth <= highs)", "truth in (lows, highs)"),
    },
)
def coverage(lows, highs, truth):
    hold = (lows <= truth) & (truth <= highs)
    return 100 * hold.double().mean()


def _matrix(classes: int, right: int, count: int) -> Tensor:
    """A confusion matrix with `right` of `count` on its diagonal."""
    true = torch.randint(classes, (count,))
    wrong = (torch.arange(count) >= right) * torch.randint(1, classes, (count,))
    return torch.bincount(true * classes + (true + wrong) % classes,
                          minlength=classes**2).view(classes, classes)


def _two_matrices():
    for digits_right, sums_right, count in [(90, 80, 100), (80, 90, 100), (30, 20, 100),
                                            (20, 30, 100), (150, 70, 200), (299, 298, 300)]:
        yield _matrix(10, digits_right, count), _matrix(19, sums_right, count)


def _ends(fewest="", most=""):
    """Changes of the solution: other texts for its ends."""
    return ("max(0, count - mistakes)", fewest or "max(0, count - mistakes)",
            "min(digits_right, sums_right)", most or "min(digits_right, sums_right)")


@checks.add(
    "This range is all that the two diagonals tell. For the number itself, look at the rows.",
    probes=_two_matrices,
    mistakes={
        "The fewest can't be below 0: none is the least.": _ends("count - mistakes"),
        "The fewest isn't always 0. With 90 and 80 right of 100 there are only 10 + 20 mistakes: "
        "they can't spoil all examples.": _ends("0"),
        "For the fewest, that is the larger number of mistakes. How many examples are left if no "
        "mistake falls on the same as another?": _ends("count - min(digits_right, sums_right)"),
        "So many examples can be spoiled. The fewest is how many are left.": _ends("mistakes"),
        "For the fewest the product would be right only if the two had nothing to do with each "
        "other. Fewer are possible.": _ends("digits_right * sums_right / count"),
        "The fewest is not the smaller of the two. With 90 and 80 right of 100 the 10 other "
        "mistakes can spoil some of the 80.": _ends("min(digits_right, sums_right)"),
        "The other way round: first the fewest, then the most.":
            ("max(0, count - mistakes), min(digits_right, sums_right)",
             "min(digits_right, sums_right), max(0, count - mistakes)"),
        "The fewest is a difference of both, but of what? The mistakes of both together spoil "
        "examples; the rest is left.": _ends("abs(digits_right - sums_right)"),
        "For the fewest you look at the digits only. The mistakes of the sums spoil examples, too.":
            _ends("digits_right"),
        "The fewest should be a count, not a share.": _ends("max(0, count - mistakes) / count"),
        "The fewest should be a count, not percent.":
            _ends("max(0, count - mistakes) / count * 100"),
        "`min(0, ...)` is never more than 0. The *larger* of the two is wanted: `max(0, ...)`.":
            _ends("min(0, count - mistakes)"),
        "The most is not the larger of the two: no example has both right without its digit *and* "
        "its sum.": _ends(most="max(digits_right, sums_right)"),
        "The most is not all of them: no example has both right without its digit and its sum.":
            _ends(most="count"),
        "The most is not the product: that would be the expected number if the two had nothing to "
        "do with each other.": _ends(most="digits_right * sums_right / count"),
        "The most can't be the sum of both, which may be more than there are examples.":
            _ends(most="digits_right + sums_right"),
        "The most is not the number of classes: the right ones stand on the diagonal, added up.":
            _ends(most="10"),
        "The most should be a count, not a share.":
            _ends(most="min(digits_right, sums_right) / count"),
        "The most should be a count, not percent.":
            _ends(most="100 * min(digits_right, sums_right) / count"),
        "The most is more than the largest number on a diagonal: add the diagonal up.":
            _ends(most="min(digit_matrix.max(), sum_matrix.max())"),
        "For the most you look at the digits only. No example has both right without its sum.":
            _ends(most="digits_right"),
        "For the most you look at the sums only. No example has both right without its digit.":
            _ends(most="sums_right"),
        "The most is more: mistakes of the digit and of the sum may fall on the same examples.":
            _ends(most="max(0, count - mistakes)"),
        "The diagonals aren't added up: `.sum()` behind each makes one number of it.": [
            ("digit_matrix.diagonal().sum(), sum_matrix.diagonal().sum()",
             "digit_matrix.diagonal(), sum_matrix.diagonal()"),
            ("digit_matrix.diagonal().sum()", "digit_matrix.diagonal()"),
            ("sum_matrix.diagonal().sum()", "sum_matrix.diagonal()")],
        "That is the sum of all numbers in a matrix. The right ones stand on its diagonal.":
            (".diagonal()", ""),
    },
)
def joint_range(digit_matrix, sum_matrix):
    count = digit_matrix.sum()
    digits_right, sums_right = digit_matrix.diagonal().sum(), sum_matrix.diagonal().sum()
    mistakes = (count - digits_right) + (count - sums_right)
    return max(0, count - mistakes), min(digits_right, sums_right)


def count_holding(intervals, truth: float) -> int:
    """How many of the intervals, (low, high), hold the truth."""
    return sum(low <= truth <= high for low, high in intervals)


@in_style
def plot_intervals(intervals, truth: float) -> Figure:
    """Intervals, (low, high) in percent, above each other; those that miss the truth are red."""
    figure, ax = plt.subplots(figsize=(5.5, 3.4))
    for row, (low, high) in enumerate(intervals):
        hit = low <= truth <= high
        colour, width = (BLUE, 1.2) if hit else (RED, 3)
        ax.plot([low, high], [row, row], color=colour, linewidth=width)
    ax.axvline(truth, color=GREY, linestyle=":")
    ax.set(xlabel="accuracy, percent (dotted: the truth)", ylabel="exam")
    hits = count_holding(intervals, truth)
    return labelled(figure, f"{len(intervals)} lines, one for the interval of each exam. {hits} "
                    f"cross the dotted line of the truth, {len(intervals) - hits} miss it.")


@in_style
def plot_accuracy_per(table: pd.DataFrame) -> Figure:
    """What `accuracy_per` gives: a dot for each group, and a line for its interval."""
    figure, ax = plt.subplots(figsize=(5.5, 0.9 + 0.19 * len(table)))
    places = range(len(table))
    ax.hlines(places, table["from"], table["to"], color=BLUE, linewidth=2)
    ax.plot(table["accuracy"], places, "o", color=ORANGE)
    ax.set(yticks=places, yticklabels=table.index, ylabel=table.index.name,
           xlabel="accuracy and its 95% interval, percent")
    ax.invert_yaxis()
    lowest, highest = table["accuracy"].idxmin(), table["accuracy"].idxmax()
    width = table["to"] - table["from"]
    return labelled(figure, f"A dot and a line for each {table.index.name}. Lowest: {lowest}, "
                    f"highest: {highest}. The widest interval has {width.idxmax()}, with "
                    f"{table['examples'][width.idxmax()]} examples.")


@in_style
def plot_chance(dealt, seen: float) -> Figure:
    """How large a gap was in each of many deals by chance, and in truth (in percentage points)."""
    dealt = np.asarray(dealt)
    figure, ax = plt.subplots(figsize=(5.5, 2.4))
    ax.hist(dealt, bins=30, color=BLUE)
    ax.axvline(seen, color=ORANGE, linewidth=3)
    ax.set(xlabel="gap, percentage points (orange: the real one)", ylabel="deals")
    as_large = int((dealt >= seen - 1e-9).sum())
    return labelled(figure, f"The gaps of {len(dealt):,} deals, from {dealt.min():.2f} to "
                    f"{dealt.max():.2f}; {as_large} are at least as large as the real one, "
                    f"{seen:.2f}.")


def recipe_runs() -> pd.DataFrame:
    """Percent of the evaluation split with both right: a column for each recipe, a row for each
    seed, from `experiments/measure_recipes.py`."""
    runs = read_results("results.jsonl")
    table = runs.pivot_table(index="seed", columns="recipe", values="evaluation")
    return table[["reference", "fast", "best"]].dropna()  # the seeds that all of them had


@in_style
def plot_recipes(runs: pd.DataFrame) -> Figure:
    """What `recipe_runs` gives: a dot for each training; below, mean and two standard errors."""
    names = list(runs)
    figure, ax = plt.subplots(figsize=(5.5, 0.8 + 0.55 * len(names)))
    words = []
    for row, name in enumerate(names):
        values = runs[name]
        mean, error = values.mean(), values.sem()
        ax.plot(values, [row] * len(values), "o", color=BLUE, markeredgewidth=0)
        ax.errorbar(mean, row + 0.28, xerr=2 * error, color=ORANGE, marker="o", capsize=4)
        words.append(f"{name} {mean:.2f} ± {error:.2f}")
    ax.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.4, -0.4),
           xlabel="both right on the evaluation split, percent")
    return labelled(figure, "Dots for each recipe's trainings. Mean and standard error: "
                    + ", ".join(words) + ".")


@in_style
def plot_calibration(table: Tensor) -> Figure:
    """Mistakes that a network expects and those that it makes, (10, 2): two bars for each tenth of
    how sure it is; tenths in which it expects none are left out."""
    tenths = [tenth for tenth in range(10) if table[tenth, 0] > 0]
    names = [f"{10 * tenth}-{10 * tenth + 10}" for tenth in tenths]
    figure, ax = plt.subplots(figsize=(5.5, 2.6))
    places = np.arange(len(tenths))
    for column, (name, colour) in enumerate({"expects": BLUE, "makes": ORANGE}.items()):
        heights = table[tenths, column].tolist()
        bars = ax.bar(places + 0.4 * column - 0.2, heights, 0.4, color=colour, label=name)
        ax.bar_label(bars, fmt="%.0f", color=GREY)
    ax.set_xticks(places, names)
    ax.set(xlabel="how sure it is of its answer, percent", ylabel="mistakes")
    ax.legend()
    return labelled(figure, "Two bars for each group of answers. " + "; ".join(
        f"{name}%: expects {expected:.1f} mistakes, makes {made:.0f}"
        for name, (expected, made) in zip(names, table[tenths].tolist())) + ".")
