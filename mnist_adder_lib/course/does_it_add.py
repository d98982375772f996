"""Does it add?: what the lesson asks, checks, reads and draws."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

<<<<<<< ours
from .checks import Checks, randint
from .figures import BLUE, GREEN, GREY, ORANGE, in_style, labelled, write_readably
from .guesses import Guesses
=======
from .figures import BLUE, GREEN, GREY, ORANGE, labelled, write_readably
from .guesses import INFINITE, Guesses, Option, Question, between
from .old_checks import Checks, Wrong, compare, draw, numbers, require
>>>>>>> theirs
from .pair_picker import PATTERN, as_table, unseen_sums
from .results import read_results

guesses = Guesses.load("does_it_add")
checks = Checks()
TOTALS = torch.arange(10).view(10, 1) + torch.arange(10)
MEASURED = as_table(PATTERN)  # the pairs that the tool holds out


@checks.add("They test nothing: how should a head name a class that it never had to name?")
def lost_sums(answer):
    """`lost_sums(held_out)`: the sums that no seen pair has, a list."""
    none = torch.zeros(10, 10, dtype=torch.bool)
    corner = none.clone()
    corner[0, 0] = corner[5, 4] = True
    nines = (TOTALS == 9) | (TOTALS == 18) | corner
    for held_out in (nines, corner, none, torch.rand(10, 10) < 0.6):
        got = answer(held_out.clone())
        require(not isinstance(got, (int, float)), "It should return a list of all such sums, not "
                "a single number.")
        if not isinstance(got, (set, frozenset)):
            got = numbers(got).flatten().tolist()
        _judge_sums(sorted(got), held_out)


def _judge_sums(got: list, held_out: Tensor) -> None:
    seen, held = set(TOTALS[~held_out].tolist()), set(TOTALS[held_out].tolist())
    right = sorted(set(range(19)) - seen)
    if got == right:
        return
    require(got != sorted(held) or not held, "These are the sums of all held-out pairs. Some of "
            "them are the sum of a seen pair, too: those aren't lost.")
    require(got != sorted(seen), "These are the sums that do occur. Which ones don't?")
    require(set(got) != set(right), "The sums are right, but some stand in the list twice.")
    require(sorted(got + [18]) != right, "The largest sum is 18, and yours stops before: "
            "`range(19)` goes up to 18.")
    extra = sorted(set(got) - set(right))
    if extra:
        raise Wrong(_why_not_lost(int(extra[0]), held_out))
    missing = sorted(set(right) - set(got))[0]
    raise Wrong(f"The sum {missing} is lost, too: all of its pairs are held out.")


def _why_not_lost(total: int, held_out: Tensor) -> str:
    seen = ((TOTALS == total) & ~held_out).nonzero().tolist()
    if not seen:
        return f"{total} isn't a sum of two numbers from 0 to 9."
    digit, number = seen[0]
    return f"The sum {total} isn't lost: {digit} + {number} is still seen."


@checks.add("A slope of 1 keeps the distances between sums; below 1 they shrink to the middle.")
def slope(answer):
    """`slope(true, predicted)`: by how much the prediction rises when the true sum rises by 1."""
    for wanted, noise in ((0.5, 0), (1.0, 0), (0.7, 0.4), (0.6, 0.5)):
        true = torch.tensor([2.0, 5, 6, 9, 11, 15]) + draw(0, 2)
        predicted = 4 + wanted * true + noise * torch.randn(6)
        x, y = true - true.mean(), predicted - predicted.mean()
        right = ((x * y).sum() / (x * x).sum()).item()
        compare(answer(true.clone(), predicted.clone()), right, "these six pairs", {
            "That is the slope the other way round: true sums against predicted ones. Divide by "
            "the squares of the true sums' distances.": ((x * y).sum() / (y * y).sum()).item(),
            "You left out the means: take the distances from the mean first, of both.":
                ((true * predicted).sum() / (true * true).sum()).item(),
            "The mean of the true sums is taken away, but in the squares below it isn't.":
                ((x * y).sum() / (true * true).sum()).item(),
            "That is the upper part of the fraction alone. Divide it by the sum of the squares.":
                (x * y).sum().item(),
            "That is the correlation: it says how close the points are to a line, not how steep "
            "the line is. Divide by the squares of the true sums' distances alone.":
                ((x * y).sum() / ((x * x).sum() * (y * y).sum()).sqrt()).item(),
            "That is the mean of the quotients. Points near 0 would count far too much.":
                (predicted / true).mean().item(),
        })


@checks.add("No pair is new to it: minus is built in, and reading is all that must be learned.")
def difference(answer):
    """`difference(digit_probabilities, number)`: 19 probabilities of digit - number, -9 to 9."""
    for number in (3, 0, 9, draw(1, 8)):
        probabilities = (2 * torch.randn(10)).softmax(dim=0)
        got = numbers(_in_nineteen(answer, probabilities.clone(), number))
        require(got.shape == (19,), "It should return 19 probabilities, for the differences from "
                f"-9 to 9, but the shape is {got.shape}.")
        _judge_difference(torch.tensor(got), probabilities.double(), number)


def _in_nineteen(answer, *arguments):
    return answer(*arguments, errors={
        "must match the existing size": "The part of the 19 that you fill must have ten places, "
        "as many as there are digits.",
        "expanded size of the tensor": "The part of the 19 that you fill must have ten places, as "
        "many as there are digits. Does it begin before the first place?",
    })


def _judge_difference(got: Tensor, probabilities: Tensor, number: int) -> None:
    def moved(start: int) -> Tensor:
        places = torch.zeros(19).double()
        places[start : start + 10] = probabilities
        return places

    if torch.allclose(got, moved(9 - number), atol=1e-5):
        return
    if number:
        require(not torch.allclose(got, moved(number), atol=1e-5), "That is the sum. Minus moves "
                "the other way, and the difference 0 stands in the middle, at place 9.")
        require(not torch.allclose(got, moved(9), atol=1e-5), "Nothing is moved: with the number "
                "0 that is right, but a larger number makes every difference smaller.")
        require(not torch.allclose(got, moved(9 - number).flip(0), atol=1e-5), "That is number "
                "minus digit. Here it is digit minus number.")
        below = torch.zeros(19).double()
        below[: 10 - number] = probabilities[number:]
        require(not torch.allclose(got, below, atol=1e-5), "Differences below 0 got lost. Place 0 "
                "stands for -9, so that the difference 0 stands at place 9.")
    total = got.sum().item()
    require(abs(total - 1) < 1e-4, f"The 19 probabilities add up to {total:.3f}, not to 1. Each of "
            "the ten should be found again at one place.")
    digit = int(probabilities.argmax())
    raise Wrong(f"With the number {number}, the digit {digit} means the difference "
                f"{digit - number}, which is place {digit - number + 9}. Yours has most at place "
                f"{int(got.argmax())}.")


# --- what experiments/measure_adders.py measured --------------------------------------------------


def _runs(whole: bool) -> pd.DataFrame:
    runs = read_results("adders.jsonl")
    return runs[(runs["whole"] == whole) & (runs["held_out"] == 20)]


def measured(score: str, whole: bool = False, split: str = "evaluation") -> pd.DataFrame:
    """A score of every adder: a table with a row for each adder and a column for each seed.

    score: what the head of the tool names, in percent but for "slope"; whole: of networks trained
    whole, or of adders behind a network that reads digits. 20 pairs were held out.
    """
    runs = _runs(whole)
    runs = runs.assign(score=[scores[score] for scores in runs[split]])
    table = runs.pivot(index="adder", columns="seed", values="score")
    return table.loc[runs["adder"].unique()].astype(float)


def by_count(adder: str, score: str = "held_sums") -> pd.DataFrame:
    """A score of an adder behind a reader: a row for each number of held-out pairs, a column for
    each seed."""
    runs = read_results("adders.jsonl")
    runs = runs[~runs["whole"] & (runs["adder"] == adder)]
    runs = runs.assign(score=[scores[score] for scores in runs["evaluation"]])
    return runs.pivot(index="held_out", columns="seed", values="score").rename_axis("held out")


def pair_table(adder: str, kind: str = "right") -> Tensor:
    """A table of the 100 pairs, (10, 10), a row for each digit: the mean of whole networks.

    kind: "right", the percent of sums that are right; "read", of digits; "mean", the predicted sum.
    """
    runs = _runs(True)
    return torch.tensor(runs[runs["adder"] == adder][kind].tolist()).double().mean(dim=0)


def mean_and_spread(adders: list[str], scores: list[str], whole: bool = False) -> pd.DataFrame:
    """Some adders' scores on the evaluation split, mean ± standard deviation over their seeds."""
    found = {score: measured(score, whole).loc[adders] for score in scores}
    columns = {score.replace("_", " "): _with_spread(table, 2 if score == "slope" else 1)
               for score, table in found.items()}
    table = pd.DataFrame(columns, index=pd.Index(adders))
    table["seeds"] = found[scores[0]].notna().sum(axis=1)
    return table


def _with_spread(table: pd.DataFrame, decimals: int) -> list[str]:
    mean, spread = table.mean(axis=1), table.std(axis=1)
    return [f"{mean[name]:.{decimals}f}"
            + (f" ± {spread[name]:.{decimals}f}" if table.loc[name].count() > 1 else "")
            for name in table.index]


# --- figures --------------------------------------------------------------------------------------

SHARE = sns.blend_palette([ORANGE, "#e8e8e8", BLUE], as_cmap=True)


@in_style
def plot_pairs(tables: dict[str, Tensor], held_out: Tensor = MEASURED) -> Figure:
    """Heat maps of the hundred pairs in percent (0-100), from orange to blue; the held-out pairs
    are framed. A single one also says the numbers."""
    columns = min(3, len(tables))
    rows = -(-len(tables) // columns)
    single = len(tables) == 1
    size = (4.4, 4.2) if single else (5.5, 0.5 + 1.75 * rows)
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, sharey=True)
    for ax, (title, table) in zip(axes.flat, tables.items()):
        _draw_pairs(ax, table, held_out, single)
        ax.set_title(title)
        if ax.get_subplotspec().is_first_col():
            ax.set(ylabel="digit")
        if ax.get_subplotspec().is_last_row():
            ax.set(xlabel="number")
    shares = [f"{title}: {float(table[held_out].mean()):.1f}% on the framed held-out pairs, "
              f"{float(table[~held_out].mean()):.1f}% on the others"
              for title, table in tables.items()]
    return labelled(figure, "A cell for each digit and number. " + "; ".join(shares) + ".")


def _draw_pairs(ax, table: Tensor, held_out: Tensor, annotated: bool) -> None:
    sns.heatmap(table.numpy(), cmap=SHARE, vmin=0, vmax=100, cbar=False, square=True,
                annot=annotated, fmt=".0f", annot_kws={"size": 8}, linewidths=0.4,
                xticklabels=True, yticklabels=True,
                linecolor="#80808040", ax=ax)
    write_readably(ax)
    for digit, number in held_out.nonzero().tolist():
        ax.add_patch(Rectangle((number + 0.06, digit + 0.06), 0.88, 0.88, fill=False,
                               edgecolor="black", linewidth=1.4))
    ax.tick_params(rotation=0, length=0)


@in_style
def plot_slopes(means: dict[str, Tensor]) -> Figure:
    """The mean predicted sum against the true one, a dot for each pair that the tool held out and
    whose sum is seen, with the line through them and its slope."""
    pairs = MEASURED & ~unseen_sums(MEASURED)
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
    return labelled(figure, "Dots along a line, beside a dotted diagonal of slope 1. "
                            + "; ".join(words) + ".")


@in_style
def plot_counts(tables: dict[str, pd.DataFrame]) -> Figure:
    """Percent of held-out sums right over the number of held-out pairs: a line for each adder.

    tables: for each adder a row for each number of pairs, a column for each seed.
    """
    figure, ax = plt.subplots(figsize=(5.5, 3))
    for (name, table), colour, mark in zip(tables.items(), (BLUE, GREEN, ORANGE), "osD"):
        ax.plot(table.index, table.mean(axis=1), color=colour)
        for seed in table:
            ax.plot(table.index, table[seed], mark, color=colour, markersize=4)
        ax.annotate(name, (table.index[-1], table.mean(axis=1).iloc[-1]), (6, 0),
                    textcoords="offset points", verticalalignment="center")
    ax.set(xlabel="pairs held out, of 100", ylabel="held-out sums right, %", ylim=(-4, 104),
           xticks=next(iter(tables.values())).index)
    words = [f"{name}: " + ", ".join(f"{value:.0f}% with {count}"
                                     for count, value in table.mean(axis=1).items())
             for name, table in tables.items()]
    return labelled(figure, "A line for each adder over the number of held-out pairs. "
                            + "; ".join(words) + ".")
