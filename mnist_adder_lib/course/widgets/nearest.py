"""Whether an image is like any training image: what the front end compares, in Python.

js/src/network/known_images.js says the same in JavaScript.
"""

from __future__ import annotations

import base64
import zlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...data import normalise
from ...evaluate import in_evaluation
from ...model import IdentityAdderModel
from .image_sheet import image_sheet
from .network_diagram import to_base64, weights_as_text

COUNT = 3000  # of the training images, the first ones: 16,000 recognise hardly more
# 2% of the digits of writers 1-7 are farther than this from the nearest of them, with the network
# that ships: experiments/measure_nonsense.py. Digits of other sources may be refused more often.
THRESHOLD = 7.62
INK_THRESHOLD = 3.32  # and so far by their ink alone


@torch.no_grad()
def found_in(model: IdentityAdderModel, images: Tensor) -> Tensor:
    """How much was found in images, uint8 (n, 28, 28): the means of the 16 maps of block 2 and of
    the 16 of block 3, (n, 32), on the images' device."""
    model, found = in_evaluation(model), []
    device = next(model.parameters()).device
    for batch in images.split(500):
        after_two = model.block2(model.block1(normalise(batch[:, None].to(device) / 255)))
        found.append(torch.cat([after_two.mean((2, 3)), model.block3(after_two).mean((2, 3))], 1))
    return torch.cat(found).to(images.device)


def ink_in_squares(images: Tensor) -> Tensor:
    """Where the ink of images, uint8 (n, 28, 28), is: of each of 7x7 squares the mean, times 4, so
    that two images are as far apart as their pixels would be, had they been blurred: (n, 49)."""
    return 4 * F.avg_pool2d(images[:, None] / 255, 4).flatten(1)


def spreads(found: Tensor, digits: Tensor) -> Tensor:
    """How much each number of (n, m) varies among images of one digit: (m,)."""
    middles = torch.stack([found[digits == digit].mean(0) for digit in range(10)])
    variances = (found - middles[digits]).square().mean(0)
    return (variances + 0.001 * variances.mean()).sqrt()  # where nothing varies, it isn't 0


def distances_to_nearest(model: IdentityAdderModel, images: Tensor, known: Tensor,
                         digits: Tensor) -> Tensor:
    """How far images, uint8 (n, 28, 28), are from the nearest of those that are known: (n,)."""
    units = spreads(found_in(model, known), digits)
    points, known_points = (torch.cat([found_in(model, part) / units, ink_in_squares(part)], 1)
                            for part in (images, known))
    return torch.cat([torch.cdist(part, known_points).amin(1) for part in points.split(500)])


def known_images(model: IdentityAdderModel, images: Tensor, digits: Tensor,
                 threshold: float = THRESHOLD) -> dict:
    """What the front end wants to judge an image: the trait `known` of `NetworkDiagram`.

    - images: uint8 (n, 28, 28), of the training split, each digit among them; digits: (n,)
    - threshold: beyond this distance from all of them an image is none of the ten digits
    """
    found = found_in(model, images).cpu().numpy()
    low, step = found.min(0), np.ptp(found, axis=0) / 255 + 1e-9
    weights = base64.b64decode(weights_as_text(model)["numbers"])
    return dict(
        images=image_sheet(images, digits), threshold=threshold, ink_threshold=INK_THRESHOLD,
        crc32=zlib.crc32(weights),  # of the weights that `found` was made with
        found=dict(low=low.tolist(), step=step.tolist(),  # a byte for each number, n times 32
                   bytes=to_base64(((found - low) / step).round().astype(np.uint8))))
