"""Evaluation tables: the answers to its exercises, its figures."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import binom, fisher_exact

from mnist_adder_lib import wilson_interval
from mnist_adder_lib.course import evaluation_tables
from mnist_adder_lib.course.evaluation_tables import checks
from mnist_adder_lib.evaluate import accuracy_per


def rows(predicted_digits, predicted_totals, digits, numbers, number):
    """Among the examples with this number, whether digits are right and whether sums are."""
    digit, total = predicted_digits == digits, predicted_totals == digits + numbers
    return digit[numbers == number].double(), total[numbers == number].double()


def both(predicted_digits, predicted_totals, digits, numbers, number):
    return (predicted_digits == digits) & (predicted_totals == digits + numbers)


def joint_by_loop(predicted_digits, predicted_totals, digits, numbers, number):
    right = seen = 0
    for digit, total, true, told in zip(predicted_digits, predicted_totals, digits, numbers):
        if told == number:
            seen += 1
            right += int(digit == true and total == true + told)
    return 100 * right / seen


def joint_in_place(predicted_digits, predicted_totals, digits, numbers, number):
    predicted_digits -= digits
    predicted_totals -= digits + number
    wrong = (predicted_digits != 0) | (predicted_totals != 0)
    return 100 - 100 * wrong[numbers == number].float().mean()


def without_brackets(predicted_digits, predicted_totals, digits, numbers, number):
    right = predicted_digits == digits & predicted_totals == digits + numbers
    return 100 * right[numbers == number].double().mean()


def with_and(predicted_digits, predicted_totals, digits, numbers, number):
    right = (predicted_digits == digits) and (predicted_totals == digits + numbers)
    return 100 * right[numbers == number].double().mean()


def share(flags):
    return 100 * flags.double().mean()


def right(matrix):
    return int(matrix.diagonal().sum())


def few(a, b):
    """The fewest that can have both right: of two confusion matrices."""
    return max(0, right(a) + right(b) - int(a.sum()))


def many(a, b):
    return min(right(a), right(b))


# check: (wrong answers with a part of the reason, right answers)
ANSWERS = {
    checks.mean_loss: (
        [
            (lambda means, sizes: means.mean(), "mean of means"),
            (lambda means, sizes: (means * sizes).mean(), "Divide by the number of examples"),
            (lambda means, sizes: means.sum() / sizes.sum(), "Far too small"),
            (lambda means, sizes: (means * sizes).sum(), "Divide it"),
            (lambda means, sizes: (means * sizes).sum() / (128 * len(sizes)), "Use `sizes`"),
            (lambda means, sizes: (means / sizes).sum(), "smaller still"),
            (lambda means, sizes: means[:-1].mean(), "left the last batch out"),
            (lambda means, sizes: means * sizes / sizes.sum(), "one number"),
            (lambda means, sizes: means.max(), "it should give"),
        ],
        [
            lambda means, sizes: (means * sizes).sum() / sizes.sum(),
            lambda means, sizes: np.average(means.tolist(), weights=sizes.tolist()),
            lambda means, sizes: float(sum(m * s for m, s in zip(means, sizes)) / sum(sizes)),
        ],
    ),
    checks.joint_accuracy: (
        [
            (without_brackets, "put each in brackets"),
            (with_and, "wants a single True or False"),
            (lambda *a: both(*a)[a[3] == a[4]].sum(), "not how many in a hundred"),
            (lambda *a: share(both(*a)), "whatever their number"),
            (lambda *a: both(*a).double().mean(), "over all examples, and not in percent"),
            (lambda *a: both(*a).sum(), "count over all examples"),
            (lambda *a: share(both(*a) & (a[3] == a[4])), "divided by all examples"),
            (lambda *a: (both(*a) & (a[3] == a[4])).double().mean(), "of those with this number"),
            (lambda *a: math.prod(100 * c.mean() for c in rows(*a)) / 100, "product"),
            (lambda *a: 50 * sum(c.mean() for c in rows(*a)), "half an answer"),
            (lambda *a: 100 * rows(*a)[0].mean(), "digit alone"),
            (lambda *a: 100 * rows(*a)[1].mean(), "sum alone"),
            (lambda *a: math.prod(rows(*a)).mean(), "In percent"),
            (lambda *a: 100 * torch.maximum(*rows(*a)).mean(), "both must be"),
            (lambda *a: 100 - 100 * math.prod(rows(*a)).mean(), "are wrong"),
            (lambda *a: 100 * math.prod(rows(*a)), "not one for each"),
            (lambda *a: share(((a[0] == a[2]) & (a[1] == a[2]))[a[3] == a[4]]), "the true one"),
            (lambda *a: share((a[0] + a[3] == a[1])[a[3] == a[4]]), "with each other"),
            (lambda *a: share(a[3] == a[4]), "share of examples with this number"),
        ],
        [
            lambda *a: 100 * math.prod(rows(*a)).mean(),
            lambda *a: share(both(*a)[a[3] == a[4]]),
            joint_by_loop,
            joint_in_place,
        ],
    ),
    checks.coverage: (
        [
            (lambda low, high, t: share(low < t & t < high), "put each in brackets"),
            (lambda low, high, t: share((low < t) and (t < high)), "single True or False"),
            (lambda low, high, t: share(low < t < high), "single True or False"),
            (lambda low, high, t: ((low < t) & (t < high)).sum(), "not how many in a hundred"),
            (lambda low, high, t: ((low < t) & (t < high)).double().mean(), "In percent"),
            (lambda low, high, t: share(low < t), "low ends only"),
            (lambda low, high, t: share(t < high), "high ends only"),
            (lambda low, high, t: share((low < t) | (t < high)), "Both must be"),
            (lambda low, high, t: share((low > t) | (t > high)), "miss"),
            (lambda low, high, t: share((low > t) & (t > high)), "no interval is like that"),
            (lambda low, high, t: (low < t) & (t < high), "not one for each"),
        ],
        [
            lambda low, high, t: share((low <= t) & (t <= high)),
            lambda low, high, t: 100 * sum(a < t < b for a, b in zip(low, high)) / len(low),
        ],
    ),
    checks.joint_range: (
        [
            (lambda a, b: (right(a) + right(b) - int(a.sum()), many(a, b)), "can't be -"),
            (lambda a, b: (0, many(a, b)), "some must have both right"),
            (lambda a, b: (few(a, b), max(right(a), right(b))), "not the larger of the two"),
            (lambda a, b: (few(a, b), int(a.sum())), "not all of them"),
            (lambda a, b: (few(a, b), right(a) + right(b)), "can't be the sum of both"),
            (lambda a, b: (few(a, b), right(a) * right(b) / int(a.sum())), "not the product"),
            (lambda a, b: (few(a, b), len(a)), "not the number of classes"),
            (lambda a, b: (few(a, b), int(min(a.max(), b.max()))), "add the diagonal up"),
            (lambda a, b: (few(a, b) / int(a.sum()), many(a, b) / int(a.sum())), "not a share"),
            (lambda a, b: (0, 100 * many(a, b) / int(a.sum())), "not percent"),
            (lambda a, b: (few(a, b), many(a, b) - 1), "the most is not"),
            (lambda a, b: (many(a, b), few(a, b)), "first the fewest, then the most"),
            (lambda a, b: (int(a.sum()) - many(a, b), many(a, b)), "larger number of mistakes"),
            (lambda a, b: (2 * int(a.sum()) - right(a) - right(b), many(a, b)), "are left"),
            (lambda a, b: (right(a) * right(b) / int(a.sum()), many(a, b)), "Fewer are possible"),
            (lambda a, b: (few(a, b) + 1, many(a, b)), "Spread"),
            (lambda a, b: right(a) * right(b) / int(a.sum()), "two numbers"),
        ],
        [
            lambda a, b: (few(a, b), many(a, b)),
            lambda a, b: torch.tensor([few(a, b), many(a, b)]),
            lambda a, b: (max(0, a.sum() - (a.sum() - a.trace()) - (b.sum() - b.trace())),
                          min(a.trace(), b.trace())),
        ],
    ),
}


def test_the_chance_of_2_and_11_that_the_lesson_names():
    assert fisher_exact([[2, 998], [11, 989]]).pvalue == pytest.approx(0.022, abs=0.0005)
    (_, high), (low, _) = wilson_interval(989, 1000), wilson_interval(998, 1000)
    assert f"{low:.2f} {high:.2f}" == "99.27 99.38"


@pytest.mark.parametrize("count, truth", [(1000, 0.99), (10_000, 0.995), (100, 0.97)])
def test_wilson_intervals_hold_the_truth_about_95_times_in_100(count, truth):
    rights = np.arange(count + 1)
    ends = np.array([wilson_interval(int(right), count) for right in rights])
    hold = (ends[:, 0] <= 100 * truth) & (100 * truth <= ends[:, 1])
    assert 0.93 < binom.pmf(rights, count, truth)[hold].sum() < 0.98


def test_the_figure_per_group_names_the_extremes():
    groups = torch.arange(3).repeat_interleave(torch.tensor([50, 400, 200]))
    right = torch.ones(650).bool()
    right[100:110] = False
    table = accuracy_per(groups, right, "digit")
    figure = evaluation_tables.plot_accuracy_per(table)
    assert "Lowest: 1, highest: 0. The widest interval has 0, with 50" in figure.get_label()
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["0", "1", "2"]


def test_intervals_that_miss_are_red_and_counted():
    intervals = [(98, 99.5), (99.1, 99.9), (97, 98.9)]
    assert evaluation_tables.count_holding(intervals, 99) == 1
    figure = evaluation_tables.plot_intervals(intervals, 99)
    colours = [line.get_color() for line in figure.axes[0].lines[:3]]
    assert colours[1] == colours[2] != colours[0]
    assert "1 cross the dotted line of the truth, 2 miss it" in figure.get_label()


def test_the_deals_that_are_as_large_are_counted():
    figure = evaluation_tables.plot_chance([0.1, 0.3, 0.3, 0.5], 0.3)
    assert "4 deals, from 0.10 to 0.50; 3 are at least as large" in figure.get_label()


def test_the_table_of_recipes():
    runs = evaluation_tables.recipe_runs()
    assert list(runs) == ["reference", "fast", "best"] and runs.index.is_unique
    assert runs.count().min() >= 5 and 90 < runs.min().min() < runs.max().max() < 100
    label = evaluation_tables.plot_recipes(runs).get_label()
    assert f"best {runs['best'].mean():.2f} ± {runs['best'].sem():.2f}" in label


def test_calibration_leaves_out_what_is_empty():
    table = torch.zeros(10, 2)
    table[8], table[9] = torch.tensor([2.0, 3.0]), torch.tensor([5.4, 4.0])
    figure = evaluation_tables.plot_calibration(table)
    assert [text.get_text() for text in figure.axes[0].get_xticklabels()] == ["80-90", "90-100"]
    assert "90-100%: expects 5.4 mistakes, makes 4." in figure.get_label()
