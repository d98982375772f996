"""The data: MNIST, its three splits, and the adder dataset."""

from __future__ import annotations

import contextlib
import copy
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from platformdirs import user_cache_path
from torch import Tensor
from torch.utils.data import Dataset

from .augment import Augment

RAW = Path("MNIST", "raw")  # where torchvision keeps the files in a folder
KINDS = "images-idx3-ubyte", "labels-idx1-ubyte"
FILES = [f"{part}-{kind}" for part in ("train", "t10k") for kind in KINDS]
MEAN, STD = 0.1307, 0.3081  # of the pixels of MNIST's 60,000 training images, scaled to 0-1
TRAIN_SIZE = 48_000  # 80% of the 60,000; the other 12,000 are the validation split
Example = tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]


class DataError(RuntimeError):
    """MNIST is missing, damaged or can't be unpacked; the message says what to do."""


def normalise(images: Tensor) -> Tensor:
    """Pixels in 0-1 to the model's input: mean 0 and standard deviation 1 over MNIST."""
    return (images - MEAN) / STD


def as_input(images: ArrayLike | Tensor) -> Tensor:
    """Pixels as the networks take them: normalised, float (n, 1, 28, 28), on the same device.

    images: (28, 28), (n, 28, 28) or (n, 1, 28, 28), a tensor or an array, white ink on black, of
    whole numbers 0-255 (uint8) or floats in 0-1. Floats keep their type; uint8 becomes float32.
    Raises ValueError for anything else, and so for images that are normalised already.
    """
    if not isinstance(images, Tensor):
        array = np.array(images)  # a copy: torch warns of arrays that are read-only
        if array.dtype.kind not in "buif":
            raise ValueError(f"pixels must be uint8 or float, not {array.dtype}")
        images = torch.as_tensor(array)
    if images.shape[-2:] != (28, 28) or images.ndim > 4 or (images.ndim == 4
                                                            and images.shape[1] != 1):
        raise ValueError(
            "images must have the shape (28, 28), (n, 28, 28) or (n, 1, 28, 28), not "
            f"{tuple(images.shape)}; frame_drawing brings a drawing of any size to (28, 28)")
    if images.dtype == torch.uint8:
        return normalise(images / 255).reshape(-1, 1, 28, 28)
    if not images.is_floating_point():
        raise ValueError(f"pixels must be uint8 or float, not {images.dtype}")
    if not images.isfinite().all():
        raise ValueError("there are pixels that are not finite numbers")
    if images.numel() and (images.min() < 0 or images.max() > 1):
        raise ValueError(
            f"float pixels must be in 0-1, but go from {images.min():.3g} to {images.max():.3g}: "
            "divide 0-255 by 255, or cut off with clip(0, 1); images that are normalised already "
            "go to the model itself")
    return normalise(images).reshape(-1, 1, 28, 28)


class AdderDataset(Dataset[Example]):
    """Examples `((image, number), (digit, total))` with `total = digit + number`.

    image is float32 (1, 28, 28), augmented and normalised; number, digit and total are int64
    scalars in 0-9, 0-9 and 0-18. The dataset itself holds

    - `images`: uint8 (n, 28, 28), white ink on black
    - `digits`: int64 (n,), what the images show
    - `numbers`: int64 (n,), or None to draw a new number at every access
    - `forms`: a function of float32 (batch, 1, 28, 28) images in 0-1 and their digits that draws
      other forms of them, such as `Forms()`, or None
    - `augment`: a function of such images, used after it, or None

    For a task other than adding, override `combine`, and `sums` where there are more classes:

        class MultiplyingDataset(AdderDataset):
            sign, sums = "×", 82

            def combine(self, digits, numbers):
                return digits * numbers  # from 0 to 81

    Its model is `IdentityAdderModel(sums=82)`.

    Random draws come from torch's own generator: seed them with `torch.manual_seed`. Loader
    workers are seeded by `DataLoader`, each differently, and differently in every epoch.

    Raises ValueError if the tensors don't fit each other or a number is not one of 0-9, and when an
    example is read for which `combine` gives something that isn't a class.
    """

    sign = "+"  # in titles of figures, between digit and number
    sums = 19  # the classes of what `combine` gives: 0 to 18

    def __init__(
        self,
        images: Tensor,
        digits: Tensor,
        numbers: Tensor | None = None,
        augment: Callable[[Tensor], Tensor] | None = None,
        forms: Callable[[Tensor, Tensor], Tensor] | None = None,
    ):
        _check_tensors(images, digits, numbers)
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

    def combine(self, digits: Tensor, numbers: Tensor) -> Tensor:
        """The second answer to digits and numbers, all int64 (n,), as classes from 0: their sum."""
        return digits + numbers

    def __getitems__(self, indices: Sequence[int]) -> list[Example]:
        """Many examples, computed as one batch; `DataLoader` calls this if it exists.

        The list of examples that it returns holds views of the batch's tensors.
        """
        places = torch.as_tensor(indices, dtype=torch.int64, device=self.images.device)
        images = self.images[places].unsqueeze(1).float() / 255
        digits = self.digits[places]
        shape = images.shape
        if self.forms is not None:
            images = self.forms(images, digits)
        if self.augment is not None:
            images = self.augment(images)
        if images.shape != shape:
            raise ValueError(f"augmenting made {tuple(images.shape)} of {tuple(shape)}: each image "
                             "has to stay one, of the same size")
        numbers = torch.randint_like(digits, 10) if self.numbers is None else self.numbers[places]
        totals = self.combine(digits, numbers)
        _check_totals(totals, digits, self.sums)
        if self.one_hot:
            numbers, digits = F.one_hot(numbers, 10).float(), F.one_hot(digits, 10).float()
            totals = F.one_hot(totals, self.sums).float()
        return list(zip(zip(normalise(images), numbers), zip(digits, totals)))

    def as_one_hot(self) -> AdderDataset:
        """A view of the same examples with float32 one-hot vectors of size 10, 10 and `sums`."""
        view = copy.copy(self)
        view.one_hot = True
        return view

    def to(self, device: str | torch.device) -> AdderDataset:
        """A copy that holds its tensors, and computes its batches, on another device."""
        copied = copy.copy(self)
        copied.images, copied.digits = self.images.to(device), self.digits.to(device)
        copied.numbers = None if self.numbers is None else self.numbers.to(device)
        return copied


def load_splits(
    root: str | Path | None = None, seed: int = 0
) -> tuple[AdderDataset, AdderDataset, AdderDataset]:
    """MNIST as (train 48,000, validation 12,000, evaluation 10,000), disjoint.

    The seed shuffles MNIST's 60,000 training images before they are split, and draws the fixed
    numbers of validation and evaluation: the same on every machine. Training images are augmented,
    and their numbers drawn, at every access. `root` is a folder as torchvision keeps it; see
    `find_mnist` for where the data comes from when it is None, and for errors.

    Source of the task: garima-mahato/END2, Session 3 (GitHub).
    """
    root = find_mnist(root)
    (images, digits), evaluation = _read(root, "train", 60_000), _read(root, "t10k", 10_000)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(images), generator=generator)
    numbers = torch.randint(10, (len(images) + len(evaluation[0]),), generator=generator)
    train, validation = order[:TRAIN_SIZE], order[TRAIN_SIZE:]
    return (
        AdderDataset(images[train], digits[train], augment=Augment()),
        AdderDataset(images[validation], digits[validation], numbers[: len(validation)]),
        AdderDataset(*evaluation, numbers[-len(evaluation[0]) :]),
    )


def _read(root: Path, part: str, count: int) -> tuple[Tensor, Tensor]:
    """Images, uint8 (count, 28, 28), and digits, int64 (count,), from the two files of a part.

    There are 16 bytes before the pixels, and 8 before the digits: the file's kind and its sizes.
    """
    images, digits = (np.fromfile(root / RAW / f"{part}-{kind}", np.uint8)[offset:]
                      for kind, offset in zip(KINDS, (16, 8)))
    if len(images) != count * 28 * 28 or len(digits) != count:
        raise DataError(f"the files {part}-* in {root / RAW} are damaged: delete them and run this "
                        "again")
    return torch.from_numpy(images).view(-1, 28, 28), torch.from_numpy(digits).long()


def find_mnist(root: str | Path | None = None) -> Path:
    """A folder with MNIST, unpacked, to hand to `torchvision.datasets.MNIST`.

    Looks at `root`, else at the environment variable MNIST_ADDER_DATA, else at the checkout's
    `assets/mnist`, else at the user's cache. torchvision verifies the archives, unpacks them, and
    downloads what is missing; if the folder can't be written, that happens in the user's cache.
    Raises DataError, which says what to do, even for a named folder that doesn't exist: its name
    may be mistyped.
    """
    cache, checkout = user_cache_path("mnist_adder"), Path(__file__).parents[1] / "assets" / "mnist"
    named = root or os.environ.get("MNIST_ADDER_DATA")
    source = Path(os.path.expanduser(named or (checkout if checkout.exists() else cache)))
    if named and not source.is_dir():
        raise DataError(f"there is no folder {source} to find MNIST in. Correct its name, or make "
                        "the folder to have MNIST downloaded there. (The name comes from "
                        f"{'the argument' if root else 'MNIST_ADDER_DATA'}.)")
    try:
        try:
            return _unpack(source, source)
        except OSError:  # it can't be written
            return _unpack(source, cache)
    except Exception as error:  # depending on disk and network, almost any
        raise DataError(
            f"MNIST is missing or damaged in {source / RAW}, and can't be unpacked or downloaded "
            f"({' '.join(str(error).split()):.500}). Connect to the internet and run this again; "
            f"or put the archives there: {', '.join(f'{name}.gz' for name in FILES)}; or set "
            "MNIST_ADDER_DATA to a folder that has them in MNIST/raw."
        ) from error


def _unpack(source: Path, folder: Path) -> Path:
    """Let torchvision unpack MNIST, if it isn't yet. Another process finds whole files or none."""
    if not all((folder / RAW / name).is_file() for name in FILES):
        from torchvision.datasets import MNIST  # imported here, as it takes two seconds

        raw, silent = folder / RAW, contextlib.redirect_stdout(io.StringIO())  # it may name files
        raw.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as unpacking, silent:
            Path(unpacking, RAW).mkdir(parents=True)
            for archive in (source / RAW).glob("*.gz"):
                shutil.copy(archive, Path(unpacking, RAW))
            MNIST(unpacking, download=True)
            for file in Path(unpacking, RAW).iterdir():
                file.replace(raw / file.name)
    return folder


def _check_tensors(images: Tensor, digits: Tensor, numbers: Tensor | None) -> None:
    named = {"images": (images, torch.uint8, (len(images), 28, 28)),
             "digits": (digits, torch.int64, (len(images),)),
             "numbers": (digits if numbers is None else numbers, torch.int64, (len(images),))}
    for name, (values, dtype, shape) in named.items():
        if values.dtype != dtype or values.shape != shape or len(values) == 0:
            raise ValueError(f"{name} must be a {dtype} tensor of shape {shape}, not "
                             f"{values.dtype} of shape {tuple(values.shape)}")
        if name != "images" and not 0 <= values.min() <= values.max() <= 9:
            raise ValueError(f"{name} must be 0-9, but go from {values.min()} to {values.max()}")


def _check_totals(totals: Tensor, digits: Tensor, sums: int) -> None:
    if totals.shape != digits.shape or totals.dtype != torch.int64:
        raise ValueError(f"combine must give int64 of shape {tuple(digits.shape)}, not "
                         f"{totals.dtype} of shape {tuple(totals.shape)}")
    if totals.device.type == "cpu" and not 0 <= totals.min() <= totals.max() < sums:  # a GPU waits
        raise ValueError(
            f"combine gives from {totals.min()} to {totals.max()}, but there are {sums} classes, "
            f"from 0 to {sums - 1}: set `sums` in the class of the dataset, and make the model "
            "with as many, IdentityAdderModel(sums=...)")
