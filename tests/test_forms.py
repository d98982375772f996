import math

import numpy as np
import pytest
import torch
from drawn_forms import with_slash, with_upstroke
from hypothesis import given
from hypothesis import strategies as st

from mnist_adder_lib import AdderDataset, Forms, as_input, forms, load_pretrained, normalise
from mnist_adder_lib.forms import add_slash, add_upstroke, draw_line

each_form = pytest.mark.parametrize("digit, form", [(1, add_upstroke), (0, add_slash)])


def of_digit(splits, digit, count=200):
    train = splits[0]
    return train.images[train.digits == digit][:count, None].float() / 255


def test_forms_touch_their_own_digits_alone(splits):
    images, digits = splits[0].images[:500, None].float() / 255, splits[0].digits[:500]
    before = images.clone()
    changed = (Forms(1, 1)(images, digits) != images).any(dim=(1, 2, 3))
    assert torch.equal(changed, torch.isin(digits, torch.tensor([0, 1])))
    assert torch.equal(images, before)
    assert torch.equal(Forms(0, 0)(images, digits), images)


@pytest.mark.parametrize("digit", [0, 1])
def test_three_in_ten_of_the_digits_get_a_form(splits, digit):
    images = of_digit(splits, digit, 2_000)
    digits = torch.full((len(images),), digit)
    changed = (Forms()(images, digits) != images).any(dim=(1, 2, 3)).double().mean()
    assert 0.25 < changed < 0.35  # five standard errors


@each_form
def test_a_form_stays_in_the_image_with_its_ink_in_the_middle(splits, digit, form):
    formed = form(of_digit(splits, digit))
    assert formed.shape == (200, 1, 28, 28) and formed.min() >= 0 and formed.max() <= 1
    places = torch.arange(28.0)
    for across in (2, 3):
        centre = (formed.sum(dim=(1, across)) * places).sum(1) / formed.sum(dim=(1, 2, 3))
        assert (centre - 14).abs().median() < 0.05 and (centre - 14).abs().max() < 1.5


@each_form
def test_blank_images_and_single_pixels_are_no_trouble(digit, form):
    images = torch.zeros(2, 1, 28, 28)
    images[1, 0, 14, 14] = 1
    assert form(images).isfinite().all()
    assert form(images[:0]).shape == (0, 1, 28, 28)


@pytest.fixture
def lines(monkeypatch):
    """The lines that are drawn into images: pairs of a vector (batch, 2) and widths (batch,)."""
    drawn, draw = [], forms.draw_line

    def draw_line(images, start, end, width):
        drawn.append((end - start, width))
        return draw(images, start, end, width)

    monkeypatch.setattr(forms, "draw_line", draw_line)
    return drawn


def bars(width, count=2_000):
    """Upright ones: a bar, 20 pixels high, of this width."""
    image = torch.zeros(1, 1, 28, 28)
    image[..., 4:24, 14 - width // 2 : 14 - width // 2 + width] = 1
    return image.repeat(count, 1, 1, 1)


def assert_spread(values, low, high):
    """All are between these bounds, and they come near to both."""
    assert low - 1e-3 <= values.min() < low + 0.05 * (high - low)
    assert high - 0.05 * (high - low) < values.max() <= high + 1e-3


def test_the_lengths_and_directions_of_upstrokes_and_feet(lines):
    add_upstroke(bars(2))
    (upstroke, _), (foot, _) = lines
    assert_spread(upstroke.norm(dim=1), 4, 17)
    assert (upstroke[:, 0] < 0).all()  # to the left
    assert_spread(torch.rad2deg(torch.atan2(-upstroke[:, 0], upstroke[:, 1])), 20, 70)
    has_foot = foot.norm(dim=1) > 0
    assert has_foot.double().mean().item() == pytest.approx(0.3, abs=0.06)
    assert 5 < foot[has_foot, 0].min() < 6 and 11 < foot[has_foot, 0].max() < 12


@pytest.mark.parametrize("width, thinnest, thickest", [(1, 1.2, 1.2), (3, 2.4, 3), (5, 3.2, 3.2)])
def test_an_upstroke_is_as_wide_as_its_stem_or_a_little_less(lines, width, thinnest, thickest):
    add_upstroke(bars(width))
    for _, drawn in lines:
        assert drawn.min().item() == pytest.approx(thinnest, abs=0.05)
        assert thinnest == 3.2 or drawn.max().item() == pytest.approx(thickest, abs=0.05)
        assert drawn.max() <= 3.2 + 1e-4


def test_an_upstroke_leads_to_the_top_from_the_left(splits):
    ones = of_digit(splits, 1)
    formed = add_upstroke(ones)
    assert (formed.sum(dim=(1, 2, 3)) > ones.sum(dim=(1, 2, 3))).double().mean() > 0.95
    # The ink grew to the left: the rightmost ink is nearer to the middle than the leftmost.
    columns = formed.amax(dim=(1, 2)) > 0.3
    left, right = columns.int().argmax(1), 27 - columns.flip(1).int().argmax(1)
    plain = ones.amax(dim=(1, 2)) > 0.3
    width = 28 - plain.int().argmax(1) - plain.flip(1).int().argmax(1)
    assert (right - left + 1 - width).double().mean() > 2


def test_a_slash_crosses_the_hole_of_a_zero_and_stays_within_the_size_of_a_digit(splits):
    zeros = of_digit(splits, 0)
    slashed = add_slash(zeros)
    hole = slice(12, 17)  # the middle of the image, blank in most zeros
    was_blank = zeros[:, 0, hole, hole].mean(dim=(1, 2)) < 0.1
    assert was_blank.sum() > 50
    assert (slashed[was_blank, 0, hole, hole].amax(dim=(1, 2)) > 0.6).double().mean() > 0.95
    for dim in (1, 2):
        inked = (slashed[:, 0] > 0.5).any(dim=dim)
        size = 28 - inked.int().argmax(1) - inked.flip(1).int().argmax(1)
        assert size.max() <= 21  # MNIST's digits are 20 pixels high or wide, and edges are soft


def test_most_slashes_lean_to_the_right(lines):
    add_slash(bars(9))
    (slash, _), = lines
    leans_right = slash[:, 0] * slash[:, 1] < 0  # up to the right; rows count downwards
    assert leans_right.double().mean().item() == pytest.approx(0.85, abs=0.05)
    steepness = torch.rad2deg(torch.atan2(slash[:, 1].abs(), slash[:, 0].abs()))
    assert_spread(steepness, 15, 90)


@pytest.mark.parametrize("reach", [1.4, 2.2])
def test_a_slash_ends_between_well_inside_the_line_and_its_reach(lines, reach):
    small = torch.zeros(2_000, 1, 28, 28)
    small[..., 10:18, 10:18] = 1  # no slash makes it too large
    add_slash(small, reach)
    (slash, _), = lines
    assert_spread(slash.norm(dim=1) / 7, 0.7, reach)  # the corners of its box are 7 pixels apart


@given(st.floats(3, 24), st.floats(3, 24), st.floats(3, 24), st.floats(3, 24), st.floats(1.5, 4))
def test_a_line_has_its_width_and_its_ends(x0, y0, x1, y1, width):
    start, end = torch.tensor([[x0, y0]]), torch.tensor([[x1, y1]])
    ink = draw_line(torch.zeros(1, 1, 28, 28), start, end, torch.tensor([width]))
    length = (end - start).norm().item()
    area = length * width + math.pi * width**2 / 4
    assert ink.sum().item() == pytest.approx(area, rel=0.15, abs=1)
    turned = draw_line(torch.zeros(1, 1, 28, 28), end, start, torch.tensor([width]))
    assert torch.allclose(ink, turned, atol=1e-4)


def test_a_dataset_gives_its_digits_forms_before_it_augments_them(splits):
    train = splits[0]
    ones = train.digits == 1
    images, digits = train.images[ones][:20], train.digits[ones][:20]
    upstrokes = Forms(upstroke=1)
    dataset = AdderDataset(images, digits, digits, lambda images: images / 2, upstrokes)
    torch.manual_seed(3)
    seen = torch.stack([image for (image, _), _ in dataset[0:20]])
    torch.manual_seed(3)
    assert torch.equal(seen, normalise(upstrokes(images[:, None].float() / 255, digits) / 2))


@pytest.mark.parametrize("digit, draw, least", [(1, with_upstroke, 0.40), (0, with_slash, 0.93)])
def test_the_network_that_ships_reads_lines_from_another_pen(splits, digit, draw, least):
    """The yardstick of the lab notebook; another network that ships should read more of them."""
    random, validation = np.random.default_rng(0), splits[1]
    images = validation.images[validation.digits == digit][:400]
    drawn = as_input(np.stack([draw(image.numpy(), random) for image in images]))
    logits, _ = load_pretrained()(drawn, torch.zeros(len(drawn), dtype=torch.int64))
    assert (logits.argmax(1) == digit).double().mean() > least
