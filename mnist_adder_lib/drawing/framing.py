"""From a picture of a digit to the 28x28 image that MNIST would have made of it.

A drawing is a 2-D array, white ink on black: uint8 from 0 to 255, or floats from 0 to 1.
MNIST's own recipe: the longer side of the digit is 20 pixels, and its centre of mass is in the
middle of 28x28 (http://yann.lecun.com/exdb/mnist). Every step here can be tried alone.
"""

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image
from scipy import ndimage

from ..shared import STROKES

LONG_SIDE = STROKES["long_side"]  # pixels of MNIST's 28x28 that the longer side of a digit takes
DETAIL = 4  # framing works on an image this many times finer, so that nothing gets jagged
FAINT = 0.2  # ink weaker than this share of the strongest is noise
STROKE_WEIGHT = (1.2, 2.0)  # pixels of 28x28: about the middle half of MNIST's digits


def to_ink(drawing: ArrayLike) -> np.ndarray:
    """Check a drawing and return it as float32 (height, width), from 0 (black) to 1 (white).

    drawing: a 2-D array, white ink on black, of integers 0-255 or floats 0-1, with at least one
    pixel. Raises ValueError for anything else.
    """
    array = np.asarray(drawing)
    if array.ndim != 2 or not array.size:
        raise ValueError(f"A drawing is a 2-D array with at least one pixel, not {array.shape}.")
    if array.dtype.kind not in "buif":
        raise ValueError(f"A drawing holds integers or floats, not {array.dtype}.")
    top = 255 if array.dtype.kind in "ui" else 1
    if not (array.min() >= 0 and array.max() <= top):  # also false for NaN
        raise ValueError(
            f"A drawing of {array.dtype} goes from 0 to {top}, this one from {array.min()} to "
            f"{array.max()}: use uint8 from 0 to 255, or floats from 0 to 1."
        )
    return array.astype(np.float32) / top


def to_uint8(ink: np.ndarray) -> np.ndarray:
    """Ink, floats from 0 to 1 of any shape, as uint8 from 0 to 255, rounded to the nearest."""
    return (255 * ink).round().astype(np.uint8)


def crop_to_ink(ink: np.ndarray) -> np.ndarray:
    """Crop to the ink, and remove noise: faint pixels and lone specks.

    The strongest ink becomes 1. A drawing without ink gives an array of size 0.
    """
    if ink.max() < 0.05:
        return np.zeros((0, 0), np.float32)
    labels, count = ndimage.label(ink > FAINT * ink.max(), np.ones((3, 3)))
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    areas[0] = 0  # the background
    digit = (areas >= 0.05 * areas.max())[labels]
    (box,) = ndimage.find_objects(digit.astype(int))
    digit = ndimage.binary_dilation(digit, np.ones((3, 3)))  # with its soft edge
    return (ink * digit / ink.max())[box].astype(np.float32)


def resize_long_side(ink: np.ndarray, length: int = LONG_SIDE) -> np.ndarray:
    """Resize so that the longer side has `length` pixels; keeps the aspect, antialiased."""
    height, width = (max(1, round(n * length / max(ink.shape))) for n in ink.shape)
    resized = Image.fromarray(ink).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(resized).clip(0, 1)


def depth(ink: np.ndarray, margin: int = 1) -> np.ndarray:
    """Distance in pixels of each pixel's centre to the edge of the ink, negative outside.

    The result is `margin` pixels larger on each side.
    """
    inside, distance = np.pad(ink > 0.5, margin), ndimage.distance_transform_edt
    return np.where(inside, distance(inside) - 0.5, 0.5 - distance(~inside))


def stroke_weight(ink: np.ndarray) -> float:
    """Width of the pen in pixels: twice the depth along the middle of the strokes.

    A low percentile, because the ink is deeper where strokes cross or a loop is filled in.
    """
    deep = depth(ink)
    middle = (deep > 0) & (deep == ndimage.maximum_filter(deep, 3))
    return 2 * float(np.percentile(deep[middle], 10)) if middle.any() else 0.0


def match_stroke_weight(ink: np.ndarray) -> np.ndarray:
    """Thicken strokes that are thinner than MNIST's, and thin those that are thicker."""
    length, weight = max(ink.shape), stroke_weight(ink)
    target = np.clip(weight, *(limit * length / LONG_SIDE for limit in STROKE_WEIGHT))
    if target == weight:
        return ink
    # The digit gets larger with its strokes and is then resized to `length`: allow for that.
    grow = length * (target - weight) / (2 * (length - target))
    deep = depth(ink, margin=2 + int(max(grow, 0)))
    matched = (deep + grow + 0.5).clip(0, 1)
    if grow < 0:  # ink deeper than strokes are was a loop that a thick pen filled: open it
        matched = np.minimum(matched, (0.85 * weight - deep + 0.5).clip(0, 1))
    matched = crop_to_ink(matched)
    return resize_long_side(matched, length) if matched.size else ink


def centre_by_mass(ink: np.ndarray, size: int) -> np.ndarray:
    """Put the ink on black (size, size), its centre of mass in the middle; crops what sticks out.

    MNIST's middle is the centre of pixel 14 of 0-27, half a pixel right of and below 14.0.
    """
    frame = np.pad(ink, size)
    middle = size / 2 + size / 56 - 0.5
    top, left = (round(c - middle) for c in ndimage.center_of_mass(frame))
    return frame[top : top + size, left : left + size]


def frame_drawing(drawing: ArrayLike) -> np.ndarray:
    """Frame a drawing of any size as MNIST would have: uint8 (28, 28), white on black.

    `drawing` is 2-D, uint8 0-255 or floats 0-1. A blank one gives a blank image; a digit that
    has MNIST's size already is only moved. Raises ValueError for anything else.
    """
    ink = crop_to_ink(to_ink(drawing))
    if not ink.size:
        return np.zeros((28, 28), np.uint8)
    if max(ink.shape) == LONG_SIDE:
        ink = centre_by_mass(ink, 28)
    else:
        ink = match_stroke_weight(resize_long_side(ink, DETAIL * LONG_SIDE))
        ink = centre_by_mass(ink, DETAIL * 28).reshape(28, DETAIL, 28, DETAIL).mean((1, 3))
    return to_uint8(ink)
