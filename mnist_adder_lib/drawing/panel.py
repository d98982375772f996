"""The panel that shows what a model makes of a drawing, in any notebook."""

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
from torch import nn
from traitlets import Bool, Bunch, Dict, Int, List, TraitError, Unicode, observe, validate

from ..data import load_splits
from ..evaluate import predict
from ..shared import SEVEN
from .data_url import from_url, read_background, to_url
from .framing import frame_drawing
from .photos import read_picture
from .sentences import MOST_INK, MOST_PEN_INK, describe, remark
from .still import Still, as_still, draw_answer
from .strangeness import Strangeness
from .strokes import as_strokes, frame_strokes, has_tap, render_strokes

BUILT = Path(__file__).with_name("built")  # what `npm run build` makes in js/
cached_splits = cache(load_splits)  # read on first use


class AdderPanel(Still, anywidget.AnyWidget):
    """Draw a digit with mouse, finger, pen or keys, choose a number, and see at once what the
    model makes of them.

    `strokes` is a list of strokes, each a list of (x, y), fractions of the pad from the top left,
    and `number` is 0-9. Setting them in Python changes the page, and drawing on the page changes
    them here. `seen` (the uint8 28x28 image that the network gets), `prediction` (None while the
    pad is empty) and `sentence` follow, even during a stroke. `small=True` leaves the bars out.
    With `strangeness`, a `Strangeness` of the model, the panel gives no sum for a drawing that is
    stranger than its `threshold`. Without it nothing is rejected.

    A model for a task other than adding also needs its `combine` and its `sign`, as in
    `AdderPanel(model, combine=lambda digit, number: digit * number, sign="×")`.

    Raises what `predict` raises where a model doesn't fit. Raises TraitError for strokes or a
    background that are none, even if the page sends them, and leaves the trait unchanged.
    """

    # js/src/widgets/pad/connection.js describes how the page and Python talk to each other.
    _esm, _css = BUILT / "adder_panel.js", BUILT / "adder_panel.css"
    strokes: List = List().tag(sync=True, echo_update=False)
    unfinished: List = List().tag(sync=True, echo_update=False)  # the stroke that is being drawn
    background: Dict = Dict().tag(sync=True, echo_update=False)  # {}, or a picture: url and about
    message_id = Unicode().tag(sync=True, echo_update=False)
    number = Int(5, min=0, max=9).tag(sync=True, echo_update=False)
    small = Bool(False).tag(sync=True)
    request: Dict = Dict().tag(sync=True, echo_update=False)
    answer: Dict = Dict().tag(sync=True)

    def __init__(self, model: nn.Module, strangeness: Strangeness | None = None,
                 combine: Callable[[int, int], int] = operator.add, sign: str = "+",
                 **traits: Any):
        predict(model, np.zeros((28, 28)), 0)  # an unfit model fails here: later none would see it
        self.model, self.combine, self.sign = model, combine, sign
        self.strangeness = strangeness
        self._answered: tuple = ()
        super().__init__(**traits)
        self._follow()

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

    def still(self) -> tuple[bytes, str]:
        """The present answer; that to a drawn 7 as long as the pad is empty."""
        seen, prediction, number = self.seen, self.prediction, self.number
        sentence, certain, what = self.sentence, self.answer["certain"], "a drawing"
        if prediction is None:
            seen = frame_strokes(SEVEN)
            prediction = predict(self.model, seen, number)
            sentence, certain = describe(prediction, number, sign=self.sign, combine=self.combine)
            sentence, what = f"For example, a drawn 7: {sentence}", "a drawn 7"
        answer = f"{self.sign} {number} = {prediction.total if certain else '?'}"
        alt = f"A panel with {what}, {answer}. It says: {sentence}"
        return as_still(draw_answer(seen, prediction, answer, sentence, self.small)), alt

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
        is_rejected, is_close, scale = self._rejection()
        self.sentence, certain = describe(
            self.prediction, self.number, warning=warning, is_rejected=is_rejected,
            is_close=is_close, sign=self.sign, combine=self.combine,
            has_tap=not self.background and has_tap(self.strokes))  # each stroke begins as a dot
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

    def _rejection(self) -> tuple[bool, bool, dict]:
        """Whether the drawing is too strange to the model, whether it nearly is, and what the page
        needs to show how strange it is: nothing, if nothing is rejected."""
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
                image, about = a_sample()
            self._replace(dict(url=to_url(image), about=about))
        except (ValueError, RuntimeError) as error:  # an unreadable file, or no data
            self._respond(f"{error} Your drawing is still here.")


def a_sample() -> tuple[np.ndarray, str]:
    """One of the evaluation images at random, uint8 (28, 28), and which one it is, in words."""
    evaluation = cached_splits()[2]
    index = random.randrange(len(evaluation.images))
    about = f"Evaluation image {index}, labelled {evaluation.digits[index]}."
    return evaluation.images[index].numpy(), about
