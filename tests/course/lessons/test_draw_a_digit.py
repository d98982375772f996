"""Draw a digit: its figures and what it measures."""

import numpy as np
import pytest
import torch
from torch import nn

from mnist_adder_course.common.non_digits import KINDS
from mnist_adder_course.lessons import draw_a_digit
from mnist_adder_lib.checkpoint import load_pretrained
from mnist_adder_lib.drawing.framing import crop_to_ink, resize_long_side, stroke_weight, to_ink
from mnist_adder_lib.drawing.strokes import frame_strokes


def test_naive_resize_keeps_the_place():
    small = np.zeros((280, 280), np.uint8)
    small[30:80, 40:60] = 255
    shrunk = draw_a_digit.naive_resize(small)
    assert shrunk[3:8, 4:6].min() > 200 and not shrunk[10:].any() and not shrunk[:, 8:].any()


def test_a_thinner_pen_takes_a_pixel_of_each_line():
    images = torch.zeros(1, 28, 28, dtype=torch.uint8)
    images[0, 5:9, 10:13] = 200
    thin = draw_a_digit.thinner(images)
    assert thin[0, 6:9, 11:13].eq(200).all() and thin.count_nonzero() == 6


def test_the_opening_shows_ten_faces_and_what_the_network_says_of_each():
    figure = draw_a_digit.plot_opening()
    width, height = figure.get_size_inches()
    assert 5.6 <= width <= 6.8 and height <= 3
    titles = [ax.get_title() for ax in figure.axes]
    assert len(titles) == 10 and all(title.startswith("a 0, ") for title in titles)
    assert figure.get_label().endswith("; ".join(titles) + ".")


def test_each_kind_of_non_digits_is_shown_with_its_name(splits):
    torch.manual_seed(3)
    before = torch.get_rng_state()
    figure = draw_a_digit.plot_kinds(splits[1].images[:200], splits[1].digits[:200])
    assert torch.equal(torch.get_rng_state(), before)
    named = {ax.get_title().replace("\n", "_").replace(" ", "_"): ax for ax in figure.axes}
    assert {*named} == {*KINDS, ""}  # a place for one more is empty
    assert all(named[kind].images[0].get_array().max() > 0.5 for kind in KINDS)
    assert not named[""].images


@pytest.mark.parametrize("size, corner, box", [
    (280, False, (0, 280)), (100, False, (90, 190)), (100, True, (0, 100)), (280, True, (0, 280)),
])  # fmt: skip
def test_on_pad(size, corner, box):
    pad = draw_a_digit.on_pad(torch.full((28, 28), 255, dtype=torch.uint8), size, corner)
    rows, columns = (np.flatnonzero(pad.any(axis)) for axis in (1, 0))
    assert pad.shape == (280, 280) and pad.dtype == np.uint8
    for lines in (rows, columns):
        assert (lines[0], lines[-1] + 1) == box and len(lines) == size


def test_half_of_the_digits_have_thicker_strokes_than_the_framed_pen(splits):
    def weight(image):
        return stroke_weight(resize_long_side(crop_to_ink(to_ink(np.asarray(image))), 80)) / 4

    ours = weight(frame_strokes([[(0.1, 0.1), (0.3, 0.1), (0.2, 0.3)]]))
    weights = [weight(image) for image in splits[1].images[:300]]
    assert np.median(weights) == pytest.approx(ours, abs=0.2)


def test_histograms_of_two_kinds_and_what_is_above_the_threshold():
    digits, letters = torch.linspace(0, 4, 100), torch.linspace(3, 9, 50)
    figure = draw_a_digit.plot_strangeness({"digits": digits, "letters": letters}, 3.5)
    assert "Above the threshold of 3.5 are 13% of the digits and 90% of the letters." in (
        figure.get_label())
    axes = figure.axes[0]
    assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(200)


def test_read_on_pads_shrinks_and_frames(splits):
    table = draw_a_digit.read_on_pads(load_pretrained(), splits[2], count=20)
    assert list(table.index) == [200, 140, 100, 70]
    assert list(table) == ["middle, shrunk", "corner, shrunk", "middle, framed", "corner, framed"]
    assert table["middle, shrunk"][200] > 80 > 50 > table["corner, shrunk"][70]
    assert table["corner, framed"].min() > 80


def test_a_head_scores_embeddings_of_images(splits):
    pretrained = load_pretrained()
    images = splits[1].images[:5]
    embedded = draw_a_digit.embed(pretrained, images)
    assert embedded.shape == (5, 20) and not embedded.requires_grad
    head = nn.Linear(20, 1)
    scores = draw_a_digit.as_score(pretrained, head)(images)
    assert scores.shape == (5,) and not scores.requires_grad
    assert torch.equal(scores, head(embedded)[:, 0])
