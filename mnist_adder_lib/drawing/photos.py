"""From a photo or a picture file to white ink on black."""

import io
import warnings
from functools import reduce

import numpy as np
from PIL import Image, ImageOps
from scipy import ndimage

from .framing import FAINT, to_uint8

STEEP = 0.025  # of black to white for each pixel: ink has at least one edge as steep as this
MOST_PIXELS = 25_000_000  # a phone's photo has 12 million; unpacked, each may take 4 bytes and more
STRONG = 0.45  # of the strongest ink: below it are shadows, and lines printed on the paper


def read_picture(data: bytes) -> np.ndarray:
    """Read a PNG or JPEG of a digit, dark on light or light on dark, as white ink on black.

    Returns uint8 (n, n), n at most 280; shadows are evened out. Raises ValueError for any other
    file, for a damaged one or one of more than 25 million pixels, and for a picture without
    anything like ink.
    """
    image = open_picture(data, ["PNG", "JPEG"])
    image.thumbnail((280, 280))
    ink = lift_ink(blend_with_paper(image))
    if not ink.any():
        raise ValueError("I can't find a digit in this picture.")
    picture = Image.fromarray(to_uint8(ink))
    return np.asarray(ImageOps.pad(picture, (max(picture.size),) * 2))  # black around it


def open_picture(data: bytes, formats: list[str]) -> Image.Image:
    """Decode a picture in one of these formats; no decoder of another format is reached.

    A large JPEG is decoded small, to no less than 560 pixels. 16-bit grey becomes 8-bit grey.
    Raises ValueError for any other file, for a damaged one and, before it is unpacked, for one of
    more than 25 million pixels.
    """
    try:
        with warnings.catch_warnings():  # Pillow's limit, which is higher
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image: Image.Image = Image.open(io.BytesIO(data), formats=formats)
        is_too_large = image.width * image.height > MOST_PIXELS
        if not is_too_large:
            image.draft("RGB", (560, 560))
            image.load()
            ImageOps.exif_transpose(image, in_place=True)  # as the camera was held
    except Image.DecompressionBombError:  # too large for Pillow, too
        is_too_large = True
    except Exception as error:  # Pillow raises many kinds for damaged files
        names = " or ".join(formats)
        raise ValueError(f"This file can't be read: please choose a {names}.") from error
    if is_too_large:
        raise ValueError("This picture is too large: please choose one of at most 25 million "
                         "pixels.")
    if image.mode.startswith("I"):  # converting it would cut its 65,536 levels off at 255
        return Image.fromarray((np.asarray(image) / 257).clip(0, 255).astype(np.uint8))
    return image


def blend_with_paper(image: Image.Image) -> np.ndarray:
    """A picture as grey float32 (height, width) from 0 to 1; transparent parts become paper."""
    layers = image.convert("RGBA").convert("LA").split()
    grey, alpha = (np.asarray(layer, np.float32) / 255 for layer in layers)
    seen = np.median(grey[alpha > 0.5]) if (alpha > 0.5).any() else 0
    paper = seen if alpha.mean() > 0.5 else float(seen < 0.5)  # little is opaque: that is the ink
    return grey * alpha + paper * (1 - alpha)


def lift_ink(grey: np.ndarray) -> np.ndarray:
    """Ink, 0 to 1, from grey paper: the ink is the smaller part, darker or lighter than the rest.

    The paper, with its shadows, remains when details narrower than a third of the picture are
    removed (a morphological opening; the rest is called the top hat).
    """
    span = max(grey.shape)
    grey = ndimage.gaussian_filter(grey, span / 250)  # the camera's noise; nothing at 28 pixels
    slopes = np.hypot(ndimage.sobel(grey, 0), ndimage.sobel(grey, 1)) / 8
    if np.percentile(slopes, 99.9) < STEEP:
        return np.zeros_like(grey)  # paper, its shadows and grain
    flat = grey - ndimage.gaussian_filter(grey, span / 8)
    light = grey if (flat**3).sum() > 0 else 1 - grey  # skewed towards the ink
    ink = ndimage.white_tophat(light, size=span // 3 + 1)
    ink = ink / max(ink.max(), 0.05)  # ink has a contrast of at least 5%
    return without_edges(np.where(ink < FAINT, 0, ink))


def without_edges(ink: np.ndarray) -> np.ndarray:
    """Remove weak ink, and anything that touches the border, as shadows, tables and fingers do. If
    nothing else is there, ink that touches all four sides is a digit that fills the picture."""
    labels, _ = ndimage.label(ink > STRONG, np.ones((3, 3)))
    sides = [np.unique(side) for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1])]
    digit = (labels > 0) & ~np.isin(labels, np.concatenate(sides))
    if digit.mean() < 0.002:
        digit = (labels > 0) & np.isin(labels, reduce(np.intersect1d, sides))
    return np.where(ndimage.binary_dilation(digit, iterations=2), ink, 0)  # with its soft edge
