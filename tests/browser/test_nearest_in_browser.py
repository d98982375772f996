"""Next to an answer: the nearest training images, the map, and what is rejected."""

import pytest
import torch

from mnist_adder_course.material.drawings import draw_each
from mnist_adder_course.widgets.nearest import known_images
from mnist_adder_course.widgets.network_diagram import NetworkDiagram, weights_as_text
from mnist_adder_lib import load_pretrained
from mnist_adder_lib.drawing import Strangeness, load_non_digit_head, slashed_zeros
from mnist_adder_lib.shared import SENTENCES

STRANGE = SENTENCES["rejected"]


@pytest.fixture(scope="module")
def few(splits):
    return splits[0].images[:200], splits[0].digits[:200]


def wait_for_itself(page):
    page.locator(".nearest[data-state=near]").wait_for()


def test_the_browser_rejects_what_python_does(show, few, splits):
    model, head = load_pretrained(), load_non_digit_head()
    images = torch.cat([splits[2].images[:3], draw_each("letters", 1)[0][:3]])
    strangeness = Strangeness(model, few[0], head)
    strange = strangeness(images).tolist()
    strangeness.threshold = limit = sum(sorted(strange)[2:4]) / 2
    page = show(NetworkDiagram(model, images[0], known=known_images(strangeness, few[1])))
    page.locator(".middles b").first.wait_for()
    for image, expected in zip(images, strange):
        page.evaluate("pixels => model.set('pixels', pixels)", image.flatten().tolist())
        assert (page.locator(".answer").inner_text().strip() == STRANGE) == (expected > limit)
        assert page.locator(".nearest").get_attribute("data-state") == (
            "far" if expected > limit else "near")


def test_a_training_image_is_nearest_to_itself(show, few):
    model, (images, digits) = load_pretrained(), few
    known = known_images(Strangeness(model, images), digits)
    page = show(NetworkDiagram(model, images[7], known=known), width=390)
    wait_for_itself(page)
    assert page.locator(".nearest li span").first.inner_text() == str(digits[7].item())
    assert f"{len(images)} training images" in page.locator(".map").get_attribute("aria-label")
    ring = page.locator(".ring").evaluate("(ring) => ring.style.left")
    page.evaluate("pixels => model.set('pixels', pixels)", images[8].flatten().tolist())
    assert page.locator(".ring").evaluate("(ring) => ring.style.left") != ring
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_zero_with_a_slash_is_shown_as_what_is_nearest(show, few):
    model, (images, digits) = load_pretrained(), few
    slashed = slashed_zeros(images[digits == 0])
    digits = torch.cat([digits, digits.new_zeros(len(slashed))])
    known = known_images(Strangeness(model, images, forms=slashed), digits)
    page = show(NetworkDiagram(model, slashed[-1], known=known))
    wait_for_itself(page)
    assert page.locator(".nearest li span").first.inner_text() == "0"
    assert "200 training images, zeros also with a slash" in page.locator(".nearest").inner_text()
    assert "A map of 200 training" in page.locator(".map").get_attribute("aria-label")


def test_other_weights_are_learned_anew(show, few):
    model, other = load_pretrained(), load_pretrained()
    with torch.no_grad():
        other.block3[1][0].weight.mul_(1.5)
    strangeness = Strangeness(model, few[0])
    strangeness.threshold = -9.0
    page = show(NetworkDiagram(model, few[0][7], known=known_images(strangeness, few[1])))
    far, near = (page.locator(f".nearest[data-state={one}]") for one in ("far", "near"))
    far.wait_for()  # below -9 is nothing
    page.evaluate("model.set('pixels', Array(784).fill(90))")
    at_once = page.evaluate("""weights => {
        model.set("weights", weights);
        return ["figcaption", ".answer"].map((name) => document.querySelector(name).textContent);
    }""", weights_as_text(other))
    assert "ink alone" in at_once[0] and STRANGE in at_once[1]
    assert not page.locator(".map").is_visible()
    page.locator(".map").wait_for()
    page.evaluate("model.set('pixels', Array(784).fill(0))")
    assert "yours" not in page.locator(".map").get_attribute("aria-label")
    page.evaluate("pixels => model.set('pixels', pixels)", few[0][7].flatten().tolist())
    near.wait_for()  # these weights have a threshold of their own
    page.evaluate("weights => model.set('weights', weights)", weights_as_text(model))
    far.wait_for()
