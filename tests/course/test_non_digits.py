"""Non-digits, and the training of the head that rejects them."""

import numpy as np
import pytest
import torch

from mnist_adder_course.common import head_training, non_digits
from mnist_adder_course.common.head_training import head_examples, train_non_digit_head
from mnist_adder_course.common.non_digits import make_non_digits
from mnist_adder_lib import load_pretrained
from mnist_adder_lib.drawing.rejection import to_uint8_images
from mnist_adder_lib.forms import centre


@pytest.fixture(scope="module")
def small(splits):
    """Some digits, and as many images that are none."""
    return head_examples(splits[0].images, splits[0].digits, count=2000)


def test_training_a_head(splits, small):
    model, before = load_pretrained(), torch.random.get_rng_state()
    weights = [value.clone() for value in model.state_dict().values()]
    heads = [train_non_digit_head(model, *small, seed, epochs=3) for seed in (0, 0, 1)]
    assert all(map(torch.equal, weights, model.state_dict().values()))
    assert torch.equal(before, torch.random.get_rng_state())
    one, again, other = (head.score(model, splits[1].images[:1000]) for head in heads)
    assert torch.allclose(one, again, atol=1e-4) and not torch.allclose(one, other, atol=0.1)
    of_digits, of_none = (heads[0].score(model, images).mean() for images in small)
    assert of_none > of_digits + 1
    assert not heads[0].training


def test_head_examples_are_digits_and_non_digits(splits, small):
    assert [each.shape for each in small] == [(4000, 28, 28), (4500, 28, 28)]
    assert all(each.dtype == torch.uint8 for each in small)
    again = head_examples(splits[0].images, splits[0].digits, count=2000)
    assert all(map(torch.equal, small, again))


@pytest.mark.parametrize("kind, more", [("rings", 1500), ("stems", 1000), ("turned", 0)])
def test_a_kind_is_left_out_everywhere(monkeypatch, splits, small, kind, more):
    """Here all images of this kind are white, and no others are."""
    train, white = splits[0], torch.ones(1, 1, 28, 28)
    room = non_digits.FROM_DIGITS if kind == "turned" else non_digits.FROM_STROKES
    make = room[kind]
    monkeypatch.setitem(room, kind, lambda *given: make(*given) * 0 + white)
    digits, every = head_examples(train.images, train.digits, count=2000)
    same_digits, others = head_examples(train.images, train.digits, count=2000, without=[kind])
    is_white = (every == 255).all(2).all(1)
    assert more + 100 < is_white.sum() < more + 200  # a thirteenth of 2,000 is mixed in
    assert torch.equal(others, every[~is_white])
    assert torch.equal(same_digits, digits)


def test_what_is_left_out_must_be_a_kind(splits):
    with pytest.raises(ValueError, match="no kind faces: the kinds are halves, overlaid"):
        head_examples(splits[0].images, splits[0].digits, count=20, without=["faces"])


def test_each_image_gets_the_forms_of_its_own_digit(monkeypatch):
    """Here an image is as bright as its label says."""
    digits = torch.arange(10).repeat(20)
    images = (20 * digits).to(torch.uint8).view(-1, 1, 1).expand(-1, 28, 28)
    given = []
    monkeypatch.setattr(head_training, "UPSTROKES", lambda *both: given.append(both) or both[0])
    head_examples(images, digits, count=50)
    (formed, labels), = given
    assert torch.equal((formed.amax((1, 2, 3)) * 255 / 20).round().long(), labels)
    assert len(labels.unique()) > 5


def test_what_is_a_digit_upside_down_is_left_out(splits):
    """0, 1 and 8 stay what they are, 2 and 5 nearly, and 6 and 9 become each other."""
    digits = torch.arange(10)
    images = torch.stack([splits[0].images[splits[0].digits == digit][0] for digit in digits])
    made = to_uint8_images(non_digits.turned(images, digits, 600))
    for turns, expected in [(1, non_digits.TURNED), (2, [3, 4, 7]), (3, non_digits.TURNED)]:
        turned = to_uint8_images(centre(images[:, None].rot90(turns, (2, 3)) / 255))
        found = [int(digit) for digit in digits if (made == turned[digit]).all(2).all(1).any()]
        assert found == expected, turns


def test_digits_are_mirrored_left_to_right(splits):
    """Top to bottom, a 3 stays a 3, and the head would learn that digits are none."""
    digits = torch.arange(10)
    images = torch.stack([splits[0].images[splits[0].digits == digit][0] for digit in digits])
    made = to_uint8_images(non_digits.mirrored(images, digits, 300))
    of_each = to_uint8_images(centre(images[:, None].flip(3) / 255))
    found = [int(digit) for digit in digits if (made == of_each[digit]).all(2).all(1).any()]
    assert found == non_digits.MIRRORED
    assert all((image == of_each).all(2).all(1).any() for image in made)


@pytest.mark.parametrize("count", [1, 13, 100])
def test_as_many_non_digits_as_wanted(splits, count):
    made = make_non_digits(splits[0].images[:500], splits[0].digits[:500], count)
    assert made.shape == (count, 28, 28) and made.dtype == torch.uint8


@pytest.mark.parametrize("name", non_digits.KINDS)
def test_all_kinds_are_framed_as_mnist_is(splits, name):
    torch.manual_seed(0)
    make, train = getattr(non_digits, name), splits[0]
    given = (train.images[:2000], train.digits[:2000]) if name in non_digits.FROM_DIGITS else ()
    images = make(*given, 200)
    assert images.shape == (200, 1, 28, 28) and 0 <= images.min() and images.max() <= 1.001
    ink, axis = images[:, 0], torch.arange(28.0)
    rows, columns = (ink.sum(along) @ axis / ink.sum((1, 2)) for along in (2, 1))
    assert (rows - 14).abs().max() < 0.6 and (columns - 14).abs().max() < 0.6
    longer = [int(np.ptp((image > 0.3).nonzero().numpy(), axis=0).max()) + 1 for image in ink]
    assert 17 <= np.median(longer) <= 21


def test_a_1_is_never_laid_over_a_0(splits):
    """It would be a slashed zero, which is a digit."""
    assert not {0, 1} <= set(non_digits.WIDE) and not {0, 7} <= set(non_digits.WIDE)


def test_a_choice_from_parts_repeats_nothing_and_takes_from_each():
    parts = [torch.arange(50), torch.arange(50, 100)]
    torch.manual_seed(0)
    chosen = non_digits.some_of(50, parts)
    assert chosen.shape == (50,) and len(chosen.unique()) == 50
    assert 10 < (chosen < 50).sum() < 40
    numbers = non_digits.uniform(1000, 3, 5)
    assert numbers.shape == (1000,) and 3 <= numbers.min() < 3.1 and 4.9 < numbers.max() <= 5
