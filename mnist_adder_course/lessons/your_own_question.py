"""Your own question: what the lesson asks, checks and draws. The record is in exercises/project."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure

from mnist_adder_lib.compare import critical_value, paired_interval

from ..exercises.checks import Checks, Observed
from ..exercises.project import Project
from ..exercises.questions import Guesses
from ..notebook.results import read_results
from ..plots import BLUE, GREY, ORANGE, in_style, labelled

__all__ = [
    "Project", "checks", "guesses", "look_again_and_again", "pilots", "plot_readings",
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


@in_style
def plot_opening() -> Figure:
    """What the lesson opens with: the interval of one experiment after 5 pairs, after 6, and so on.
    Orange: those that don't contain 0."""
    runs = read_results("template.jsonl")
    difference = runs["subtracting"] - runs["adding"]
    figure, ax = plt.subplots(figsize=(6.4, 2.4))
    ax.axhline(0, color=GREY, linestyle=":")
    for pairs in range(5, len(difference) + 1):
        low, high = paired_interval(difference[:pairs])
        color = BLUE if low <= 0 <= high else ORANGE
        ax.plot([pairs, pairs], [low, high], color=color, linewidth=3)
        ax.plot(pairs, (low + high) / 2, "o", color=color)
    ax.set(xlabel="pairs of runs so far", ylabel="subtracting minus adding,\npoints",
           xticks=range(5, len(difference) + 1))
    return labelled(figure, "For each number of pairs from 5 to 24, the interval of the mean "
                            "difference. Orange: those that don't contain 0.")


SIX = [(0.6, 1.4), (0.1, 0.9), (0.1, 0.3), (-0.3, 0.2), (-0.2, 0.9), (-1.3, -0.6)]  # 0.5 matters


@in_style
def plot_readings(reading: Callable[[float, float, float], str], low: Any = ..., high: Any = ...,
                  matters: Any = ...) -> Figure:
    """Six intervals, in units of what matters, and below them a learner's own: a row for each,
    named by what `reading` says of it.

    low, high, matters: of the learner's own interval, or three dots, which leave it out; without
    `matters`, half a point matters.
    """
    known = ... not in (low, high, matters)
    matters = 0.5 if matters is ... else matters
    intervals = [(2 * matters * one, 2 * matters * other) for one, other in SIX]
    names = [_said(reading(*interval, matters)) for interval in intervals]
    if known:
        intervals.append((low, high))
        names.append(f"yours: {_said(reading(low, high, matters))}")
    figure, ax = plt.subplots(figsize=(5.5, 0.6 + 0.33 * len(intervals)))
    ax.axvspan(-matters, matters, color=GREY, alpha=0.15, linewidth=0)
    ax.axvline(0, color=GREY, linestyle=":")
    for row, interval in enumerate(intervals):
        ax.plot(interval, [row, row], color=BLUE if row == len(SIX) else ORANGE, linewidth=3)
    ax.set(yticks=range(len(intervals)), yticklabels=names,
           xlabel="change minus baseline, in points")
    ax.invert_yaxis()
    words = "; ".join(f"{name}: from {left:+.2g} to {right:+.2g}"
                      for name, (left, right) in zip(names, intervals))
    return labelled(figure, f"A line for each interval, and a grey band from {-matters:g} to "
                            f"{matters:g}. {words}.")


def _said(answer: Any) -> str:
    return "not written yet" if answer is ... else str(answer)
