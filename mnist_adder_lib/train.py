"""Training: one visible loop."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.data import DataLoader, Dataset, Subset
from tqdm.auto import tqdm

from .device import choose_device, on_device, to_device
from .evaluate import as_classes, both_right, evaluate
from .history import History
from .losses import Loss, joint_loss
from .model import is_finite
from .recipes import reference_recipe

PROGRESS_STEPS = 25  # reading the loss makes a GPU wait, so not at every step


def fit(
    model: nn.Module,
    train: Dataset,
    validation: Dataset | None = None,
    *,
    epochs: int = 15,
    optimizer: Optimizer | None = None,
    scheduler: LRScheduler | None = None,
    loss: Loss = joint_loss,
    batch_size: int = 128,
    all_numbers: bool = False,
    seed: int | None = None,
    device: str | torch.device | None = None,
    after_epoch: Callable[[History], object] | None = None,
) -> History:
    """Train the model in place and return the history.

    - optimizer: any of torch's for `model.parameters()`; by default the reference's,
      SGD(lr=0.01, momentum=0.9). It may have a state, for example from an earlier run
    - scheduler: one of torch's for this optimizer; it steps after every batch
    - loss: any function of the two heads' logits and of the targets that returns a scalar,
      called as loss(digit_logits, sum_logits, digits, totals). `history.train_loss` holds its
      values. `history.validation_loss` is always `joint_loss`, so that runs with different losses
      can be compared; with another loss, the two curves have different scales
    - all_numbers: combine all of 0-9 with each image instead of the one number that was drawn: ten
      answers for one pass through the CNN, which is nearly all of the work. The dataset's `combine`
      makes the answers
    - seed: for shuffling, augmentation, the numbers and dropout; the same seed gives the
      same weights on the same machine. It resets torch's global generator, and with it everything
      random that follows. (Seed before building the model, too.)
    - device: where to train, see `choose_device`; afterwards the model is where it was
    - after_epoch: called with the history after every epoch. If it fails, the error is printed, it
      isn't called again, and training goes on

    Interrupting (the stop button, or Ctrl-C) ends training after the step, or the validation, that
    is being computed, and keeps the history and the weights; a second interrupt raises
    KeyboardInterrupt at once. Training that diverges goes on, and says so. Raises ValueError for a
    negative number of epochs, for an optimizer that doesn't hold the model's parameters, for a
    scheduler of another optimizer or of fewer steps, for fewer than 2 training examples in all or
    in a batch, which batch norm needs, and, with `all_numbers`, for a dataset without `combine`.
    """
    device = choose_device(device)
    loader = _loader(train, batch_size, device)
    steps, combine = epochs * len(loader), _combine_of(train) if all_numbers else None
    if optimizer is None:
        optimizer, _ = reference_recipe(model, steps)
    _check_settings(model, optimizer, scheduler, epochs, steps)
    if seed is not None:
        torch.manual_seed(seed)
    history, finite = History(steps_per_epoch=len(loader)), is_finite(model)
    # The bar isn't given the loader: tqdm.auto would start it twice and draw from its generator.
    with (_interrupts_noted(history), on_device(model, optimizer, device),
          tqdm(total=steps, leave=False) as bar):
        for epoch in range(1, epochs + 1):
            bar.set_description(f"Epoch {epoch}/{epochs}")
            start, scores = time.perf_counter(), list[Tensor]()
            model.train()
            for batch in loader:
                if history.interrupted:
                    break
                images, numbers, digits, totals = to_device(batch, device)
                optimizer.zero_grad()
                if combine is not None:
                    logits, targets = _with_all_numbers(model, images, digits, combine)
                else:
                    logits, targets = model(images, numbers), (digits, totals)
                batch_loss = loss(*logits, *targets)
                batch_loss.backward()
                optimizer.step()
                history.learning_rate.append(float(optimizer.param_groups[0]["lr"]))
                if scheduler is not None:
                    scheduler.step()
                scores.append(_score(batch_loss, logits, targets))
                if len(scores) % PROGRESS_STEPS == 0 or len(scores) == len(loader):
                    _show_progress(bar, len(history.learning_rate), scores)
            bar.clear()  # what is printed between epochs begins on an empty line
            history.add_steps(scores, time.perf_counter() - start)
            if finite and not (finite := is_finite(model)):
                print("Training has diverged: weights are not finite. Try a lower learning rate.")
            if history.interrupted:
                break
            if validation is not None:
                result = evaluate(model, validation)
                history.validation_loss.append(result.loss_both)
                history.validation_accuracy.append(result.accuracy_both)
            if after_epoch is not None:
                try:
                    after_epoch(history)
                except Exception as error:
                    print(f"after_epoch failed; training goes on. {type(error).__name__}: {error}")
                    after_epoch = None
    return history


def _loader(train: Dataset, batch_size: int, device: torch.device) -> DataLoader:
    count = len(train)  # type: ignore[arg-type]  # torch's type promises no length
    if count < 2 or batch_size < 2:
        raise ValueError("batch norm needs at least 2 training examples, and 2 in a batch")
    if hasattr(train, "to"):  # whole on the device: nothing to copy at each step
        train = train.to(device)
    # Batch norm can't normalise a last batch of one example.
    return DataLoader(train, batch_size, shuffle=True, drop_last=count % batch_size == 1)


def _check_settings(
    model: nn.Module, optimizer: Optimizer, scheduler: LRScheduler | None, epochs: int, steps: int
) -> None:
    """Raise ValueError for settings that would silently train nothing, or fail halfway."""
    if epochs < 0:
        raise ValueError(f"the number of epochs can't be negative, as {epochs} is")
    held = {id(value) for group in optimizer.param_groups for value in group["params"]}
    missing = [name for name, value in model.named_parameters()
               if value.requires_grad and id(value) not in held]
    if missing:
        raise ValueError(
            f"the optimizer doesn't hold {missing[0]} of the model, which would never change "
            f"({len(missing)} such parameters): make it after the model, from model.parameters(). "
            "What shall not change is frozen by requires_grad_(False)")
    if scheduler is None:
        return
    if getattr(scheduler, "optimizer", optimizer) is not optimizer:
        raise ValueError("the scheduler belongs to another optimizer: make it with this one, and "
                         "give both: fit(..., optimizer=optimizer, scheduler=scheduler)")
    total = getattr(scheduler, "total_steps", None)  # OneCycleLR's; it allows no more
    if total is not None and total - scheduler.last_epoch < steps:
        raise ValueError(f"the scheduler has {total - scheduler.last_epoch} steps left, but this "
                         f"training takes {steps}: give it as many as epochs x batches")


def _combine_of(dataset: Dataset) -> Callable[[Tensor, Tensor], Tensor]:
    """How a dataset makes the second answer from digits and numbers; it may be inside Subsets."""
    while isinstance(dataset, Subset):
        dataset = dataset.dataset
    if not hasattr(dataset, "combine"):
        raise ValueError("all_numbers=True needs to know how the answers are made: give `fit` a "
                         "dataset with `combine`, such as an AdderDataset, itself or in a Subset, "
                         "or leave all_numbers out")
    return dataset.combine


def _with_all_numbers(
    model: Any, images: Tensor, digits: Tensor, combine: Callable[[Tensor, Tensor], Tensor]
) -> tuple[tuple, tuple]:
    """The logits for each image with each of 0-9, and the targets: ten answers, one embedding."""
    embeddings = model.embed(images).repeat_interleave(10, dim=0)
    digits = as_classes(digits).repeat_interleave(10)
    numbers = torch.arange(10, device=images.device).repeat(len(images))
    return model.add(embeddings, numbers), (digits, combine(digits, numbers))


def _score(batch_loss: Tensor, logits: tuple, targets: tuple) -> Tensor:
    """Loss and accuracy (both right, percent) of a step: (2,).

    As a tensor: reading a number makes a GPU wait. Detached: a graph takes memory.
    """
    right = both_right(*logits, *targets).float().mean()
    return torch.stack([batch_loss.detach(), 100 * right])


def _show_progress(bar: tqdm, steps: int, scores: list[Tensor]) -> None:
    """Move the bar to `steps`, with the latest loss and the mean accuracy of the epoch so far."""
    loss, accuracy = scores[-1][0].item(), torch.stack(scores).mean(dim=0)[1].item()
    bar.set_postfix_str(f"loss {loss:.3f}, accuracy {accuracy:.1f}%", refresh=False)
    # To the very end, too: in a notebook, a bar that isn't full stays there, in red.
    bar.update(steps - bar.n)


@contextlib.contextmanager
def _interrupts_noted(history: History) -> Iterator[None]:
    """The first interrupt (Ctrl-C) sets `history.interrupted`; a second raises KeyboardInterrupt.

    Interrupts reach the main thread alone: in another thread nothing changes.
    """
    def note(*_: object) -> None:
        if history.interrupted:
            raise KeyboardInterrupt
        history.interrupted = True

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if history.interrupted:
        print(f"Interrupted after {len(history.train_loss)} steps; the weights so far are kept.")
