import copy
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from interrupts import interrupted_at_every_line

from mnist_adder_lib import (
    AdderDataset,
    calibrate,
    calibration_error,
    evaluate,
    load_pretrained,
)
from mnist_adder_lib.calibrate import temperature


def sure(probabilities):
    """Logits of two classes that give class 0 these probabilities."""
    p = torch.tensor(probabilities)
    return torch.stack([p, 1 - p], dim=1).log()


def test_the_error_is_the_gap_between_confidence_and_accuracy():
    zeros = torch.zeros(10, dtype=torch.int64)
    right_nine_times = torch.tensor([0] * 9 + [1])
    assert calibration_error(sure([0.9] * 10), right_nine_times) == pytest.approx(0, abs=1e-4)
    assert calibration_error(sure([0.9] * 10), zeros) == pytest.approx(10, abs=1e-4)
    assert calibration_error(sure([0.7] * 10), 1 - zeros) == pytest.approx(70, abs=1e-4)


def test_groups_are_weighted_by_their_size_and_do_not_cancel():
    # Eight answers too modest by 20 points, two too sure by 60: in groups of their own.
    targets = torch.tensor([0] * 8 + [1] * 2)
    logits = sure([0.8] * 8 + [0.6] * 2)
    assert calibration_error(logits, targets) == pytest.approx(0.8 * 20 + 0.2 * 60, abs=1e-4)
    assert calibration_error(logits, targets, bins=1) == pytest.approx(
        100 * abs((8 * 0.8 + 2 * 0.6) / 10 - 0.8), abs=1e-4)


def test_certain_answers_belong_to_the_last_group():
    logits = torch.tensor([[1000.0, 0.0]])
    assert calibration_error(logits, torch.tensor([0])) == 0
    assert calibration_error(logits, torch.tensor([1])) == 100


def test_no_answers_have_no_error():
    with pytest.raises(ValueError, match="no answers"):
        calibration_error(torch.zeros(0, 10), torch.zeros(0, dtype=torch.int64))


@given(st.floats(0.2, 5), st.integers(0, 2**31))
def test_the_temperature_undoes_a_scale(scale, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(2000, 10, generator=generator)
    targets = logits.softmax(1).multinomial(1, generator=generator)[:, 0]
    assert temperature(scale * logits, targets) == pytest.approx(
        scale * temperature(logits, targets), rel=1e-2)
    assert temperature(logits, targets) == pytest.approx(1, abs=0.15)


def test_calibrating_divides_the_logits_and_changes_no_answer(first):
    data, model = first(300), load_pretrained()
    with torch.no_grad():
        model.digit_head.weight *= 3  # three times too sure
        model.sum_head.weight *= 0.5  # and not sure enough
    before, original = evaluate(model, data), copy.deepcopy(model)
    temperatures = calibrate(model, data)
    after = evaluate(model, data)
    assert temperatures["digit"] > 1.5 and temperatures["sum"] < 1
    digit_logits = before.digit_logits / temperatures["digit"]
    assert torch.allclose(after.digit_logits, digit_logits, atol=1e-4)
    assert torch.allclose(after.sum_logits, before.sum_logits / temperatures["sum"], atol=1e-4)
    assert torch.equal(after.digit_logits.argmax(1), before.digit_logits.argmax(1))
    assert after.loss_digit < before.loss_digit and after.loss_sum < before.loss_sum
    assert math.isclose(calibrate(model, data)["digit"], 1, rel_tol=1e-2)  # nothing left to do
    for name, value in original.state_dict().items():
        assert "head" in name or torch.equal(value, model.state_dict()[name])


@pytest.mark.parametrize("right, count", [(0, 0), (1, 1), (300, 300), (0, 300), (1, 3000)])
def test_answers_that_give_no_temperature(right, count):
    logits = torch.randn(count, 10) + 9 * torch.eye(10)[torch.zeros(count, dtype=torch.int64)]
    targets = torch.cat([torch.zeros(right).long(), torch.ones(count - right).long()])
    with pytest.raises(ValueError, match=f"with {right} right answers of {count} there is no best"):
        temperature(logits, targets)


def test_calibrating_on_right_answers_alone_changes_nothing(first):
    model, data = load_pretrained(), first(200)
    right = evaluate(model, data).both_right
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(ValueError, match="calibrate on more examples, some of them wrong"):
        calibrate(model, AdderDataset(data.images[right], data.digits[right], data.numbers[right]))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_an_interrupt_at_any_line_leaves_both_heads_or_none(first):
    data, start = first(300), load_pretrained()
    with torch.no_grad():
        start.digit_head.weight *= 3
        start.sum_head.weight *= 0.5
    model = copy.deepcopy(start)
    calibrate(model, data)
    heads = [(each.digit_head.weight, each.sum_head.weight) for each in (start, model)]
    stopped = copy.deepcopy(start)
    for _ in interrupted_at_every_line(lambda: calibrate(stopped, data), "calibrate.py", stride=5):
        found = stopped.digit_head.weight, stopped.sum_head.weight
        assert any(all(map(torch.equal, found, pair)) for pair in heads)
        assert torch.is_grad_enabled()
        stopped = copy.deepcopy(start)
