"""Evaluation: losses, accuracies and tables over a dataset, and the prediction of one example."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from .data import as_input
from .model import DIGITS

if TYPE_CHECKING:  # imported where it is used: it takes a quarter as long as torch
    import pandas as pd

Module = TypeVar("Module", bound=nn.Module)


@dataclass
class Evaluation:
    """A model's answers to every example of a dataset, in its order, and the right ones.

    - digits, numbers, totals: int64 (n,); digit_logits: float32 (n, 10); sum_logits: (n, sums)
    - digit_right, sum_right: bool (n,); both_right: where both are
    - accuracy_digit, accuracy_sum, accuracy_both: percent of the examples
    - loss_digit, loss_sum: cross entropies, averaged over the examples; loss_both: their sum
    """

    digits: Tensor
    numbers: Tensor
    totals: Tensor
    digit_logits: Tensor
    sum_logits: Tensor

    def __post_init__(self) -> None:
        self.digit_right = self.digit_logits.argmax(dim=1) == self.digits
        self.sum_right = self.sum_logits.argmax(dim=1) == self.totals
        self.both_right = self.digit_right & self.sum_right
        self.accuracy_digit = _percentage(self.digit_right)
        self.accuracy_sum = _percentage(self.sum_right)
        self.accuracy_both = _percentage(self.both_right)
        self.loss_digit = F.cross_entropy(self.digit_logits, self.digits).item()
        self.loss_sum = F.cross_entropy(self.sum_logits, self.totals).item()
        self.loss_both = self.loss_digit + self.loss_sum

    @property
    def scores(self) -> dict[str, float]:
        """The three losses and the three accuracies by name."""
        names = [f"{what}_{of}" for what in ("loss", "accuracy") for of in ("digit", "sum", "both")]
        return {name: getattr(self, name) for name in names}

    def table(self) -> pd.DataFrame:
        """Loss, and accuracy with its 95% interval in percent, of digit, sum and both."""
        import pandas as pd

        right = {"digit": self.digit_right, "sum": self.sum_right, "both": self.both_right}
        rows = {name: _accuracy_row(flags) for name, flags in right.items()}
        table = pd.DataFrame.from_dict(rows, orient="index")
        table.insert(0, "loss", [self.loss_digit, self.loss_sum, self.loss_both])
        return table

    def confusion_digit(self) -> pd.DataFrame:
        """Counts (10, 10): a row for each true digit, a column for each predicted one."""
        import pandas as pd

        cells = DIGITS * self.digits + self.digit_logits.argmax(dim=1)
        counts = torch.bincount(cells, minlength=DIGITS**2).view(DIGITS, DIGITS)
        return pd.DataFrame(counts.numpy()).rename_axis(index="true", columns="predicted")

    def mistakes(self) -> pd.DataFrame:
        """A row for each example with a wrong answer, the worst (of the highest loss) first.

        The index is the example's position in the dataset.
        """
        import pandas as pd

        loss = F.cross_entropy(self.digit_logits, self.digits, reduction="none")
        loss += F.cross_entropy(self.sum_logits, self.totals, reduction="none")
        columns = dict(digit=self.digits, number=self.numbers, sum=self.totals,
                       predicted_digit=self.digit_logits.argmax(dim=1),
                       predicted_sum=self.sum_logits.argmax(dim=1), loss=loss)
        table = pd.DataFrame({name: column.numpy() for name, column in columns.items()})
        return table[~self.both_right.numpy()].sort_values("loss", ascending=False)


def in_evaluation(model: Module) -> Module:
    """A copy of the model in evaluation mode, on the same device, with its weights frozen.

    Gradients with respect to an input can still be computed. Using the copy leaves the model alone,
    which another thread may be training.
    """
    return copy.deepcopy(model).eval().requires_grad_(False)


def evaluate(model: nn.Module, dataset: Dataset, batch_size: int = 1000) -> Evaluation:
    """The model's answers on every example, without dropout, on the model's own device.

    Leaves the model and torch's random state unchanged, even if the dataset draws numbers. Raises
    ValueError for an empty dataset.
    """
    loader = DataLoader(dataset, batch_size)
    if len(loader) == 0:
        raise ValueError("the dataset is empty: there is nothing to evaluate")
    model, device, batches = in_evaluation(model), next(model.parameters()).device, []
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        for (images, numbers), (digits, totals) in loader:
            logits = model(images.to(device), numbers.to(device))
            batches.append((*map(as_classes, (digits, numbers, totals)), *logits))
    return Evaluation(*(torch.cat(column).cpu() for column in zip(*batches)))


def both_right(digit_logits: Tensor, sum_logits: Tensor, digits: Tensor, totals: Tensor) -> Tensor:
    """bool (batch,): where the likeliest digit and the likeliest sum are the true ones."""
    digit_right = digit_logits.argmax(dim=1) == as_classes(digits)
    return digit_right & (sum_logits.argmax(dim=1) == as_classes(totals))


def as_classes(targets: Tensor) -> Tensor:
    """int64 classes (batch,) from classes or from one-hot vectors (batch, classes)."""
    return targets.argmax(dim=1) if targets.ndim == 2 else targets


@dataclass(frozen=True)
class Prediction:
    """The answer for one example: the likeliest digit and sum, and the probabilities of all.

    digit_probabilities: float32 (10,); sum_probabilities: float32 (sums,).
    """

    digit: int
    total: int
    digit_probabilities: Tensor
    sum_probabilities: Tensor


def predict(model: nn.Module, image: ArrayLike | Tensor, number: int) -> Prediction:
    """The model's answer for one image and one number from 0 to 9.

    image: one image in any of the forms that `as_input` takes. Raises ValueError, even for a model
    that has diverged. Normalised images, as a dataset gives them, go to the model itself:
    `model(images, numbers)`. The model isn't changed, and another thread may be training it.
    """
    if isinstance(number, bool) or number not in range(10):
        raise ValueError(f"the number must be a whole number from 0 to 9, not {number!r}")
    images = as_input(image)
    if len(images) != 1:
        raise ValueError(f"there must be one image, not {len(images)}")
    if any(part.training for part in model.modules()):  # else copying would be most of the work
        model = in_evaluation(model)
    device = next(model.parameters()).device
    with torch.no_grad():
        logits = model(images.float().to(device), torch.tensor([int(number)], device=device))
    digit, total = (each[0].softmax(dim=0).cpu() for each in logits)
    if not (digit.isfinite().all() and total.isfinite().all()):
        raise ValueError("the model's answer is not finite: its training has diverged")
    return Prediction(digit.argmax().item(), total.argmax().item(), digit, total)


def calibration_error(logits: Tensor, targets: Tensor, bins: int = 15) -> float:
    """The expected calibration error in percent: how far the network's confidence (the
    probability of its answer) is from its accuracy, on average.

    logits: (n, classes); targets: int64 classes (n,). The answers are put into `bins` groups of
    equal width by their confidence; the error is the mean over the groups of
    |accuracy - mean confidence|, weighted by their sizes.

    Source: Guo, Pleiss, Sun and Weinberger, On Calibration of Modern Neural Networks, ICML 2017.
    """
    if len(logits) == 0:
        raise ValueError("there are no answers to take the calibration error of")
    confidence, answer = logits.double().softmax(dim=1).max(dim=1)
    gap = confidence - (answer == targets).double()
    group = (confidence * bins).ceil().long() - 1  # of (0, 1/bins], (1/bins, 2/bins], ...
    return 100 * torch.zeros(bins).double().index_add(0, group, gap).abs().sum().item() / len(gap)


def wilson_interval(right: int, count: int, errors: float = 1.96) -> tuple[float, float]:
    """The 95% interval of an accuracy, in percent, from `right` right answers of `count`.

    Drawn from many samples of the same kind, about 95 of 100 such intervals contain the true
    accuracy. errors: how many standard errors the true accuracy may be away; 95% of a normal
    distribution are within 1.96. Raises ValueError for counts that can't be.

    Source: E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference,
    JASA 1927.
    """
    if not 0 <= right <= count or count == 0:
        raise ValueError(f"{right} right of {count} is not possible")
    share, weight = right / count, errors**2 / count
    centre = (share + weight / 2) / (1 + weight)
    half = errors * ((share * (1 - share) + weight / 4) / count) ** 0.5 / (1 + weight)
    return 100 * max(0.0, centre - half), 100 * min(1.0, centre + half)


def _percentage(flags: Tensor) -> float:
    return 100 * flags.double().mean().item()


def _accuracy_row(flags: Tensor) -> dict[str, float]:
    low, high = wilson_interval(int(flags.sum()), len(flags))
    return {"examples": len(flags), "accuracy": _percentage(flags), "from": low, "to": high}
