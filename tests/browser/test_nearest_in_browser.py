"""Next to an answer on the page: the nearest training images, and what is rejected."""

import torch

from mnist_adder_course.material.drawings import draw_each
from mnist_adder_course.widgets.nearest import known_images
from mnist_adder_course.widgets.network_diagram import to_base64
from mnist_adder_lib import load_pretrained
from mnist_adder_lib.drawing import Strangeness, load_non_digit_head, slashed_zeros
from mnist_adder_lib.shared import SENTENCES


def test_the_page_rejects_what_python_does_and_shows_what_is_nearest(open_page_with, splits):
    images, digits = splits[0].images[:200], splits[0].digits[:200]
    slashed = slashed_zeros(images[digits == 0])
    strangeness = Strangeness(load_pretrained(), images, load_non_digit_head(), slashed)
    letters = draw_each("letters", 1)[0][:3]
    shown = torch.cat([images[7:8], slashed[-1:], splits[2].images[:3], letters])
    strange = strangeness(shown)
    strangeness.threshold = strange.sort().values[4:6].mean().item()
    known = known_images(strangeness, torch.cat([digits, digits.new_zeros(len(slashed))]))
    samples = [dict(pixels=to_base64(image.numpy()), about=f"Image {place}.")
               for place, image in enumerate(shown)]
    page = open_page_with(known=known, images=known.pop("images"), samples=samples)
    nearest, note = page.locator("#diagram .nearest"), page.locator("#diagram .note")
    page.locator("#diagram .nearest[data-state=near], .nearest[data-state=far]").wait_for()
    seen = {}
    for _ in samples:
        before = note.inner_text()
        page.click("#diagram .sample")
        page.wait_for_function(
            "before => document.querySelector('#diagram .note').innerText !== before", arg=before)
        place = int(note.inner_text().partition("Image ")[2].partition(".")[0])
        is_far = nearest.get_attribute("data-state") == "far"
        said = page.locator("#diagram .answer").inner_text().strip()
        assert is_far == (said == SENTENCES["rejected"])
        seen[place] = is_far, nearest.locator("li span").first.inner_text()
    assert [seen[place][0] for place in range(len(shown))] == (
        strange > strangeness.threshold).tolist()
    assert seen[0][1] == str(digits[7].item()) and seen[1][1] == "0"
    assert "200 training images, zeros also with a slash" in nearest.inner_text()


def test_the_known_images_wait_while_a_pointer_is_down(open_page_with):
    page = open_page_with()
    page.add_init_script("""addEventListener("DOMContentLoaded", () =>
        dispatchEvent(new PointerEvent("pointerdown")))""")
    page.reload()
    page.locator("#diagram .answer").filter(has_text="7 + 5 = 12").wait_for()
    page.wait_for_timeout(500)  # in which they are read otherwise
    assert page.locator("#diagram .nearest").get_attribute("data-state") == "waiting"
    page.evaluate("dispatchEvent(new PointerEvent('pointerup'))")
    page.locator("#diagram .nearest[data-state=near]").wait_for(state="attached")
