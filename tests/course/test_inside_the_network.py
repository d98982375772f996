"""Inside the network: the answers to its exercises, its figures."""

import nbformat
import pandas as pd
import pytest
import torch
from every_lesson import ROOT

from mnist_adder_lib import IdentityAdderModel, load_pretrained, normalise
from mnist_adder_lib.course.inside_the_network import (
    Follow,
    checks,
    explore_units,
    plot_answer,
    plot_attributions,
    plot_embedding,
    plot_maps,
    plot_places,
    plot_shares,
    plot_tables,
)
from mnist_adder_lib.drawing import AdderPanel


def enters_by_pre_hook(network, layer, inputs):
    seen = {}
    hook = layer.register_forward_pre_hook(lambda layer, inputs: seen.update(found=inputs))
    with torch.no_grad():
        network(inputs)
    hook.remove()
    return seen["found"][0]


def left_over(table):
    explained = table.mean(dim=1, keepdim=True) + table.mean(dim=0, keepdim=True) - table.mean()
    return ((table - explained) ** 2).mean() / table.var(correction=0)


def delete_by_threshold(image, importance, count, black):
    least = importance.flatten().sort().values[-count]
    return torch.where(importance >= least, torch.tensor(black), image).tolist()


def swap_by_places(network, layer, units, inputs, others):
    seen = []
    first = layer.register_forward_hook(lambda layer, inputs, output: seen.append(output))
    network(others)
    first.remove()

    def put_in(layer, inputs, output):
        return torch.stack([seen[0][:, place] if place in units else output[:, place]
                            for place in range(output.shape[1])], dim=1)

    second = layer.register_forward_hook(put_in)
    with torch.no_grad():
        answer = network(inputs)
    second.remove()
    return answer


RIGHT = {
    checks.what_enters: [enters_by_pre_hook],
    checks.interaction: [left_over],
    checks.delete: [delete_by_threshold],
    checks.swap_units: [swap_by_places],
}


# --- attribution, against an oracle of its own ----------------------------------------------------


@pytest.fixture(scope="module")
def cells():
    """What the lesson's cells of integrated gradients define, by its name."""
    notebook = nbformat.read(ROOT / "notebooks" / "12_inside_the_network.ipynb", as_version=4)
    sources = {cell.id: cell.source for cell in notebook.cells}
    names = {"torch": torch, "normalise": normalise}
    for name in ("12-logit", "12-integrated-gradients"):
        exec(sources[name], names)
    return names


def test_integrated_gradients_are_the_integral(cells):
    """Against a fine sum in double precision, on a smooth network."""
    torch.manual_seed(0)
    weights = torch.randn(10, 784) / 20
    image = normalise(torch.rand(1, 1, 28, 28))

    def network(images, numbers):
        return torch.tanh(images.flatten(1) @ weights.T.to(images.dtype)), None

    found = cells["integrated_gradients"](network, image, 3)
    start, end = (x.double().flatten() for x in (cells["black"], image))
    shares = torch.linspace(0, 1, 20_001, dtype=torch.float64)[:, None]
    inside = (start + shares * (end - start)) @ weights[3].double()
    slope = torch.trapezoid(1 - torch.tanh(inside) ** 2, shares[:, 0])
    expected = (end - start) * slope * weights[3].double()
    assert torch.allclose(found.flatten().double(), expected, atol=1e-5)
    assert found.sum().item() == pytest.approx(
        (torch.tanh(end @ weights[3].double()) - torch.tanh(start @ weights[3].double())).item(),
        abs=1e-4)


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


def test_plot_maps():
    maps = torch.zeros(6, 5, 5)
    maps[2, 1, 1], maps[3, 0, 0] = 2.0, -9.0
    figure = plot_maps(maps)
    assert "6 pictures of 5x5" in figure.get_label() and "in channel 2" in figure.get_label()
    assert [ax.get_title() for ax in figure.axes[:6]] == [f"channel {n}" for n in range(6)]


def test_units_are_those_of_the_blocks_with_what_they_say(watched):
    model, image, seen = watched
    explorer = explore_units(model, image, seen)
    assert [layer["name"] for layer in explorer.layers] == ["block 1", "block 2", "block 3"]
    assert [layer["size"] for layer in explorer.layers] == [6, 16, 32]
    for layer, block in zip(explorer.layers, (model.block1, model.block2, model.block3)):
        maps = torch.tensor(layer["maps"])
        assert torch.allclose(maps, seen[block][0], atol=0.001)
        assert maps.shape[1:] == (layer["count"], layer["count"])
    assert explorer.place == [0, 0, 7, 7]


def test_plot_embedding_and_answer():
    label = plot_embedding(torch.tensor([0.0, 2, 0, 1]), torch.ones(4), 7).get_label()
    assert "2 of them are 0" in label and "place 1, is 2.00" in label
    label = plot_answer(torch.zeros(28, 28), torch.eye(10)[7]).get_label()
    assert "the 7, 100%" in label


def test_plot_places():
    places, digits = torch.randn(30, 2), torch.arange(30) % 10
    images = torch.zeros(2, 28, 28)
    figure = plot_places(places, digits, torch.tensor([0.5, 1]), images, ["a 7", "a 1"])
    assert "30 images" in figure.get_label() and "at 0.5, 1.0." in figure.get_label()
    assert "nearest first: a 7, a 1" in figure.get_label() and len(figure.axes) == 3


def test_plot_shares_and_tables():
    shares = pd.DataFrame({"digit": [0.2, 0.4], "sum": [0.1, 0.3]})
    label = plot_shares({"first layer": shares}).get_label()
    assert "first layer: the sum explains 20% on average and at most 30%." in label
    assert "a, b." in plot_tables({"a": torch.eye(10), "b": torch.ones(10, 10)}).get_label()


def test_plot_attributions_lays_a_small_map_over_the_middle():
    image, small = torch.zeros(28, 28), torch.zeros(24, 24)
    image[10:20, 10:20], small[3, 4] = 2.0, 1.0
    figure = plot_attributions(image, {"drop": small, "all": torch.eye(28)})
    assert "drop, brightest at row 5, column 6" in figure.get_label()


def test_the_figure_follows_the_panel():
    drawn = []

    def draw():
        drawn.append(panel.seen.sum())
        return plot_answer(torch.zeros(28, 28), torch.eye(10)[3])

    panel = AdderPanel(load_pretrained())
    follow = Follow(panel, draw)
    before = follow.picture.value
    assert repr(follow) == "Follow()" and 'alt="An image, and bars' in before
    panel.strokes = [[(0.5, 0.2), (0.5, 0.8)]]
    assert len(drawn) == 2 and drawn[0] == 0 < drawn[1]
    panel.unfinished = [[0.2, 0.2], [0.8, 0.2]]
    assert len(drawn) == 2, "only finished strokes are followed"
    Follow(panel, draw)
    panel.set_state({"strokes": [[[0.2, 0.2], [0.5, 0.8]]], "unfinished": []})
    assert len(drawn) == 4, "the figure of a cell that was run again takes the place of the first"
