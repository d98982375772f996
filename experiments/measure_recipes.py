"""Train by each recipe with several seeds and record how good the networks are.

    python experiments/measure_recipes.py [--recipes reference elementwise fast plain best]
        [--seeds 0 1 2 3 4]

Adds a line for each run to assets/results.jsonl, and prints the rows of the table in
docs/results.md. The recipes were chosen on the validation split; the evaluation split is only
reported. All train the network that the course builds, with two layers in the adder.
"reference" drops whole channels, and "elementwise" single values, as the reference itself does;
"plain" is the best recipe without `Forms`, and so with fewer epochs. `training` is the highest
accuracy of an epoch while training: on augmented images, with dropout.
"""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
import torch
from common import ASSETS, command_line, record, train_once

from mnist_adder_lib import (
    LIGHT_AUGMENT,
    Augment,
    Forms,
    History,
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
    channel_dropout: bool = True
    refresh: bool = True


AGREEING = dict(all_numbers=True, loss=loss_with_agreement)
REFERENCE = Training(reference_recipe, 15, augment=Augment(), dropout=0.1, refresh=False)
RECIPES = {
    "reference": REFERENCE,
    "elementwise": REFERENCE._replace(channel_dropout=False),
    "fast": Training(fast_recipe, 2, dict(all_numbers=True)),
    "plain": Training(fast_recipe, 15, AGREEING),
    "best": Training(fast_recipe, 20, AGREEING, forms=Forms()),
}


def train_network(name: str, seed: int):
    """A network trained by one of the `RECIPES`, refreshed if it says so, and what happened."""
    way = RECIPES[name]
    model, history = train_once(way.recipe, way.epochs, way.augment, way.dropout, seed,
                                forms=way.forms, channel_dropout=way.channel_dropout, **way.options)
    if way.refresh:
        train, _, _ = load_splits()
        train.augment = None
        refresh_batch_norm(model, train)
    return model, history


def measure(name: str, seed: int) -> dict:
    """Train once: a line of the results, with percent of the examples that have both right."""
    model, history = train_network(name, seed)
    _, *splits = load_splits()
    training = round(highest_training_accuracy(history), 3)
    validation, evaluation = (round(evaluate(model, split).accuracy_both, 3) for split in splits)
    return dict(recipe=name, seed=seed, training=training, validation=validation,
                evaluation=evaluation)


def highest_training_accuracy(history: History) -> float:
    """Percent with both right while training, in the best epoch."""
    steps = torch.tensor(history.train_accuracy).view(-1, history.steps_per_epoch)
    return steps.mean(dim=1).max().item()


if __name__ == "__main__":
    options = command_line(__doc__, RESULTS, recipes=RECIPES).parse_args()
    for recipe in options.recipes:
        for seed in options.seeds:
            record(measure(recipe, seed), options.path)
    runs = pd.read_json(options.path, lines=True).groupby("recipe")
    scores = runs[["training", "validation", "evaluation"]]
    print(scores.agg(["count", "mean", "std", "min", "max"]).round(2).to_string())
