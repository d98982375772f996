"""Drawn digits for tests: as images, and how alike two images are."""

import numpy as np
from lab import DIGITS

from mnist_adder_lib.drawing.strokes import PEN, render_strokes


def moved(strokes, fill=1.0, centre=(0.5, 0.5)):
    """Strokes shrunk by `fill` around the middle of the pad, which comes to `centre`."""
    return [
        [(centre[0] + fill * (x - 0.5), centre[1] + fill * (y - 0.5)) for x, y in stroke]
        for stroke in strokes
    ]


def render(digit, fill=1.0, centre=(0.5, 0.5), size=280, pen=PEN):
    """A digit on the pad, shrunk by `fill` and moved to `centre`."""
    return render_strokes(moved(DIGITS[digit], fill, centre), size, pen)


def similarity(a, b) -> float:
    """Correlation of two images: 1 for equal ones, 0 for unrelated ones."""
    return np.corrcoef(a.ravel(), b.ravel())[0, 1]


def resample(strokes, count):
    """The same strokes with `count` points each, evenly along their way."""
    result = []
    for stroke in map(np.array, strokes):
        way = np.append(0, np.hypot(*np.diff(stroke, axis=0).T).cumsum())
        at = np.linspace(0, way[-1], count)
        result.append(np.stack([np.interp(at, way, axis) for axis in stroke.T], axis=1))
    return result
