"""What measure_rounding.py recorded, and which parameters it rounds."""

import measure_rounding
import pytest
import torch

from mnist_adder_course.common.small_network import layers
from mnist_adder_course.lessons.run_it_anywhere import checks
from mnist_adder_course.notebook.results import read_results
from mnist_adder_lib import AdderDataset, IdentityAdderModel


def test_every_network_was_measured():
    rows = read_results("rounding.jsonl")
    assert rows["seed"].tolist() == [1, 2, 3, 4, 5]
    assert all(list(row) == list(layers) for row in [*rows["alone"], *rows["but"]])


def test_only_the_named_parameters_are_rounded():
    network = IdentityAdderModel().eval()
    before = network.state_dict()
    after = measure_rounding.rounded(network, ["sum_head.weight"], 2).state_dict()
    assert [name for name in before if not torch.equal(before[name], after[name])] == [
        "sum_head.weight"]
    assert len(after["sum_head.weight"].unique()) == 4
    whole, scale, zero_point = checks.quantise.solution(before["sum_head.weight"], 2)
    assert torch.equal(after["sum_head.weight"], (whole - zero_point) * scale)


def test_each_layer_is_rounded_alone_and_spared_alone(monkeypatch, splits):
    asked = []
    monkeypatch.setattr(measure_rounding, "rounded",
                        lambda network, names, bits: asked.append((set(names), bits)) or network)
    network = IdentityAdderModel().eval()
    few = AdderDataset(*(values[:10] for values in (
        splits[1].images, splits[1].digits, splits[1].numbers)))
    measured = measure_rounding.measure(network, few)
    every, first = {name for name, _ in network.named_parameters()}, layers["convolution 1"]
    assert asked.count(({first}, 2)) == asked.count((every - {first}, 2)) == 1
    assert measured["alone"]["sum head"] == pytest.approx(measured["exact"])
