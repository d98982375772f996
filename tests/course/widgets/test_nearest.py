"""What is near the training images and what isn't, and drawings that are no digits."""

import base64
import zlib

import numpy as np
import pytest
import torch

from mnist_adder_lib import load_pretrained
from mnist_adder_lib.course.lessons import nonsense
from mnist_adder_lib.course.widgets import nearest
from mnist_adder_lib.course.widgets.nearest import COUNT, THRESHOLD
from mnist_adder_lib.course.widgets.network_diagram import weights_as_text


@pytest.fixture(scope="module")
def distances(splits):
    known = splits[0].images[:COUNT], splits[0].digits[:COUNT]
    return lambda images: nearest.distances_to_nearest(load_pretrained(), images, *known)


def test_what_is_no_digit_is_far_from_the_training_images(distances, splits):
    def share(images):
        return (distances(images) > THRESHOLD).double().mean().item()

    assert share(splits[2].images[:500]) < 0.06
    assert share(nonsense.draw_each("digits", 3)[0]) < 0.15
    assert share(nonsense.draw_each("letters", 1)[0]) > 0.6
    random = np.random.default_rng(0)
    for make in (nonsense.scribble, nonsense.signature, nonsense.two_digits, nonsense.full_pad):
        images = torch.from_numpy(np.stack([nonsense.framed(make(random)) for _ in range(20)]))
        assert share(images) > 0.6, make


def test_a_training_image_is_at_no_distance(distances, splits):
    assert distances(splits[0].images[:20]).max() < 0.05  # of roots of rounding errors


def test_the_page_gets_what_was_found_in_a_byte_for_each_number(splits):
    model, images, digits = load_pretrained(), splits[0].images[:60], splits[0].digits[:60]
    known = nearest.known_images(model, images, digits, threshold=3)
    low, step, text = known["found"].values()
    read = low + np.frombuffer(base64.b64decode(text), np.uint8).reshape(60, 32) * np.array(step)
    assert (abs(read - nearest.found_in(model, images).numpy()) <= np.array(step)).all()
    assert known["threshold"] == 3 and known["images"]["digits"][0] == str(digits[0].item())
    weights = base64.b64decode(weights_as_text(model)["numbers"])
    assert known["crc32"] == zlib.crc32(weights)
    one = model.adder[0][0].weight.data
    one[[0, 1]] = one[[1, 0]]  # the sum of all weights stays
    assert nearest.known_images(model, images, digits)["crc32"] != known["crc32"]


def test_ink_in_squares():
    image = torch.zeros(1, 28, 28, dtype=torch.uint8)
    image[0, 4:8, 8:12] = 255
    assert nearest.ink_in_squares(image).nonzero().tolist() == [[0, 7 + 2]]


def test_no_hand_draws_the_same_twice():
    images, names = nonsense.draw_each("shapes", 2)
    assert names[:2] == [names[0]] * 2 and (images[0] != images[1]).any()
    assert (images == nonsense.draw_each("shapes", 2)[0]).all()
    assert images.amax((1, 2)).min() == 255 and images.shape[1:] == (28, 28)
