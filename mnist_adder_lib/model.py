"""The network: a CNN that reads the digit, an adder that takes the number in, two heads."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

DIGITS, SUMS = 10, 19  # classes of the two outputs: 0-9, and 0-18 where the task is to add
EMBEDDING_SIZE, ADDER_WIDTH = 20, 64


def conv(inputs: int, outputs: int, *dropout: nn.Module, padding: int = 1) -> nn.Sequential:
    """A conv block: a 3x3 convolution without bias, ReLU, batch norm, and dropout if given.

    It takes floats (n, inputs, h, w) and returns (n, outputs, h, w) with the padding of 1 pixel,
    or (n, outputs, h - 2, w - 2) with a padding of 0.
    """
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel_size=3, padding=padding, bias=False),
        nn.ReLU(),
        nn.BatchNorm2d(outputs),
        *dropout,
    )


def fully_connected(inputs: int, outputs: int) -> nn.Sequential:
    """A linear layer without bias, batch norm, ReLU: (n, inputs) to (n, outputs)."""
    return nn.Sequential(nn.Linear(inputs, outputs, bias=False), nn.BatchNorm1d(outputs), nn.ReLU())


class IdentityAdderModel(nn.Module):
    """Reads the digit in an image and adds a number to it.

    `model(images, numbers)` takes normalised float (batch, 1, 28, 28) images and numbers 0-9 as
    int64 (batch,) or one-hot (batch, 10), and returns the logits of the digit, (batch, 10), and
    of the sum, (batch, sums). Raises ValueError for inputs of another shape, type or range; only on
    a GPU, numbers of another range make the answer NaN instead.

    - adder_layers: fully connected layers of the adder, 1-100: 2 as in the reference's text (17,360
      parameters), or 1 as in its published summary table (13,136)
    - dropout: the rate of dropout after all convolutions but the fifth
    - channel_dropout: drop whole channels, which is faster on a CPU, instead of single elements
    - sums: classes of the second output, 2-1000: 19 for sums, 0-18, and another number for
      another task, such as 82 for the products 0-81

    `config` holds these arguments, from which a checkpoint builds the model again.

    Source: garima-mahato/END2, Session 3 (GitHub).
    """

    def __init__(self, adder_layers: int = 2, dropout: float = 0.1, channel_dropout: bool = True,
                 sums: int = SUMS):
        super().__init__()
        if adder_layers not in range(1, 101):
            raise ValueError(f"the adder has from 1 to 100 layers, not {adder_layers!r}")
        if isinstance(sums, bool) or sums not in range(2, 1001):
            raise ValueError("sums, the number of classes of the second output, must be from 2 to "
                             f"1000, not {sums!r}")
        self.config = dict(adder_layers=int(adder_layers), dropout=float(dropout),
                           channel_dropout=bool(channel_dropout), sums=int(sums))  # plain
        drop = partial(nn.Dropout2d if channel_dropout else nn.Dropout, float(dropout))
        self.block1 = nn.Sequential(conv(1, 8, drop()), conv(8, 8, drop()), nn.MaxPool2d(2))
        self.block2 = nn.Sequential(conv(8, 16, drop()), conv(16, 16, drop()), nn.MaxPool2d(2))
        self.block3 = nn.Sequential(conv(16, 16), conv(16, 16, drop(), padding=0))
        # Only the middle one of its 5x5 units sees the whole image, but the network averages over
        # all.
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.embedding = fully_connected(16, EMBEDDING_SIZE)
        widths = [EMBEDDING_SIZE + DIGITS] + [ADDER_WIDTH] * int(adder_layers)
        self.adder = nn.Sequential(*map(fully_connected, widths, widths[1:]))
        self.digit_head = nn.Linear(ADDER_WIDTH, DIGITS, bias=False)
        self.sum_head = nn.Linear(ADDER_WIDTH, int(sums), bias=False)

    def forward(self, images: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        if not torch.compiler.is_compiling():  # checks would tie an export to one batch size
            check_images(images)
            numbers = check_numbers(numbers, len(images))
        return self.add(self.embed(images), numbers)

    def embed(self, images: Tensor) -> Tensor:
        """The 20 numbers that the adder gets for each image: (batch, 20)."""
        features = self.block3(self.block2(self.block1(images)))
        return self.embedding(self.pool(features).flatten(1))

    def add(self, embeddings: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """The logits of digit and sum from embeddings (batch, 20) and numbers, as in a call, with
        the same errors for numbers that don't fit."""
        if not torch.compiler.is_compiling():
            numbers = check_numbers(numbers, len(embeddings))
        hidden = self.adder(torch.cat([embeddings, _as_one_hot(numbers)], dim=1))
        return self.digit_head(hidden), self.sum_head(hidden)


def is_finite(model: nn.Module) -> bool:
    """Whether all weights and statistics are finite numbers: False if training has diverged."""
    return all(bool(value.isfinite().all()) for value in model.state_dict().values())


def count_parameters(model: nn.Module) -> int:
    """The number of trainable parameters."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


def receptive_fields(model: nn.Module) -> list[dict[str, Any]]:
    """What each convolution and pooling layer sees of the image, from the first to the last.

    A dict for each layer: `layer` (its name in the model), `kernel`, `stride`, `padding`; `jump`,
    the pixels between neighbouring units; `start`, the centre of the first unit, in pixels of the
    image (the first pixel's centre is 0); `size`, the side of the square that one unit sees.

    Source of the formula: Araujo, Norris and Sim, Computing Receptive Fields of Convolutional
    Neural Networks, Distill 2019.
    """
    size, jump, start, rows = 1, 1, 0.0, []
    for name, layer in model.named_modules():
        if isinstance(layer, (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d)):
            spacing = getattr(layer, "dilation", 1)  # an average has none
            kernel, stride, padding, dilation = (
                int(value[0] if isinstance(value, tuple) else value)
                for value in (layer.kernel_size, layer.stride, layer.padding, spacing)
            )
            reach = (kernel - 1) * dilation
            size += reach * jump
            start += (reach / 2 - padding) * jump
            jump *= stride
            rows.append(dict(layer=name, kernel=kernel, stride=stride, padding=padding,
                             jump=jump, start=start, size=size))
    return rows


def check_images(images: Tensor) -> None:
    """Raise ValueError unless images are floats of shape (n, 1, 28, 28), with n at least 1.

    That they are normalised, as by `as_input`, can't be seen from their values, and isn't checked.
    """
    if images.shape[1:] != (1, 28, 28) or not len(images) or not images.is_floating_point():
        raise ValueError("images must be normalised floats of shape (batch, 1, 28, 28), at least "
                         f"one, not {images.dtype} of shape {tuple(images.shape)}")


def check_numbers(numbers: Tensor, count: int) -> Tensor:
    """The numbers as one-hot vectors, float32 (count, 10).

    numbers: int64 (count,) in 0-9, or one-hot (count, 10). Raises ValueError for anything else; on
    a GPU, a row of another value becomes NaN instead, since looking at it would make the CPU wait.
    """
    is_one_hot = numbers.shape == (count, DIGITS)
    if not is_one_hot and (numbers.shape != (count,) or numbers.dtype != torch.int64):
        raise ValueError(
            f"numbers must be int64 of shape ({count},) or one-hot of shape ({count}, 10), "
            f"not {numbers.dtype} of shape {tuple(numbers.shape)}"
        )
    one_hot = _as_one_hot(numbers)
    wrong = ((one_hot == 1).sum(dim=1) != 1) | ((one_hot == 0).sum(dim=1) != DIGITS - 1)
    if numbers.device.type != "cpu":  # looking at its values would make each step wait for a GPU
        return one_hot.masked_fill(wrong[:, None], torch.nan)
    if wrong.any() and is_one_hot:
        raise ValueError("one-hot numbers must have a single 1 and nine 0s in each row")
    if wrong.any():
        raise ValueError(f"numbers must be 0-9, but go from {numbers.min()} to {numbers.max()}")
    return one_hot


def _as_one_hot(numbers: Tensor) -> Tensor:
    if numbers.ndim == 2:
        return numbers.float()
    return (numbers[:, None] == torch.arange(DIGITS, device=numbers.device)).float()
