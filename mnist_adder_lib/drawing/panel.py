"""The drawing pad, and the panel that shows what a model makes of a drawing, in any notebook."""

import base64
import io
import random
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import anywidget
import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, ImageOps
from torch import Tensor, nn
from traitlets import Bool, Bunch, Dict, Float, Int, List, TraitError, Unicode, observe, validate

from ..data import load_splits
from ..evaluate import Prediction, predict
from .framing import MUCH, MUCH_DRAWN, frame_drawing, remark, to_ink, to_uint8
from .photos import open_picture, read_picture
from .strokes import PEN, as_strokes, frame_strokes, render_strokes
from .style import style

SURE = 0.6  # below this probability the panel says that it is not sure
LARGEST = 560, 560  # pixels, twice the pad: more costs time and memory at every stroke
BLANK = np.zeros((28, 28), np.uint8)


def to_url(image: np.ndarray, about: str = "") -> str:
    """A uint8 (height, width) image as a PNG in a data URL, which a browser can show.

    `about` is a remark on it, which stays with it (`about_url`).
    """
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "png")
    data = base64.b64encode(buffer.getvalue()).decode()
    return f"data:image/png;about={quote(about, safe='')};base64,{data}"


def from_url(url: str) -> bytes:
    """The bytes in a data URL; raises ValueError where it isn't base64."""
    return base64.b64decode(url.partition(",")[2])


def about_url(url: str) -> str:
    """The remark in a data URL of `to_url`, "" if there is none."""
    return unquote("".join(re.findall(r"^data:image/png;about=([^;,]*)", url)))


def with_article(digit: int) -> str:
    """`a 7`, `an 8`."""
    return f"{'an' if digit == 8 else 'a'} {digit}"


def percent(share: float | Tensor) -> str:
    """A probability in words. Never 0% or 100%: no answer is that certain."""
    return "over 99%" if share > 0.99 else "under 1%" if share < 0.01 else f"{share:.0%}"


def describe(prediction: Prediction | None, number: int) -> tuple[str, bool]:
    """What the panel says, and whether it is certain: both heads are sure, and agree."""
    if prediction is None:
        return "The pad is empty: draw a digit.", False
    digit, total = prediction.digit, prediction.total
    digits, sums = prediction.digit_probabilities, prediction.sum_probabilities
    seen = f"{with_article(digit)} ({percent(digits[digit])})"
    if digits[digit] < SURE:
        second = int(digits.topk(2).indices[1])
        doubt = f"do I see {seen} or {with_article(second)} ({percent(digits[second])})?"
        return f"I am not sure: {doubt}", False
    answer = f"{total} ({percent(sums[total])})"
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
    - pen: width of the pen as a share of the pad, more than 0 and at most 1

    Set from Python, they change the page; drawn on, they change here: `pad.observe(f, "strokes")`.
    Raises TraitError, and stays as it was, for anything else.
    """

    _esm = Path(__file__).with_name("pad.js")
    _css = style(Path(__file__).with_name("pad.css"))
    strokes: List = List().tag(sync=True, echo_update=False)
    background = Unicode().tag(sync=True, echo_update=False)
    pen = Float(PEN).tag(sync=True)
    page = Unicode().tag(sync=True, echo_update=False)  # which page drew last, and its count

    @validate("strokes")
    def _check_strokes(self, proposal: Bunch) -> list:
        try:
            strokes = as_strokes(proposal.value)
        except ValueError as error:
            raise TraitError(str(error)) from None
        # Lists, as the page sends: what differs from that is sent back to it, perhaps too late.
        if all(type(point) is list for stroke in proposal.value for point in stroke):
            return proposal.value
        return [stroke.tolist() for stroke in strokes]

    @validate("background")
    def _check_background(self, proposal: Bunch) -> str:
        try:
            if proposal.value:
                open_picture(from_url(proposal.value))
        except ValueError:
            raise TraitError("background is a picture as a data URL, or \"\": see show") from None
        return proposal.value

    @validate("pen")
    def _check_pen(self, proposal: Bunch) -> float:
        if not 0 < proposal.value <= 1:
            raise TraitError(f"pen is a share of the pad, at most 1, not {proposal.value}")
        return proposal.value

    @observe("page")
    def _tell_other_pages(self, _change: Bunch) -> None:
        names = "page", "strokes", "background", *(["number"] if self.has_trait("number") else [])
        self.send({"type": "page"} | {name: getattr(self, name) for name in names})

    def _should_send_property(self, key: str, value: object) -> bool:
        # What came from the page isn't sent back. ipywidgets finds that out by writing and reading
        # both as JSON, which takes a tenth of a second for some hundred strokes.
        came = value is self._property_lock.get(key)
        return not came and super()._should_send_property(key, value)

    def image(self, size: int = 280) -> np.ndarray:
        """The drawing, with the picture under it, as uint8 (size, size), white on black."""
        ink = render_strokes(self.strokes, size, self.pen)
        if self.background:
            picture = Image.fromarray(self._picture()).resize((size, size))
            ink = np.maximum(ink, np.asarray(picture))
        return ink

    def framed(self, unfinished: Sequence = ()) -> np.ndarray:
        """The drawing, with strokes that aren't finished, as MNIST would show it: uint8 (28, 28).

        Strokes alone are drawn straight from their points (`frame_strokes`), a picture, with what
        is drawn on it, is framed by `frame_drawing`.
        """
        if not self.background:
            return frame_strokes([*self.strokes, *unfinished])
        if not (self.strokes or unfinished):
            return frame_drawing(self._picture())
        ink = render_strokes(unfinished, pen=self.pen)
        return frame_drawing(np.maximum(self.image(), ink))

    def _picture(self) -> np.ndarray:
        picture = open_picture(from_url(self.background))
        picture.thumbnail(LARGEST)
        return np.asarray(picture.convert("L"))

    def show(self, image: ArrayLike, about: str = "") -> None:
        """Put a picture on the pad in place of the drawing, with a remark on it.

        `image` is 2-D, white on black, uint8 0-255 or floats 0-1 (ValueError for anything else);
        what isn't square gets black sides.
        """
        picture = Image.fromarray(to_uint8(to_ink(image)))
        picture.thumbnail(LARGEST)
        square = ImageOps.pad(picture, (max(picture.size),) * 2)
        self._put([], to_url(np.asarray(square), about))

    def clear(self) -> None:
        """Wipe the pad."""
        self._put([], "")

    def _put(self, strokes: list, background: str) -> None:
        with self.hold_sync(), self.hold_trait_notifications():  # one message, one answer
            self.strokes, self.background = strokes, background

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class AdderPanel(DigitPad):
    """Draw a digit, choose a number, and see at once what the model makes of them.

    Besides the pad's traits: `number` (0-9) can be set; `seen` (the uint8 28x28 image that the
    network gets), `prediction` (None while the pad is empty) and `sentence` follow, also while one
    draws. `small=True` leaves the bars out. Raises what `predict` raises where a model doesn't fit.
    """

    number = Int(5, min=0, max=9).tag(sync=True, echo_update=False)
    small = Bool(False).tag(sync=True)
    answer = Dict().tag(sync=True)  # all that the page shows, in one message

    def __init__(self, model: nn.Module, **traits: Any):
        predict(model, BLANK, 0)  # an unfit model fails here: in a callback none would see it
        self.model, self._turn = model, 0
        self._answered: tuple = ()
        super().__init__(**traits)
        self.on_msg(self._receive)
        self._follow()

    @validate("number")
    def _check_number(self, proposal: Bunch) -> int:
        if isinstance(proposal.value, bool):
            raise TraitError("number is a whole number from 0 to 9")
        return proposal.value

    @observe("strokes", "background", "number", "pen", "page")
    def _follow(self, _change: Bunch | None = None) -> None:
        """Answer once, however many of the traits have changed together."""
        state = self.strokes, self.background, self.number, self.pen, self.page
        if state != self._answered:
            self._answered = state
            self._respond()

    def _respond(self, note: str = "", unfinished: Sequence = (), ink: str = "") -> None:
        """Read the drawing anew and tell the page; `note` is said beside the answer, and `ink`
        names the page's message about an unfinished stroke."""
        self.seen = self.framed(unfinished)
        self.prediction = predict(self.model, self.seen, self.number) if self.seen.any() else None
        self.sentence, certain = describe(self.prediction, self.number)
        much = MUCH if self.background else MUCH_DRAWN
        warning = remark(self.seen, much) if self.prediction else ""
        notes = [note, warning, about_url(self.background)]
        self._turn += 1  # so that each answer is a new one
        answer = dict(turn=self._turn, page=self.page, ink=ink)
        answer |= dict(sentence=self.sentence, certain=certain, warned=bool(warning or note))
        answer |= dict(note=" ".join(filter(None, notes)), seen=to_url(self.seen))
        if self.prediction:
            for name, value in vars(self.prediction).items():
                answer[name] = np.asarray(value).tolist()
        self.answer = answer

    def _receive(self, _widget: object, message: object, _buffers: object) -> None:
        """Act on a message from the page: an unfinished stroke, an uploaded file, or the wish for
        an MNIST digit. Anything else is ignored."""
        try:
            match message:
                case {"type": "ink", "stroke": stroke, "id": str(name)}:
                    self._respond(unfinished=[stroke], ink=name)
                case {"type": "upload", "data": str(url)}:
                    self._upload(url)
                case {"type": "sample"}:
                    self._sample()
        except (ValueError, RuntimeError) as error:  # an unreadable file, or no data
            self._respond(note=f"{error} Your drawing is still here.")

    def _upload(self, url: str) -> None:
        picture = read_picture(from_url(url))
        self.show(picture, "Your picture, as white ink on black.")

    def _sample(self) -> None:
        evaluation = cached_splits()[2]
        index = random.randrange(len(evaluation.images))
        about = f"Evaluation image {index}, labelled {evaluation.digits[index]}."
        self.show(evaluation.images[index].numpy(), about)
