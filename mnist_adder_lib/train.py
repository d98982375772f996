"""Training: the loss, one visible loop, its history, and the learning-rate range test."""

from __future__ import annotations

import copy
import itertools
import json
import math
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.data import DataLoader, Dataset
from tqdm.auto import tqdm

from .evaluate import Evaluation, as_classes, both_right, evaluate
from .files import write_whole
from .model import DIGITS, replace_weights

PROGRESS_STEPS = 25  # reading the loss makes a GPU wait, so not at every step
REFERENCE_RECIPE = dict(epochs=15, batch_size=128, learning_rate=0.01, momentum=0.9)
# Both for a model without dropout and the LIGHT_AUGMENT of `augment`; at the end
# `refresh_batch_norm` on images that are not augmented. The best, whose training images also get
# the `Forms` of `augment`, is the shipped network's.
FAST_RECIPE = dict(epochs=2, batch_size=128, learning_rate=0.01, weight_decay=0.01,
                   optimizer="adamw", schedule="one_cycle", all_numbers=True)
BEST_RECIPE = dict(FAST_RECIPE, epochs=20, agreement=0.8)


@dataclass
class History:
    """What happened in training: plain lists, in the order in which it happened."""

    train_loss: list[float] = field(default_factory=list)  # of every step
    train_accuracy: list[float] = field(default_factory=list)  # of every step; both right, percent
    learning_rate: list[float] = field(default_factory=list)  # of every step
    test_loss: list[float] = field(default_factory=list)  # after every epoch
    test_accuracy: list[float] = field(default_factory=list)  # after every epoch, percent
    seconds: list[float] = field(default_factory=list)  # of training in every epoch, begun or whole
    steps_per_epoch: int = 0
    interrupted: bool = False

    def save(self, path: str | Path) -> None:
        """Write it as JSON, whole or not at all.

        Raises ValueError, before it writes, for what could not be loaded again, and OSError.
        """
        self._check()
        write_whole(path, json.dumps(asdict(self)).encode())

    @classmethod
    def load(cls, path: str | Path) -> History:
        """Read what `save` wrote. Raises ValueError where the file holds no history."""
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
            if set(content) != set(vars(cls())):
                raise ValueError("it has other names")
            history = cls(**content)
            history._check()
        except (TypeError, ValueError, RecursionError) as error:
            raise ValueError(f"{path} holds no training history ({error})") from error
        return history

    def _check(self) -> None:
        steps = self.train_loss, self.train_accuracy, self.learning_rate
        epochs = self.test_loss, self.test_accuracy
        for numbers in (*steps, *epochs, self.seconds):
            if type(numbers) is not list or any(type(number) is not float for number in numbers):
                raise ValueError("a list of numbers is something else")
        if len(set(map(len, steps))) > 1 or len(set(map(len, epochs))) > 1:
            raise ValueError("lists of different lengths")
        if type(self.steps_per_epoch) is not int or self.steps_per_epoch < 0:
            raise ValueError(f"steps_per_epoch: {self.steps_per_epoch!r}")
        if type(self.interrupted) is not bool:
            raise ValueError(f"interrupted: {self.interrupted!r}")


def joint_loss(digit_logits: Tensor, sum_logits: Tensor, digits: Tensor, totals: Tensor) -> Tensor:
    """CrossEntropy(digit) + CrossEntropy(sum), each averaged over the batch: a scalar.

    Logits (batch, 10) and (batch, 19); targets as int64 classes (batch,) or one-hot.
    """
    return F.cross_entropy(digit_logits, digits) + F.cross_entropy(sum_logits, totals)


def agreement_loss(
    digit_logits: Tensor, sum_logits: Tensor, digits: Tensor, totals: Tensor
) -> Tensor:
    """How far both heads are from the answer that lies between theirs: a scalar.

    The probabilities of the sums, moved back by the number, are probabilities of the digits, too.
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
    counts = {"cuda": torch.cuda.device_count() if torch.cuda.is_available() else 0,
              "mps": int(torch.backends.mps.is_available()), "cpu": 1}
    if name is None:
        best = next(kind for kind, count in counts.items() if count)
        name = os.environ.get("MNIST_ADDER_DEVICE") or best
    try:
        device = torch.device(name)
    except (RuntimeError, TypeError):  # no device that torch knows
        device = None
    if device is None or (device.index or 0) >= counts.get(device.type, 0):
        usable = [kind if count == 1 else f"{kind}:0 to {kind}:{count - 1}"
                  for kind, count in counts.items() if count]
        raise ValueError(f"there is no device {str(name)!r} here; usable: {', '.join(usable)}")
    return device


def fit(
    model: nn.Module,
    train: Dataset,
    test: Dataset | None = None,
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
    - momentum: SGD's, or the first beta of AdamW. A one-cycle schedule moves it, too, against the
      rate, between 0.05 less and 0.05 more (at most 0.999; 0 stays 0)
    - optimizer: "sgd" or "adamw"
    - schedule: "constant", or "one_cycle": the rate rises for 0.3 of the steps, then falls
      almost to 0
    - all_numbers: add all of 0-9 to each image instead of the one number that was drawn: ten
      sums for one pass through the CNN, which is nearly all of the work
    - agreement: the share (0-1) of `agreement_loss` in the loss; the rest is `joint_loss`
    - seed: of the shuffling, the augmentation, the numbers and dropout; the same seed gives the
      same weights again on the same machine, with or without `test`. (Seed before building the
      model, too.)
    - device: where to train, see `choose_device`. The model comes back to the device that it came
      from, whatever happens
    - after_epoch: called with the history after every epoch, to draw it, say; the model is on its
      own device then

    Interrupting (the stop button, or Ctrl-C) keeps the history of all whole steps and the weights
    that the last of them left. Raises ValueError for a choice that isn't there, and for fewer than
    2 training examples in all or in a batch, which batch norm needs.
    """
    device, home = choose_device(device), next(model.parameters()).device
    if not 0 <= agreement <= 1:
        raise ValueError(f"agreement is a share of the loss, from 0 to 1, not {agreement}")
    if not 0 <= learning_rate < math.inf:
        raise ValueError(f"the learning rate is a finite number, not {learning_rate}")
    make_optimizer, make_schedule = _choose(OPTIMIZERS, optimizer), _choose(SCHEDULES, schedule)
    loader = _loader(train, batch_size, device)
    if seed is not None:
        torch.manual_seed(seed)
    history = History(steps_per_epoch=len(loader))
    run = _Run(history, model)
    try:
        try:
            stepper = make_optimizer(model.to(device), learning_rate, momentum, weight_decay)
            scheduler = make_schedule(stepper, learning_rate, momentum, epochs * len(loader))
            for epoch in range(1, epochs + 1):
                with tqdm(total=len(loader), desc=f"Epoch {epoch}/{epochs}", leave=False) as bar:
                    _train_epoch(model, loader, stepper, scheduler, all_numbers, agreement, run,
                                 bar)
                if test is not None:
                    run.record_test(evaluate(model, test))
                if after_epoch is not None:
                    model.to(home)
                    after_epoch(history)
                    model.to(device)
        finally:
            model.to(home)
        return history
    except KeyboardInterrupt:
        run.break_off(model.to(home))
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


class _Run:
    """What training has reached: scores and rates of its steps, and the weights after the last.

    An interrupt may come anywhere, in the middle of a step of the optimizer, too. What belongs
    together is replaced at once, so that it finds either all of the old or all of the new.
    """

    def __init__(self, history: History, model: nn.Module):
        self.history = history
        self.scores: list[Tensor] = []
        self.rates: list[float] = []
        self.gradients = torch.is_grad_enabled()
        self.begin(model)
        self.keep()

    def begin(self, model: nn.Module) -> None:
        """An epoch begins."""
        self.start, self.state = time.perf_counter(), model.state_dict()

    def keep(self) -> None:
        """A step is whole, its score and its rate have been added."""
        state = {name: value.clone() for name, value in self.state.items()}
        self.reached = len(self.scores), state

    def record(self) -> None:
        """Bring the history up to the last whole step."""
        count, history = self.reached[0], self.history
        if count == len(history.train_loss):
            return
        losses, accuracies = torch.stack(self.scores[:count]).T.tolist()
        before = history.seconds[: (count - 1) // history.steps_per_epoch]
        seconds = [*before, time.perf_counter() - self.start]
        vars(history).update(train_loss=losses, train_accuracy=accuracies,
                             learning_rate=self.rates[:count], seconds=seconds)

    def record_test(self, scores: Evaluation) -> None:
        """An epoch's test results."""
        losses = [*self.history.test_loss, scores.loss_both]
        accuracies = [*self.history.test_accuracy, scores.accuracy_both]
        vars(self.history).update(test_loss=losses, test_accuracy=accuracies)

    def break_off(self, model: nn.Module) -> None:
        """Go back to the last whole step."""
        torch.set_grad_enabled(self.gradients)
        model.load_state_dict(self.reached[1])
        self.record()
        self.history.interrupted = True


def _train_epoch(
    model: Any,
    loader: DataLoader,
    optimizer: Optimizer,
    schedule: LRScheduler,
    all_numbers: bool,
    agreement: float,
    run: _Run,
    bar: tqdm,
) -> None:
    """One pass over the training data; its steps are added to the run and its history."""
    device, first = next(model.parameters()).device, len(run.scores)
    run.begin(model.train())
    # The bar isn't given the loader: tqdm.auto would start it twice and draw from its generator.
    for (images, numbers), (digits, totals) in loader:
        images, numbers = images.to(device), numbers.to(device)
        digits, totals = digits.to(device), totals.to(device)

        optimizer.zero_grad()
        if all_numbers:
            logits, targets = _add_all_numbers(model, images, digits)
        else:
            logits, targets = model(images, numbers), (digits, totals)
        loss = joint_loss(*logits, *targets)
        if agreement:
            loss = torch.lerp(loss, agreement_loss(*logits, *targets), agreement)
        loss.backward()
        optimizer.step()

        # Detached, or every step's graph would stay in memory; as tensors, since reading a
        # number would make every step wait for a GPU.
        right = both_right(*logits, *targets).float().mean()
        run.scores.append(torch.stack([loss.detach(), 100 * right]))
        run.rates.append(float(optimizer.param_groups[0]["lr"]))
        run.keep()
        schedule.step()
        if (len(run.scores) - first) % PROGRESS_STEPS == 0:
            _show_progress(bar, run.scores[first:], run.rates)
    run.record()


def _add_all_numbers(model: Any, images: Tensor, digits: Tensor) -> tuple[tuple, tuple]:
    """The logits for each image with each of 0-9, and the targets: ten sums for one embedding."""
    embeddings = model.embed(images).repeat_interleave(10, dim=0)
    digits = as_classes(digits).repeat_interleave(10)
    numbers = torch.arange(10, device=images.device).repeat(len(images))
    return model.add(embeddings, numbers), (digits, digits + numbers)


def _show_progress(bar: tqdm, scores: list[Tensor], rates: list[float]) -> None:
    loss = scores[-1][0].item()
    accuracy = torch.stack(scores).mean(dim=0)[1].item()
    bar.set_postfix_str(f"loss {loss:.3f}, accuracy {accuracy:.1f}%, rate {rates[-1]:.4f}", False)
    bar.update(PROGRESS_STEPS)


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
    trial = copy.deepcopy(model).eval().requires_grad_(False)  # no setting of torch is touched
    for layer in trial.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            layer.reset_running_stats()
            layer.momentum = None  # the plain average of all batches
            layer.train()
    loader = DataLoader(dataset, 250, drop_last=count % 250 == 1)
    for (images, numbers), _ in itertools.islice(loader, batches):
        trial(images.to(device), numbers.to(device))
    replace_weights(model, trial.state_dict())  # interrupted, the model stays as it was


def learning_rate_range_test(
    model: nn.Module,
    train: Dataset,
    lowest: float = 1e-4,
    highest: float = 10.0,
    steps: int = 100,
    batch_size: int = 128,
    momentum: float = 0.9,
) -> tuple[list[float], list[float]]:
    """The loss of each step while the learning rate grows from lowest to highest.

    Trains a copy, so that the model stays as it is. Returns (rates, losses).
    Trains on the model's own device; the data may be on any.
    Source: L. N. Smith, Cyclical Learning Rates for Training Neural Networks, WACV 2017.
    """
    if not 0 < lowest <= highest < math.inf or batch_size < 2:
        raise ValueError("the rates are above 0 and finite, lowest first, and batch norm needs "
                         "at least 2 examples in a batch")
    model = copy.deepcopy(model).train()
    device = next(model.parameters()).device
    optimizer = torch.optim.SGD(model.parameters(), lowest, momentum=momentum)
    rates, losses = torch.logspace(math.log10(lowest), math.log10(highest), steps), []
    count = len(train)  # type: ignore[arg-type]
    loader = DataLoader(train, batch_size, shuffle=True, drop_last=count > batch_size)
    batches = itertools.chain.from_iterable(itertools.repeat(loader))  # as many epochs as needed
    for rate, (inputs, targets) in zip(rates.tolist(), batches):
        optimizer.param_groups[0]["lr"] = rate
        optimizer.zero_grad()
        images, numbers = (tensor.to(device) for tensor in inputs)
        loss = joint_loss(*model(images, numbers), *(tensor.to(device) for tensor in targets))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return rates.tolist(), losses
