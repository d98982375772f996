"""The data about training images with which the front end says what a drawing is most like."""

from __future__ import annotations

from torch import Tensor

from mnist_adder_lib.drawing import Strangeness

from .image_sheet import image_sheet
from .network_diagram import to_base64, weights_as_text


def known_images(strangeness: Strangeness, digits: Tensor) -> dict:
    """What the front end needs to reject an image: `StoredImages` of
    js/src/widgets/nearest/known_images.js.

    digits: (n,), shown below the known images, of which the forms come last
    """
    return dict(
        count=strangeness.known_count,  # of the known images, before the forms
        images=image_sheet(strangeness.known, digits),
        scale=dict(distance=strangeness.per_distance, logit=strangeness.per_logit,
                   threshold=strangeness.threshold),
        head=weights_as_text(strangeness.head) if strangeness.head else None,
        found=dict(low=strangeness.low.tolist(), step=strangeness.step.tolist(),
                   units=strangeness.units.tolist(),
                   bytes=to_base64(strangeness.steps.cpu().numpy())))  # n times 32
