"""Training: the loss, one visible loop, and its history."""

from __future__ import annotations

import contextlib
import copy
import itertools
import json
import operator
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR
from torch.utils.data import DataLoader, Dataset, Subset
from tqdm.auto import tqdm

from .evaluate import as_classes, both_right, evaluate, in_evaluation
from .files import write_whole
from .model import DIGITS, is_finite

PROGRESS_STEPS = 25  # reading the loss makes a GPU wait, so not at every step

# Logits of the digit and of the sum, the true digits and sums: as `joint_loss` takes them.
Loss = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
# The second answer from digits and numbers: as `AdderDataset.combine`.
Combine = Callable[[Tensor, Tensor], Tensor]


@dataclass
class History:
    """What happened in training: plain lists, in the order in which it happened."""

    train_loss: list[float] = field(default_factory=list)  # of every step
    train_accuracy: list[float] = field(default_factory=list)  # of every step; both right, percent
    learning_rate: list[float] = field(default_factory=list)  # of every step
    validation_loss: list[float] = field(default_factory=list)  # after every epoch; `joint_loss`
    validation_accuracy: list[float] = field(default_factory=list)  # after every epoch, percent
    seconds: list[float] = field(default_factory=list)  # of training in every epoch, begun or whole
    steps_per_epoch: int = 0
    interrupted: bool = False

    def save(self, path: str | Path) -> None:
        """Write it as JSON, whole or not at all. Raises OSError."""
        write_whole(path, json.dumps(asdict(self)).encode())

    @classmethod
    def load(cls, path: str | Path) -> History:
        """Read what `save` wrote. Raises ValueError if the file holds no history."""
        try:
            history = cls(**json.loads(Path(path).read_text(encoding="utf-8")))
            history._check_types()
        except (TypeError, ValueError, RecursionError) as error:
            raise ValueError(f"{path} holds no training history ({error})") from error
        return history

    def _check_types(self) -> None:
        """Raise TypeError if a value is of another type, or a list holds more than numbers."""
        empty = History()
        for name in (item.name for item in fields(self)):
            value = getattr(self, name)
            if type(value) is not type(getattr(empty, name)):
                raise TypeError(f"{name} is {value!r:.50}")
            if isinstance(value, list) and not {type(entry) for entry in value} <= {int, float}:
                raise TypeError(f"{name} must hold numbers alone")


# ------------------------------------------------------------------ losses


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


def agreement_loss(
    digit_logits: Tensor, sum_logits: Tensor, digits: Tensor, totals: Tensor
) -> Tensor:
    """How far both heads are from the answer between theirs: a scalar.

    The probabilities of the sums, shifted back by the number, are probabilities of the digits, too.
    The target is the mean of both heads' (without a gradient), the loss the cross entropy of each
    head with it. Arguments as for `joint_loss`; of the targets, only their difference, the number,
    is used. Source: Zhang, Xiang, Hospedales and Lu, Deep Mutual Learning, CVPR 2018.
    """
    numbers = as_classes(totals) - as_classes(digits)
    by_sum = numbers[:, None] + torch.arange(DIGITS, device=numbers.device)
    by_sum = sum_logits.log_softmax(dim=1).gather(1, by_sum)
    by_digit = digit_logits.log_softmax(dim=1)
    target = (by_digit.exp() + by_sum.exp()).detach() / 2
    return -(target * (by_digit + by_sum)).sum(dim=1).mean()


def loss_with_agreement(
    digit_logits: Tensor, sum_logits: Tensor, digits: Tensor, totals: Tensor
) -> Tensor:
    """A fifth of `joint_loss` and four fifths of `agreement_loss`: the loss of the best recipe."""
    truth = joint_loss(digit_logits, sum_logits, digits, totals)
    agreement = agreement_loss(digit_logits, sum_logits, digits, totals)
    return 0.2 * truth + 0.8 * agreement


# ------------------------------------------------------------------ recipes


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
        raise ValueError(f"from {low} to {high} in {steps} steps is no range: give a low rate "
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
        images, numbers, digits, totals = _to_device(batch, device)
        digit_logits, sum_logits = model(images, numbers)
        loss = joint_loss(digit_logits, sum_logits, digits, totals)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return rates, losses


# ------------------------------------------------------------------ the loop


def choose_device(name: str | torch.device | None = None) -> torch.device:
    """The named device, else the one in the environment variable MNIST_ADDER_DEVICE, else the best
    one available: CUDA, else MPS, else the CPU.

    Raises ValueError if this machine has no such device.
    """
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    usable = [f"cuda:{number}" for number in range(gpus)]
    usable += ["mps", "cpu"] if torch.backends.mps.is_available() else ["cpu"]
    name = str(name or os.environ.get("MNIST_ADDER_DEVICE") or usable[0].removesuffix(":0"))
    same = {name, f"{name}:0", name.removesuffix(":0")}  # the first of a kind needs no number
    if same.isdisjoint(usable):
        raise ValueError(f"there is no device {name!r} here; usable: {', '.join(usable)}")
    return torch.device(name)


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
      answers for one pass through the CNN, which is nearly all of the work. The answers are those
      of the dataset's `combine`, or sums if it has none
    - seed: for shuffling, augmentation, the numbers and dropout; the same seed gives the
      same weights on the same machine. It resets torch's global generator, and with it everything
      random that follows. (Seed before building the model, too.)
    - device: where to train, see `choose_device`; afterwards the model is where it was
    - after_epoch: called with the history after every epoch, with the model where it was. If it
      fails, the first error is printed, and training goes on

    Interrupting (the stop button, or Ctrl-C) ends training after the step, or the validation, that
    is being computed, and keeps the history and the weights; a second interrupt raises
    KeyboardInterrupt at once. Training that diverges goes on, and says so. Raises ValueError for a
    negative number of epochs, for an optimizer that doesn't hold the model's parameters, for a
    scheduler of another optimizer or of fewer steps, for fewer than 2 training examples in all or
    in a batch, which batch norm needs, and, with `all_numbers`, if the dataset's own answers in the
    first batch differ.
    """
    device, home = choose_device(device), next(model.parameters()).device
    loader = _loader(train, batch_size, device)
    if optimizer is None:
        optimizer, _ = reference_recipe(model, epochs * len(loader))
    _check_settings(model, optimizer, scheduler, epochs, epochs * len(loader))
    if after_epoch is not None:
        after_epoch = _reporting_once(after_epoch)
    if seed is not None:
        torch.manual_seed(seed)
    combine = _combine_of(train)
    history, finite = History(steps_per_epoch=len(loader)), is_finite(model)
    # The bar isn't given the loader: tqdm.auto would start it twice and draw from its generator.
    with (_interrupt_as_flag() as interrupt, _on_device(model, optimizer, device),
          tqdm(total=epochs * len(loader), leave=False) as bar):
        for epoch in range(1, epochs + 1):
            bar.set_description(f"Epoch {epoch}/{epochs}")
            start, scores = time.perf_counter(), list[Tensor]()
            model.train()
            for batch in loader:
                if interrupt.requested:
                    break
                images, numbers, digits, totals = _to_device(batch, device)
                optimizer.zero_grad()
                if all_numbers:
                    if epoch == 1 and not scores:
                        _check_combine(combine, numbers, digits, totals)
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
            _record(history, scores, time.perf_counter() - start)
            was_finite, finite = finite, is_finite(model)
            if was_finite and not finite:
                print("Training has diverged: weights are not finite. Try a lower learning rate.")
            if interrupt.requested:
                break
            if validation is not None:
                result = evaluate(model, validation)
                history.validation_loss.append(result.loss_both)
                history.validation_accuracy.append(result.accuracy_both)
            if after_epoch is not None:
                model.to(home)
                after_epoch(history)
                model.to(device)
    history.interrupted = interrupt.requested
    if history.interrupted:
        print(f"Interrupted after {len(history.train_loss)} steps; the weights so far are kept.")
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


def _reporting_once(after_epoch: Callable[[History], object]) -> Callable[[History], None]:
    """The same function, but an error in it doesn't end the training: the first is printed."""
    failed = False

    def call(history: History) -> None:
        nonlocal failed
        try:
            after_epoch(history)
        except Exception as error:
            if not failed:
                print(f"after_epoch failed; training goes on. {type(error).__name__}: {error}")
            failed = True

    return call


@contextlib.contextmanager
def _interrupt_as_flag() -> Iterator[SimpleNamespace]:
    """`requested` is set by the first interrupt (Ctrl-C); a second raises KeyboardInterrupt.

    Interrupts reach the main thread alone: in another thread nothing changes.
    """
    interrupt = SimpleNamespace(requested=False)

    def note(*_: object) -> None:
        if interrupt.requested:
            raise KeyboardInterrupt
        interrupt.requested = True

    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _on_device(model: nn.Module, optimizer: Optimizer, device: torch.device) -> Iterator[None]:
    """Model and optimizer are on the device, and always return to where the model was."""
    home = next(model.parameters()).device

    def move(place: torch.device) -> None:
        model.to(place)
        # An optimizer has no `to`. A state that is loaded goes where the parameters are.
        optimizer.load_state_dict(optimizer.state_dict())

    try:
        move(device)
        yield
    finally:
        move(home)


def _to_device(batch: Any, device: torch.device) -> list[Tensor]:
    """Images, numbers, digits and totals of a batch."""
    (images, numbers), (digits, totals) = batch
    return [part.to(device) for part in (images, numbers, digits, totals)]


def _combine_of(dataset: Dataset) -> Combine:
    """How a dataset makes the second answer from digits and numbers; it may be inside Subsets."""
    while isinstance(dataset, Subset):
        dataset = dataset.dataset
    return getattr(dataset, "combine", operator.add)


def _check_combine(combine: Combine, numbers: Tensor, digits: Tensor, totals: Tensor) -> None:
    """Raise ValueError if the examples of a batch have other answers than `combine` gives."""
    numbers, digits, totals = map(as_classes, (numbers, digits, totals))
    answers = combine(digits, numbers)
    wrong = (answers != totals).nonzero()
    if len(wrong):
        digit, number, answer, total = (
            int(part[wrong[0, 0]]) for part in (digits, numbers, answers, totals))
        raise ValueError(
            f"all_numbers=True would train on {answer} as the answer to {digit} and {number}, but "
            f"the dataset says {total}. Give `fit` the dataset whose `combine` makes the answers, "
            "itself or in a Subset, or leave all_numbers out")


def _with_all_numbers(
    model: Any, images: Tensor, digits: Tensor, combine: Combine
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


def _record(history: History, scores: list[Tensor], seconds: float) -> None:
    """Add loss and accuracy of an epoch's steps to the history."""
    if not scores:
        return
    losses, accuracies = torch.stack(scores).T.tolist()
    history.train_loss += losses
    history.train_accuracy += accuracies
    history.seconds.append(seconds)


# ------------------------------------------------------------------ batch norm


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
