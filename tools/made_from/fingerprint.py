"""The network's fingerprint: a few numbers that change if what it computes or how it trains does.

    python tools/made_from/fingerprint.py

When the network's code has changed, `stale.py` compares them with the noted ones: an option that is
off, or code that only reads better, leaves them alone, and then makes nothing old. They are taken
from a new network, whose start and gradient count as well. What the shipped one has learned is in
a file of its own.
"""

import json
from unittest import mock

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils import parameters_to_vector

from mnist_adder_lib import IdentityAdderModel
from tools.made_from.reached import hashed

VARIANTS: list[dict] = [{}, dict(adder_layers=1, channel_dropout=False, sums=82)]
EXAMPLES = 16


def fingerprint(variant: dict) -> dict[str, float | str]:
    """The numbers for a network with these arguments: on all processors the same but for rounding.
    """
    torch.manual_seed(0)
    model = IdentityAdderModel(**variant).double()
    images = torch.rand(EXAMPLES, 1, 28, 28).double()  # others if the start draws more numbers
    added = torch.arange(EXAMPLES) % 10
    digits = 7 * added % 10

    def loss() -> Tensor:
        digit_logits, sum_logits = model(images, added)
        return (functional.cross_entropy(digit_logits, digits)
                + functional.cross_entropy(sum_logits, digits + added))

    weights = list(model.parameters())
    with mock.patch.multiple(functional, dropout=weaken, dropout2d=weaken):
        training = loss()
    gradient = torch.autograd.grad(training, weights, retain_graph=True, materialize_grads=True)
    model.eval()
    numbers = dict(start=parameters_to_vector(weights).norm(), training=training,
                   gradient=parameters_to_vector(gradient).norm(), evaluation=loss())
    return dict(layers=hashed(f"{model} {list(model.state_dict())}".encode()),
                operations=hashed(" ".join(operations(training)).encode()),
                **{name: float(f"{value.item():.6g}") for name, value in numbers.items()})


def weaken(values: Tensor, p: float, training: bool, inplace: bool = False) -> Tensor:
    """What dropout is replaced by, because it draws other numbers on another processor."""
    return values * (1 - p * torch.linspace(0, 1, values.numel()).view_as(values) * training)


def operations(result: Tensor) -> list[str]:
    """The names of the operations that a result comes from, the last one first."""
    found = [result.grad_fn]
    for node in found:
        found += [before for before, _ in node.next_functions if before and before not in found]
    return [node.name() for node in found]


if __name__ == "__main__":
    print(json.dumps([fingerprint(variant) for variant in VARIANTS]))
