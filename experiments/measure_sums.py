"""Train readers of digits with sums alone as targets, and record what they have learned.

    python experiments/measure_sums.py [--ways "two images" "last digit" ...] [--seeds 0 1 2 3 4]

Adds a line for each training to assets/sums.jsonl, which lesson 11 reads; 100 steps take about four
seconds on one core. All choices were made on the validation split; the evaluation split is only
reported. The network of "last digit, 3 epochs" with seed 0 is kept in assets/last_digit.pt for
the lesson.

What a line holds: `way`, `seed`, `seconds` of one core; of the validation split `sums`, the percent
of all images that get, together with the next one, the right sum (or last digit), `loss`, that of
the sums, `digits`, the percent that are read right, and `probability`, what the images of each
digit give to each of the ten answers, on average. After three epochs also `evaluation_sums` and so
on; early steps on 2,000 validation images as `snapshots`, `named` being the percent of each digit's
images with each answer.
"""

import time
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from common import ASSETS, command_line, record
from torch import nn
from torch.utils.data import DataLoader

from mnist_adder_course.lessons import learning_from_sums as lesson
from mnist_adder_lib.augment import LIGHT_AUGMENT
from mnist_adder_lib.data import as_input, load_splits
from mnist_adder_lib.model import ADDER_WIDTH, EMBEDDING_SIZE, SUMS, fully_connected
from mnist_adder_lib.recipes import fast_recipe

RESULTS, NETWORK = ASSETS / "sums.jsonl", ASSETS / "last_digit.pt"
BATCH_SIZE = 128
THREE_EPOCHS = 3 * 375
SNAPSHOTS = (0, 10, 20, 30, 40, 50, 75, 100, 150, 200, 300, 400, 600)


class Way(NamedTuple):
    """What a reader's targets are, and how it learns from them."""

    target: str = "sum"  # or "last digit", or "number": of two numbers of two digits, the sum
    images: int = 2  # in one sum
    partners: int = 8  # sums in which each image of a batch comes first
    one_pair: bool = False  # each image has the same partner all the time, and one sum
    steps: int = 250
    labels: tuple[int, ...] = ()  # digits of which one image is named in every batch
    exact_steps: int = 0  # at the start, with the whole sums
    penalty: float = 0.0  # on the entropy of the ten probabilities
    penalty_from: float = 0.0  # after this share of the steps
    structure: bool = True  # False: 19 classes, and no digits inside
    rate: float = 0.0  # of AdamW, the same at every step; 0: the fast recipe


LAST = Way("last digit", steps=150)
AS_IN_LESSON = LAST._replace(partners=4, rate=0.005)
ALL_DIGITS = tuple(range(10))
WAYS = {
    "two images": Way(),
    "two images, 3 epochs": Way(steps=THREE_EPOCHS),
    "one partner, 3 epochs": Way(one_pair=True, steps=THREE_EPOCHS),
    "19 classes, 3 epochs": Way(structure=False, steps=THREE_EPOCHS),
    "19 classes, one partner": Way(structure=False, one_pair=True, steps=THREE_EPOCHS),
    "last digit, as in the lesson": AS_IN_LESSON,
    "ten labels, as in the lesson": AS_IN_LESSON._replace(labels=ALL_DIGITS),
    "last digit": LAST,
    "last digit, 3 epochs": LAST._replace(steps=THREE_EPOCHS),
    "ten labels": LAST._replace(labels=ALL_DIGITS),
    "five labels": LAST._replace(labels=(0, 1, 2, 3, 4)),
    "one label": LAST._replace(labels=(3,)),
    "exact first": LAST._replace(exact_steps=50),
    "penalty": LAST._replace(penalty=0.3),
    "late penalty": LAST._replace(penalty=0.3, penalty_from=0.5),
    "penalty of 1.5": LAST._replace(penalty=1.5),
    "penalty of 3": LAST._replace(penalty=3.0),
    "three images": Way(images=3),
    "five images": Way(images=5),
    "ten images": Way(images=10),
    "two-digit numbers": Way("number", images=4),
}


class Classifier(nn.Module):
    """Takes two images and says which of 19 classes their sum is: no digits inside."""

    def __init__(self):
        super().__init__()
        self.reader = lesson.new_reader()[:-1]
        self.adder = nn.Sequential(fully_connected(2 * EMBEDDING_SIZE, ADDER_WIDTH),
                                   fully_connected(ADDER_WIDTH, ADDER_WIDTH),
                                   nn.Linear(ADDER_WIDTH, SUMS))

    def forward(self, images):
        return self.reader(images)


def beside(values, way: Way, partners: int) -> list:
    """Each image's values, the values of the next image in the sum, and so on: `way.images` tensors
    with a place for each sum."""
    if way.one_pair:
        return [values[0::2], values[1::2]]
    return [torch.cat([values.roll(-place * step, dims=0) for step in range(1, partners + 1)])
            for place in range(way.images)]


def truth(digits, way: Way, partners: int):
    """The target of each sum."""
    parts = beside(digits, way, partners)
    if way.target == "number":
        tens, ones, other_tens, other_ones = parts
        return 10 * (tens + other_tens) + ones + other_ones
    return sum(parts) % 10 if way.target == "last digit" else sum(parts)


def log_probabilities(model, outputs, way: Way, partners: int):
    """Of all that a sum's target may be, from a batch's outputs."""
    if not way.structure:
        return model.adder(torch.cat(beside(outputs, way, partners), dim=1)).log_softmax(dim=1)
    result, *operands = beside(outputs.softmax(dim=1), way, partners)
    if way.target == "number":
        ones, other_tens, other_ones = operands
        add = lesson.sum_probabilities
        result = add(add(result, other_tens), add(ones, other_ones), worth=10)
    else:
        add = (lesson.sum_probabilities if way.target == "sum"
               else lesson.last_digit_probabilities)
        for operand in operands:
            result = add(operand, result)
    return (result + 1e-9).log()


def batches(train, way: Way):
    """Images and digits, epoch after epoch, each in another random order."""
    size = 2 if way.one_pair else 1  # what stays together
    places = torch.arange(len(train)).view(-1, size)
    while True:
        order = places[torch.randperm(len(places))].flatten()
        for (images, _), (digits, _) in DataLoader(train, batch_sampler=order.split(BATCH_SIZE)):
            yield images, digits


def sum_loss(model, outputs, digits, way: Way, partners: int):
    targets = truth(digits, way, partners)
    return F.nll_loss(log_probabilities(model, outputs, way, partners), targets)


def entropy(logits):
    """How undecided ten probabilities are, on average."""
    return torch.distributions.Categorical(logits=logits).entropy().mean()


def step_loss(model, images, digits, named, way: Way, done: float):
    """The loss of one step. named: the examples with a label; done: the share of all steps."""
    count, extra = len(images), 0.0
    if way.labels:
        (more, _), (labels, _) = named
        outputs = model(torch.cat([images, more]))
        extra = F.cross_entropy(outputs[count:], labels)
    else:
        outputs = model(images)
    if way.penalty and done >= way.penalty_from:
        extra = extra + way.penalty * entropy(outputs[:count])
    return extra + sum_loss(model, outputs[:count], digits, way, way.partners)


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
    model = lesson.new_reader() if way.structure else Classifier()
    optimizer, scheduler = recipe(model, way)
    places = [[int((train.digits == digit).nonzero()[0]) for digit in way.labels]]
    for step, (images, digits) in zip(range(way.steps), batches(train, way)):
        watch(step, model)
        now = way._replace(target="sum") if step < way.exact_steps else way
        named = next(iter(DataLoader(train, batch_sampler=places))) if way.labels else None
        optimizer.zero_grad()
        step_loss(model.train(), images, digits, named, now, step / way.steps).backward()
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
    return scores(model, outputs, dataset, way), outputs


def scores(model, outputs, dataset, way: Way) -> dict:
    """Sums, loss and digits of a split, from its outputs."""
    way = way._replace(one_pair=False)
    logs, targets = log_probabilities(model, outputs, way, 1), truth(dataset.digits, way, 1)
    found = dict(sums=percentage(logs.argmax(dim=1) == targets),
                 loss=round(F.nll_loss(logs, targets).item(), 4))
    if way.structure:
        found["digits"] = percentage(outputs.argmax(dim=1) == dataset.digits)
    return found


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
    way, (_, validation, evaluation) = WAYS[name], load_splits()
    few = type(validation)(validation.images[:2_000], validation.digits[:2_000])
    snapshots, start = [], time.process_time()

    def watch(step, model):
        if name == "two images, 3 epochs" and step in SNAPSHOTS:
            snapshots.append(snapshot(step, model, few, way))

    model = train_reader(way, seed, watch)
    seconds = round(time.process_time() - start, 1)
    scores_of_validation, outputs = results(model, validation, way)
    row = dict(way=name, seed=seed, seconds=seconds, **scores_of_validation)
    if way.steps == THREE_EPOCHS:
        unseen, _ = results(model, evaluation, way)
        row |= {f"evaluation_{key}": value for key, value in unseen.items()}
    if way.structure:
        mean = by_digit(outputs.softmax(dim=1), validation.digits)
        row["probability"] = [[round(p, 3) for p in answers] for answers in mean.tolist()]
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
