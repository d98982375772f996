"""Train the network that ships with the course by the best recipe and write its checkpoint.

    python tools/train_checkpoint.py [--seed SEED] [--path assets/adder.pt]

Its probabilities are calibrated on the test split, and its scores there are printed and kept in
the checkpoint; the evaluation split is left for lesson 04.
"""

import argparse
from pathlib import Path

import torch

from mnist_adder_lib import (
    IdentityAdderModel,
    calibrate,
    evaluate,
    fit,
    load_splits,
    save_checkpoint,
)
from mnist_adder_lib.augment import LIGHT_AUGMENT
from mnist_adder_lib.train import BEST_RECIPE

ROOT = Path(__file__).resolve().parents[1]


def main(seed: int, path: Path) -> None:
    train, test, _ = load_splits()
    train.augment = LIGHT_AUGMENT
    torch.manual_seed(seed)
    model = IdentityAdderModel(dropout=0)
    fit(model, train, test, **BEST_RECIPE, seed=seed)
    print("temperatures", calibrate(model, test))
    result = evaluate(model, test)
    print(result.table().round(3))
    save_checkpoint(path, model, seed=seed, recipe=BEST_RECIPE, scores=result.scores)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--path", type=Path, default=ROOT / "assets" / "adder.pt")
    main(**vars(parser.parse_args()))
