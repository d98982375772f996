"""Train by each recipe with several seeds and record how good the networks are.

    python experiments/measure_recipes.py [--recipes reference fast plain best] [--seeds 0 1 2 3 4]

Adds a line for each training to assets/results.jsonl, which lesson 06 reads, and prints the
README's table of all. The recipes were chosen by the test split; the evaluation split is only
reported. How long they take is measured by tools/benchmark.py.

All train the network that the course builds: two layers in the adder, dropout of whole channels in
"reference". The published variant is trained by tools/benchmark.py, for its time. "plain" is the
best recipe on MNIST's images as they are: without `Forms`, and so with fewer epochs.
"""

import argparse
import json
import time
from pathlib import Path

import pandas as pd
import torch

from mnist_adder_lib import (
    Augment,
    Forms,
    IdentityAdderModel,
    evaluate,
    fit,
    load_splits,
    refresh_batch_norm,
)
from mnist_adder_lib.augment import LIGHT_AUGMENT
from mnist_adder_lib.train import BEST_RECIPE, FAST_RECIPE, REFERENCE_RECIPE

RESULTS = Path(__file__).resolve().parents[1] / "assets" / "results.jsonl"
RECIPES = {  # the recipe, its augmentation, its forms, its dropout, whether batch norm is refreshed
    "reference": (REFERENCE_RECIPE, Augment(), None, 0.1, False),
    "fast": (FAST_RECIPE, LIGHT_AUGMENT, None, 0.0, True),
    "plain": (dict(BEST_RECIPE, epochs=15), LIGHT_AUGMENT, None, 0.0, True),
    "best": (BEST_RECIPE, LIGHT_AUGMENT, Forms(), 0.0, True),
}


def train_once(recipe: dict, augment: Augment, dropout: float, seed: int, edit=None, forms=None):
    """A network trained by a recipe: the same again on one machine, however many cores it has.

    edit: changes the network before it is trained.
    """
    torch.set_num_threads(1)
    train, _, _ = load_splits()
    train.augment, train.forms = augment, forms
    torch.manual_seed(seed)
    model = IdentityAdderModel(dropout=dropout)
    if edit is not None:
        edit(model)
    fit(model, train, **recipe, seed=seed)
    return model


def train_network(name: str, seed: int) -> IdentityAdderModel:
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
    model, (_, test, evaluation) = train_network(name, seed), load_splits()
    return dict(
        recipe=name,
        seed=seed,
        test=round(evaluate(model, test).accuracy_both, 3),
        evaluation=round(evaluate(model, evaluation).accuracy_both, 3),
        torch=torch.__version__.partition("+")[0],
        date=time.strftime("%Y-%m-%d"),
    )


def table(path: Path = RESULTS) -> str:
    """The results in Markdown: mean and standard deviation over the seeds, for each recipe."""
    runs = pd.read_json(path, lines=True)
    lines = ["| recipe | epochs | trainings | test split | evaluation split | lowest to highest |",
             "|---|---|---|---|---|---|"]
    for name, (recipe, *_) in RECIPES.items():
        rows = runs[runs["recipe"] == name]
        test, evaluation = rows["test"], rows["evaluation"]
        lines.append(
            f"| {name} | {recipe['epochs']} | {len(rows)} | {test.mean():.2f} ± {test.std():.2f} "
            f"| {evaluation.mean():.2f} ± {evaluation.std():.2f} "
            f"| {evaluation.min():.2f} to {evaluation.max():.2f} |"
        )
    return "\n".join(lines)


def main(recipes: list[str], seeds: list[int], path: Path) -> None:
    for name in recipes:
        for seed in seeds:
            row = measure(name, seed)
            with open(path, "a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
    print(table(path))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--recipes", nargs="+", choices=RECIPES, default=list(RECIPES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--path", type=Path, default=RESULTS)
    main(**vars(parser.parse_args()))
