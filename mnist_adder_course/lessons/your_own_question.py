"""Your own question: what the lesson asks, checks and draws. The record is in exercises/project."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
import torch
from matplotlib.figure import Figure

from mnist_adder_lib.compare import critical_value, paired_interval, pairs_needed, power_of_pairs
from mnist_adder_lib.plots import BLUE, GREY, ORANGE, in_style, labelled, plot_runs

from ..exercises.checks import Checks, Observed
from ..exercises.project import Project, ProjectError
from ..exercises.questions import Guesses
from ..notebook.results import read_results

__all__ = [
    "Project", "ProjectError", "checks", "guesses", "look_again_and_again", "plot_looks",
    "plot_pilots", "plot_readings", "what_pairs_show",
]

guesses = Guesses.load("your_own_question")
checks = Checks()


def _intervals():
    yield from [(0.2, 1.4, 0.5), (-1.4, -0.2, 0.5), (-0.3, 0.2, 0.5), (-0.3, 0.9, 0.5),
                (-0.9, 0.3, 0.5), (0.1, 0.3, 0.5), (-0.4, -0.1, 0.5), (0.7, 1.2, 0.5),
                (-2.0, -0.8, 0.5), (-3.0, 4.0, 0.5), (-1.5, 1.2, 2), (0.3, 1.8, 2),
                (-0.7, -0.1, 0.1), (0.1, 0.9, 0.5), (-0.9, -0.1, 0.5), (0.02, 0.6, 0.5),
                (-0.6, -0.02, 0.5), (0.1, 0.5, 0.5), (-0.5, -0.1, 0.5),
                (0.0, 1.2, 0.5), (-1.2, 0.0, 0.5)]


NOTHING_THAT_MATTERS = "no difference that matters"


def _read_interval(function, low, high, matters) -> Observed:
    """The answer, with the typographic apostrophe that some keyboards write as a plain one.

    An end that is exactly at `matters` may count as between or as beyond.
    """
    answer = function(low, high, matters)
    if (-low == matters or high == matters) and answer == NOTHING_THAT_MATTERS:
        answer = "better" if low > 0 else "worse"
    return Observed(answer.replace("\u2019", "'") if isinstance(answer, str) else answer)


@checks.add(
    "\"No difference that matters\" is a useful result. \"Can't tell\" only says: plan more pairs.",
    probes=_intervals, observe=_read_interval,
    mistakes={
        "You never say \"no difference that matters\". An interval that lies between -matters and "
        "matters says just that.": ('if -matters < low and high < matters:', "if False:"),
        "You say \"no difference that matters\" whenever the interval contains 0. A wide interval "
        "around 0 says little: a difference that matters may be in it.":
            ("-matters < low and high < matters", "low < 0 < high"),
        "Ask first whether the difference can matter. An interval from 0.1 to 0.3 excludes 0, but "
        "if it takes 0.5 to matter, nothing in it does.": [
            ('if -matters < low and high < matters:',
             'if low < 0 < high and -matters < low and high < matters:')],
        "You look at one end of the interval only. \"No difference that matters\" needs both: the "
        "lower end above -matters, the upper end below matters.": [
            ("-matters < low and high < matters", "high < matters"),
            ("-matters < low and high < matters", "-matters < low"),
            ("-matters < low and high < matters", "-matters < low or high < matters")],
        "You look at the middle or at the width of the interval. What counts is where its ends "
        "lie.": [
            ("-matters < low and high < matters", "abs(low + high) / 2 < matters"),
            ("-matters < low and high < matters", "high - low < matters")],
        "You say \"better\" or \"worse\" only if the whole interval lies beyond `matters`. It is "
        "enough that all of it lies on one side of 0, and that not all of it is too small to "
        "matter.": [
            (("low > 0", "low > matters"), ("high < 0", "high < -matters")),
            ("low > 0", "low > matters"), ("high < 0", "high < -matters")],
        "You say \"better\" or \"worse\" as soon as a part of the interval is on that side of 0. "
        "All of it has to be.": [
            (("low > 0", "high > 0"), ("high < 0", "low < 0")),
            ("low > 0", "high > 0"), ("high < 0", "low < 0")],
        "An interval that ends at 0 contains 0, so it can't tell.": [
            (("low > 0", "low >= 0"), ("high < 0", "high <= 0")),
            ("low > 0", "low >= 0"), ("high < 0", "high <= 0")],
        "You have swapped \"better\" and \"worse\": the difference is change minus baseline.":
            (("low > 0", "high < 0"),
             ("if high < 0:\n        return \"worse\"", "if low > 0:\n        return \"worse\"")),
        "You never say \"worse\". What if the whole interval lies below 0?":
            ('return "worse"', 'return "can\'t tell"'),
        "You never say \"better\". What if the whole interval lies above 0?":
            ('return "better"', 'return "can\'t tell"'),
        "You never say \"can't tell\". What if 0 is in the interval, and something that matters as "
        "well?": [('"can\'t tell"', '"no difference that matters"'), ("if high < 0:", "else:")],
    },
)
def reading(low, high, matters):
    if -matters < low and high < matters:
        return "no difference that matters"
    if low > 0:
        return "better"
    if high < 0:
        return "worse"
    return "can't tell"


# --- looking again and again ----------------------------------------------------------------------


def look_again_and_again(experiments: int, fewest: int = 5,
                         most: int = 20) -> tuple[torch.Tensor, torch.Tensor]:
    """Experiments with a change that does nothing, looked at after each pair.

    Returns how many standard errors each mean is away from 0, (looks, experiments), and the
    critical value of each look, (looks, 1).
    """
    luck = torch.randn(most, experiments)
    away, critical = [], []
    for pairs in range(fewest, most + 1):
        so_far = luck[:pairs]
        away.append(so_far.mean(dim=0) / (so_far.std(dim=0) / pairs**0.5))
        critical.append(critical_value(pairs))
    return torch.stack(away), torch.tensor(critical).view(-1, 1)


# --- the plan -------------------------------------------------------------------------------------


def pilots() -> dict[str, list[float]]:
    """The accuracies of 24 runs of the template, by fours: their seeds -> percentages."""
    runs = read_results("template.jsonl").sort_values("seed")
    fours = [runs.iloc[first:first + 4] for first in range(0, len(runs), 4)]
    return {f"{four['seed'].min()}-{four['seed'].max()}": four["adding"].tolist()
            for four in fours}


def pairs_planned(accuracies: Sequence[float], matters: float) -> int:
    """The pairs that a few runs plan by lesson 9's rule, if the two runs of a pair have nothing in
    common: for one and a half times √2 times their standard deviation."""
    spread = 1.5 * 2**0.5 * pd.Series(accuracies).std()
    return pairs_needed(spread, matters)


def what_pairs_show(spread: float) -> pd.DataFrame:
    """What ten, twenty and forty pairs show in four of five experiments.

    spread: the standard deviation of the differences, in points, above 0. Returns a row for each
    number of pairs, with the difference that they show, in points.
    """
    shown = {}
    for pairs in (10, 20, 40):
        low, high = 0.0, 5 * spread
        for _ in range(40):
            middle = (low + high) / 2
            enough = power_of_pairs(pairs, spread, middle) >= 0.8
            low, high = (low, middle) if enough else (middle, high)
        shown[pairs] = round(high, 2)
    return pd.DataFrame({"pairs": shown.keys(), "show a difference of": shown.values()})


# --- the figures ----------------------------------------------------------------------------------


@in_style
def plot_pilots(accuracies: Sequence[float], matters: float) -> Figure:
    """Fours of runs of the same template next to each other, the reader's last, each as distances
    from its mean; above them the pairs that each would plan."""
    fours = pilots() | {"yours": list(accuracies)}
    figure, ax = plt.subplots(figsize=(5.5, 2.4))
    most = max(max(four) - sum(four) / len(four) for four in fours.values())
    words = []
    for column, (name, four) in enumerate(fours.items()):
        apart = [accuracy - sum(four) / len(four) for accuracy in four]
        colour = ORANGE if name == "yours" else BLUE
        ax.plot([column, column], [min(apart), max(apart)], color=GREY, linewidth=1, zorder=1)
        ax.plot([column] * len(apart), apart, "o", color=colour, markersize=4.5)
        planned = pairs_planned(four, matters)
        ax.text(column, 1.25 * most, f"{planned}", color=GREY, ha="center", weight="bold")
        words.append(f"{name}: from {min(apart):+.2f} to {max(apart):+.2f}, {planned} pairs")
    ax.set(xticks=range(len(fours)), xticklabels=fours, xlabel="seeds",
           ylabel="from the mean, points")
    ax.set_ylim(top=1.5 * most)
    return labelled(figure, "A column of dots for each four runs, as distances from their mean; "
                            "above it the pairs that they plan. " + "; ".join(words) + ".")


def plot_opening() -> Figure:
    """What the lesson opens with: the figure of a project, 24 pairs, which doesn't say of what."""
    runs = read_results("template.jsonl")
    difference = pd.DataFrame({"your change": runs["subtracting"] - runs["adding"]})
    low, high = paired_interval(difference["your change"])
    reach = {"95% interval": (high - low) / 2}
    figure = plot_runs(difference, "change minus baseline, percentage points", reach, matters=0.5)
    figure.set_size_inches(6.4, 1.8)
    figure.set_facecolor("white")  # as a picture in the text it is seen on light and dark pages
    return figure


@in_style
def plot_looks(away: torch.Tensor, critical: torch.Tensor, shown: int = 60) -> Figure:
    """Experiments without an effect that are looked at again and again.

    Each of the `shown` first is a line: its mean in standard errors after 5 pairs, 6, and so on.
    An orange dot is where it first crosses the critical value, and from there its line is dotted.

    away: (looks, experiments); critical: (looks, 1), the critical value at each look.
    """
    figure, ax = plt.subplots(figsize=(5.5, 3))
    pairs = torch.arange(5, 5 + len(away))
    threshold = critical.flatten()
    crossed, outside = 0, 0
    for path in away.T[:shown]:
        beyond = (path.abs() > threshold).nonzero()
        if not len(beyond):
            ax.plot(pairs, path, color=GREY, linewidth=0.5)
            continue
        first = int(beyond[0])
        crossed, outside = crossed + 1, outside + bool(path[-1].abs() > threshold[-1])
        ax.plot(pairs[:first + 1], path[:first + 1], color=ORANGE)
        ax.plot(pairs[first:], path[first:], color=ORANGE, linestyle=":")
        ax.plot(pairs[first], path[first], "o", color=ORANGE)
    for side in (-1, 1):
        ax.plot(pairs, side * threshold, color=BLUE, linewidth=2.5)
    ax.set(xlabel="pairs so far", ylabel="mean, in standard errors", ylim=(-4.5, 4.5))
    return labelled(figure, f"{shown} lines that wander around 0 between two curves that close in "
                            f"on them. {crossed} of them cross a curve at least once; {outside} of "
                            "these are outside at the end.")


@in_style
def plot_readings(intervals: dict[str, tuple[float, float]], matters: float) -> Figure:
    """Intervals against what would matter: a row for each, with its verdict below its name."""
    figure, ax = plt.subplots(figsize=(5.5, 0.7 + 0.32 * len(intervals)))
    ax.axvspan(-matters, matters, color=GREY, alpha=0.15, linewidth=0)
    ax.axvline(0, color=GREY, linestyle=":")
    for row, (low, high) in enumerate(intervals.values()):
        ax.plot([low, high], [row, row], color=ORANGE, linewidth=3)
    ax.set(yticks=range(len(intervals)), yticklabels=intervals,
           xlabel=f"change minus baseline, in points; grey: less than {matters:g}")
    ax.invert_yaxis()
    words = "; ".join(f"{name}: from {low:+g} to {high:+g}"
                      for name, (low, high) in intervals.items())
    return labelled(figure, f"A line for each interval, and a grey band from -{matters:g} to "
                            f"{matters:g}. {words}.")
