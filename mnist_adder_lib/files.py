"""The files that come with the course, and files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import io
import json
import os
import secrets
import shutil
import time
import zipfile
import zlib
from pathlib import Path
from typing import Any

import safetensors.torch
import torch

SAFETENSORS = ".safetensors"  # files with this ending, in capitals or not, are of that format


class CheckpointError(ValueError):
    """A file that holds no usable checkpoint, or one of another model."""


def asset_path(name: str) -> Path:
    """A file that comes with the course: inside an installed package, else in assets.

    `adder.pt` is the trained model; `results.jsonl`, `changes.jsonl`, `sums.jsonl`,
    `waiting.jsonl`, `hidden_pairs.jsonl`, `template.jsonl`, `adders.jsonl`, `rounding.jsonl`,
    `maps.jsonl` and the network `last_digit.pt` are what the programs in `experiments` recorded;
    `shared.json` is what Python and the front end share.
    """
    package = Path(__file__).parent
    packed = package / "assets" / name
    return packed if packed.exists() else package.parent / "assets" / name


def load_tensors(path: Path) -> Any:
    """What `torch.save` or `to_bytes` wrote to a file: tensors, on the CPU, and plain values.

    The file's ending says which format it has: `.safetensors`, or PyTorch's for any other. No code
    in it is run. Raises FileNotFoundError if there is none, and CheckpointError if it is damaged or
    holds something else.
    """
    if not path.exists():
        raise FileNotFoundError(f"there is no checkpoint {path}")
    try:
        return from_bytes(path.read_bytes(), path.suffix)
    except Exception as error:  # depending on what is damaged, almost any
        raise CheckpointError(f"{path} is damaged or no checkpoint ({error!s:.500})") from error


def to_bytes(content: dict[str, Any], suffix: str) -> bytes:
    """A file of PyTorch's, or of safetensors: there `weights` are tensors, the rest fits JSON.

    Raises ValueError for values that JSON would change, and almost any error for values that can't
    be saved.
    """
    if suffix.lower() != SAFETENSORS:
        torch.save(content, buffer := io.BytesIO())
        return buffer.getvalue()
    for key, value in content.items():
        if key != "weights" and not _fits_json(value):
            raise ValueError(f"{key} in a {SAFETENSORS} file can hold numbers, texts, None, lists, "
                             f"and dicts whose keys are texts, nothing else, not {value!r:.200}")
    weights = {name: value for name, value in content["weights"].items() if value.ndim}
    about = {key: json.dumps(value) for key, value in content.items() if key != "weights"}
    about["crc32"] = _split(safetensors.torch.save(weights))[1]
    return safetensors.torch.save(weights, about)


def from_bytes(file: bytes, suffix: str) -> Any:
    """What `to_bytes` was given, without batch norm's counts. Raises almost anything if damaged."""
    if suffix.lower() != SAFETENSORS:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            if damaged := archive.testzip():  # torch.load compares no check sums
                raise ValueError(f"{damaged} has a wrong check sum")
        return torch.load(io.BytesIO(file), map_location="cpu", weights_only=True)
    weights, (about, check_sum) = safetensors.torch.load(file), _split(file)
    if about.pop("crc32", None) != check_sum:
        raise ValueError("its check sum is wrong, or it comes from another program")
    weights |= {name.replace("running_mean", "num_batches_tracked"): torch.tensor(0)
                for name in weights if name.endswith("running_mean")}
    return dict({key: json.loads(value) for key, value in about.items()}, weights=weights)


def _fits_json(value: Any) -> bool:
    """Whether JSON returns the value unchanged: a tuple would become a list, a key a text."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _fits_json(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(_fits_json, value))
    return value is None or type(value) in (bool, int, float, str)


def _split(file: bytes) -> tuple[dict[str, str], str]:
    """The metadata of a safetensors file, and a check sum of the numbers that follow."""
    start = 8 + int.from_bytes(file[:8], "little")
    return json.loads(file[8:start]).get("__metadata__", {}), str(zlib.crc32(file[start:]))


def write_whole(path: str | Path, content: bytes) -> None:
    """Write a file whole or not at all: whatever goes wrong, an existing file isn't changed.

    It keeps its permissions; a link stays one, and the file that it names is written. The content
    is first written to a hidden file in the same folder, which has to have room for both. Raises
    OSError, which names `path`, if it can't be written.
    """
    target = Path(os.path.realpath(path))
    part = target.with_name(f".{target.name}-{secrets.token_hex(4)}.part")
    try:
        with open(part, "xb") as file:
            # Before anything is in it. Windows knows only "read-only", and then couldn't remove it.
            if target.exists() and os.name == "posix":
                shutil.copymode(target, part)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _replace(part, target)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError):  # it names the part, which nobody has asked for
            reason = error.strerror or str(error)
            raise type(error)(error.errno, reason, str(path)) from None
        raise


def _replace(part: Path, path: Path) -> None:
    """Windows raises an error while another program, such as a virus scanner, has it open."""
    for _ in range(20):
        with contextlib.suppress(PermissionError):
            part.replace(path)
            return
        time.sleep(0.05)
    part.replace(path)
