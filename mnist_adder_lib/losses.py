"""Losses: from the logits of both heads and the targets to a scalar."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from .evaluate import as_classes
from .model import DIGITS

# Logits of the digit and of the sum, the true digits and sums: as `joint_loss` takes them.
Loss = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


def joint_loss(digit_logits: Tensor, sum_logits: Tensor, digits: Tensor, totals: Tensor) -> Tensor:
    """CrossEntropy(digit) + CrossEntropy(sum), each averaged over the batch: a scalar.

    Logits (batch, 10) and (batch, sums); targets as int64 classes (batch,) or one-hot. Raises
    ValueError for a class that the model doesn't have (on a GPU, torch says so).
    """
    if totals.ndim == 1 and totals.device.type == "cpu" and totals.max() >= sum_logits.shape[1]:
        raise ValueError(f"the model has {sum_logits.shape[1]} sums, but the task asks for "
                         f"{totals.max()}: give the model enough of them, as in "
                         f"IdentityAdderModel(sums={int(totals.max()) + 1})")
    return F.cross_entropy(digit_logits, digits) + F.cross_entropy(sum_logits, totals)


def loss_with_agreement(
    digit_logits: Tensor, sum_logits: Tensor, digits: Tensor, totals: Tensor
) -> Tensor:
    """The loss of the best recipe: a fifth of `joint_loss`, and four fifths of how far the answers
    of both heads are from the mean of the two.

    The probabilities of the sums, shifted back by the number, are probabilities of the digits, too.
    The target is the mean of both heads' (without a gradient), the loss the cross entropy of each
    head with it. Arguments as for `joint_loss`; of the targets, only their difference, the number,
    is used for the agreement. Source: Zhang, Xiang, Hospedales and Lu, Deep Mutual Learning, CVPR
    2018.
    """
    numbers = as_classes(totals) - as_classes(digits)
    by_sum = numbers[:, None] + torch.arange(DIGITS, device=numbers.device)
    by_sum = sum_logits.log_softmax(dim=1).gather(1, by_sum)
    by_digit = digit_logits.log_softmax(dim=1)
    target = (by_digit.exp() + by_sum.exp()).detach() / 2
    agreement = -(target * (by_digit + by_sum)).sum(dim=1).mean()
    return 0.2 * joint_loss(digit_logits, sum_logits, digits, totals) + 0.8 * agreement
