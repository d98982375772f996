"""Does it add?: what the lesson asks, checks, reads and draws."""

from __future__ import annotations

import statistics

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import scipy.stats
import seaborn as sns
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from torch import Tensor

from mnist_adder_lib.plots import (
    BLUE,
    CHANGE,
    GREY,
    ORANGE,
    SHARE,
    UNKNOWN,
    draw_pairs,
    in_style,
    labelled,
    mark_hidden,
    write_readably,
)

from ..exercises.checks import Checks, Observed, rand_int
from ..exercises.questions import Guesses
from ..exercises.values import is_numbers, plain
from ..notebook.results import read_results
from ..widgets.hidden_sums import PATTERN, as_table


def _what_helped(held: pd.Series) -> str:
    """held: percent of the held-out sums that are right, a mean for each design."""
    nothing = held["19 classes, label"]
    gains = {"input": held["19 classes, quantity"] - nothing,
             "answer": held["one number, label"] - nothing}
    helped = [change for change, gain in gains.items() if gain > 20]
    return "each" if len(helped) == 2 else helped[0] if helped else "neither"


guesses = Guesses.load("does_it_add", four_designs=_what_helped)
checks = Checks()
TOTALS = torch.arange(10).view(10, 1) + torch.arange(10)


def _tables():
    none = torch.zeros(10, 10, dtype=torch.bool)
    corner = none.clone()
    corner[0, 0] = corner[5, 4] = True
    nines = (TOTALS == 9) | (TOTALS == 18) | corner
    return [(held_out,) for held_out in (nines, corner, none, torch.rand(10, 10) < 0.6)]


def _sorted(function, held_out) -> Observed:
    sums = function(held_out)
    numbers = plain(list(sums) if isinstance(sums, (set, frozenset)) else sums)
    return Observed(np.sort(numbers) if is_numbers(numbers) and numbers.ndim == 1 else sums)


LINE_FITS = [scipy.stats.linregress, statistics.linear_regression, np.polyfit, np.linalg.lstsq,
             torch.linalg.lstsq, np.cov, np.corrcoef, torch.cov, torch.corrcoef]


@checks.add(
    "These pairs test nothing: no head can choose a class that it never had to choose.",
    probes=_tables, observe=_sorted,
    mistakes={
        "These are the sums of all held-out pairs. Some of them are also the sum of a seen pair, "
        "and those aren't lost.": [lambda held_out: set(TOTALS[held_out].tolist()),
                               lambda held_out: TOTALS[held_out].tolist()],
        "These are the sums that do occur. Which sums don't?":
            [("not in", "in"), lambda held_out: TOTALS[~held_out].tolist()],
        "These are the sums that no *held-out* pair has. `~` swaps True and False in a table, so "
        "that it is true for seen pairs.": ("~held_out", "held_out"),
        "The sums are right, but some are in the list twice.": ("range(19)", "TOTALS[held_out]"),
        "These are pairs. Return their sums, each sum once.": [
            lambda held_out: held_out.nonzero().tolist(), lambda held_out: [
                pair for pair in held_out.nonzero().tolist() if sum(pair) in lost_sums(held_out)]],
        "The largest sum is 18: `range(19)` goes up to 18.": ("range(19)", "range(18)"),
        "The smallest sum is 0, which is 0 + 0.": ("range(19)", "range(1, 19)"),
        "The list stays empty. Do you add anything to it?": lambda held_out: [],
    },
)
def lost_sums(held_out):
    there = TOTALS[~held_out].tolist()
    return [total for total in range(19) if total not in there]


def _sums_and_predictions():
    yield torch.tensor([1.0, 2, 6]), torch.tensor([1.0, 6, 5])
    for wanted, noise in ((0.5, 0), (1.0, 0), (0.7, 2), (-0.6, 3)):
        true = torch.tensor([2.0, 5, 6, 9, 11, 15]) + rand_int(0, 2)
        yield true, 4 + wanted * true + noise * torch.randn(6)


@checks.add(
    "A slope of 1 keeps the distances between sums. A smaller slope shrinks them to the middle.",
    probes=_sums_and_predictions, without=LINE_FITS,
    mistakes={
        "That is the slope the other way round: true sums against predicted ones. Divide by the "
        "squared differences of the true sums.": ("x * x", "y * y"),
        "You left out the means: subtract its mean from each tensor first.":
            ("true - true.mean()", "true", "predicted - predicted.mean()", "predicted"),
        "In the squares that you divide by, the mean isn't subtracted.": ("x * x", "true * true"),
        "That is only the upper part of the fraction. Divide it by the sum of the squares.":
            [(" / (x * x).sum()", ""), ("sum() / (x * x).sum()", "mean()")],
        "You divide by 0: differences from the mean add up to 0. Square each of them first, then "
        "add up.": [("(x * x).sum()", "x.sum() ** 2"), ("(x * x).sum()", "x.sum()")],
        "That is 0 for any points, since differences from the mean add up to 0. Multiply the two "
        "at each place first, then add up.": ("(x * y).sum()", "x.sum() * y.sum()"),
        "That is the correlation, which says how close the points are to a line. Divide only by "
        "the squared differences of the true sums.":
            ("(x * x).sum()", "((x * x).sum() * (y * y).sum()).sqrt()"),
        "That is a quotient of means, or of sums. What counts is how far each number is from its "
        "mean.":
            lambda true, predicted: predicted.mean() / true.mean(),
        "That compares how widely both are spread. It is the slope only if all points lie on a "
        "rising line.": ("(x * y).sum() / (x * x).sum()", "y.std() / x.std()"),
        "That is a mean of quotients, in which small divisors count too much. Add up first, then "
        "divide once.": [("(x * y).sum() / (x * x).sum()", "(y / x).mean()"),
                         ("(x * y).sum() / (x * x).sum()", "(predicted / true).mean()")],
        "A difference has a sign: what is below the mean is negative.":
            ("(x * y)", "(x.abs() * y.abs())"),
    },
)
def slope(true, predicted):
    x, y = true - true.mean(), predicted - predicted.mean()
    return (x * y).sum() / (x * x).sum()


def _by_place(place: str):
    """The solution as a loop that fills this place for each digit."""
    return ("probabilities[9 - number : 19 - number] = digit_probabilities", "for digit in range("
            f"10):\n        probabilities[{place}] = digit_probabilities[digit]")


@checks.add(
    "No pair is new to this adder: minus is built in, and only reading has to be learned.",
    probes=lambda: [((2 * torch.randn(10)).softmax(dim=0), number) for number in range(10)],
    mistakes={
        "That is the sum. Minus goes the other way, and the difference 0 is in the middle, at "
        "index 9.": _by_place("digit + number"),
        "With a larger number, yours go to the right, to larger differences. But the number is "
        "subtracted.":
            [("9 - number : 19 - number", "9 + number : 19 + number"),
             _by_place("9 + digit + number")],
        "All numbers give the same answer. A larger number should make every difference smaller.":
            _by_place("9 + digit"),
        "That is number minus digit. It should be digit minus number.":
            _by_place("9 + number - digit"),
        "An index below 0 counts from the end. The difference 0 is at index 9: add 9.":
            [("9 - number : 19 - number", "-number : 10 - number"), _by_place("digit - number")],
        "A difference has a sign: 2 - 5 isn't 3. Index 0 is for -9, and index 9 for 0.":
            _by_place("abs(digit - number)"),
        "Differences below 0 got lost. Index 0 is for -9, and index 9 for 0.":
            ("[9 - number : 19 - number] = digit_probabilities",
             "[: 10 - number] = digit_probabilities[number:]"),
        "Only one probability has been put in its place. Is the `return` inside the loop? Then it "
        "ends after the first digit.":
            (*_by_place("9 + digit - number"), "    return", "        return"),
    },
)
def difference(digit_probabilities, number):
    probabilities = torch.zeros(19)
    probabilities[9 - number : 19 - number] = digit_probabilities
    return probabilities


# --- what experiments/measure_waiting.py measured -------------------------------------------------


def waiting_table() -> pd.DataFrame:
    """Held-out sums right after some steps, a row for each weight decay: mean ± standard deviation
    over ten seeds, and how many of them reach 80% in the end."""
    runs = read_results("waiting.jsonl")
    rows = {}
    for decay, trainings in runs.groupby("decay"):
        steps, held = trainings["steps"].iloc[0], np.array(
            trainings["evaluation_held"].tolist())
        rows[decay] = {f"step {step:,}": f"{column.mean():.0f} ± {column.std(ddof=1):.0f}"
                       for step, column in zip(steps, held.T) if step in (100, 1000, 3000)}
        rows[decay]["80% or more"] = f"{(held[:, -1] >= 80).sum()} of {len(held)}"
    return pd.DataFrame(rows).T.rename_axis("weight decay")


# --- figures --------------------------------------------------------------------------------------

@in_style
def plot_opening() -> Figure:
    """The table of all sums, with a question mark in place of those that the pattern hides."""
    figure, ax = plt.subplots(figsize=(6.4, 2.95))
    held_out = as_table(PATTERN)
    texts = [["?" if hidden else str(total) for hidden, total in zip(*row)]
             for row in zip(held_out.tolist(), TOTALS.tolist())]
    draw_pairs(ax, torch.zeros(10, 10), SHARE, texts, 0, 1)
    ax.set(aspect="auto", ylabel="digit")
    for digit, number in PATTERN:
        mark_hidden(ax, digit, number, **UNKNOWN)
        ax.texts[10 * digit + number].set(weight="bold", color="black", zorder=3)
    return labelled(figure, "The table of sums. Twenty of its hundred cells hold a question mark.")


@in_style
def plot_cross(held_out: Tensor, digit: int, number: int) -> Figure:
    """The sums that were seen with this digit (its row) and with this number (its column), in blue.
    Where they cross is a held-out pair; rings are around the pairs that have its sum."""
    figure, ax = plt.subplots(figsize=(4.4, 4.2))
    rows, columns = torch.arange(10).view(10, 1), torch.arange(10)
    on_cross = ((rows == digit) | (columns == number)) & ~held_out
    texts = [["?" if hidden else str(total) for hidden, total in zip(*row)]
             for row in zip(held_out.tolist(), TOTALS.tolist())]
    draw_pairs(ax, 0.5 * on_cross, SHARE, texts, 0, 1)
    mark_hidden(ax, digit, number, **UNKNOWN)
    ax.texts[10 * digit + number].set(weight="bold", color="black", zorder=3)
    same = (TOTALS == digit + number) & ~held_out
    for row, column in same.nonzero().tolist():
        ax.add_patch(Circle((column + 0.5, row + 0.5), 0.4, fill=False, edgecolor=ORANGE,
                            linewidth=1.6))
    ax.set(ylabel="digit")
    found = ", ".join(f"{row} + {column}" for row, column in same.nonzero().tolist())
    return labelled(figure, f"The table of sums. At {digit} + {number} is a question mark. In its "
                            f"row and its column, which are blue, no cell has {digit + number}; "
                            f"rings are around {found}.")


@in_style
def plot_weights(weights: Tensor) -> Figure:
    """The weights of the smallest adder: a row for each sum, three columns for the digit, three for
    the number. Blue is above 0, orange below. Frames: the columns that 1 + 1 uses."""
    figure, ax = plt.subplots(figsize=(4, 2.9))
    most = max(1.0, float(weights.abs().max()))
    texts = [[f"{weight:.1f}" if weight else "0" for weight in row] for row in weights.tolist()]
    sns.heatmap(weights.numpy(), cmap=CHANGE, vmin=-most, vmax=most, cbar=False, annot=texts,
                fmt="", annot_kws={"size": 9}, linewidths=0.4, linecolor="#80808040", ax=ax,
                xticklabels=["digit 0", "digit 1", "digit 2", "+ 0", "+ 1", "+ 2"])
    write_readably(ax)
    for column in (1, 4):
        ax.add_patch(Rectangle((column, 0), 1, 5, fill=False, edgecolor="black", linewidth=1.8,
                               clip_on=False))
    ax.xaxis.tick_top()
    ax.tick_params(rotation=0, length=0)
    ax.set(ylabel="sum")
    rows = "; ".join(f"sum {total}: {', '.join(row)}" for total, row in enumerate(texts))
    return labelled(figure, "Weights for digit 0, digit 1, digit 2, + 0, + 1 and + 2. "
                            f"{rows}. The columns of digit 1 and + 1 are framed.")


@in_style
def plot_number_line(arrives: Tensor, held_out: Tensor) -> Figure:
    """A dot for each of the hundred pairs at its position on the number line, in steps (10, 10).
    Pairs with the same sum are above each other; the held-out ones are orange."""
    figure, ax = plt.subplots(figsize=(5.5, 2.9))
    heights = torch.arange(10).view(10, 1) - (TOTALS - 9).clamp(min=0)  # of pairs with one sum
    for total in range(19):
        ax.axvline(total, color=GREY, linewidth=0.5, alpha=0.3)
    for chosen, colour, name in ((~held_out, BLUE, "seen"), (held_out, ORANGE, "hidden")):
        ax.plot(arrives[chosen], heights[chosen], "o", color=colour, markersize=4.5, label=name)
    ax.set(xticks=range(19), yticks=[], xlabel="position on the number line, in steps")
    ax.spines["left"].set_visible(False)
    ax.legend(loc="upper left")
    off = (arrives - TOTALS).abs()
    return labelled(figure, "A hundred dots in 19 columns, one for each sum. The hidden pairs are "
                            f"off their column by {off[held_out].mean():.1f} steps on average, the "
                            f"others by {off[~held_out].mean():.1f}.")


@in_style
def plot_slopes(means: dict[str, Tensor], pairs: Tensor) -> Figure:
    """The mean predicted sum against the true one, a dot for each of these pairs, bool (10, 10),
    with the line through them and its slope."""
    rows = -(-len(means) // 2)
    figure, axes = plt.subplots(rows, 2, figsize=(4.4, 2.4 * rows), sharex=True, sharey=True)
    words = []
    for ax, (title, mean) in zip(axes.flat, means.items()):
        true, predicted = TOTALS[pairs].double().numpy(), mean[pairs].numpy()
        steepness, start = np.polyfit(true, predicted, 1)
        ax.plot([0, 18], [0, 18], ":", color=GREY)
        ax.plot([0, 18], [start, start + 18 * steepness], color=ORANGE)
        ax.plot(true, predicted, "o", color=BLUE, markersize=4)
        ax.set(title=f"{title}\nslope {steepness:.2f}", aspect="equal", xticks=(0, 9, 18),
               yticks=(0, 9, 18))
        ax.set(xlabel="true sum" if ax.get_subplotspec().is_last_row() else "",
               ylabel="predicted" if ax.get_subplotspec().is_first_col() else "")
        words.append(f"{title}: slope {steepness:.2f}")
    return labelled(figure, "Dots along a line, next to a dotted diagonal of slope 1. "
                            + "; ".join(words) + ".")


@in_style
def plot_waiting(curves: dict[str, list]) -> Figure:
    """Percent of sums right over the steps (log): for each name a line for the hidden pairs, and a
    dotted one for the seen. curves: lists of [step, seen, hidden]."""
    figure, ax = plt.subplots(figsize=(5.5, 3))
    words = []
    for (name, curve), colour in zip(curves.items(), (BLUE, ORANGE)):
        steps, seen, hidden = zip(*curve)
        ax.plot(steps, seen, ":", color=colour)
        ax.plot(steps, hidden, "o-", color=colour, markersize=4, label=name)
        words.append(f"{name}: hidden pairs " + ", ".join(
            f"{value:.0f}% at step {step}" for step, value in zip(steps, hidden))
            + f", seen pairs {seen[-1]:.0f}% in the end")
    ax.plot([], [], "o-", color=GREY, markersize=4, label="hidden pairs")
    ax.plot([], [], ":", color=GREY, label="seen pairs")
    ax.set(xscale="log", xlabel="step", ylabel="sums right, %", ylim=(-4, 104))
    ax.set_xticks([50, 100, 300, 1000, 3000], ["50", "100", "300", "1,000", "3,000"])
    ax.minorticks_off()
    ax.legend(loc="center left")
    return labelled(figure, "Lines over the steps. " + "; ".join(words) + ".")
