"""Run it anywhere: what it runs."""

import nbformat
import pytest
import torch
from every_lesson import ROOT

from mnist_adder_course.common.small_network import train_small
from mnist_adder_course.lessons import run_it_anywhere
from mnist_adder_lib import (
    AdderDataset,
    IdentityAdderModel,
    load_pretrained,
    refresh_batch_norm,
)


@pytest.mark.parametrize("number", [float, int])
def test_the_edges_are_shown_with_plain_numbers_in_the_answer_too(number, capsys):
    def quantise(values, bits):
        scale = ((values.max() - values.min()) / (2**bits - 1)).item()
        zero_point = number((-values.min() / scale).round())
        return (values / scale).round() + zero_point, scale, zero_point

    lesson = nbformat.read(ROOT / "notebooks/13_run_it_anywhere.ipynb", as_version=4)
    edges = next(cell.source for cell in lesson.cells if cell.id == "13-edges")
    exec(edges, {"quantise": quantise, "torch": torch})
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_coins_count_the_images_on_which_two_networks_differ():
    before = torch.tensor([True, True, True, True, False, True])  # four against one
    after = torch.tensor([False, False, False, False, True, True])
    counted = run_it_anywhere.coins(before, after)
    assert list(counted.values())[:2] == [4, 1]
    assert abs(counted["p-value, %"] - 100 * 12 / 32) < 1e-6
    assert run_it_anywhere.coins(before, before)["p-value, %"] == 100


def test_plain_numbers_are_those_of_the_network():
    model = load_pretrained()
    convolutions, dense, heads = run_it_anywhere.plain_numbers(model)
    assert len(convolutions) == 6 and [len(weights) for weights, _, _ in dense] == [20, 64, 64]
    assert [len(head) for head in heads] == [10, 19]
    weights, factors, shifts = map(torch.tensor, dense[0])
    values = torch.rand(4, 16)
    assert torch.allclose(model.embedding[1](model.embedding[0](values)),
                          (values @ weights.T) * factors + shifts, atol=1e-5)


def test_a_layer_is_to_blame_if_it_breaks_the_network_alone_and_saves_it_when_spared():
    def reply(fourth, first):
        (alone, but), layers = zip(fourth, first), ("convolution 4", "adder, first")
        return run_it_anywhere.guesses.compare("cliff", [dict(zip(layers, alone)),
                                                         dict(zip(layers, but))]).data

    assert "No single layer" in reply((92, 10), (45, 30))
    assert "The fourth convolution, where" in reply((20, 70), (90, 10))
    assert "One other layer." in reply((92, 10), (45, 60))


def test_what_the_lesson_says_of_the_rounded_networks():
    runs = run_it_anywhere.rounded_networks().groupby("layer")
    assert set(runs.groups) == set(run_it_anywhere.layers) and (runs["seed"].nunique() == 5).all()
    assert runs["alone"].mean()["convolution 4"] > 85 > 60 > runs["alone"].mean()["adder, first"]
    assert runs["but"].max().max() < 50


def test_each_layer_has_its_weights_by_name():
    names = [name for name, parameter in IdentityAdderModel().named_parameters()
             if parameter.dim() > 1]
    assert list(run_it_anywhere.layers.values()) == names


def test_the_figure_of_layers_shows_the_network_at_hand_and_the_others():
    layers = ["convolution 4", "sum head"]
    figure = run_it_anywhere.plot_layers(
        dict(zip(layers, (92.0, 90.0))), dict(zip(layers, (9.0, 11.0))),
        run_it_anywhere.rounded_networks())
    assert "this layer alone, convolution 4: 92, others 91 to 94" in figure.get_label()
    assert [len(line.get_xdata()) for line in figure.axes[1].lines[:4]] == [5, 1, 5, 1]


def test_a_small_network_follows_from_the_seed_and_knows_the_averages_of_its_images(splits):
    few = AdderDataset(splits[0].images[:200], splits[0].digits[:200])
    network, again, other = (train_small(few, seed) for seed in (1, 1, 2))
    weights, same, others = (one.sum_head.weight for one in (network, again, other))
    assert torch.equal(weights, same) and not torch.equal(weights, others)
    assert not network.training
    norm = network.block1[0][2]
    before = norm.running_mean.clone()
    refresh_batch_norm(network, few)
    assert torch.allclose(norm.running_mean, before, atol=1e-6)
