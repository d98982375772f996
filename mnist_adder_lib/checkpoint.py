"""Checkpoints: a trained model in one file, written whole or not at all, loaded without running
any code from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

from .data import MEAN, STD
from .files import CheckpointError, asset_path, from_bytes, load_tensors, to_bytes, write_whole
from .model import IdentityAdderModel, is_finite

FORMAT = "mnist_adder checkpoint 1"
RESERVED = {"variant", "normalisation"}  # details that a checkpoint has of its own


def save_checkpoint(path: str | Path, model: IdentityAdderModel,
                    head: nn.Module | None = None, **details: Any) -> None:
    """Write the model's weights and arguments, the normalisation of its input, and details; also
    the weights of a head that was trained for the model, such as `drawing.NonDigitHead`.

    A path that ends in `.safetensors` gets the format of that name. details are plain values to
    keep with them, such as `seed=0` or `scores={...}`: numbers, texts, None, and lists and dicts of
    these; in PyTorch's format also tensors, tuples, and dicts whose keys are numbers. An existing
    file is replaced only once the new one is complete. Raises ValueError, before it writes, for
    anything that could not be loaded again unchanged, which includes a model with layers that were
    exchanged by hand, and for details called `variant` or `normalisation`, and OSError if it can't
    be written. No random number is drawn.
    """
    if taken := RESERVED & details.keys():
        raise ValueError(f"a checkpoint has its own {' and '.join(sorted(taken))}: "
                         "give the detail another name")
    _check_structure(model)
    content = dict(
        format=FORMAT,
        variant=model.config,
        normalisation=dict(mean=MEAN, std=STD),
        details=details,
        weights={name: value.cpu() for name, value in model.state_dict().items()},
    )
    if head is not None:  # as lists, which both formats can hold next to the model's weights
        content["non_digit_head"] = {
            name: value.tolist() for name, value in head.state_dict().items()}
    try:
        file = to_bytes(content, Path(path).suffix)
        _build("the model", from_bytes(file, Path(path).suffix))
    except CheckpointError:
        raise
    except Exception as error:  # depending on the value, almost any
        raise ValueError(
            "a detail is not plain: convert it first, with float(), str() or dict(), say "
            f"({error!s:.500})"
        ) from error
    write_whole(path, file)


def load_checkpoint(path: str | Path) -> tuple[IdentityAdderModel, dict[str, Any]]:
    """(model, details) from a file of `save_checkpoint` or the page; the model in evaluation mode.

    The model is built from the arguments in the file. Raises FileNotFoundError, and CheckpointError
    for a file that is damaged, something else, or whose weights don't fit its arguments. `details`
    also holds these arguments, as `variant`, and the normalisation. No random number is drawn.
    """
    return _build(path, load_tensors(Path(path)))


def load_pretrained() -> IdentityAdderModel:
    """The trained model that comes with the course, in evaluation mode."""
    return load_checkpoint(asset_path("adder.pt"))[0]


def _new_model(config: dict[str, Any]) -> IdentityAdderModel:
    with torch.random.fork_rng(devices=[]):  # the first weights are random, and replaced
        return IdentityAdderModel(**config)


def _check_structure(model: nn.Module) -> None:
    """Raise ValueError for a model that its arguments don't build: loading would give another one.
    """
    if not isinstance(model, IdentityAdderModel):
        raise ValueError(f"a checkpoint holds an IdentityAdderModel, not a {type(model).__name__}: "
                         "write the state_dict of another model with torch.save")
    if changed := changed_layer(model, model.config):
        raise ValueError("a checkpoint builds the model again from its arguments, which give "
                         f"another one than this: they know nothing of `{changed}`. Write the "
                         "state_dict of a model that you changed with torch.save")


def changed_layer(model: IdentityAdderModel, config: dict[str, Any]) -> str:
    """The first layer of a model that `IdentityAdderModel(**config)` doesn't have.

    As its text, such as "(1): GELU(approximate='none')"; empty if both are the same.
    """
    theirs, ours = str(model).splitlines(), str(_new_model(config)).splitlines()
    if theirs == ours:
        return ""
    return next((line.strip() for line in theirs if line not in ours), type(model).__name__)


def _build(path: str | Path, content: Any) -> tuple[IdentityAdderModel, dict[str, Any]]:
    """A new model, and the details, from what a checkpoint holds. Raises CheckpointError."""
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise CheckpointError(f"{path} isn't a {FORMAT}: write one with save_checkpoint")
    try:
        model = _new_model(content["variant"])
        model.load_state_dict(content["weights"])
        normalisation = content["normalisation"]
        details = dict(content["details"], variant=model.config, normalisation=normalisation)
    except Exception as error:  # depending on what is wrong in it, almost any
        raise CheckpointError(
            f"{path} doesn't hold a network of this project ({error!r:.500})") from error
    if not is_finite(model):
        raise CheckpointError(f"{path} holds weights that are not finite: training has diverged")
    if normalisation != dict(mean=MEAN, std=STD):
        raise CheckpointError(f"{path} was trained with the normalisation {normalisation}")
    return model.eval(), details
