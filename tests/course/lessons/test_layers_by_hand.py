"""Layers by hand: the answers to its exercises, its figures."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from mnist_adder_course.lessons.layers_by_hand import (
    checks,
    plot_dense,
    plot_percent_right,
    plot_signed,
)


def in_a_loop(channels, weights, row, column):
    result = 0
    for channel in range(len(channels)):
        for i in range(3):
            for j in range(3):
                pixel = channels[channel, row - 1 + i, column - 1 + j]
                result += pixel * weights[channel, i, j]
    return result


def merged_in_loops(first, second):
    return [[sum(float(second[o, h] * first[h, i]) for h in range(len(first)))
             for i in range(first.shape[1])] for o in range(len(second))]


RIGHT = {
    checks.convolve: [
        in_a_loop,
        lambda c, w, i, j: F.conv2d(c[None], w[None], padding=1)[0, 0, i, j],
    ],
    checks.merge: [lambda a, b: b @ a, merged_in_loops, lambda a, b: F.linear(b, a.T)],
    checks.tent: [
        lambda x: F.relu(F.relu(x) - 2 * F.relu(x - 1)),
        lambda x: torch.relu(x) - 2 * (x - 1).relu() + torch.nn.ReLU()(x - 2),
    ],
    checks.safe_softmax: [
        lambda x: [math.exp(s - max(x)) / sum(math.exp(t - max(x)) for t in x) for s in x],
        lambda x: (x.double() - x.max()).exp() / (x.double() - x.max()).exp().sum(),
    ],
}


def test_signed_pictures():
    images = {"one": torch.tensor([[-2.0, 0], [1, 0.5]]), "none": np.full((3, 3), 1e-8)}
    figure = plot_signed(images)
    one, none = (ax.get_images()[0] for ax in figure.axes)
    colours = one.cmap(one.norm(one.get_array()))[..., :3]
    assert np.allclose(colours[0, 1], 0, atol=0.01)  # 0 is black
    assert colours[1, 0].min() == colours[1, 0].max() > colours[1, 1].max() > 0.3  # above it: grey
    assert colours[0, 0, 0] > colours[0, 0, 1] > colours[0, 0, 2]  # below it: orange
    assert none.get_array().max() < 0.001  # nothing but rounding
    assert "one, from -2.00 to 1.00; none, from 0.00 to 0.00" in figure.get_label()


def test_there_are_bars_for_each_network():
    results = {"one layer": (88.04, 24.0), "hidden layer": (86.8, 23.1)}
    figure = plot_percent_right(results)
    widths = [bar.get_width() for bar in figure.axes[0].patches]
    assert widths == [88.04, 86.8, 24.0, 23.1]
    assert [text.get_text() for text in figure.axes[0].texts] == ["88.0", "86.8", "24.0", "23.1"]
    assert "one layer 88.0 and 24.0; hidden layer 86.8 and 23.1" in figure.get_label()
    assert len(plot_percent_right(dict.fromkeys("abcdef", (99.9, 1.0))).axes[0].patches) == 12


def test_a_dense_layer_has_a_line_for_each_weight():
    figure = plot_dense(torch.tensor([1.0, 2, 3]), torch.tensor([[1.0, 0, -1], [0.5, 0.5, 0.5]]))
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert len(figure.axes[0].lines) == 6
    assert texts == ["1", "0", "-1", "0.5", "0.5", "0.5", "1", "2", "3", "-2", "3"]
    assert "1 times 1 + 2 times 0 + 3 times -1 is -2; " in figure.get_label()
