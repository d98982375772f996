"""Train lesson 14's template as it stands, and with subtracting as the change.

    python experiments/measure_template.py

Adds a line for each seed to assets/template.jsonl, which lesson 14 reads: the percentage of 3,000
validation images with both answers right, by adding and by subtracting. A pair takes about ten
seconds on one core.
"""

import torch
from common import ASSETS, record

from mnist_adder_course.common.small_network import train_small
from mnist_adder_lib import AdderDataset, evaluate, load_splits

SEEDS = range(100, 124)


class SubtractingDataset(AdderDataset):
    def combine(self, digits, numbers):
        return digits - numbers + 9


def accuracy(dataset: type[AdderDataset], seed: int) -> float:
    train, validation, _ = load_splits()
    some = dataset(validation.images[:3_000], validation.digits[:3_000],
                   validation.numbers[:3_000])
    network = train_small(dataset(train.images, train.digits), seed)
    return round(evaluate(network, some).accuracy_both, 3)


def measure(seed: int) -> None:
    """Train a pair: a line of the results."""
    row = dict(seed=seed, adding=accuracy(AdderDataset, seed),
               subtracting=accuracy(SubtractingDataset, seed))
    record(row, ASSETS / "template.jsonl")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for seed in SEEDS:
        measure(seed)
