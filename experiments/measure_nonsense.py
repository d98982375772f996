"""How much of what is no digit is rejected, and how many digits are rejected with it.

    python experiments/measure_nonsense.py FOLDER [CHECKPOINT] [--seeds 0 1 2 3 4] [--last]

FOLDER holds digits that people drew, as for measure_drawings.py; without a CHECKPOINT the network
that ships is measured.

Compared are the confidence and the head that is trained to know what is no digit
(`mnist_adder_lib/rejection.py`), with a new head for each seed: printed are the means over them and
their standard deviations. The threshold of each score rejects 2% or 5% of the digits of writers
1-7. Choices, such as what the head learns from, are made by one half of the nonsense
(`course/lessons/nonsense.py`): every other letter, shape and line, and half of the other kinds.
The other half, the digits of writers 8-14 and the evaluation images are shown with --last: look at
them after the choice. Then it also says what the head's own threshold costs, set on the validation
images, and how many of ten faces and of slashed zeros it rejects.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from measure_drawings import read_folder

from mnist_adder_lib import (
    load_checkpoint,
    load_pretrained,
    load_splits,
    normalise,
    train_non_digit_head,
)
from mnist_adder_lib.augment import add_slash
from mnist_adder_lib.course.lessons import nonsense
from mnist_adder_lib.rejection import examples

TIMES = 20  # each drawing that has a name, and five times as many of the others
DIGITS = nonsense.DRAWINGS["digits"]
CHOOSING = {"scribbles": nonsense.scribble, "two digits": nonsense.two_digits,
            "full pads": nonsense.full_pad}
REPORTING = {"signatures": nonsense.signature, "words": nonsense.word,
             "17": lambda random: nonsense.side_by_side(map(DIGITS.get, "17"), random)}


def draw(half: int, seed: int) -> tuple[torch.Tensor, np.ndarray]:
    """The nonsense to choose by (half 0) or to report on (half 1): uint8 (n, 28, 28), and kinds."""
    images, kinds = [], []
    for kind in ("letters", "shapes", "lines"):
        drawn, names = nonsense.draw_each(kind, TIMES, seed)
        mine = np.isin(names, list(nonsense.DRAWINGS[kind])[half::2])
        images, kinds = [*images, *drawn[torch.from_numpy(mine)]], kinds + [kind] * mine.sum()
    random = np.random.default_rng(seed)
    for kind, make in (CHOOSING, REPORTING)[half].items():
        images += [torch.from_numpy(nonsense.framed(make(random))) for _ in range(5 * TIMES)]
        kinds += [kind] * 5 * TIMES
    return torch.stack(images), np.array(kinds)


@torch.no_grad()
def digit_logits(model, images: torch.Tensor) -> torch.Tensor:
    """How a model reads images, uint8 (n, 28, 28), if 0 is to be added: (n, 10)."""
    zeros = torch.zeros(500, dtype=torch.int64)
    return torch.cat([model(normalise(batch[:, None] / 255), zeros[: len(batch)])[0]
                      for batch in images.split(500)])


def by_kind(rejected: np.ndarray, kinds: np.ndarray) -> dict[str, float]:
    """Percent rejected of each kind, and their mean."""
    shares = {str(kind): 100 * rejected[kinds == kind].mean() for kind in dict.fromkeys(kinds)}
    return shares | {"all kinds": float(np.mean(list(shares.values())))}


def measure(score, read: np.ndarray, digits, halves, evaluation, is_last: bool) -> pd.DataFrame:
    """A column for each share of digits rejected; percent. `score` says how little images, uint8
    (n, 28, 28), look like digits, and `read` how the digits are read."""
    (images, labels, writers), columns = digits, {}
    of_digits, first = score(images).numpy(), writers <= 7
    measured = [(score(images).numpy(), kinds) for images, kinds in halves[: 1 + is_last]]
    for share in (0.02, 0.05):
        threshold = np.quantile(of_digits[first], 1 - share)
        column = {}
        for (of_nonsense, kinds), name in zip(measured, ("chosen by", "reported")):
            shares = by_kind(of_nonsense > threshold, kinds)
            column |= {f"{name}: {kind}": value for kind, value in shares.items()}
        answered = of_digits <= threshold
        column["1-7: right of answered"] = 100 * (read == labels)[first & answered].mean()
        if is_last:
            column["8-14: rejected"] = 100 * (~answered)[~first].mean()
            column["8-14: right of answered"] = 100 * (read == labels)[~first & answered].mean()
            column["evaluation: rejected"] = 100 * (score(evaluation) > threshold).numpy().mean()
        columns[share] = column
    return pd.DataFrame(columns)


def cost(model, head, digits, evaluation, zeros) -> pd.Series:
    """Percent that the head's own threshold rejects of digits, of each writer's, and of faces."""
    def share(images: torch.Tensor) -> float:
        return 100 * head.rejects(model, images).double().mean().item()

    images, _, writers = digits
    rows = {f"writer {writer}": share(images[torch.from_numpy(writers == writer)])
            for writer in range(1, 15)}
    rows |= {"writers 1-7": share(images[torch.from_numpy(writers <= 7)]),
             "writers 8-14": share(images[torch.from_numpy(writers > 7)])}
    return pd.Series(rows | {"evaluation": share(evaluation), "slashed zeros": share(zeros),
                             "faces": share(nonsense.faces())})


def with_spread(frames: list) -> pd.DataFrame | pd.Series:
    """The mean, and the standard deviation if there are several."""
    mean = sum(frames) / len(frames)
    if len(frames) == 1:
        return mean.round(1)
    deviation = (sum((frame - mean) ** 2 for frame in frames) / (len(frames) - 1)) ** 0.5
    return mean.round(1).astype(str) + " ± " + deviation.round(1).astype(str)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("checkpoint", type=Path, nargs="?")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--last", action="store_true")
    options = parser.parse_args()
    train, validation, evaluation = load_splits()
    strokes, labels, writers = zip(*read_folder(options.folder))
    images = torch.from_numpy(np.stack([nonsense.framed(each) for each in strokes]))
    digits = images, np.array(labels), np.array(writers)
    halves = [draw(half, seed=1) for half in (0, 1)]
    model = load_checkpoint(options.checkpoint)[0] if options.checkpoint else load_pretrained()
    read = digit_logits(model, images).argmax(dim=1).numpy()
    made = examples(train.images, train.digits)
    heads = [train_non_digit_head(model, *made, validation.images, seed=seed)
             for seed in options.seeds]

    def unsure(images: torch.Tensor) -> torch.Tensor:
        return -digit_logits(model, images).double().log_softmax(dim=1).amax(dim=1)

    rest = read, digits, halves, evaluation.images, options.last
    print("By the confidence, %", measure(unsure, *rest).round(1).to_string(), sep="\n")
    tables = [measure(lambda images, head=head: head.score(model, images), *rest)
              for head in heads]
    print("\nBy the head, %", with_spread(tables).to_string(), sep="\n")
    if options.last:
        torch.manual_seed(1)
        zeros = evaluation.images[evaluation.digits == 0][:, None] / 255
        slashed = (255 * add_slash(zeros)[:, 0]).round().to(torch.uint8)
        costs = [cost(model, head, digits, evaluation.images, slashed) for head in heads]
        print("\nBy the head's own threshold, %", with_spread(costs).to_string(), sep="\n")


if __name__ == "__main__":
    main()
