"""Train readers of digits with sums alone as targets, and record what they have learned.

    python experiments/measure_sums.py [--ways "last digit, 3 epochs" ...] [--seeds 0 1 2 3 4]

Adds a line for each training to assets/sums.jsonl, which lesson 11 reads; 100 steps take about four
seconds on one core. The network of "last digit, 3 epochs" with seed 0 is kept in
assets/last_digit.pt for the lesson.

What a line holds: `way`, `seed`, `seconds` of one core; of the validation split `sums`, the percent
of all images that get, together with the next one, the right last digit of their sum, `loss`, that
of the sums, `digits`, the percent that are read right, and `probability`, what the images of each
digit give to each of the ten answers, on average.
"""

import time
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from common import ASSETS, command_line, record
from torch import nn
from torch.utils.data import DataLoader

from mnist_adder_course.common.sums import (
    last_digit_probabilities,
    new_reader,
)
from mnist_adder_lib.augment import LIGHT_AUGMENT
from mnist_adder_lib.data import as_input, load_splits
from mnist_adder_lib.recipes import fast_recipe

RESULTS, NETWORK = ASSETS / "sums.jsonl", ASSETS / "last_digit.pt"
BATCH_SIZE = 128
THREE_EPOCHS = 3 * 375


class Way(NamedTuple):
    """How a reader learns from the last digits of sums."""

    partners: int = 8  # sums in which each image of a batch comes first
    steps: int = THREE_EPOCHS
    named: bool = False  # one image of each digit has a label, in every batch
    rate: float = 0.0  # of AdamW, the same at every step; 0: the fast recipe


LAST = Way()
AS_IN_LESSON = LAST._replace(partners=4, steps=150, rate=0.005)
WAYS = {
    "last digit, as in the lesson": AS_IN_LESSON,
    "ten labels, as in the lesson": AS_IN_LESSON._replace(named=True),
    "last digit, 3 epochs": LAST,
}


def beside(values, partners: int) -> list:
    """The values of the first image of each sum, and the values of the second."""
    return [torch.cat([values.roll(-place * step, dims=0) for step in range(1, partners + 1)])
            for place in (0, 1)]


def truth(digits, partners: int):
    """The last digit of each sum."""
    first, second = beside(digits, partners)
    return (first + second) % 10


def log_probabilities(outputs, partners: int):
    """Of the ten last digits of each sum, from a batch's outputs."""
    first, second = beside(outputs.softmax(dim=1), partners)
    return (last_digit_probabilities(second, first) + 1e-9).log()


def batches(train):
    """Images and digits, epoch after epoch, each in another random order."""
    while True:
        order = torch.randperm(len(train))
        for (images, _), (digits, _) in DataLoader(train, batch_sampler=order.split(BATCH_SIZE)):
            yield images, digits


def sum_loss(outputs, digits, way: Way):
    return F.nll_loss(log_probabilities(outputs, way.partners), truth(digits, way.partners))


def step_loss(model, images, digits, named, way: Way):
    """The loss of one step. named: the examples with a label, or None."""
    if not named:
        return sum_loss(model(images), digits, way)
    (more, _), (labels, _) = named
    outputs = model(torch.cat([images, more]))
    count = len(images)
    return F.cross_entropy(outputs[count:], labels) + sum_loss(outputs[:count], digits, way)


def recipe(model, way: Way):
    """The optimizer and the schedule of a training."""
    if not way.rate:
        return fast_recipe(model, way.steps)
    optimizer = torch.optim.AdamW(model.parameters(), lr=way.rate)
    return optimizer, torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1)


def train_reader(way: Way, seed: int):
    """A network trained this way."""
    torch.set_num_threads(1)
    train, _, _ = load_splits()
    train.augment = LIGHT_AUGMENT
    torch.manual_seed(seed)
    model = new_reader()
    optimizer, scheduler = recipe(model, way)
    places = [[int((train.digits == digit).nonzero()[0]) for digit in range(10)]]
    for _, (images, digits) in zip(range(way.steps), batches(train)):
        named = next(iter(DataLoader(train, batch_sampler=places))) if way.named else None
        optimizer.zero_grad()
        step_loss(model.train(), images, digits, named, way).backward()
        optimizer.step()
        scheduler.step()
    return model


@torch.no_grad()
def outputs_of(model, dataset):
    parts = dataset.images.split(1_000)
    return torch.cat([model(as_input(part)) for part in parts])


@torch.no_grad()
def results(model, dataset) -> tuple[dict, torch.Tensor]:
    """Sums, loss and digits of a split, and its outputs."""
    outputs = outputs_of(model.eval(), dataset)
    logs, targets = log_probabilities(outputs, 1), truth(dataset.digits, 1)
    return dict(sums=percentage(logs.argmax(dim=1) == targets),
                loss=round(F.nll_loss(logs, targets).item(), 4),
                digits=percentage(outputs.argmax(dim=1) == dataset.digits)), outputs


def percentage(right) -> float:
    return round(100 * right.float().mean().item(), 3)


def by_digit(values, digits):
    """The mean of values (n, 10) over the images of each digit: (10, 10)."""
    return torch.stack([values[digits == digit].mean(dim=0) for digit in range(10)])


def measure(name: str, seed: int) -> tuple[dict, nn.Module]:
    """Train once: a line of the results, and the network."""
    start = time.process_time()
    model = train_reader(WAYS[name], seed)
    seconds = round(time.process_time() - start, 1)
    _, validation, _ = load_splits()
    scores, outputs = results(model, validation)
    mean = by_digit(outputs.softmax(dim=1), validation.digits)
    row = dict(way=name, seed=seed, seconds=seconds, **scores,
               probability=[[round(p, 3) for p in answers] for answers in mean.tolist()])
    return row, model


def keep(model, path: Path = NETWORK) -> None:
    """Store a network's weights as float16."""
    weights = model.state_dict().items()
    torch.save({name: weight.half() if weight.is_floating_point() else weight
                for name, weight in weights}, path)


if __name__ == "__main__":
    options = command_line(__doc__, RESULTS, ways=WAYS).parse_args()
    for name in options.ways:
        for seed in options.seeds:
            row, model = measure(name, seed)
            record(row, options.path)
            if (name, seed, options.path) == ("last digit, 3 epochs", 0, RESULTS):
                keep(model)
