"""Your own question: the answers to its exercises, its figures."""

import pandas as pd

from mnist_adder_course.lessons.your_own_question import (
    checks,
    plot_difference,
    plot_looking,
)


def by_cases(low, high, matters):
    small = max(abs(low), abs(high)) < matters
    with_sign = "better" if low > 0 else "worse" if high < 0 else "can\u2019t tell"
    return "no difference that matters" if small else with_sign


def by_one_loop(steps):
    seen, used = set(), []
    for step in steps:
        if step == "result" and not {"guess", "plan"} <= seen:
            return False
        if step in ("result", "evaluation"):
            used.append(step)
        seen.add(step)
    return used.count("evaluation") == 1 and used[-1] == "evaluation"


RIGHT = {checks.reading: [by_cases], checks.in_order: [by_one_loop]}


def test_plot_difference():
    differences = pd.Series([0.5, 1.0, 1.5])
    figure = plot_difference(differences, low=-0.24, high=2.24, matters=0.5)
    assert "3 dots from +0.50 to +1.50" in figure.get_label()
    assert "mean +1.00 with its interval, from -0.24 to +2.24" in figure.get_label()
    dots, interval, mean = figure.axes[0].lines[1:]
    assert list(dots.get_xdata()) == [0.5, 1.0, 1.5]
    assert list(interval.get_xdata()) == [-0.24, 2.24] and list(mean.get_xdata()) == [1.0]


def test_plot_looking():
    figure = plot_looking([5.0, 8.0, 10.0])
    assert "from 5 in 100 experiments after 5 pairs to 10 after 7" in figure.get_label()
    assert list(figure.axes[0].lines[0].get_xdata()) == [5, 6, 7]
