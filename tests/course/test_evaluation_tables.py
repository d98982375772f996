"""Evaluation tables: the values of its guesses, the answers to its exercises, its figures."""

import math

import numpy as np
import pandas as pd
import torch

from mnist_adder_lib.course.evaluation_tables import checks


def intervals(first, second):
    """Two rows of a table with intervals, as lesson 4 compares them."""
    return tuple(pd.Series(dict(zip(["from", "to"], ends))) for ends in (first, second))


def rows(predicted_digits, predicted_sums, digits, sums):
    """Whether digits are right and whether sums are, as two columns of 0 and 1."""
    return (predicted_digits == digits).double(), (predicted_sums == sums).double()


def joint_by_loop(predicted_digits, predicted_sums, digits, sums):
    answers = list(zip(predicted_digits.tolist(), predicted_sums.tolist()))
    truth = list(zip(digits.tolist(), sums.tolist()))
    return 100 * sum(a == t for a, t in zip(answers, truth)) / len(truth)


def joint_in_place(predicted_digits, predicted_sums, digits, sums):
    predicted_digits -= digits
    predicted_sums -= sums
    return 100 * ((predicted_digits == 0) & (predicted_sums == 0)).float().mean()


# question: values, and the place of the option that each makes right; the first is what we got
VALUES = {
    "batch means": [(44.6, 2), (1.0, 0), (2.0, 1)],
    "99 of 100": [(94.6, 2), (99, 0), (98.2, 1), (50, 3)],
    "rare sum": [
        (intervals((98.7, 99.7), (94.1, 99.8)), 2),
        (intervals((98.7, 99.7), (90.1, 96.8)), 0),
        (intervals((92.7, 95.7), (96.1, 99.8)), 1),
    ],
    "right digit, wrong sum": [(11, 1), (0, 0), (500, 2)],
}

# check: (wrong answers with a part of the reason, right answers)
ANSWERS = {
    checks.mean_loss: (
        [
            (lambda means, sizes: means.mean(), "mean of means"),
            (lambda means, sizes: means.sum() / sizes.sum(), "Far too small"),
            (lambda means, sizes: (means * sizes).sum(), "Divide it"),
            (lambda means, sizes: means[:-1].mean(), "it should give"),
        ],
        [
            lambda means, sizes: (means * sizes).sum() / sizes.sum(),
            lambda means, sizes: np.average(means.tolist(), weights=sizes.tolist()),
            lambda means, sizes: float(sum(m * s for m, s in zip(means, sizes)) / sum(sizes)),
        ],
    ),
    checks.joint_accuracy: (
        [
            (lambda *columns: math.prod(100 * c.mean() for c in rows(*columns)) / 100, "product"),
            (lambda *columns: 50 * sum(c.mean() for c in rows(*columns)), "half an answer"),
            (lambda *columns: 100 * min(c.mean() for c in rows(*columns)), "(sum|digit) alone"),
            (lambda *columns: math.prod(rows(*columns)).mean(), "In percent"),
            (lambda *columns: 100 * torch.maximum(*rows(*columns)).mean(), "both must be"),
            (lambda *columns: 100 * math.prod(rows(*columns)), "one number"),
        ],
        [
            lambda *columns: 100 * math.prod(rows(*columns)).mean(),
            joint_by_loop,
            joint_in_place,
        ],
    ),
    checks.joint_range: (
        [
            (lambda a, b, n: (a + b - n, min(a, b)), "the fewest can't be -"),
            (lambda a, b, n: (0, min(a, b)), "Spread"),
            (lambda a, b, n: (max(0, a + b - n), max(a, b)), "the most is not"),
            (lambda a, b, n: (max(0, a + b - n), n), "the most is not"),
            (lambda a, b, n: (min(a, b), max(0, a + b - n)), "the most is not"),
            (lambda a, b, n: a * b / n, "two numbers"),
        ],
        [
            lambda a, b, n: (max(0, a + b - n), min(a, b)),
            lambda a, b, n: torch.tensor([max(0, n - (n - a) - (n - b)), n - max(n - a, n - b)]),
        ],
    ),
}
