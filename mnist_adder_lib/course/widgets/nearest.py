"""What the front end needs to say whether a drawing is a digit, and what it is most like."""

from __future__ import annotations

import base64
import zlib

import numpy as np
from torch import Tensor, nn

from ...model import IdentityAdderModel
from ...rejection import NonDigitHead, embed
from .image_sheet import image_sheet
from .network_diagram import to_base64, weights_as_text


def head_as_data(model: IdentityAdderModel, head: NonDigitHead) -> dict:
    """A head that rejects what is no digit: the trait `head` of `NetworkDiagram`.

    With other weights than those of the model, for which it was trained, nothing is rejected.
    """
    return dict(weights=weights_as_text(head), threshold=head.threshold, crc32=check_sum(model))


def known_images(model: IdentityAdderModel, images: Tensor, digits: Tensor) -> dict:
    """What the front end needs to show similar images: the trait `known` of `NetworkDiagram`.

    images: uint8 (n, 28, 28); digits: (n,), shown below them.
    """
    embeddings = embed(model, images).cpu().numpy()
    step = embeddings.max(0) / 255 + 1e-9  # a ReLU comes last: none is below 0
    return dict(
        images=image_sheet(images, digits),
        crc32=check_sum(model),
        embeddings=dict(step=step.tolist(),  # a byte for each number, n times 20
                        bytes=to_base64((embeddings / step).round().astype(np.uint8))))


def check_sum(model: nn.Module) -> int:
    """Of all weights: the front end's tells it whether its weights are still these."""
    return zlib.crc32(base64.b64decode(weights_as_text(model)["numbers"]))
