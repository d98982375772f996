"""What the programs here share: the command line, one training, a line of results for each."""

import argparse
import json
import time
from pathlib import Path

import torch
from torch.utils.data import DataLoader

from mnist_adder_lib import Augment, Forms, History, IdentityAdderModel, fit, load_splits

ROOT = Path(__file__).resolve().parents[1]

ASSETS = ROOT / "assets"
SEEDS = [0, 1, 2, 3, 4]


def command_line(doc: str, path: Path, **choices) -> argparse.ArgumentParser:
    """--seeds, --path (of the results), and an option for each of `choices`: what to train."""
    parser = argparse.ArgumentParser(description=doc.partition("\n")[0])
    for option, names in choices.items():
        parser.add_argument(f"--{option}", nargs="+", choices=names, default=list(names))
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS)
    parser.add_argument("--path", type=Path, default=path)
    return parser


def record(row: dict, path: Path) -> None:
    """Add a line to the results, with torch's version and the date, and print its short values."""
    row = row | dict(torch=torch.__version__.partition("+")[0], date=time.strftime("%Y-%m-%d"))
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    print({key: value for key, value in row.items() if not isinstance(value, list)}, flush=True)


def train_once(recipe, epochs: int, augment: Augment, dropout: float, seed: int,
               forms: Forms | None = None, channel_dropout: bool = True,
               **options) -> tuple[IdentityAdderModel, History]:
    """A network trained by a recipe, and what happened: the same again on one machine, however many
    cores it has. `options` go to `fit`."""
    torch.set_num_threads(1)
    train, _, _ = load_splits()
    train.augment, train.forms = augment, forms
    torch.manual_seed(seed)
    model = IdentityAdderModel(dropout=dropout, channel_dropout=channel_dropout)
    optimizer, scheduler = recipe(model, epochs * len(DataLoader(train, 128)))
    history = fit(model, train, epochs=epochs, optimizer=optimizer, scheduler=scheduler, seed=seed,
                  **options)
    return model, history
