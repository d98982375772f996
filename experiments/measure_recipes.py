"""Train by each recipe with several seeds and record how good the networks are.

    python experiments/measure_recipes.py [--recipes reference fast plain best] [--seeds 0 1 2 3 4]

Adds a line for each run to assets/results.jsonl, which lesson 07 reads, and prints the rows of the
README's table. The recipes were chosen on the validation split; the evaluation split is only
reported. All train the network that the course builds: two layers in the adder, dropout of whole
channels in "reference". "plain" is the best recipe without `Forms`, and so with fewer epochs.
"""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
from common import ASSETS, command_line, record, train_once

from mnist_adder_lib import (
    LIGHT_AUGMENT,
    Augment,
    Forms,
    evaluate,
    fast_recipe,
    load_splits,
    loss_with_agreement,
    reference_recipe,
    refresh_batch_norm,
)

RESULTS = ASSETS / "results.jsonl"


class Training(NamedTuple):
    """What makes a training. Except in the reference, batch norm is refreshed at its end."""

    recipe: Callable
    epochs: int
    options: dict = {}  # of `fit`
    augment: Augment = LIGHT_AUGMENT
    forms: Forms | None = None
    dropout: float = 0.0
    refresh: bool = True


AGREEING = dict(all_numbers=True, loss=loss_with_agreement)
RECIPES = {
    "reference": Training(reference_recipe, 15, augment=Augment(), dropout=0.1, refresh=False),
    "fast": Training(fast_recipe, 2, dict(all_numbers=True)),
    "plain": Training(fast_recipe, 15, AGREEING),
    "best": Training(fast_recipe, 20, AGREEING, forms=Forms()),
}


def train_network(name: str, seed: int):
    """A network trained by one of the `RECIPES`, refreshed where it says so."""
    way = RECIPES[name]
    model = train_once(way.recipe, way.epochs, way.augment, way.dropout, seed, forms=way.forms,
                       **way.options)
    if way.refresh:
        train, _, _ = load_splits()
        train.augment = None
        refresh_batch_norm(model, train)
    return model


def measure(name: str, seed: int) -> dict:
    """Train once: a line of the results, with percent of the examples that have both right."""
    model, (_, *splits) = train_network(name, seed), load_splits()
    validation, evaluation = (round(evaluate(model, split).accuracy_both, 3) for split in splits)
    return dict(recipe=name, seed=seed, validation=validation, evaluation=evaluation)


if __name__ == "__main__":
    options = command_line(__doc__, RESULTS, recipes=RECIPES).parse_args()
    for recipe in options.recipes:
        for seed in options.seeds:
            record(measure(recipe, seed), options.path)
    runs = pd.read_json(options.path, lines=True).groupby("recipe")[["validation", "evaluation"]]
    print(runs.agg(["count", "mean", "std", "min", "max"]).round(2).to_string())
