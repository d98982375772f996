"""Strokes: what a pen left on the pad, and how it looks.

A stroke is a list of (x, y), fractions of the pad from the top left; a single point is a dot.
"""

import numpy as np
from PIL import Image, ImageDraw

PEN = 20 / 280  # width of the pad's pen, as a share of the pad


def render_strokes(strokes, size: int = 280, pen: float = PEN) -> np.ndarray:
    """Draw strokes as the pad does: round white lines on black, uint8 (size, size).

    A stroke is a list of (x, y), fractions of the pad from the top left; a single point is a
    dot. `pen` is the width of the line as a share of the pad.
    """
    fine = 2 * size
    image = Image.new("L", (fine, fine))
    draw, radius = ImageDraw.Draw(image), pen * fine / 2
    for stroke in strokes:
        points = [(x * fine, y * fine) for x, y in stroke]
        draw.line(points, fill=255, width=max(1, round(2 * radius)))
        for x, y in points:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(image.reduce(2))


def rescale_strokes(strokes, side: float = 0.82) -> list:
    """The same strokes moved to the middle of the pad, the longer side of the drawing `side` of it.

    Drawn with the pad's pen, they then have the weight of MNIST's finer strokes, which leaves
    loops open, however small or thick they were drawn. What lies outside the pad is left out; a
    dot stays small. Strokes as for `render_strokes`.
    """
    inside = [[p for p in stroke if 0 <= min(p) and max(p) <= 1] for stroke in strokes]
    strokes = [np.array(stroke) for stroke in inside if stroke]
    if not strokes:
        return []
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale, middle = side / max(PEN, *(high - low)), (low + high) / 2
    return [(0.5 + scale * (stroke - middle)).tolist() for stroke in strokes]
