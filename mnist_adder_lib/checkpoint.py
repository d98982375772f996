"""Checkpoints: a trained model in one file, written whole or not at all, loaded without running
any code from it."""

from __future__ import annotations

import copy
import io
import zipfile
from pathlib import Path
from typing import Any

import torch

from .data import MEAN, STD
from .files import write_whole
from .model import IdentityAdderModel, replace_weights

FORMAT = "mnist_adder checkpoint 1"


class CheckpointError(ValueError):
    """A file that holds no usable checkpoint, or one of another model."""


def save_checkpoint(path: str | Path, model: IdentityAdderModel, **details: Any) -> None:
    """Write the model's weights and variant, the normalisation of its input, and details.

    details are plain values to keep beside them, such as `seed=0` or `scores={...}`: numbers (whole
    ones of at most 64 bits), texts, tensors, and lists and dicts of these. An existing file is
    replaced only once the new one is complete. Raises ValueError, before it writes, for what could
    not be loaded again, and OSError where it can't be written.
    """
    for name, value in details.items():
        if not _is_plain(value):
            raise ValueError(
                f"the detail {name}={value!r} ({type(value).__name__}) is not plain: convert it "
                "first, with float(), str() or dict(), say"
            )
    if taken := details.keys() & {"variant", "normalisation"}:
        raise ValueError(f"a detail needs another name than {taken.pop()}: load_checkpoint adds it")
    if not _is_sound(model):
        raise ValueError("the weights are not finite numbers: training has diverged")
    content = dict(
        format=FORMAT,
        variant=model.config,
        normalisation=dict(mean=MEAN, std=STD),
        details=details,
        weights={name: value.cpu() for name, value in model.state_dict().items()},
    )
    _build("the model", content)  # it may have got other layers since it was made
    buffer = io.BytesIO()
    torch.save(content, buffer)
    write_whole(path, buffer.getvalue())


def load_checkpoint(
    path: str | Path, model: IdentityAdderModel | None = None
) -> tuple[IdentityAdderModel, dict[str, Any]]:
    """(model, details) from a file that `save_checkpoint` wrote; the model is in evaluation mode.

    With a model, its weights are replaced; it must be of the checkpoint's variant. Raises
    FileNotFoundError, and CheckpointError for a file that is damaged, something else, or for
    another variant; the given model is unchanged then. `details` also holds the variant and the
    normalisation.
    """
    loaded, details = _build(path, _read(Path(path)))
    if model is None:
        return loaded, details
    if model.config["adder_layers"] != loaded.config["adder_layers"]:
        raise CheckpointError(
            f"{path} is for the variant {loaded.config}, the model is {model.config}. "
            "Leave the model out to get one that fits."
        )
    replace_weights(model, loaded.state_dict())
    return model.eval(), details


def _build(path: str | Path, content: dict) -> tuple[IdentityAdderModel, dict[str, Any]]:
    """A new model, and the details, from what a checkpoint says. Raises CheckpointError."""
    try:
        names = "variant", "normalisation", "weights", "details"
        variant, normalisation, weights, details = (content[name] for name in names)
        _check_types(dict, variant, normalisation, weights, details)
        _check_types((int, float), *variant.values(), *normalisation.values())
        model = IdentityAdderModel(**variant)
        model.load_state_dict(weights)
        # Copied, as tensors of the file would change with it, or keep it from being replaced.
        details = dict(copy.deepcopy(details), variant=model.config)
    except Exception as error:  # depending on what is wrong in it, almost any
        raise CheckpointError(
            f"{path} holds no network of this library ({error!r:.500})"
        ) from error
    if not _is_sound(model):
        raise CheckpointError(f"{path} holds weights that are not finite numbers")
    if normalisation != dict(mean=MEAN, std=STD):
        raise CheckpointError(f"{path} was trained with the normalisation {normalisation}")
    return model.eval(), dict(details, normalisation=normalisation)


def _check_types(types: type | tuple[type, ...], *values: object) -> None:
    """Before anything is done with them: all else may be endless, as a text or in a loop."""
    for value in values:
        if not isinstance(value, types):
            raise TypeError(f"a {type(value).__name__} is in the wrong place")


def _is_plain(value: Any) -> bool:
    """Exactly of a plain type: a NumPy float, a Path or torch's version are texts and numbers of
    types that only code can make again."""
    if type(value) in (list, tuple):
        return all(map(_is_plain, value))
    if type(value) is dict:
        return all(map(_is_plain, [*value, *value.values()]))
    if type(value) is int:  # torch.load refuses longer ones, from 2,000 bits on
        return value.bit_length() <= 64
    return value is None or type(value) in (bool, float, str, torch.Tensor)


def _is_sound(model: IdentityAdderModel) -> bool:
    """Its weights are finite, and the variances of batch norm not negative."""
    return all(
        value.isfinite().all() and not (name.endswith("running_var") and (value < 0).any())
        for name, value in model.state_dict().items()
    )


def load_pretrained() -> IdentityAdderModel:
    """The trained model that comes with the course, in evaluation mode."""
    return load_checkpoint(asset_path("adder.pt"))[0]


def asset_path(name: str) -> Path:
    """A file that comes with the course: inside an installed package, else in assets.

    `adder.pt` is the trained model, `results.jsonl` what `experiments/measure_recipes.py` measured,
    `changes.jsonl` what `measure_changes.py` there did, `adders.jsonl` `measure_adders.py`,
    `sums.jsonl` and the network `last_figure.pt` `measure_sums.py`.
    """
    package = Path(__file__).parent
    packed = package / "assets" / name
    return packed if packed.exists() else package.parent / "assets" / name


def _read(path: Path) -> dict:
    content = load_tensors(path)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise CheckpointError(f"{path} is no {FORMAT}: write one with save_checkpoint")
    return content


def load_tensors(path: Path) -> Any:
    """What `torch.save` wrote: tensors and plain values, verified; no code is run.

    The tensors are views of the file. Raises FileNotFoundError and CheckpointError.
    """
    if not path.exists():
        raise FileNotFoundError(f"there is no checkpoint {path}")
    if not path.is_file():  # a pipe would never end
        raise CheckpointError(f"{path} is no file")
    try:
        _verify(path)
        # Mapped: a tensor that claims to be larger than the file then reads nothing beyond it.
        return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:  # depending on what is damaged, almost any
        raise CheckpointError(f"{path} is damaged or no checkpoint ({error!s:.500})") from error


def _verify(path: Path) -> None:
    """Compare the check sums, which torch.load doesn't. Raises ValueError, or what zipfile does."""
    with zipfile.ZipFile(path) as archive:
        if sum(member.file_size for member in archive.infolist()) > path.stat().st_size:
            raise ValueError("it is packed, which torch.save does not do")  # perhaps 1 to 1000
        if damaged := archive.testzip():
            raise ValueError(f"{damaged} has a wrong check sum")
