"""Pictures of paper become white ink on black, and no file breaks that."""

import io

import numpy as np
import pytest
from drawn import render, similarity
from PIL import Image, ImageFile
from scipy import ndimage

from mnist_adder_lib.drawing import photos
from mnist_adder_lib.drawing.framing import crop_to_ink, frame_drawing, to_ink
from mnist_adder_lib.drawing.photos import read_picture


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


@pytest.mark.parametrize("mode", ["RGB", "P", "LA", "RGBA", "CMYK", "1"])
def test_pictures_of_any_mode_are_read(mode):
    image = Image.fromarray(255 - render(5, fill=0.7)).convert(mode)
    assert is_read(encode(image, "jpeg" if mode == "CMYK" else "png"))


@pytest.mark.parametrize("light", [True, False], ids=["dark on light", "light on dark"])
def test_a_grey_picture_of_16_bits_is_read_like_one_of_8(light):
    grey = paper(7, light)
    assert np.array_equal(read_picture(encode(grey.astype(np.uint16) * 257)),
                          read_picture(encode(grey)))


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


def test_a_large_jpeg_is_decoded_small(monkeypatch):
    """libjpeg can leave out 7 of 8 rows and columns, which saves nearly all time and memory."""
    sizes = []
    monkeypatch.setattr(photos.ImageOps, "exif_transpose",
                        lambda image, **_: sizes.append(image.size))
    data = encode(Image.fromarray(paper()).resize((4480, 4480)), "jpeg")
    assert is_read(data)
    assert sizes == [(560, 560)]


@pytest.mark.parametrize("kind, size", [("png", (12_000, 12_000)), ("jpeg", (5_001, 5_000))])
def test_too_many_pixels_are_refused_before_they_are_unpacked(kind, size, monkeypatch):
    data = encode(Image.new("L", size, 200), kind)

    def unpack(image):
        raise AssertionError("it was unpacked")

    monkeypatch.setattr(ImageFile.ImageFile, "load", unpack)
    with pytest.raises(ValueError, match="too large: .* at most 25 million pixels"):
        read_picture(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"not a picture", encode(paper(), "gif"), encode(paper())[:500],
     encode(paper(), "jpeg")[:900], bytes(5000)],
)
def test_damaged_files_are_refused_with_a_reason(data):
    with pytest.raises(ValueError, match="PNG or JPEG"):
        read_picture(data)


def test_a_shadow_with_a_sharp_edge_is_no_ink():
    y, x = np.mgrid[:280, :280]
    shadowed = paper() * np.where(x + y > 430, 0.6, 1)
    assert is_read(encode(shadowed.astype(np.uint8)))


def test_a_digit_that_touches_the_border_is_read():
    ink = crop_to_ink(to_ink(render(5, fill=0.7)))
    assert is_read(encode((255 * ink).astype(np.uint8)))


def test_empty_paper_has_no_ink():
    with_table = np.full((280, 280), 240, np.uint8)
    with_table[:, :40] = 60  # beside the paper
    for blank in (np.full((200, 300), 240, np.uint8), np.zeros((9, 9), np.uint8), with_table):
        with pytest.raises(ValueError, match="can't find a digit"):
            read_picture(encode(blank))


@pytest.mark.parametrize("seed", range(12))
def test_empty_paper_in_shadow_has_no_ink(seed):
    rng, (y, x) = np.random.default_rng(seed), np.mgrid[:280, :280] / 280
    shade = 235 - rng.uniform(0, 60) * x
    for _ in range(2):
        blot = ((x - rng.uniform()) / 0.3) ** 2 + ((y - rng.uniform()) / 0.2) ** 2 < 1
        shade *= 1 - 0.3 * ndimage.gaussian_filter(blot.astype(float), rng.uniform(8, 30))
    blank = shade + rng.normal(0, 5, shade.shape)
    with pytest.raises(ValueError, match="can't find a digit"):
        read_picture(encode(blank.clip(0, 255).astype(np.uint8), "jpeg", quality=60))
    ink = render(5, fill=0.5, pen=0.03) / 255
    assert read_picture(encode((blank * (1 - 0.3 * ink)).clip(0, 255).astype(np.uint8))).any()
