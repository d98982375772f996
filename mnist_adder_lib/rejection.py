"""A third head: it says whether an image is a digit at all, so that what is none can be rejected.

It is trained after the network, which stays as it is, on the network's embeddings of digits and of
images that are no digits.

Source: Hendrycks, Mazeika and Dietterich, Deep Anomaly Detection with Outlier Exposure, ICLR 2019.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .augment import Forms
from .data import normalise
from .evaluate import in_evaluation
from .model import EMBEDDING_SIZE, IdentityAdderModel
from .non_digits import make_non_digits

REJECTED = 0.02  # of the validation images: the threshold's price
EXAMPLES = 10_800  # of each class that the head which ships was trained on
FORMS = Forms(upstroke=0.15, slash=0.35)  # that people write are digits, too


class NonDigitHead(nn.Module):
    """Maps a network's embeddings, (n, 20), to the logit of each image being no digit, (n,).

    An image whose logit is above `threshold` is rejected. The head fits one network: the one whose
    embeddings it was trained on.
    """

    def __init__(self, width: int = 64, threshold: float = 0.0):
        super().__init__()
        self.hidden = nn.Linear(EMBEDDING_SIZE, width)
        self.output = nn.Linear(width, 1)
        self.threshold = threshold

    def forward(self, embeddings: Tensor) -> Tensor:
        return self.output(self.hidden(embeddings).relu()).squeeze(1)

    @torch.no_grad()
    def score(self, model: nn.Module, images: Tensor) -> Tensor:
        """The logits of images, uint8 (n, 28, 28), by the network that the head fits: (n,)."""
        return self(embed(model, images))

    def rejects(self, model: nn.Module, images: Tensor) -> Tensor:
        """Whether images, uint8 (n, 28, 28), are rejected: bool (n,)."""
        return self.score(model, images) > self.threshold


def embed(model: nn.Module, images: Tensor) -> Tensor:
    """The embeddings of images, uint8 (n, 28, 28), as a model in use has them: (n, 20).

    Raises TypeError for another kind of model and ValueError for images that don't fit.
    """
    if not isinstance(model, IdentityAdderModel):
        raise TypeError(f"model should be an IdentityAdderModel, not {type(model).__name__}: only "
                        "that has embeddings")
    if images.dtype != torch.uint8 or images.shape[1:] != (28, 28) or not len(images):
        raise ValueError("images must be uint8 of shape (n, 28, 28), at least one, not "
                         f"{images.dtype} of shape {tuple(images.shape)}")
    model, device = in_evaluation(model), next(model.parameters()).device
    batches = [model.embed(normalise(batch[:, None].to(device) / 255))
               for batch in images.split(500)]
    return torch.cat(batches).to(images.device)


def train_non_digit_head(model: nn.Module, digits: Tensor, non_digits: Tensor,
                         validation: Tensor, epochs: int = 12, seed: int = 0) -> NonDigitHead:
    """Train a head for a network, which isn't changed, and set its threshold.

    digits, non_digits: the images to train on; validation: digits of which the threshold rejects a
    share of `REJECTED`. All are uint8 (n, 28, 28). No random number is drawn from outside.
    """
    embeddings = torch.cat([embed(model, digits), embed(model, non_digits)])
    is_none = torch.cat([torch.zeros(len(digits)), torch.ones(len(non_digits))])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        head = NonDigitHead()
        optimizer = torch.optim.Adam(head.parameters())
        steps = epochs * -(-len(is_none) // 256)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=steps)
        for _ in range(epochs):
            for batch in torch.randperm(len(is_none)).split(256):
                loss = F.binary_cross_entropy_with_logits(head(embeddings[batch]), is_none[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
    head.threshold = head.score(model, validation).quantile(1 - REJECTED).item()
    return head.eval()


def examples(images: Tensor, digits: Tensor, count: int = EXAMPLES,
             seed: int = 0) -> tuple[Tensor, Tensor]:
    """Digits to train a head on, some in forms that MNIST lacks, and non-digits made from them.

    images: uint8 (n, 28, 28); digits: (n,). Returns uint8 (count, 28, 28) twice.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        chosen = torch.randperm(len(images))[:count]
        formed = FORMS(images[chosen, None].float() / 255, digits[chosen])
        return (255 * formed[:, 0]).round().to(torch.uint8), make_non_digits(images, digits, count)
