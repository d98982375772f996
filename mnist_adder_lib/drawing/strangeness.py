"""How strange an image is to a network, and the threshold above which it is rejected.

Two things are measured. The distance to the nearest of some known images notices drawings that look
like no digit at all. A head that has seen non-digits (`rejection.py`) notices drawings that look
like those. The network's confidence isn't part of it: it notices digits that may be misread, which
the panel says in words. js/src/network/strangeness.js computes the same in the browser.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..evaluate import in_evaluation
from ..shared import LIMITS
from .rejection import check_uint8_images, look_at

# The fraction of the known images that the threshold would reject, chosen with
# experiments/measure_non_digits.py.
REJECTED = LIMITS["known_rejected"]
FEWEST = 20  # known images: fewer give no threshold


def ink_in_squares(images: Tensor) -> Tensor:
    """Where the ink of images, uint8 (n, 28, 28), is: the mean of each of 7x7 squares, times 4, so
    that two images are as far apart as their pixels would be if they were blurred: (n, 49)."""
    return 4 * F.avg_pool2d(images[:, None] / 255, 4).flatten(1)


def in_bytes(found: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Numbers, (n, m), as the front end stores them: the smallest of each column, (m,), a step for
    each column, (m,), and how many steps each number is above the smallest, uint8 (n, m)."""
    low = found.amin(0)
    step = (found.amax(0) - low) / 255 + 1e-9
    return low, step, ((found - low) / step).round().to(torch.uint8)


def spreads(found: Tensor, digits: Tensor) -> Tensor:
    """The standard deviation of each number of (n, m) among images of the same digit: (m,)."""
    middles = torch.stack([found[digits == digit].mean(0) for digit in range(10)])
    variances = (found - middles[digits]).square().mean(0)
    return (variances + 0.001 * variances.mean()).sqrt()  # where nothing varies, it isn't 0


class Strangeness:
    """How strange images are to a network that knows some images.

    - model: an `IdentityAdderModel` in its present state. What it learns later is not taken into
      account
    - known: uint8 (n, 28, 28), at least 20 images that it was trained on; 3,000 are enough
    - head: a module that was trained for the model, such as a `NonDigitHead`: it takes embeddings
      (n, 20) and returns a logit for each, (n,). None for no head
    - forms: uint8 (m, 28, 28), digits in forms that are rare among the known images, as
      `slashed_zeros` makes them, or None. A drawing may be near to one of them as well, but they
      say nothing about what is usual

    `strangeness(images)` is the distance to the nearest known image plus the head's logit of being
    a non-digit, each divided by its standard deviation among the known images. An image above the
    `threshold` is rejected. At first the threshold is the strangeness that a fraction `REJECTED` of
    the known images exceed, if each is compared with all others and with the forms; it can be set
    to another number. For 90% of the known images strangeness is between the two numbers of
    `usual`.

    Raises TypeError for another kind of model and ValueError for images that don't fit.
    """

    def __init__(self, model: nn.Module, known: Tensor, head: nn.Module | None = None,
                 forms: Tensor | None = None):
        check_uint8_images(known)
        if len(known) < FEWEST:
            raise ValueError(f"there should be at least {FEWEST} known images, not {len(known)}")
        self.model, count = in_evaluation(model), len(known)
        self.known_count = count
        self.known = known if forms is None else torch.cat([known, forms])
        self.head = None if head is None else in_evaluation(head)
        found, logits, embeddings = look_at(self.model, self.known)
        # Rounded as the front end stores it, so that both reject the same drawings.
        self.low, self.step, self.steps = in_bytes(found)
        self.found = self.low + self.step * self.steps
        self.units = spreads(self.found[:count], logits[:count].argmax(dim=1))
        self.points = torch.cat([self.found / self.units, ink_in_squares(self.known)], dim=1)
        others = torch.cdist(self.points[:count], self.points).fill_diagonal_(torch.inf)
        distances, logits = others.amin(dim=1), self._non_digit_logit(embeddings[:count])
        self.per_distance = 1 / distances.std().item()
        self.per_logit = 1 / logits.std().item() if head else 0.0
        scores = self.score(distances, logits)
        self.threshold = scores.quantile(1 - REJECTED).item()
        self.usual = scores.quantile(torch.tensor(LIMITS["known_usual"])).tolist()

    @torch.no_grad()
    def _non_digit_logit(self, embeddings: Tensor) -> Tensor:
        return self.head(embeddings) if self.head else torch.zeros(len(embeddings))

    def measure(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Of images, uint8 (n, 28, 28): the distance to the nearest known image, and the head's
        logit of being a non-digit (0 without a head), (n,) each."""
        found, _, embeddings = look_at(self.model, images)
        points = torch.cat([found / self.units, ink_in_squares(images)], dim=1)
        distances = [torch.cdist(part, self.points).amin(dim=1) for part in points.split(500)]
        return torch.cat(distances), self._non_digit_logit(embeddings)

    def score(self, distances: Tensor, logits: Tensor) -> Tensor:
        """The strangeness that follows from what `measure` returns, (n,)."""
        return self.per_distance * distances + self.per_logit * logits

    def __call__(self, images: Tensor) -> Tensor:
        """How strange images, uint8 (n, 28, 28), are: float32 (n,)."""
        return self.score(*self.measure(images))

    def rejects(self, images: Tensor) -> Tensor:
        """Whether images, uint8 (n, 28, 28), are stranger than the threshold: bool (n,)."""
        return self(images) > self.threshold

    def is_close(self, strangeness: float) -> bool:
        """Whether an image isn't rejected, but another hand might have drawn it a little stranger.

        False without a head.
        """
        return self.head is not None and 0 <= self.threshold - strangeness < LIMITS["close"]
