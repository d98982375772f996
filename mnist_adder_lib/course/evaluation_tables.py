"""Evaluation tables: what the lesson asks, checks and draws."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from torch import Tensor

from .checks import Checks, compare, draw, numbers, require
from .figures import BLUE, GREY, ORANGE, RED, in_style, labelled
from .guesses import Guesses
from .results import read_results


def _which_is_more_often_wrong(answer) -> str:
    """answer: the shares wrong of sum 9 and of sum 0, and how often chance does as much."""
    nine, zero, chance = answer
    if chance >= 0.05:
        return "neither"
    return "9" if nine < zero else "0"


guesses = Guesses.load("evaluation_tables", rare_sum=_which_is_more_often_wrong)
checks = Checks()
BRACKETS = ("There are several comparisons, so put each in brackets, and `&` between them: "
            "`(a == b) & (c == d)`. Without brackets `&` comes first, and `and` wants a single "
            "True or False, not one for each example.")


@checks.add(
    "Each batch counts as much as it has examples, so the batch size can't change the result."
)
def mean_loss(answer):
    """`mean_loss(means, sizes)`: the mean over all examples, from each batch's mean and size."""
    for n in (draw(3, 8), draw(3, 8), draw(3, 8)):
        means, sizes = torch.tensor([0.1] * n + [3.0]), torch.tensor([128] * n + [draw(2, 30)])
        means += torch.rand(n + 1)
        total = (means * sizes).sum().item()
        example = (f"{n} batches of 128 and one of {sizes[-1]}, whose losses add up to "
                   f"{total:.4g},")
        compare(answer(means, sizes), total / sizes.sum().item(), example, {
            "That is a mean of means: the few examples of the last batch weigh too much.":
                means.mean().item(),
            "You have the sum of each batch, and took the mean of these sums: that is the loss of "
            "a whole batch. Divide by the number of examples, not of batches.":
                (means * sizes).mean().item(),
            "Far too small: a sum of means, divided by the number of examples, is no mean.":
                (means.sum() / sizes.sum()).item(),
            "That is the sum over all examples. Divide it by how many they are.": total,
            "All batches but the last have 128 examples, but the last has fewer. Use `sizes`.":
                total / (128 * (n + 1)),
            "A mean times its size is the sum of a batch. Divided by its size, it is smaller "
            "still.": (means / sizes).sum().item(),
            "You left the last batch out. Its examples count, too, as much as any others.":
                means[:-1].mean().item(),
        })


@checks.add("An example counts when both answers are right in the same row.")
def joint_accuracy(answer):
    """`joint_accuracy(predicted_digits, predicted_totals, digits, numbers, number)`, percent."""
    for n in (draw(600, 900), draw(600, 900), draw(600, 900)):
        (digits, told), number = torch.randint(10, (2, n)), draw(1, 9)
        first, second = (torch.where(torch.rand(n) < 0.8, digits, 9 - digits) for _ in range(2))
        got = answer(first.clone(), second + told, digits.clone(), told.clone(), number,
                     errors={"Boolean value": BRACKETS})
        require(numbers(got).size == 1, "One number is wanted, not one for each example: how many "
                "percent of them are right?")
        rows = told == number
        right, reasons = _joint_reasons(first == digits, second == digits, rows)
        reasons["Compare the sum with the true one, `digits + numbers`, not with the digit."] = (
            _percent(((first == digits) & (second + told == digits))[rows]))
        reasons["You compared the two answers with each other, not with what is true."] = (
            _percent((first == second)[rows]))
        example = f"{n} random examples, {int(rows.sum())} of them with the number {number},"
        compare(got, right, example, reasons)


def _percent(flags: Tensor) -> float:
    return 100 * flags.double().mean().item()


def _joint_reasons(digit: Tensor, total: Tensor, rows: Tensor) -> tuple[float, dict[str, float]]:
    """Percent with both right among the rows that are true, and wrong answers by reason."""
    both, count, n = digit & total, int(rows.sum()), len(rows)
    first, second, right = (_percent(flags[rows]) for flags in (digit, total, both))
    return right, {
        "In percent, please: times 100.": right / 100,
        "That is how many, not how many in a hundred.": float((both & rows).sum()),
        "That is over all examples, whatever their number. Only those with this number are asked "
        "for.": _percent(both),
        "You divided by all examples. Of those *with this number*, how many percent are right?":
            100 * float((both & rows).sum()) / n,
        "In percent, please, and of those with this number.": float((both & rows).sum()) / n,
        "That is over all examples, and not in percent.": _percent(both) / 100,
        "That is a count over all examples. How many percent, of those with this number?":
            float(both.sum()),
        "A product of accuracies would be right only if the two mistakes had nothing to do with "
        "each other. Compare row by row.": first * second / 100,
        "A mean of accuracies lets half an answer count.": (first + second) / 2,
        "That is the accuracy of the digit alone.": first,
        "That is the accuracy of the sum alone.": second,
        "One right answer is not enough, both must be.": first + second - right,
        "That is how many percent are wrong.": 100 - right,
        "That is the share of examples with this number.": 100 * count / n,
    }


@checks.add("About 95 of 100, if they are 95% intervals and the samples have nothing in common.")
def coverage(answer):
    """`coverage(lows, highs, truth)`: how many percent of the intervals hold the truth."""
    for n in (draw(120, 180), draw(210, 260), draw(300, 390)):
        truth = draw(60, 90)
        centres, half = truth + 3 * torch.randn(n), 3 + torch.rand(n)
        lows, highs = centres - half, centres + half
        got = answer(lows.clone(), highs.clone(), truth, errors={"Boolean value": BRACKETS})
        above, below = lows > truth, highs < truth  # where the interval misses the truth
        hold = n - int(above.sum()) - int(below.sum())
        require(numbers(got).size == 1, "One number is wanted, not one for each interval: how many "
                "percent of them hold the truth?")
        example = f"{n} intervals, of which {hold} have the truth between their ends,"
        compare(got, 100 * hold / n, example, {
            "In percent, please: times 100.": hold / n,
            "That is how many, not how many in a hundred.": hold,
            "That is how many percent *miss* the truth.": 100 - 100 * hold / n,
            "You looked at the low ends only. The truth must also be below the high end.":
                100 * (1 - above.double().mean().item()),
            "You looked at the high ends only. The truth must also be above the low end.":
                100 * (1 - below.double().mean().item()),
            "It is enough for you that one end is on the right side, and that is always so. Both "
            "must be.": 100.0,
            "A low end above the truth *and* a high end below it: no interval is like that.": 0.0,
        })


@checks.add(
    "This range is all that the two diagonals tell. For the number itself, look at the rows."
)
def joint_range(answer):
    """`joint_range(digit_matrix, sum_matrix)`: the fewest and the most with both right."""
    for few in (0, 1, 0, 1, 0, 1):
        count = draw(200, 300)
        half = count // 2
        a, b = (draw(1, half - 1) if few else draw(half + 1, count - 1) for _ in range(2))
        matrices = _matrix(10, a, count), _matrix(19, b, count)
        case = f"With {a} digits and {b} sums right of {count}"
        ends = numbers(answer(*(matrix.clone() for matrix in matrices)))
        require(ends.shape == (2,), "It should return two numbers, the fewest and the most.")
        fewest, most = max(0, a + b - count), min(a, b)
        require(tuple(ends) != (most, fewest) or fewest == most, "The other way round: first the "
                "fewest, then the most.")
        _check_the_most(ends[1], a, b, count, matrices, case)
        _check_the_fewest(ends[0], a, b, count, case)


def _matrix(classes: int, right: int, count: int) -> Tensor:
    """A confusion matrix with `right` of `count` on its diagonal."""
    true = torch.randint(classes, (count,))
    told = (true + (torch.arange(count) >= right) * torch.randint(1, classes, (count,))) % classes
    return torch.bincount(true * classes + told, minlength=classes**2).view(classes, classes)


def _check_the_most(most, a, b, count, matrices, case) -> None:
    reasons = {
        "the most is not the larger of the two: no example has both right without its digit "
        "*and* its sum.": max(a, b),
        "the most is not all of them: no example has both right without its digit and its sum.":
            count,
        "the most is not the product: that would be the expected number if the two had nothing to "
        "do with each other.": a * b / count,
        "the most can't be the sum of both, which may be more than there are examples.": a + b,
        "the most is not the number of classes: the right ones stand on the diagonal, added up.":
            10,
        "the most should be a count, not a share.": min(a, b) / count,
        "the most should be a count, not percent.": 100 * min(a, b) / count,
        "the most is more than the largest number on a diagonal: add the diagonal up.":
            min(int(matrix.diagonal().max()) for matrix in matrices),
    }
    if most != min(a, b):
        for reason, wrong in reasons.items():
            require(not np.isclose(most, wrong), f"{case}, {reason}")
        require(False, f"{case} the most is not {most:g}: the mistakes can all fall on the same "
                "examples, but no example has both right without its digit and sum.")


def _check_the_fewest(fewest, a, b, count, case) -> None:
    require(fewest >= 0, f"{case} the fewest can't be {fewest:g}: none is the least.")
    right = max(0, a + b - count)
    if fewest != right:
        require(fewest != 0, f"{case}, some must have both right: there are fewer mistakes, "
                f"{count - a} + {count - b}, than examples.")
        require(fewest != max(count - a, count - b), f"{case}, that is the larger number of "
                "mistakes. How many examples are left if no mistake falls on the same as another?")
        require(fewest != (count - a) + (count - b), f"{case}, so many examples can be spoiled. "
                "How many are left?")
        require(not np.isclose(fewest, a * b / count), f"{case}, the product would be right only "
                "if the two had nothing to do with each other. Fewer are possible.")
        require(False, f"{case} the fewest is not {fewest:g}. Spread the {count - a} + {count - b} "
                "mistakes over as many examples as you can: what is left?")


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
    ax.set(xlabel="accuracy, percent (dotted: the truth)", ylabel="sample")
    hits = count_holding(intervals, truth)
    return labelled(figure, f"{len(intervals)} lines, one for the interval of each sample. {hits} "
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
