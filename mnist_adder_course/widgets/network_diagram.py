"""The whole network in one picture, and what it makes of a drawing and a number."""

from __future__ import annotations

import base64
from typing import Any

import anywidget
import numpy as np
import torch
from torch import Tensor, nn
from traitlets import Dict, Enum, Int, List, TraitError

from mnist_adder_lib.checkpoint import changed_layer
from mnist_adder_lib.drawing import frame_strokes
from mnist_adder_lib.drawing.still import Still
from mnist_adder_lib.model import IdentityAdderModel
from mnist_adder_lib.shared import PARTS, SEVEN

from .front_end import front_end, still_of

# The model's options that js/src/network/forward.js knows.
COMPUTED = "adder_layers", "dropout", "channel_dropout", "sums"


def to_base64(array: np.ndarray) -> str:
    return base64.b64encode(array.tobytes()).decode()


def weights_as_text(model: nn.Module) -> dict:
    """What the front end reads: names and shapes of the numbers, and all in a row, as float32."""
    state = {name: value.detach().cpu().float().numpy()
             for name, value in model.state_dict().items() if value.ndim}
    numbers = np.concatenate([value.ravel() for value in state.values()]).astype("<f4")
    return dict(shapes={name: list(value.shape) for name, value in state.items()},
                numbers=to_base64(numbers))


def as_pixels(image: Any) -> list[int]:
    """784 pixels, 0 to 255, of an image: 28x28 floats from 0 to 1, whole numbers to 255, or
    booleans."""
    array = np.asarray(image.detach().cpu() if isinstance(image, Tensor) else image)
    if array.shape[-2:] != (28, 28) or array.size != 784:
        raise TraitError(f"image should be 28x28 pixels, not {array.shape}")
    most = 255 if array.dtype.kind in "ui" else 1
    if not (array.min() >= 0 and array.max() <= most):  # not: NaN, too
        raise TraitError(f"the pixels should be from 0 to {most}, but these go from "
                         f"{array.min():.2f} to {array.max():.2f}: give them before `normalise`")
    return (array * (255 / most)).round().astype(int).ravel().tolist()


def _check_is_computed(model: nn.Module) -> None:
    """Raise TraitError for a network that the browser doesn't compute: it sees the weights alone,
    and would take another activation for ReLU without a word."""
    if not isinstance(model, IdentityAdderModel):
        raise TraitError(f"model should be an IdentityAdderModel, not {type(model).__name__}")
    if other := changed_layer(model, {name: model.config[name] for name in COMPUTED}):
        raise TraitError(f"the browser doesn't know how to compute `{other}` of the model")


class NetworkDiagram(Still, anywidget.AnyWidget):
    """All parts of the network from left to right, with what each makes of an image and a number.

    - model: an `IdentityAdderModel`, shown in its present state, in use: as after `eval()`
    - image: 28x28 pixels from 0 to 1, or whole numbers to 255; by default a drawn 7. One's own
      drawing, made in the diagram, takes its place here, too
    - number: 0-9; the one chosen in the diagram
    - here: "", or the name of the part that is marked "you are here", one of `PARTS`

    All is calculated in the browser. Raises TraitError for what doesn't fit.
    """

    _esm, _css = front_end("network_diagram")
    weights: Dict = Dict().tag(sync=True)
    pixels: List = List(Int(), minlen=784, maxlen=784).tag(sync=True, echo_update=False)
    number = Int(5, min=0, max=9).tag(sync=True, echo_update=False)
    here = Enum(("", *PARTS), "").tag(sync=True)

    def __init__(self, model: nn.Module, image: Any = None, **traits: Any):
        _check_is_computed(model)
        pixels = as_pixels(frame_strokes(SEVEN) if image is None else image)
        super().__init__(weights=weights_as_text(model), pixels=pixels, **traits)

    @property
    def image(self) -> Tensor:
        """The image that is shown, float (28, 28) from 0 to 1."""
        return torch.tensor(self.pixels).view(28, 28) / 255

    @image.setter
    def image(self, image: Any) -> None:
        self.pixels = as_pixels(image)

    def __repr__(self) -> str:
        return "NetworkDiagram()"

    def still(self) -> tuple[bytes, str]:
        return still_of("network_diagram"), (
            "The diagram with a drawn 7 and the number 5: image, blocks, average, embedding and "
            "number, adder, heads, joined by bands; above them a pad and the answer.")
