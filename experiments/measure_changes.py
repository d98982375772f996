"""Train two epochs of the reference recipe, with one change at a time, and record the results.

    python experiments/measure_changes.py [--changes start AdamW ...] [--seeds 0 1 2 3 4]
    python experiments/measure_changes.py --search

Adds a line for each training, half a minute on one core, to assets/changes.jsonl, which lesson 09
reads. `--search` tries each change at each of its learning rates, with seed 100 alone; what reads
the test split best is its rate in the other trainings, so search first.

What a line of the search holds: change, learning rate, seed, `test`. Others hold, too: `evaluation`
(as `test`, the percent of the split with both answers right); `test_digit`, `test_sum` and
`test_loss`, each answer alone and the loss of both; `refreshed` and `refreshed_loss`, the test
split after `refresh_batch_norm`; `contradictions`, how often the two answers don't fit then, of the
test images with all of 0-9 added: 120,000 questions.
"""

from pathlib import Path
from typing import NamedTuple

import pandas as pd
import torch
from common import ASSETS, command_line, record, train_once
from torch import nn
from torch.utils.data import DataLoader

from mnist_adder_lib import IdentityAdderModel, evaluate, load_splits, refresh_batch_norm
from mnist_adder_lib.augment import LIGHT_AUGMENT, Augment
from mnist_adder_lib.train import FAST_RECIPE, REFERENCE_RECIPE

RESULTS = ASSETS / "changes.jsonl"
SEARCH_SEED = 100
BATCH_NORM = (nn.BatchNorm1d, nn.BatchNorm2d)


class Change(NamedTuple):
    """How a training differs from the first two epochs of the reference recipe."""

    rates: tuple[float, ...]  # learning rates to choose from
    recipe: dict = {}  # arguments of `fit`
    augment: Augment = Augment()
    dropout: float = 0.1
    removed: type | tuple[type, ...] = ()  # layers to take out of the network


ALL_SIX = Change((0.01,), FAST_RECIPE, LIGHT_AUGMENT, dropout=0.0)
CHANGES = {
    "start": Change((0.01, 0.02, 0.05, 0.1)),
    "one cycle": Change((0.02, 0.05, 0.1, 0.2), dict(schedule="one_cycle")),
    "AdamW": Change((0.005, 0.01, 0.02, 0.05), dict(optimizer="adamw")),
    "weight decay": Change((0.01, 0.02, 0.05, 0.1), dict(weight_decay=0.001)),
    "all ten numbers": Change((0.01, 0.02, 0.05, 0.1), dict(all_numbers=True)),
    "no dropout": Change((0.01, 0.02, 0.05, 0.1), dropout=0.0),
    "gentler augmentation": Change((0.01, 0.02, 0.05, 0.1), augment=LIGHT_AUGMENT),
    "all six": ALL_SIX,
    "no ReLU": Change((0.01, 0.02, 0.05, 0.1), removed=nn.ReLU),
    "no batch norm": Change((0.01, 0.03, 0.05, 0.1), removed=BATCH_NORM),
    "all six, agreement": ALL_SIX._replace(recipe=dict(FAST_RECIPE, agreement=0.8)),
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
    change, (train, test, evaluation) = CHANGES[name], load_splits()
    recipe = dict(REFERENCE_RECIPE, epochs=2) | change.recipe | dict(learning_rate=rate)
    model = train_once(recipe, change.augment, change.dropout, seed,
                       edit=lambda model: without(model, change.removed))
    before = evaluate(model, test)
    percent = dict(test=before.accuracy_both)
    row = dict(change=name, learning_rate=rate, seed=seed)
    if seed != SEARCH_SEED:
        unseen = evaluate(model, evaluation)
        train.augment = None
        refresh_batch_norm(model, train)
        after = evaluate(model, test)
        percent |= dict(test_digit=before.accuracy_digit, test_sum=before.accuracy_sum,
                        evaluation=unseen.accuracy_both, refreshed=after.accuracy_both)
        row |= dict(test_loss=round(before.loss_both, 4),
                    refreshed_loss=round(after.loss_both, 4),
                    contradictions=contradictions(model, test))
    return row | {key: round(value, 3) for key, value in percent.items()}


def chosen_rate(name: str, path: Path = RESULTS) -> float:
    """The learning rate at which the test split is read best, by the trainings of the search."""
    rates = CHANGES[name].rates
    if len(rates) == 1:
        return rates[0]
    runs = pd.read_json(path, lines=True)
    found = runs[(runs["change"] == name) & (runs["seed"] == SEARCH_SEED)]
    if not set(rates) <= set(found["learning_rate"]):
        raise SystemExit(f"the learning rates of {name!r} weren't all tried: use --search first")
    return found.loc[found["test"].idxmax(), "learning_rate"].item()


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
