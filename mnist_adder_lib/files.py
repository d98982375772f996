"""The files that come with the course, and files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
import zipfile
from pathlib import Path
from typing import Any

import torch


class CheckpointError(ValueError):
    """A file that holds no usable checkpoint, or one of another model."""


def asset_path(name: str) -> Path:
    """A file that comes with the course: inside an installed package, else in assets.

    `adder.pt` is the trained model; `results.jsonl`, `changes.jsonl`, `sums.jsonl`,
    `waiting.jsonl`, the network `last_digit.pt` and the adder `waited.pt`, before and after, are
    what the programs in `experiments` recorded.
    """
    package = Path(__file__).parent
    packed = package / "assets" / name
    return packed if packed.exists() else package.parent / "assets" / name


def load_tensors(path: Path) -> Any:
    """What `torch.save` wrote: tensors and plain values; no code is run.

    Raises FileNotFoundError, and CheckpointError for a file that is damaged or something else.
    """
    if not path.exists():
        raise FileNotFoundError(f"there is no checkpoint {path}")
    try:
        with zipfile.ZipFile(path) as archive:
            if damaged := archive.testzip():  # torch.load compares no check sums
                raise ValueError(f"{damaged} has a wrong check sum")
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # depending on what is damaged, almost any
        raise CheckpointError(f"{path} is damaged or no checkpoint ({error!s:.500})") from error


def write_whole(path: str | Path, content: bytes) -> None:
    """Write a file whole or not at all: whatever goes wrong, an existing file stays as it was.

    A link stays one, the file that it names is written. Raises OSError where it can't be written.
    """
    path = Path(os.path.realpath(path))
    part = path.with_name(f".{path.name}-{secrets.token_hex(4)}.part")
    try:
        with open(part, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _replace(part: Path, path: Path) -> None:
    """Windows refuses as long as another program has the file open: a virus scanner, a reader."""
    for _ in range(20):
        with contextlib.suppress(PermissionError):
            part.replace(path)
            return
        time.sleep(0.05)
    part.replace(path)
