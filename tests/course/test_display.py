"""How a notebook shows figures: with a caption, and in words."""

import io
from dataclasses import replace

import matplotlib.pyplot as plt
import pytest
from test_figures import HISTORY, labelled

from mnist_adder_lib.course import display as module
from mnist_adder_lib.course.display import Picture, explore, live_curves, show
from mnist_adder_lib.course.figures import GREY


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
    assert metadata["image/png"] == {"alt": "A line.", "width": 144, "height": 72}
    assert data["image/png"].startswith("iVBOR") and repr(picture) == "<Figure>"
    assert caption.data.startswith("*Below.*\n\n<details>") and ">A line.</details>" in caption.data
    assert not plt.get_fignums()  # closed: not shown a second time

    show(labelled(), "Below.", alt="Another text.")
    assert shown[2][0].metadata == {"alt": "Another text."}


def test_a_figure_lets_the_page_show_through_and_its_text_suits_both():
    figure, ax = plt.subplots(figsize=(2, 1))
    ax.set(xlabel="step", title="title")
    corner = plt.imread(io.BytesIO(Picture(figure, "Axes.").data))[0, 0]
    assert corner[3] == 0
    assert {ax.title.get_color(), ax.xaxis.label.get_color()} == {GREY}
    red = int(GREY[1:3], 16) / 255
    luminance = ((red + 0.055) / 1.055) ** 2.4
    assert 1.05 / (luminance + 0.05) > 4.5  # on white, by WCAG 2.2
    assert (luminance + 0.05) / 0.056 > 4  # on JupyterLab's #111111


def test_the_labels_of_a_small_figure_are_not_cut_off():
    figure, ax = plt.subplots(figsize=(3, 1.5))
    ax.set(xlabel="step", ylabel="a label")
    Picture(figure, "Axes.")
    box = ax.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0


def test_a_figure_without_words_is_refused():
    with pytest.raises(ValueError, match="say what the figure shows"):
        show(labelled(""), "Below.")


def test_live_curves_are_updated_in_place(shown):
    draw = live_curves("Curves.")
    for epochs in (1, 2):
        draw(replace(HISTORY, test_loss=[1.0] * epochs, test_accuracy=[50.0] * epochs))
    figures = [options for thing, options in shown if isinstance(thing, Picture)]
    assert figures[0]["display_id"] == figures[1]["display_id"]
    assert figures[1]["update"] and "update" not in figures[0]
    captions = [options for thing, options in shown if not isinstance(thing, Picture)]
    assert captions[0]["display_id"] == captions[1]["display_id"] and captions[1]["update"]


def test_explore_draws_anew_when_a_slider_moves(shown):
    box = explore(lambda row, column: labelled(f"{row}, {column}"), row=(0, 3), column=(2, 5))
    row, column, *_ = box.children
    row.value, column.value = 3, 4
    figures = [thing for thing, _ in shown if isinstance(thing, Picture)]
    assert [picture.metadata["alt"] for picture in figures] == ["0, 2", "3, 2", "3, 4"]
    assert "<summary>The figure in words</summary>3, 4<" in shown[-1][0].data
    assert (row.min, row.max, column.min, column.max) == (0, 3, 2, 5)


def test_a_slider_begins_where_it_is_told(shown):
    slider, *_ = explore(lambda row: labelled(f"{row}"), row=(0, 9, 5)).children
    assert (slider.min, slider.value, slider.max) == (0, 5, 9)
