"""Inside the network: its figures and what it measures."""


import nbformat
import pandas as pd
import pytest
import torch
from every_lesson import ROOT
from torch import nn

from mnist_adder_course.common.maps import (
    agree,
    alike,
    delete_highest,
    gradient,
    guided_backprop,
    integrated_gradients,
)
from mnist_adder_course.lessons.inside_the_network import (
    agreement,
    other_networks,
    plot_alike,
    plot_blocks,
    plot_chosen,
    plot_leads,
    plot_sanity,
    watch,
)
from mnist_adder_course.plots import GREY, ORANGE
from mnist_adder_lib import IdentityAdderModel, as_input, normalise

# --- attribution, against an oracle of its own ----------------------------------------------------


@pytest.fixture(scope="module")
def cells():
    """What the lesson's cells of integrated gradients define, by its name."""
    notebook = nbformat.read(ROOT / "notebooks" / "12_inside_the_network.ipynb", as_version=4)
    sources = {cell.id: cell.source for cell in notebook.cells}
    names = {"torch": torch, "as_input": as_input}
    for name in ("12-logit", "12-gradient", "12-integrated-gradients"):
        exec(sources[name], names)
    return names


def test_integrated_gradients_are_the_integral(cells):
    """Against a fine sum in double precision, on a smooth network."""
    torch.manual_seed(0)
    weights = torch.randn(10, 784) / 20
    image = normalise(torch.rand(1, 1, 28, 28))

    def network(images, numbers):
        return torch.tanh(images.flatten(1) @ weights.T.to(images.dtype)), None

    found = cells["integrated_gradients"](network, image, torch.tensor([3]), steps=300)
    start, end = (x.double().flatten() for x in (cells["black"], image))
    shares = torch.linspace(0, 1, 20_001, dtype=torch.float64)[:, None]
    inside = (start + shares * (end - start)) @ weights[3].double()
    slope = torch.trapezoid(1 - torch.tanh(inside) ** 2, shares[:, 0])
    expected = (end - start) * slope * weights[3].double()
    assert torch.allclose(found.flatten().double(), expected, atol=1e-5)
    assert found.sum().item() == pytest.approx(
        (torch.tanh(end @ weights[3].double()) - torch.tanh(start @ weights[3].double())).item(),
        abs=1e-4)


def test_the_course_computes_the_maps_that_the_lesson_computes(cells, watched):
    model, images, digits = watched[0], torch.randn(2, 1, 28, 28), torch.tensor([3, 8])
    for ours in (gradient, integrated_gradients):
        theirs = cells[ours.__name__](model, images, digits)
        off = (ours(model, images, digits) - theirs).abs().max()
        assert off < 1e-4 * theirs.abs().max()


def test_guided_backprop_agrees_with_captum(watched):
    captum = pytest.importorskip("captum.attr")
    model, images = watched[0], torch.randn(3, 1, 28, 28, requires_grad=True)
    digits = torch.tensor([3, 1, 8])

    class Score(nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, images):
            return self.model(images, torch.full((len(images),), 5))[0]

    with pytest.warns(UserWarning, match="backward hooks"):
        guided = captum.GuidedBackprop(Score()).attribute(images, digits).detach()
    assert torch.allclose(guided_backprop(model, images.detach(), digits), guided[:, 0], atol=1e-6)
    assert not any(layer._forward_hooks or layer._backward_hooks for layer in model.modules())


def test_the_highest_pixels_are_deleted_from_copies():
    images, importance = torch.rand(2, 3, 4), torch.rand(2, 3, 4)
    before = images.clone()
    gone = delete_highest(images, importance, 5, black=-1) == -1
    assert torch.equal(images, before) and gone.sum(dim=(1, 2)).tolist() == [5, 5]
    assert all(values[one].min() > values[~one].max() for one, values in zip(gone, importance))


def test_how_alike_two_maps_are():
    torch.manual_seed(0)
    maps, others = torch.randn(2, 3, 5, 5)
    known = [torch.corrcoef(torch.stack([one.flatten(), other.flatten()]))[0, 1]
             for one, other in zip(maps, others)]
    everywhere = torch.ones(3, 5, 5, dtype=torch.bool)
    found = agree(maps, others, everywhere)
    assert found.tolist() == pytest.approx([r.item() for r in known], abs=1e-5)
    assert agreement({"one": maps}, {"one": others}, everywhere)["one"] == pytest.approx(
        found.mean().item())
    assert alike(maps[0], 3 - 2 * maps[0]) == pytest.approx(-1, abs=1e-5)
    assert alike(maps[0], torch.ones(5, 5)) == 0


def test_two_maps_are_compared_on_the_ink_alone():
    ink = torch.zeros(1, 4, 4, dtype=torch.bool)
    ink[0, 1:3, 1:3] = True
    maps = torch.where(ink, torch.tensor([1.0, 2, 3, 4]).repeat(4, 1), 0)
    assert agree(maps, torch.where(ink, 5 - maps, 0), ink).item() == pytest.approx(-1, abs=1e-5)
    assert agree(maps, torch.where(ink, 5 - maps, 0), ink | ~ink).item() > 0.5


# --- figures --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def watched():
    """An untrained network, an image, and what left its blocks."""
    torch.manual_seed(0)
    model, image = IdentityAdderModel().eval(), torch.randn(1, 1, 28, 28)
    seen, inputs = {}, image
    with torch.no_grad():
        for block in (model.block1, model.block2, model.block3):
            inputs = seen[block] = block(inputs)
    return model, image[0, 0], seen


def test_watch_sees_every_layer_and_leaves_no_hook(watched):
    model, image, blocks = watched
    seen = watch(model, image.view(1, 1, 28, 28), torch.tensor([3]))
    for block, output in blocks.items():
        assert torch.equal(seen[block], output)
    assert set(seen) == set(model.modules())
    assert not any(layer._forward_hooks for layer in model.modules())


def test_plot_sanity_names_every_method_and_shows_both_networks():
    maps = {"gradient": torch.ones(2, 4, 4), "other": torch.zeros(2, 4, 4)}
    below = {"gradient": -torch.ones(2, 4, 4), "other": torch.zeros(2, 4, 4)}
    figure = plot_sanity(maps, below, torch.ones(2, 4, 4, dtype=torch.bool))
    shown = [ax.images[0].get_array() for ax in figure.axes]
    assert (shown[0] == 1).all() and (shown[2] == -1).all() and len(shown) == 4
    assert "gradient: r = 0.00 ± 0.00; other: r = 0.00 ± 0.00" in figure.get_label()


def test_plot_chosen_tells_ink_from_black():
    image = torch.zeros(4, 4)
    image[1, 2] = 1
    values = torch.zeros(4, 4)
    values[1, 2] = values[0, 0] = 1
    figure = plot_chosen(image, {"one": values}, 2)
    on_ink, on_black = figure.axes[0].collections
    assert on_ink.get_offsets().tolist() == [[2, 1]] and on_black.get_offsets().tolist() == [[0, 0]]
    assert "one: 1 on ink, 1 on black" in figure.get_label()


def test_plot_alike_has_a_column_for_each_method_and_a_ring_for_each_network():
    runs = other_networks()["r"]
    figure = plot_alike(runs)
    assert [ax.get_title() for ax in figure.axes] == ["gradient", "integrated", "Guided Backprop"]
    drawn = [marks.get_offsets()[:, 0].tolist() for marks in figure.axes[2].collections
             if len(marks.get_offsets()) == len(runs)]
    assert drawn[0] == [run["wrong digit"]["Guided Backprop"] for run in runs]


def test_plot_leads_draws_our_network_and_the_others():
    leads = {"ahead": torch.tensor([0.9, 1.0, 1.1]), "behind": torch.tensor([-1.1, -1.0, -0.9])}
    others = pd.Series([{"ahead": [2, 1], "behind": [-2, 1]}, {"ahead": [3, 1], "behind": [-3, 1]}])
    figure = plot_leads(leads, others, controls=1)
    ours = [line.get_color() for line in figure.axes[0].lines if line.get_marker() == "D"]
    assert ours[:2] == [ORANGE, GREY]
    assert "ahead: 1.0, from 0.9 to 1.1, others 2.0 to 3.0" in figure.get_label()
    assert len(figure.legends[0].get_texts()) == 3  # what each colour means


def test_plot_blocks_shows_the_highest_maps_of_each():
    first = torch.zeros(6, 4, 4)
    first[5, 0, 0], first[2, 1, 1] = 2, 1
    figure = plot_blocks({"first": first, "second": -torch.ones(6, 2, 2)}, shown=2)
    titles = [ax.get_title() for ax in figure.axes]
    assert titles[1:3] == ["channel 5", "channel 2"]
    assert [text.get_text() for text in figure.axes[-1].get_yticklabels()] == [
        "below 0", "0", "above 0"]
