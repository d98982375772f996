"""How deep must the adder be? Five adders, and the task on which lesson 4 compares them."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_adder_lib.checkpoint import load_pretrained
from mnist_adder_lib.data import AdderDataset, as_input
from mnist_adder_lib.model import fully_connected

RATES = (0.05, 0.02, 0.005)  # learning rates, each for a third of the epochs


def new_adders() -> dict[str, nn.Module]:
    """Lesson 4's five adders, untrained: from (n, 30) to (n, 64), or unchanged without a layer."""
    return {
        "no layer": nn.Sequential(),
        "one layer, no batch norm": nn.Sequential(nn.Linear(30, 64, bias=False), nn.ReLU()),
        "one layer, no ReLU": nn.Sequential(nn.Linear(30, 64, bias=False), nn.BatchNorm1d(64)),
        "one layer": fully_connected(30, 64),
        "two layers": nn.Sequential(fully_connected(30, 64), fully_connected(64, 64)),
    }


class AdderTask:
    """The task on which adders are compared: all get the same embeddings, which don't change.

    They come from the network that ships. An adder and two new heads learn from those of 4,000
    images of `train`; their right answers are counted on 2,000 examples of `validation`.
    """

    def __init__(self, train: AdderDataset, validation: AdderDataset):
        network = load_pretrained()
        with torch.no_grad():
            self.embedded = network.embed(as_input(train.images[:4000]))
            self.unseen = network.embed(as_input(validation.images[:2000]))
        self.digits = train.digits[:4000]
        self.answers = validation.digits[:2000], validation.numbers[:2000]  # type: ignore[index]

    def measure(self, adder: nn.Module, epochs: int = 3) -> tuple[float, float]:
        """Train the adder and its heads; return how many percent of the digits and of the sums are
        right.

        - adder: takes floats (n, 30), the embedding and the one-hot number, and returns (n, width)
        - epochs: a multiple of three; see `train_in_thirds`
        """
        width = adder.eval()(torch.zeros(1, 30)).shape[1]
        heads = nn.ModuleList([nn.Linear(width, 10, bias=False), nn.Linear(width, 19, bias=False)])

        def logits(embedded: Tensor, numbers: Tensor) -> list[Tensor]:
            hidden = adder(torch.cat([embedded, F.one_hot(numbers, 10)], dim=1))
            return [head(hidden) for head in heads]

        def loss_of(batch: Tensor) -> Tensor:
            digits, numbers = self.digits[batch], torch.randint(10, (len(batch),))
            of_digit, of_sum = logits(self.embedded[batch], numbers)
            return F.cross_entropy(of_digit, digits) + F.cross_entropy(of_sum, digits + numbers)

        train_in_thirds(nn.ModuleList([adder, heads]), loss_of, len(self.digits), epochs)
        adder.eval()
        digits, numbers = self.answers
        with torch.no_grad():
            of_digit, of_sum = logits(self.unseen, numbers)
        return _percent_right(of_digit, digits), _percent_right(of_sum, digits + numbers)


def _percent_right(logits: Tensor, answers: Tensor) -> float:
    return 100 * (logits.argmax(dim=1) == answers).double().mean().item()


def train_in_thirds(network: nn.Module, loss_of: Callable[[Tensor], Tensor], count: int,
                    epochs: int = 3) -> None:
    """Epochs through examples 0 to count - 1, in batches of 50: a third of them with each of RATES.

    loss_of: the loss of a batch, given by its indices. Raises ValueError if the epochs can't be
    divided by three.
    """
    if epochs % len(RATES):
        raise ValueError(f"epochs must be a multiple of {len(RATES)}, one for each learning rate, "
                         f"not {epochs}")
    network.train()
    for rate in RATES:
        optimizer = torch.optim.SGD(network.parameters(), lr=rate, momentum=0.9)
        for _ in range(epochs // len(RATES)):
            for batch in torch.randperm(count).split(50):
                optimizer.zero_grad()
                loss_of(batch).backward()
                optimizer.step()
