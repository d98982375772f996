"""Train the course's network once by the reference's recipe and record what happened.

    python experiments/train_reference.py [--path assets/reference_history.json]

Writes the `History` of its 15 epochs, which *in one sitting* and lesson 6 draw. Losses are rounded
to four digits behind the point, accuracies to two.
"""

import argparse
from dataclasses import fields
from pathlib import Path

import torch
from common import ASSETS

from mnist_adder_lib import History, IdentityAdderModel, fit, load_splits

DIGITS = {"train_accuracy": 2, "validation_accuracy": 2, "seconds": 1}  # behind the point; else 4


def train_reference(seed: int = 0, epochs: int = 15) -> History:
    """What happened when the network was trained as `fit` does it: by the reference's recipe."""
    torch.set_num_threads(1)
    train, validation, _ = load_splits()
    torch.manual_seed(seed)
    history = fit(IdentityAdderModel(), train, validation, epochs=epochs, seed=seed)
    for name in (item.name for item in fields(history)):
        value = getattr(history, name)
        if isinstance(value, list):
            setattr(history, name, [round(one, DIGITS.get(name, 4)) for one in value])
    return history


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--path", type=Path, default=ASSETS / "reference_history.json")
    options = parser.parse_args()
    history = train_reference()
    history.save(options.path)
    print(f"{options.path}: validation accuracy {history.validation_accuracy[-1]}%")
