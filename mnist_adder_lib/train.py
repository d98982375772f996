"""Training: the loss, one visible loop, and its history."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.data import DataLoader, Dataset
from tqdm.auto import tqdm

from .evaluate import as_classes, both_right, evaluate, in_evaluation
from .files import write_whole
from .model import DIGITS, is_finite

PROGRESS_STEPS = 25  # reading the loss makes a GPU wait, so not at every step
REFERENCE_RECIPE = dict(epochs=15, batch_size=128, learning_rate=0.01, momentum=0.9)
# Both for a model without dropout and LIGHT_AUGMENT; at the end `refresh_batch_norm` on images that
# are not augmented. The best, whose training images also get `Forms`, is the shipped network's.
FAST_RECIPE = dict(epochs=2, batch_size=128, learning_rate=0.01, weight_decay=0.01,
                   optimizer="adamw", schedule="one_cycle", all_numbers=True)
BEST_RECIPE = dict(FAST_RECIPE, epochs=20, agreement=0.8)


@dataclass
class History:
    """What happened in training: plain lists, in the order in which it happened."""

    train_loss: list[float] = field(default_factory=list)  # of every step
    train_accuracy: list[float] = field(default_factory=list)  # of every step; both right, percent
    learning_rate: list[float] = field(default_factory=list)  # of every step
    validation_loss: list[float] = field(default_factory=list)  # after every epoch
    validation_accuracy: list[float] = field(default_factory=list)  # after every epoch, percent
    seconds: list[float] = field(default_factory=list)  # of training in every epoch, begun or whole
    steps_per_epoch: int = 0
    interrupted: bool = False

    def save(self, path: str | Path) -> None:
        """Write it as JSON, whole or not at all. Raises OSError."""
        write_whole(path, json.dumps(asdict(self)).encode())

    @classmethod
    def load(cls, path: str | Path) -> History:
        """Read what `save` wrote. Raises ValueError where the file holds no history."""
        try:
            return cls(**json.loads(Path(path).read_text(encoding="utf-8")))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path} holds no training history ({error})") from error


def joint_loss(digit_logits: Tensor, sum_logits: Tensor, digits: Tensor, totals: Tensor) -> Tensor:
    """CrossEntropy(digit) + CrossEntropy(sum), each averaged over the batch: a scalar.

    Logits (batch, 10) and (batch, 19); targets as int64 classes (batch,) or one-hot.
    """
    return F.cross_entropy(digit_logits, digits) + F.cross_entropy(sum_logits, totals)


def agreement_loss(
    digit_logits: Tensor, sum_logits: Tensor, digits: Tensor, totals: Tensor
) -> Tensor:
    """How far both heads are from the answer that lies between theirs: a scalar.

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


def choose_device(name: str | torch.device | None = None) -> torch.device:
    """The named device, else that of the environment variable MNIST_ADDER_DEVICE, else the best
    there is: CUDA, else MPS, else the CPU.

    Raises ValueError where this machine has no such device.
    """
    there = dict(cuda=torch.cuda.is_available(), mps=torch.backends.mps.is_available(), cpu=True)
    usable = [kind for kind in there if there[kind]]
    name = str(name or os.environ.get("MNIST_ADDER_DEVICE") or usable[0])
    if name.partition(":")[0] not in usable:
        raise ValueError(f"there is no device {name!r} here; usable: {', '.join(usable)}")
    return torch.device(name)


def fit(
    model: nn.Module,
    train: Dataset,
    validation: Dataset | None = None,
    *,
    epochs: int = 15,
    batch_size: int = 128,
    learning_rate: float = 0.01,
    momentum: float = 0.9,
    weight_decay: float = 0.0,
    optimizer: str = "sgd",
    schedule: str = "constant",
    all_numbers: bool = False,
    agreement: float = 0.0,
    seed: int | None = None,
    device: str | torch.device | None = None,
    after_epoch: Callable[[History], None] | None = None,
) -> History:
    """Train the model in place and return the history.

    - learning_rate: constant, or the peak of a one-cycle schedule
    - momentum: SGD's, or the first beta of AdamW. A one-cycle schedule changes it, too, against the
      rate, between 0.05 less and 0.05 more (at most 0.999; 0 stays 0)
    - optimizer: "sgd" or "adamw"
    - schedule: "constant", or "one_cycle": it rises for 0.3 of the steps, then falls almost to 0
    - all_numbers: add all of 0-9 to each image instead of the one number that was drawn: ten
      sums for one pass through the CNN, which is nearly all of the work
    - agreement: the share (0-1) of `agreement_loss` in the loss; the rest is `joint_loss`
    - seed: of the shuffling, the augmentation, the numbers and dropout; the same seed gives the
      same weights on the same machine. (Seed before building the model, too.)
    - device: where to train, see `choose_device`; afterwards the model is where it was
    - after_epoch: called with the history after every epoch, with the model where it was

    Interrupting (the stop button, or Ctrl-C) ends training after the step, or the test, that is
    being computed, and keeps the history and the weights; a second interrupt raises
    KeyboardInterrupt at once. Training that diverges goes on, and says so. Raises ValueError for a
    choice that isn't there, and for fewer than 2 training examples in all or in a batch, which
    batch norm needs.
    """
    if not 0 <= agreement <= 1:
        raise ValueError(f"agreement is a share of the loss, from 0 to 1, not {agreement}")
    make_optimizer, make_schedule = _choose(OPTIMIZERS, optimizer), _choose(SCHEDULES, schedule)
    device, home = choose_device(device), next(model.parameters()).device
    loader = _loader(train, batch_size, device)
    if seed is not None:
        torch.manual_seed(seed)
    history = History(steps_per_epoch=len(loader))
    with _interrupt_as_flag() as interrupt, _on_device(model, device):
        stepper = make_optimizer(model, learning_rate, momentum, weight_decay)
        scheduler = make_schedule(stepper, learning_rate, momentum, epochs * len(loader))
        for epoch in range(1, epochs + 1):
            start, scores, was_finite = time.perf_counter(), list[Tensor](), is_finite(model)
            batches = _with_progress(loader, device, f"Epoch {epoch}/{epochs}", scores)
            model.train()
            for images, numbers, digits, totals in batches:
                if interrupt.requested:
                    break
                stepper.zero_grad()
                if all_numbers:
                    logits, targets = _add_all_numbers(model, images, digits)
                else:
                    logits, targets = model(images, numbers), (digits, totals)
                loss = joint_loss(*logits, *targets)
                if agreement:
                    loss = torch.lerp(loss, agreement_loss(*logits, *targets), agreement)
                loss.backward()
                stepper.step()
                # As tensors: reading a number makes a GPU wait. Detached: a graph takes memory.
                right = both_right(*logits, *targets).float().mean()
                scores.append(torch.stack([loss.detach(), 100 * right]))
                history.learning_rate.append(float(stepper.param_groups[0]["lr"]))
                scheduler.step()
            _record(history, scores, time.perf_counter() - start)
            if was_finite and not is_finite(model):
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
def _on_device(model: nn.Module, device: torch.device) -> Iterator[None]:
    """The model is on the device, and afterwards where it was, whatever happens."""
    home = next(model.parameters()).device
    try:
        model.to(device)
        yield
    finally:
        model.to(home)


def _loader(train: Dataset, batch_size: int, device: torch.device) -> DataLoader:
    count = len(train)  # type: ignore[arg-type]  # torch's type promises no length
    if count < 2 or batch_size < 2:
        raise ValueError("batch norm needs at least 2 training examples, and 2 in a batch")
    if hasattr(train, "to"):  # whole on the device: nothing to copy at each step
        train = train.to(device)
    # Batch norm can't normalise a last batch of one example.
    return DataLoader(train, batch_size, shuffle=True, drop_last=count % batch_size == 1)


def _with_progress(
    loader: DataLoader, device: torch.device, title: str, scores: list[Tensor]
) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """The batches, on the device, and a bar with the latest loss and the mean accuracy so far.

    scores: loss and accuracy of each step, which the loop adds to.
    """
    # The bar isn't given the loader: tqdm.auto would start it twice and draw from its generator.
    with tqdm(total=len(loader), desc=title, leave=False) as bar:
        for (images, numbers), (digits, totals) in loader:
            yield images.to(device), numbers.to(device), digits.to(device), totals.to(device)
            if scores and len(scores) % PROGRESS_STEPS == 0:
                loss, accuracy = scores[-1][0].item(), torch.stack(scores).mean(dim=0)[1].item()
                bar.set_postfix_str(f"loss {loss:.3f}, accuracy {accuracy:.1f}%", refresh=False)
                bar.update(PROGRESS_STEPS)


def _record(history: History, scores: list[Tensor], seconds: float) -> None:
    """Add loss and accuracy of an epoch's steps to the history."""
    if not scores:
        return
    losses, accuracies = torch.stack(scores).T.tolist()
    history.train_loss += losses
    history.train_accuracy += accuracies
    history.seconds.append(seconds)


def _add_all_numbers(model: Any, images: Tensor, digits: Tensor) -> tuple[tuple, tuple]:
    """The logits for each image with each of 0-9, and the targets: ten sums for one embedding."""
    embeddings = model.embed(images).repeat_interleave(10, dim=0)
    digits = as_classes(digits).repeat_interleave(10)
    numbers = torch.arange(10, device=images.device).repeat(len(images))
    return model.add(embeddings, numbers), (digits, digits + numbers)


def _sgd(model: nn.Module, rate: float, momentum: float, weight_decay: float) -> Optimizer:
    return torch.optim.SGD(model.parameters(), rate, momentum, weight_decay=weight_decay)


def _adamw(model: nn.Module, rate: float, momentum: float, weight_decay: float) -> Optimizer:
    betas, parameters = (float(momentum), 0.999), model.parameters()
    return torch.optim.AdamW(parameters, rate, betas, weight_decay=weight_decay, fused=True)


def _constant(optimizer: Optimizer, rate: float, momentum: float, steps: int) -> LRScheduler:
    return torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0)


def _one_cycle(optimizer: Optimizer, rate: float, momentum: float, steps: int) -> LRScheduler:
    """Source: L. N. Smith and N. Topin, Super-Convergence, arXiv 1708.07120, 2017."""
    low, high = max(0.0, round(momentum - 0.05, 6)), min(0.999, round(momentum + 0.05, 6))
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rate, total_steps=steps + 1, cycle_momentum=momentum > 0,
        base_momentum=low, max_momentum=high,
    )


OPTIMIZERS = {"sgd": _sgd, "adamw": _adamw}
SCHEDULES = {"constant": _constant, "one_cycle": _one_cycle}


def _choose(choices: dict[str, Any], name: str) -> Any:
    if name not in choices:
        raise ValueError(f"choose one of {', '.join(map(repr, choices))}, not {name!r}")
    return choices[name]


def refresh_batch_norm(model: nn.Module, dataset: Dataset, batches: int = 20) -> None:
    """Take batch norm's means and variances anew, over the first `batches` x 250 examples.

    Training leaves running averages of the last few batches, and of augmented images. With a
    dataset whose `augment` is None, the statistics become those of images as they are; where
    training has ended, the network reads them better. No weight changes. Works on the
    model's own device; the data may be on any. Raises ValueError for fewer than 2 examples.

    Source: Y. Wu and J. Johnson, Rethinking "Batch" in BatchNorm, arXiv 2105.07576, 2021.
    """
    count = len(dataset)  # type: ignore[arg-type]
    if count < 2 or batches < 1:
        raise ValueError("batch norm needs at least 2 examples, and a batch")
    device = next(model.parameters()).device
    trial = in_evaluation(model)  # interrupted, the model stays as it was
    for layer in trial.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            layer.reset_running_stats()
            layer.momentum = None  # the plain average of all batches
            layer.train()
    loader = DataLoader(dataset, 250, drop_last=count % 250 == 1)
    for (images, numbers), _ in itertools.islice(loader, batches):
        trial(images.to(device), numbers.to(device))
    model.load_state_dict(trial.state_dict())
