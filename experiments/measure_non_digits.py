"""How many non-digits are rejected, and how many digits are rejected with them.

    python experiments/measure_non_digits.py FOLDER [CHECKPOINT ...] [--seeds 0 1 2 3 4]
        [--last] [--kinds]

FOLDER holds digits that people drew, as for measure_drawings.py; without a CHECKPOINT the network
that ships is measured. For each network and seed a new head is trained; the means over them and
their standard deviations are printed.

Compared are the distance to the nearest of the known images, the head, their sum with several
weights of the head (`drawing/strangeness.py`), and the confidence. Each threshold rejects 2% or 5%
of the digits of writers 1-7. The table has the percentage that it rejects of non-digits, of zeros
into which a slash was drawn, and of faces and symbols by a smooth and by a shaky hand, and the
percentage of the answered digits that are right. The weight is chosen by one half of the non-digits
(`course/common/drawings.py`): every other letter, shape and line, and half of the other kinds.
The other half, ten faces, the digits of writers 8-14 and the evaluation images are shown with
--last: look at them after the choice.

Then it says what the library's own threshold costs each of them, without a head and with one, how
many misread digits are rejected, or at least warned of because the network isn't sure, and how many
slashed zeros are answered wrongly without such a warning.

With --kinds it says instead how many fresh examples of each kind of non-digits that threshold
rejects, with heads that saw the kind and with heads that saw all others.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from measure_drawings import read_folder

from mnist_adder_course.common import drawings
from mnist_adder_course.common.head_training import (
    head_examples,
    train_non_digit_head,
    train_on_embeddings,
)
from mnist_adder_course.common.non_digits import FROM_DIGITS, FROM_STROKES
from mnist_adder_lib import load_checkpoint, load_pretrained, load_splits
from mnist_adder_lib.drawing import Strangeness, slashed_zeros
from mnist_adder_lib.drawing.rejection import look_at, to_uint8_images
from mnist_adder_lib.forms import add_slash
from mnist_adder_lib.shared import LIMITS, TRAINING_IMAGES

TIMES = 20  # each drawing that has a name, and five times as many of the others
DIGITS = drawings.DRAWINGS["digits"]
CHOOSING = {"scribbles": drawings.scribble, "two digits": drawings.two_digits,
            "full pads": drawings.full_pad}
REPORTING = {"signatures": drawings.signature, "words": drawings.word,
             "17": lambda random: drawings.side_by_side(map(DIGITS.get, "17"), random)}
HEAD_WEIGHTS = {f"distance + {weight} head": weight for weight in (0, 0.5, 1, 1.5, 2)}


def draw(half: int, seed: int) -> tuple[torch.Tensor, np.ndarray]:
    """Non-digits to choose by (half 0) or to report on (half 1): uint8 (n, 28, 28), and kinds."""
    images, kinds = [], []
    for kind in ("letters", "shapes", "lines"):
        drawn, names = drawings.draw_each(kind, TIMES, seed)
        mine = np.isin(names, list(drawings.DRAWINGS[kind])[half::2])
        images, kinds = [*images, *drawn[torch.from_numpy(mine)]], kinds + [kind] * mine.sum()
    random = np.random.default_rng(seed)
    for kind, make in (CHOOSING, REPORTING)[half].items():
        images += [torch.from_numpy(drawings.framed(make(random))) for _ in range(5 * TIMES)]
        kinds += [kind] * 5 * TIMES
    return torch.stack(images), np.array(kinds)


class Drawn:
    """Images as a network and its head measure them: distance and head in standard deviations, the
    confidence from 0 to 1, and the digits that are read."""

    def __init__(self, strangeness: Strangeness, images: torch.Tensor):
        distances, logits = (each.numpy() for each in strangeness.measure(images))
        self.distances = strangeness.per_distance * distances
        self.logits = strangeness.per_logit * logits
        probabilities = look_at(strangeness.model, images)[1].double().softmax(1)
        self.confidences, self.digits = (each.numpy() for each in probabilities.max(1))

    def by(self, score: str) -> np.ndarray:
        """How strange the images are by a score: one of `HEAD_WEIGHTS`, "head" or "confidence"."""
        if score in HEAD_WEIGHTS:
            return self.distances + HEAD_WEIGHTS[score] * self.logits
        return self.logits if score == "head" else -self.confidences


def by_kind(rejected: np.ndarray, kinds: np.ndarray) -> dict[str, float]:
    """Percent rejected of each kind, and their mean."""
    shares = {kind: 100 * rejected[kinds == kind].mean() for kind in dict.fromkeys(kinds)}
    return shares | {"all kinds": float(np.mean(list(shares.values())))}


def with_slash(strokes: list[np.ndarray], random: np.random.Generator, reach: float = 1.4,
               flat: float = 25, steep: float = 75) -> list[np.ndarray]:
    """A zero that somebody drew, with a slash like the ones of `add_slash`, by default a short one
    that is neither flat nor upright."""
    every = np.concatenate(strokes)
    middle, radii = (every.min(0) + every.max(0)) / 2, np.maximum(np.ptp(every, axis=0) / 2, 1e-6)
    angle, side = np.radians(random.uniform(flat, steep)), -1 if random.random() < 0.15 else 1
    up = np.array([side * np.cos(angle), -np.sin(angle)])
    start, end = (up / np.linalg.norm(up / radii) * random.uniform(0.7, reach) for _ in range(2))
    return [*strokes, np.stack([middle - start, middle + end])]


def with_bent_slash(strokes: list[np.ndarray], random: np.random.Generator) -> list[np.ndarray]:
    """The same with a slash that owes nothing to `add_slash`: bent, off the middle, flatter or
    steeper."""
    every = np.concatenate(strokes)
    middle, radii = (every.min(0) + every.max(0)) / 2, np.maximum(np.ptp(every, axis=0) / 2, 1e-6)
    angle = np.radians(np.clip(random.normal(48, 14), 15, 85))
    side = -1 if random.random() < 0.2 else 1
    half = np.array([side * np.cos(angle), -np.sin(angle)]) * radii * random.uniform(0.6, 1.5)
    along = np.linspace(-1, 1, 12)[:, None]
    bow = (1 - along**2) * half[::-1] * [-1, 1] * random.normal(0, 0.08)
    return [*strokes, middle + random.normal(0, 0.12, 2) * radii + along * half + bow]


def with_long_slash(strokes: list[np.ndarray], random: np.random.Generator) -> list[np.ndarray]:
    """The same with any slash of `add_slash`."""
    return with_slash(strokes, random, reach=2.2, flat=15, steep=90)


def zeros_with_slashes(splits, strokes, labels, writers) -> dict[str, torch.Tensor]:
    """Zeros with a slash: from the validation split, and from writers 1-7 in three ways."""
    _, validation, _ = splits
    torch.manual_seed(1)
    slashed = add_slash(validation.images[validation.digits == 0, None] / 255)[:, 0]
    named = {"slashed, MNIST": (255 * slashed).round().to(torch.uint8)}
    ways = {"slashed, 1-7": with_slash, "long slash, 1-7": with_long_slash,
            "bent slash, 1-7": with_bent_slash}
    for name, draw_slash in ways.items():
        random = np.random.default_rng(1)
        named[name] = torch.from_numpy(np.stack([
            drawings.framed(draw_slash(each, random))
            for each, label, writer in zip(strokes, labels, writers) if not label and writer <= 7]))
    return named


def by_hand() -> dict[str, torch.Tensor]:
    """Faces and symbols by a smooth and by a shaky hand."""
    hands = {"smooth": drawings.SMOOTH, "shaky": drawings.SHAKE}
    return {f"{name}, {hand}": images for hand, shake in hands.items() for name, images in {
        "faces": drawings.faces_by_hand(300, shake, seed=1),
        "symbols": drawings.draw_each("shapes", 5, 1, shake)[0]}.items()}


def measure(strangeness, digits, halves, evaluation, images_by_name, is_last: bool) -> pd.DataFrame:
    """A row for each fraction rejected and each score; percent."""
    images, labels, writers = digits
    drawn, first = Drawn(strangeness, images), writers <= 7
    measured = [(Drawn(strangeness, images), kinds) for images, kinds in halves]
    others = {name: Drawn(strangeness, images) for name, images in images_by_name.items()}
    if is_last:
        others |= {"ten faces": Drawn(strangeness, drawings.faces()),
                   "evaluation": Drawn(strangeness, evaluation)}
    rows = {}
    for share in (0.02, 0.05):
        for score in [*HEAD_WEIGHTS, "head", "confidence"]:
            strange = drawn.by(score)
            threshold = np.quantile(strange[first], 1 - share)
            row = {}
            for half, (non_digits, kinds) in enumerate(measured[: 1 + is_last]):
                shares = by_kind(non_digits.by(score) > threshold, kinds)
                wanted = shares if half else {name: shares[name] for name in
                                              ("letters", "all kinds")}
                row |= {f"{'reported' if half else 'chosen by'}: {name}": value
                        for name, value in wanted.items()}
            right = (drawn.digits == labels)[first & (strange <= threshold)]
            row["1-7: right of answered"] = 100 * right.mean()
            row |= {f"{name}: rejected": 100 * (drawn_others.by(score) > threshold).mean()
                    for name, drawn_others in others.items()}
            if is_last:
                answered = ~first & (strange <= threshold)
                row["8-14: rejected"] = 100 * (strange[~first] > threshold).mean()
                row["8-14: right of answered"] = 100 * (drawn.digits == labels)[answered].mean()
            rows[share, score] = row
    return pd.DataFrame(rows).T


def cost(strangeness, digits, others: dict) -> pd.Series:
    """Percent of digits that the library's own threshold rejects, and of each writer's; and what
    becomes of the misread ones."""
    images, labels, writers = digits
    rejected = strangeness.rejects(images).numpy()
    rows = {f"writer {writer}": 100 * rejected[writers == writer].mean() for writer in range(1, 15)}
    rows |= {"writers 1-7": 100 * rejected[writers <= 7].mean(),
             "writers 8-14": 100 * rejected[writers > 7].mean()}
    rows |= {name: 100 * strangeness.rejects(images).double().mean().item()
             for name, images in others.items()}
    drawn = Drawn(strangeness, images)
    for name, these in {"1-7": writers <= 7, "8-14": writers > 7}.items():
        misread = these & (drawn.digits != labels)
        warned = drawn.confidences < LIMITS["sure"]
        rows |= {f"misread, {name} (digits)": misread.sum(),
                 f"rejected of these, {name} (digits)": rejected[misread].sum(),
                 f"or warned of, {name} (digits)": (rejected | warned)[misread].sum()}
    for name in (name for name in others if "slash" in name):
        zeros = Drawn(strangeness, others[name])
        answered = ~strangeness.rejects(others[name]).numpy()
        certain = answered & (zeros.confidences >= LIMITS["sure"])
        rows[f"{name}: wrong, and sure (zeros)"] = (certain & (zeros.digits != 0)).sum()
    return pd.Series(rows)


def reject_kinds(model, splits, known, slashed, seeds: list[int]) -> pd.DataFrame:
    """Percent rejected of 300 fresh examples of each kind, by heads that saw it and by others."""
    train, validation, _ = splits
    torch.manual_seed(1)
    fresh = {name: make(validation.images, validation.digits, 300)
             for name, make in FROM_DIGITS.items()}
    fresh |= {name: make(300) for name, make in FROM_STROKES.items()}

    def rejected(without: list[str], names) -> list[pd.Series]:
        made = head_examples(train.images, train.digits, without=without)
        embeddings = [look_at(model, images)[2] for images in made]
        every = [Strangeness(model, known, train_on_embeddings(*embeddings, seed), slashed)
                 for seed in seeds]
        return [pd.Series({name: 100 * each.rejects(to_uint8_images(fresh[name])).double().mean()
                           .item() for name in names}) for each in every]

    unseen = {name: with_spread(rejected([name], [name]))[name] for name in fresh}
    return pd.DataFrame({"seen": with_spread(rejected([], fresh)), "not seen": unseen})


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
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--last", action="store_true")
    parser.add_argument("--kinds", action="store_true")
    options = parser.parse_args()
    train, _, evaluation = splits = load_splits()
    known, known_digits = train.images[:TRAINING_IMAGES], train.digits[:TRAINING_IMAGES]
    slashed = slashed_zeros(known[known_digits == 0])
    strokes, labels, writers = zip(*read_folder(options.folder))
    images = torch.from_numpy(np.stack([drawings.framed(each) for each in strokes]))
    digits = images, np.array(labels), np.array(writers)
    others = zeros_with_slashes(splits, strokes, labels, writers) | by_hand()
    halves = [draw(half, seed=1) for half in (0, 1)]
    models = [load_checkpoint(path)[0] for path in options.checkpoints] or [load_pretrained()]
    if options.kinds:
        for model in models:
            print(reject_kinds(model, splits, known, slashed, options.seeds).to_string())
        return
    made = head_examples(train.images, train.digits)
    joined = [Strangeness(model, known, train_non_digit_head(model, *made, seed), slashed)
              for model in models for seed in options.seeds]
    tables = [measure(strangeness, digits, halves, evaluation.images, others, options.last)
              for strangeness in joined]
    print(with_spread(tables).T.to_string())
    if not options.last:
        return
    others |= {"evaluation": evaluation.images, "ten faces": drawings.faces()}
    alone = [Strangeness(model, known, forms=slashed) for model in models]
    ways = {"without a head": alone, "with": joined}
    for way, each in ways.items():
        print(f"\nRejected by the library's threshold {way}, %")
        print(with_spread([cost(strangeness, digits, others) for strangeness in each]).to_string())


if __name__ == "__main__":
    main()
