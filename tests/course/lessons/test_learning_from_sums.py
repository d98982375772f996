"""Learning from sums: answers to its exercises, figures, measurements."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mnist_adder_course.lessons import learning_from_sums
from mnist_adder_course.lessons.learning_from_sums import (
    checks,
    found_at,
    last_digit_probabilities,
    load_reader,
    marked,
    measured,
    new_reader,
    plot_kicks,
    plot_naming,
    plot_pairs,
    plot_shifts,
    reads_with_marks,
    share_by_shift,
    solution,
    solutions,
    sum_probabilities,
    trainings,
)


def first_given_sum(first, second, total):
    first, second = first.tolist(), second.tolist()
    cases = [first[digit] * second[total - digit] if 0 <= total - digit < 10 else 0
             for digit in range(10)]
    return [case / sum(cases) for case in cases]


def passes(names):
    return all((names[a] + names[b]) % 10 == (a + b) % 10 for a in range(10) for b in range(10))


def passes_by_tensor(names):
    names, digits = torch.tensor(names), torch.arange(10)
    return ((names[:, None] + names - digits[:, None] - digits) % 10 == 0).all()


RIGHT = {
    checks.first_given_sum: [first_given_sum],
    checks.passes: [passes, passes_by_tensor, lambda names: passes_by_tensor(names).item()],
    checks.pairs: [
        lambda total: 10 - abs(9 - total),
        lambda total: torch.tensor(min(total, 18 - total) + 1),
    ],
    checks.differences: [
        lambda first, second: by_cases(first, second, 19, lambda a, b: 9 + a - b),
        lambda first, second: sum_probabilities(first, second.flip(1)).double().numpy(),
    ],
}


# --- adding probabilities -------------------------------------------------------------------------


def by_cases(first, second, size, place):
    result = torch.zeros(len(first), size)
    for a in range(first.shape[1]):
        for b in range(second.shape[1]):
            result[:, place(a, b)] += first[:, a] * second[:, b]
    return result


@pytest.fixture
def two():
    return (3 * torch.randn(2, 7, 10)).softmax(dim=2)


def test_sums_by_cases(two):
    assert torch.allclose(sum_probabilities(*two), by_cases(*two, 19, lambda a, b: a + b))
    three = sum_probabilities(two[0], sum_probabilities(*two))
    assert three.shape == (7, 28) and torch.allclose(three.sum(dim=1), torch.ones(7))


def test_tens_count_ten_times(two):
    tens, ones = sum_probabilities(*two), sum_probabilities(*two.flip(0))
    expected = by_cases(tens, ones, 199, lambda a, b: 10 * a + b)
    assert torch.allclose(sum_probabilities(tens, ones, worth=10), expected)


def test_last_digits_are_those_of_the_sums(two):
    totals = sum_probabilities(*two)
    expected = totals[:, :10] + F.pad(totals[:, 10:], (0, 1))
    assert torch.allclose(last_digit_probabilities(*two), expected)


def test_the_reader_has_no_number_and_no_adder():
    reader = new_reader()
    assert reader.eval()(torch.randn(3, 1, 28, 28)).shape == (3, 10)
    assert 0 < sum(parameter.numel() for parameter in reader.parameters()) < 10_000


def test_only_two_of_the_names_that_pass_with_doubles_pass_with_all():
    # by the proof's first step, each digit is moved by 0 or 5: 1,024 ways are left of 10 ** 10
    found = []
    for choice in range(1024):
        names = [(digit + 5 * (choice >> digit & 1)) % 10 for digit in range(10)]
        if passes(names):
            found.append(names)
    assert found == [list(range(10)), [5, 6, 7, 8, 9, 0, 1, 2, 3, 4]]


@pytest.mark.parametrize("c", [1, 4])
def test_both_ways_is_a_trap(c):
    shares = torch.zeros(1, 10)
    shares[0, [c, 10 - c]] = 0.5
    right = last_digit_probabilities(shares, shares)[0, 0]
    assert -math.log(right) == pytest.approx(math.log(2))
    for other in range(10):
        if other not in (c, 10 - c):
            step = 0.9 * shares
            step[0, other] += 0.1
            assert last_digit_probabilities(step, step)[0, 0] < right


# --- what a matrix says ---------------------------------------------------------------------------


def ways(**shares):
    """Each digit gives these shares to itself plus so much: `_3=0.5, _7=0.5`."""
    matrix = np.zeros((10, 10))
    for name, share in shares.items():
        for digit in range(10):
            matrix[digit, (digit + int(name[1:])) % 10] += share
    return matrix


def test_share_by_shift():
    assert share_by_shift(ways(_0=0.2, _3=0.5, _7=0.3)) == pytest.approx(
        [0.2, 0, 0, 0.5, 0, 0, 0, 0.3, 0, 0])


@pytest.mark.parametrize("matrix, name", [
    (ways(_0=0.9, _3=0.1), "correct"),
    (ways(_5=0.9, _0=0.1), "all shifted by 5"),
    (ways(_3=0.5, _7=0.45, _0=0.05), "trap"),
    (ways(_1=0.4, _9=0.4, _0=0.2), "trap"),
    (ways(_0=0.5, _5=0.5), "undecided"),
    (np.full((10, 10), 0.1), "undecided"),
])
def test_solution(matrix, name):
    assert solution(matrix.tolist()) == name


# --- a shortcut -----------------------------------------------------------------------------------


def test_a_mark_is_a_bar_as_long_as_it_should_be():
    images = torch.zeros(3, 1, 28, 28)
    shown = marked(images, torch.tensor([0, 3, 9]), row=2)
    assert (shown[:, 0, 2] > 2).sum(dim=1).tolist() == [0, 3, 9]
    assert shown[1, 0, 2].argmin() == 3 and shown.count_nonzero() == 12
    assert not images.any()  # a copy was marked


def one_hot_of(lengths):
    return F.one_hot(lengths.clamp(max=9), 10).float()


class Reads(torch.nn.Module):
    """Reads a mark by a rule."""

    def __init__(self, rule):
        super().__init__()
        self.rule = rule

    def forward(self, images):
        return one_hot_of(self.rule(images > 2))


@pytest.mark.parametrize("rule, expected", [
    (lambda white: white[:, 0, 0].sum(dim=1), [0, 100, 10, 0, 0]),  # the bar in the top row
    (lambda white: white.flatten(1).sum(dim=1), [0, 100, 10, 100, 100]),  # counts white pixels
    (lambda white: white[:, 0, 27].sum(dim=1), [0, 0, 0, 100, 0]),
])
def test_what_a_network_reads_of_a_mark(rule, expected):
    digits = torch.arange(1, 10).repeat(60)
    found = reads_with_marks(Reads(rule), torch.zeros(540, 1, 28, 28), digits)
    assert found.tolist() == pytest.approx(expected, abs=6)


# --- figures --------------------------------------------------------------------------------------


def test_plot_pairs(first):
    figure = plot_pairs(first(6).images, [7, 12, 3])
    assert "7, 12, 3" in figure.get_label()
    assert [text.get_text() for ax in figure.axes for text in ax.texts] == [
        "+", "= 7", "+", "= 12", "+", "= 3"]


def test_pairs_next_to_each_other(first):
    figure = plot_pairs(first(6).images, [7, 12, 3], columns=2)
    assert [[round(ax.get_position().y0, 2) for ax in figure.axes[:4]].count(
        round(figure.axes[0].get_position().y0, 2)), len(figure.axes)] == [4, 8]
    assert not any(ax.images for ax in figure.axes[6:])


def test_the_opening_shows_pairs_and_their_sums():
    figure = learning_from_sums.plot_opening()
    assert "its sum: 11, 14, 9, " in figure.get_label()
    assert figure.get_facecolor() == (1, 1, 1, 1)
    width, height = figure.get_size_inches()
    assert 5.6 <= width <= 6.8 and height <= 3


def test_plot_naming():
    figure = plot_naming({0: np.full((10, 10), 0.1), "at last": np.eye(10)})
    assert "step 0: 10% on the diagonal; at last: 100% on the diagonal" in figure.get_label()
    (image,) = figure.axes[1].images
    assert image.get_array()[3, 3, 3] == 1 and image.get_array()[3, 4, 3] == 0


def test_plot_shifts():
    figure = plot_shifts(share_by_shift(ways(_3=0.5, _7=0.47, _0=0.03)))
    assert "50% on +3, 47% on +7" in figure.get_label() and "+0" not in figure.get_label()


def test_plot_kicks():
    figure = plot_kicks({1: [(0.8, 0.69, 0), (1.0, 0.71, 0)], 2: [(2.0, 0.7, 0)]})
    assert "a kick of 1: 0.90, then 0.70; a kick of 2: 2.00, then 0.70" in figure.get_label()
    assert [text.get_text() for text in figure.axes[0].get_xticklabels()] == ["1", "2"]


# --- what was measured ----------------------------------------------------------------------------


def test_tables_hold_what_was_measured():
    runs = trainings()
    counts = solutions(["last digit", "ten labels"])
    assert list(counts.sum(axis=1)) == [
        (runs["way"] == way).sum() for way in ("last digit", "ten labels")]
    assert measured("sums").loc["two images"].notna().sum() >= 2


def test_when_digits_are_found():
    named = np.full((3, 10, 10), 10)  # all names for all digits
    named[1, :, 0] = 100  # all are called 0: that isn't finding it
    named[2] = 60 * np.eye(10) + 4
    snapshots = [dict(step=step, named=rows.tolist()) for step, rows in zip((0, 10, 20), named)]
    assert learning_from_sums._found_at(snapshots) == [20] * 10
    found = found_at()
    assert found.shape == (5, 10) and found.min(axis=None) > 10 and found.max(axis=None) < 1000
