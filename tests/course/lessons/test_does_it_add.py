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
    plot_cross,
    plot_number_line,
    plot_slopes,
    plot_waiting,
    plot_weights,
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


def columns(ax):
    return [text.get_text() for text in ax.get_xticklabels()]


@pytest.mark.parametrize("digit, number", [(0, 5), (4, 3)])
def test_the_cross_shows_what_was_seen_with_digit_and_number(digit, number):
    figure = plot_cross(PAIRS, digit, number)
    (ax,) = figure.axes
    cells = np.array([text.get_text() for text in ax.texts]).reshape(10, 10)
    assert ((cells == "?") == PAIRS.numpy()).all()
    assert str(digit + number) not in {*cells[digit], *cells[:, number]}
    rings = [patch for patch in ax.patches if hasattr(patch, "radius")]
    found = {cells[int(ring.center[1]), int(ring.center[0])] for ring in rings}
    assert found == {str(digit + number)}
    assert len(rings) == (cells == str(digit + number)).sum() > 0
    blue = ax.collections[0].get_array().reshape(10, 10) > 0
    seen = ~PAIRS.numpy()
    assert blue[digit].sum() + blue[:, number].sum() == blue.sum()
    assert (blue[digit] == seen[digit]).all() and (blue[:, number] == seen[:, number]).all()


def test_weights_say_their_signs_by_colour():
    weights = torch.zeros(5, 6)
    weights[2, 1], weights[4, 5] = -1.5, 2.0
    figure = plot_weights(weights)
    (ax,) = figure.axes
    assert columns(ax)[1:4] == ["digit 1", "digit 2", "+ 0"]
    colours = ax.collections[0].get_facecolor().reshape(5, 6, 4)
    assert colours[2, 1, 0] > colours[2, 1, 2] and colours[4, 5, 0] < colours[4, 5, 2]
    assert len({*map(tuple, colours[0])}) == 1
    assert sorted(frame.get_x() for frame in ax.patches) == [1, 4]
    assert "sum 2: 0, -1.5, 0, 0, 0, 0" in figure.get_label()


def test_pairs_with_one_sum_are_above_each_other():
    figure = plot_number_line(TOTALS.double(), PAIRS)
    seen, hidden = figure.axes[0].lines[-2:]
    assert [len(line.get_xdata()) for line in (seen, hidden)] == [80, 20]
    dots = {*zip(seen.get_xdata(), seen.get_ydata()), *zip(hidden.get_xdata(), hidden.get_ydata())}
    assert dots == {(total, height) for total in range(19)
                    for height in range(10 - abs(total - 9))}
    assert "off their column by 0.0 steps" in figure.get_label()


def test_plot_slopes_fits_a_line():
    figure = plot_slopes({"half": 4 + TOTALS / 2, "all": TOTALS.double()},
                         PAIRS & ~unseen_sums(PAIRS))
    assert "half: slope 0.50; all: slope 1.00" in figure.get_label()
    assert len(figure.axes[0].lines[2].get_xdata()) == 19  # without 0 + 0


def test_plot_waiting_says_the_curves():
    label = plot_waiting({"decay 3": [[50, 95.0, 2.0], [3000, 96.0, 81.0]]}).get_label()
    assert "decay 3: hidden pairs 2% at step 50, 81% at step 3000, seen pairs 96%" in label


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
