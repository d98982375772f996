"""Train two epochs of the reference recipe, with one change at a time, and record the results.

    python experiments/measure_changes.py --search [--changes start AdamW ...]
    python experiments/measure_changes.py [--changes start AdamW ...] [--seeds 0 1 2 3 4]

Each run takes half a minute on one core and adds a line to assets/changes.jsonl, which lesson 09
reads. Runs that the file already holds are skipped, so the program can be stopped and started
again. `--search` tries each change at each of its learning rates with the first of the
`SEARCH_SEEDS`. Rates that are at most `MARGIN` points below the best are then tried with the other
two seeds. The rate with the highest mean accuracy on the validation split is used for the trainings
with other seeds, so run the search first.

A line of the search holds the change, the learning rate, the seed and `validation`: the percentage
of the validation split with digit and sum right. The other lines also hold `evaluation`, the same
for the evaluation split; `validation_digit`, `validation_sum` and `validation_loss`: the accuracy
of each answer alone and the loss of both; and `refreshed` and `refreshed_loss`, the accuracy and
the loss on the validation split after `refresh_batch_norm`.
"""

import itertools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import torch
from common import ASSETS, command_line, record, train_once
from torch.optim.lr_scheduler import OneCycleLR

from mnist_adder_lib import (
    LIGHT_AUGMENT,
    Augment,
    evaluate,
    fast_recipe,
    load_splits,
    refresh_batch_norm,
)

RESULTS = ASSETS / "changes.jsonl"
SEARCH_SEEDS = (100, 101, 102)
MARGIN = 0.5  # percentage points


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
    """The library's recipe, with its own learning rate: no other is tried."""
    return fast_recipe(model, steps)


class Change(NamedTuple):
    """How a training differs from the first two epochs of the reference recipe."""

    rates: tuple[float, ...]  # learning rates to choose from
    recipe: Callable = sgd
    options: dict = {}  # of `fit`
    augment: Augment = Augment()
    dropout: float = 0.1


# Four learning rates each, and a fifth for AdamW and one cycle, whose best of four was at an edge.
# The rate of all six was chosen earlier (docs/lab_notebook.md).
CHANGES = {
    "start": Change((0.01, 0.02, 0.05, 0.1)),
    "one cycle": Change((0.02, 0.05, 0.1, 0.2, 0.4), one_cycle),
    "AdamW": Change((0.002, 0.005, 0.01, 0.02, 0.05), adamw),
    "weight decay": Change((0.01, 0.02, 0.05, 0.1), weight_decay),
    "all ten numbers": Change((0.01, 0.02, 0.05, 0.1), options=dict(all_numbers=True)),
    "no dropout": Change((0.01, 0.02, 0.05, 0.1), dropout=0.0),
    "gentler augmentation": Change((0.01, 0.02, 0.05, 0.1), augment=LIGHT_AUGMENT),
    "all six": Change((0.01,), fast, dict(all_numbers=True), LIGHT_AUGMENT, dropout=0.0),
}


def measure(name: str, rate: float, seed: int) -> dict:
    """Train once: a line of the results."""
    change, (train, validation, evaluation) = CHANGES[name], load_splits()
    model, _ = train_once(lambda model, steps: change.recipe(model, steps, rate), 2, change.augment,
                          change.dropout, seed, **change.options)
    before = evaluate(model, validation)
    row = dict(change=name, learning_rate=rate, seed=seed,
               validation=round(before.accuracy_both, 3))
    if seed in SEARCH_SEEDS:
        return row
    unseen = evaluate(model, evaluation)
    train.augment = None
    refresh_batch_norm(model, train)
    after = evaluate(model, validation)
    return row | dict(
        validation_digit=round(before.accuracy_digit, 3),
        validation_sum=round(before.accuracy_sum, 3),
        validation_loss=round(before.loss_both, 4),
        evaluation=round(unseen.accuracy_both, 3),
        refreshed=round(after.accuracy_both, 3),
        refreshed_loss=round(after.loss_both, 4),
    )


def recorded(path: Path = RESULTS) -> pd.DataFrame:
    """The runs so far, a row for each; without any, a table with no rows."""
    if path.exists():
        return pd.read_json(path, lines=True)
    return pd.DataFrame(columns=["change", "learning_rate", "seed", "validation"])


def search_table(name: str, path: Path = RESULTS) -> pd.DataFrame:
    """The validation accuracies of a change's search so far: a row for each of its learning rates,
    a column for each search seed, NaN if there was no run."""
    runs = recorded(path)
    found = runs[(runs["change"] == name) & runs["seed"].isin(SEARCH_SEEDS)]
    table = found.pivot(index="learning_rate", columns="seed", values="validation")
    return table.reindex(index=CHANGES[name].rates, columns=SEARCH_SEEDS)


def promising_rates(name: str, path: Path = RESULTS) -> list[float]:
    """The learning rates that the first search seed leaves in the race."""
    first = search_table(name, path)[SEARCH_SEEDS[0]]
    if first.isna().any():
        raise SystemExit(f"not all learning rates of {name!r} were tried: use --search first")
    return first.index[first >= first.max() - MARGIN].tolist()


def chosen_rate(name: str, path: Path = RESULTS) -> float:
    """The promising learning rate with the highest mean validation accuracy in the search."""
    if len(CHANGES[name].rates) == 1:
        return CHANGES[name].rates[0]
    promising = promising_rates(name, path)
    if len(promising) == 1:
        return promising[0]
    table = search_table(name, path).loc[promising]
    if table.isna().any(axis=None):
        raise SystemExit(f"the search for {name!r} isn't finished: use --search first")
    return float(table.mean(axis=1).idxmax())


def train_and_record(name: str, rates: Iterable[float], seeds: Iterable[int], path: Path) -> None:
    """Train with each rate and seed, unless the file holds this training already."""
    runs = recorded(path)
    done = set(zip(runs["change"], runs["learning_rate"], runs["seed"]))
    for rate, seed in itertools.product(rates, seeds):
        if (name, rate, seed) not in done:
            record(measure(name, rate, seed), path)


def search(name: str, path: Path) -> None:
    """Try a change's learning rates: all with the first seed, the promising ones with all seeds."""
    if len(CHANGES[name].rates) > 1:
        train_and_record(name, CHANGES[name].rates, SEARCH_SEEDS[:1], path)
        promising = promising_rates(name, path)
        if len(promising) > 1:
            train_and_record(name, promising, SEARCH_SEEDS[1:], path)


if __name__ == "__main__":
    parser = command_line(__doc__, RESULTS, changes=CHANGES)
    parser.add_argument("--search", action="store_true", help="try the learning rates")
    options = parser.parse_args()
    for name in options.changes:
        if options.search:
            search(name, options.path)
        else:
            rates = [chosen_rate(name, options.path)]
            train_and_record(name, rates, options.seeds, options.path)
