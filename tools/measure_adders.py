"""Train adders that never see some pairs of digit and number, and record how they add those.

    python tools/measure_adders.py [--adders "19 classes" "amount, regression" ...] \
        [--seeds 0 1 2 3 4] [--held-out 20] [--behind-reader]

Adds a line for each training to assets/adders.jsonl, which lesson 09 reads; what is there already
isn't trained again. Whole networks take about a minute each on one core. With `--behind-reader`
one network a seed is trained to read digits, for one epoch, from images alone. Then it stays as it
is, and only the adders behind it are trained, for three epochs, from its embeddings: a few seconds
each. To measure everything again, delete the file and run

    python tools/measure_adders.py
    python tools/measure_adders.py --behind-reader
    python tools/measure_adders.py --behind-reader --held-out 5 10 40 60 80 \
        --adders "shift, digit alone" "amount, regression" "amount, 19 classes"

`--held-out 20` holds out the lesson's own 20 pairs. Any other count is drawn at random by the seed,
so that every sum, every digit and every number still occurs in training.

What a line holds, each for the test split (chosen by it) and for the evaluation split (reported):
`held_sums`, `held_digits`, the percent of images answered right on held-out pairs whose sum occurs
in training; `slope` of the mean predicted sum against the true one over these pairs; `lost_sums`,
as `held_sums` on pairs whose sum doesn't occur (null where there are none); `seen_sums`,
`seen_digits`, on the other pairs; `wrong_allowed`, of the wrong digits on held-out pairs the
percent that does occur with the number, and `wrong_chance`, the same if they fell on all nine
other digits alike. All are means over pairs. Of whole networks it holds also three 10x10
tables of the evaluation split, a row for each digit: `right`, percent of sums, `read`, percent of
digits, `mean`, the mean predicted sum.
"""

import argparse
import itertools
import json
import time
from functools import cache
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_adder_lib import (
    LIGHT_AUGMENT,
    AdderDataset,
    IdentityAdderModel,
    agreement_loss,
    load_splits,
    normalise,
)
from mnist_adder_lib.evaluate import as_classes, in_evaluation
from mnist_adder_lib.model import fully_connected

RESULTS = Path(__file__).resolve().parents[1] / "assets" / "adders.jsonl"
BATCH, STEPS, EPOCHS = 128, 375, 3  # STEPS: of an epoch
TRUE_SUMS = torch.arange(10)[:, None] + torch.arange(10)
LESSONS_PAIRS = (3 * torch.arange(10)[:, None] + torch.arange(10)) % 5 == 0  # bool (10, 10)
WAVES = 2 * torch.pi * torch.tensor([1, 2, 3]) / 20
ENCODINGS = {  # how the adder is told the number: int64 (n,) to float (n, k)
    "one-hot": lambda numbers: F.one_hot(numbers, 10).float(),
    "switches": lambda numbers: (torch.arange(1, 10) <= numbers[:, None]).float(),
    "amount": lambda numbers: numbers[:, None] / 4.5 - 1,
    "circles": lambda numbers: torch.cat([(numbers[:, None] * WAVES).sin(),
                                          (numbers[:, None] * WAVES).cos()], dim=1),
}


class Design(NamedTuple):
    """An adder and how it is trained."""

    encoding: str = "one-hot"
    head: str = "classes"  # see `Adder`
    digit_alone: bool = False  # the digit head reads the embedding and isn't told the number
    agreement: float = 0.0  # weight of `agreement_loss`, on all ten numbers, without their sums
    weight_decay: float = 0.01
    rate: float = 0.01  # the learning rate at its peak
    steps: int = EPOCHS * STEPS


DESIGNS = {
    "19 classes": Design(),
    "shift": Design(head="shift"),
    "regression": Design(head="regression"),
    "amount, 19 classes": Design("amount"),
    "amount, regression": Design("amount", "regression"),
    "shift, digit alone": Design(head="shift", digit_alone=True),
    "switches, regression": Design("switches", "regression"),
    # ideas for the head with 19 classes
    "circles": Design("circles"),
    "weight decay": Design(weight_decay=0.3),
    "parts": Design(head="parts"),
    "one number": Design(head="one number", rate=0.03),
    "amount, one number": Design("amount", "one number", rate=0.03),
    "amount, two late": Design("amount", "two late"),
    "agreement": Design(agreement=1.0),
    "agreement, digit alone": Design(agreement=1.0, digit_alone=True),
}


SIX = list(DESIGNS)[:6]


class Adder(IdentityAdderModel):
    """The course's network with another way to tell it the number, or to answer with the sum.

    head: "classes", the reference's 19 logits; "regression", one number, (n, 1); "shift", the
    digit's logits moved by the number; "parts", 19 logits from the embedding plus 19 from the
    number; "one number", 19 logits from one number, the sum of a part from the embedding and a part
    from the number; "two late", 19 logits from two numbers behind the hidden layers, where
    embedding and number have met already.
    """

    def __init__(self, encoding: str = "one-hot", head: str = "classes", digit_alone: bool = False):
        super().__init__(dropout=0)
        self.encode, self.head, self.digit_alone = ENCODINGS[encoding], head, digit_alone
        told = self.encode(torch.arange(10)).shape[1]
        if told != 10:
            self.adder[0] = fully_connected(20 + told, 64)
        if digit_alone:
            self.digit_head = nn.Linear(20, 10, bias=False)
        if head == "regression":
            self.sum_head = nn.Linear(64, 1)
        elif head == "parts":
            self.sum_head = Parts(told, 19)
        elif head == "one number":
            self.sum_head = nn.Sequential(Parts(told, 1), *from_few(1))
        elif head == "two late":
            self.sum_head = nn.Sequential(nn.Linear(64, 2), *from_few(2))

    def add(self, embeddings: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        numbers = as_classes(numbers)
        joined = torch.cat([embeddings, self.encode(numbers)], dim=1)
        hidden = self.adder(joined)
        digit = self.digit_head(embeddings if self.digit_alone else hidden)
        if self.head == "shift":
            places = numbers[:, None] + torch.arange(10)
            return digit, torch.full((len(digit), 19), -1e4).scatter(1, places, digit)
        if self.head in ("parts", "one number"):
            return digit, self.sum_head(joined)
        return digit, self.sum_head(hidden)


class Parts(nn.Module):
    """A part from the embedding plus a part from the number: (n, 20 + told) to (n, outputs)."""

    def __init__(self, told: int, outputs: int):
        super().__init__()
        self.image = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, outputs))
        self.number = nn.Linear(told, outputs, bias=False)

    def forward(self, joined: Tensor) -> Tensor:
        return self.image(joined[:, :20]) + self.number(joined[:, 20:])


def from_few(width: int) -> list[nn.Module]:
    """Layers from few numbers to 19 logits."""
    return [nn.Linear(width, 64), nn.ReLU(), nn.Linear(64, 19)]


def answers(sum_output: Tensor) -> Tensor:
    """The sums that an adder answers, int64 (n,), from 19 logits or from one number."""
    if sum_output.shape[1] == 1:
        return sum_output.squeeze(1).round().long()
    return sum_output.argmax(dim=1)


def sum_loss(sum_output: Tensor, totals: Tensor) -> Tensor:
    """Cross entropy of 19 logits, or a quarter of the mean square of one number's error."""
    if sum_output.shape[1] == 1:
        return F.mse_loss(sum_output.squeeze(1), totals.float()) / 4
    return F.cross_entropy(sum_output, totals)


def draw_pairs(count: int, seed: int) -> Tensor:
    """`count` pairs to hold out, bool (10, 10): every sum, digit and number still occurs."""
    generator = torch.Generator().manual_seed(1000 * count + seed)
    while True:  # with 80 pairs about one draw in 100 does
        order = torch.rand(10, 10, generator=generator)
        for total in range(19):  # a pair of each sum stays, whatever is drawn
            order[(order == order[TRUE_SUMS == total].max())] = 2
        held_out = order <= order.flatten().sort().values[count - 1]
        if not (held_out.all(dim=0).any() or held_out.all(dim=1).any()):
            return held_out


def train_adder(design: Design, held_out: Tensor, seed: int) -> Adder:
    """A whole network, trained on all images, each with numbers not held out for its digit."""
    train, _, _ = load_splits()
    torch.manual_seed(seed)
    model = Adder(design.encoding, design.head, design.digit_alone).train()

    def loss(batch):
        images = normalise(LIGHT_AUGMENT(train.images[batch].unsqueeze(1).float() / 255))
        return adder_loss(model, model.embed(images), train.digits[batch], held_out, design)

    descend(list(model.parameters()), loss, len(train), design)
    return model


def train_reader(seed: int) -> Adder:
    """A network that reads digits from images, and was never told a number."""
    train, _, _ = load_splits()
    torch.manual_seed(seed)
    model = Adder(head="shift", digit_alone=True).train()

    def loss(batch):
        images = normalise(LIGHT_AUGMENT(train.images[batch].unsqueeze(1).float() / 255))
        return F.cross_entropy(model.digit_head(model.embed(images)), train.digits[batch])

    descend(list(model.parameters()), loss, len(train), Design(steps=STEPS))
    return model


def train_behind(reader: Adder, embeddings: Tensor, design: Design, held_out: Tensor, seed: int):
    """An adder behind a reader that stays as it is; embeddings: (48000, 20), of the train split."""
    digits = load_splits()[0].digits
    torch.manual_seed(seed)
    model = Adder(design.encoding, design.head, design.digit_alone)
    for name in ("block1", "block2", "block3", "embedding"):
        setattr(model, name, getattr(reader, name))
    behind = [model.adder.train(), model.digit_head.train(), model.sum_head.train()]

    def loss(batch):
        return adder_loss(model, embeddings[batch], digits[batch], held_out, design)

    parameters = [weights for part in behind for weights in part.parameters()]
    descend(parameters, loss, len(digits), design)
    return model


def descend(parameters: list, loss_of, examples: int, design: Design) -> None:
    """AdamW with one cycle; `loss_of` gets the places of a batch among the examples."""
    optimizer = torch.optim.AdamW(parameters, design.rate, weight_decay=design.weight_decay,
                                  fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, design.rate,
                                                   total_steps=design.steps + 1)
    batches = iter(())
    for _ in range(design.steps):
        batch = next(batches, None)
        if batch is None:
            batches = iter(torch.randperm(examples)[: STEPS * BATCH].view(-1, BATCH))
            batch = next(batches)
        loss = loss_of(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


def adder_loss(model: Adder, embeddings, digits, held_out: Tensor, design: Design) -> Tensor:
    """The loss of a batch, each digit with one number that isn't held out for it."""
    numbers = torch.multinomial((~held_out[digits]).float(), 1).squeeze(1)
    digit_logits, sum_output = model.add(embeddings, numbers)
    loss = F.cross_entropy(digit_logits, digits) + sum_loss(sum_output, digits + numbers)
    if design.agreement:  # only the number is used of the targets
        numbers = torch.arange(10).repeat(len(digits))
        logits = model.add(embeddings.repeat_interleave(10, dim=0), numbers)
        agree = agreement_loss(*logits, torch.zeros_like(numbers), numbers)
        loss = loss + design.agreement * agree
    return loss


def embed_all(model: Adder, dataset: AdderDataset) -> Tensor:
    """The embeddings of all images, (n, 20)."""
    model = in_evaluation(model)
    parts = [model.embed(normalise(images.unsqueeze(1).float() / 255))
             for images in dataset.images.split(1000)]
    return torch.cat(parts)


def pair_tables(model: Adder, dataset: AdderDataset, embeddings: Tensor, held_out: Tensor):
    """For each pair of digit and number, (10, 10) each: the share of sums right, of digits right,
    the mean predicted sum, and the share of digits wrong, but one that occurs with the number."""
    model = in_evaluation(model)
    tables = torch.zeros(4, 10, 10)
    for number in range(10):
        numbers = torch.full((len(embeddings),), number)
        digit_logits, sum_output = model.add(embeddings, numbers)
        read, sums = digit_logits.argmax(dim=1), answers(sum_output)
        value = sum_output.squeeze(1) if sum_output.shape[1] == 1 else sums.float()
        right = (sums == dataset.digits + number).float()
        known = (read == dataset.digits).float()
        allowed = (1 - known) * (~held_out[read, number]).float()
        for table, column in zip(tables, (right, known, value, allowed)):
            for digit in range(10):
                table[digit, number] = column[dataset.digits == digit].mean()
    return tuple(tables)


def lost(held_out: Tensor) -> Tensor:
    """Held-out pairs whose sum doesn't occur in training, bool (10, 10)."""
    gone = [total for total in range(19) if held_out[TRUE_SUMS == total].all()]
    return held_out & torch.isin(TRUE_SUMS, torch.tensor(gone, dtype=torch.int64))


def scores(tables: tuple[Tensor, ...], held_out: Tensor) -> dict:
    """What a line of the results says of one split."""
    right, read, mean, allowed = tables
    no_sum = lost(held_out)
    held, seen = held_out & ~no_sum, ~held_out
    true, predicted = TRUE_SUMS[held].float(), mean[held]
    apart = true - true.mean()
    seen_with = seen.float().sum(dim=0).expand(10, 10)[held]

    def percent(table, pairs):
        return round(100 * table[pairs].mean().item(), 2) if pairs.any() else None

    wrong = (1 - read[held]).sum()
    return dict(
        held_sums=percent(right, held),
        held_digits=percent(read, held),
        slope=round(((apart * predicted).sum() / (apart**2).sum()).item(), 3),
        lost_sums=percent(right, no_sum),
        seen_sums=percent(right, seen),
        seen_digits=percent(read, seen),
        wrong_allowed=round((100 * allowed[held].sum() / wrong.clamp(min=1e-9)).item(), 1),
        wrong_chance=round(100 * seen_with.mean().item() / 9, 1),
    )


def measure(name: str, count: int, seed: int, behind_reader: bool) -> dict:
    """Train once: a line of the results."""
    held_out = LESSONS_PAIRS if count == 20 else draw_pairs(count, seed)
    splits, start = load_splits(), time.perf_counter()
    if behind_reader:
        reader, embeddings = reader_of(seed)
        model = train_behind(reader, embeddings[0], DESIGNS[name], held_out, seed)
    else:
        model = train_adder(DESIGNS[name], held_out, seed)
        embeddings = [None, *(embed_all(model, split) for split in splits[1:])]
    seconds = round(time.perf_counter() - start)
    test, evaluation = (pair_tables(model, splits[n], embeddings[n], held_out) for n in (1, 2))
    row = dict(adder=name, whole=not behind_reader, held_out=count, seed=seed,
               test=scores(test, held_out), evaluation=scores(evaluation, held_out))
    if not behind_reader:
        right, read, mean, _ = evaluation
        row |= dict(right=(100 * right).round().long().tolist(),
                    read=(100 * read).round().long().tolist(),
                    mean=[[round(value, 2) for value in line] for line in mean.tolist()])
    return row | dict(seconds=seconds, torch=torch.__version__.partition("+")[0],
                      date=time.strftime("%Y-%m-%d"))


@cache
def reader_of(seed: int) -> tuple[Adder, list[Tensor]]:
    """A trained reader and its embeddings of the three splits."""
    reader = train_reader(seed)
    return reader, [embed_all(reader, split) for split in load_splits()]


def done(path: Path) -> set[tuple]:
    """What is trained already: name, whole or not, count of pairs, seed."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    names = "adder", "whole", "held_out", "seed"
    return {tuple(row[name] for name in names) for row in map(json.loads, lines)}


def main(adders: list[str] | None, seeds: list[int], held_out: list[int], behind_reader: bool,
         path: Path) -> None:
    torch.set_num_threads(1)
    adders = adders or (list(DESIGNS) if behind_reader else SIX)
    for seed, count, name in itertools.product(seeds, held_out, adders):
        if (name, not behind_reader, count, seed) in done(path):
            continue
        row = measure(name, count, seed, behind_reader)
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        print(name, count, seed, row["test"], f"{row['seconds']} s", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--adders", nargs="+", choices=DESIGNS,
                        help="which; all behind a reader, the first six as whole networks")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--held-out", nargs="+", type=int, default=[20])
    parser.add_argument("--behind-reader", action="store_true",
                        help="train the adder alone, behind a network that reads digits")
    parser.add_argument("--path", type=Path, default=RESULTS)
    main(**vars(parser.parse_args()))
