"""Evaluation tables: its figures and what it measures."""

import numpy as np
import pytest
import torch
from scipy.stats import binom

from mnist_adder_course.lessons import evaluation_tables
from mnist_adder_lib import wilson_interval


@pytest.mark.parametrize("count, truth", [(1000, 0.99), (10_000, 0.995), (100, 0.97)])
def test_wilson_intervals_hold_the_truth_about_95_times_in_100(count, truth):
    rights = np.arange(count + 1)
    ends = np.array([wilson_interval(int(right), count) for right in rights])
    hold = (ends[:, 0] <= 100 * truth) & (100 * truth <= ends[:, 1])
    assert 0.93 < binom.pmf(rights, count, truth)[hold].sum() < 0.98


def test_intervals_that_miss_are_red_and_counted():
    intervals = [(98, 99.5), (99.1, 99.9), (97, 98.9)]
    assert evaluation_tables.count_holding(intervals, 99) == 1
    figure = evaluation_tables.plot_intervals(intervals, 99)
    colours = [line.get_color() for line in figure.axes[0].lines[:3]]
    assert colours[1] == colours[2] != colours[0]
    assert "1 cross the dotted line of the truth, 2 miss it" in figure.get_label()


def test_calibration_leaves_out_what_is_empty_and_gives_intervals():
    table = torch.zeros(10, 3)
    table[8], table[9] = torch.tensor([2.0, 3.0, 20]), torch.tensor([5.4, 4.0, 100])
    figure = evaluation_tables.plot_calibration(table)
    assert [text.get_text() for text in figure.axes[0].get_xticklabels()] == ["80-90", "90-100"]
    low, high = wilson_interval(96, 100)
    words = f"90-100%: expects 5.4 mistakes, makes 4 (interval {100 - high:.0f} to {100 - low:.0f})"
    assert words in figure.get_label()


def test_exams_give_the_formulas_intervals_and_leave_random_numbers_alone():
    before = torch.get_rng_state()
    (low, high), *others = evaluation_tables.take_exams(exams=100, images=10_000, truth=99)
    assert torch.equal(torch.get_rng_state(), before) and len(others) == 99
    p = (low + high) / 200
    assert (high - low) / 400 == pytest.approx((p * (1 - p) / 10_000) ** 0.5)
    assert evaluation_tables.intervals_of(torch.ones(1, 20).bool()) == [(100, 100)]
    other_seed = evaluation_tables.take_exams(exams=100, images=10_000, truth=99, seed=1)
    assert other_seed != [(low, high), *others]


def test_both_intervals_are_drawn_for_each_exam():
    figure = evaluation_tables.plot_both_intervals([(9, 10), (20, 20)])
    formula, wilson, dot, point, *_ = figure.axes[0].lines
    off = 2 * (0.9 * 0.1 / 10) ** 0.5
    assert list(formula.get_xdata()) == pytest.approx([90 - 100 * off, 90 + 100 * off])
    low, high = wilson.get_xdata()  # both are two of their own standard errors away
    assert low < wilson_interval(9, 10)[0] and high > wilson_interval(9, 10)[1]
    for truth in (low / 100, high / 100):
        assert abs(0.9 - truth) == pytest.approx(2 * (truth * (1 - truth) / 10) ** 0.5)
    assert list(dot.get_xdata()) == [90] and formula.get_marker() == ""
    assert list(point.get_xdata()) == [100, 100] and point.get_marker() == "s"  # else unseen
    assert "20 of 20: 100.0 to 100.0 and 83.3 to 100.0" in figure.get_label()


def test_weights_are_rounded_to_equal_steps_in_a_copy():
    layer = torch.nn.Linear(3, 1)
    with torch.no_grad():
        layer.weight[:], layer.bias[:] = torch.tensor([[-1.5, 0.6, 0.2]]), 0.0
    small = evaluation_tables.rounded(layer, steps=3)  # of 0.5 each
    assert torch.equal(small.weight, torch.tensor([[-1.5, 0.5, 0.0]])) and small.bias == 0
    assert layer.weight[0, 1].item() == pytest.approx(0.6)
    with pytest.raises(ValueError, match="one step or more"):
        evaluation_tables.rounded(layer, steps=0)
