"""Next to an answer: the nearest training images, the map, and what is refused."""

import pytest
import torch
from matplotlib.colors import to_hex

from mnist_adder_lib import load_non_digit_head, load_pretrained
from mnist_adder_lib.course.lessons.inside_the_network import TEN
from mnist_adder_lib.course.lessons.nonsense import draw_each
from mnist_adder_lib.course.widgets.nearest import head_as_data, known_images
from mnist_adder_lib.course.widgets.network_diagram import NetworkDiagram, weights_as_text
from mnist_adder_lib.shared import HUES, SENTENCES

STRANGE = SENTENCES["strange"]


@pytest.fixture(scope="module")
def few(splits):
    return splits[0].images[:200], splits[0].digits[:200]


def test_the_browser_rejects_what_python_does(show, few, splits):
    model, head = load_pretrained(), load_non_digit_head()
    images = torch.cat([splits[2].images[:3], draw_each("letters", 1)[0][:3]])
    logits = head.score(model, images).tolist()
    head.threshold = sum(sorted(logits)[2:4]) / 2
    page = show(NetworkDiagram(model, images[0], head=head_as_data(model, head),
                               known=known_images(model, *few)))
    page.locator(".middles b").first.wait_for()
    for image, expected in zip(images, logits):
        page.evaluate("pixels => model.set('pixels', pixels)", image.flatten().tolist())
        measured = page.locator(".nearest .measured").inner_text()
        assert float(measured.split(":")[1].split()[0].rstrip(".")) == pytest.approx(
            expected, abs=0.06)  # it shows a digit behind the point
        is_rejected = expected > head.threshold
        assert (page.locator(".answer").inner_text().strip() == STRANGE) == is_rejected
        assert page.locator(".nearest").get_attribute("data-state") == (
            "rejected" if is_rejected else "digit")


def test_without_a_head_nothing_is_rejected(show, few):
    model, letters = load_pretrained(), draw_each("letters", 1)[0]
    page = show(NetworkDiagram(model, letters[0], known=known_images(model, *few)))
    page.locator(".nearest[data-state=digit]").wait_for()
    assert page.locator(".nearest .measured").count() == 0


def test_a_training_image_is_nearest_to_itself(show, few):
    model, (images, digits) = load_pretrained(), few
    page = show(NetworkDiagram(model, images[7], known=known_images(model, *few)), width=390)
    page.locator(".nearest[data-state=digit]").wait_for()
    assert page.locator(".nearest li span").first.inner_text() == str(digits[7].item())
    assert f"{len(images)} training images" in page.locator(".map").get_attribute("aria-label")
    ring = page.locator(".ring").evaluate("(ring) => ring.style.left")
    page.evaluate("pixels => model.set('pixels', pixels)", images[8].flatten().tolist())
    assert page.locator(".ring").evaluate("(ring) => ring.style.left") != ring
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_with_other_weights_nothing_is_rejected_and_the_images_return(show, few):
    model, other, head = load_pretrained(), load_pretrained(), load_non_digit_head()
    head.threshold = -100.0
    with torch.no_grad():
        other.block3[1][0].weight.mul_(1.5)
    page = show(NetworkDiagram(model, few[0][7], head=head_as_data(model, head),
                               known=known_images(model, *few)))
    page.locator(".nearest[data-state=rejected]").wait_for()
    assert page.locator(".answer").inner_text().strip() == STRANGE
    at_once = page.evaluate("""weights => {
        model.set("weights", weights);
        return [".heading", ".answer"].map((name) => document.querySelector(name).textContent);
    }""", weights_as_text(other))
    assert "Once the weights no longer change" in at_once[0] and STRANGE not in at_once[1]
    assert not page.locator(".map").is_visible()
    page.locator(".map").wait_for()
    assert page.locator(".nearest .measured").count() == 0
    page.evaluate("model.set('pixels', Array(784).fill(0))")
    assert "yours" not in page.locator(".map").get_attribute("aria-label")
    page.evaluate("model.set('pixels', Array(784).fill(90))")
    page.evaluate("weights => model.set('weights', weights)", weights_as_text(model))
    page.locator(".nearest[data-state=rejected]").wait_for()


def test_its_hues_are_those_of_the_lessons():
    assert HUES == [to_hex(colour) for colour in TEN]
