import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchvision.transforms.v2 import functional as reference

from mnist_adder_lib import Augment
from mnist_adder_lib.augment import HIGHEST, move, recolour

STILL = {name: 0 for name in vars(Augment())}


@pytest.fixture(scope="module")
def images(splits):
    return splits[1].images[:64, None].float() / 255


@given(
    height=st.sampled_from([28, 20, 41]),
    width=st.sampled_from([28, 56]),
    angle=st.floats(-30, 30),
    right=st.integers(-4, 4),
    down=st.integers(-4, 4),
    scale=st.floats(0.8, 1.2),
)
def test_move_is_torchvisions_affine(height, width, angle, right, down, scale):
    image = torch.rand(1, 1, height, width, generator=torch.Generator().manual_seed(1))
    image = torch.nn.functional.avg_pool2d(image, 5, 1, 2)  # smooth: rounding matters less
    ours = move(
        image,
        angle=torch.tensor([angle]),
        shift=torch.tensor([[right / width, down / height]]),
        scale=torch.tensor([scale]),
        shear=torch.zeros(1),
    )
    theirs = reference.affine(
        image, angle, [right, down], scale, [0.0, 0.0],
        interpolation=reference.InterpolationMode.BILINEAR,
    )
    assert (ours - theirs).abs().max() < 2e-3


def test_a_quarter_turn_keeps_a_bar_as_long_and_as_wide_in_a_wide_image():
    image, still = torch.zeros(1, 1, 28, 56), torch.zeros(1)
    image[..., 4:24, 26:30] = 1
    turned = move(image, still + 90, torch.zeros(1, 2), still + 1, still)[0, 0] > 0.5
    assert (turned.any(dim=0).sum(), turned.any(dim=1).sum()) == (20, 4)


def test_shear_leans_the_top_to_the_right(images):
    column = torch.zeros(1, 1, 28, 28)
    column[..., 14] = 1
    still = torch.zeros(1)
    leaning = move(column, still, torch.zeros(1, 2), still + 1, shear=still + 20)
    top, bottom = leaning[0, 0, 6].argmax(), leaning[0, 0, 21].argmax()
    assert top > bottom
    assert (top - bottom).item() == pytest.approx(15 * 0.364, abs=1)  # tan 20 degrees


@given(brightness=st.floats(0.5, 1.5), contrast=st.floats(0.5, 1.5))
def test_recolour_is_torchvisions_brightness_then_contrast(brightness, contrast):
    image = torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(2))
    theirs = reference.adjust_contrast(reference.adjust_brightness(image, brightness), contrast)
    ours = recolour(image, torch.tensor([brightness]), torch.tensor([contrast]))
    assert torch.allclose(ours, theirs, atol=1e-5)


def test_contrast_is_about_the_mean_of_each_image():
    dark, bright = torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(2)) / 3
    both = torch.stack([dark, bright + 0.6])
    theirs = torch.stack([reference.adjust_contrast(image, 1.3) for image in both])
    assert torch.allclose(recolour(both, torch.ones(2), torch.full((2,), 1.3)), theirs, atol=1e-5)


def test_each_image_has_parameters_of_its_own(images):
    same = images[:1].repeat(64, 1, 1, 1)
    assert set(HIGHEST) == set(STILL)
    for name, highest in HIGHEST.items():
        changed = Augment(**{**STILL, name: highest / 10})(same)
        assert len(changed.unique(dim=0)) == 64, name


def test_half_ranges_are_reached_and_not_passed():
    square, bar = torch.zeros(300, 1, 28, 28), torch.zeros(300, 1, 28, 28)
    square[..., 9:19, 9:19], bar[..., 13:15, 4:24] = 0.5, 1
    sizes = Augment(**{**STILL, "scale": 0.1})(square).sum((1, 2, 3)).div(50).sqrt()
    lights = Augment(**{**STILL, "brightness": 0.2})(square).amax((1, 2, 3)) / 0.5
    turned = Augment(**{**STILL, "degrees": 20})(bar)[:, 0]
    left, right = (turned[:, :, column] @ torch.arange(28.0) / turned[:, :, column].sum(1)
                   for column in (8, 19))
    slopes = (right - left) / 11 / 0.364  # tan 20 degrees
    for values, middle, most in ((sizes, 1, 0.1), (lights, 1, 0.2), (slopes, 0, 1)):
        assert values.min().item() == pytest.approx(middle - most, abs=most / 6)
        assert values.max().item() == pytest.approx(middle + most, abs=most / 6)


def test_shifts_to_the_right_and_down_are_drawn_apart():
    dots = torch.zeros(300, 1, 28, 28)
    dots[..., 13:15, 13:15] = 0.25
    moved = Augment(**{**STILL, "shift": 0.1})(dots)[:, 0]
    shifts = torch.stack([moved.sum(along) @ torch.arange(28.0) - 13.5 for along in (1, 2)])
    assert (shifts.aminmax(dim=1).max - 2.8).abs().max() < 0.2
    assert (shifts.aminmax(dim=1).min + 2.8).abs().max() < 0.2
    assert torch.corrcoef(shifts)[0, 1].abs() < 0.3


def test_it_keeps_the_range_and_follows_the_seed(images):
    torch.manual_seed(1)
    one = Augment()(images)
    assert one.min() >= 0 and one.max() <= 1 and one.shape == images.shape
    torch.manual_seed(1)
    assert torch.equal(one, Augment()(images))
    assert not torch.equal(one, Augment()(images))


def test_a_seed_gives_the_images_that_stored_results_were_trained_on(images):
    """A new option that draws a random number even at 0 changes every image after it."""
    torch.manual_seed(1)
    assert Augment()(images).sum().item() == pytest.approx(6222.43, abs=1)


def test_the_defaults_are_the_references():
    reference = dict(degrees=20, shift=0.1, scale=0.1, brightness=0.2, contrast=0.2)
    assert Augment() == Augment(**{**STILL, **reference})


@pytest.mark.parametrize("parameters", [
    dict(scale=1), dict(degrees=-20), dict(shear=float("nan")), dict(contrast=20),
])
def test_half_ranges_that_make_no_sense(parameters):
    (name, value), = parameters.items()
    with pytest.raises(ValueError, match=rf"{name} is a half-range from 0 to .*, not {value}"):
        Augment(**parameters)
