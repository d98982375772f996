"""Adders that never see some of the pairs: what they learn from, what they answer, and what happens
when they train long after they are right on all that they see."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_adder_lib.data import as_input, load_splits
from mnist_adder_lib.model import IdentityAdderModel, fully_connected

from ..widgets.hidden_sums import unseen_sums

IMAGES = 12_000  # training images that an adder learns from
RECORDED = [50, 100, 200, 300, 500, 700, 1000, 1500, 2000, 3000]  # steps at which `wait` measures


class Embedded(NamedTuple):
    """Embeddings of images, one row each, and their digits, to train adders and to test them."""

    training: Tensor
    training_digits: Tensor
    validation: Tensor
    digits: Tensor


@torch.no_grad()
def embedded(model: IdentityAdderModel) -> Embedded:
    """The model's embeddings of the first 12,000 training images and of the validation split."""
    train, validation, _ = load_splits()
    model.eval()
    found = []
    for images, digits in ((train.images[:IMAGES], train.digits[:IMAGES]),
                           (validation.images, validation.digits)):
        found += [torch.cat([model.embed(as_input(part)) for part in images.split(1000)]), digits]
    return Embedded(*found)


def by_pair(values: Tensor, digits: Tensor) -> Tensor:
    """Mean over the images of each digit (10, 10): a row for each digit, a column for each number.

    values: (10, images), a row for each number; digits: of the images.
    """
    return torch.stack([values[:, digits == digit].float().mean(dim=1) for digit in range(10)])


def as_label(numbers: Tensor) -> Tensor:
    """One-hot vectors (batch, 10) of numbers from 0 to 9."""
    return F.one_hot(numbers, 10).float()


def class_loss(outputs: Tensor, digits: Tensor, numbers: Tensor) -> Tensor:
    """Cross entropy of 19 scores for each example, a scalar."""
    return F.cross_entropy(outputs, digits + numbers)


class Adder(nn.Module):
    """Two hidden layers of 64 neurons, for an embedding and a number.

    encode: what the adder gets for a batch of numbers. outputs: 19 scores, or one number.
    """

    def __init__(self, encode: Callable[[Tensor], Tensor], outputs: int):
        super().__init__()
        self.encode = encode
        inputs = 20 + encode(torch.arange(10)).shape[1]
        first, second = nn.Linear(inputs, 64), nn.Linear(64, 64)
        self.layers = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), nn.Linear(64, outputs))

    def forward(self, embeddings: Tensor, numbers: Tensor) -> Tensor:
        return self.layers(torch.cat([embeddings, self.encode(numbers)], dim=1))


@torch.no_grad()
def sums_of(adder: nn.Module, data: Embedded) -> Tensor:
    """The sums that an adder says for the validation images (10, images), a row for each number;
    not rounded, if it answers with one number."""
    adder.eval()
    outputs = torch.stack([adder(data.validation, torch.full_like(data.digits, number))
                           for number in range(10)])
    return outputs[:, :, 0] if outputs.shape[2] == 1 else outputs.argmax(dim=2).float()


def wait(data: Embedded, decay: float, steps: int = 1500, seed: int = 0, *,
         before: float | None = None, length: float | None = None, rate: float = 0.003,
         epsilon: float = 1e-5) -> list[list[float]]:
    """The course's adder learns 90 pairs for many steps, ten others are hidden, drawn by the seed;
    returns [step, percent of seen sums right, percent of hidden sums right] along the way.

    Each step sees all 90 pairs, with the mean embedding of each digit. The rest is about the
    weights before batch norm: `before` is their decay, if it isn't that of the others; `length` is
    the length at which each neuron's weights are held, and without it they are as training makes
    them; `rate` is their learning rate, and `epsilon` what batch norm adds to a variance.
    """
    torch.manual_seed(seed)
    held_out = torch.randperm(100).view(10, 10) < 10
    tested = held_out & ~unseen_sums(held_out)
    typical = torch.stack([data.training[data.training_digits == digit].mean(dim=0)
                           for digit in range(10)])
    adder = Adder(as_label, 19)
    parts = fully_connected(30, 64), fully_connected(64, 64)
    adder.layers = nn.Sequential(*parts, nn.Linear(64, 19, bias=False))
    short = [part.get_parameter("0.weight") for part in parts]
    others = [one for one in adder.parameters() if all(one is not weight for weight in short)]
    for part in parts:
        part[1] = nn.BatchNorm1d(64, eps=epsilon)
    optimizer = torch.optim.AdamW([
        dict(params=short, lr=rate, weight_decay=decay if before is None else before),
        dict(params=others, lr=0.003, weight_decay=decay)])
    digits, numbers = (~held_out).nonzero().T
    totals = data.digits + torch.arange(10).view(10, 1)
    curve = []
    for step in range(steps + 1):
        if step in RECORDED:
            right = 100 * by_pair(sums_of(adder, data) == totals, data.digits)
            curve.append([step, right[~held_out].mean().item(), right[tested].mean().item()])
        loss = class_loss(adder.train()(typical[digits], numbers), digits, numbers)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if length:
            with torch.no_grad():
                for weight in short:
                    weight.mul_(length / weight.norm(dim=1, keepdim=True))
    return curve
