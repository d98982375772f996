"""Every public function that takes a model works where the model is, and leaves it as it was.

Here the model is on a pretended second device (second_device.py), in training mode but for a part.
Each function has to give there what it gives on the CPU.
"""

import copy
import importlib
import inspect
import pkgutil
import re

import numpy as np
import pytest
import torch
from second_device import DEVICE, pretended
from torch import nn

import mnist_adder_course
import mnist_adder_lib
from mnist_adder_course.lessons import does_it_add
from mnist_adder_course.lessons.evaluation_tables import rounded
from mnist_adder_course.lessons.inside_the_network import (
    guided_backprop,
    train_adder,
    watch,
)
from mnist_adder_course.lessons.learning_from_sums import (
    naming,
    read,
    reads_with_marks,
    train_reader,
)
from mnist_adder_course.lessons.model_summary import (
    digits_and_sums_right,
    measure_adder,
    train_and_measure,
)
from mnist_adder_course.lessons.run_it_anywhere import (
    export,
    multiplications,
    plain_numbers,
    run_javascript,
)
from mnist_adder_course.lessons.training_curves import real_run
from mnist_adder_course.widgets import hidden_sums
from mnist_adder_course.widgets.hidden_sums import HiddenSums, adder_data
from mnist_adder_course.widgets.nearest import known_images
from mnist_adder_course.widgets.network_diagram import SEVEN, NetworkDiagram, weights_as_text
from mnist_adder_lib import (
    AdderDataset,
    count_parameters,
    evaluate,
    export_onnx,
    fit,
    load_checkpoint,
    load_pretrained,
    predict,
    receptive_fields,
    refresh_batch_norm,
    run_onnx,
    save_checkpoint,
)
from mnist_adder_lib.checkpoint import changed_layer
from mnist_adder_lib.device import on_device
from mnist_adder_lib.drawing import AdderPanel, Strangeness, train_non_digit_head
from mnist_adder_lib.drawing.rejection import look_at
from mnist_adder_lib.evaluate import in_evaluation
from mnist_adder_lib.model import is_finite
from mnist_adder_lib.plots import plot_network
from mnist_adder_lib.recipes import fast_recipe, range_test, reference_recipe

IMAGES = torch.randn(20, 1, 28, 28, generator=torch.Generator().manual_seed(0)) / 9
PIXELS = (255 * torch.rand(40, 28, 28, generator=torch.Generator().manual_seed(1))).byte()
DIGITS = torch.arange(40) % 10
DATASET = AdderDataset(PIXELS, DIGITS, DIGITS.flip(0))


def saved(model, folder):
    save_checkpoint(folder / "model.pt", model)
    return load_checkpoint(folder / "model.pt")[0]


def exported(model, folder):
    pytest.importorskip("onnxscript", reason="needs the extra: pip install 'mnist-adder[export]'")
    export_onnx(model, folder / "model.onnx")
    return run_onnx(folder / "model.onnx", IMAGES, DIGITS[:20])


# Each is called with the model and an empty folder, and returns what must be the same on the CPU.
LOOK_AT_IT = {
    is_finite: lambda model, _: is_finite(model),
    count_parameters: lambda model, _: count_parameters(model),
    receptive_fields: lambda model, _: receptive_fields(model),
    in_evaluation: lambda model, _: in_evaluation(model),
    evaluate: lambda model, _: vars(evaluate(model, DATASET)),
    predict: lambda model, _: vars(predict(model, PIXELS[0], 3)),
    save_checkpoint: saved,
    changed_layer: lambda model, _: changed_layer(model, model.config | {"adder_layers": 1}),
    export_onnx: exported,
    AdderPanel: lambda model, _: vars(AdderPanel(model, strokes=SEVEN).prediction),
    guided_backprop: lambda model, _: guided_backprop(model, IMAGES, DIGITS[:20]),
    watch: lambda model, _: list(watch(in_evaluation(model), IMAGES, DIGITS[:20]).values()),
    run_javascript: lambda model, _: (run_javascript(model, PIXELS[:2], DIGITS[:2]) or [])[:2],
    multiplications: lambda model, _: multiplications(model),
    plain_numbers: lambda model, _: plain_numbers(model),
    rounded: lambda model, _: rounded(model, 4),
    weights_as_text: lambda model, _: weights_as_text(model),
    NetworkDiagram: lambda model, _: NetworkDiagram(model).weights,
    adder_data: lambda model, _: adder_data(model),
    HiddenSums: lambda model, _: HiddenSums(model).data,
    look_at: lambda model, _: look_at(in_evaluation(model), PIXELS),
    train_non_digit_head: lambda model, _: train_non_digit_head(
        model, PIXELS, PIXELS.flip(1), epochs=1).score(model, PIXELS),
    Strangeness: lambda model, _: Strangeness(model, PIXELS)(PIXELS[:9]),
    known_images: lambda model, _: known_images(Strangeness(model, PIXELS), DIGITS),
    plot_network: lambda model, _: plot_network(model, PIXELS[0], 3).get_label(),
}
OTHERS = {
    train_adder,  # has a test of its own, below
    train_and_measure,  # takes a network that `build` has just made, on the CPU
    # A lesson's cells call them with networks that are on the CPU.
    naming, read, reads_with_marks, train_reader, measure_adder, digits_and_sums_right, real_run,
    export, does_it_add.embedded, does_it_add.ask_all, does_it_add.sums_of, does_it_add.train_adder,
    # They make an optimizer for the model's parameters; `fit` moves these, and on the pretended
    # device, other than on a GPU, they are other parameters then (see tests/test_train.py).
    reference_recipe, fast_recipe, fit, on_device,
    range_test,  # trains a copy, with dropout, which each device draws otherwise
}
# These change the model's weights, which are compared then, and nothing else of it.
CHANGE_IT = {
    refresh_batch_norm: lambda model, _: refresh_batch_norm(model, DATASET),
}


def modules():
    for package in (mnist_adder_lib, mnist_adder_course):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def takes_a_model(function):
    function = function.__init__ if inspect.isclass(function) else function
    parameters = inspect.signature(function).parameters.values()
    return any(re.search(r"\bModule\b|AdderModel", str(parameter.annotation))
               for parameter in parameters if parameter.kind != parameter.VAR_POSITIONAL)


def test_none_is_left_out():
    public = {member for module in modules() for name, member in vars(module).items()
              if name[0] != "_" and getattr(member, "__module__", "") == module.__name__
              and (inspect.isfunction(member) or inspect.isclass(member))
              and not (inspect.isclass(member) and issubclass(member, nn.Module))}
    missing = {member for member in public if takes_a_model(member)} - {
        *LOOK_AT_IT, *CHANGE_IT, *OTHERS}
    assert not missing, f"call them in this file, too: {missing}"


def assert_same(here, there):
    if isinstance(here, nn.Module):
        here, there = here.state_dict(), there.state_dict()
    if isinstance(here, torch.Tensor):
        assert torch.allclose(here.double(), there.cpu().double(), rtol=1e-3, atol=1e-4)
    elif isinstance(here, dict):
        assert list(here) == list(there)
        for name in here:
            assert_same(here[name], there[name])
    elif isinstance(here, (list, tuple)):
        for one, other in zip(here, there, strict=True):
            assert_same(one, other)
    elif isinstance(here, str) or not np.isscalar(here):
        assert repr(here) == repr(there)
    else:
        assert here == pytest.approx(there, rel=1e-3)


def state_of(model):
    return {name: value.detach().cpu().clone() for name, value in model.state_dict().items()}


@pytest.fixture
def networks(monkeypatch):
    """The shipped network here and on the second device, which is there for the test."""
    monkeypatch.setattr(hidden_sums, "load_splits", lambda: [DATASET] * 3)
    here = load_pretrained().train()
    here.embedding.eval()
    with pretended() as device:
        yield here, copy.deepcopy(here).to(device)


def check_the_rest(there, modes):
    assert {parameter.device for parameter in there.parameters()} == {DEVICE}
    assert [part.training for part in there.modules()] == modes
    assert all(parameter.requires_grad for parameter in there.parameters())
    assert not any(part._forward_hooks or part._backward_hooks for part in there.modules())


@pytest.mark.parametrize("function", LOOK_AT_IT, ids=lambda function: function.__name__)
def test_what_looks_at_a_model(networks, tmp_path, function):
    _, there = networks
    modes, before = [part.training for part in there.modules()], state_of(there)
    expected, result = (LOOK_AT_IT[function](network, tmp_path) for network in networks)
    assert_same(expected, result)
    check_the_rest(there, modes)
    assert all(torch.equal(value, before[name]) for name, value in state_of(there).items())


@pytest.mark.filterwarnings("ignore:.* to a meta parameter")  # which keeps no values, says torch
@pytest.mark.parametrize("function", CHANGE_IT, ids=lambda function: function.__name__)
def test_what_changes_a_model(networks, tmp_path, function):
    here, there = networks
    for network in networks:
        CHANGE_IT[function](network, tmp_path)
    assert_same(state_of(here), state_of(there))
    check_the_rest(there, [part.training for part in here.modules()])


def test_an_adder_is_trained_where_it_is():
    embeddings, hidden = torch.rand(40, 20), torch.eye(10, dtype=torch.bool)
    with pretended() as device:
        here = nn.Linear(30, 19)
        there = copy.deepcopy(here).to(device)
        for adder in (here, there):
            torch.manual_seed(0)
            train_adder(adder, embeddings, DIGITS, hidden, steps=3)
    assert_same(state_of(here), state_of(there))
