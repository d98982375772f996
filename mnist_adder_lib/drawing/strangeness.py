"""How strange an image is to a network, and the limit beyond which it is refused.

Three things are measured, since each notices what the others miss. The distance to the nearest of
some known images notices what looks like no digit at all. The network's confidence notices what
could be one digit or another. A head that has seen images that are no digits (`rejection.py`)
notices what is like those. js/src/network/known_images.js computes the same in the browser.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..evaluate import in_evaluation
from ..rejection import NonDigitHead, check, look_at
from ..shared import LIMITS

# How much confidence counts, where distance and the head count 1, and the share of the known images
# that the limit would refuse. Both were chosen with experiments/measure_nonsense.py.
WEIGHT, REFUSED = LIMITS["confidence_weight"], LIMITS["known_refused"]
FEWEST = 20  # known images: fewer give no limit


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
    - head: a head that was trained for the model, or None, which leaves it out

    `strangeness(images)` is the distance to the nearest known image, minus `WEIGHT` times the logit
    of the confidence, plus the logit of being no digit, which the head gives, each divided by its
    standard deviation among the known images. Beyond `limit`
    an image is refused. At first the limit is the strangeness that a share `REFUSED` of the known
    images exceed, if each is compared with all others; it can be set to another number.

    Raises TypeError for another kind of model and ValueError for images that don't fit.
    """

    def __init__(self, model: nn.Module, known: Tensor, head: NonDigitHead | None = None):
        check(known)
        if len(known) < FEWEST:
            raise ValueError(f"there should be at least {FEWEST} known images, not {len(known)}")
        self.model, self.known = in_evaluation(model), known
        self.head = None if head is None else in_evaluation(head)
        self.found, logits, embeddings = look_at(self.model, known)
        self.units = spreads(self.found, logits.argmax(dim=1))
        self.points = torch.cat([self.found / self.units, ink_in_squares(known)], dim=1)
        others = torch.cdist(self.points, self.points).fill_diagonal_(torch.inf)
        measured = others.amin(dim=1), confidence_logit(logits), self._non_digit_logit(embeddings)
        distance, certainty, non_digit = (values.std().item() for values in measured)
        self.per_distance, self.per_certainty = 1 / distance, WEIGHT / certainty
        self.per_logit = 1 / non_digit if head else 0.0
        self.limit = self.score(*measured).quantile(1 - REFUSED).item()

    def _non_digit_logit(self, embeddings: Tensor) -> Tensor:
        return self.head(embeddings) if self.head else torch.zeros(len(embeddings))

    def measure(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Of images, uint8 (n, 28, 28): the distance to the nearest known image, the logit of the
        confidence, and that of being no digit (0 without a head), (n,) each."""
        found, logits, embeddings = look_at(self.model, images)
        points = torch.cat([found / self.units, ink_in_squares(images)], dim=1)
        distances = [torch.cdist(part, self.points).amin(dim=1) for part in points.split(500)]
        return torch.cat(distances), confidence_logit(logits), self._non_digit_logit(embeddings)

    def score(self, distances: Tensor, certainties: Tensor, logits: Tensor) -> Tensor:
        """The strangeness that follows from what `measure` gives, (n,)."""
        known = self.per_distance * distances - self.per_certainty * certainties
        return known + self.per_logit * logits

    def __call__(self, images: Tensor) -> Tensor:
        """How strange images, uint8 (n, 28, 28), are: float32 (n,)."""
        return self.score(*self.measure(images))

    def refuses(self, images: Tensor) -> Tensor:
        """Whether images, uint8 (n, 28, 28), are stranger than the limit: bool (n,)."""
        return self(images) > self.limit
