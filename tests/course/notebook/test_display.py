"""How a notebook shows figures: with a caption, and in words."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from mnist_adder_course.notebook import display as module
from mnist_adder_course.notebook.display import Picture, explore, live, show
from mnist_adder_course.plots import GREY, in_style


def labelled(text="A line."):
    figure = plt.figure(figsize=(2, 1))
    figure.set_label(text)
    return figure


@pytest.fixture
def shown(monkeypatch):
    """What was displayed, as (object, options)."""
    shown = []

    def display(*objects, **options):
        shown.extend((thing, options) for thing in objects)

    monkeypatch.setattr(module, "display", display)
    monkeypatch.setattr("IPython.core.display_functions.display", display)
    return shown


def test_a_figure_is_shown_with_alt_text_and_a_caption(shown):
    show(labelled(), "Below.")
    (picture, _), (caption, _) = shown
    data, metadata = picture._repr_mimebundle_()
    assert metadata["image/png"] == {"alt": "A line.", "width": 200, "height": 100}
    assert data["image/png"].startswith("iVBOR") and repr(picture) == "<Figure>"
    assert caption.data.startswith("*Below.*\n\n<details>") and ">A line.</details>" in caption.data
    assert not plt.get_fignums()  # closed: not shown a second time

    show(labelled(), "Below.", alt="Another <b>.")
    assert shown[2][0].metadata == {"alt": "Another <b>."}
    assert ">Another &lt;b&gt;.</details>" in shown[3][0].data


def test_a_figure_lets_the_page_show_through_and_its_texts_are_grey():
    figure = in_style(plt.subplots)(figsize=(2, 1))[0]
    figure.axes[0].set(xlabel="step", title="title")
    pixels = plt.imread(io.BytesIO(Picture(figure, "Axes.").data))
    assert pixels[0, 0, 3] == 0
    solid = pixels[pixels[..., 3] == 1][:, :3]  # no edge of a letter, which is half transparent
    assert len(solid) > 20 and np.allclose(solid, to_rgb(GREY), atol=0.01)


def test_the_labels_of_a_small_figure_are_not_cut_off():
    figure, ax = plt.subplots(figsize=(3, 1.5))
    ax.set(xlabel="step", ylabel="a label")
    Picture(figure, "Axes.")
    box = ax.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0


def test_a_figure_without_words_is_refused():
    with pytest.raises(ValueError, match="say what the figure shows"):
        show(labelled(""), "Below.")


def test_a_live_figure_is_updated_in_place(monkeypatch):
    shown = []

    class Handle:
        def __init__(self, part):
            shown.append(part)
            self.place = len(shown) - 1

        def update(self, part):
            shown[self.place] = part

    monkeypatch.setattr(module, "display", lambda part, display_id: Handle(part))
    draw = live(labelled, "Curves.")
    for label in ("One epoch.", "Two epochs."):
        draw(label)
        picture, words = shown
        assert picture.metadata["alt"] == label and label in words.data


def test_explore_draws_anew_when_a_slider_moves(shown):
    box = explore(lambda row, column: labelled(f"{row}, {column}"), row=(0, 3), column=(2, 5, 4))
    row, column, *_ = box.children
    row.value, column.value = 3, 5
    figures = [thing for thing, _ in shown if isinstance(thing, Picture)]
    assert [picture.metadata["alt"] for picture in figures] == ["0, 4", "3, 4", "3, 5"]
    assert "<summary>The figure in words</summary>3, 5<" in shown[-1][0].data
    assert (row.min, row.max, column.min, column.max) == (0, 3, 2, 5)


def test_explore_leaves_the_figure_that_it_shows(shown):
    box = explore(lambda place: labelled(f"At {place}"), place=(0, 3))
    box.children[0].value = 2
    data, metadata = box._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == "At 2" and data["image/png"].startswith("iVBOR")
    box.picture = None  # as after an error of `draw`, which the box shows
    assert "image/png" not in box._repr_mimebundle_()[0]
