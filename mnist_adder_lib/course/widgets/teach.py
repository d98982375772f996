"""Teach it yourself: the whole network is trained in the browser, while one watches."""

from __future__ import annotations

import anywidget
from torch import nn
from traitlets import Dict, Int, Unicode

from ...checkpoint import load_pretrained
from ...data import AdderDataset
from .front_end import front_end
from .image_sheet import image_sheet
from .network_diagram import weights_as_text

TRAINING, HELD_BACK = 3000, 500  # images


class TrainInBrowser(anywidget.AnyWidget):
    """Buttons and two curves: forget all that the network has learned, and train it again.

    - model: the network that is there at first, and that one can come back to
    - images, held_back: sheets (`image_sheet`) to train on, and to see how well it does
    - epochs: how often each image is seen
    - seed: for the same random numbers each time; None for others
    - lesson: the address of the lesson on training, or ""

    All is calculated in the browser, in a worker. Networks are saved there as safetensors, which
    `load_checkpoint` opens.
    """

    _esm, _css = front_end("train_in_browser")
    weights: Dict = Dict().tag(sync=True)
    images: Dict = Dict().tag(sync=True)
    held_back: Dict = Dict().tag(sync=True)
    epochs = Int(8, min=1).tag(sync=True)
    seed = Int(None, allow_none=True).tag(sync=True)
    lesson = Unicode("").tag(sync=True)

    def __init__(self, train: AdderDataset, validation: AdderDataset,
                 model: nn.Module | None = None, **traits):
        sheets = [image_sheet(part.images[:count], part.digits[:count])
                  for part, count in ((train, TRAINING), (validation, HELD_BACK))]
        super().__init__(weights=weights_as_text(model or load_pretrained()), images=sheets[0],
                         held_back=sheets[1], **traits)

    def __repr__(self) -> str:
        return "TrainInBrowser()"
