"""Framing keeps what matters of a drawing, and nothing that can be drawn or uploaded breaks it."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from lab import DIGITS
from PIL import Image
from scipy import ndimage

from mnist_adder_lib.drawing import framing as drawing
from mnist_adder_lib.drawing.framing import frame_drawing, naive_resize
from mnist_adder_lib.drawing.photos import read_picture
from mnist_adder_lib.drawing.strokes import PEN, render_strokes, rescale_strokes

digits = st.integers(0, 9)
shapes = st.tuples(st.integers(1, 50), st.integers(1, 50)) | st.sampled_from([(1, 500), (500, 1)])
images = st.one_of(
    arrays(np.uint8, shapes),
    arrays(np.float32, shapes, elements=st.floats(0, 1, width=32)),
    arrays(np.bool_, shapes),
)


def render(digit, fill=1.0, centre=(0.5, 0.5), size=280, pen=PEN):
    """A digit shrunk by `fill` around its middle and moved to `centre` of the pad."""
    strokes = [
        [(centre[0] + fill * (x - 0.5), centre[1] + fill * (y - 0.5)) for x, y in stroke]
        for stroke in DIGITS[digit]
    ]
    return render_strokes(strokes, size, pen)


def similarity(a, b) -> float:
    """Correlation of two images: 1 for equal ones, 0 for unrelated ones."""
    return np.corrcoef(a.ravel(), b.ravel())[0, 1]


@given(digits, st.integers(-70, 70), st.integers(-70, 70))
@settings(max_examples=40)
def test_moving_changes_nothing(digit, right, down):
    image = render(digit, fill=0.45)
    moved = np.roll(image, (down, right), (0, 1))
    assert np.array_equal(frame_drawing(image), frame_drawing(moved))


@given(digits, st.integers(100, 900))
@settings(max_examples=40)
def test_a_pad_of_another_size_hardly_changes_anything(digit, size):
    assert similarity(frame_drawing(render(digit)), frame_drawing(render(digit, size=size))) > 0.95


@given(digits, st.floats(0.5, 1.2), st.floats(0.04, 0.12))
@settings(max_examples=60)
def test_scale_and_pen_hardly_change_anything(digit, fill, pen):
    usual = frame_drawing(render(digit))
    assert similarity(usual, frame_drawing(render(digit, fill, pen=pen))) > 0.7
    assert similarity(usual, np.roll(usual, 3, 1)) < 0.6  # what 0.7 is worth


@given(images)
def test_no_image_raises(image):
    framed = frame_drawing(image)
    assert framed.shape == (28, 28) and framed.dtype == np.uint8
    naive_resize(image)


@given(shapes, st.sampled_from([np.uint8, np.float64, bool]))
def test_blank_stays_blank(shape, dtype):
    assert not frame_drawing(np.zeros(shape, dtype)).any()


@pytest.mark.parametrize(
    "image", [np.ones((1, 1)), np.full((300, 200), 255, np.uint8), np.eye(2000), np.ones((2, 3000))]
)
def test_extreme_images_leave_ink(image):
    assert frame_drawing(image).max() > 50


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
    for function in (frame_drawing, naive_resize):
        with pytest.raises(ValueError, match=message):
            function(bad)


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


def test_the_steps_make_the_whole():
    image = render(4, fill=0.6, centre=(0.3, 0.4))
    ink = drawing.crop_to_ink(drawing.to_ink(image))
    assert max(ink.shape) < 150 and ink.max() == 1
    ink = drawing.match_stroke_weight(drawing.resize_long_side(ink, 80))
    ink = drawing.centre_by_mass(ink, 112).reshape(28, 4, 28, 4).mean((1, 3))
    assert np.array_equal((255 * ink).round(), frame_drawing(image))


def test_noise_and_specks_do_not_spoil_the_crop():
    rng, image = np.random.default_rng(0), render(3, fill=0.5)
    noisy = np.maximum(image, rng.integers(0, 40, image.shape, np.uint8))
    noisy[rng.integers(0, 280, 30), rng.integers(0, 280, 30)] = 255
    assert similarity(frame_drawing(noisy), frame_drawing(image)) > 0.97


def test_faint_ink_is_brought_to_full_strength():
    faint = (render(5) / 255 * 0.3).astype(np.float32)
    assert similarity(frame_drawing(faint), frame_drawing(render(5))) > 0.99
    assert frame_drawing(faint).max() > 240


@pytest.mark.parametrize("width", [6, 12, 24])
def test_stroke_weight_measures_the_pen(width):
    line = np.zeros((100, 200))
    line[30 : 30 + width, 20:180] = 1
    assert drawing.stroke_weight(line) == pytest.approx(width, abs=1)


def test_pens_of_any_width_give_mnists_weight():
    weights = []
    for pen in (0.03, 0.07, 0.14):
        framed = frame_drawing(render(2, pen=pen)) / 255
        weights.append(framed.sum())
    assert max(weights) < 2 * min(weights)  # the pens differ by a factor of 5


def test_a_loop_filled_by_a_thick_pen_is_opened():
    circle = render_strokes([DIGITS[0][0]], 280)  # for its shape
    thick = np.zeros((280, 280))
    y, x = np.mgrid[:280, :280]
    thick[(x - 140) ** 2 + (y - 90) ** 2 < 45**2] = 1  # a filled loop,
    thick[90:250, 125:155] = 1  # and the stroke below it: a 9 with a thick pen
    framed = frame_drawing(thick)
    column = framed[:, 14].astype(int)
    assert circle.any() and column[:12].max() > 150
    top = np.flatnonzero(column > 100)[0]
    assert column[top + 2 : top + 7].min() < 60  # dark inside


def test_naive_resize_keeps_the_place():
    small = render(1, fill=0.3, centre=(0.2, 0.2))
    assert naive_resize(small)[:14, :14].any() and not naive_resize(small)[14:].any()


def test_a_tap_is_a_dot_and_strokes_scale():
    dot = render_strokes([[(0.5, 0.5)]])
    assert dot[140, 140] == 255 and 15 <= (dot[140] > 127).sum() <= 25
    assert not render_strokes([]).any() and not render_strokes([[]]).any()
    small, large = (render_strokes(DIGITS[8], size).mean() for size in (56, 560))
    assert small == pytest.approx(large, rel=0.1)


points = st.tuples(st.floats(0, 1), st.floats(0, 1))


@given(st.lists(st.lists(points, min_size=1, max_size=5), min_size=1, max_size=4))
def test_rescaled_strokes_fill_the_pad_and_keep_their_shape(strokes):
    before = np.concatenate(strokes)
    after = np.concatenate(rescale_strokes(strokes, side=0.8))
    low, high = after.min(axis=0), after.max(axis=0)
    assert (low + high) / 2 == pytest.approx(0.5)
    extent = np.ptp(before, axis=0).max()
    assert (high - low).max() == pytest.approx(0.8 * min(1, extent / PEN))
    scale = 0.8 / max(extent, PEN)
    assert after - after[0] == pytest.approx(scale * (before - before[0]), abs=1e-6)


@pytest.mark.parametrize("digit", range(10))
def test_rescaled_strokes_weigh_what_mnists_finer_ones_do(digit):
    image = render_strokes(rescale_strokes(DIGITS[digit]))
    ink = drawing.resize_long_side(drawing.crop_to_ink(drawing.to_ink(image)), 80)
    assert 1.1 < drawing.stroke_weight(ink) / 4 < 1.8


def test_strokes_off_the_pad_are_left_out():
    inside = [[0.2, 0.2], [0.4, 0.6]]
    strokes = [[*inside, (0.5, 1.5)], [(-2, 0), (-1, 0)], []]
    assert rescale_strokes(strokes) == rescale_strokes([inside])
    assert rescale_strokes([[(2, 2)]]) == rescale_strokes([]) == rescale_strokes([[]]) == []


# Pictures of paper


def encode(array, kind="png", **options) -> bytes:
    buffer = io.BytesIO()
    image = array if isinstance(array, Image.Image) else Image.fromarray(array)
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def paper(digit=5, light=True):
    """Grey pixels 0-255 of a digit on paper that gets darker to the right, with some noise."""
    ink = render(digit, fill=0.7).astype(float) / 255
    shade = np.linspace(230, 110, 280)[None] + np.random.default_rng(0).normal(0, 4, (280, 280))
    grey = shade * (1 - 0.7 * ink)
    return (grey if light else 255 - grey).clip(0, 255).astype(np.uint8)


def is_read(data: bytes, digit=5) -> bool:
    picture = read_picture(data)
    assert picture.dtype == np.uint8 and picture.shape[0] == picture.shape[1] <= 280
    return similarity(frame_drawing(picture), frame_drawing(render(digit, fill=0.7))) > 0.8


@pytest.mark.parametrize("light", [True, False], ids=["dark on light", "light on dark"])
@pytest.mark.parametrize("kind", ["png", "jpeg"])
@pytest.mark.parametrize("digit", [1, 5, 8])
def test_pictures_are_read(kind, light, digit):
    assert is_read(encode(paper(digit, light), kind), digit)


@pytest.mark.parametrize("mode", ["RGB", "P", "LA", "RGBA", "CMYK", "1", "I;16"])
def test_pictures_of_any_mode_are_read(mode):
    image = Image.fromarray(255 - render(5, fill=0.7))
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    else:
        image = image.convert(mode)
    assert is_read(encode(image, "tiff" if mode == "CMYK" else "png"))


@pytest.mark.parametrize("ink", [0, 255])
def test_transparent_paper(ink):
    alpha = render(5, fill=0.7)
    rgba = np.dstack([np.full((280, 280, 3), ink, np.uint8), alpha])
    assert is_read(encode(rgba))


def test_a_phones_photo_is_turned_and_shrunk():
    image = Image.fromarray(paper()).resize((2000, 2000)).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn right by 90 degrees
    assert is_read(encode(image, "jpeg", exif=exif))
    wide = np.hstack([paper()[:, :1].repeat(200, 1), paper()])
    assert read_picture(encode(wide)).shape == (280, 280)


@pytest.mark.parametrize(
    "data",
    [b"", b"not a picture", encode(paper())[:500], encode(paper(), "jpeg")[:900], bytes(5000)],
)
def test_damaged_files_are_refused_with_a_reason(data):
    with pytest.raises(ValueError, match="PNG or JPEG"):
        read_picture(data)


def test_a_shadow_with_a_sharp_edge_is_no_ink():
    y, x = np.mgrid[:280, :280]
    shadowed = paper() * np.where(x + y > 430, 0.6, 1)
    assert is_read(encode(shadowed.astype(np.uint8)))


def test_a_digit_that_touches_the_border_is_read():
    ink = drawing.crop_to_ink(drawing.to_ink(render(5, fill=0.7)))
    assert is_read(encode((255 * ink).astype(np.uint8)))


def test_empty_paper_has_no_ink():
    assert not read_picture(encode(np.full((200, 300), 240, np.uint8))).any()
    assert not read_picture(encode(np.zeros((9, 9), np.uint8))).any()
