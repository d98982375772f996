"""How strange an image is to a network, and what is rejected."""

import math

import numpy as np
import pytest
import torch

from mnist_adder_course.common import drawings
from mnist_adder_lib import IdentityAdderModel, load_pretrained
from mnist_adder_lib.drawing import Strangeness, load_non_digit_head, slashed_zeros
from mnist_adder_lib.drawing.strangeness import ink_in_squares, spreads
from mnist_adder_lib.forms import add_slash


@pytest.fixture(scope="module")
def shipped(splits):
    known, digits = splits[0].images[:3000], splits[0].digits[:3000]
    return Strangeness(load_pretrained(), known, load_non_digit_head(),
                       slashed_zeros(known[digits == 0]))


def test_digits_are_answered_and_non_digits_are_rejected(shipped, splits):
    def share(images):
        return shipped.rejects(images).double().mean().item()

    assert share(splits[2].images[:500]) < 0.05
    assert share(drawings.draw_each("digits", 3)[0]) < 0.15
    assert share(drawings.draw_each("letters", 1)[0]) > 0.6
    random = np.random.default_rng(0)
    for make in (drawings.scribble, drawings.signature, drawings.two_digits, drawings.full_pad):
        images = torch.from_numpy(np.stack([drawings.framed(make(random)) for _ in range(20)]))
        assert share(images) > 0.6, make


def test_the_threshold_rejects_a_small_fraction_of_the_known_images(splits):
    """Each compared with all others, which is what a network does with an image left out."""
    known = splits[0].images[:200]
    limited = Strangeness(load_pretrained(), known, load_non_digit_head())
    distances = torch.cdist(limited.points, limited.points).fill_diagonal_(torch.inf).amin(1)
    logits = limited.measure(known)[1]
    scores = limited.score(distances, logits)
    assert (scores > limited.threshold).sum() == 3  # 1.5%
    assert [(scores < usual).sum() for usual in limited.usual] == [10, 190]  # 90% in between
    assert (limited.per_distance * distances).std() == pytest.approx(1, rel=1e-4)
    assert (limited.per_logit * logits).std() == pytest.approx(1, rel=1e-4)


def test_close_is_just_below_the_threshold_and_only_with_a_head(shipped, splits):
    for below, expected in ((-0.01, False), (0, True), (0.4, True), (0.6, False)):
        assert shipped.is_close(shipped.threshold - below) is expected
    alone = Strangeness(load_pretrained(), splits[0].images[:40])
    assert not alone.is_close(alone.threshold)


def test_without_a_head_the_distance_judges_alone(splits):
    model, images = load_pretrained(), splits[2].images[:20]
    alone = Strangeness(model, splits[0].images[:40])
    distances, logits = alone.measure(images)
    assert not logits.any()
    expected = alone.per_distance * distances
    assert torch.equal(alone(images), expected)
    head = load_non_digit_head()
    joined = Strangeness(model, splits[0].images[:40], head)
    added = joined.per_logit * head.score(model, images)
    assert torch.allclose(joined(images), expected + added, atol=1e-4)


def test_faces_are_rejected(shipped):
    assert shipped.rejects(drawings.faces()).sum() > 2


def test_zeros_with_other_slashes_are_rejected_less_often_if_some_are_known(shipped, splits):
    plain = Strangeness(shipped.model, splits[0].images[:3000], shipped.head)
    zeros = splits[1].images[splits[1].digits == 0][:500]
    torch.manual_seed(5)
    slashed = (255 * add_slash(zeros[:, None] / 255)[:, 0]).round().to(torch.uint8)
    assert shipped.rejects(slashed).sum() < 0.5 * plain.rejects(slashed).sum()


def test_forms_are_near_but_say_nothing_about_what_is_usual(splits):
    model, head = load_pretrained(), load_non_digit_head()
    known, strange = splits[0].images[:100], drawings.draw_each("letters", 1)[0][:30]
    plain, formed = (Strangeness(model, known, head, forms) for forms in (None, strange))
    assert torch.equal(formed.known, torch.cat([known, strange]))
    assert torch.allclose(formed.units, plain.units, rtol=0.01)  # each rounded in its own steps
    for name in ("per_distance", "per_logit", "threshold"):
        assert getattr(formed, name) == pytest.approx(getattr(plain, name), rel=0.1)
    assert formed.measure(strange)[0].max() < 0.1 < plain.measure(strange)[0].min()
    # Half of these have a double among the forms, at no distance: the distances vary more.
    assert Strangeness(model, known, head, known[:50]).per_distance < 0.9 * plain.per_distance


def test_each_zero_gets_four_slashes_of_which_two_are_short_and_bright(splits):
    zeros = splits[0].images[splits[0].digits == 0][:100]
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    slashed = slashed_zeros(zeros)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert slashed.shape == (400, 28, 28) and slashed.dtype == torch.uint8
    assert torch.equal(slashed, slashed_zeros(zeros))
    assert ((slashed != zeros.repeat(4, 1, 1)).sum((1, 2)) > 5).all()
    assert all((slashed[:100] != slashed[n : n + 100]).any((1, 2)).all() for n in (100, 200, 300))
    usual, near = (slashed > 0).double().mean((1, 2)).split(200)
    assert near.mean() > 1.1 * usual.mean()  # a zero with a long slash has to be smaller
    white, bright = (slashed == 255).double().sum((1, 2)).split(200)
    assert (bright / near).mean() > 10 * (white / usual).mean()


def test_a_known_image_is_at_no_distance(shipped, splits):
    half_a_step = (shipped.step / shipped.units).norm() / 2  # to which known images are rounded
    assert shipped.measure(splits[0].images[:20])[0].max() < half_a_step


def test_how_strange_an_image_is_depends_on_no_other_image(shipped, splits):
    images = splits[2].images[:30]
    assert (shipped(images)[7] - shipped(images[7:8])).abs() < 1e-3


def test_a_threshold_can_be_set(shipped, splits):
    images, usual = splits[2].images[:50], shipped.threshold
    shipped.threshold = shipped(images).median().item()
    assert 20 <= shipped.rejects(images).sum() <= 25
    shipped.threshold = usual


def test_a_network_that_knows_nothing_yet_can_be_asked_too(splits):
    limited = Strangeness(IdentityAdderModel(), splits[0].images[:40])
    assert limited(splits[0].images[40:60]).isfinite().all() and math.isfinite(limited.threshold)


def test_what_the_model_learns_later_is_not_taken_into_account(splits):
    model = load_pretrained()
    limited, images = Strangeness(model, splits[0].images[:40]), splits[0].images[40:50]
    before = limited(images)
    model.block3[1][0].weight.data.mul_(2)
    assert (limited(images) == before).all()


@pytest.mark.parametrize("known", [
    torch.zeros(19, 28, 28, dtype=torch.uint8), torch.zeros(30, 28, 28),
    torch.zeros(30, 1, 28, 28, dtype=torch.uint8)])  # fmt: skip
def test_known_images_that_do_not_fit(known):
    with pytest.raises(ValueError, match="images"):
        Strangeness(load_pretrained(), known)


def test_a_model_of_another_kind():
    with pytest.raises(TypeError, match="IdentityAdderModel, not Linear"):
        Strangeness(torch.nn.Linear(1, 1), torch.zeros(30, 28, 28, dtype=torch.uint8))


def test_images_that_do_not_fit(shipped):
    with pytest.raises(ValueError, match="uint8"):
        shipped(torch.zeros(3, 28, 28))
    with pytest.raises(ValueError, match="at least one"):
        shipped(torch.zeros(0, 28, 28, dtype=torch.uint8))


def test_ink_in_squares():
    image = torch.zeros(1, 28, 28, dtype=torch.uint8)
    image[0, 4:8, 8:12] = 255
    assert ink_in_squares(image).nonzero().tolist() == [[0, 7 + 2]]
    assert ink_in_squares(image).sum() == 4


def test_spreads_are_within_digits_and_never_0():
    found = torch.tensor([[1.0, 5.0], [3.0, 5.0], [7.0, 5.0], [9.0, 5.0]])
    assert torch.allclose(spreads(found, torch.tensor([2, 2, 5, 5])), torch.tensor([1.0, 0.022]),
                          atol=1e-3)
