from contextlib import nullcontext

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from mnist_adder_lib import (
    IdentityAdderModel,
    calibration_error,
    evaluate,
    load_pretrained,
    predict,
    wilson_interval,
)
from mnist_adder_lib.evaluate import Evaluation


@pytest.fixture(scope="module")
def model():
    return load_pretrained()


def answers(digits, numbers, digit_guesses, sum_guesses, certainty=5.0):
    """An evaluation in which the guesses are the likeliest."""
    digits, numbers = torch.tensor(digits), torch.tensor(numbers)
    digit_logits = certainty * torch.eye(10)[digit_guesses]
    return Evaluation(digits, numbers, digits + numbers, digit_logits,
                      certainty * torch.eye(19)[sum_guesses])


# Digit and sum right; digit wrong; sum wrong; both wrong.
FOUR = answers([1, 2, 3, 4], [1, 1, 1, 1], [1, 9, 3, 9], [2, 3, 9, 9])


def test_accuracies_are_percentages_and_both_needs_both():
    assert FOUR.accuracy_digit == 50 and FOUR.accuracy_sum == 50
    assert FOUR.accuracy_both == 25
    assert FOUR.both_right.tolist() == [True, False, False, False]


def test_losses_are_averages_over_examples_whatever_the_batches(model, first):
    data = first(50)
    whole = evaluate(model, data, batch_size=50)
    for batch_size in (7, 16, 49):  # each with a smaller last batch
        parts = evaluate(model, data, batch_size=batch_size)
        for name, value in whole.scores.items():
            assert parts.scores[name] == pytest.approx(value, rel=1e-4), name
    images = torch.stack([image for (image, _), _ in data])
    with torch.no_grad():
        digit_logits, sum_logits = model(images, data.numbers)
    losses = -digit_logits.log_softmax(1)[range(50), data.digits]
    assert whole.loss_digit == pytest.approx(losses.mean().item(), rel=1e-4)
    losses = -sum_logits.log_softmax(1)[range(50), data.digits + data.numbers]
    assert whole.loss_sum == pytest.approx(losses.mean().item(), rel=1e-4)
    assert whole.loss_both == pytest.approx(whole.loss_digit + whole.loss_sum)


class Acting(IdentityAdderModel):
    """Frozen in part, and it does something in the middle of an answer."""

    def __init__(self, act=lambda: None):
        super().__init__(dropout=0.5)
        self.act = act
        self.train()
        self.block1.eval()

    def embed(self, images):
        self.act()
        return super().embed(images)

    def modes(self):
        return [part.training for part in self.modules()]


def stop():
    raise KeyboardInterrupt


@pytest.mark.parametrize("gradients", [True, False])
@pytest.mark.parametrize("act", [lambda: None, stop])
def test_modes_gradients_and_random_numbers_are_afterwards_as_before(first, act, gradients):
    model, data = Acting(act), first(20, split=0)  # which draws numbers and augments
    before, random = model.modes(), torch.get_rng_state()
    for look in (lambda: evaluate(model, data), lambda: predict(model, data.images[0], 3)):
        with torch.set_grad_enabled(gradients):
            with pytest.raises(KeyboardInterrupt) if act is stop else nullcontext():
                look()
            assert torch.is_grad_enabled() == gradients
        assert model.modes() == before
        assert torch.equal(torch.get_rng_state(), random)
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_predicting_disturbs_no_thread_that_trains_the_same_model():
    """A panel may be answered in a thread of its own (a subshell) while a cell trains."""
    seen = []
    model = Acting(lambda: seen.append((model.modes(), torch.rand(1))))
    before, weights = model.modes(), {k: v.clone() for k, v in model.state_dict().items()}
    random = torch.get_rng_state()
    predict(model, PICTURE, 3)
    drawn = seen[0][1], torch.rand(1)
    assert seen[0][0] == model.modes() == before
    assert all(torch.equal(value, weights[k]) for k, value in model.state_dict().items())
    torch.set_rng_state(random)
    assert drawn == (torch.rand(1), torch.rand(1))  # none is taken back


def test_it_takes_one_hot_vectors(model, first):
    assert evaluate(model, first(20)).scores == evaluate(model, first(20).as_one_hot()).scores
    with pytest.raises(ValueError, match="dataset is empty"):
        evaluate(model, [])


def test_the_table():
    table = FOUR.table()
    assert table.index.tolist() == ["digit", "sum", "both"]
    assert table.accuracy.tolist() == [50, 50, 25]
    assert table.loss.tolist() == pytest.approx([FOUR.loss_digit, FOUR.loss_sum, FOUR.loss_both])
    assert (table["from"] < table.accuracy).all() and (table.accuracy < table["to"]).all()


def test_the_confusion_matrix():
    digit = FOUR.confusion_digit()
    assert digit.shape == (10, 10)
    assert digit.loc[2, 9] == 1 and digit.loc[9, 2] == 0 and digit.loc[1, 1] == 1
    assert (digit.index.name, digit.columns.name) == ("true", "predicted")


def test_mistakes_are_the_wrong_ones_worst_first():
    mistakes = FOUR.mistakes()
    assert sorted(mistakes.index) == [1, 2, 3] and mistakes.index[0] == 3
    assert mistakes.loss.is_monotonic_decreasing
    assert mistakes.loc[2].tolist()[:5] == [3, 1, 4, 3, 9]


# ------------------------------------------------------------------ intervals


@given(count=st.integers(1, 10_000), share=st.floats(0, 1))
@example(count=30, share=0.0)  # rounding would lead out of 0 to 100
@example(count=19, share=1.0)
def test_an_interval_holds_the_accuracy(count, share):
    right = round(share * count)
    low, high = wilson_interval(right, count)
    assert 0 <= low <= 100 * right / count + 1e-9 and 100 * right / count - 1e-9 <= high <= 100
    wrong_low, wrong_high = wilson_interval(count - right, count)
    assert (100 - wrong_high, 100 - wrong_low) == pytest.approx((low, high), abs=1e-9)
    narrow_low, narrow_high = wilson_interval(4 * right, 4 * count)
    assert high - low > narrow_high - narrow_low
    # Newcombe, Statistics in Medicine 1998, table I: 81 of 263.
    assert wilson_interval(81, 263) == pytest.approx((25.53, 36.62), abs=0.01)


@pytest.mark.parametrize("right, count", [(1, 0), (0, 0), (3, 2), (-1, 5)])
def test_an_impossible_interval(right, count):
    with pytest.raises(ValueError, match="is not possible"):
        wilson_interval(right, count)


# ------------------------------------------------------------------ calibration


def sure(probabilities):
    """Logits of two classes that give class 0 these probabilities."""
    p = torch.tensor(probabilities)
    return torch.stack([p, 1 - p], dim=1).log()


@given(bins=st.integers(1, 20), seed=st.integers(0, 999))
def test_the_error_is_the_gap_in_groups_of_equal_width(bins, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(50, 10, generator=generator)
    targets = torch.randint(10, (50,), generator=generator)
    confidence, answer = logits.double().softmax(dim=1).max(dim=1)
    right, error = (answer == targets).double(), 0.0
    for low in range(bins):
        group = (low / bins < confidence) & (confidence <= (low + 1) / bins)
        if group.any():
            gap = confidence[group].mean() - right[group].mean()
            error += 100 * abs(gap.item()) * group.double().mean().item()
    assert calibration_error(logits, targets, bins) == pytest.approx(error)


def test_a_confidence_on_the_border_belongs_to_the_group_below():
    logits = sure([0.5, 0.5 + 1e-6, 0.5])  # in two groups: (0, 1/2], (1/2, 1]
    assert calibration_error(logits, torch.tensor([0, 1, 1]), 2) == pytest.approx(50 / 3, abs=1e-3)


def test_certain_answers_belong_to_the_last_group():
    logits = torch.tensor([[1000.0, 0.0]])
    assert calibration_error(logits, torch.tensor([0])) == 0
    assert calibration_error(logits, torch.tensor([1])) == 100


# ------------------------------------------------------------------ predict


def test_a_prediction(model, first):
    data = first(50)
    whole = evaluate(model, data)
    for i in range(50):
        number = [int, np.int64, torch.tensor][i % 3](int(data.numbers[i]))
        prediction = predict(model, data.images[i], number)
        assert prediction.digit == whole.digit_logits[i].argmax()
        assert prediction.total == whole.sum_logits[i].argmax()
        expected = whole.digit_logits[i].softmax(0)
        assert torch.allclose(prediction.digit_probabilities, expected, atol=1e-4)
        assert prediction.sum_probabilities.shape == (19,)
        assert prediction.sum_probabilities.sum().item() == pytest.approx(1)


@pytest.mark.parametrize("name", ["block1", "embedding", "adder"])
def test_a_prediction_while_a_part_of_the_model_is_in_training_mode(first, name):
    model, image = load_pretrained(), first(1).images[0]
    expected = predict(model, image, 3).sum_probabilities
    part = getattr(model, name).train()
    assert not model.training
    assert torch.equal(predict(model, image, 3).sum_probabilities, expected)
    assert part.training


def test_a_model_that_has_diverged_gives_no_answer():
    model = load_pretrained()
    model.sum_head.weight.data[3, 0] = torch.nan
    with pytest.raises(ValueError, match="diverged"):
        predict(model, PICTURE, 3)


PICTURE = torch.zeros(28, 28)


@pytest.mark.parametrize("number", [-1, 10, 3.5, None, True])
def test_a_bad_number(model, number):
    with pytest.raises(ValueError, match="whole number from 0 to 9, not"):
        predict(model, PICTURE, number)


@pytest.mark.parametrize("image, message", [
    (PICTURE.expand(3, 28, 28), "there must be one image, not 3"),
    (PICTURE - 1, "float pixels must be in 0-1"),
])
def test_a_bad_image(model, image, message):
    with pytest.raises(ValueError, match=message):
        predict(model, image, 0)
