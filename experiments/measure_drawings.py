"""How many drawings of strangers a network reads, in several ways of drawing.

    python experiments/measure_drawings.py FOLDER [CHECKPOINT ...] [--writers 1-7] [--images]

FOLDER holds digits that people drew with a pen, of the UCI set Pen-Based Recognition of Handwritten
Digits (E. Alpaydin and F. Alimoglu 1996, CC BY 4.0, https://archive.ics.uci.edu/dataset/81):

- `pendigits-orig.tes` from there, unpacked by `gzip -d pendigits-orig.tes.Z`: text in the UNIPEN
  format, with y upwards;
- or `pendigits.npz`, the same as arrays: `points` (n, 2) with y downwards, `stroke_offsets` and
  `sample_offsets` (where in points a stroke begins, and in strokes a digit; with the end),
  `labels`, `writer` (1 to 14), and, if one likes, `suspect` (True: not measured).

Nothing is trained or chosen on writers 8-14: look at them last. For each way it prints the percent
read rightly by `frame_strokes`, as the panel does, and one standard error, over the digits and over
the writers; with --images also by `frame_drawing`, from an image of the pad.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from mnist_adder_lib import as_input, load_checkpoint, load_pretrained
from mnist_adder_lib.drawing import frame_drawing, frame_strokes, render_strokes
from mnist_adder_lib.drawing.strokes import PEN

WAYS = {  # longer side of the drawing, its middle, the pen, points a stroke (None: as drawn)
    "centred": (0.64, (0.5, 0.5), PEN, None),
    "small": (0.3, (0.5, 0.5), PEN, None),
    "large": (0.85, (0.5, 0.5), PEN, None),
    "corner": (0.45, (0.27, 0.27), PEN, None),
    "thin": (0.64, (0.5, 0.5), PEN / 2, None),
    "thick": (0.64, (0.5, 0.5), PEN * 2, None),
    "slow": (0.64, (0.5, 0.5), PEN, 500),
    "fast": (0.64, (0.5, 0.5), PEN, 15),
    "10 points": (0.64, (0.5, 0.5), PEN, 10),
}


def read_npz(path: Path) -> list:
    """(strokes, digit, writer) for each digit of `pendigits.npz`; a stroke is an (n, 2) array."""
    data = np.load(path)
    strokes, ends = np.split(data["points"], data["stroke_offsets"][1:-1]), data["sample_offsets"]
    suspect = data["suspect"] if "suspect" in data else np.zeros(len(data["labels"]), bool)
    return [(strokes[ends[i] : ends[i + 1]], int(data["labels"][i]), int(data["writer"][i]))
            for i in np.flatnonzero(~suspect)]


def read_unipen(path: Path) -> list:
    """The same from `pendigits-orig.tes`; its writers, in order, become 1, 2, 3, ..."""
    digits = []
    for line in path.read_text("utf-8").splitlines():
        words = line.split()
        if line.startswith(".SEGMENT DIGIT"):
            digits.append(([], int(words[-1].strip('"')), []))
        elif line.startswith(".COMMENT") and digits:
            digits[-1][2].append(int(words[2]))
        elif line.startswith(".PEN_DOWN"):
            digits[-1][0].append([])
        elif digits and words and not line.startswith("."):
            digits[-1][0][-1].append((float(words[0]), -float(words[1])))
    writers = sorted({writer for _, _, (writer,) in digits})
    return [([np.array(stroke) for stroke in strokes], digit, 1 + writers.index(writer))
            for strokes, digit, (writer,) in digits]


def read_folder(folder: Path) -> list:
    """(strokes, digit, writer) for each digit, from whichever of the two files is there."""
    for name, read in {"pendigits.npz": read_npz, "pendigits-orig.tes": read_unipen}.items():
        if (folder / name).exists():
            return read(folder / name)
    raise SystemExit(f"{folder} holds neither pendigits.npz nor pendigits-orig.tes.")


def resample(stroke: np.ndarray, count: int) -> np.ndarray:
    """The same stroke with `count` points, evenly in time, as a slower or faster hand leaves."""
    at = np.linspace(0, len(stroke) - 1, count)
    return np.stack([np.interp(at, np.arange(len(stroke)), axis) for axis in stroke.T], axis=1)


def on_pad(strokes: list, side: float, middle: tuple, points: int | None) -> list:
    """Strokes in any unit as fractions of the pad, the longer side of the drawing `side` of it."""
    every = np.concatenate(strokes)
    low, high = every.min(axis=0), every.max(axis=0)
    scale = side / max(1e-6, *(high - low))
    placed = [middle + scale * (stroke - (low + high) / 2) for stroke in strokes]
    return [resample(stroke, points) for stroke in placed] if points else placed


@torch.no_grad()
def read_rightly(model, images: list, labels: np.ndarray) -> np.ndarray:
    """bool (n,): where the model reads the uint8 (28, 28) images as their labels."""
    images = as_input(np.stack(images))
    logits, _ = model.eval()(images, torch.eye(10)[[0] * len(images)])
    return logits.argmax(dim=1).numpy() == labels


def summary(right: np.ndarray, writers: np.ndarray) -> dict:
    """Percent right, with one standard error over the digits and over the writers."""
    share = right.mean()
    each = np.array([right[writers == writer].mean() for writer in np.unique(writers)])
    over_writers = each.std(ddof=1) / len(each) ** 0.5 if len(each) > 1 else np.nan
    return {"%": 100 * share, "± digits": 100 * (share * (1 - share) / len(right)) ** 0.5,
            "± writers": 100 * over_writers}


def measure(digits: list, models: dict, images: bool = False) -> pd.DataFrame:
    """A row for each model and way of drawing (and of framing)."""
    labels, writers = (np.array([digit[i] for digit in digits]) for i in (1, 2))
    rows = []
    for way, (side, middle, pen, points) in WAYS.items():
        drawn = [on_pad(strokes, side, middle, points) for strokes, _, _ in digits]
        framed = {"strokes": [frame_strokes(strokes) for strokes in drawn]}
        if images:
            framed["image"] = [frame_drawing(render_strokes(s, pen=pen)) for s in drawn]
        for by, made in framed.items():
            for name, model in models.items():
                right = read_rightly(model, made, labels)
                rows.append({"network": name, "way": way, "by": by} | summary(right, writers))
    return pd.DataFrame(rows).set_index(["network", "way", "by"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("checkpoints", type=Path, nargs="*")
    parser.add_argument("--writers", default="1-7", metavar="FIRST-LAST")
    parser.add_argument("--images", action="store_true")
    options = parser.parse_args()
    first, _, last = options.writers.partition("-")
    digits = [digit for digit in read_folder(options.folder)
              if int(first) <= digit[2] <= int(last or first)]
    models = {path.stem: load_checkpoint(path)[0] for path in options.checkpoints}
    print(f"{len(digits)} digits of writers {options.writers}")
    print(measure(digits, models or {"shipped": load_pretrained()}, options.images)
          .round(2).to_string())
