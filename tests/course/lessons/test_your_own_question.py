"""Your own question: the answers to its exercises, its figures."""

import torch
from matplotlib.colors import same_color

from mnist_adder_course.lessons.your_own_question import (
    checks,
    plot_looks,
    plot_readings,
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


def test_plot_looks():
    away = torch.tensor([[0.0, 3.0, 0.0], [0.0, 0.0, -3.0], [1.0, 2.5, 0.0]])  # looks, experiments
    figure = plot_looks(away, critical=[2.8, 2.6, 2.4], shown=3)
    assert "2 of them cross a curve at least once; 1 of these are outside" in figure.get_label()
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert [(int(dot.get_xdata()[0]), float(dot.get_ydata()[0])) for dot in dots] == [
        (5, 3.0), (6, -3.0)]


def test_plot_readings():
    figure = plot_readings({"better": (0.5, 1.5), "worse": (-2, -1)}, matters=0.25)
    lines = figure.axes[0].lines[1:]
    assert [list(line.get_xdata()) for line in lines] == [[0.5, 1.5], [-2, -1]]
    assert all(same_color(line.get_color(), lines[0].get_color()) for line in lines)
    assert "from -0.25 to 0.25. better: from +0.5 to +1.5" in figure.get_label()
