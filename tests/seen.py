"""No figure of a test stays open, and all that is labelled can be seen on any page."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from colours import contrast
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.figure import Figure

from mnist_adder_course.plots import GREY, RED

PAGES = to_rgb("white"), to_rgb("#111111")  # JupyterLab's
ON_COLOURS = "black", "white"  # texts within a box or an image, see test_colours.py
FAINT = 0.3  # what is more transparent is a background to something else


def faint(colour) -> bool:
    """Whether a colour (RGBA) that stands for something can't be seen on one of the pages."""
    *colour, alpha = to_rgba(colour)
    blends = (alpha * np.array(colour) + (1 - alpha) * np.array(page) for page in PAGES)
    return alpha > FAINT and any(contrast(*pair) < 3 for pair in zip(blends, PAGES))


def unseen(figure: Figure) -> list:
    """The texts, lines, bars and dots of a figure that can't be seen well on some page."""
    found = []
    for ax in figure.axes:
        found += [line for line in ax.lines if faint(to_rgba(line.get_color(), line.get_alpha()))]
        for shape in ax.patches:
            if shape.get_edgecolor()[3] <= FAINT or faint(shape.get_edgecolor()):
                found += [shape] * faint(shape.get_facecolor())
        texts = [*ax.texts, ax.title, ax.xaxis.label, ax.yaxis.label]
        found += [text for text in texts
                  if text.get_text() and text.get_color() not in (GREY, RED, *ON_COLOURS)]
    return found


@pytest.fixture(autouse=True)
def figures_can_be_seen(monkeypatch):
    """Every figure that a test draws is looked at when it gets its label, at its end."""
    faults, set_label = [], Figure.set_label

    def look_and_set(figure, label):
        faults.extend(unseen(figure))
        set_label(figure, label)

    monkeypatch.setattr(Figure, "set_label", look_and_set)
    yield
    plt.close("all")
    assert faults == []
