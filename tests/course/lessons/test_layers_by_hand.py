"""Layers by hand: its figures and what it measures."""


import nbformat
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from mnist_adder_course.lessons.layers_by_hand import (
    BIAS,
    SEVEN,
    WEIGHTS,
    WINDOWS,
    SmallTask,
    averaging,
    checks,
    learn,
    plot_shuffled,
    plot_two_channels,
    without_relu,
)
from mnist_adder_lib import load_splits
from tools.notebooks.notebook_files import NOTEBOOKS


def test_bars_and_images_of_two_tasks():
    train, validation, _ = load_splits()
    order = torch.arange(783, -1, -1)
    task, turned = SmallTask(train, validation), SmallTask(train, validation, order=order)
    task.results = {"one layer": (88.0, 10.0), "hidden layer": (87.0, 9.0), "mover": (94.0, 71.0)}
    turned.results = {"one layer": (88.5, 10.5), "mover": (75.0, 15.0)}
    figure = plot_shuffled(task, turned)
    before, after, bars = figure.axes
    image = validation.images[SEVEN] / 255
    assert np.array_equal(before.get_images()[0].get_array(), image)
    assert np.array_equal(after.get_images()[0].get_array(), image.flip(0, 1))
    assert [bar.get_width() for bar in bars.patches] == [88.0, 94.0, 88.5, 75.0]
    assert "one layer 88.0 and 88.5; mover 94.0 and 75.0." in figure.get_label()


def test_the_small_task():
    train, validation, _ = load_splits()
    task = SmallTask(train, validation)
    assert task.images.shape == task.unseen.shape == task.moved.shape == (2000, 1, 28, 28)
    assert 0 == task.images.min() < task.images.max() == 1
    assert torch.equal(task.moved[:, :, 4:], task.unseen[:, :, :-4])
    order = torch.randperm(784)
    shuffled = SmallTask(train, validation, order=order)
    assert torch.equal(shuffled.images.flatten(1), task.images.flatten(1)[:, order])
    assert torch.equal(shuffled.moved.flatten(1), task.moved.flatten(1)[:, order])
    assert torch.equal(shuffled.digits, task.digits)
    always_7 = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    with torch.no_grad():
        for parameter in always_7.parameters():
            parameter.zero_()
            parameter.requires_grad = False
        always_7[1].bias[7] = 1
    share = 100 * (validation.digits[:2000] == 7).double().mean().item()
    assert task._percent_right(always_7, task.unseen) == pytest.approx(share)


def test_a_network_learns_the_small_task_in_any_order():
    train, validation, _ = load_splits()
    torch.manual_seed(0)
    for order in (None, torch.randperm(784)):
        task = SmallTask(train, validation, order=order)
        network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        unseen, moved = task.learn("one layer", network)
        assert task.results["one layer"] == (unseen, moved)
        assert 86 < unseen < 91 and moved < 20


def test_the_loop_on_the_page_is_the_one_of_the_check():
    train, validation, _ = load_splits()
    lesson = nbformat.read(NOTEBOOKS / "03_layers_by_hand.ipynb", as_version=4)
    page: dict = {"torch": torch, "F": F}
    exec(next(cell.source for cell in lesson.cells if cell.id == "03-learn"), page)
    results = []
    for train_network in (page["learn"], learn):
        torch.manual_seed(0)
        network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        results.append(SmallTask(train, validation, train_network).learn("one layer", network))
    assert results[0] == results[1]


def test_the_convolution_on_paper_is_the_one_in_the_figure():
    windows, weights = torch.tensor(WINDOWS), torch.tensor(WEIGHTS)
    assert (windows * weights).sum(dim=(1, 2)).tolist() == [2, 7]  # as the task and its reasons say
    total = (windows * weights).sum()
    assert checks.on_paper.solution() == (total + BIAS, torch.relu(total - 12))
    figure = plot_two_channels()
    for axes, numbers in [(figure.axes[::2], windows), (figure.axes[1::2], weights)]:
        shown = [float(text.get_text()) for ax in axes for text in ax.texts]
        assert shown == numbers.flatten().tolist()
    assert figure._supxlabel.get_text() == "bias 0.5"


def test_without_relu_and_with_averages_a_network_is_a_weighted_sum():
    torch.manual_seed(0)
    images = torch.rand(3, 1, 28, 28)
    network = nn.Sequential(checks.mover.solution())  # one inside another
    averaged = averaging(network)
    kinds = [type(layer) for layer in averaged.modules()]
    assert nn.MaxPool2d not in kinds and kinds.count(nn.AvgPool2d) == 2

    def adds_up(network):
        start = network(torch.zeros(1, 1, 28, 28))
        twice = network(2 * images) - start
        return torch.allclose(twice, 2 * (network(images) - start), atol=1e-4)

    assert not adds_up(averaged)
    assert adds_up(without_relu(averaged))
