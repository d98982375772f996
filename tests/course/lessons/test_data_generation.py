"""Data generation: the answers to its exercises, its figures."""

import random

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mnist_adder_lib.course.lessons import data_generation
from mnist_adder_lib.course.lessons.data_generation import checks


def by_dice(image, digit):
    first, second = random.randint(0, 9), random.randint(0, 9)
    return [[image, first, second], [digit, digit + first + second]]


def split_by_random(count, size, seed):
    order = list(range(count))
    random.Random(seed).shuffle(order)
    return order[:size], set(order[size:])


RIGHT = {
    checks.one_hot: [
        lambda index, size: F.one_hot(torch.tensor(index), size),
        lambda index, size: np.eye(size)[index],
        lambda index, size: [i == index for i in range(size)],
    ],
    checks.make_example: [by_dice],
    checks.split: [split_by_random],
}


def test_the_grid():
    images = torch.rand(7, 1, 28, 28)
    figure = data_generation.plot_grid(images)
    assert len(figure.axes) == 7 and figure.get_size_inches()[0] <= 5.5
    assert all((ax.images[0].get_array() == image[0].numpy()).all()
               for ax, image in zip(figure.axes, images))
    assert figure.axes[6].images[0].get_clim() == (0, 1)


def test_the_vectors_of_an_example(first):
    data = first(3)
    figure = data_generation.plot_example_vectors(data, image=1, number=5)
    digit = int(data.digits[1])
    for ax, value, size in zip(figure.axes[1:], (5, digit, digit + 5), (10, 10, 19)):
        assert [int(text.get_text()) for text in ax.texts] == [
            int(index == value) for index in range(size)]
        assert all(text.get_fontsize() >= 9 for text in [*ax.texts, *ax.get_yticklabels()])


def test_the_distribution_of_sums():
    totals = np.array([0, 9, 9, 18, 3])
    ax = data_generation.plot_sum_distribution(totals).axes[0]
    assert [bar.get_height() for bar in ax.patches] == np.bincount(totals, minlength=19).tolist()
    line = ax.lines[0].get_ydata()
    assert line.sum() == pytest.approx(5) and line.argmax() == 9 and line[0] == pytest.approx(0.05)
