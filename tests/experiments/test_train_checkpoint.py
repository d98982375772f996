import copy
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from train_checkpoint import calibrate, temperature

from mnist_adder_lib import evaluate, load_pretrained


@settings(max_examples=20)
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
