"""Does it add?: the answers to its exercises, what was measured."""

import statistics

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from scipy.stats import linregress

from mnist_adder_course.lessons.does_it_add import (
    TOTALS,
    checks,
    plot_pairs,
    plot_slopes,
    plot_waiting,
    waiting_table,
)
from mnist_adder_course.notebook.results import read_results
from mnist_adder_course.widgets.hidden_sums import HiddenSums, unseen_sums

PAIRS = HiddenSums().held_out


def lost(held_out):
    seen = {d + n for d in range(10) for n in range(10) if not held_out[d, n]}
    return set(range(19)) - seen


RIGHT = {
    checks.lost_sums: [
        lost,
        lambda held_out: torch.tensor([*lost(held_out)]).flip(0),
        lambda held_out: [total for total in range(19) if held_out[TOTALS == total].all()],
    ],
    checks.slope: [
        lambda true, predicted: ((true - true.mean()) * predicted).mean() / true.var(correction=0),
    ],
    checks.difference: [
        lambda probabilities, number: F.pad(probabilities, (9 - number, number)).tolist(),
        lambda probabilities, number: [probabilities[place + number - 9]
                                       if 0 <= place + number - 9 <= 9 else 0
                                       for place in range(19)],
    ],
}


# --- figures --------------------------------------------------------------------------------------


def by_least_squares(true, predicted):
    columns = torch.stack([true, torch.ones_like(true)], dim=1)
    return torch.linalg.lstsq(columns, predicted).solution[0].item()


@pytest.mark.parametrize("function, name", [
    (by_least_squares, "lstsq"),
    (lambda true, predicted: np.polyfit(true, predicted, 1)[0], "polyfit"),
    (lambda true, predicted: linregress(true, predicted).slope, "linregress"),
    (lambda true, predicted: statistics.linear_regression(true.tolist(), predicted.tolist()).slope,
     "linear_regression"),
])
def test_the_slope_is_to_be_computed_without_a_function_that_fits_lines(function, name):
    assert f"the exercise is to do it without `{name}`" in checks.slope.verdict(function)


def test_plot_pairs_frames_what_is_held_out_and_says_it_in_words():
    table = torch.where(PAIRS, 0.0, 100.0)
    single = plot_pairs({"19 classes": table}, PAIRS)
    assert "19 classes: 0.0% on the framed held-out pairs, 100.0% on" in single.get_label()
    assert len(single.axes[0].patches) == 20 and len(single.axes[0].texts) == 100
    many = plot_pairs({str(n): table for n in range(4)}, PAIRS)
    assert len(many.axes[0].patches) == 20 and not many.axes[0].texts
    assert [ax.get_ylabel() for ax in many.axes[:4]] == ["digit", "", "", "digit"]


def test_plot_slopes_fits_a_line():
    figure = plot_slopes({"half": 4 + TOTALS / 2, "all": TOTALS.double()},
                         PAIRS & ~unseen_sums(PAIRS))
    assert "half: slope 0.50; all: slope 1.00" in figure.get_label()
    assert len(figure.axes[0].lines[2].get_xdata()) == 19  # without 0 + 0


def test_plot_waiting_says_the_curves():
    label = plot_waiting({"decay 3": [[50, 95.0, 2.0], [3000, 96.0, 81.0]]}).get_label()
    assert "decay 3: held-out pairs 2% at step 50, 81% at step 3000" in label


# --- what was measured ----------------------------------------------------------------------------

RUNS = read_results("waiting.jsonl")


def test_ten_seeds_of_each_weight_decay():
    seeds = RUNS.groupby("decay")["seed"].agg(sorted)
    assert all(found == list(range(10)) for found in seeds)


def held_in_the_end(decay):
    runs = RUNS[RUNS["decay"] == decay]
    return pd.Series([curve[-1] for curve in runs["evaluation_held"]])


def test_what_the_lesson_says_of_waiting():
    assert held_in_the_end(3).median() > 70 and held_in_the_end(3).min() > 40
    assert held_in_the_end(0.01).max() < 25
    table = waiting_table()
    assert table.loc[3, "80% or more"] == f"{(held_in_the_end(3) >= 80).sum()} of 10"
