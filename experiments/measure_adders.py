"""Train adders that never see some pairs of digit and number, and record how they add those.

    python experiments/measure_adders.py [--adders "19 classes" "amount, regression" ...] \
        [--seeds 0 1 2 3 4] [--held-out 20] [--behind-reader]

Adds a line for each training to assets/adders.jsonl, which lesson 10 reads. Whole networks, by
default the first six, take about a minute each on one core. With `--behind-reader` one network a
seed learns to read digits in one epoch, from images alone, and stays as it is; adders behind it are
trained from its embeddings, three epochs in a few seconds each. All results again:

    python experiments/measure_adders.py
    python experiments/measure_adders.py --behind-reader
    python experiments/measure_adders.py --behind-reader --held-out 5 10 40 60 80 \
        --adders "shift, digit alone" "amount, regression" "amount, 19 classes"

`--held-out 20` holds out the lesson's own 20 pairs. Any other count is drawn at random by the seed,
so that every sum, every digit and every number still occurs in training.

What a line holds, each for the test split (chosen by it) and the evaluation split (reported), as
means over pairs: `held_sums`, `held_digits`, the percent of images answered right on held-out pairs
whose sum occurs in training; `slope` of the mean predicted sum against the true one over these
pairs; `lost_sums`, as `held_sums` on pairs whose sum doesn't occur (null where there are none);
`seen_sums`, `seen_digits`, on the other pairs.
"""

import itertools
import time
from functools import cache, partial
from typing import NamedTuple

import torch
import torch.nn.functional as F
from common import ASSETS, command_line, record
from torch import Tensor, nn

from mnist_adder_lib import AdderDataset, IdentityAdderModel, agreement_loss, load_splits, normalise
from mnist_adder_lib.augment import LIGHT_AUGMENT
from mnist_adder_lib.model import fully_connected

RESULTS = ASSETS / "adders.jsonl"
BATCH, STEPS, EPOCHS = 128, 375, 3  # STEPS: of an epoch
TRUE_SUMS = torch.arange(10)[:, None] + torch.arange(10)
LESSONS_PAIRS = (3 * torch.arange(10)[:, None] + torch.arange(10)) % 5 == 0  # bool (10, 10)
WAVES = 2 * torch.pi * torch.tensor([1, 2, 3]) / 20
ENCODINGS = {  # how the adder gets the number: int64 (n,) to float (n, k)
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
    digit_alone: bool = False  # the digit head reads the embedding and not the number
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
READER = Design(head="shift", digit_alone=True, steps=STEPS)  # for one epoch, on digits alone
SIX = list(DESIGNS)[:6]


class Adder(IdentityAdderModel):
    """The course's network with another way to get the number, or to answer with the sum.

    head: "classes", the reference's 19 logits; "regression", one number, (n, 1); "shift", the
    digit's logits shifted by the number; "parts", 19 logits from the embedding plus 19 from the
    number; "one number", 19 logits from one number, the sum of a part from the embedding and a part
    from the number; "two late", 19 logits from two numbers behind the hidden layers, where
    embedding and number have met already.
    """

    def __init__(self, encoding: str = "one-hot", head: str = "classes", digit_alone: bool = False):
        super().__init__(dropout=0)
        self.encode, self.head, self.digit_alone = ENCODINGS[encoding], head, digit_alone
        width = self.encode(torch.arange(10)).shape[1]
        if width != 10:
            self.adder[0] = fully_connected(20 + width, 64)
        if digit_alone:
            self.digit_head = nn.Linear(20, 10, bias=False)
        heads = {
            "regression": lambda: nn.Linear(64, 1),
            "parts": lambda: Parts(width, 19),
            "one number": lambda: nn.Sequential(Parts(width, 1), *from_few(1)),
            "two late": lambda: nn.Sequential(nn.Linear(64, 2), *from_few(2)),
        }
        if head in heads:
            self.sum_head = heads[head]()

    def add(self, embeddings: Tensor, numbers: Tensor) -> tuple[Tensor, Tensor]:
        numbers = numbers if numbers.ndim == 1 else numbers.argmax(dim=1)  # from one-hot vectors
        joined = torch.cat([embeddings, self.encode(numbers)], dim=1)
        hidden = self.adder(joined)
        digit = self.digit_head(embeddings if self.digit_alone else hidden)
        if self.head == "shift":
            places = numbers[:, None] + torch.arange(10)
            return digit, torch.full((len(digit), 19), -1e4).scatter(1, places, digit)
        return digit, self.sum_head(joined if self.head in ("parts", "one number") else hidden)


class Parts(nn.Module):
    """A part from the embedding plus a part from the number: (n, 20 + width) to (n, outputs)."""

    def __init__(self, width: int, outputs: int):
        super().__init__()
        self.image = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, outputs))
        self.number = nn.Linear(width, outputs, bias=False)

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


def train_adder(design: Design, seed: int, loss_of, embeddings: Tensor | None = None) -> Adder:
    """A whole network, trained on all images; or, with the embeddings of the train split (48000,
    20), what stands behind them alone. loss_of: a batch's loss, of model, embeddings and digits."""
    train, _, _ = load_splits()
    torch.manual_seed(seed)
    model, rate = Adder(design.encoding, design.head, design.digit_alone), design.rate
    optimizer = torch.optim.AdamW(model.parameters(), rate, weight_decay=design.weight_decay,
                                  fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=design.steps + 1)
    for step in range(design.steps):
        if step % STEPS == 0:
            batches = iter(torch.randperm(len(train)).split(BATCH))
        batch = next(batches)
        if embeddings is None:
            images = LIGHT_AUGMENT(train.images[batch].unsqueeze(1).float() / 255)
            inputs = model.embed(normalise(images))
        else:
            inputs = embeddings[batch]
        optimizer.zero_grad()
        loss_of(model, inputs, train.digits[batch]).backward()
        optimizer.step()
        schedule.step()
    return model


@cache
def embeddings_of_reader(seed: int) -> list[Tensor]:
    """What a network that reads digits, and never got a number, makes of the three splits."""
    reader = train_adder(READER, seed, lambda model, embeddings, digits: F.cross_entropy(
        model.digit_head(embeddings), digits))
    return [embed_all(reader, split) for split in load_splits()]


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


@torch.no_grad()
def embed_all(model: Adder, dataset: AdderDataset) -> Tensor:
    """The embeddings of all images, (n, 20)."""
    return torch.cat([model.eval().embed(normalise(images.unsqueeze(1).float() / 255))
                      for images in dataset.images.split(1000)])


@torch.no_grad()
def pair_tables(model: Adder, dataset: AdderDataset, embeddings: Tensor) -> Tensor:
    """For each pair of digit and number, (3, 10, 10): the share of sums right, of digits right,
    and the mean predicted sum."""
    tables = torch.zeros(3, 10, 10)
    for number in range(10):
        numbers = torch.full((len(embeddings),), number)
        digit_logits, sum_output = model.eval().add(embeddings, numbers)
        read, sums = digit_logits.argmax(dim=1), answers(sum_output)
        value = sum_output.squeeze(1) if sum_output.shape[1] == 1 else sums.float()
        columns = torch.stack([sums == dataset.digits + number, read == dataset.digits, value])
        for digit in range(10):
            tables[:, digit, number] = columns[:, dataset.digits == digit].mean(dim=1)
    return tables


def lost(held_out: Tensor) -> Tensor:
    """Held-out pairs whose sum doesn't occur in training, bool (10, 10)."""
    gone = [total for total in range(19) if held_out[TRUE_SUMS == total].all()]
    return held_out & torch.isin(TRUE_SUMS, torch.tensor(gone, dtype=torch.int64))


def scores(tables: Tensor, held_out: Tensor) -> dict:
    """What a line of the results says of one split."""
    right, read, mean = tables
    no_sum, seen = lost(held_out), ~held_out
    held = held_out & ~no_sum
    true, predicted = TRUE_SUMS[held].float(), mean[held]
    centred = true - true.mean()
    slope = round(((centred * predicted).sum() / (centred**2).sum()).item(), 3)

    def percent(table, pairs):
        return round(100 * table[pairs].mean().item(), 2) if pairs.any() else None

    return dict(held_sums=percent(right, held), held_digits=percent(read, held), slope=slope,
                lost_sums=percent(right, no_sum), seen_sums=percent(right, seen),
                seen_digits=percent(read, seen))


def measure(name: str, count: int, seed: int, behind_reader: bool) -> dict:
    """Train once: a line of the results."""
    held_out = LESSONS_PAIRS if count == 20 else draw_pairs(count, seed)
    design, splits, start = DESIGNS[name], load_splits(), time.perf_counter()
    loss_of = partial(adder_loss, held_out=held_out, design=design)
    if behind_reader:
        embeddings = embeddings_of_reader(seed)
        model = train_adder(design, seed, loss_of, embeddings[0])
    else:
        model = train_adder(design, seed, loss_of)
        embeddings = [None, *(embed_all(model, split) for split in splits[1:])]
    seconds = round(time.perf_counter() - start)
    test, evaluation = (pair_tables(model, splits[n], embeddings[n]) for n in (1, 2))
    return dict(adder=name, whole=not behind_reader, held_out=count, seed=seed, seconds=seconds,
                test=scores(test, held_out), evaluation=scores(evaluation, held_out))


if __name__ == "__main__":
    parser = command_line(__doc__, RESULTS, adders=DESIGNS)
    parser.set_defaults(adders=None)
    parser.add_argument("--held-out", nargs="+", type=int, default=[20])
    parser.add_argument("--behind-reader", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    adders = options.adders or (list(DESIGNS) if options.behind_reader else SIX)
    for seed, count, name in itertools.product(options.seeds, options.held_out, adders):
        record(measure(name, count, seed, options.behind_reader), options.path)
