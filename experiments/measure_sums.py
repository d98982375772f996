"""Train readers of digits to which only sums are told, and record what they have learned.

    python experiments/measure_sums.py [--ways "two images" "last figure" ...] [--seeds 0 1 2 3 4]

Adds a line for each training to assets/sums.jsonl, which lesson 10 reads. Each of the `WAYS` trains
with the 48,000 training images, in batches of 128, by AdamW and one cycle with a peak of 0.01, for
150 or 250 steps or for three epochs; 100 steps take about four seconds on one core. What there was
to choose was chosen on the test split; the evaluation split is only reported. The network of "last
figure, 3 epochs" with seed 0 is kept in assets/last_figure.pt, which the lesson opens.

What a line holds: `way` and `seed`; then, of the test split, `sums`, the percent of all images that
get, together with those after them, the right sum (or its last figure, where no more is told),
`loss`, that of the sums, and `digits`, the percent that are read right. `probability` is what the
images of each digit give to each of the ten answers, on average over the test split. `seconds` is
the time of one core. Some lines have more:

- after three epochs `evaluation_sums` and so on, the same of the evaluation split
- `snapshots`, early steps on 2,000 test images: `step`, `sums`, `loss`, `digits`, and `named`, the
  percent of each digit's images to which each answer is given
- for labels in a batch of their own `sums_by_batch`: `sums`, if batch norm works with the images
  asked, 1,000 at a time
"""

import argparse
import copy
import json
import time
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader

from mnist_adder_lib import LIGHT_AUGMENT, load_splits
from mnist_adder_lib.course.learning_from_sums import (
    last_figure_probabilities,
    new_reader,
    sum_probabilities,
)
from mnist_adder_lib.data import normalise
from mnist_adder_lib.model import ADDER_WIDTH, EMBEDDING_SIZE, SUMS, fully_connected
from mnist_adder_lib.train import OPTIMIZERS, SCHEDULES

ASSETS = Path(__file__).resolve().parents[1] / "assets"
RESULTS, NETWORK = ASSETS / "sums.jsonl", ASSETS / "last_figure.pt"
BATCH_SIZE, RATE, WEIGHT_DECAY = 128, 0.01, 0.01
THREE_EPOCHS = 3 * 375
SNAPSHOTS = (0, 10, 20, 30, 40, 50, 75, 100, 150, 200, 300, 400, 600)


class Way(NamedTuple):
    """What a reader is told, and how it learns from it."""

    told: str = "sum"  # or "last figure", or "number": of two numbers of two digits, the sum
    images: int = 2  # in one sum
    partners: int = 8  # sums in which each image of a batch comes first
    one_pair: bool = False  # each image has the same partner all the time, and one sum
    steps: int = 250
    labels: tuple[int, ...] = ()  # digits of which one image is named in every batch
    own_batch: bool = False  # named twice, in a batch of its own
    exact_steps: int = 0  # at the start, with the whole sums
    penalty: float = 0.0  # on the entropy of the ten probabilities
    penalty_from: float = 0.0  # after this share of the steps
    structure: bool = True  # False: 19 classes, and no digits inside


LAST = Way("last figure", steps=150)
WAYS = {
    "two images": Way(),
    "two images, 3 epochs": Way(steps=THREE_EPOCHS),
    "one partner, 3 epochs": Way(one_pair=True, steps=THREE_EPOCHS),
    "19 classes, 3 epochs": Way(structure=False, steps=THREE_EPOCHS),
    "19 classes, one partner": Way(structure=False, one_pair=True, steps=THREE_EPOCHS),
    "last figure": LAST,
    "last figure, 3 epochs": LAST._replace(steps=THREE_EPOCHS),
    "ten labels": LAST._replace(labels=tuple(range(10))),
    "five labels": LAST._replace(labels=(0, 1, 2, 3, 4)),
    "one label": LAST._replace(labels=(3,)),
    "one label, 3 epochs": LAST._replace(labels=(3,), steps=THREE_EPOCHS),
    "one label, own batch": LAST._replace(labels=(3,), own_batch=True),
    "exact first": LAST._replace(exact_steps=50),
    "penalty": LAST._replace(penalty=0.3),
    "late penalty": LAST._replace(penalty=0.3, penalty_from=0.5),
    "three images": Way(images=3),
    "five images": Way(images=5),
    "ten images": Way(images=10),
    "two figures": Way("number", images=4),
}


class Classifier(nn.Module):
    """Takes two images and says which of 19 classes their sum is: no digits inside."""

    def __init__(self):
        super().__init__()
        self.reader = new_reader()[:-1]
        self.adder = nn.Sequential(fully_connected(2 * EMBEDDING_SIZE, ADDER_WIDTH),
                                   fully_connected(ADDER_WIDTH, ADDER_WIDTH),
                                   nn.Linear(ADDER_WIDTH, SUMS))

    def forward(self, images):
        return self.reader(images)


def beside(values, way: Way, partners: int) -> list:
    """Each image's values, those of the image beside it in the sum, and so on: `way.images` tensors
    with a place for each sum."""
    if way.one_pair:
        return [values[0::2], values[1::2]]
    return [torch.cat([values.roll(-place * step, dims=0) for step in range(1, partners + 1)])
            for place in range(way.images)]


def truth(digits, way: Way, partners: int):
    """What is told of each sum."""
    parts = beside(digits, way, partners)
    if way.told == "number":
        tens, ones, other_tens, other_ones = parts
        return 10 * (tens + other_tens) + ones + other_ones
    return sum(parts) % 10 if way.told == "last figure" else sum(parts)


def log_probabilities(model, outputs, way: Way, partners: int):
    """Of what could be told of each sum, from a batch's outputs."""
    if not way.structure:
        return model.adder(torch.cat(beside(outputs, way, partners), dim=1)).log_softmax(dim=1)
    result, *others = beside(outputs.softmax(dim=1), way, partners)
    if way.told == "number":
        ones, other_tens, other_ones = others
        result = sum_probabilities(sum_probabilities(result, other_tens),
                                   sum_probabilities(ones, other_ones), worth=10)
    else:
        add = sum_probabilities if way.told == "sum" else last_figure_probabilities
        for other in others:
            result = add(other, result)
    return (result + 1e-9).log()


def batches(train, way: Way):
    """Images and digits, epoch after epoch, each in another random order."""
    while True:
        if way.one_pair:
            pairs = torch.arange(len(train)).view(-1, 2)
            order = pairs[torch.randperm(len(pairs))].flatten()
        else:
            order = torch.randperm(len(train))
        for (images, _), (digits, _) in DataLoader(train, batch_sampler=order.split(BATCH_SIZE)):
            yield images, digits


def sum_loss(model, outputs, digits, way: Way, partners: int):
    targets = truth(digits, way, partners)
    return F.nll_loss(log_probabilities(model, outputs, way, partners), targets)


def entropy(logits):
    """How undecided ten probabilities are, on average."""
    logs = logits.log_softmax(dim=1)
    return -(logs.exp() * logs).sum(dim=1).mean()


def step_loss(model, images, digits, named, way: Way, done: float):
    """The loss of one step. named: the examples with a label; done: the share of all steps."""
    count, extra = len(images), 0.0
    if way.labels:
        (more, _), (labels, _) = named
        if way.own_batch:
            extra = F.cross_entropy(model(torch.cat([more, more])), torch.cat([labels, labels]))
        else:
            outputs = model(torch.cat([images, more]))
            extra = F.cross_entropy(outputs[count:], labels)
    if not way.labels or way.own_batch:
        outputs = model(images)
    if way.penalty and done >= way.penalty_from:
        extra = extra + way.penalty * entropy(outputs[:count])
    return extra + sum_loss(model, outputs[:count], digits, way, way.partners)


def train_reader(way: Way, seed: int, watch=lambda step, model: None):
    """A network trained this way; `watch` is called before every step, and at the end."""
    torch.set_num_threads(1)
    train, _, _ = load_splits()
    train.augment = LIGHT_AUGMENT
    torch.manual_seed(seed)
    model = new_reader() if way.structure else Classifier()
    optimizer = OPTIMIZERS["adamw"](model, RATE, 0.9, WEIGHT_DECAY)
    schedule = SCHEDULES["one_cycle"](optimizer, RATE, 0.9, way.steps)
    places = [[int((train.digits == digit).nonzero()[0]) for digit in way.labels]]
    for step, (images, digits) in zip(range(way.steps), batches(train, way)):
        watch(step, model)
        now = way._replace(told="sum") if step < way.exact_steps else way
        named = next(iter(DataLoader(train, batch_sampler=places))) if way.labels else None
        optimizer.zero_grad()
        step_loss(model.train(), images, digits, named, now, step / way.steps).backward()
        optimizer.step()
        schedule.step()
    watch(way.steps, model)
    return model


@torch.no_grad()
def outputs_of(model, dataset):
    parts = dataset.images.split(1_000)
    return torch.cat([model(normalise(part[:, None].float() / 255)) for part in parts])


@torch.no_grad()
def results(model, dataset, way: Way) -> tuple[dict, torch.Tensor]:
    """Sums, loss and digits of a split, and its outputs."""
    outputs = outputs_of(model.eval(), dataset)
    return scores(model, outputs, dataset, way), outputs


def scores(model, outputs, dataset, way: Way) -> dict:
    """Sums, loss and digits of a split, from its outputs."""
    way = way._replace(one_pair=False)
    logs, targets = log_probabilities(model, outputs, way, 1), truth(dataset.digits, way, 1)
    found = dict(sums=percent(logs.argmax(dim=1) == targets),
                 loss=round(F.nll_loss(logs, targets).item(), 4))
    if way.structure:
        found["digits"] = percent(outputs.argmax(dim=1) == dataset.digits)
    return found


def percent(right) -> float:
    return round(100 * right.float().mean().item(), 3)


def by_digit(values, digits):
    """The mean of values (n, 10) over the images of each digit: (10, 10)."""
    return torch.stack([values[digits == digit].mean(dim=0) for digit in range(10)])


class Snapshots:
    """Early steps, as `train_reader` calls it."""

    def __init__(self, dataset, way: Way):
        few = slice(2_000)
        self.dataset = type(dataset)(dataset.images[few], dataset.digits[few])
        self.way, self.rows = way, []

    def __call__(self, step: int, model) -> None:
        if self.way == WAYS["two images, 3 epochs"] and step in SNAPSHOTS:
            row, outputs = results(model, self.dataset, self.way)
            answers = F.one_hot(outputs.argmax(dim=1), 10).float()
            named = (100 * by_digit(answers, self.dataset.digits)).round().int().tolist()
            self.rows.append(dict(step=step, **row, named=named))


def measure(name: str, seed: int) -> tuple[dict, nn.Module]:
    """Train once: a line of the results, and the network."""
    way, (_, test, evaluation) = WAYS[name], load_splits()
    snapshots, start = Snapshots(test, way), time.process_time()
    model = train_reader(way, seed, snapshots)
    seconds = round(time.process_time() - start, 1)
    row, outputs = results(model, test, way)
    row = dict(way=name, seed=seed, seconds=seconds, **row)
    if way.steps == THREE_EPOCHS:
        unseen, _ = results(model, evaluation, way)
        row |= {f"evaluation_{key}": value for key, value in unseen.items()}
    if way.own_batch:
        by_batch = outputs_of(copy.deepcopy(model).train(), test)
        row["sums_by_batch"] = scores(model, by_batch, test, way)["sums"]
    if way.structure:
        mean = by_digit(outputs.softmax(dim=1), test.digits)
        row["probability"] = [[round(p, 3) for p in answers] for answers in mean.tolist()]
    if snapshots.rows:
        row["snapshots"] = snapshots.rows
    row |= dict(torch=torch.__version__.partition("+")[0], date=time.strftime("%Y-%m-%d"))
    return row, model


def keep(model, path: Path = NETWORK) -> None:
    """Store a network's weights as float16."""
    weights = model.state_dict().items()
    torch.save({name: weight.half() if weight.is_floating_point() else weight
                for name, weight in weights}, path)


def main(ways: list[str], seeds: list[int], path: Path) -> None:
    for name in ways:
        for seed in seeds:
            row, model = measure(name, seed)
            with open(path, "a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            print({key: row[key] for key in row if key not in ("probability", "snapshots")},
                  flush=True)
            if (name, seed, path) == ("last figure, 3 epochs", 0, RESULTS):
                keep(model)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--path", type=Path, default=RESULTS)
    main(**vars(parser.parse_args()))
