"""A small network that trains in seconds, and the weights of each layer by their names."""

from __future__ import annotations

import torch

from mnist_adder_lib.data import AdderDataset
from mnist_adder_lib.model import IdentityAdderModel
from mnist_adder_lib.recipes import fast_recipe, refresh_batch_norm
from mnist_adder_lib.train import fit

layers = {  # each layer's weights, by the names of the parameters
    "convolution 1": "block1.0.0.weight", "convolution 2": "block1.1.0.weight",
    "convolution 3": "block2.0.0.weight", "convolution 4": "block2.1.0.weight",
    "convolution 5": "block3.0.0.weight", "convolution 6": "block3.1.0.weight",
    "embedding": "embedding.0.weight", "adder, first": "adder.0.0.weight",
    "adder, second": "adder.1.0.weight", "digit head": "digit_head.weight",
    "sum head": "sum_head.weight"}


def train_small(train: AdderDataset, seed: int) -> IdentityAdderModel:
    """A network that was trained for four epochs with the first 2,000 images of a dataset, by the
    dataset's own task, in evaluation mode."""
    few = type(train)(train.images[:2_000], train.digits[:2_000])
    torch.manual_seed(seed)
    network = IdentityAdderModel(dropout=0)
    optimizer, scheduler = fast_recipe(network, steps=4 * 32)
    fit(network, few, epochs=4, batch_size=64, optimizer=optimizer, scheduler=scheduler,
        all_numbers=True, seed=seed, device="cpu")
    refresh_batch_norm(network, few)
    return network.eval()
