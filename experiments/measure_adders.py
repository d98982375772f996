"""Train lesson 4's five adders, for three epochs and for thirty.

    python experiments/measure_adders.py [--adders "one layer" ...] [--epochs 3 30]
                                         [--seeds 0 1 2 3 4]

Adds a line for each run to assets/adders.jsonl, which lesson 4 reads: `adder`, `epochs`, `seed`,
and how many percent of 2,000 validation examples have the digit right (`digits`), and how many the
sum (`sums`). `AdderTask` says what is trained, and RATES, in the same module, how fast. All runs
together take a minute or two on one core.
"""

import torch
from common import ASSETS, command_line, record

from mnist_adder_course.common.adders import AdderTask, new_adders
from mnist_adder_lib import load_splits

RESULTS = ASSETS / "adders.jsonl"
EPOCHS = [3, 30]


def measure(task: AdderTask, name: str, epochs: int, seed: int) -> dict:
    """Train one adder: a line of the results, but for its date."""
    torch.manual_seed(seed)
    digits, sums = task.measure(new_adders()[name], epochs)
    return dict(adder=name, epochs=epochs, seed=seed, digits=round(digits, 2), sums=round(sums, 2))


if __name__ == "__main__":
    parser = command_line(__doc__, RESULTS, adders=list(new_adders()))
    parser.add_argument("--epochs", nargs="+", type=int, default=EPOCHS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    train, validation, _ = load_splits()
    task = AdderTask(train, validation)
    for epochs in options.epochs:
        for seed in options.seeds:
            for name in options.adders:
                record(measure(task, name, epochs, seed), options.path)
