"""A pad that keeps what is drawn on it, for a question about somebody's own handwriting."""

from __future__ import annotations

import io
from pathlib import Path

import ipywidgets
import numpy as np
import torch

from mnist_adder_lib import AdderDataset, load_pretrained
from mnist_adder_lib.drawing import AdderPanel
from mnist_adder_lib.drawing.still import Still
from mnist_adder_lib.files import write_whole


class OwnDigits(Still, ipywidgets.VBox):
    """Draw a 0, a 1, ..., a 9 and again a 0, or choose a photo of each: a button keeps it.

    `images` holds what was kept, uint8 (n, 28, 28), framed as MNIST's images are. It is stored in
    the file `path` at once, and read from there if the file exists. Raises ValueError for a file
    that holds anything else.
    """

    def __init__(self, path: str | Path = "my_digits.npy"):
        self.path = Path(path)
        self.images = _read(self.path) if self.path.exists() else np.zeros((0, 28, 28), np.uint8)
        self.panel = AdderPanel(load_pretrained(), small=True)
        # As wide as their words, also where a row has no room for both; above the pad, because on a
        # phone the panel is higher than the window.
        self.keep, self.back = (ipywidgets.Button(layout={"width": "auto"}) for _ in range(2))
        self.back.description = "Drop the last"
        self.kept = ipywidgets.Label()
        self.keep.on_click(self._keep)
        self.back.on_click(self._drop)
        self._say()
        row = ipywidgets.HBox([self.keep, self.back, self.kept], layout={"flex_flow": "row wrap"})
        super().__init__([row, self.panel])

    def halves(self) -> tuple[AdderDataset, AdderDataset]:
        """Every other round from 0 to 9, and the rounds between. Raises ValueError before there
        are two whole rounds."""
        if len(self.images) < 20:
            raise ValueError(f"Draw at least 20 digits, two of each: so far there are "
                             f"{len(self.images)}.")
        images = torch.from_numpy(self.images)
        order = torch.arange(len(images))
        numbers = torch.randint(10, (len(images),), generator=torch.Generator().manual_seed(0))
        rounds = [order // 10 % 2 == half for half in (0, 1)]
        first, second = (AdderDataset(images[chosen], order[chosen] % 10, numbers[chosen])
                         for chosen in rounds)
        return first, second

    def still(self) -> tuple[bytes, str] | None:
        return self.panel.still()

    def __repr__(self) -> str:
        return "OwnDigits()"

    def _keep(self, _button: ipywidgets.Button) -> None:
        if (image := self.panel.framed()).any():  # an empty pad isn't a digit
            self._store(np.concatenate([self.images, image[None]]))
            self.panel.clear()

    def _drop(self, _button: ipywidgets.Button) -> None:
        self._store(self.images[:-1])

    def _store(self, images: np.ndarray) -> None:
        np.save(buffer := io.BytesIO(), images)
        write_whole(self.path, buffer.getvalue())
        self.images = images
        self._say()

    def _say(self) -> None:
        count = len(self.images)
        self.keep.description = f"Keep it as a {count % 10}"
        self.back.disabled = not count
        self.kept.value = f"Kept so far: {count}"


def _read(path: Path) -> np.ndarray:
    try:
        images = np.load(path)
    except (ValueError, EOFError):
        images = None
    if images is None or images.dtype != np.uint8 or images.shape[1:] != (28, 28):
        raise ValueError(f"{path} doesn't hold drawn digits. Move it away, or give another name: "
                         'OwnDigits("my_other_digits.npy").')
    return images
