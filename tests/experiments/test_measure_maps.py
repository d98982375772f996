"""What measure_maps.py recorded, and that it measures what the lesson measures."""

import measure_maps
import pytest
import torch

from mnist_adder_course.common.maps import BLACK
from mnist_adder_course.lessons.inside_the_network import checks
from mnist_adder_course.notebook.results import read_results
from mnist_adder_lib import IdentityAdderModel, load_pretrained


def test_every_network_was_measured():
    rows = read_results("maps.jsonl")
    assert rows["seed"].tolist() == [1, 2, 3, 4, 5]
    assert all(set(r) == set(measure_maps.METHODS) for row in rows["r"] for r in row.values())


def test_what_the_lesson_says_of_five_networks():
    rows = read_results("maps.jsonl")
    ahead = {name: sum(leads[name][0] > leads[name][1] for leads in rows["leads"])
             for name in rows["leads"][0]}
    assert (ahead["gradient"], ahead["Guided Backprop"]) == (2, 4)
    assert ahead["integrated"] == ahead["gradient, of the ink"] == 5
    for r, leads in zip(rows["r"], rows["leads"]):
        assert r["wrong digit"]["Guided Backprop"] >= 0.98
        assert max(r["wrong digit"]["gradient"], r["wrong digit"]["integrated"]) < 0
        assert max(leads["random, of the ink"][0], leads["integrated, untrained"][0]) < 0
        assert max(leads, key=leads.get) == "each pixel alone"


def test_one_network_is_its_own_reader():
    """With our network and an untrained one in its place, on a few images."""
    torch.manual_seed(0)
    untrained, model = IdentityAdderModel().eval(), load_pretrained()
    images, digits = measure_maps.lesson_images(3)
    measured = measure_maps.measure(model, untrained, images, digits)
    assert list(measured["r"]["another reader"].values()) == pytest.approx([1, 1, 1], abs=1e-3)
    assert max(measured["r"]["untrained"].values()) < 0.9
    assert measured["on_black"]["gradient, of the ink"] == 0
    assert measured["leads"]["each pixel alone"][0] > measured["leads"]["random, of the ink"][0]


def test_it_ranks_pixels_as_the_lesson_does():
    """By the solutions of the lesson's exercises, which an experiment doesn't import."""
    images, weights = BLACK + torch.rand(2, 7, 6).round(), torch.rand(7, 6)
    importance = torch.randn(2, 7, 6)

    def score(covered):
        return (covered * weights).sum(dim=(1, 2))

    falls = measure_maps.occlusion(score, images, 3)
    assert falls.abs().max() > 0
    assert torch.equal(falls, checks.occlusion.solution(score, images, 3))
    assert torch.equal(measure_maps.of_the_ink(importance, images),
                       checks.of_the_ink.solution(importance, images, BLACK))
