"""Data generation: the values of its guesses, the answers to its exercises, its figures."""

import random

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mnist_adder_lib.course import data_generation
from mnist_adder_lib.course.data_generation import checks


def vector(size, place, value=1):
    return [value if i == place else 0 for i in range(size)]


def shuffled(count, seed):
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed))


def split_by_random(count, size, seed):
    places = list(range(count))
    random.Random(seed).shuffle(places)
    return places[:size], set(places[size:])


def split_by_torch(count, size, seed):
    order = shuffled(count, seed)
    return order[:size], order[size:]


# question: values, and the place of the option that each makes right; the first is what we got
VALUES = {
    "sums": [(10.3, 2), (1.0, 0), (2.0, 1), (100.0, 3)],
    "same example": [
        ([(9, 9), (9, 4), (9, 3)], 1),
        ([(9, 9), (9, 9), (9, 3)], 1),
        ([(9, 4), (9, 4), (9, 4)], 0),
        ([(9, 4), (8, 4), (9, 3)], 2),
    ],
    "mean pixel": [(0.1307, 0), (0.5, 1), (0.8693, 2)],
}

# check: (wrong answers with a part of the reason, right answers)
ANSWERS = {
    checks.one_hot: (
        [
            (lambda kind, size: vector(10, kind), "one row of 19 places"),
            (lambda kind, size: vector(size, kind, kind + 1), "a kind, not an amount"),
            (lambda kind, size: [1] * (kind + 1) + [0] * (size - kind - 1), "exactly one place"),
            (lambda kind, size: vector(size, kind - 1), "counted from 0"),
            (lambda kind, size: vector(size, kind, 1.5), "exactly one place"),
            (lambda kind, size: [vector(size, kind)], r"the shape \(1, 10\)"),
        ],
        [
            lambda kind, size: F.one_hot(torch.tensor(kind), size),
            lambda kind, size: vector(size, kind),
            lambda kind, size: np.eye(size)[kind],
        ],
    ),
    checks.split: (
        [
            (lambda n, k, seed: (range(k), range(k, n)), "not shuffled"),
            (lambda n, k, seed: (range(n - k, n), range(n - k)), "not shuffled"),
            (lambda n, k, seed: (shuffled(n, seed)[:k], shuffled(n, seed + 9)[k:]), "in both"),
            (lambda n, k, seed: split_by_torch(n, k, seed)[::-1], "for training and the rest"),
            (lambda n, k, seed: split_by_torch(n, k, 0), "Another seed gave the same"),
            (lambda n, k, seed: split_by_random(n, k, None), "The same seed gave another"),
            (lambda n, k, seed: split_by_torch(n + 1, k + 1, seed), "for training and the rest"),
            (lambda n, k, seed: (split_by_torch(n, k, seed)[0], [-1] * (n - k)), "every place"),
            (lambda n, k, seed: shuffled(n, seed)[:k], "two things"),
        ],
        [split_by_torch, split_by_random],
    ),
}


def test_the_vectors_of_an_example(first):
    data = first(3)
    figure = data_generation.plot_example_vectors(data, image=1, number=5)
    digit = int(data.digits[1])
    for ax, value, size in zip(figure.axes[1:], (5, digit, digit + 5), (10, 10, 19)):
        vector = ax.collections[0].get_array().ravel()
        assert len(vector) == size and vector.sum() == 1 and vector[value] == 1


def test_the_distribution_of_sums():
    totals = np.array([0, 9, 9, 18, 3])
    ax = data_generation.plot_sum_distribution(totals).axes[0]
    assert [bar.get_height() for bar in ax.patches] == np.bincount(totals, minlength=19).tolist()
    line = ax.lines[0].get_ydata()
    assert line.sum() == pytest.approx(5) and line.argmax() == 9 and line[0] == pytest.approx(0.05)
