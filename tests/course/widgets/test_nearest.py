"""What the page gets to judge an image by, and drawings that are no digits."""

import base64
import zlib

import numpy as np

from mnist_adder_lib import NonDigitHead, load_pretrained
from mnist_adder_lib.course.lessons import nonsense
from mnist_adder_lib.course.widgets import nearest
from mnist_adder_lib.course.widgets.network_diagram import weights_as_text
from mnist_adder_lib.rejection import embed


def test_the_page_gets_embeddings_in_a_byte_for_each_number(splits):
    model, images, digits = load_pretrained(), splits[0].images[:60], splits[0].digits[:60]
    known = nearest.known_images(model, images, digits)
    step, text = known["embeddings"].values()
    read = np.frombuffer(base64.b64decode(text), np.uint8).reshape(60, 20) * np.array(step)
    assert (abs(read - embed(model, images).numpy()) <= np.array(step)).all()
    assert known["images"]["digits"][0] == str(digits[0].item())


def test_the_page_knows_for_which_weights_a_head_and_embeddings_are(splits):
    model, head = load_pretrained(), NonDigitHead(threshold=2.5)
    images, digits = splits[0].images[:60], splits[0].digits[:60]
    data = nearest.head_as_data(model, head)
    assert data["threshold"] == 2.5
    assert list(data["weights"]["shapes"]) == list(head.state_dict())
    crc32 = zlib.crc32(base64.b64decode(weights_as_text(model)["numbers"]))
    assert data["crc32"] == crc32 == nearest.known_images(model, images, digits)["crc32"]
    one = model.adder[0][0].weight.data
    one[[0, 1]] = one[[1, 0]]  # the sum of all weights stays
    assert nearest.head_as_data(model, head)["crc32"] != crc32


def test_no_hand_draws_the_same_twice():
    images, names = nonsense.draw_each("shapes", 2)
    assert names[:2] == [names[0]] * 2 and (images[0] != images[1]).any()
    assert (images == nonsense.draw_each("shapes", 2)[0]).all()
    assert images.amax((1, 2)).min() == 255 and images.shape[1:] == (28, 28)
