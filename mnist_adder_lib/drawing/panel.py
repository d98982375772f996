"""The drawing pad, and the panel that shows what a model makes of a drawing, in any notebook."""

import base64
import io
import random
from functools import cache
from pathlib import Path

import anywidget
import numpy as np
from PIL import Image
from traitlets import Bool, Dict, Float, Int, List, TraitError, Unicode, observe, validate

from ..data import load_splits
from ..evaluate import Prediction, predict
from .framing import frame_drawing
from .photos import read_picture
from .strokes import PEN, as_strokes, frame_strokes, render_strokes

SURE = 0.6  # below this probability the panel says that it is not sure
BLANK = np.zeros((28, 28), np.uint8)


def to_url(image: np.ndarray) -> str:
    """A uint8 (height, width) image as a PNG in a data URL, which a browser can show."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "png")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def from_url(url: str) -> bytes:
    """The bytes in a data URL; raises ValueError where it isn't base64."""
    return base64.b64decode(url.partition(",")[2])


def with_article(digit: int) -> str:
    """`a 7`, `an 8`."""
    return f"{'an' if digit == 8 else 'a'} {digit}"


def describe(prediction: Prediction | None, number: int) -> tuple[str, bool]:
    """What the panel says, and whether it is certain: both heads are sure, and agree."""
    if prediction is None:
        return "The pad is empty: draw a digit.", False
    digit, total = prediction.digit, prediction.total
    digits, sums = prediction.digit_probabilities, prediction.sum_probabilities
    seen = f"{with_article(digit)} ({digits[digit]:.0%})"
    if digits[digit] < SURE:
        second = int(digits.topk(2).indices[1])
        doubt = f"do I see {seen} or {with_article(second)} ({digits[second]:.0%})?"
        return f"I am not sure: {doubt}", False
    answer = f"{total} ({sums[total]:.0%})"
    if sums[total] < SURE:
        return f"I see {seen}, but I am not sure of the sum with {number}: perhaps {answer}.", False
    if total != digit + number:
        doubt = f"yet my sum with {number} is {answer}: my two answers disagree."
        return f"I see {seen}, {doubt}", False
    return f"I see {seen}. {digit} + {number} = {answer}.", True


cached_splits = cache(load_splits)  # read on first use


class DigitPad(anywidget.AnyWidget):
    """A black pad to draw on with mouse, finger, pen or keys.

    - strokes: a list of strokes, each a list of (x, y), fractions of the pad from the top left
    - background: a picture under them, as a data URL; "" for none (see `show`)
    - pen: width of the pen as a share of the pad

    Set from Python, they change the page; drawn on, they change here: `pad.observe(f, "strokes")`.
    """

    _esm = Path(__file__).with_name("pad.js")
    _css = Path(__file__).with_name("pad.css")
    strokes = List().tag(sync=True, echo_update=False)
    background = Unicode().tag(sync=True, echo_update=False)
    pen = Float(PEN).tag(sync=True)

    @validate("strokes")
    def _check_strokes(self, proposal):
        try:
            # Lists, as the page sends: what differs from that is sent back to it, perhaps too late.
            return [stroke.tolist() for stroke in as_strokes(proposal.value)]
        except ValueError as error:
            raise TraitError(str(error)) from None

    def image(self, size: int = 280) -> np.ndarray:
        """The drawing, with the picture under it, as uint8 (size, size), white on black."""
        ink = render_strokes(self.strokes, size, self.pen)
        if self.background:
            picture = Image.fromarray(self._picture()).resize((size, size))
            ink = np.maximum(ink, np.asarray(picture))
        return ink

    def framed(self) -> np.ndarray:
        """The drawing as MNIST would show it, uint8 (28, 28): strokes alone straight from their
        points (`frame_strokes`), a picture, with what is drawn on it, by `frame_drawing`."""
        if not self.background:
            return frame_strokes(self.strokes)
        return frame_drawing(self.image() if self.strokes else self._picture())

    def _picture(self) -> np.ndarray:
        return np.asarray(Image.open(io.BytesIO(from_url(self.background))).convert("L"))

    def show(self, image) -> None:
        """Put a picture, uint8 (n, n), white on black, on the pad in place of the drawing."""
        self.strokes, self.background = [], to_url(np.asarray(image))

    def clear(self) -> None:
        """Wipe the pad."""
        self.strokes, self.background = [], ""

    def __repr__(self):
        return f"{type(self).__name__}()"


class AdderPanel(DigitPad):
    """Draw a digit, choose a number, and see at once what the model makes of them.

    Besides the pad's traits: `number` (0-9) can be set; `seen` (the uint8 28x28 image that the
    network gets), `prediction` (None while the pad is empty) and `sentence` follow. `small=True`
    leaves the bars out. Raises what `predict` raises for a model that doesn't fit.
    """

    number = Int(5, min=0, max=9).tag(sync=True, echo_update=False)
    small = Bool(False).tag(sync=True)
    answer = Dict().tag(sync=True)  # all that the page shows, in one message

    def __init__(self, model, **traits):
        predict(model, BLANK, 0)  # an unfit model fails here: in a callback none would see it
        self.model = model
        super().__init__(**traits)
        self.on_msg(self._receive)
        self._respond()

    @observe("strokes", "background", "number", "pen")
    def _respond(self, _change=None, note: str = "") -> None:
        """Read the drawing anew and tell the page; `note` is a remark below the sentence."""
        self.seen = self.framed()
        self.prediction = predict(self.model, self.seen, self.number) if self.seen.any() else None
        self.sentence, certain = describe(self.prediction, self.number)
        turn = self.answer.get("turn", 0) + 1  # so that each answer is new to the page
        answer = dict(turn=turn, sentence=self.sentence, certain=certain, note=note)
        answer["seen"] = to_url(self.seen)
        if self.prediction:
            for name, value in vars(self.prediction).items():
                answer[name] = np.asarray(value).tolist()
        self.answer = answer

    def _receive(self, _widget, message, _buffers) -> None:
        """Act on a message from the page: an uploaded file, or the wish for an MNIST digit."""
        try:
            note = self._upload(message["data"]) if "data" in message else self._sample()
        except (ValueError, RuntimeError) as error:  # an unreadable file, or no data
            note = f"{error} Your drawing is still here."
        self._respond(note=note)

    def _upload(self, url: str) -> str:
        picture = read_picture(from_url(url))
        if not picture.any():
            raise ValueError("I can't find a digit in this picture.")
        self.show(picture)
        return "Your picture, as white ink on black."

    def _sample(self) -> str:
        evaluation = cached_splits()[2]
        index = random.randrange(len(evaluation.images))
        self.show(evaluation.images[index].numpy())
        return f"Evaluation image {index}, labelled {evaluation.digits[index]}."
