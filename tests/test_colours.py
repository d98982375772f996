"""The figures' colours: seen on white and dark pages, and distinguished by the colour-blind."""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import torch
from colours import EYES, contrast, distance, least_distance, seen_by
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

import mnist_adder_lib.drawing
from mnist_adder_course import plots
from mnist_adder_course.plots import BLUE, GREEN, GREY, ORANGE, RED, SIGNED, text_on
from mnist_adder_course.widgets.front_end import BUILT
from mnist_adder_lib import evaluate, load_pretrained

DRAWN = Path(mnist_adder_lib.drawing.__file__).with_name("built")
PALETTE = {name: to_rgb(colour) for name, colour in [
    ("blue", BLUE), ("orange", ORANGE), ("green", GREEN), ("red", RED), ("grey", GREY)]}
DISTANCE = 20  # CIE76, for whoever sees the difference worst; 2.3 can just be noticed
WHITE, JUPYTERLAB_DARK, EDITOR_DARK = map(to_rgb, ("#ffffff", "#111111", "#1e1e1e"))


def test_any_two_colours_can_be_distinguished():
    for one, other in combinations(PALETTE, 2):
        assert least_distance(PALETTE[one], PALETTE[other]) >= DISTANCE, (one, other)


def test_every_colour_is_seen_on_every_page():
    for colour in PALETTE.values():
        for page in (WHITE, JUPYTERLAB_DARK, EDITOR_DARK):
            assert contrast(colour, page) >= 3


def test_what_texts_are_written_in_can_be_read():
    for colour in map(to_rgb, (GREY, RED)):
        assert contrast(colour, WHITE) >= 4.5
        assert contrast(colour, JUPYTERLAB_DARK) >= 4.15  # no colour has 4.36 on both


def test_the_widgets_have_the_same_blue_and_orange():
    for style in [*BUILT.glob("*.css"), *DRAWN.glob("*.css")]:
        colours = re.findall("--(blue|orange): *(#[0-9a-f]+)", style.read_text("utf-8"))
        assert ("blue", BLUE) in colours and ("orange", ORANGE) in colours, style


@given(st.tuples(*[st.floats(0, 1)] * 3))
def test_text_on_any_colour_can_be_read(colour):
    assert contrast(to_rgb(text_on(colour)), colour) >= 4.5


def heat_maps(first):
    table = evaluate(load_pretrained(), first(1000)).confusion_digit()
    table.loc[3, 8] += 50
    yield plots.plot_confusion(table)
    yield plots.plot_pairs(torch.arange(100.0).view(10, 10))
    yield plots.plot_pairs(torch.arange(-50.0, 50.0).view(10, 10))


def test_numbers_in_heat_maps_can_be_read(first):
    for figure in heat_maps(first):
        ax, = figure.axes
        cells = ax.collections[0].get_facecolors()
        for text in filter(lambda text: text.get_text(), ax.texts):
            column, row = map(int, text.get_position())
            cell = cells[10 * row + column][:3]
            assert contrast(to_rgb(text.get_color()), cell) >= 4.5, text


@pytest.mark.parametrize("eyes", EYES)
def test_scales_go_from_one_colour_to_another_for_all_eyes(eyes):
    low, middle, high = (seen_by(eyes, plots.SHARE(share)[:3]) for share in (0.0, 0.5, 1.0))
    assert min(distance(low, middle), distance(middle, high), distance(low, high)) >= DISTANCE
    # A number below 0 is like no number above it, as long as it is half as large as the largest.
    above = [seen_by(eyes, SIGNED((1 + value) / 2)[:3]) for value in np.linspace(0, 1, 50)]
    for value in np.linspace(-1, -0.5, 10):
        below = seen_by(eyes, SIGNED((1 + value) / 2)[:3])
        assert min(distance(below, one) for one in above) >= DISTANCE
