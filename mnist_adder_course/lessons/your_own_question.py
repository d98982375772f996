"""Your own question: what the lesson asks, checks and draws. The record is in exercises/project."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import torch
from matplotlib.figure import Figure

from mnist_adder_lib.compare import critical_value, paired_interval

from ..exercises.checks import Checks, Observed
from ..exercises.project import Project, ProjectError
from ..exercises.questions import Guesses
from ..notebook.results import read_results
from ..plots import BLUE, GREY, ORANGE, in_style, labelled, plot_runs

__all__ = [
    "Project", "ProjectError", "checks", "guesses", "look_again_and_again", "pilots",
    "plot_looks", "plot_readings",
]

guesses = Guesses.load("your_own_question")
checks = Checks()


def _intervals():
    yield from [(0.7, 1.4, 0.5), (-1.4, -0.7, 0.5), (-0.3, 0.2, 0.5), (0.1, 0.9, 0.5),
                (-0.3, 0.9, 0.5), (-0.9, 0.3, 0.5), (0.1, 0.3, 0.5), (-0.4, -0.1, 0.5),
                (-0.9, -0.1, 0.5), (-2.0, -0.8, 0.5), (-3.0, 4.0, 0.5), (-1.5, 1.2, 2),
                (0.3, 1.8, 2), (0.3, 2.8, 2), (-0.7, -0.2, 0.1), (0.02, 0.6, 0.5),
                (-0.6, -0.02, 0.5), (0.1, 0.5, 0.5), (-0.5, -0.1, 0.5), (0.5, 0.9, 0.5),
                (-0.9, -0.5, 0.5), (0.0, 1.2, 0.5), (-1.2, 0.0, 0.5), (-0.5, 0.2, 0.5),
                (-0.2, 0.5, 0.5)]


NOTHING_THAT_MATTERS = "no difference that matters"
UNSURE = "a difference, but does it matter?"


def _read_interval(function, low, high, matters) -> Observed:
    """The answer, with the typographic apostrophe that some keyboards write as a plain one."""
    answer = function(low, high, matters)
    return Observed(answer.replace("\u2019", "'") if isinstance(answer, str) else answer)




@checks.add(
    "\"No difference that matters\" is a useful result. \"Can't tell\" only says: plan more pairs.",
    probes=_intervals, observe=_read_interval,
    mistakes={
        "You never say \"no difference that matters\". An interval that lies between -matters and "
        "matters says just that.": ("if -matters < low and high < matters:", "if False:"),
        "You say \"no difference that matters\" whenever the interval contains 0. A wide interval "
        "around 0 says little: a difference that matters may be in it.":
            ("-matters < low and high < matters", "low < 0 < high"),
        "Ask first whether the difference can matter. An interval from 0.1 to 0.3 excludes 0, but "
        "if it takes 0.5 to matter, nothing in it does.":
            ("-matters < low and high < matters",
             "low < 0 < high and -matters < low and high < matters"),
        "A difference of exactly `matters` matters. So an interval that reaches as far as that "
        "isn't one with \"no difference that matters\": `-matters < low`, and `high < matters`.": [
            ("-matters < low and high < matters", "-matters <= low and high <= matters"),
            ("-matters < low and high < matters", "-matters <= low and high < matters"),
            ("-matters < low and high < matters", "-matters < low and high <= matters")],
        "An interval that begins exactly at `matters`, or ends at `-matters`, holds nothing but "
        "differences that matter. Ask `>=` and `<=`.": [
            (("low >= matters", "low > matters"), ("high <= -matters", "high < -matters")),
            ("low >= matters", "low > matters"), ("high <= -matters", "high < -matters"),
            (("-matters < low and high < matters", "-matters <= low and high <= matters"),
             ("low >= matters", "low > matters"), ("high <= -matters", "high < -matters"))],
        "You ask first whether 0 is in the interval. An interval from -0.3 to 0.2 holds 0, but if "
        "it takes 0.5 to matter, it holds nothing that matters: ask that first.": [
            ("    if -matters <",
             f"    if low {sign} 0 {sign} high:\n        return \"can't tell\"\n    if -matters <")
            for sign in ("<", "<=")],
        "You look at one end of the interval only. \"No difference that matters\" needs both: the "
        "lower end above -matters, the upper end below matters.": [
            ("-matters < low and high < matters", "high < matters"),
            ("-matters < low and high < matters", "-matters < low"),
            ("-matters < low and high < matters", "-matters < low or high < matters")],
        "You look at the middle or at the width of the interval. What counts is where its ends "
        "lie.": [
            ("-matters < low and high < matters", "abs(low + high) / 2 < matters"),
            ("-matters < low and high < matters", "high - low < matters")],
        "You say \"better\" or \"worse\" as soon as 0 is outside the interval. An interval from "
        "0.1 to 0.9 excludes 0, but if it takes 0.5 to matter, the true difference may be too "
        "small.": [
            (("low >= matters", "low > 0"), ("high <= -matters", "high < 0")),
            ("low >= matters", "low > 0"), ("high <= -matters", "high < 0")],
        "You say \"better\" or \"worse\" as soon as a part of the interval is beyond `matters`. "
        "All of it has to be.": [
            (("low >= matters", "high >= matters"), ("high <= -matters", "low <= -matters")),
            ("low >= matters", "high >= matters"), ("high <= -matters", "low <= -matters")],
        "An interval that ends at 0 contains 0, so it can't tell.": [
            ("low > 0 or high < 0", "low >= 0 or high <= 0"),
            ("low > 0 or high < 0", "low >= 0 or high < 0"),
            ("low > 0 or high < 0", "low > 0 or high <= 0")],
        "You have swapped \"better\" and \"worse\": the difference is change minus baseline.":
            (('return "better"', 'return "worse"  # swapped'),
             ('return "worse"\n', 'return "better"\n')),
        "You never say \"worse\". What if the whole interval is below -matters?":
            ('return "worse"', 'return "can\'t tell"'),
        "You never say \"better\". What if the whole interval is above matters?":
            ('return "better"', 'return "can\'t tell"'),
        "You never say \"a difference, but does it matter?\". What if 0 is outside the interval, "
        "but a difference that is too small is in it?":
            (f'return "{UNSURE}"', 'return "can\'t tell"'),
        "That text is for both directions: the interval may also be below 0.":
            ("low > 0 or high < 0", "low > 0"),
        "You never say \"can't tell\". What if 0 is in the interval, and something that matters as "
        "well?": [('"can\'t tell"', '"no difference that matters"'),
                  ('"can\'t tell"', f'"{UNSURE}"')],
    },
)
def reading(low, high, matters):
    if -matters < low and high < matters:
        return "no difference that matters"
    if low >= matters:
        return "better"
    if high <= -matters:
        return "worse"
    if low > 0 or high < 0:
        return "a difference, but does it matter?"
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


def pilots() -> dict[str, float]:
    """Four pilots of five pairs, the lesson's template against subtracting: their seeds -> the
    standard deviation of their differences, in points."""
    runs = read_results("template.jsonl").sort_values("seed").set_index("seed")
    differences = runs["subtracting"] - runs["adding"]
    fives = [differences.iloc[first:first + 5] for first in range(0, 20, 5)]
    return {f"{five.index[0]} to {five.index[-1]}": five.std() for five in fives}


# --- the figures ----------------------------------------------------------------------------------


def plot_opening() -> Figure:
    """What the lesson opens with: the figure of a project, 24 pairs, which doesn't say of what."""
    runs = read_results("template.jsonl")
    difference = pd.DataFrame({"your change": runs["subtracting"] - runs["adding"]})
    low, high = paired_interval(difference["your change"])
    reach = {"95% interval": (high - low) / 2}
    figure = plot_runs(difference, "change minus baseline, percentage points", reach, matters=0.5)
    figure.set_size_inches(6.4, 1.8)
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
                            f"on them. {crossed} of them cross a curve at least once; of these, "
                            f"{outside} end outside.")


@in_style
def plot_readings() -> Figure:
    """Six intervals against what would matter, half a point: a row for each, named by what
    `reading` says of it."""
    intervals = {"better": (0.6, 1.4), UNSURE: (0.1, 0.9), NOTHING_THAT_MATTERS: (0.1, 0.3),
                 f"{NOTHING_THAT_MATTERS}, either": (-0.3, 0.2), "can't tell": (-0.2, 0.9),
                 "worse": (-1.3, -0.6)}
    figure, ax = plt.subplots(figsize=(5.5, 2.6))
    ax.axvspan(-0.5, 0.5, color=GREY, alpha=0.15, linewidth=0)
    ax.axvline(0, color=GREY, linestyle=":")
    for row, (low, high) in enumerate(intervals.values()):
        ax.plot([low, high], [row, row], color=ORANGE, linewidth=3)
    ax.set(yticks=range(len(intervals)), yticklabels=intervals,
           xlabel="change minus baseline, in points; grey: less than 0.5")
    ax.invert_yaxis()
    words = "; ".join(f"{name}: from {low:+g} to {high:+g}"
                      for name, (low, high) in intervals.items())
    return labelled(figure, "A line for each interval, and a grey band from -0.5 to 0.5. "
                            f"{words}.")
