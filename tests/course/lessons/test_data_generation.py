"""Data generation: its figures and what it measures."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torchvision.datasets import MNIST

from mnist_adder_course.lessons import data_generation
from mnist_adder_lib import find_mnist


@pytest.fixture(scope="module")
def mnist():
    return MNIST(find_mnist(), train=True)


def test_many_networks_differ_little_and_read_what_one_of_them_has_learned():
    """Of an even digit the left half is white, of an odd one the right half."""
    digits = torch.arange(60) % 10
    images = torch.zeros(60, 28, 28, dtype=torch.uint8)
    images[digits % 2 == 0, :, :14] = 255
    images[digits % 2 == 1, :, 14:] = 255
    digits[50:] = 9 - digits[50:]  # now each even one is called odd
    known, lied_to = data_generation.accuracies_of_many(
        SimpleNamespace(data=images, targets=digits), torch.arange(20),
        [torch.arange(20, 50), torch.arange(50, 60)], count=7)
    assert known.tolist() == [1] * 7 and lied_to.tolist() == [0] * 7


def test_the_choice_follows_the_best_of_the_few():
    few, fresh = torch.tensor([0.5, 0.9, 0.7]), torch.tensor([0.6, 0.5, 0.7])
    figure = data_generation.plot_choice(few, fresh)
    mean, left, right, chosen = figure.axes[0].lines
    assert np.allclose(left.get_ydata(), [-20, 20, 0])
    assert np.allclose(right.get_ydata(), [0, -10, 10], atol=1e-4)
    assert np.allclose(chosen.get_ydata(), [20, -10]) and np.allclose(mean.get_ydata(), 0)
    assert [text.get_text() for text in figure.axes[0].texts] == ["+20.0", "-10.0"]
    assert "20.0 percentage points" in figure.get_label()


def test_the_best_of_many_loses_most_of_its_lead(mnist):
    """Whatever images it was chosen by."""
    for seed in range(3):
        train, validation = data_generation.split(60_000, 48_000, seed)
        few, fresh = data_generation.accuracies_of_many(
            mnist, train[:2000], [validation[:500], validation[500:]])
        lead = few.max() - few.mean()
        left = data_generation.honest(few, fresh) - fresh.mean()
        assert lead > 0.015 and 0 < left < lead / 2


def test_the_distribution_of_sums():
    totals = np.array([0, 9, 9, 18, 3])
    ax = data_generation.plot_sum_distribution(totals).axes[0]
    assert [bar.get_height() for bar in ax.patches] == np.bincount(totals, minlength=19).tolist()
    line = ax.lines[0].get_ydata()
    assert line.sum() == pytest.approx(5) and line.argmax() == 9 and line[0] == pytest.approx(0.05)


def test_two_forms_are_drawn_over_the_right_answers():
    right = torch.arange(10)
    dots = torch.where(right == 7, 0, right)
    figure = data_generation.plot_forms(right, right + 0.5, dots, hidden=[7])
    *dashes, line, blue = figure.axes[0].lines
    assert [dash.get_ydata()[0] for dash in dashes] == right.tolist()
    assert line.get_ydata().tolist() == (right + 0.5).tolist()
    assert blue.get_ydata().tolist() == dots.tolist()
    assert "off by 0.50 at most, the dots miss [7]" in figure.get_label()


def test_the_opening_hides_the_answer():
    state = torch.random.get_rng_state()
    figure = data_generation.plot_opening()
    *examples, rule = (ax for part in figure.subfigs for ax in part.axes)
    assert len(examples) == 4 and all(" = " in ax.get_title() for ax in examples)
    drawn = {line.get_xdata().mean(): line.get_ydata()[0] for line in rule.lines}
    assert np.isnan(drawn[7]) and drawn[6] == 8
    assert [text.get_text() for text in rule.texts] == ["?"]
    assert torch.equal(torch.random.get_rng_state(), state)
