"""Recipes: optimizers and their schedules; the test that finds a rate; batch norm afterwards."""

from __future__ import annotations

import copy
import itertools

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR
from torch.utils.data import DataLoader, Dataset

from .device import to_device
from .evaluate import in_evaluation
from .losses import joint_loss


def reference_recipe(model: nn.Module, steps: int) -> tuple[Optimizer, None]:
    """The optimizer of the reference, and no scheduler: its rate is constant (`steps` is unused).

    The reference trains for 15 epochs. Source: garima-mahato/END2, Session 3 (GitHub).
    """
    return torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9), None


def fast_recipe(model: nn.Module, steps: int) -> tuple[Optimizer, LRScheduler]:
    """AdamW with a one-cycle schedule: the rate rises for 0.3 of the steps, then falls almost to 0.

    For a model without dropout, images with LIGHT_AUGMENT, and `fit(..., all_numbers=True)`; at the
    end `refresh_batch_norm` on images that are not augmented. Two epochs do what 15 of the
    reference do. The best recipe is this one for 20 epochs, with `loss=loss_with_agreement` and
    training images that also get `Forms`: the shipped network's.

    Source: L. N. Smith and N. Topin, Super-Convergence, arXiv 1708.07120, 2017.
    """
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.01, fused=True)
    # + 1, since `fit` steps it after the last batch, too: there is one rate more than steps.
    scheduler = OneCycleLR(optimizer, max_lr=0.01, total_steps=steps + 1)
    return optimizer, scheduler


def range_test(
    model: nn.Module, dataset: Dataset, low: float = 0.0001, high: float = 10.0, steps: int = 100,
    batch_size: int = 128,
) -> tuple[list[float], list[float]]:
    """(rates, losses) of a few steps, in which the learning rate grows from `low` to `high`, each
    time by the same factor.

    A copy of the model is trained, with the reference's SGD and `joint_loss`; the model itself
    isn't changed. Seed torch first to get the same batches. Raises ValueError for a range that
    isn't one, and for a dataset with fewer batches than steps.

    Source: L. N. Smith, Cyclical Learning Rates for Training Neural Networks, WACV 2017.
    """
    if not 0 < low < high or steps < 2:
        raise ValueError(f"from {low} to {high} in {steps} steps isn't a range: give a low rate "
                         "above 0, a higher one, and at least 2 steps")
    loader = DataLoader(dataset, batch_size, shuffle=True)
    if len(loader) < steps:
        raise ValueError(f"{steps} steps need as many batches of {batch_size}, and the dataset has "
                         f"{len(loader)}: take fewer steps, or smaller batches")
    model, device = copy.deepcopy(model).train(), next(model.parameters()).device
    optimizer, _ = reference_recipe(model, steps)
    rates, losses = [low * (high / low) ** (step / (steps - 1)) for step in range(steps)], []
    for rate, batch in zip(rates, loader):
        optimizer.param_groups[0]["lr"] = rate
        images, numbers, digits, totals = to_device(batch, device)
        digit_logits, sum_logits = model(images, numbers)
        loss = joint_loss(digit_logits, sum_logits, digits, totals)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return rates, losses


def refresh_batch_norm(model: nn.Module, dataset: Dataset, batches: int = 20) -> None:
    """Compute batch norm's means and variances again, over the first `batches` x 250 examples.

    Training leaves running averages of the last few batches, and of augmented images. With a
    dataset whose `augment` is None, the statistics are those of unaugmented images, which a fully
    trained network then reads better. No weight changes. Works on the model's own device; the data
    may be on any. Raises ValueError for fewer than 2 examples.

    Source: Y. Wu and J. Johnson, Rethinking "Batch" in BatchNorm, arXiv 2105.07576, 2021.
    """
    count = len(dataset)  # type: ignore[arg-type]
    if count < 2 or batches < 1:
        raise ValueError("batch norm needs at least 2 examples, and a batch")
    device = next(model.parameters()).device
    trial = in_evaluation(model)  # if interrupted, the model is unchanged
    for layer in trial.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            layer.reset_running_stats()
            layer.momentum = None  # the plain average of all batches
            layer.train()
    loader = DataLoader(dataset, 250, drop_last=count % 250 == 1)
    for (images, numbers), _ in itertools.islice(loader, batches):
        trial(images.to(device), numbers.to(device))
    model.load_state_dict(trial.state_dict())
