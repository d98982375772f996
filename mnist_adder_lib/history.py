"""The history of a training: what happened in each step and each epoch."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import torch
from torch import Tensor

from .files import write_whole


@dataclass
class History:
    """What happened in training: plain lists, in the order in which it happened."""

    train_loss: list[float] = field(default_factory=list)  # of every step
    train_accuracy: list[float] = field(default_factory=list)  # of every step; both right, percent
    learning_rate: list[float] = field(default_factory=list)  # of every step
    validation_loss: list[float] = field(default_factory=list)  # after every epoch; `joint_loss`
    validation_accuracy: list[float] = field(default_factory=list)  # after every epoch, percent
    seconds: list[float] = field(default_factory=list)  # of training in every epoch, begun or whole
    steps_per_epoch: int = 0
    interrupted: bool = False

    def add_steps(self, scores: list[Tensor], seconds: float) -> None:
        """Add the steps of an epoch: loss and accuracy of each, (2,), and how long all took."""
        if scores:
            losses, accuracies = torch.stack(scores).T.tolist()
            self.train_loss += losses
            self.train_accuracy += accuracies
            self.seconds.append(seconds)

    def save(self, path: str | Path) -> None:
        """Write it as JSON, whole or not at all. Raises OSError."""
        write_whole(path, json.dumps(asdict(self)).encode())

    @classmethod
    def load(cls, path: str | Path) -> History:
        """Read what `save` wrote. Raises ValueError if the file holds no history."""
        try:
            history = cls(**json.loads(Path(path).read_text(encoding="utf-8")))
            history._check_types()
        except (TypeError, ValueError, RecursionError) as error:
            raise ValueError(f"{path} holds no training history ({error})") from error
        return history

    def _check_types(self) -> None:
        """Raise TypeError if a value is of another type, or a list holds more than numbers."""
        empty = History()
        for name in (item.name for item in fields(self)):
            value = getattr(self, name)
            if type(value) is not type(getattr(empty, name)):
                raise TypeError(f"{name} is {value!r:.50}")
            if isinstance(value, list) and not {type(entry) for entry in value} <= {int, float}:
                raise TypeError(f"{name} must hold numbers alone")
