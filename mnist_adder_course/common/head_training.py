"""How the head that rejects non-digits is trained, and the images that it learns from."""

from __future__ import annotations

from collections.abc import Collection

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_adder_lib.drawing.rejection import (
    NonDigitHead,
    look_at,
    slashed_zeros,
    to_uint8_images,
)
from mnist_adder_lib.evaluate import in_evaluation
from mnist_adder_lib.forms import Forms

from .non_digits import FROM_STROKES, make_non_digits, sample

EXAMPLES = 10_800  # of each class; the head that ships was trained on them
MORE_OF = {"rings": 0.75, "stems": 0.5}  # as fractions of all others; chosen: docs/lab_notebook.md
UPSTROKES = Forms(upstroke=0.15, slash=0)


def train_non_digit_head(model: nn.Module, digits: Tensor, non_digits: Tensor, seed: int = 0,
                         epochs: int = 12) -> NonDigitHead:
    """Train a head on digits and non-digits. The network itself doesn't change.

    digits, non_digits: uint8 (n, 28, 28) each. torch's own generator is left alone.
    """
    model = in_evaluation(model)
    return train_on_embeddings(look_at(model, digits)[2], look_at(model, non_digits)[2], seed,
                               epochs)


def train_on_embeddings(digits: Tensor, non_digits: Tensor, seed: int = 0,
                        epochs: int = 12) -> NonDigitHead:
    """The same from the network's embeddings of the images, float32 (n, 20) each."""
    embeddings = torch.cat([digits, non_digits])
    is_non_digit = torch.cat([torch.zeros(len(digits)), torch.ones(len(non_digits))])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        head = NonDigitHead()
        optimizer = torch.optim.Adam(head.parameters())
        steps = epochs * -(-len(is_non_digit) // 256)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=steps)
        for _ in range(epochs):
            for batch in torch.randperm(len(is_non_digit)).split(256):
                scores = head(embeddings[batch])
                loss = F.binary_cross_entropy_with_logits(scores, is_non_digit[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
    return head.eval()


def head_examples(images: Tensor, digits: Tensor, count: int = EXAMPLES,
                  without: Collection[str] = ()) -> tuple[Tensor, Tensor]:
    """Digits to train a head on, some in forms that MNIST lacks, and non-digits made from them.

    images: uint8 (n, 28, 28); digits: (n,). Returns uint8 (n, 28, 28) of both, always the same for
    the same images: `count` digits and as many zeros with a slash; `count` non-digits, and more of
    two kinds, `MORE_OF`. Without more rings, a head that knows the slashed zeros, which are much
    like them, lets faces pass; one that sees few of the stems takes an A for a 4.

    `without` names kinds that are left out, also where kinds are mixed (`non_digits.KINDS`); the
    other images don't change. Raises ValueError if there is no such kind.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        chosen = torch.randperm(len(images))[:count]
        formed = UPSTROKES(images[chosen, None].float() / 255, digits[chosen])
        zeros = sample(images, digits, count // 4, [0])
        made = [make_non_digits(images, digits, count, without)]
        for kind, times in MORE_OF.items():
            more = FROM_STROKES[kind](int(times * count))
            made += [to_uint8_images(more)] if kind not in without else []
        return (torch.cat([to_uint8_images(formed), slashed_zeros(to_uint8_images(zeros))]),
                torch.cat(made))
