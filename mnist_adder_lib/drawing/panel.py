"""The drawing pad, and the panel that shows what a model makes of a drawing, in any notebook."""

import base64
import io
import math
import operator
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from traitlets import Bool, Bunch, Dict, Int, List, TraitError, Unicode, observe, validate

from ..data import load_splits
from ..evaluate import Prediction, predict
from ..shared import LIMITS, SENTENCES
from .framing import MOST_INK, MOST_PEN_INK, frame_drawing, remark
from .photos import open_picture, read_picture
from .rejection import NonDigitHead
from .strangeness import Strangeness
from .strokes import as_strokes, frame_strokes, render_strokes

BUILT = Path(__file__).with_name("built")  # what `npm run build` makes in js/
SURE = LIMITS["sure"]  # below this probability the panel says that it is not sure
PNG_URL = "data:image/png;base64,"
Combine = Callable[[int, int], int]  # what is right for a digit and a number
cached_splits = cache(load_splits)  # read on first use


def to_url(image: np.ndarray) -> str:
    """A uint8 (height, width) image as a PNG in a data URL, which a browser can show."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "png")
    return f"{PNG_URL}{base64.b64encode(buffer.getvalue()).decode()}"


def from_url(url: str) -> bytes:
    """The bytes in a data URL; raises ValueError if it isn't base64."""
    return base64.b64decode(url.partition(",")[2], validate=True)


def read_background(background: dict) -> np.ndarray:
    """The picture under the strokes, uint8 (height, width). Raises ValueError if there is none.

    `background` has its `url`, as from `to_url`, and what to say `about` it.
    """
    url, about = background.get("url"), background.get("about", "")
    # The page hands the url to CSS, which would ask any other address.
    if not isinstance(url, str) or not url.startswith(PNG_URL) or not isinstance(about, str):
        raise ValueError("A background is {}, or a picture: its url and what to say about it.")
    return np.asarray(open_picture(from_url(url), ["PNG"]).convert("L"))


def with_article(digit: int) -> str:
    """`a 7`, `an 8`."""
    return f"{'an' if digit == 8 else 'a'} {digit}"


def percent(share: float | Tensor) -> str:
    """A probability, from 0 to 1, as a whole number of percent: "98%".

    Above 0.99 and below 0.01 it is in words, never 100% or 0%: no answer is that certain.
    """
    if share > 0.99:
        return SENTENCES["over"]
    # Halves are rounded up, as in JavaScript; Python's own formats round them to an even number.
    return SENTENCES["under"] if share < 0.01 else f"{math.floor(100 * float(share) + 0.5)}%"


def describe(prediction: Prediction | None, number: int, warning: str = "",
             is_rejected: bool = False, sign: str = "+", combine: Combine = operator.add,
             is_close: bool = False) -> tuple[str, bool]:
    """The panel's sentence, and whether it is certain: both heads are sure and agree, there is no
    warning, and the image is neither rejected nor close to that. sign, combine: the task, as of the
    panel."""
    if prediction is None:
        return SENTENCES["empty"], False
    if is_rejected:
        return SENTENCES["strange"], False
    digit, total = prediction.digit, prediction.total
    if warning:
        return SENTENCES["doubt"].format(digit=with_article(digit)), False
    digits, sums = prediction.digit_probabilities, prediction.sum_probabilities
    seen = f"{with_article(digit)} ({percent(digits[digit])})"
    answer = f"{total} ({percent(sums[total])})"
    words = dict(number=number, sign=sign, digit=digit, seen=seen, answer=answer)
    if digits[digit] < SURE:
        second = int(digits.topk(2).indices[1])
        other = f"{with_article(second)} ({percent(digits[second])})"
        return SENTENCES["which"].format(other=other, **words), False
    if sums[total] < SURE:
        return SENTENCES["unsure_sum"].format(**words), False
    if total != combine(digit, number):
        return SENTENCES["disagree"].format(**words), False
    if is_close:
        return SENTENCES["doubt"].format(digit=with_article(digit)), False
    return SENTENCES["certain"].format(**words), True


class DigitPad(anywidget.AnyWidget):
    """A black pad to draw on with mouse, finger, pen or keys.

    `strokes` is a list of strokes, each a list of (x, y), fractions of the pad from the top left.
    Setting them in Python changes the page, and drawing on the page changes them here:
    `pad.observe(f, "strokes")`. Raises TraitError for anything else, even if the page sends it, and
    leaves the trait unchanged.
    """

    # js/src/widgets/pad/connection.js describes how the page and Python talk to each other.
    _esm: Path = BUILT / "digit_pad.js"
    _css: Path = BUILT / "digit_pad.css"
    strokes: List = List().tag(sync=True, echo_update=False)
    unfinished: List = List().tag(sync=True, echo_update=False)  # the stroke that is being drawn
    background: Dict = Dict().tag(sync=True, echo_update=False)  # {}, or a picture: url and about
    message_id = Unicode().tag(sync=True, echo_update=False)

    @validate("strokes")
    def _check_strokes(self, proposal: Bunch) -> list:
        try:
            return [stroke.tolist() for stroke in as_strokes(proposal.value)]
        except ValueError as error:
            raise TraitError(str(error)) from None

    @validate("unfinished")
    def _check_unfinished(self, proposal: Bunch) -> list:
        try:
            return [point for stroke in as_strokes([proposal.value]) for point in stroke.tolist()]
        except ValueError as error:
            raise TraitError(str(error)) from None

    @validate("background")
    def _check_background(self, proposal: Bunch) -> dict:
        try:
            if proposal.value:
                read_background(proposal.value)
        except ValueError as error:
            raise TraitError(str(error)) from None
        return proposal.value

    def _should_send_property(self, key: str, value: object) -> bool:
        # Values from the page aren't sent back to it; ipywidgets would compare all of it as JSON.
        return key not in self._property_lock and super()._should_send_property(key, value)

    def framed(self) -> np.ndarray:
        """The drawing, with a stroke that isn't finished, as MNIST would: uint8 (28, 28)."""
        strokes = [stroke for stroke in [*self.strokes, self.unfinished] if stroke]
        if not self.background:
            return frame_strokes(strokes)
        picture = read_background(self.background)
        if strokes:
            ink = render_strokes(strokes)
            resized = np.asarray(Image.fromarray(picture).resize((280, 280)))
            picture = np.maximum(ink, resized)
        return frame_drawing(picture)

    def clear(self) -> None:
        """Wipe the pad."""
        self._replace({})

    def _replace(self, background: dict) -> None:
        with self.hold_sync(), self.hold_trait_notifications():  # one message, one answer
            self.strokes, self.background = [], background

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class AdderPanel(DigitPad):
    """Draw a digit, choose a number, and see at once what the model makes of them.

    In addition to the pad's strokes, `number` (0-9) can be set; `seen` (the uint8 28x28 image that
    the network gets), `prediction` (None while the pad is empty) and `sentence` follow, even during
    a stroke. `small=True` leaves the bars out. With `known`, images that the model was trained on,
    uint8 (n, 28, 28), the panel gives no sum for a drawing that is too strange to the model:
    `strangeness` says how strange, and its `threshold` can be set. A `head` that was trained for
    the model counts as well. Without known images nothing is rejected.

    A model for a task other than adding also needs its `combine` and its `sign`, as in
    `AdderPanel(model, combine=lambda digit, number: digit * number, sign="×")`.

    Raises what `predict` raises where a model doesn't fit, with `known` also what `Strangeness`
    raises.
    """

    _esm, _css = BUILT / "adder_panel.js", BUILT / "adder_panel.css"
    number = Int(5, min=0, max=9).tag(sync=True, echo_update=False)
    small = Bool(False).tag(sync=True)
    request: Dict = Dict().tag(sync=True, echo_update=False)
    answer: Dict = Dict().tag(sync=True)

    def __init__(self, model: nn.Module, known: Tensor | None = None,
                 head: NonDigitHead | None = None, combine: Combine = operator.add,
                 sign: str = "+", **traits: Any):
        predict(model, np.zeros((28, 28)), 0)  # an unfit model fails here: later none would see it
        self.model, self.combine, self.sign = model, combine, sign
        self.strangeness = None if known is None else Strangeness(model, known, head)
        self._answered: tuple = ()
        super().__init__(**traits)
        self._follow()

    @observe("strokes", "background", "unfinished", "number", "message_id")
    def _follow(self, _change: Bunch | None = None) -> None:
        """Answer once, however many of the traits have changed together."""
        state = self.strokes, self.background, self.unfinished, self.number, self.message_id
        if state != self._answered:
            self._answered = state
            self._respond()

    def answer_again(self) -> None:
        """Read the drawing again, as after the model has been trained further."""
        self._respond()

    def _respond(self, error: str = "") -> None:
        """Read the drawing again and answer; `error` is shown next to the answer."""
        self.seen = self.framed()
        self.prediction = predict(self.model, self.seen, self.number) if self.seen.any() else None
        most = MOST_INK if self.background else MOST_PEN_INK
        warning = remark(self.seen, most) if self.prediction else ""
        is_rejected, is_close, scale = self._judge()
        self.sentence, certain = describe(self.prediction, self.number, warning, is_rejected,
                                          self.sign, self.combine, is_close)
        notes = filter(None, [error, warning, self.background.get("about")])
        answer: dict[str, Any] = dict(message_id=self.message_id, unfinished=bool(self.unfinished))
        answer |= dict(sentence=self.sentence, certain=certain, note=" ".join(notes))
        answer |= dict(warned=bool(warning or error or is_rejected), seen=to_url(self.seen),
                       sign=self.sign, **scale)
        outputs = vars(self.prediction) if self.prediction else {}
        answer |= {name: np.asarray(value).tolist() for name, value in outputs.items()}
        if not self.unfinished:
            answer |= dict(strokes=self.strokes, background=self.background, number=self.number)
        self.answer = answer

    def _judge(self) -> tuple[bool, bool, dict]:
        """Whether the drawing is too strange to the model, whether it nearly is, and what the page
        needs to show how strange it is: nothing, if no known images are given."""
        if self.strangeness is None:
            return False, False, {}
        scale = dict(strangeness=None, usual=self.strangeness.usual,
                     threshold=self.strangeness.threshold)
        if not self.seen.any():
            return False, False, dict(scale=scale)
        how = self.strangeness(torch.from_numpy(self.seen)[None]).item()
        return (how > self.strangeness.threshold, self.strangeness.is_close(how),
                dict(scale=scale | dict(strangeness=how)))

    @validate("request")
    def _check_request(self, proposal: Bunch) -> dict:
        what = proposal.value
        if what.get("sample") is True or isinstance(what.get("upload"), str):
            return what
        raise TraitError("A request is {sample: true} or {upload: a data URL}.")

    @observe("request")
    def _fetch(self, change: Bunch) -> None:
        """Put on the pad what the page asks for: an uploaded picture, or a digit from MNIST."""
        try:
            if "upload" in change.new:
                image = read_picture(from_url(change.new["upload"]))
                about = "Your picture, as white ink on black."
            else:
                evaluation = cached_splits()[2]
                index = random.randrange(len(evaluation.images))
                image = evaluation.images[index].numpy()
                about = f"Evaluation image {index}, labelled {evaluation.digits[index]}."
            self._replace(dict(url=to_url(image), about=about))
        except (ValueError, RuntimeError) as error:  # an unreadable file, or no data
            self._respond(f"{error} Your drawing is still here.")
