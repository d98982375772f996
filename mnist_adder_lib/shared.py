"""Numbers and sentences that Python and the front end share: js/src/shared reads the same file.

They come from assets/shared.json when this module is imported. Points of strokes and drawings are
fractions of a side, from 0 to 1; other lengths are in pixels.
"""

import json

from .files import asset_path

_SHARED = json.loads(asset_path("shared.json").read_text("utf-8"))
# `pad` and `pen` in pixels of the pad, `framed_pen`, `long_side` and `middle` in those of an image
# of 28x28, `tap` as a share of the longest stroke.
STROKES: dict = _SHARED["strokes"]
LIMITS: dict[str, float] = _SHARED["limits"]  # of an image that may be a digit, and of an answer
HIDDEN_PAIRS: dict = _SHARED["hidden_pairs"]  # how many can be hidden, and which are at first
# The first ones, which the front end has: 16,000 would reject hardly more non-digits.
TRAINING_IMAGES: int = _SHARED["training_images"]
UPPER_EDGE: list[list[int]] = _SHARED["upper_edge"]  # 3x3 weights that find it
PARTS: tuple[str, ...] = tuple(_SHARED["parts"])  # of the network, as its diagram names them
SEVEN: list = _SHARED["seven"]  # strokes of the drawing that the diagram shows at first
SENTENCES: dict[str, str] = _SHARED["sentences"]  # with names in braces, for `str.format`
