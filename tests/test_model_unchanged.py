"""What takes a model works where the model is, and leaves it as it was.

Where there is a GPU, the model is there; it is in training mode but for a part. Each function has
to give what it gives for a model on the CPU.
"""

import copy

import pytest
import torch

from mnist_adder_lib import (
    AdderDataset,
    evaluate,
    export_onnx,
    load_checkpoint,
    load_pretrained,
    predict,
    refresh_batch_norm,
    run_onnx,
    save_checkpoint,
)
from mnist_adder_lib.device import choose_device

DEVICE = choose_device()
IMAGES = torch.randn(20, 1, 28, 28, generator=torch.Generator().manual_seed(0)) / 9
PIXELS = (255 * torch.rand(40, 28, 28, generator=torch.Generator().manual_seed(1))).byte()
DIGITS = torch.arange(40) % 10
DATASET = AdderDataset(PIXELS, DIGITS, DIGITS.flip(0))


def evaluated(model, _):
    return evaluate(model, DATASET).sum_logits


def predicted(model, _):
    return predict(model, PIXELS[0], 3).sum_probabilities


def saved(model, folder):
    save_checkpoint(folder / "model.pt", model)
    return load_checkpoint(folder / "model.pt")[0](IMAGES, DIGITS[:20])[1]


def exported(model, folder):
    pytest.importorskip("onnxscript", reason="needs the extra: pip install 'mnist-adder[export]'")
    export_onnx(model, folder / "model.onnx")
    return run_onnx(folder / "model.onnx", IMAGES, DIGITS[:20])[1]


def state_of(model):
    return {name: value.detach().cpu().clone() for name, value in model.state_dict().items()}


@pytest.fixture
def networks():
    """The shipped network here and on the device."""
    here = load_pretrained().train()
    here.embedding.eval()
    return here, copy.deepcopy(here).to(DEVICE)


def check_the_rest(there, modes):
    assert {parameter.device.type for parameter in there.parameters()} == {DEVICE.type}
    assert [part.training for part in there.modules()] == modes
    assert all(parameter.requires_grad for parameter in there.parameters())


@pytest.mark.parametrize("look", [evaluated, predicted, saved, exported])
def test_what_looks_at_a_model(networks, tmp_path, look):
    _, there = networks
    modes, before = [part.training for part in there.modules()], state_of(there)
    expected, result = (look(network, tmp_path) for network in networks)
    assert torch.allclose(expected, result, rtol=1e-3, atol=1e-4)
    check_the_rest(there, modes)
    assert all(torch.equal(value, before[name]) for name, value in state_of(there).items())


def test_what_changes_the_statistics_of_a_model(networks):
    here, there = networks
    for network in networks:
        refresh_batch_norm(network, DATASET)
    assert all(torch.allclose(value.double(), state_of(there)[name].double(), rtol=1e-3, atol=1e-4)
               for name, value in state_of(here).items())
    check_the_rest(there, [part.training for part in here.modules()])
