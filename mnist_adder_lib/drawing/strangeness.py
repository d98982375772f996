"""How strange an image is to a network, and the limit beyond which it is refused.

Two things are measured, since each notices what the other misses. The distance to the nearest of
some known images notices what looks like no digit at all. The network's confidence notices what
could be one digit or another. js/src/network/known_images.js computes the same in the browser.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..data import normalise
from ..evaluate import in_evaluation
from ..model import IdentityAdderModel
from ..shared import LIMITS

# How much confidence counts, where distance counts 1, and the share of the known images that the
# limit would refuse. Both were chosen with experiments/measure_nonsense.py.
WEIGHT, REFUSED = LIMITS["confidence_weight"], LIMITS["known_refused"]
FEWEST = 20  # known images: fewer give no limit


@torch.no_grad()
def look_at(model: IdentityAdderModel, images: Tensor) -> tuple[Tensor, Tensor]:
    """What a network in evaluation mode finds in images, uint8 (n, 28, 28), and how it reads them.

    - found: float32 (n, 32), how much of each feature there is: the means of the 16 maps of block 2
      and of the 16 maps of block 3
    - logits: float32 (n, 10), of the ten digits. They depend a little on the number that is to be
      added, but how strange an image is should not: the number is always 0 here

    Both are on the images' device.
    """
    batches, device = [], next(model.parameters()).device
    for batch in images.split(500):
        after_two = model.block2(model.block1(normalise(batch[:, None].to(device) / 255)))
        average = model.block3(after_two).mean((2, 3))
        numbers = torch.zeros(len(batch), dtype=torch.int64, device=device)
        logits, _ = model.add(model.embedding(average), numbers)
        batches.append((torch.cat([after_two.mean((2, 3)), average], 1), logits))
    found, logits = (torch.cat(parts).to(images.device) for parts in zip(*batches))
    return found, logits


def ink_in_squares(images: Tensor) -> Tensor:
    """Where the ink of images, uint8 (n, 28, 28), is: the mean of each of 7x7 squares, times 4, so
    that two images are as far apart as their pixels would be if they were blurred: (n, 49)."""
    return 4 * F.avg_pool2d(images[:, None] / 255, 4).flatten(1)


def confidence_logit(logits: Tensor) -> Tensor:
    """log(p / (1 - p)), p the probability of the likeliest class: (n,), from logits (n, classes).

    It is the largest logit minus the log of the summed exponentials of the others. (Computed from
    p itself, it would be infinite for a sure network, whose p is rounded to 1.)
    """
    largest, place = logits.max(dim=1)
    others = logits.scatter(1, place[:, None], -torch.inf)
    return largest - others.logsumexp(dim=1)


def spreads(found: Tensor, digits: Tensor) -> Tensor:
    """The standard deviation of each number of (n, m) among images of the same digit: (m,)."""
    middles = torch.stack([found[digits == digit].mean(0) for digit in range(10)])
    variances = (found - middles[digits]).square().mean(0)
    return (variances + 0.001 * variances.mean()).sqrt()  # where nothing varies, it isn't 0


class Strangeness:
    """How strange images are to a network that knows some images.

    - model: an `IdentityAdderModel` as it is now. What it learns later is not taken into account
    - known: uint8 (n, 28, 28), at least 20 images that it was trained on; 3,000 are enough

    `strangeness(images)` is the distance to the nearest known image, minus `WEIGHT` times the logit
    of the confidence, each divided by its standard deviation among the known images. Beyond `limit`
    an image is refused. At first the limit is the strangeness that a share `REFUSED` of the known
    images exceed, if each is compared with all others; it can be set to another number.

    Raises TypeError for another kind of model and ValueError for images that don't fit.
    """

    def __init__(self, model: nn.Module, known: Tensor):
        if not isinstance(model, IdentityAdderModel):
            raise TypeError(f"model should be an IdentityAdderModel, not {type(model).__name__}: "
                            "what it finds in an image is read between its blocks")
        check(known)
        if len(known) < FEWEST:
            raise ValueError(f"there should be at least {FEWEST} known images, not {len(known)}")
        self.model, self.known = in_evaluation(model), known
        self.found, logits = look_at(self.model, known)
        self.units = spreads(self.found, logits.argmax(dim=1))
        self.points = torch.cat([self.found / self.units, ink_in_squares(known)], dim=1)
        others = torch.cdist(self.points, self.points).fill_diagonal_(torch.inf)
        distances, certainties = others.amin(dim=1), confidence_logit(logits)
        self.per_distance = 1 / distances.std().item()
        self.per_certainty = WEIGHT / certainties.std().item()
        self.limit = self.score(distances, certainties).quantile(1 - REFUSED).item()

    def measure(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Of images, uint8 (n, 28, 28): the distance to the nearest known image, and the logit of
        the confidence, (n,) each."""
        check(images)
        found, logits = look_at(self.model, images)
        points = torch.cat([found / self.units, ink_in_squares(images)], dim=1)
        distances = [torch.cdist(part, self.points).amin(dim=1) for part in points.split(500)]
        return torch.cat(distances), confidence_logit(logits)

    def score(self, distances: Tensor, certainties: Tensor) -> Tensor:
        """The strangeness that follows from both measures, (n,)."""
        return self.per_distance * distances - self.per_certainty * certainties

    def __call__(self, images: Tensor) -> Tensor:
        """How strange images, uint8 (n, 28, 28), are: float32 (n,)."""
        return self.score(*self.measure(images))

    def refuses(self, images: Tensor) -> Tensor:
        """Whether images, uint8 (n, 28, 28), are stranger than the limit: bool (n,)."""
        return self(images) > self.limit


def check(images: Tensor) -> None:
    """Raises ValueError for what isn't images, uint8 (n, 28, 28), n > 0."""
    if images.dtype != torch.uint8 or images.shape[1:] != (28, 28) or not len(images):
        raise ValueError("images must be uint8 of shape (n, 28, 28), at least one, not "
                         f"{images.dtype} of shape {tuple(images.shape)}")
