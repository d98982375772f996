"""How much of what is no digit is recognised as none, at the price of 2% of the digits.

    python experiments/measure_nonsense.py FOLDER [--seed 0] [--writers 8-14]

FOLDER holds digits that people drew, as for measure_drawings.py. The threshold of each score is
where it refuses 2% of the digits of writers 1-7. Then it prints what share it refuses: of 2,000
evaluation images, of nonsense by kind (`course/lessons/nonsense.py`), of each of the twelve
drawings by name, and of the digits of other writers. Look at writers 8-14 last.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from measure_drawings import read_folder

from mnist_adder_lib import load_pretrained, load_splits, normalise
from mnist_adder_lib.course.lessons import nonsense
from mnist_adder_lib.course.widgets.nearest import (
    COUNT,
    distances_to_nearest,
    found_in,
    ink_in_squares,
)

DIGITS = nonsense.DRAWINGS["digits"]
KINDS = {"scribbles": nonsense.scribble, "signatures": nonsense.signature,
         "two digits": nonsense.two_digits, "words": nonsense.word, "full pads": nonsense.full_pad,
         "17": lambda random: nonsense.side_by_side(map(DIGITS.get, "17"), random)}
TWELVE = ["triangle", "house", "cross", "A", "smile", "heart", "line", "dot", "scribbles",
          "signatures", "17", "full pads"]


def draw(seed: int) -> tuple[torch.Tensor, list, list]:
    """Nonsense, uint8 (n, 28, 28), and the kind and the name of each."""
    random, images, kinds, names = np.random.default_rng(seed), [], [], []
    for kind in ("letters", "shapes", "lines"):
        drawings, drawn = nonsense.draw_each(kind, 20, seed)
        images, names = [*images, *drawings], names + drawn
        kinds += [kind] * len(drawn)
    for name, make in KINDS.items():
        images += [torch.from_numpy(nonsense.framed(make(random))) for _ in range(100)]
        kinds, names = kinds + ["two digits" if name == "17" else name] * 100, names + [name] * 100
    return torch.stack(images), kinds, names


@torch.no_grad()
def doubt(model, images):
    """1 less how sure the network is of its digit."""
    logits, _ = model(normalise(images[:, None] / 255), torch.zeros(len(images), dtype=torch.int64))
    return 1 - logits.softmax(1).amax(1)


def scores(model, images, known, digits) -> dict[str, np.ndarray]:
    """How strange images are, by several measures."""
    averages, known_averages = found_in(model, images)[:, 16:], found_in(model, known)[:, 16:]
    return {"confidence": doubt(model, images).numpy(),
            "16 averages, as they are": torch.cdist(averages, known_averages).amin(1).numpy(),
            "ink alone": torch.cdist(*map(ink_in_squares, (images, known))).amin(1).numpy(),
            "nearest.py": distances_to_nearest(model, images, known, digits).numpy()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--writers", default="", metavar="FIRST-LAST")
    options = parser.parse_args()
    model, (train, _, evaluation) = load_pretrained(), load_splits()
    known = train.images[:COUNT], train.digits[:COUNT]
    drawn = read_folder(options.folder)
    first, _, last = (options.writers or "1-7").partition("-")
    writers = {"1-7": range(1, 8), options.writers or "1-7": range(int(first), int(last) + 1)}
    digits = {f"writers {name}": scores(model, torch.from_numpy(np.stack(
        [nonsense.framed(strokes) for strokes, _, writer in drawn if writer in which])), *known)
        for name, which in writers.items()}
    images, kinds, names = draw(options.seed)
    thresholds = pd.DataFrame(digits["writers 1-7"]).quantile(0.98)
    print(thresholds.round(3).to_string())
    table = {name: pd.DataFrame(measured).gt(thresholds).mean() for name, measured in {
        **digits, "evaluation": scores(model, evaluation.images[:2000], *known)}.items()}
    for by in (kinds, names):
        strange = pd.DataFrame(scores(model, images, *known)).gt(thresholds).groupby(by).mean()
        table |= {name: strange.loc[name] for name in (TWELVE if by is names else strange.index)}
    print((100 * pd.DataFrame(table).T).round(1).to_string())
