"""Your own question: its figures and what it measures."""

import torch

from mnist_adder_course.lessons.your_own_question import (
    look_again_and_again,
    pilots,
    plot_readings,
)


def test_plot_readings():
    asked = []

    def reading(low, high, matters):
        asked.append((low, high, matters))
        return "better" if low >= matters else ...

    label = plot_readings(reading, 0.2, 0.4, 0.25).get_label()
    assert asked[0] == (0.3, 0.7, 0.25) and asked[-1] == (0.2, 0.4, 0.25) and len(asked) == 7
    assert "better: from +0.3 to +0.7" in label
    assert "yours: not written yet: from +0.2 to +0.4" in label
    assert "yours" not in plot_readings(reading, 0.2, ..., 0.25).get_label()


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
