"""Your own question: its figures and what it measures."""

import torch

from mnist_adder_course.lessons.your_own_question import (
    look_again_and_again,
    pilots,
    plot_looks,
)


def test_plot_looks():
    away = torch.tensor([[0.0, 3.0, 0.0], [0.0, 0.0, -3.0], [1.0, 2.5, 0.0]])  # looks, experiments
    figure = plot_looks(away, critical=torch.tensor([[2.8], [2.6], [2.4]]), shown=3)
    assert "2 of them cross a curve at least once; of these, 1 end outside" in figure.get_label()
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


def test_pilots_are_fives_of_the_stored_pairs():
    fives = pilots()
    assert list(fives) == ["100 to 104", "105 to 109", "110 to 114", "115 to 119"]
    assert all(0.2 < spread < 2 for spread in fives.values())
