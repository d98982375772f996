"""The data: MNIST from verified archives, the three splits, and the adder dataset."""

from __future__ import annotations

import contextlib
import copy
import gzip
import hashlib
import io
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np
import torch
import torch.nn.functional as F
from platformdirs import user_cache_path
from torch import Tensor
from torch.utils.data import Dataset
from tqdm.auto import tqdm

from .augment import Augment
from .files import remove_leftovers, write_whole

RAW = Path("MNIST", "raw")  # where torchvision, too, keeps the files in a folder
MEAN, STD = 0.1307, 0.3081  # of the pixels of MNIST's 60,000 training images, scaled to 0-1
TRAIN_SIZE = 48_000  # 80% of the 60,000; the other 12,000 are the test split

MIRROR = "https://ossci-datasets.s3.amazonaws.com/mnist/"  # torchvision's
TIMEOUT = 30  # seconds without a byte
PATIENCE = 900  # seconds for an archive
LARGEST = 10_000_000  # bytes: more than the largest archive has
FILES = {  # the md5 sum of each file, and that of the archive that it comes in
    "train-images-idx3-ubyte":
        ("6bbc9ace898e44ae57da46a324031adb", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
    "train-labels-idx1-ubyte":
        ("a25bea736e30d166cdddb491f175f624", "d53e105ee54ea40749a09fcbcd1e9432"),
    "t10k-images-idx3-ubyte":
        ("2646ac647ad5339dbf082846283269ea", "9fb629c4189551a2d022fa330f9573f3"),
    "t10k-labels-idx1-ubyte":
        ("27ae3e4e09519cfbb04c329615203637", "ec29112dd5afa0611ce80d1b7f02629c"),
}


Example = tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]


class DataError(RuntimeError):
    """MNIST is missing, damaged or can't be unpacked; the message says what to do."""


def normalise(images: Tensor) -> Tensor:
    """Pixels in 0-1 to the model's input: mean 0 and standard deviation 1 over MNIST."""
    return (images - MEAN) / STD


class AdderDataset(Dataset[Example]):
    """Examples `((image, number), (digit, total))` with `total = digit + number`.

    image is float32 (1, 28, 28), augmented and normalised; number, digit and total are int64
    scalars in 0-9, 0-9 and 0-18. The dataset itself holds

    - `images`: uint8 (n, 28, 28), white ink on black
    - `digits`: int64 (n,), what the images show
    - `numbers`: int64 (n,), or None to draw a number anew at every access
    - `forms`: a function of float32 (batch, 1, 28, 28) images in 0-1 and their digits that draws
      other forms of them, such as `Forms()`, or None
    - `augment`: a function of such images, used after it, or None

    Random draws come from torch's own generator: seed them with `torch.manual_seed`. Loader
    workers are seeded by `DataLoader`, each differently and anew in every epoch.

    Raises ValueError where the tensors don't fit each other or a number is not one of 0-9.
    """

    def __init__(
        self,
        images: Tensor,
        digits: Tensor,
        numbers: Tensor | None = None,
        augment: Callable[[Tensor], Tensor] | None = None,
        forms: Callable[[Tensor, Tensor], Tensor] | None = None,
    ):
        _check_images(images)
        _check_digits("digits", digits, len(images))
        if numbers is not None:
            _check_digits("numbers", numbers, len(images))
        self.images, self.digits, self.numbers = images, digits, numbers
        self.augment, self.forms = augment, forms
        self.one_hot = False

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int | slice) -> Any:
        chosen = range(len(self))[index]  # as a list: negative counts from the end, IndexError
        if isinstance(chosen, range):
            return self.__getitems__(chosen) if chosen else []
        return self.__getitems__([chosen])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[Example]:
        """Many examples, computed as one batch; `DataLoader` calls this where it exists.

        The list of examples that it returns holds views of the batch's tensors.
        """
        places = torch.as_tensor(indices, dtype=torch.int64, device=self.images.device)
        images = self.images[places].unsqueeze(1).float() / 255
        digits = self.digits[places]
        if self.forms is not None:
            images = self.forms(images, digits)
        if self.augment is not None:
            images = self.augment(images)
        numbers = torch.randint_like(digits, 10) if self.numbers is None else self.numbers[places]
        totals = digits + numbers
        if self.one_hot:
            numbers, digits = F.one_hot(numbers, 10).float(), F.one_hot(digits, 10).float()
            totals = F.one_hot(totals, 19).float()
        return list(zip(zip(normalise(images), numbers), zip(digits, totals)))

    def as_one_hot(self) -> AdderDataset:
        """A view of the same examples with float32 one-hot vectors of size 10, 10 and 19."""
        view = copy.copy(self)
        view.one_hot = True
        return view

    def to(self, device: str | torch.device) -> AdderDataset:
        """A copy that holds its tensors, and computes its batches, on another device."""
        moved = copy.copy(self)
        moved.images, moved.digits = self.images.to(device), self.digits.to(device)
        moved.numbers = None if self.numbers is None else self.numbers.to(device)
        return moved


def load_splits(
    root: str | Path | None = None, seed: int = 0
) -> tuple[AdderDataset, AdderDataset, AdderDataset]:
    """MNIST as (train 48,000, test 12,000, evaluation 10,000), disjoint.

    The seed shuffles MNIST's 60,000 training images before they are split, and draws the fixed
    numbers of test and evaluation: the same on every machine. Training images are augmented and
    their numbers drawn anew at every access. `root` is a folder as torchvision keeps it; see
    `find_mnist` for where the data comes from when it is None, and for errors.

    Source of the task: garima-mahato/END2, Session 3 (GitHub).
    """
    root = find_mnist(root)
    (images, digits), evaluation = _read(root, "train"), _read(root, "t10k")
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(images), generator=generator)
    numbers = torch.randint(10, (len(images) + len(evaluation[0]),), generator=generator)
    train, test = order[:TRAIN_SIZE], order[TRAIN_SIZE:]
    return (
        AdderDataset(images[train], digits[train], augment=Augment()),
        AdderDataset(images[test], digits[test], numbers[: len(test)]),
        AdderDataset(*evaluation, numbers[-len(evaluation[0]) :]),
    )


def _read(root: Path, part: str) -> tuple[Tensor, Tensor]:
    """Images, uint8 (n, 28, 28), and digits, int64 (n,), from the two files of a part.

    Before the pixels stand 16 bytes, before the digits 8: the file's kind and its sizes.
    """
    images = np.fromfile(root / RAW / f"{part}-images-idx3-ubyte", np.uint8, offset=16)
    digits = np.fromfile(root / RAW / f"{part}-labels-idx1-ubyte", np.uint8, offset=8)
    return torch.from_numpy(images).view(-1, 28, 28), torch.from_numpy(digits).long()


def find_mnist(root: str | Path | None = None) -> Path:
    """A folder with MNIST, verified and unpacked, to hand to `torchvision.datasets.MNIST`.

    Looks at `root`, else at the environment variable MNIST_ADDER_DATA, else at the checkout's
    `assets/mnist`, else at the user's cache. What is not there is downloaded; what is not
    unpacked, or was changed, is unpacked again; where the folder can't be written, that happens
    in the user's cache, else in the folder for temporary files. Raises DataError, which says what
    to do.
    """
    cache = temporary = user_cache_path("mnist_adder")
    with contextlib.suppress(FileNotFoundError):  # none can be written: perhaps none is needed
        temporary = Path(tempfile.gettempdir(), "mnist_adder")
    checkout = Path(__file__).parent.parent / "assets" / "mnist"
    root = root or os.environ.get("MNIST_ADDER_DATA") or (checkout if checkout.exists() else cache)
    source = Path(os.path.expanduser(root))
    for folder in dict.fromkeys([source, cache, temporary]):
        try:
            _refuse_old_files(folder)
            for name in FILES:
                _unpack(name, source, folder)
            return folder
        except OSError as error:  # read-only or full: the next may do
            reason = error
    raise DataError(
        f"MNIST can't be unpacked in {source}, {cache} or {temporary} ({reason}). "
        "Free some space, or set MNIST_ADDER_DATA to a folder that can be written."
    )


def _refuse_old_files(folder: Path) -> None:
    """torchvision would read these instead, and verifies nothing of them."""
    old = folder / "MNIST" / "processed"
    if old.exists():
        raise FileExistsError(f"{old} holds data of an old torchvision: remove it")


def _unpack(name: str, source: Path, target: Path) -> None:
    """Unpack a file of MNIST from its archive in `source`, unless `target` has it already."""
    place, (md5, _) = target / RAW / name, FILES[name]
    remove_leftovers(place)
    if place.is_file() and _md5(place.read_bytes()) == md5:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    write_whole(place, gzip.decompress(_archive(name, source)))


def _archive(name: str, source: Path) -> bytes:
    """A verified archive of MNIST, downloaded where it isn't in `source`."""
    archive, (_, md5) = source / RAW / f"{name}.gz", FILES[name]
    if not archive.is_file():
        content = _download(archive)
        with contextlib.suppress(OSError):  # kept, if that is possible
            archive.parent.mkdir(parents=True, exist_ok=True)
            write_whole(archive, content)
        return content
    content = archive.read_bytes()
    if _md5(content) != md5:
        raise DataError(
            f"{archive} is damaged: it has {len(content):,} bytes that are not MNIST's. "
            "Restore it (in a checkout: git checkout -- assets), or delete it and run this "
            "again to download it."
        )
    return content


def _download(archive: Path) -> bytes:
    content, name, end = io.BytesIO(), archive.name, time.monotonic() + PATIENCE
    try:
        with urlopen(MIRROR + name, timeout=TIMEOUT) as answer, tqdm(
            total=answer.length, desc=name, leave=False, unit="B", unit_scale=True
        ) as bar:
            while chunk := answer.read1(1 << 16):
                bar.update(content.write(chunk))
                if content.tell() > LARGEST or time.monotonic() > end:
                    raise OSError(f"{MIRROR} sends too much or too slowly")
        if _md5(content.getvalue()) != FILES[archive.stem][1]:
            raise OSError(f"what came from {MIRROR} is not MNIST's")
    except (OSError, HTTPException, ValueError) as error:  # a ValueError: an odd address
        raise DataError(
            f"MNIST is not complete in {archive.parent}, and {name} could not be downloaded "
            f"({error}). Connect to the internet and run this again, or put the archives there: "
            f"{', '.join(f'{name}.gz' for name in FILES)}; or set MNIST_ADDER_DATA to a folder "
            "that has them in MNIST/raw."
        ) from error
    return content.getvalue()


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _check_images(images: Tensor) -> None:
    _check_type("images", images, torch.uint8)
    if images.ndim != 3 or images.shape[1:] != (28, 28) or len(images) == 0:
        raise ValueError(f"images must have the shape (n, 28, 28), not {tuple(images.shape)}")


def _check_digits(name: str, values: Tensor, count: int) -> None:
    _check_type(name, values, torch.int64)
    if values.shape != (count,):
        raise ValueError(f"{name} must have one entry for each of the {count} images")
    if values.min() < 0 or values.max() > 9:
        raise ValueError(f"{name} must be 0-9, but go from {values.min()} to {values.max()}")


def _check_type(name: str, values: object, dtype: torch.dtype) -> None:
    found = values.dtype if isinstance(values, Tensor) else type(values).__name__
    if found != dtype:
        raise ValueError(f"{name} must be a {dtype} tensor, not {found}")
