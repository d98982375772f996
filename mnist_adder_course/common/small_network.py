"""A small network that trains in seconds, and the weights of each layer by their names."""

from __future__ import annotations

import torch

from mnist_adder_lib.data import AdderDataset
from mnist_adder_lib.model import IdentityAdderModel
from mnist_adder_lib.recipes import fast_recipe, refresh_batch_norm
from mnist_adder_lib.train import fit

layers = {  # each layer's weights, by the names of the parameters
    **{f"convolution {count}": f"block{block}.{part}.0.weight" for count, (block, part) in
       enumerate(((block, part) for block in (1, 2, 3) for part in (0, 1)), start=1)},
    "embedding": "embedding.0.weight", "adder, first": "adder.0.0.weight",
    "adder, second": "adder.1.0.weight", "digit head": "digit_head.weight",
    "sum head": "sum_head.weight"}


def train_small(train: AdderDataset, seed: int) -> IdentityAdderModel:
    """A network that was trained for four epochs with 2,000 of the training images, in evaluation
    mode."""
    few = AdderDataset(train.images[:2_000], train.digits[:2_000])
    torch.manual_seed(seed)
    network = IdentityAdderModel(dropout=0)
    optimizer, scheduler = fast_recipe(network, steps=4 * 32)
    fit(network, few, epochs=4, batch_size=64, optimizer=optimizer, scheduler=scheduler,
        all_numbers=True, seed=seed, device="cpu")
    refresh_batch_norm(network, few)
    return network.eval()
