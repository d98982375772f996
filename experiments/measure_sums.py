"""Train readers of digits with sums alone as targets, and record what they have learned.

    python experiments/measure_sums.py [--ways "two images, 3 epochs" ...] [--seeds 0 1 2 3 4]

Adds a line for each training to assets/sums.jsonl, which lesson 11 reads; 100 steps take about four
seconds on one core. The network of "last digit, 3 epochs" with seed 0 is kept in
assets/last_digit.pt for the lesson.

What a line holds: `way`, `seed`, `seconds` of one core; of the validation split `sums`, the percent
of all images that get, together with the next one, the right sum (or last digit), `loss`, that of
the sums, `digits`, the percent that are read right, and `probability`, what the images of each
digit give to each of the ten answers, on average. Of "two images, 3 epochs" also some steps, on
2,000 validation images, as `snapshots`, `named` being the percent of each digit's images with each
answer.
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
    sum_probabilities,
)
from mnist_adder_lib.augment import LIGHT_AUGMENT
from mnist_adder_lib.data import as_input, load_splits
from mnist_adder_lib.recipes import fast_recipe

RESULTS, NETWORK = ASSETS / "sums.jsonl", ASSETS / "last_digit.pt"
BATCH_SIZE = 128
THREE_EPOCHS = 3 * 375
SNAPSHOTS = (0, 10, 20, 30, 40, 50, 75, 100, 150, 200, 300, 400, 600)


class Way(NamedTuple):
    """What a reader's targets are, and how it learns from them."""

    target: str = "sum"  # or "last digit"
    partners: int = 8  # sums in which each image of a batch comes first
    steps: int = THREE_EPOCHS
    named: bool = False  # one image of each digit has a label, in every batch
    rate: float = 0.0  # of AdamW, the same at every step; 0: the fast recipe


LAST = Way("last digit")
AS_IN_LESSON = LAST._replace(partners=4, steps=150, rate=0.005)
WAYS = {
    "two images, 3 epochs": Way(),
    "last digit, as in the lesson": AS_IN_LESSON,
    "ten labels, as in the lesson": AS_IN_LESSON._replace(named=True),
    "last digit, 3 epochs": LAST,
}


def beside(values, partners: int) -> list:
    """The values of the first image of each sum, and the values of the second."""
    return [torch.cat([values.roll(-place * step, dims=0) for step in range(1, partners + 1)])
            for place in (0, 1)]


def truth(digits, way: Way, partners: int):
    """The target of each sum."""
    first, second = beside(digits, partners)
    return (first + second) % 10 if way.target == "last digit" else first + second


def log_probabilities(outputs, way: Way, partners: int):
    """Of all that a sum's target may be, from a batch's outputs."""
    first, second = beside(outputs.softmax(dim=1), partners)
    add = (sum_probabilities if way.target == "sum" else last_digit_probabilities)
    return (add(second, first) + 1e-9).log()


def batches(train):
    """Images and digits, epoch after epoch, each in another random order."""
    while True:
        order = torch.randperm(len(train))
        for (images, _), (digits, _) in DataLoader(train, batch_sampler=order.split(BATCH_SIZE)):
            yield images, digits


def sum_loss(outputs, digits, way: Way):
    targets = truth(digits, way, way.partners)
    return F.nll_loss(log_probabilities(outputs, way, way.partners), targets)


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


def train_reader(way: Way, seed: int, watch=lambda step, model: None):
    """A network trained this way; `watch` is called before every step, and at the end."""
    torch.set_num_threads(1)
    train, _, _ = load_splits()
    train.augment = LIGHT_AUGMENT
    torch.manual_seed(seed)
    model = new_reader()
    optimizer, scheduler = recipe(model, way)
    places = [[int((train.digits == digit).nonzero()[0]) for digit in range(10)]]
    for step, (images, digits) in zip(range(way.steps), batches(train)):
        watch(step, model)
        named = next(iter(DataLoader(train, batch_sampler=places))) if way.named else None
        optimizer.zero_grad()
        step_loss(model.train(), images, digits, named, way).backward()
        optimizer.step()
        scheduler.step()
    watch(way.steps, model)
    return model


@torch.no_grad()
def outputs_of(model, dataset):
    parts = dataset.images.split(1_000)
    return torch.cat([model(as_input(part)) for part in parts])


@torch.no_grad()
def results(model, dataset, way: Way) -> tuple[dict, torch.Tensor]:
    """Sums, loss and digits of a split, and its outputs."""
    outputs = outputs_of(model.eval(), dataset)
    logs, targets = log_probabilities(outputs, way, 1), truth(dataset.digits, way, 1)
    return dict(sums=percentage(logs.argmax(dim=1) == targets),
                loss=round(F.nll_loss(logs, targets).item(), 4),
                digits=percentage(outputs.argmax(dim=1) == dataset.digits)), outputs


def percentage(right) -> float:
    return round(100 * right.float().mean().item(), 3)


def by_digit(values, digits):
    """The mean of values (n, 10) over the images of each digit: (10, 10)."""
    return torch.stack([values[digits == digit].mean(dim=0) for digit in range(10)])


def snapshot(step: int, model, dataset, way: Way) -> dict:
    """A line about an early step."""
    row, outputs = results(model, dataset, way)
    named = by_digit(F.one_hot(outputs.argmax(dim=1), 10).float(), dataset.digits)
    return dict(step=step, **row, named=(100 * named).round().int().tolist())


def measure(name: str, seed: int) -> tuple[dict, nn.Module]:
    """Train once: a line of the results, and the network."""
    way, (_, validation, _) = WAYS[name], load_splits()
    few = type(validation)(validation.images[:2_000], validation.digits[:2_000])
    snapshots, start = [], time.process_time()

    def watch(step, model):
        if name == "two images, 3 epochs" and step in SNAPSHOTS:
            snapshots.append(snapshot(step, model, few, way))

    model = train_reader(way, seed, watch)
    seconds = round(time.process_time() - start, 1)
    scores, outputs = results(model, validation, way)
    mean = by_digit(outputs.softmax(dim=1), validation.digits)
    row = dict(way=name, seed=seed, seconds=seconds, **scores,
               probability=[[round(p, 3) for p in answers] for answers in mean.tolist()])
    if snapshots:
        row["snapshots"] = snapshots
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
