"""The picture that a widget leaves beside itself."""

import base64
import io

import numpy as np
import pytest
from PIL import Image
from test_panel import SEVEN, Oracle, panel_of

from mnist_adder_course import plots
from mnist_adder_lib.drawing import AdderPanel, still
from mnist_adder_lib.drawing.still import EDGE, IMAGE, Still, as_still


def shown(widget):
    """The pixels (height, width, RGBA) of the picture of a widget, and its words."""
    data, metadata = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data  # which JupyterLab prefers
    assert data["text/plain"] == repr(widget)
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).convert("RGBA")
    looks = metadata["image/png"]
    assert (2 * looks["width"], 2 * looks["height"]) == picture.size
    return np.asarray(picture), looks["alt"]


def test_a_panel_leaves_its_answer():
    panel = panel_of()
    pixels, alt = shown(panel)
    assert panel.sentence in alt and "+ 5 = 12" in alt
    image = pixels[EDGE:EDGE + IMAGE, EDGE:EDGE + IMAGE, 0]
    assert np.abs(image[::8, ::8].astype(int) - panel.seen).max() < 30  # in few colours
    panel.number = 6
    changed, alt = shown(panel)
    assert "+ 6 = 13" in alt and (changed != pixels).any()
    panel.small = True
    assert len(shown(panel)[0]) < len(pixels)


def test_an_unsure_panel_leaves_no_sum():
    assert "+ 5 = ?. It says: I am not sure" in shown(panel_of(sure=0.3))[1]


def test_an_empty_pad_leaves_an_example_of_its_own_task():
    panel = AdderPanel(Oracle(total=2), number=5, sign="−",
                       combine=lambda digit, number: digit - number)
    alt = shown(panel)[1]
    assert "− 5 = 2" in alt and "For example, a drawn 7: I see a 7" in alt
    assert panel.strokes == [] and panel.prediction is None
    pixels, panel.sign = shown(panel)[0], "-"
    assert (shown(panel)[0] == pixels).all()  # the sign is seen, and no box in its place
    panel.strokes = SEVEN
    assert "For example" not in shown(panel)[1]


def test_below_each_picture_stands_that_the_cell_is_to_be_run():
    png = as_still(Image.new("RGBA", (900, 100)))
    below = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
    assert not below[:100, :, 3].any() and below[130:, :, 3].any()
    assert below[:, -1, 3].max() == 0  # whole, also below the narrowest of the pictures


def test_a_widget_with_nothing_to_show_leaves_no_picture():
    class View:
        def _repr_mimebundle_(self):
            return {"text/plain": "View()"}

    class Empty(Still, View):
        def still(self):
            return None

    assert Empty()._repr_mimebundle_() == ({"text/plain": "View()"}, {})
    with pytest.raises(NotImplementedError):
        Still().still()


def test_the_colours_are_those_of_the_figures():
    ours, theirs = ((one.BLUE, one.ORANGE, one.GREY) for one in (still, plots))
    assert ours == theirs
