"""Strokes: what a pen left on the pad, how it looks there, and as MNIST would show it.

A stroke is a list of (x, y), fractions of the pad from the top left; a single point is a dot.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image, ImageDraw
from scipy.interpolate import CubicSpline

from ..shared import STROKES
from .framing import LONG_SIDE, to_uint8

PEN = STROKES["pen"] / STROKES["pad"]  # width of the pad's pen, as a share of the pad
# Width of the pen in pixels of 28x28: half of MNIST's digits have thicker strokes.
FRAMED_PEN = STROKES["framed_pen"]
# Of 28x28, as in MNIST: the centre of row 14 and of column 14, counted from 0.
MIDDLE = STROKES["middle"]
# Of the longest stroke: a smaller one next to the drawing may not have been intended.
TAP = STROKES["tap"]
# Points: fewer are meant to be straight, more have no corners to be seen.
FEWEST, MOST = STROKES["bent_points"]
STEPS = STROKES["bent_steps"]  # from each of few points to the next
FARTHEST = 1000  # pads from the pad's corner: no hand gets there, and lines could overflow

Strokes = Iterable[Sequence | np.ndarray]


def as_strokes(strokes: Strokes) -> list[np.ndarray]:
    """The strokes that have points, each as float64 (points, 2). Raises ValueError for anything but
    pairs of numbers from -1000 to 1000: a pen may leave the pad."""
    try:
        arrays = [np.asarray(stroke, float) for stroke in strokes if len(stroke)]
        if all(a.shape == (len(a), 2) and (abs(a) <= FARTHEST).all() for a in arrays):
            return arrays
    except (TypeError, ValueError, OverflowError):
        pass
    raise ValueError("strokes is a list of strokes, each a list of points (x, y): two numbers "
                     "between 0 and 1, fractions of the pad")


def bend(points: np.ndarray) -> np.ndarray:
    """A stroke, (n, 2), of few points with others in between, so that it has no corners.

    A fast hand leaves few points, but it moves in curves. A pen reports its position at even times,
    so the curve is a natural cubic spline over the points' numbers, from one hairpin bend to the
    next.
    """
    points = points[np.append(True, (points[1:] != points[:-1]).any(axis=1))]
    if not FEWEST <= len(points) <= MOST:
        return points
    unit = np.diff(points, axis=0)
    unit = unit / np.hypot(*unit.T)[:, None]
    hairpins = np.flatnonzero((unit[1:] * unit[:-1]).sum(axis=1) < np.cos(np.radians(150))) + 1
    bent, ends = [points[:1]], [0, *hairpins, len(unit)]
    for first, last in zip(ends[:-1], ends[1:]):
        curve = CubicSpline(range(first, last + 1), points[first : last + 1], bc_type="natural")
        bent.append(curve(np.arange(first * STEPS + 1, last * STEPS + 1) / STEPS))
    return np.concatenate(bent)


def to_segments(strokes: Strokes) -> tuple[np.ndarray, np.ndarray]:
    """The straight lines that strokes are drawn with (see `bend`), as far as they are on the pad.

    Returns float64 (n, 2, 2), for each its two ends, and the number of the stroke of each. A
    stroke that leaves the pad ends at its edge; another begins there where it comes back.
    """
    arrays = [bend(array) for array in as_strokes(strokes)]
    dotted = [part for array in arrays for part in (array[:1], array)]  # one point is a line, too
    points = np.concatenate([*dotted, np.zeros((0, 2))])
    stroke = np.repeat(np.arange(len(arrays)), [len(array) + 1 for array in arrays])
    same = stroke[1:] == stroke[:-1]
    start, end, stroke = points[:-1][same], points[1:][same], stroke[1:][same]
    delta = np.where(abs(end - start) < 1e-12, 1e-12, end - start)
    # Where, as shares of its length, a segment crosses the edges (Liang and Barsky 1984).
    crossings = np.sort([(-1e-9 - start) / delta, (1 + 1e-9 - start) / delta], axis=0)
    enter, leave = crossings[0].max(axis=1)[:, None], crossings[1].min(axis=1)[:, None]
    first = np.where(enter > 0, start + enter * delta, start)
    last = np.where(leave < 1, start + leave * delta, end)
    on_pad = (np.maximum(enter, 0) <= np.minimum(leave, 1))[:, 0]
    return np.stack([first, last], axis=1)[on_pad], stroke[on_pad]


def render_strokes(strokes: Strokes, size: int = 280, pen: float = PEN) -> np.ndarray:
    """Draw strokes as the pad does: round white lines on black, uint8 (size, size).

    `pen` is the width of the line as a fraction of the pad.
    """
    fine = 2 * size
    image = Image.new("L", (fine, fine))
    draw, radius = ImageDraw.Draw(image), pen * fine / 2
    for start, end in to_segments(strokes)[0] * fine:
        draw.line([*start, *end], fill=255, width=max(1, round(2 * radius)))
        draw.ellipse([*(end - radius), *(end + radius)], fill=255)
    return np.asarray(image.reduce(2))


def find_taps(segments: np.ndarray, stroke: np.ndarray) -> np.ndarray:
    """Which segments, (n, 2, 2), belong to a tiny stroke next to the drawing: bool (n,)."""
    firsts = np.flatnonzero(np.diff(stroke, prepend=-1))
    low = np.minimum.reduceat(segments.min(axis=1), firsts)
    high = np.maximum.reduceat(segments.max(axis=1), firsts)
    sizes = (high - low).max(axis=1)
    tiny = TAP * sizes.max()
    main = sizes >= tiny
    left_top, right_bottom = low[main].min(axis=0) - tiny, high[main].max(axis=0) + tiny
    beside = (high < left_top).any(axis=1) | (low > right_bottom).any(axis=1)
    return np.repeat(beside, np.diff(firsts, append=len(segments)))


def has_tap(strokes: Strokes) -> bool:
    """Whether `frame_strokes` leaves out a tiny stroke next to the drawing: a slip, or an i's dot.
    Raises ValueError for anything that isn't a list of strokes."""
    segments, stroke = to_segments(strokes)
    return len(segments) > 0 and bool(find_taps(segments, stroke).any())


def draw_ink(segments: np.ndarray) -> np.ndarray:
    """Ink from 0 to 1, (28, 28), of segments in pixels: 1 up to half a pen from the nearest one,
    and within a further pixel down to 0."""
    reach = FRAMED_PEN / 2 + 0.5
    x, y = np.arange(28), np.arange(28)[:, None]
    nearest = np.full((28, 28), reach)  # the distance of each pixel from the nearest segment
    # Rounded, so that the same drawing elsewhere on the pad gives the same ink.
    for (x0, y0), (x1, y1) in segments.round(6).tolist():
        dx, dy = x1 - x0, y1 - y0
        along = ((x - x0) * dx + (y - y0) * dy) / max(dx * dx + dy * dy, 1e-30)
        along = along.clip(0, 1)  # of the segment's point that is nearest to the pixel
        distance = np.hypot(x0 + along * dx - x, y0 + along * dy - y)
        nearest = np.minimum(nearest, distance)
    return (reach - nearest).clip(0, 1)


def frame_strokes(strokes: Strokes) -> np.ndarray:
    """Draw strokes as MNIST would show them: uint8 (28, 28), white on black.

    The longer side is 20 pixels, the centre of mass in the middle, however large and wherever
    they were drawn. A drawing smaller than the pen stays small, a tap next to it is left out, and
    no strokes give a blank image. Raises ValueError for anything that isn't a list of strokes.
    """
    segments, stroke = to_segments(strokes)
    if not len(segments):
        return np.zeros((28, 28), np.uint8)
    segments = segments[~find_taps(segments, stroke)]
    low, high = segments.min(axis=(0, 1)), segments.max(axis=(0, 1))
    scale = (LONG_SIDE - FRAMED_PEN) / max(PEN, *(high - low))
    segments = MIDDLE + scale * (segments - (low + high) / 2)
    ink = draw_ink(segments)
    row, column = (np.indices(ink.shape) * ink).sum(axis=(1, 2)) / ink.sum()
    return to_uint8(draw_ink(segments + MIDDLE - (column, row)))
