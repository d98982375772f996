"""A third head: it says whether an image is a digit at all.

It is trained after the network, which doesn't change, on the network's embeddings of digits and of
non-digits.

Source: Hendrycks, Mazeika and Dietterich, Deep Anomaly Detection with Outlier Exposure, ICLR 2019.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..data import as_input
from ..evaluate import in_evaluation
from ..files import asset_path, load_tensors
from ..forms import add_slash
from ..model import EMBEDDING_SIZE, IdentityAdderModel


class NonDigitHead(nn.Module):
    """Maps a network's embeddings, (n, 20), to the logit of each image being a non-digit, (n,).

    The head fits one network: the one whose embeddings it was trained on.
    """

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(EMBEDDING_SIZE, 64)
        self.output = nn.Linear(64, 1)

    def forward(self, embeddings: Tensor) -> Tensor:
        return self.output(self.hidden(embeddings).relu()).squeeze(1)

    @torch.no_grad()
    def score(self, model: nn.Module, images: Tensor) -> Tensor:
        """The logits of images, uint8 (n, 28, 28), by the network that the head fits: (n,)."""
        return self(look_at(in_evaluation(model), images)[2])


@torch.no_grad()
def look_at(model: nn.Module, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What a network in evaluation mode finds in images, uint8 (n, 28, 28), and how it reads them.

    - found: float32 (n, 32), how much of each feature there is: the means of the 16 maps of block 2
      and of the 16 maps of block 3
    - logits: float32 (n, 10), of the ten digits. They depend a little on the number that is to be
      added, but whether an image is a digit should not: the number is always 0 here
    - embeddings: float32 (n, 20)

    All are on the images' device. Raises TypeError for another kind of model and ValueError for
    images that don't fit.
    """
    if not isinstance(model, IdentityAdderModel):
        raise TypeError(f"model should be an IdentityAdderModel, not {type(model).__name__}: "
                        "what it finds in an image is read between its blocks")
    check_uint8_images(images)
    batches, device = [], next(model.parameters()).device
    for batch in images.split(500):
        after_two = model.block2(model.block1(as_input(batch.to(device))))
        average = model.block3(after_two).mean((2, 3))
        numbers = torch.zeros(len(batch), dtype=torch.int64, device=device)
        embeddings = model.embedding(average)
        logits, _ = model.add(embeddings, numbers)
        batches.append((torch.cat([after_two.mean((2, 3)), average], 1), logits, embeddings))
    found, logits, embeddings = (torch.cat(parts).to(images.device) for parts in zip(*batches))
    return found, logits, embeddings


def check_uint8_images(images: Tensor) -> None:
    """Raise ValueError unless images are uint8 of shape (n, 28, 28), with n at least 1."""
    if images.dtype != torch.uint8 or images.shape[1:] != (28, 28) or not len(images):
        raise ValueError("images must be uint8 of shape (n, 28, 28), at least one, not "
                         f"{images.dtype} of shape {tuple(images.shape)}")


def slashed_zeros(zeros: Tensor) -> Tensor:
    """Zeros, uint8 (n, 28, 28), each with four slashes, always the same: uint8 (4n, 28, 28).

    Two slashes are as in `Forms`. Two end near the zero's line, as few of the others do, and the
    image gets brighter, since the lines of a pad are white up to their edges. A head and
    `Strangeness` that knew `Forms` alone rejected seven times as many drawings with such a slash.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        twice = zeros.repeat(2, 1, 1)[:, None].float() / 255
        near = (1.5 * add_slash(twice, reach=1.4)).clamp(max=1)
        return to_uint8_images(torch.cat([add_slash(twice), near]))


def to_uint8_images(images: Tensor) -> Tensor:
    """Images, float32 (n, 1, 28, 28) from 0 to 1, as uint8 (n, 28, 28)."""
    return (255 * images[:, 0]).round().clamp(0, 255).to(torch.uint8)


def load_non_digit_head() -> NonDigitHead:
    """The head that rejects non-digits, trained for the model that comes with the course."""
    saved = load_tensors(asset_path("adder.pt"))["non_digit_head"]
    with torch.random.fork_rng(devices=[]):  # the first weights are random, and replaced
        head = NonDigitHead()
    head.load_state_dict({name: torch.tensor(value) for name, value in saved.items()})
    return head.eval()
