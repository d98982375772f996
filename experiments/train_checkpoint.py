"""Train the network that ships with the course by the best recipe and write its checkpoint.

    python experiments/train_checkpoint.py [--seed SEED] [--path assets/adder.pt]

Its probabilities are calibrated on the test split, and its scores there are printed and kept in
the checkpoint; the evaluation split is left for lesson 06.
"""

import argparse
from pathlib import Path

from common import ASSETS
from measure_recipes import RECIPES, train_network

from mnist_adder_lib import calibrate, evaluate, load_splits, save_checkpoint

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    # Of five, the one that reads most digits drawn with a pen (writers 1-7; see docs/results.md).
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--path", type=Path, default=ASSETS / "adder.pt")
    options = parser.parse_args()
    model, (_, test, _) = train_network("best", options.seed), load_splits()
    temperatures, result = calibrate(model, test), evaluate(model, test)
    print(result.table().round(3), temperatures, sep="\n")
    save_checkpoint(options.path, model, seed=options.seed, recipe=RECIPES["best"][0],
                    temperatures=temperatures, scores=result.scores)
