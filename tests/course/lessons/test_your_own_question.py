"""Your own question: its figures and what it measures."""

import pandas as pd
import pytest
import torch

from mnist_adder_course.lessons.your_own_question import (
    look_again_and_again,
    pairs_planned,
    pilots,
    plot_looks,
    plot_pilots,
    what_pairs_show,
)
from mnist_adder_lib.compare import power_of_pairs


def test_plot_looks():
    away = torch.tensor([[0.0, 3.0, 0.0], [0.0, 0.0, -3.0], [1.0, 2.5, 0.0]])  # looks, experiments
    figure = plot_looks(away, critical=torch.tensor([[2.8], [2.6], [2.4]]), shown=3)
    assert "2 of them cross a curve at least once; 1 of these are outside" in figure.get_label()
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert [(int(dot.get_xdata()[0]), float(dot.get_ydata()[0])) for dot in dots] == [
        (5, 3.0), (6, -3.0)]


def test_looks_that_have_nothing_to_find():
    torch.manual_seed(0)
    away, critical = look_again_and_again(experiments=4_000)
    assert away.shape == (16, 4_000) and critical.shape == (16, 1)
    beyond = away.abs() > critical
    assert ((beyond.float().mean(dim=1) - 0.05).abs() < 0.015).all()  # each look keeps its promise
    assert 0.15 < beyond.any(dim=0).float().mean() < 0.23  # all together don't


def test_pilots_are_fours_of_the_stored_runs():
    fours = pilots()
    assert list(fours)[0] == "100-103" and len(fours) == 6
    assert all(len(four) == 4 and min(four) > 90 for four in fours.values())


def test_pairs_planned():
    pilot = [93.0, 94.0, 94.0, 95.0]
    pairs, spread = pairs_planned(pilot, 0.5), 1.5 * 2**0.5 * pd.Series(pilot).std()
    assert power_of_pairs(pairs - 1, spread, 0.5) < 0.8 <= power_of_pairs(pairs, spread, 0.5)
    assert pairs_planned(pilot, 2) < pairs


def test_what_pairs_show():
    table = what_pairs_show(0.8).set_index("pairs")["show a difference of"]
    for pairs, difference in table.items():
        assert power_of_pairs(pairs, 0.8, difference) == pytest.approx(0.8, abs=0.02)
    assert list(table.index) == [10, 20, 40] and table.is_monotonic_decreasing
    half = what_pairs_show(0.4)["show a difference of"]
    assert half.tolist() == pytest.approx((table / 2).tolist(), abs=0.011)


def test_plot_pilots():
    figure = plot_pilots([80.0, 82.0, 81.0, 81.0], matters=0.5)
    planned = pairs_planned([80.0, 82.0, 81.0, 81.0], 0.5)
    assert f"yours: from -1.00 to +1.00, {planned} pairs." in figure.get_label()
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == [str(pairs_planned(four, 0.5)) for four in pilots().values()] + [str(planned)]
