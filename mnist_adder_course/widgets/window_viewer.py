"""A window to move over an image: what a convolution, ReLU and max pooling calculate there."""

from __future__ import annotations

from functools import cache

import anywidget
import numpy as np
from traitlets import Any, Enum, Float, Int, List, TraitError, default, observe, validate

from mnist_adder_lib.data import load_splits
from mnist_adder_lib.drawing.still import Still
from mnist_adder_lib.shared import UPPER_EDGE

from .front_end import front_end, still_of


@cache
def one_of_each() -> list:
    """The first 0, 1, ... 9 of the validation split, each as 28 rows of 28 integers (0-255)."""
    validation = load_splits()[1]
    places = [int((validation.digits == digit).nonzero()[0]) for digit in range(10)]
    return [validation.images[place].tolist() for place in places]


def as_lists(numbers, name: str, sides: str) -> list:
    """Tensor, array or lists as channels of rows of floats; a single channel may come bare."""
    try:
        array = np.asarray(numbers.detach().cpu() if hasattr(numbers, "detach") else numbers)
        array = array / 255 if array.dtype == np.uint8 else array.astype(float)
    except (TypeError, ValueError, OverflowError):
        array = np.empty(0)
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3 or not array.size or not np.isfinite(array).all():
        raise TraitError(f"{name} should be numbers of the shape {sides} or (channels, {sides[1:]}")
    return array.round(4).tolist()


class WindowViewer(Still, anywidget.AnyWidget):
    """Move a window over an image and see the numbers that a layer makes of it.

    - image: (height, width) or (channels, height, width), at least 3x3; uint8 counts as 0-255
    - weights: (3, 3) or (channels, 3, 3), as many channels as the image has
    - mode: the layer shown, "convolution", "relu" (of its result) or "pooling" (of that)
    - place: [row, column] of the window, as a place of the convolution's result
    - range: the numbers that are shown black and white; empty: 0 is black, below 0 orange. By
      default 0 and 1, or empty where the image has others
    - padding: how many zeros are put around the image, 0 or 1
    - digits: 28x28 images from 0 to 255 for the button Digit; empty: no such button

    Everything is calculated in the browser. Drawing or changing something there changes the trait
    here, and the other way round. Raises TraitError for values that don't fit.
    """

    _esm, _css = front_end("window_viewer")
    image = Any().tag(sync=True, echo_update=False)
    weights = Any().tag(sync=True, echo_update=False)
    mode = Enum(["convolution", "relu", "pooling"], "convolution").tag(sync=True, echo_update=False)
    place = List(Int(), [14, 14], 2, 2).tag(sync=True, echo_update=False)
    range: List = List(Float(), [0.0, 1.0]).tag(sync=True)
    padding = Int(1, min=0, max=1).tag(sync=True)
    digits: List = List().tag(sync=True)

    def __init__(self, image=None, weights=None, **traits):
        image = np.array(one_of_each()[7], np.uint8) if image is None else image
        image = as_lists(image, "image", "(height, width)")
        inside = 0 <= np.min(image) and np.max(image) <= 1
        super().__init__(image=image, **{"range": [0.0, 1.0] if inside else [], **traits})
        self.weights = [UPPER_EDGE] * len(image) if weights is None else weights

    @default("digits")
    def _one_of_each(self):
        return one_of_each()

    @validate("image")
    def _check_image(self, proposal):
        image = as_lists(proposal.value, "image", "(height, width)")
        if len(image[0]) < 3 or len(image[0][0]) < 3:
            raise TraitError("image should have at least 3 rows and 3 columns: the window has them")
        return image

    @observe("image")
    def _fit_weights(self, _change):
        if self.weights and len(self.image) != len(self.weights):
            self.weights = [UPPER_EDGE] * len(self.image)

    @validate("weights")
    def _check_weights(self, proposal):
        weights = as_lists(proposal.value, "weights", "(3, 3)")
        if np.shape(weights)[1:] != (3, 3):
            raise TraitError(f"weights should be 3x3, not {np.shape(weights)[1:]}")
        if len(weights) != len(self.image):
            raise TraitError(f"{len(weights)} windows of weights for {len(self.image)} channels")
        return weights

    def __repr__(self):
        return "WindowViewer()"

    def still(self):
        return still_of("window_viewer"), (
            "The viewer with a 7: two pictures side by side, the 7 with a window of 3x3 pixels on "
            "it, and its upper edges, white, and lower edges, orange. Below them the nine numbers "
            "in the window, times nine weights, the nine products, and their sum, 2.88.")
