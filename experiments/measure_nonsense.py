"""How much of what is no digit is refused, and how many digits are refused with it.

    python experiments/measure_nonsense.py FOLDER [CHECKPOINT ...] [--last]

FOLDER holds digits that people drew, as for measure_drawings.py; without a CHECKPOINT the network
that ships is measured, with several the means over them and their standard deviations are printed.

Compared are the distance to the nearest of 3,000 training images, the confidence, and both together
with several weights (`drawing/strangeness.py`). The limit of each refuses 2% or 5% of the digits of
writers 1-7. Printed are the share of nonsense that it refuses and the share of the digits answered
that are right. The weight is chosen by one half of the nonsense (`course/lessons/nonsense.py`):
every other letter, shape and line, and half of the other kinds. The other half, the digits of
writers 8-14 and the evaluation images are shown with --last: look at them after the choice. Then it
also says what the library's own limit costs them, and each writer.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from measure_drawings import read_folder

from mnist_adder_lib import load_checkpoint, load_pretrained, load_splits, wilson_interval
from mnist_adder_lib.course.lessons import nonsense
from mnist_adder_lib.course.widgets.nearest import COUNT, INK_LIMIT
from mnist_adder_lib.drawing.strangeness import WEIGHT, Strangeness, ink_in_squares, look_at

TIMES = 20  # each drawing that has a name, and five times as many of the others
DIGITS = nonsense.DRAWINGS["digits"]
CHOOSING = {"scribbles": nonsense.scribble, "two digits": nonsense.two_digits,
            "full pads": nonsense.full_pad}
REPORTING = {"signatures": nonsense.signature, "words": nonsense.word,
             "17": lambda random: nonsense.side_by_side(map(DIGITS.get, "17"), random)}
WEIGHTS = [0, 0.25, WEIGHT, 0.5, 0.75, 1, 2]


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


class Drawn:
    """Images as one network measures them: distances, logits of the confidence, digits read."""

    def __init__(self, strangeness: Strangeness, images: torch.Tensor):
        distances, certainties = strangeness.measure(images)
        self.distances = strangeness.per_distance * distances.numpy()
        self.certainties = strangeness.per_certainty / WEIGHT * certainties.numpy()
        self.digits = look_at(strangeness.model, images)[1].argmax(1).numpy()

    def by(self, score: str | float) -> np.ndarray:
        """How strange the images are by a score: "confidence", or a weight of it."""
        if score == "confidence":
            return -self.certainties
        return self.distances - score * self.certainties


def by_kind(refused: np.ndarray, kinds: np.ndarray) -> dict[str, float]:
    """Percent refused of each kind, and their mean."""
    shares = {kind: 100 * refused[kinds == kind].mean() for kind in dict.fromkeys(kinds)}
    return shares | {"all kinds": float(np.mean(list(shares.values())))}


def measure(model, known, digits, halves, evaluation, is_last: bool) -> pd.DataFrame:
    """A row for each share refused and each score; percent."""
    strangeness = Strangeness(model, known)
    images, labels, writers = digits
    drawn, first = Drawn(strangeness, images), writers <= 7
    measured = [(Drawn(strangeness, images), kinds) for images, kinds in halves]
    others = Drawn(strangeness, evaluation) if is_last else None
    rows = {}
    for share in (0.02, 0.05):
        for score in [*WEIGHTS, "confidence"]:
            strange = drawn.by(score)
            limit = np.quantile(strange[first], 1 - share)
            row = {}
            for half, (nonsense_drawn, kinds) in enumerate(measured[: 1 + is_last]):
                shares = by_kind(nonsense_drawn.by(score) > limit, kinds)
                wanted = shares if half else {name: shares[name] for name in
                                              ("letters", "all kinds")}
                row |= {f"{'reported' if half else 'chosen by'}: {name}": value
                        for name, value in wanted.items()}
            right = (drawn.digits == labels)[first & (strange <= limit)]
            row["1-7: right of answered"] = 100 * right.mean()
            if others:
                answered = ~first & (strange <= limit)
                row["8-14: refused"] = 100 * (strange[~first] > limit).mean()
                row["8-14: right of answered"] = 100 * (drawn.digits == labels)[answered].mean()
                row["evaluation: refused"] = 100 * (others.by(score) > limit).mean()
            rows[share, score] = row
    return pd.DataFrame(rows).T


def cost(model, known, digits, evaluation) -> pd.Series:
    """Percent of digits that the library's own limit refuses, and of each writer's."""
    strangeness, (images, _, writers) = Strangeness(model, known), digits
    refused = strangeness.refuses(images).numpy()
    rows = {f"writer {writer}": 100 * refused[writers == writer].mean() for writer in range(1, 15)}
    rows |= {"writers 1-7": 100 * refused[writers <= 7].mean(),
             "writers 8-14": 100 * refused[writers > 7].mean(),
             "evaluation": 100 * strangeness.refuses(evaluation).double().mean().item()}
    return pd.Series(rows)


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
    parser.add_argument("checkpoints", type=Path, nargs="*")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--last", action="store_true")
    options = parser.parse_args()
    train, _, evaluation = load_splits()
    known = train.images[:COUNT]
    strokes, labels, writers = zip(*read_folder(options.folder))
    images = torch.from_numpy(np.stack([nonsense.framed(each) for each in strokes]))
    digits = images, np.array(labels), np.array(writers)
    halves = [draw(half, options.seed) for half in (0, 1)]
    models = [load_checkpoint(path)[0] for path in options.checkpoints] or [load_pretrained()]
    tables = [measure(model, known, digits, halves, evaluation.images, options.last)
              for model in models]
    print(with_spread(tables).T.to_string())
    if not options.last:
        return
    print("\nRefused beyond the library's limit, %")
    print(with_spread([cost(model, known, digits, evaluation.images) for model in models])
          .to_string())
    ink = ink_in_squares(images[digits[2] <= 7]).split(500)
    nearest = torch.cat([torch.cdist(part, ink_in_squares(known)).amin(1) for part in ink])
    print(f"\nby the ink alone, beyond {INK_LIMIT}: "
          f"{100 * (nearest > INK_LIMIT).double().mean():.1f}% of writers 1-7")
    if len(models) == 1:
        for name, chosen in {"1-7": digits[2] <= 7, "8-14": digits[2] > 7}.items():
            refused = Strangeness(models[0], known).refuses(images[torch.from_numpy(chosen)])
            low, high = wilson_interval(int(refused.sum()), len(refused))
            print(f"writers {name}: {refused.sum()} of {len(refused)}, {low:.1f} to {high:.1f}%")


if __name__ == "__main__":
    main()
