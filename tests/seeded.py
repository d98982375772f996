"""A network that starts the same each time, and all its numbers."""

import torch

from mnist_adder_lib import IdentityAdderModel


def seeded_model(**variant):
    torch.manual_seed(0)
    return IdentityAdderModel(**variant)


def weights(model):
    return torch.cat([value.flatten().float() for value in model.state_dict().values()])
