"""The data: MNIST from verified archives, the three splits, and the adder dataset."""

from __future__ import annotations

import copy
import os
import shutil
import tempfile
from pathlib import Path

import torch
import torch.nn.functional as F
from platformdirs import user_cache_path
from torch import Tensor
from torch.utils.data import Dataset
from torchvision.datasets import MNIST
from torchvision.datasets.utils import check_integrity

from .augment import Augment

RAW = Path("MNIST", "raw")  # where torchvision keeps the files in a folder
MEAN, STD = 0.1307, 0.3081  # of the pixels of MNIST's 60,000 training images, scaled to 0-1
TRAIN_SIZE = 48_000  # 80% of the 60,000; the other 12,000 are the test split

# torchvision checks the archives but not what it unpacked from them, so these are checked here.
UNPACKED_MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


class DataError(RuntimeError):
    """MNIST is missing, damaged or can't be unpacked; the message says what to do."""


def normalise(images: Tensor) -> Tensor:
    """Pixels in 0-1 to the model's input: mean 0 and standard deviation 1 over MNIST."""
    return (images - MEAN) / STD


class AdderDataset(Dataset):
    """Examples `((image, number), (digit, total))` with `total = digit + number`.

    image is float32 (1, 28, 28), augmented and normalised; number, digit and total are int64
    scalars in 0-9, 0-9 and 0-18. The dataset itself holds

    - `images`: uint8 (n, 28, 28), white ink on black
    - `digits`: int64 (n,), what the images show
    - `numbers`: int64 (n,), or None to draw a number anew at every access
    - `augment`: a function of float32 (batch, 1, 28, 28) images in 0-1, or None

    Random draws come from torch's own generator: seed them with `torch.manual_seed`. Loader
    workers are seeded by `DataLoader`, each differently and anew in every epoch.

    Raises ValueError where the tensors don't fit each other or a number is not one of 0-9.
    """

    def __init__(self, images, digits, numbers=None, augment=None):
        _check_images(images)
        _check_digits("digits", digits, len(images))
        if numbers is not None:
            _check_digits("numbers", numbers, len(images))
        self.images, self.digits, self.numbers = images, digits, numbers
        self.augment = augment
        self.one_hot = False

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int):
        index = range(len(self))[index]  # as a list: negative counts from the end, IndexError
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: list[int]) -> list:
        """Many examples, computed as one batch; `DataLoader` calls this where it exists.

        The list of examples that it returns holds views of the batch's tensors.
        """
        indices = torch.as_tensor(indices, device=self.images.device)
        images = self.images[indices].unsqueeze(1).float() / 255
        if self.augment is not None:
            images = self.augment(images)
        digits = self.digits[indices]
        numbers = torch.randint_like(digits, 10) if self.numbers is None else self.numbers[indices]
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

    def to(self, device) -> AdderDataset:
        """A copy that holds its tensors, and computes its batches, on another device."""
        moved = copy.copy(self)
        moved.images, moved.digits = self.images.to(device), self.digits.to(device)
        moved.numbers = None if self.numbers is None else self.numbers.to(device)
        return moved


def load_splits(root=None, seed: int = 0) -> tuple[AdderDataset, AdderDataset, AdderDataset]:
    """MNIST as (train 48,000, test 12,000, evaluation 10,000), disjoint.

    The seed shuffles MNIST's 60,000 training images before they are split, and draws the fixed
    numbers of test and evaluation: the same on every machine. Training images are augmented and
    their numbers drawn anew at every access. `root` is a folder for `torchvision.datasets.MNIST`;
    see `find_mnist` for where the data comes from when it is None.

    Source of the task: garima-mahato/END2, Session 3 (GitHub).
    """
    root = find_mnist(root)
    mnist, mnist_test = MNIST(root, train=True), MNIST(root, train=False)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(mnist), generator=generator)
    numbers = torch.randint(10, (len(mnist) + len(mnist_test),), generator=generator)
    train, test = order[:TRAIN_SIZE], order[TRAIN_SIZE:]
    return (
        AdderDataset(mnist.data[train], mnist.targets[train], augment=Augment()),
        AdderDataset(mnist.data[test], mnist.targets[test], numbers[: len(test)]),
        AdderDataset(mnist_test.data, mnist_test.targets, numbers[-len(mnist_test) :]),
    )


def find_mnist(root=None) -> Path:
    """A folder with MNIST, verified and unpacked, to hand to `torchvision.datasets.MNIST`.

    Looks at `root`, else at the environment variable MNIST_ADDER_DATA, else at the checkout's
    `assets/mnist`, else at the user's cache. What is not there is downloaded; what is not
    unpacked, or was changed, is unpacked again; where the folder can't be written, that happens
    in the user's cache. Raises DataError, which says what to do.
    """
    cache = user_cache_path("mnist_adder")
    checkout = Path(__file__).parent.parent / "assets" / "mnist"
    root = root or os.environ.get("MNIST_ADDER_DATA") or (checkout if checkout.exists() else cache)
    source = Path(root).expanduser()
    for folder in dict.fromkeys([source, cache]):
        if _is_unpacked(folder):
            return folder
        try:
            _unpack(source, folder)
            return folder
        except OSError as error:  # read-only or full: the cache may do
            reason = error
    raise DataError(
        f"MNIST can't be unpacked in {source} nor in {cache} ({reason}). "
        "Free some space, or set MNIST_ADDER_DATA to a folder that can be written."
    )


def _is_unpacked(root: Path) -> bool:
    return all(check_integrity(root / RAW / name, md5) for name, md5 in UNPACKED_MD5.items())


def _unpack(source: Path, target: Path) -> None:
    """Let torchvision verify and unpack the archives of `source`, and move the result to `target`.

    It works in a folder of its own, so that two processes can do it at once and none ever sees
    half a file.
    """
    (target / RAW).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target, prefix=".unpacking-") as scratch:
        raw = Path(scratch) / RAW
        raw.mkdir(parents=True)
        for name, md5 in MNIST.resources:
            archive = source / RAW / name
            if archive.exists():
                _check_archive(archive, md5)
                shutil.copyfile(archive, raw / name)
        _download_missing_and_unpack(Path(scratch), source)
        for file in raw.iterdir():
            place = target / RAW / file.name
            if file.name in UNPACKED_MD5 or not place.exists():
                file.replace(place)


def _check_archive(archive: Path, md5: str) -> None:
    if not check_integrity(archive, md5):
        raise DataError(
            f"{archive} is damaged: it has {archive.stat().st_size:,} bytes that are not MNIST's. "
            "Restore it (in a checkout: git checkout -- assets), or delete it and run this "
            "again to download it."
        )


def _download_missing_and_unpack(scratch: Path, source: Path) -> None:
    try:
        MNIST(scratch, download=True)  # downloads only the archives that are not there
    except RuntimeError as error:  # torchvision's last mirror failed
        names = ", ".join(name for name, _ in MNIST.resources)
        raise DataError(
            f"MNIST is not complete in {source / RAW} and could not be downloaded "
            f"({error}). Connect to the internet and run this again, or put the archives there: "
            f"{names}; or set MNIST_ADDER_DATA to a folder that has them in MNIST/raw."
        ) from error


def _check_images(images) -> None:
    _check_type("images", images, torch.uint8)
    if images.ndim != 3 or images.shape[1:] != (28, 28) or len(images) == 0:
        raise ValueError(f"images must have the shape (n, 28, 28), not {tuple(images.shape)}")


def _check_digits(name: str, values, count: int) -> None:
    _check_type(name, values, torch.int64)
    if values.shape != (count,):
        raise ValueError(f"{name} must have one entry for each of the {count} images")
    if values.min() < 0 or values.max() > 9:
        raise ValueError(f"{name} must be 0-9, but go from {values.min()} to {values.max()}")


def _check_type(name: str, values, dtype: torch.dtype) -> None:
    found = values.dtype if isinstance(values, Tensor) else type(values).__name__
    if found != dtype:
        raise ValueError(f"{name} must be a {dtype} tensor, not {found}")
