"""Train by each recipe with several seeds and record how good the networks are.

    python experiments/measure_recipes.py [--recipes reference fast plain best] [--seeds 0 1 2 3 4]

Adds a line for each training to assets/results.jsonl, which lesson 07 reads, and prints what stands
in the README's table. The recipes were chosen by the validation split; the evaluation split is only
reported. All train the network that the course builds: two layers in the adder, dropout of whole
channels in "reference". "plain" is the best recipe without `Forms`, and so with fewer epochs.
"""

import pandas as pd
from common import ASSETS, command_line, record, train_once

from mnist_adder_lib import Augment, Forms, evaluate, load_splits, refresh_batch_norm
from mnist_adder_lib.augment import LIGHT_AUGMENT
from mnist_adder_lib.train import BEST_RECIPE, FAST_RECIPE, REFERENCE_RECIPE

RESULTS = ASSETS / "results.jsonl"
RECIPES = {  # the recipe, its augmentation, its forms, its dropout, whether batch norm is refreshed
    "reference": (REFERENCE_RECIPE, Augment(), None, 0.1, False),
    "fast": (FAST_RECIPE, LIGHT_AUGMENT, None, 0.0, True),
    "plain": (dict(BEST_RECIPE, epochs=15), LIGHT_AUGMENT, None, 0.0, True),
    "best": (BEST_RECIPE, LIGHT_AUGMENT, Forms(), 0.0, True),
}


def train_network(name: str, seed: int):
    """A network trained by one of the `RECIPES`, refreshed where it says so."""
    recipe, augment, forms, dropout, refresh = RECIPES[name]
    model = train_once(recipe, augment, dropout, seed, forms=forms)
    if refresh:
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
