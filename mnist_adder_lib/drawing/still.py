"""The picture that a widget leaves in a notebook, for all who see the notebook without its kernel.

A widget is alive only as long as its kernel is. GitHub, a page, and JupyterLab after the notebook
was closed show what is stored beside the widget: a picture, which says that its cell is to be run.
"""

import base64
import io
import textwrap
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..evaluate import Prediction

WORDS = "Only a picture: to use it yourself, run the cell."
# Two pixels for each of the screen's. The colours can be seen on a white page and on a dark one, as
# those of the figures: tests/test_colours.py.
BLUE, ORANGE, GREY = "#346cb0", "#db7828", "#767676"
EDGE, IMAGE, BAR = 16, 8 * 28, 100
SIGNS = str.maketrans("×−÷", "x-/")  # which Pillow's own font lacks
WIDTH, LINE = 860, 44  # of the panel's picture, which a phone shows, and of a line of text


class Still:
    """A widget that also brings its picture. It defines `still`, the picture and what it shows in
    words, or None if there is nothing to show."""

    _ipython_display_ = None  # ipywidgets 7 has one, which would leave the picture out

    def still(self) -> tuple[bytes, str] | None:
        raise NotImplementedError

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict, dict]:
        shown = super()._repr_mimebundle_(**options)  # type: ignore[misc]
        data, metadata = shown if isinstance(shown, tuple) else (shown, {})
        if not (still := self.still()):
            return data, metadata
        png, alt = still
        width, height = (side // 2 for side in Image.open(io.BytesIO(png)).size)
        looks = {"alt": alt, "width": width, "height": height}
        data = data | {"text/plain": repr(self), "image/png": base64.b64encode(png).decode()}
        return data, metadata | {"image/png": looks}


def as_still(picture: Image.Image) -> bytes:
    """A PNG of the picture, with a line below it that says that the cell is to be run."""
    size = max(30, picture.width // 30)  # to be read on a phone, too, which shows it smaller
    whole = Image.new("RGBA", (picture.width + 2 * EDGE, picture.height + 2 * size + 2 * EDGE))
    whole.paste(picture, (EDGE, EDGE))
    write(ImageDraw.Draw(whole), (EDGE, picture.height + 2 * EDGE), WORDS, size)
    whole.quantize(64, dither=Image.Dither.NONE).save(buffer := io.BytesIO(), "png", optimize=True)
    return buffer.getvalue()


def write(canvas: ImageDraw.ImageDraw, place: tuple[float, float], text: str, size: int = 28,
          anchor: str = "la") -> None:
    """Grey text; `place` is the point of it that `anchor` names, as in Pillow."""
    canvas.text(place, text.translate(SIGNS), GREY, ImageFont.load_default(size), anchor)


def draw_answer(seen: np.ndarray, prediction: Prediction, answer: str, sentence: str,
                small: bool = False) -> Image.Image:
    """What the panel shows of an answer: the image that the network got, uint8 (28, 28), the answer
    such as "+ 5 = 12", the sentence and, unless `small`, a bar for each probability."""
    lines = textwrap.wrap(sentence, 38)
    top = max(IMAGE, 84 + LINE * len(lines)) + 2 * EDGE
    picture = Image.new("RGBA", (WIDTH, top if small else top + 2 * (BAR + 2 * LINE)))
    picture.paste(Image.fromarray(seen).resize((IMAGE, IMAGE), Image.Resampling.NEAREST))
    canvas = ImageDraw.Draw(picture)
    write(canvas, (IMAGE + 2 * EDGE, 0), answer, 56)
    for number, line in enumerate(lines):
        write(canvas, (IMAGE + 2 * EDGE, 84 + LINE * number), line, 32)
    if not small:
        digits, sums = prediction.digit_probabilities, prediction.sum_probabilities
        draw_bars(canvas, top, WIDTH // 2, "Digit", BLUE, digits.tolist())
        draw_bars(canvas, top + BAR + 2 * LINE, WIDTH, "Answer", ORANGE, sums.tolist())
    return picture


def draw_bars(canvas: ImageDraw.ImageDraw, top: float, width: int, title: str, colour: str,
              shares: list[float]) -> None:
    """A bar for each probability, with its number below where there is room."""
    bottom, step = top + LINE + BAR, width / len(shares)
    write(canvas, (0, top), title)
    for number, share in enumerate(shares):
        x = step * number
        canvas.rectangle((x, bottom - 2 - share * BAR, x + max(step - 6, 2), bottom), colour)
        if step > 30 or number % 10 == 0:
            write(canvas, (x + step / 2 - 3, bottom + 8), str(number), 24, "ma")
