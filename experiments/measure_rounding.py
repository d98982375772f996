"""Round one layer of a network to 2 bits, and all others but that one, and record how many answers
stay right.

    python experiments/measure_rounding.py

Adds a line for each seed to assets/rounding.jsonl, which lesson 13 reads: percent of the first
3,000 validation images with digit and sum right, for a network by `train_small`; as it
was trained, with all its parameters in fewer bits, and with each layer's weights in 2 bits, `alone`
or all parameters `but` these.
"""

from collections.abc import Collection
from copy import deepcopy

import torch
from common import ASSETS, command_line, record

from mnist_adder_course.common.small_network import layers, train_small
from mnist_adder_lib import AdderDataset, IdentityAdderModel, evaluate, load_splits

IMAGES = 3_000


def rounded(network: IdentityAdderModel, names: Collection[str], bits: int) -> IdentityAdderModel:
    """A copy of the network, with the parameters of these names in so many bits, as the lesson's
    `quantise` writes them. (Its zero point is added and subtracted again, so it isn't needed here.)
    """
    state = network.state_dict()
    for name in names:
        values = state[name]
        scale = (values.max() - values.min()) / (2**bits - 1)
        state[name] = (values / scale).round() * scale
    copied = deepcopy(network)
    copied.load_state_dict(state)
    return copied


def measure(network: IdentityAdderModel, examples: AdderDataset) -> dict:
    """Percent right: `exact`, by number of bits, and with each layer `alone` and all `but` it."""
    every = [name for name, _ in network.named_parameters()]

    def right(names: Collection[str], bits: int) -> float:
        return round(evaluate(rounded(network, names, bits), examples).accuracy_both, 2)

    return dict(exact=right([], 2), bits={bits: right(every, bits) for bits in (8, 5, 4, 3, 2)},
                alone={layer: right([name], 2) for layer, name in layers.items()},
                but={layer: right([other for other in every if other != name], 2)
                     for layer, name in layers.items()})


if __name__ == "__main__":
    parser = command_line(__doc__, ASSETS / "rounding.jsonl")
    parser.set_defaults(seeds=range(1, 6))  # the lesson trains its own from seed 0
    options = parser.parse_args()
    torch.set_num_threads(1)
    train, validation, _ = load_splits()
    few = AdderDataset(*(values[:IMAGES] for values in (
        validation.images, validation.digits, validation.numbers)))
    for seed in options.seeds:
        record(dict(seed=seed, **measure(train_small(train, seed), few)), options.path)
