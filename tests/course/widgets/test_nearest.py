"""What the page gets to judge an image by, and drawings that are no digits."""

import base64
import io

import numpy as np
import torch
from PIL import Image

from mnist_adder_course.common import drawings
from mnist_adder_course.widgets import nearest
from mnist_adder_course.widgets.image_sheet import image_sheet
from mnist_adder_course.widgets.network_diagram import weights_as_text
from mnist_adder_lib import load_pretrained
from mnist_adder_lib.drawing import Strangeness, load_non_digit_head
from mnist_adder_lib.drawing.rejection import look_at


def test_the_page_gets_what_was_found_in_a_byte_for_each_number(splits):
    """And Python judges by the same numbers."""
    model, images, digits = load_pretrained(), splits[0].images[:60], splits[0].digits[:60]
    strangeness = Strangeness(model, images)
    strangeness.threshold = 3.0
    known = nearest.known_images(strangeness, digits)
    low, step, units, text = known["found"].values()
    read = low + np.frombuffer(base64.b64decode(text), np.uint8).reshape(60, 32) * np.array(step)
    assert abs(read - strangeness.found.numpy()).max() < 1e-5
    assert (abs(read - look_at(model.eval(), images)[0].numpy()) <= np.array(step)).all()
    assert units == strangeness.units.tolist()
    assert known["scale"] == dict(
        distance=strangeness.per_distance, logit=0, threshold=3)
    assert known["head"] is None
    head = load_non_digit_head()
    strangeness = Strangeness(model, images, head, images[:5])
    known = nearest.known_images(strangeness, torch.cat([digits, digits[:5]]))
    assert known["count"] == 60 and len(known["images"]["digits"]) == 65
    assert known["scale"]["logit"] == strangeness.per_logit > 0
    assert known["scale"]["threshold"] == strangeness.threshold
    assert known["head"] == weights_as_text(head)
    assert known["images"]["digits"][0] == str(digits[0].item())


def test_fifty_images_stand_side_by_side(splits):
    images, digits = splits[0].images[:60], splits[0].digits[:60]
    for count, rows in (50, 1), (60, 2):
        url = image_sheet(images[:count], digits[:count])["url"]
        picture = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
        sheet = np.asarray(picture.convert("L")).reshape(rows, 28, 50, 28).swapaxes(1, 2)
        assert (sheet.reshape(-1, 28, 28)[:count] == images[:count].numpy()).all()


def test_no_hand_draws_the_same_twice():
    images, names = drawings.draw_each("shapes", 2)
    assert names[:2] == [names[0]] * 2 and (images[0] != images[1]).any()
    assert (images == drawings.draw_each("shapes", 2)[0]).all()
    assert images.amax((1, 2)).min() == 255 and images.shape[1:] == (28, 28)
