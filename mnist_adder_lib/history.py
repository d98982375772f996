"""The history of a training: what happened in each step and each epoch."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
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
            return cls(**json.loads(Path(path).read_text(encoding="utf-8")))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path} holds no training history ({error})") from error
