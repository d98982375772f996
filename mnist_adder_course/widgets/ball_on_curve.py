"""A ball on the curve of a loss: what a gradient step does, with any learning rate."""

from __future__ import annotations

import anywidget
from traitlets import Bool, Float, List

from .front_end import front_end


class BallOnCurve(anywidget.AnyWidget):
    """The loss (2w - 6)**2 over the weight w, and gradient steps on it, one for each press.

    - start: the w where the ball begins; dragged, it begins elsewhere
    - rate: the learning rate
    - momentum: the share of the last velocity that stays; 1 as if gradients were never zeroed
    - with_momentum: whether there is a slider for it, too
    - path: every w since the start; follows what happens on the page

    All is calculated in the browser, without the kernel.
    """

    _esm, _css = front_end("ball_on_curve")
    start = Float(1.0).tag(sync=True, echo_update=False)
    rate = Float(0.1, min=0).tag(sync=True, echo_update=False)
    momentum = Float(0.0, min=0, max=1).tag(sync=True, echo_update=False)
    with_momentum = Bool(False).tag(sync=True)
    path: List = List(Float()).tag(sync=True, echo_update=False)

    def __repr__(self):
        return "BallOnCurve()"
