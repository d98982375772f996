"""How a notebook shows a figure: with a caption and, in words, what there is to see."""

from __future__ import annotations

import html
import io
from collections.abc import Callable
from typing import Any

import anywidget
import ipywidgets
import matplotlib.pyplot as plt
from IPython.display import DisplayHandle, Image, Markdown, display
from matplotlib.figure import Figure
from PIL import Image as Pixels

from mnist_adder_lib.drawing.still import Still, as_still

from ..plots import as_png
from ..widgets.front_end import front_end


def show(figure: Figure, caption: str, alt: str | None = None) -> None:
    """Show a figure in a notebook; below it a caption and, folded away, what there is to see.

    alt: the figure in words, for those who can't see it; by default its label.
    """
    picture = Picture(figure, alt)
    display(picture, in_words(caption, picture.metadata["alt"]))


def in_words(caption: str, alt: str) -> Markdown:
    """A caption and what the figure shows.

    The words appear below the figure, because JupyterLab and nbconvert drop a picture's own.
    """
    return Markdown(f"*{caption}*\n\n{folded(alt)}")


def folded(alt: str) -> str:
    """What a figure shows, folded away."""
    return f"<details><summary>The figure in words</summary>{html.escape(alt)}</details>"


def live(plot: Callable[..., Figure], caption: str) -> Callable[..., None]:
    """A function that shows what `plot` draws of its arguments, and later calls in the same place.

    As in `fit(..., after_epoch=live(plot_history, "The curves."))`: they grow.
    """
    handles: list[DisplayHandle] = []

    def draw(*arguments) -> None:
        picture = Picture(plot(*arguments))
        parts = picture, in_words(caption, picture.metadata["alt"])
        if not handles:
            handles.extend(display(part, display_id=True) for part in parts)
        else:
            for handle, part in zip(handles, parts):
                handle.update(part)

    return draw


class Picture(Image):
    """A figure as a PNG with a text alternative, shown at half its pixels: sharp on any screen.

    Its background is transparent, so that it suits a light page and a dark one.

    Raises ValueError where neither `alt` nor the figure's label says what there is to see.
    """

    metadata: Any  # a dict, where the base class has None

    def __init__(self, figure: Figure, alt: str | None = None):
        alt = alt or str(figure.get_label())
        if not alt:
            raise ValueError("say what the figure shows: show(figure, caption, alt='...')")
        super().__init__(as_png(figure), retina=True, metadata={"alt": alt})
        plt.close(figure)  # or the notebook would show it a second time

    def __repr__(self):
        return "<Figure>"


def explore(draw: Callable[..., Figure], **ranges: tuple[int, ...]) -> Explore:
    """Sliders for the whole-number arguments of `draw`, and the figure that it returns for them.

    `explore(draw, number=(0, 9))` shows `draw(number=0)` and draws again when the slider moves;
    with `(0, 9, 5)` it begins at 5. As the `plot_` functions do, `draw` returns a figure whose
    label says what it shows.
    """
    return Explore(draw, ranges)


class Explore(Still, ipywidgets.VBox):
    """What `explore` returns."""

    def __init__(self, draw: Callable[..., Figure], ranges: dict[str, tuple[int, ...]]):
        self.draw = draw
        self.picture: Picture | None = None
        sliders = {name: ipywidgets.IntSlider(start[0] if start else low, low, high,
                                              description=name)
                   for name, (low, high, *start) in ranges.items()}
        figure = ipywidgets.interactive_output(self._redraw, sliders)
        super().__init__([*sliders.values(), figure, Keys()])
        self.add_class("mnist-adder-explore")

    def _redraw(self, **values: int) -> None:
        self.picture = None  # if `draw` raises, the box shows the error
        self.picture = Picture(self.draw(**values))
        display(self.picture, Markdown(folded(self.picture.metadata["alt"])))

    def still(self) -> tuple[bytes, str] | None:
        if self.picture is None:
            return None
        figure = Pixels.open(io.BytesIO(self.picture.data))
        return as_still(figure), self.picture.metadata["alt"]

    def __repr__(self) -> str:
        return "explore()"


class Keys(anywidget.AnyWidget):
    """Shows nothing. It gives the sliders next to it what ipywidgets' sliders lack: their names for
    screen readers, a focus that is seen, and keys that JupyterLab doesn't take for its own."""

    _esm, _css = front_end("keys")
