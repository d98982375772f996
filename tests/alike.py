"""Whether what is calculated now is what is stored, but for rounding: processors differ in it."""

import io
import re
import zlib
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

PICTURE = "data:image/"
LONG = 1000  # characters of base64: bytes that stand for numbers


def alike(now, stored, path="golden"):
    """Assert that two values made of JSON are the same: texts exactly, numbers but for rounding."""
    assert type(now) is type(stored), path
    if isinstance(now, dict):
        assert now.keys() == stored.keys(), path
        for name in now:
            alike(now[name], stored[name], f"{path}.{name}")
    elif isinstance(now, list):
        assert len(now) == len(stored), path
        for n, (one, other) in enumerate(zip(now, stored)):
            alike(one, other, f"{path}[{n}]")
    elif isinstance(now, float):
        assert now == pytest.approx(stored, rel=1e-3, abs=2e-4), path
    elif now != stored:
        assert isinstance(now, str), f"{path}: {now}, and {stored} is stored"
        alike_texts(now, stored, path)


def alike_texts(now: str, stored: str, path: str):
    """The same for texts that aren't equal: pictures, and numbers in base64."""
    if now.startswith(PICTURE):  # another encoder packs the same pixels otherwise
        now, stored = (pixels(one).astype(int) for one in (now, stored))
        assert now.shape == stored.shape, path
        # What is drawn into images is rounded, to one of 64 greys on the page: 4 or 5 levels apart.
        off = np.abs(now - stored)
        assert off.max() <= 5 and (off > 0).mean() < 1e-3, path
    elif now.startswith("eN"):  # what zlib has packed: only float32 ones may differ
        now, stored = (np.frombuffer(zlib.decompress(b64decode(one)), np.float32).astype(float)
                       for one in (now, stored))
        assert len(now) == len(stored), path
        assert np.abs(now - stored).max() <= 1e-3 * np.abs(stored).max() + 1e-6, path
    elif len(now) > LONG:  # rounded to bytes, of which a few fall on the other side
        now, stored = (np.frombuffer(b64decode(one), np.uint8).astype(int) for one in (now, stored))
        assert len(now) == len(stored), path
        off = np.abs(now - stored)
        assert off.max() <= 1 and off.sum() <= 20, path
    else:  # where a computed share is on the edge of two percents, words differ
        assert re.fullmatch(r"golden\.framing\[\d+\]\.sentence", path), path


def pixels(picture: str):
    return np.asarray(Image.open(io.BytesIO(b64decode(picture.partition(",")[2]))))
