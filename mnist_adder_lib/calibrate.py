"""Calibration: making the probabilities mean what they say, without changing an answer."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import Dataset

from .evaluate import evaluate
from .model import IdentityAdderModel, replace_weights

LIMIT = 3  # temperatures are looked for from exp(-3), 0.05, to exp(3), 20


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


def temperature(logits: Tensor, targets: Tensor) -> float:
    """The number by which to divide logits (n, classes) so that their cross entropy is smallest.

    Above 1 where the network is too sure of itself, below 1 where it is not sure enough. Raises
    ValueError where the answers don't say: while all are right, one could always be surer.
    Source: as for `calibration_error`.
    """
    from scipy.optimize import minimize_scalar  # imported here, as it takes a second

    def loss(log_temperature: float) -> float:
        return F.cross_entropy(logits / math.exp(log_temperature), targets).item()

    right = int((logits.argmax(dim=1) == targets).sum())
    best = minimize_scalar(loss, bounds=(-LIMIT, LIMIT), method="bounded").x
    if right in (0, len(targets)) or abs(best) > 0.99 * LIMIT:
        raise ValueError(f"with {right} right answers of {len(targets)} there is no best "
                         "temperature: calibrate on more examples, some of them wrong")
    return math.exp(best)


def calibrate(model: IdentityAdderModel, dataset: Dataset) -> dict[str, float]:
    """Calibrate the model, in place and on its own device, on a dataset that it was not trained on.

    Each head is linear and without bias, so dividing its weights by its temperature divides its
    logits: the checkpoint, the panel and the ONNX file need nothing more, and no answer changes.
    Returns the temperatures of "digit" and "sum". Raises ValueError, and changes nothing, where
    `temperature` does.
    """
    result = evaluate(model, dataset)
    temperatures = dict(
        digit=temperature(result.digit_logits, result.digits),
        sum=temperature(result.sum_logits, result.totals),
    )
    state = model.state_dict()
    for name, number in temperatures.items():
        state[f"{name}_head.weight"] = state[f"{name}_head.weight"] / number
    replace_weights(model, state)  # interrupted, both heads stay as they were
    return temperatures
