"""Framing keeps what matters of a picture of a digit, and no picture breaks it."""

import numpy as np
import pytest
from drawn import render, similarity
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageDraw
from scipy import ndimage

from mnist_adder_lib.drawing import framing as drawing
from mnist_adder_lib.drawing.framing import frame_drawing

digits = st.integers(0, 9)
shapes = st.tuples(st.integers(1, 50), st.integers(1, 50)) | st.sampled_from([(1, 500), (500, 1)])
images = st.one_of(
    arrays(np.uint8, shapes),
    arrays(np.float32, shapes, elements=st.floats(0, 1, width=32)),
    arrays(np.bool_, shapes),
)


@given(digits, st.integers(-70, 70), st.integers(-70, 70))
@settings(max_examples=40)
def test_moving_changes_nothing(digit, right, down):
    image = render(digit, fill=0.45)
    moved = np.roll(image, (down, right), (0, 1))
    assert np.array_equal(frame_drawing(image), frame_drawing(moved))


@given(digits, st.floats(0.5, 1.2), st.floats(0.04, 0.12))
@settings(max_examples=60)
def test_scale_and_pen_hardly_change_anything(digit, fill, pen):
    usual = frame_drawing(render(digit))
    assert similarity(usual, frame_drawing(render(digit, fill, pen=pen))) > 0.7
    assert similarity(usual, np.roll(usual, 3, 1)) < 0.6  # what 0.7 is worth


@pytest.mark.parametrize("radius, holes", [(28, 0), (34, 0), (37, 1), (40, 1), (56, 1)])
def test_a_loop_that_a_thick_pen_filled_is_opened(radius, holes):
    """Ink is opened where it is deeper than 0.85 of the stroke's width: here from 36 pixels on."""
    nine = Image.new("L", (280, 280))
    draw = ImageDraw.Draw(nine)
    draw.ellipse([140 - radius, 90 - radius, 140 + radius, 90 + radius], fill=255)
    draw.line([120 + radius, 90, 120 + radius, 250], fill=255, width=40)
    _, backgrounds = ndimage.label(frame_drawing(nine) < 128)
    assert backgrounds - 1 == holes


@given(images)
def test_no_image_raises(image):
    framed = frame_drawing(image)
    assert framed.shape == (28, 28) and framed.dtype == np.uint8


@pytest.mark.parametrize(
    "bad, message",
    [
        (np.zeros((28, 28, 3)), "2-D"),
        (np.zeros(784), "2-D"),
        (np.zeros((0, 5)), "at least one pixel"),
        ([["a", "b"]], "integers or floats"),
        (np.full((5, 5), np.nan), "from 0 to 1"),
        (np.full((5, 5), np.inf), "from 0 to 1"),
        (np.full((5, 5), 255.0), "uint8 from 0 to 255"),
        (np.full((5, 5), -1), "from 0 to 255"),
        (np.full((5, 5), 256), "from 0 to 255"),
    ],
)
def test_what_is_no_drawing_is_refused_with_a_reason(bad, message):
    with pytest.raises(ValueError, match=message):
        frame_drawing(bad)


def test_an_mnist_digit_stays_as_it_is(splits):
    images = splits[2].images[:500].numpy()
    framed = np.stack([frame_drawing(image) for image in images])
    difference = np.abs(framed.astype(int) - images).mean((1, 2))
    assert difference.mean() < 0.5 and np.percentile(difference, 99) < 5
    moved = frame_drawing(np.roll(images[0], (2, -3), (0, 1)))
    assert similarity(moved, images[0]) > 0.95


@pytest.mark.parametrize("digit", range(10))
def test_frame_is_mnists(digit):
    framed = frame_drawing(render(digit, fill=0.5, centre=(0.3, 0.6)))
    heights = [np.ptp(np.flatnonzero(framed.max(axis) > 60)) + 1 for axis in (0, 1)]
    assert 19 <= max(heights) <= 21
    assert np.allclose(ndimage.center_of_mass(framed), 14, atol=0.3)


def test_noise_and_specks_do_not_spoil_the_crop():
    rng, image = np.random.default_rng(0), render(3, fill=0.5)
    noisy = np.maximum(image, rng.integers(0, 40, image.shape, np.uint8))
    noisy[rng.integers(0, 280, 30), rng.integers(0, 280, 30)] = 255
    assert similarity(frame_drawing(noisy), frame_drawing(image)) > 0.97


@pytest.mark.parametrize("side, is_kept", [(13, False), (15, True)])
def test_a_speck_is_less_than_a_twentieth_of_the_digit(side, is_kept):
    image = np.zeros((280, 280))
    image[40:240, 130:150] = 1  # a one of 4000 pixels, and beside it a square of 169 or 225
    image[40 : 40 + side, 200 : 200 + side] = 1
    assert (drawing.crop_to_ink(image).shape[1] > 20) == is_kept


def test_faint_ink_is_brought_to_full_strength():
    faint = (render(5) / 255 * 0.3).astype(np.float32)
    assert similarity(frame_drawing(faint), frame_drawing(render(5))) > 0.99
    assert frame_drawing(faint).max() > 240


@pytest.mark.parametrize("width", [6, 12, 24])
def test_stroke_weight_measures_the_pen(width):
    line = np.zeros((100, 200))
    line[30 : 30 + width, 20:180] = 1
    assert drawing.stroke_weight(line) == pytest.approx(width, abs=1)


@pytest.mark.parametrize("pen, width", [(8, 1.23), (20, 2.0), (60, 2.27)])
def test_strokes_are_made_as_wide_as_mnists(pen, width):
    """A bar of 200 pixels is as long as 20 of MNIST's; the middle half of its digits have strokes
    of 1.2 to 2 pixels. A very thick pen leaves a little more."""
    bar = np.zeros((280, 280))
    bar[40:240, 100 : 100 + pen] = 1
    middle = frame_drawing(bar)[10:18] / 255
    assert middle.sum(axis=1).mean() == pytest.approx(width, abs=0.08)
