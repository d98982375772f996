"""What the widgets of a lesson show, as data: stored when the lesson is run, read by the site.

A widget leaves nothing in a notebook that a page without Python could show, and the site runs no
lesson: all of them take a quarter of an hour. So `run_lessons.py`, which stores a lesson's outputs,
also stores its widgets, from the same run, in docs/site/widgets/LESSON.jsonl:

- first a line with a fingerprint of the code that ran, {"code": ...}. Where a lesson's code is
  another now, `read` raises an error, so that the site can't show old widgets in silence
- then a line for each cell that shows a widget: {"cell": its id, "widget": a class, "traits": ...},
  or {"cell": ..., "needs_python": what one does with it when the lesson runs}

In the lesson's kernel this module is an extension of IPython: a widget that a cell shows brings its
data as one more kind of output, `KIND`, which `take` moves out of the notebook.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import itertools
import json
from pathlib import Path
from typing import Any

import ipywidgets
import numpy as np
from anywidget import AnyWidget
from IPython.core.formatters import BaseFormatter
from PIL import Image
from set_repository import ASKS
from traitlets import ObjectName, Unicode

from mnist_adder_lib import load_pretrained
from mnist_adder_lib.course.notebook.display import Explore, Picture
from mnist_adder_lib.course.widgets.network_diagram import weights_as_text
from mnist_adder_lib.drawing import AdderPanel
from mnist_adder_lib.model import IdentityAdderModel

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "site" / "widgets"
KIND = "application/vnd.mnist-adder.widget+json"
SHIPPED = "assets/adder.pt"  # stands for the weights of this network, which nearly all widgets show
PANEL_TRAITS = ["strokes", "background", "number", "small"]  # its other traits ask Python things
STOPS = 3, 19  # how many places of a slider have a figure: of the first sliders, of the last


# --- in the kernel of a lesson --------------------------------------------------------------------


class WidgetFormatter(BaseFormatter):
    """Gives the data of a widget as JSON, and of anything else nothing."""

    format_type = Unicode(KIND)
    print_method = ObjectName("_no_object_has_such_a_method_")
    _return_type = dict


def load_ipython_extension(shell) -> None:
    formatter = shell.display_formatter.formatters[KIND] = WidgetFormatter(parent=shell)
    formatter.for_type(ipywidgets.Widget, needs_python)
    formatter.for_type(AnyWidget, widget_data)
    formatter.for_type(Explore, figures)


def needs_python(widget: ipywidgets.Widget) -> dict:
    """For a widget that does nothing without Python: its own sentence, if it has one."""
    return {"needs_python": getattr(widget, "needs_python", "something to play with.")}


def widget_data(widget: AnyWidget) -> dict:
    """The class of a widget and its traits; the weights of the shipped network by name."""
    if hasattr(widget, "needs_python"):
        return needs_python(widget)
    traits = widget.get_state(sorted(set(widget.keys) - set(AnyWidget.class_trait_names())))
    if isinstance(widget, AdderPanel):  # in a page it reads the drawings itself
        if not isinstance(widget.model, IdentityAdderModel):
            return {"needs_python": "a panel with the network of this lesson."}
        traits = widget.get_state(PANEL_TRAITS) | {"weights": weights_as_text(widget.model)}
    if traits.get("weights") == shipped_weights():
        traits["weights"] = SHIPPED
    return {"widget": type(widget).__name__, "traits": traits}


@functools.cache
def shipped_weights() -> dict:
    return weights_as_text(load_pretrained())


def figures(explore: Explore) -> dict:
    """The figures of `explore` for some places of its sliders, as traits of docs/site/frames.js."""
    ranges = explore.ranges
    *others, _ = ranges
    start = {name: (*start, low)[0] for name, (low, _, *start) in ranges.items()}
    stops = {}
    for name, (low, high, *_) in ranges.items():
        evenly = np.linspace(low, high, STOPS[name not in others]).round().astype(int).tolist()
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


# --- in the programs that run lessons and build the site ------------------------------------------


def take(notebook) -> list[dict]:
    """Remove the widgets' data from a notebook that has just been run, and return it."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if data := output.get("data", {}).pop(KIND, None):
                found.append({"cell": cell.id, **data})
    return found


def fingerprint(notebook) -> str:
    """A hash of a lesson's code, without the cell that fetches the course for Colab."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    text = "\n\n".join(source for source in code if ASKS not in source)
    return hashlib.sha256(text.encode()).hexdigest()


def write(lesson: str, notebook, widgets: list[dict], folder: Path = FOLDER) -> None:
    """Store the widgets of a lesson, also where it has none: then that is known."""
    lines = [{"code": fingerprint(notebook)}, *widgets]
    text = "".join(f"{json.dumps(line, separators=(',', ':'))}\n" for line in lines)
    (folder / f"{lesson}.jsonl").write_text(text, encoding="utf-8", newline="\n")


def read(lesson: str, notebook, folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """The data of each cell that shows a widget, by the cell's id; see above.

    Raises ValueError where they weren't stored, or the lesson's code has changed since.
    """
    path = folder / f"{lesson}.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else ['{"code": ""}']
    first, *widgets = map(json.loads, lines)
    if first["code"] != fingerprint(notebook):
        raise ValueError(f"The code of {lesson} has changed since its widgets were stored. Run it: "
                         f"python tools/run_lessons.py notebooks/{lesson}.ipynb")
    return {data["cell"]: data for data in widgets}
