"""An extension of IPython: a widget that a cell shows also brings what it shows as data.

`run_lessons.py` loads it into the kernel of a lesson, takes the data out of the outputs, and stores
them for the site: stored_widgets.py says why and how.
"""

from __future__ import annotations

import base64
import functools
import io
import itertools

import numpy as np
from anywidget import AnyWidget
from IPython.core.formatters import BaseFormatter
from PIL import Image
from traitlets import ObjectName, Unicode

from mnist_adder_course.notebook.display import Explore, Picture
from mnist_adder_course.widgets.nearest import known_images
from mnist_adder_course.widgets.network_diagram import weights_as_text
from mnist_adder_lib import load_pretrained
from mnist_adder_lib.drawing import AdderPanel
from mnist_adder_lib.drawing.rejection import look_at
from mnist_adder_lib.model import IdentityAdderModel
from tools.notebooks.stored_widgets import KIND

SHIPPED = "assets/adder.pt"  # stands for the weights of this network, which nearly all widgets show
PANEL_TRAITS = ["strokes", "background", "number", "small"]  # its other traits ask Python things
STOPS = 3, 19  # how many places of a slider have a figure: of the first sliders, of the last


class WidgetFormatter(BaseFormatter):
    """Gives the data of a widget as JSON, and of anything else nothing."""

    format_type = Unicode(KIND)
    print_method = ObjectName("_no_object_has_such_a_method_")
    _return_type = dict


def load_ipython_extension(shell) -> None:
    formatter = shell.display_formatter.formatters[KIND] = WidgetFormatter(parent=shell)
    formatter.for_type(AnyWidget, widget_data)
    formatter.for_type(Explore, figures)


def widget_data(widget: AnyWidget) -> dict:
    """The class of a widget and its own traits; the weights of the shipped network by name."""
    names = sorted(set(widget.keys) - set(AnyWidget.class_trait_names()))
    traits = widget.get_state([name for name in names if name[0] != "_"])  # without its script
    if isinstance(widget, AdderPanel):  # in a page it reads the drawings itself
        if not isinstance(widget.model, IdentityAdderModel) or widget.sign != "+":
            return {"needs_python": "a panel with the network of this lesson."}
        traits = widget.get_state(PANEL_TRAITS) | {"weights": weights_as_text(widget.model)}
        if widget.strangeness:
            traits["known"] = known_to(widget)
    if traits.get("weights") == shipped_weights():
        traits["weights"] = SHIPPED
    return {"widget": type(widget).__name__, "traits": traits}


def known_to(panel: AdderPanel) -> dict:
    """What a panel that rejects drawings knows, for a page."""
    strangeness = panel.strangeness
    digits = look_at(strangeness.model, strangeness.known)[1].argmax(dim=1)  # nobody sees them
    return known_images(strangeness, digits)


@functools.cache
def shipped_weights() -> dict:
    return weights_as_text(load_pretrained())


def figures(explore: Explore) -> dict:
    """The figures of `explore` for some places of its sliders: traits of js/src/site/frames.js."""
    ranges = explore.ranges
    *outer, _ = ranges
    start = {name: (*start, low)[0] for name, (low, _, *start) in ranges.items()}
    stops = {}
    for name, (low, high, *_) in ranges.items():
        evenly = np.linspace(low, high, STOPS[name not in outer]).round().astype(int).tolist()
        stops[name] = sorted({*evenly, start[name]})
    places = [dict(zip(ranges, values)) for values in itertools.product(*stops.values())]
    frames = [as_webp(Picture(explore.draw(**place))) for place in places]
    return {"widget": "Frames", "traits": {"stops": stops, "start": start, "frames": frames}}


def first_frame(traits: dict) -> dict:
    """The figure that `figures` shows before a slider is moved."""
    places = list(itertools.product(*traits["stops"].values()))
    return traits["frames"][places.index(tuple(traits["start"].values()))]


def as_webp(picture: Picture) -> dict:
    """A figure as the attributes of an <img>; WebP is a third of PNG here."""
    file = io.BytesIO()
    Image.open(io.BytesIO(picture.data)).save(file, "webp", lossless=True)
    url = f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
    return {"src": url, "alt": picture.metadata["alt"]}
