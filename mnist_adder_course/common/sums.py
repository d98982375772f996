"""Two images and their sum: the network that reads them, and how probable a sum is."""

from __future__ import annotations

from torch import Tensor, nn

from mnist_adder_lib.model import DIGITS, EMBEDDING_SIZE, IdentityAdderModel


def new_reader() -> nn.Sequential:
    """The course's network up to its embedding, then ten logits for the digit: no number goes in.

    Takes normalised images (batch, 1, 28, 28), gives logits (batch, 10).
    """
    network = IdentityAdderModel(dropout=0)
    return nn.Sequential(
        network.block1, network.block2, network.block3, network.pool, nn.Flatten(),
        network.embedding, nn.Linear(EMBEDDING_SIZE, DIGITS),
    )


def sum_probabilities(first: Tensor, second: Tensor) -> Tensor:
    """How probable each sum is, (batch, 19), from the probabilities of two digits, (batch, 10)."""
    totals = first.new_zeros(len(first), 2 * DIGITS - 1)
    for digit, probability in enumerate(first.T):
        totals[:, digit : digit + DIGITS] += probability[:, None] * second
    return totals


def last_digit_probabilities(first: Tensor, second: Tensor) -> Tensor:
    """How probable each last digit of the sum is: all three are (batch, 10)."""
    result = first.new_zeros(first.shape)
    for digit, probability in enumerate(first.T):
        result = result + probability[:, None] * second.roll(digit, dims=1)
    return result
