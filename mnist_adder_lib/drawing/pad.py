"""The pad to draw on, in any notebook."""

from pathlib import Path

import anywidget
import numpy as np
from PIL import Image
from traitlets import Bunch, Dict, List, TraitError, Unicode, validate

from .data_url import read_background
from .framing import frame_drawing
from .strokes import as_strokes, frame_strokes, render_strokes

BUILT = Path(__file__).with_name("built")  # what `npm run build` makes in js/


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
