import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchvision.transforms.v2 import functional as reference

from mnist_adder_lib import Augment
from mnist_adder_lib.augment import move, recolour

STILL = {name: 0 for name in vars(Augment())}


@pytest.fixture(scope="module")
def images(splits):
    return splits[1].images[:64, None].float() / 255


def test_no_range_no_change(images):
    assert torch.allclose(Augment(**STILL)(images), images, atol=1e-5)


@given(
    angle=st.floats(-30, 30),
    right=st.integers(-4, 4),
    down=st.integers(-4, 4),
    scale=st.floats(0.8, 1.2),
)
def test_move_is_torchvisions_affine(angle, right, down, scale):
    image = torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(1))
    image = torch.nn.functional.avg_pool2d(image, 5, 1, 2)  # smooth: rounding matters less
    ours = move(
        image,
        angle=torch.tensor([angle]),
        shift=torch.tensor([[right / 28, down / 28]]),
        scale=torch.tensor([scale]),
        shear=torch.zeros(1),
    )
    theirs = reference.affine(
        image, angle, [right, down], scale, [0.0, 0.0],
        interpolation=reference.InterpolationMode.BILINEAR,
    )
    assert (ours - theirs).abs().max() < 2e-3


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


def test_each_image_has_parameters_of_its_own(images):
    same = images[:1].repeat(64, 1, 1, 1)
    ranges = dict(degrees=20, shift=0.1, scale=0.1, shear=10, brightness=0.2, contrast=0.2)
    assert set(ranges) == set(STILL)
    for name, half_range in ranges.items():
        changed = Augment(**{**STILL, name: half_range})(same)
        assert len(changed.unique(dim=0)) == 64, name


def test_it_keeps_the_range_and_follows_the_seed(images):
    torch.manual_seed(1)
    one = Augment()(images)
    assert one.min() >= 0 and one.max() <= 1 and one.shape == images.shape
    torch.manual_seed(1)
    assert torch.equal(one, Augment()(images))
    assert not torch.equal(one, Augment()(images))


def test_the_defaults_are_the_references():
    reference = dict(degrees=20, shift=0.1, scale=0.1, brightness=0.2, contrast=0.2)
    assert Augment() == Augment(**{**STILL, **reference})
    spread = Augment(**{**STILL, "shift": 0.1})(torch.ones(2000, 1, 28, 28))
    # Shifts are uniform up to 2.8 pixels either way: up to 3 columns or rows turn black.
    black_columns = (spread.amax(dim=(1, 2)) < 0.5).sum(dim=1)
    assert black_columns.max() in (2, 3) and black_columns.min() == 0


@pytest.mark.parametrize("name", ["brightness", "contrast"])
def test_either_colour_is_changed_alone(first, name):
    none = dict(degrees=0, shift=0, scale=0, shear=0, brightness=0, contrast=0)
    images = first(20).images[:, None] / 255
    assert torch.allclose(Augment(**none)(images), images, atol=1e-5)
    assert (Augment(**dict(none, **{name: 0.2}))(images) - images).abs().amax((1, 2, 3)).min() > 0


@pytest.mark.parametrize("parameters", [
    dict(scale=1.5), dict(scale=1), dict(degrees=-20), dict(degrees=float("nan")),
    dict(shift=2.8), dict(shear=90), dict(brightness=-0.1), dict(contrast=20),
])
def test_half_ranges_that_make_no_sense(parameters):
    (name, value), = parameters.items()
    with pytest.raises(ValueError, match=rf"{name} is a half-range from 0 to .*, not {value}"):
        Augment(**parameters)
