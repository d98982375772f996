"""Train adders long after they are right on all pairs that they see, and record when they begin to
add those that they don't.

    python experiments/measure_waiting.py [--decays 0.01 3]

Adds a line for each weight decay and seed to assets/waiting.jsonl, which lesson 10 reads: percent
of images answered right, of the seen and of the held-out pairs (whose sum is seen), after some
steps. The ten adders are trained side by side, as one: each has its own weights and held-out pairs.
What they see of a digit is its mean embedding by the network that ships. (Its training knew all
hundred pairs, but an embedding is made of an image alone.) Settings were chosen on the validation
split.
"""

import argparse
import copy

import torch
import torch.nn.functional as F
from common import ASSETS, record
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state

from mnist_adder_course.widgets.hidden_sums import unseen_sums
from mnist_adder_lib import AdderDataset, as_input, load_pretrained, load_splits
from mnist_adder_lib.model import fully_connected

RATE, STEPS, SEEDS = 0.003, 3000, 10
RECORDED = [50, 100, 200, 300, 500, 700, 1000, 1500, 2000, 2500, 3000]


def build(seed: int) -> tuple[nn.Module, Tensor]:
    """The course's adder with its sum head, and which ten pairs are held out, drawn by the seed."""
    torch.manual_seed(seed)
    held_out = torch.randperm(100).view(10, 10) < 10
    layers = fully_connected(30, 64), fully_connected(64, 64), nn.Linear(64, 19, bias=False)
    return nn.Sequential(*layers), held_out


def inputs_of(embeddings: Tensor, numbers: Tensor) -> Tensor:
    return torch.cat([embeddings, F.one_hot(numbers, 10)], dim=1)


@torch.no_grad()
def embed(dataset: AdderDataset) -> Tensor:
    model = load_pretrained()
    return torch.cat([model.embed(as_input(images))
                      for images in dataset.images.split(1000)])


@torch.no_grad()
def shares(adder: nn.Module, held_out: Tensor, embeddings: Tensor, digits: Tensor) -> dict:
    """Percent right, as means over the seen and over the held-out pairs."""
    right = torch.zeros(10, 10)
    for number in range(10):
        numbers = torch.full_like(digits, number)
        found = adder.eval()(inputs_of(embeddings, numbers)).argmax(dim=1) == digits + number
        for digit in range(10):
            right[digit, number] = 100 * found[digits == digit].float().mean()
    tested = held_out & ~unseen_sums(held_out)
    return dict(seen=round(right[~held_out].mean().item(), 1),
                held=round(right[tested].mean().item(), 1))


class SideBySide:
    """Several adders as one: each of their weights has a first axis more, one place for each."""

    def __init__(self, adders: list[nn.Module]):
        self.parameters, self.buffers = stack_module_state(adders)
        self.adders, self.single = adders, copy.deepcopy(adders[0]).train()

    def __call__(self, inputs: Tensor) -> Tensor:
        def one(parameters, buffers, inputs):
            return functional_call(self.single, (parameters, buffers), (inputs,))

        return torch.vmap(one)(self.parameters, self.buffers, inputs)

    @torch.no_grad()
    def unstack(self) -> list[nn.Module]:
        for place, adder in enumerate(self.adders):
            state = self.parameters | self.buffers
            adder.load_state_dict({name: value[place] for name, value in state.items()})
        return self.adders


def measure(decay: float, means: Tensor, validation: tuple, evaluation: tuple) -> None:
    """Train ten adders: a line of the results for each."""
    adders, held_out = zip(*[build(seed) for seed in range(SEEDS)])
    together = SideBySide(list(adders))
    places = [(~one).nonzero().T for one in held_out]  # digits and numbers of the seen pairs
    inputs = torch.stack([inputs_of(means[digits], numbers) for digits, numbers in places])
    totals = torch.stack([digits + numbers for digits, numbers in places])
    optimizer = torch.optim.AdamW(together.parameters.values(), RATE, weight_decay=decay)
    curves = [dict(validation=[], evaluation=[]) for _ in range(SEEDS)]
    for step in range(1, STEPS + 1):
        losses = F.cross_entropy(together(inputs).flatten(0, 1), totals.flatten(), reduction="sum")
        optimizer.zero_grad()
        (losses / totals.shape[1]).backward()
        optimizer.step()
        if step in RECORDED:
            for curve, adder, one in zip(curves, together.unstack(), held_out):
                curve["validation"].append(shares(adder, one, *validation))
                curve["evaluation"].append(shares(adder, one, *evaluation))
    for seed, curve in enumerate(curves):
        rows = {f"{split}_{of}": [point[of] for point in points]
                for split, points in curve.items() for of in ("seen", "held")}
        row = dict(decay=decay, seed=seed, steps=RECORDED) | rows
        record(row, ASSETS / "waiting.jsonl")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--decays", nargs="+", type=float, default=[0.01, 3])
    options = parser.parse_args()
    torch.set_num_threads(1)
    train, *held_out = load_splits()
    embeddings = embed(train)
    means = torch.stack([embeddings[train.digits == digit].mean(dim=0) for digit in range(10)])
    splits = [(embed(split)[:3000], split.digits[:3000]) for split in held_out]
    for decay in options.decays:
        measure(decay, means, *splits)
