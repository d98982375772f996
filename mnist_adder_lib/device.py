"""The device on which a model is trained."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer


def choose_device(name: str | torch.device | None = None) -> torch.device:
    """The named device, else the one in the environment variable MNIST_ADDER_DEVICE, else the best
    one available: CUDA, else MPS, else the CPU.

    Raises ValueError if this machine has no such device.
    """
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    usable = [f"cuda:{number}" for number in range(gpus)]
    usable += ["mps", "cpu"] if torch.backends.mps.is_available() else ["cpu"]
    name = str(name or os.environ.get("MNIST_ADDER_DEVICE") or usable[0].removesuffix(":0"))
    same = {name, f"{name}:0", name.removesuffix(":0")}  # the first of a kind needs no number
    if same.isdisjoint(usable):
        raise ValueError(f"there is no device {name!r} here; usable: {', '.join(usable)}")
    return torch.device(name)


@contextmanager
def on_device(model: nn.Module, optimizer: Optimizer, device: torch.device) -> Iterator[None]:
    """Model and optimizer are on the device, and always return to where the model was."""
    home = next(model.parameters()).device

    def move(place: torch.device) -> None:
        model.to(place)
        # An optimizer has no `to`. A state that is loaded goes where the parameters are.
        optimizer.load_state_dict(optimizer.state_dict())

    try:
        move(device)
        yield
    finally:
        move(home)


def to_device(batch: Any, device: torch.device) -> list[Tensor]:
    """Images, numbers, digits and totals of a batch from a loader, on the device."""
    (images, numbers), (digits, totals) = batch
    return [part.to(device) for part in (images, numbers, digits, totals)]
