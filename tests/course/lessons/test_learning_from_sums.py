"""Learning from sums: its figures and measurements."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mnist_adder_course.lessons import learning_from_sums
from mnist_adder_course.lessons.learning_from_sums import (
    by_digit,
    checks,
    last_digit_loss,
    last_digit_probabilities,
    last_digit_score,
    load_reader,
    mark,
    new_reader,
    plot_naming,
    read,
    reads_with_marks,
    share_by_shift,
    solution,
    solutions,
    sum_loss,
    sum_probabilities,
    train_marked,
    train_reader,
    trainings,
)

# --- adding probabilities -------------------------------------------------------------------------


@pytest.fixture
def two():
    return (3 * torch.randn(2, 7, 10)).softmax(dim=2)


def test_sums_by_cases(two):
    expected = torch.zeros(7, 19)
    for a in range(10):
        for b in range(10):
            expected[:, a + b] += two[0][:, a] * two[1][:, b]
    assert torch.allclose(sum_probabilities(*two), expected)


def test_last_digits_are_those_of_the_sums(two):
    totals = sum_probabilities(*two)
    expected = totals[:, :10] + F.pad(totals[:, 10:], (0, 1))
    assert torch.allclose(last_digit_probabilities(*two), expected)


def test_the_reader_has_no_number_and_no_adder():
    reader = new_reader()
    assert reader.eval()(torch.randn(3, 1, 28, 28)).shape == (3, 10)
    assert 0 < sum(parameter.numel() for parameter in reader.parameters()) < 10_000


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
    shown = mark(images, torch.tensor([0, 3, 27]))
    assert (shown[:, 0, 0] > 2).sum(dim=1).tolist() == [0, 3, 27]
    assert shown[1, 0, 0].argmin() == 3 and shown.count_nonzero() == 30
    assert not images.any()  # a copy was marked


def test_nothing_is_trained_until_the_lengths_are_written(capsys):
    assert train_marked(mark, lambda digits: ...) is None
    assert "three dots" in capsys.readouterr().out


def test_the_check_of_the_lengths_judges_what_the_training_found(monkeypatch):
    monkeypatch.setattr(learning_from_sums, "STEPS", 1)

    def always_right(digits):
        return digits

    table = train_marked(mark, always_right)
    verdict = checks.lengths.verdict(always_right)
    assert f"reads {table.loc['unmarked', 'percent']:.0f}% of the unmarked" in verdict
    assert verdict.endswith("All of its marks were right, so it needed nothing else.")
    table["percent"] = 76  # as if it had learned to read
    assert checks.lengths.verdict(always_right).startswith("\u2713 Right.")


class Reads(torch.nn.Module):
    """Reads the mark in the top row."""

    def forward(self, images):
        lengths = (images[:, 0, 0] > 2).sum(dim=1).clamp(max=9)
        return 100 * F.one_hot(lengths, 10).float()


def test_who_reads_marks_alone_reads_no_other_images():
    found = reads_with_marks(mark, Reads())["percent"]
    zeros = 100 * (learning_from_sums._seen()[1] == 0).float().mean().item()
    assert found["unmarked"] == pytest.approx(zeros, abs=0.06)  # all look like a 0
    assert found["marked"] == 100 and found["wrongly marked"] == pytest.approx(10, abs=4)


# --- training -------------------------------------------------------------------------------------


def test_a_loss_of_pairs_is_zero_for_whoever_is_right():
    digits = torch.randint(10, (16,))
    right = 100 * F.one_hot(digits, 10).float()
    assert sum_loss(right, digits) == pytest.approx(0, abs=1e-5)
    assert last_digit_loss(right, digits) == pytest.approx(0, abs=1e-5)
    shifted = right.roll(5, dims=1)
    assert last_digit_loss(shifted, digits) == pytest.approx(0, abs=1e-5)
    assert sum_loss(shifted, digits) > 5


def test_the_loss_is_that_of_four_pairs_for_each_image():
    logits, digits = torch.randn(8, 10), torch.randint(10, (8,))
    ways, shares = [], logits.softmax(dim=1)
    for image in range(8):
        for before in range(1, 5):
            both = sum_probabilities(shares[[image]], shares[[image - before]])
            ways.append(-both[0, digits[image] + digits[image - before]].log())
    assert sum_loss(logits, digits) == pytest.approx(torch.stack(ways).mean().item(), rel=1e-5)


def test_what_is_said_of_a_reader():
    _, digits = learning_from_sums._seen()
    sure = F.one_hot((digits + 5) % 10, 10).float()
    assert last_digit_score(sure)["percent"].tolist() == [100, 100, 0]
    assert torch.equal(by_digit(sure), torch.eye(10).roll(5, dims=1))
    score = last_digit_score(read(load_reader()))["percent"]
    assert score["last digits right"] > 90 and score["digits right"] < 2
    assert 40 < score["sure of them"] < 60


def test_training_uses_what_it_is_given(monkeypatch):
    monkeypatch.setattr(learning_from_sums, "STEPS", 3)
    steps, sizes, asked = [], [], []

    def loss_of(logits, digits):
        sizes.append((len(logits), len(digits)))
        return sum_loss(logits, digits)

    def marked(images, digits):
        asked.append(len(digits))
        return images

    given = new_reader()
    before = [weight.clone() for weight in given.parameters()]
    trained = train_reader(loss_of, lambda step, reader: steps.append(step), named=True,
                           reader=given, mark=marked)
    assert trained is given and not trained.training and steps == [0, 1, 2, 3]
    assert sizes == [(128, 128)] * 3 and asked == [128] * 3
    assert not all(map(torch.equal, before, trained.parameters()))


def test_labels_alone_train(monkeypatch):
    monkeypatch.setattr(learning_from_sums, "STEPS", 12)
    images, labels = learning_from_sums._ten_labels()
    assert labels.tolist() == list(range(10))
    given = new_reader().eval()
    before = F.cross_entropy(given.train()(images), labels).item()
    trained = train_reader(lambda logits, digits: 0, named=True, reader=given)
    assert F.cross_entropy(trained.train()(images), labels).item() < before - 0.3


# --- figures --------------------------------------------------------------------------------------


def test_plot_naming():
    figure = plot_naming({0: np.full((10, 10), 0.1), "at last": np.eye(10)})
    assert "step 0: 10% on the diagonal; at last: 100% on the diagonal" in figure.get_label()
    (image,) = figure.axes[1].images
    assert image.get_array()[3, 3, 3] == 1 and image.get_array()[3, 4, 3] == 0


# --- what was measured ----------------------------------------------------------------------------


def test_tables_hold_what_was_measured():
    runs = trainings()
    ways = ["last digit, as in the lesson", "ten labels, as in the lesson"]
    assert list(solutions(ways).sum(axis=1)) == [(runs["way"] == way).sum() for way in ways]
