"""Checkpoints: a trained model in one file, written whole or not at all, loaded without running
any code from it."""

from __future__ import annotations

import io
import os
import secrets
import zipfile
from pathlib import Path

import torch

from .data import MEAN, STD
from .model import IdentityAdderModel

FORMAT = "mnist_adder checkpoint 1"


class CheckpointError(ValueError):
    """A file that holds no usable checkpoint, or one of another model."""


def save_checkpoint(path, model: IdentityAdderModel, **details) -> None:
    """Write the model's weights and variant, the normalisation of its input, and details.

    details are plain values to keep beside them, such as `seed=0` or `scores={...}`. An existing
    file is replaced only once the new one is complete. Raises OSError where it can't be written.
    """
    content = dict(
        format=FORMAT,
        variant=model.config,
        normalisation=dict(mean=MEAN, std=STD),
        details=details,
        weights={name: value.cpu() for name, value in model.state_dict().items()},
    )
    buffer = io.BytesIO()
    torch.save(content, buffer)
    write_whole(path, buffer.getvalue())


def load_checkpoint(path, model: IdentityAdderModel | None = None):
    """(model, details) from a file that `save_checkpoint` wrote; the model is in evaluation mode.

    With a model, its weights are replaced; it must be of the checkpoint's variant. Raises
    FileNotFoundError, and CheckpointError for a file that is damaged, something else, or for
    another variant. `details` also holds the variant and the normalisation.
    """
    content = _read(Path(path))
    if model is None:
        model = IdentityAdderModel(**content["variant"])
    elif model.config["adder_layers"] != content["variant"]["adder_layers"]:
        raise CheckpointError(
            f"{path} is for the variant {content['variant']}, the model is {model.config}. "
            "Leave the model out to get one that fits."
        )
    if content["normalisation"] != dict(mean=MEAN, std=STD):
        raise CheckpointError(
            f"{path} was trained with the normalisation {content['normalisation']}"
        )
    model.load_state_dict(content["weights"])
    details = dict(content["details"], variant=content["variant"])
    return model.eval(), dict(details, normalisation=content["normalisation"])


def load_pretrained() -> IdentityAdderModel:
    """The trained model that comes with the course, in evaluation mode."""
    return load_checkpoint(asset_path("adder.pt"))[0]


def asset_path(name: str) -> Path:
    """A file that comes with the course: inside an installed package, else in assets.

    `adder.pt` is the trained model, `results.jsonl` what `tools/measure_recipes.py` measured.
    """
    package = Path(__file__).parent
    packed = package / "assets" / name
    return packed if packed.exists() else package.parent / "assets" / name


def write_whole(path, content: bytes) -> None:
    """Write a file whole or not at all: whatever goes wrong, an existing file stays as it was.

    Raises OSError where it can't be written.
    """
    path = Path(path)
    part = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        with open(part, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _read(path: Path) -> dict:
    if not path.exists():
        raise FileNotFoundError(f"there is no checkpoint {path}")
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()  # torch.load doesn't compare check sums
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # depending on what is damaged, almost any
        raise CheckpointError(f"{path} is damaged or no checkpoint ({error})") from error
    if damaged:
        raise CheckpointError(f"{path} is damaged: {damaged} has a wrong check sum")
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise CheckpointError(f"{path} is no {FORMAT}: write one with save_checkpoint")
    return content
