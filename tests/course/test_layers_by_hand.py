"""Layers by hand: the answers to its exercises, its figure."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from mnist_adder_lib.course.layers_by_hand import checks, plot_signed


def window(channels, row, column):
    return channels[:, row - 1:row + 2, column - 1:column + 2]


def in_a_loop(channels, weights, row, column):
    result = 0
    for channel in range(len(channels)):
        for i in range(3):
            for j in range(3):
                pixel = channels[channel, row - 1 + i, column - 1 + j]
                result += pixel * weights[channel, i, j]
    return result


def whole(channels, weights, row, column):
    return F.conv2d(channels[None], weights[None], padding=1)[0, 0, row, column]


def overwritten(channels, weights, row, column):
    for channel, own in zip(window(channels, row, column), weights):
        result = (channel * own).sum()
    return result


def index_by_index(channels, weights, row, column):
    return sum(channels[c, row + i, column + j] * weights[c, i + 1, j + 1]
               for c in range(len(channels)) for i in (-1, 0, 1, 2) for j in (-1, 0, 1))


def too_many_outputs(first, second):
    merged = torch.zeros(len(second), first.shape[1])
    for o in range(len(first)):
        for i in range(first.shape[1]):
            merged[o, i] = (second[o, :] * first[:, i]).sum()
    return merged


def rows_for_columns(first, second):
    merged = torch.zeros(len(second), first.shape[1])
    for o in range(len(second)):
        for i in range(first.shape[1]):
            merged[o, i] = (second[o, :] * first[i, :]).sum()
    return merged


def merged_in_loops(first, second):
    return [[sum(float(second[o, h] * first[h, i]) for h in range(len(first)))
             for i in range(first.shape[1])] for o in range(len(second))]


def wrongly_merged(first, second):
    merged = second @ first
    merged[-1, -1] += 1
    return merged


def by_cases(x):
    return torch.where(x < 1, x.clamp(min=0), (2 - x).clamp(min=0))


def divided(logits, by=torch.Tensor.sum):
    return logits.exp() / by(logits.exp())


def stable(logits):
    powers = (logits - logits.max()).exp()
    return powers / powers.sum()


# check: (wrong answers with a part of the reason, right answers)
ANSWERS = {
    checks.convolve: (
        [
            (lambda c, w, i, j: (window(c, i, j) * w).sum(dim=(1, 2)), "a sum for each channel"),
            (lambda c, w, i, j: [(a * b).sum() for a, b in zip(window(c, i, j), w)],
             "a sum for each channel"),
            (lambda c, w, i, j: (window(c, i, j) * w).sum(dim=0), "Nine numbers: add up over"),
            (lambda c, w, i, j: window(c, i, j) * w, "These are the products"),
            (lambda c, w, i, j: whole(c[:1], w[:1], i, j), "Only the first channel"),
            (overwritten, "Only the last channel"),
            (lambda c, w, i, j: (window(c, i, j) * w[0]).sum(), "the weights of the first"),
            (lambda c, w, i, j: (c[:, i:i + 3, j:j + 3] * w).sum(), "its corner at this place"),
            (lambda c, w, i, j: (window(c, i - 1, j - 1) * w).sum(), "lower right corner"),
            (lambda c, w, i, j: (window(c, j, i) * w).sum(), "the row for the column"),
            (lambda c, w, i, j: (window(c, i, j) * w.flip(1, 2)).sum(), "upside down"),
            (lambda c, w, i, j: (window(c, i, j) * w.transpose(1, 2)).sum(), "are exchanged"),
            (lambda c, w, i, j: (c * w).sum(), "isn't of one size"),
            (lambda c, w, i, j: (c[:, i - 1:i + 1, j - 1:j + 1] * w).sum(), "isn't of one size"),
            (index_by_index, "that isn't there"),
            (lambda c, w, i, j: (window(c, i, j) * w).mean(), "the mean of the products"),
            (lambda c, w, i, j: sum((a * b).mean() for a, b in zip(window(c, i, j), w)),
             "the sum of the means"),
            (lambda c, w, i, j: window(c, i, j).sum(), "The weights are missing"),
            (lambda c, w, i, j: window(c, i, j).sum() * w.sum(), "place by place first"),
            (lambda c, w, i, j: F.relu(whole(c, w, i, j)) + 100, "it should give"),
        ],
        [lambda c, w, i, j: (window(c, i, j) * w).sum(), in_a_loop, whole],
    ),
    checks.merge: (
        [
            (lambda a, b: a * b, "place by place"),
            (lambda a, b: a + b, "You added the layers"),
            (lambda a, b: a @ b, "The order is turned round"),
            (lambda a, b: (b @ a).T, "Rows and columns are exchanged"),
            (lambda a, b: (b @ a).sum(), "2 rows of 2"),
            (wrongly_merged, "From input 1 to output 1 there are 2 ways"),
            (lambda a, b: F.relu(b @ a), "Not every weight is right"),
            (rows_for_columns, "Not every weight is right"),
            (too_many_outputs, "One of your loops runs too far"),
        ],
        [lambda a, b: b @ a, merged_in_loops, lambda a, b: F.linear(b, a.T)],
    ),
    checks.tent: (
        [
            (lambda x: F.relu(x), "It goes on rising"),
            (lambda x: F.relu(x) - F.relu(x - 1), "It is flat from 1 on"),
            (lambda x: F.relu(x) - 2 * F.relu(x - 1), "It goes on falling"),
            (lambda x: x, "Left of 0 nothing"),
            (lambda x: x - 2 * (x - 1) + (x - 2), "From 0 to 1 it rises"),
            (lambda x: F.relu(1 - x), "Left of 0"),
            (lambda x: F.relu(x + 1), "Left of 0|From 0 to 1"),
            (lambda x: 2 * F.relu(x) - 3 * F.relu(x - 1) + F.relu(x - 2), "From 0 to 1 it rises"),
            (lambda x: F.relu(x) - 3 * F.relu(x - 1) + 2 * F.relu(x - 1.5), "From 1 to 2 it falls"),
            (by_cases, "it is no network"),
            (lambda x: max(0 * x, 1 - abs(x - 1)), "One number at a time"),
            (lambda x: F.relu(1 - abs(x - 1)), "the only thing"),
            (lambda x: F.relu(x).sum(), "numbers went in, 1 came out|goes on rising"),
        ],
        [
            lambda x: F.relu(x) - 2 * F.relu(x - 1) + F.relu(x - 2),
            lambda x: F.relu(F.relu(x) - 2 * F.relu(x - 1)),
            lambda x: torch.relu(x) - 2 * (x - 1).relu() + torch.nn.ReLU()(x - 2),
        ],
    ),
    checks.safe_softmax: (
        [
            (lambda x: x.exp(), "These are the powers"),
            (lambda x: x / x.sum(), "divided the scores themselves"),
            (lambda x: divided(x, torch.max), "Divided by the largest"),
            (lambda x: divided(x, torch.mean), "Divided by the mean"),
            (divided, "too large for the computer"),
            (lambda x: divided(x - x.mean()), "too large for the computer"),
            (lambda x: divided(x / x.abs().max()), "the first probability"),
            (lambda x: 2 ** (x - x.max()) / (2 ** (x - x.max())).sum(), "the first probability"),
            (lambda x: (x - x.max()).exp(), "add up to"),
            (lambda x: stable(x).argmax(), "the shape|The shape"),
            (lambda x: [math.exp(s) / sum(map(math.exp, x)) for s in x], "more than the computer"),
            (lambda x: math.exp(x), "takes one number"),
            (lambda x: x.softmax(0), "PyTorch's own"),
            (lambda x: torch.softmax(x, dim=0), "PyTorch's own"),
        ],
        [
            stable,
            lambda x: [float(p) for p in stable(x.double())],
            lambda x: divided(x - x.max()),
        ],
    ),
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
