"""Train two epochs of the reference recipe, with one change at a time, and record the results.

    python experiments/measure_changes.py [--changes start AdamW ...] [--seeds 0 1 2 3 4]
    python experiments/measure_changes.py --search

Adds a line for each training, half a minute on one core, to assets/changes.jsonl, which lesson 09
reads. `--search` tries each change at each of its learning rates, with seed 100 alone; what reads
the validation split best is its rate in the other trainings, so search first.

A line of the search holds the change, the learning rate, the seed and `validation`: the percent of
the validation split with both answers right. The other lines also hold `evaluation`, the same for
the evaluation split; `validation_digit`, `validation_sum` and `validation_loss`, each answer alone
and the loss of both; `refreshed` and `refreshed_loss`, the validation split after
`refresh_batch_norm`; and `contradictions`, how often the two answers then contradict each other
when all of 0-9 are added to each validation image: 120,000 questions.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import torch
from common import ASSETS, command_line, record, train_once
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import DataLoader

from mnist_adder_lib import (
    LIGHT_AUGMENT,
    Augment,
    IdentityAdderModel,
    evaluate,
    fast_recipe,
    load_splits,
    loss_with_agreement,
    refresh_batch_norm,
)

RESULTS = ASSETS / "changes.jsonl"
SEARCH_SEED = 100
BATCH_NORM = (nn.BatchNorm1d, nn.BatchNorm2d)


def sgd(model, steps, rate):
    """The reference recipe at any learning rate: where all changes start."""
    return torch.optim.SGD(model.parameters(), rate, momentum=0.9), None


def one_cycle(model, steps, rate):
    optimizer, _ = sgd(model, steps, rate)
    return optimizer, OneCycleLR(optimizer, rate, total_steps=steps + 1)


def adamw(model, steps, rate):
    return torch.optim.AdamW(model.parameters(), rate, weight_decay=0.0, fused=True), None


def weight_decay(model, steps, rate):
    return torch.optim.SGD(model.parameters(), rate, momentum=0.9, weight_decay=0.001), None


def fast(model, steps, rate):
    """The fast recipe: its rate of 0.01 is the only one that is tried."""
    return fast_recipe(model, steps)


class Change(NamedTuple):
    """How a training differs from the first two epochs of the reference recipe."""

    rates: tuple[float, ...]  # learning rates to choose from
    recipe: Callable = sgd
    options: dict = {}  # of `fit`
    augment: Augment = Augment()
    dropout: float = 0.1
    removed: type | tuple[type, ...] = ()  # layers to take out of the network


ALL_SIX = Change((0.01,), fast, dict(all_numbers=True), LIGHT_AUGMENT, dropout=0.0)
CHANGES = {
    "start": Change((0.01, 0.02, 0.05, 0.1)),
    "one cycle": Change((0.02, 0.05, 0.1, 0.2), one_cycle),
    "AdamW": Change((0.005, 0.01, 0.02, 0.05), adamw),
    "weight decay": Change((0.01, 0.02, 0.05, 0.1), weight_decay),
    "all ten numbers": Change((0.01, 0.02, 0.05, 0.1), options=dict(all_numbers=True)),
    "no dropout": Change((0.01, 0.02, 0.05, 0.1), dropout=0.0),
    "gentler augmentation": Change((0.01, 0.02, 0.05, 0.1), augment=LIGHT_AUGMENT),
    "all six": ALL_SIX,
    "no ReLU": Change((0.01, 0.02, 0.05, 0.1), removed=nn.ReLU),
    "no batch norm": Change((0.01, 0.03, 0.05, 0.1), removed=BATCH_NORM),
    "all six, agreement": ALL_SIX._replace(
        options=dict(all_numbers=True, loss=loss_with_agreement)),
}


def without(model: nn.Module, kind: type | tuple[type, ...]) -> nn.Module:
    """The model with every layer of a kind replaced by one that does nothing."""
    for module in model.modules():
        for name, layer in module.named_children():
            if isinstance(layer, kind):
                setattr(module, name, nn.Identity())
    return model


@torch.no_grad()
def contradictions(model: IdentityAdderModel, dataset) -> int:
    """How often digit + number isn't the sum, over all images, each with all of 0-9."""
    count = 0
    for (images, _), _ in DataLoader(dataset, 1_000):
        embeddings = model.eval().embed(images)
        for number in range(10):
            digits, sums = model.add(embeddings, torch.full((len(images),), number))
            count += (digits.argmax(dim=1) + number != sums.argmax(dim=1)).sum().item()
    return count


def measure(name: str, rate: float, seed: int) -> dict:
    """Train once: a line of the results."""
    change, (train, validation, evaluation) = CHANGES[name], load_splits()
    model = train_once(lambda model, steps: change.recipe(model, steps, rate), 2, change.augment,
                       change.dropout, seed, edit=lambda model: without(model, change.removed),
                       **change.options)
    before = evaluate(model, validation)
    percent = dict(validation=before.accuracy_both)
    row = dict(change=name, learning_rate=rate, seed=seed)
    if seed != SEARCH_SEED:
        unseen = evaluate(model, evaluation)
        train.augment = None
        refresh_batch_norm(model, train)
        after = evaluate(model, validation)
        percent |= dict(validation_digit=before.accuracy_digit, validation_sum=before.accuracy_sum,
                        evaluation=unseen.accuracy_both, refreshed=after.accuracy_both)
        row |= dict(validation_loss=round(before.loss_both, 4),
                    refreshed_loss=round(after.loss_both, 4),
                    contradictions=contradictions(model, validation))
    return row | {key: round(value, 3) for key, value in percent.items()}


def chosen_rate(name: str, path: Path = RESULTS) -> float:
    """The learning rate with the highest validation accuracy in the search."""
    rates = CHANGES[name].rates
    if len(rates) == 1:
        return rates[0]
    runs = pd.read_json(path, lines=True)
    found = runs[(runs["change"] == name) & (runs["seed"] == SEARCH_SEED)]
    if not set(rates) <= set(found["learning_rate"]):
        raise SystemExit(f"the learning rates of {name!r} weren't all tried: use --search first")
    return found.loc[found["validation"].idxmax(), "learning_rate"].item()


if __name__ == "__main__":
    parser = command_line(__doc__, RESULTS, changes=CHANGES)
    parser.add_argument("--search", action="store_true", help="try the learning rates")
    options = parser.parse_args()
    for name in options.changes:
        if options.search:
            trainings = [(rate, SEARCH_SEED) for rate in CHANGES[name].rates]
        else:
            trainings = [(chosen_rate(name, options.path), seed) for seed in options.seeds]
        for rate, seed in trainings:
            record(measure(name, rate, seed), options.path)
