"""The data about training images with which the front end says what a drawing is most like."""

from __future__ import annotations

import base64
import zlib

from torch import Tensor

from mnist_adder_lib.drawing import Strangeness

from .image_sheet import image_sheet
from .network_diagram import to_base64, weights_as_text

# While weights change, the ink alone judges: 2% of the digits of writers 1-7 are farther than this
# from the nearest training image, by experiments/measure_nonsense.py.
INK_LIMIT = 3.32


def known_images(strangeness: Strangeness, digits: Tensor) -> dict:
    """What the front end needs to judge an image: the trait `known` of `NetworkDiagram`.

    digits: (n,), shown below the known images, of which the forms come last
    """
    weights = base64.b64decode(weights_as_text(strangeness.model)["numbers"])
    return dict(
        count=strangeness.known_count,  # of the known images, before the forms
        images=image_sheet(strangeness.known, digits),
        scale=dict(distance=strangeness.per_distance, logit=strangeness.per_logit,
                   threshold=strangeness.threshold),
        head=weights_as_text(strangeness.head) if strangeness.head else None,
        ink_limit=INK_LIMIT,
        crc32=zlib.crc32(weights),  # of the weights that all this was made with
        found=dict(low=strangeness.low.tolist(), step=strangeness.step.tolist(),
                   units=strangeness.units.tolist(),
                   bytes=to_base64(strangeness.steps.cpu().numpy())))  # n times 32
