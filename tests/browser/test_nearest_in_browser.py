"""Next to an answer on the page: the nearest training images, and what is rejected."""

import torch
from lab import DIGITS, draw

from mnist_adder_course.widgets.nearest import known_images
from mnist_adder_lib import load_pretrained
from mnist_adder_lib.drawing import Strangeness, load_non_digit_head, slashed_zeros
from mnist_adder_lib.drawing.strokes import frame_strokes
from mnist_adder_lib.shared import SENTENCES

W = [[(0.2, 0.2), (0.35, 0.8), (0.5, 0.3), (0.65, 0.8), (0.8, 0.2)]]
HOUSE = [[(0.25, 0.8), (0.25, 0.45), (0.5, 0.2), (0.75, 0.45), (0.75, 0.8), (0.25, 0.8)]]
SLASHED = [[(0.5, 0.2), (0.32, 0.32), (0.26, 0.5), (0.32, 0.68), (0.5, 0.8), (0.68, 0.68),
            (0.74, 0.5), (0.68, 0.32), (0.5, 0.2)], [(0.7, 0.2), (0.3, 0.8)]]
DRAWN = [DIGITS[3], DIGITS[7], SLASHED, W, HOUSE]


def test_the_page_rejects_what_python_does_and_shows_what_is_nearest(open_page_with, splits):
    images, digits = splits[0].images[:200], splits[0].digits[:200]
    slashed = slashed_zeros(images[digits == 0])
    strangeness = Strangeness(load_pretrained(), images, load_non_digit_head(), slashed)
    strange = strangeness(torch.stack([torch.from_numpy(frame_strokes(one)) for one in DRAWN]))
    strangeness.threshold = strange.sort().values[2:4].mean().item()
    known = known_images(strangeness, torch.cat([digits, digits.new_zeros(len(slashed))]))
    page = open_page_with(known=known, images=known.pop("images"))
    nearest, labels = page.locator("#diagram .nearest"), []
    for strokes, is_strange in zip(DRAWN, (strange > strangeness.threshold).tolist()):
        page.click("#diagram .clear")
        draw(page, strokes)
        state = "rejected" if is_strange else "accepted"
        page.locator(f"#diagram .nearest[data-state={state}]").wait_for()
        said = page.locator("#diagram .answer").inner_text().strip()
        assert is_strange == (said == SENTENCES["rejected"])
        labels.append(nearest.locator("li span").first.inner_text())
    assert labels[:3] == ["3", "7", "0"]
    assert "images I know that are most like it" in nearest.inner_text()


def test_the_known_images_wait_while_a_pointer_is_down(open_page_with):
    page = open_page_with()
    page.add_init_script("""addEventListener("DOMContentLoaded", () =>
        dispatchEvent(new PointerEvent("pointerdown")))""")
    page.reload()
    page.locator("#diagram .answer").filter(has_text="7 + 5 = 12").wait_for()
    page.wait_for_timeout(500)  # in which they are read otherwise
    assert page.locator("#diagram .nearest").get_attribute("data-state") == "waiting"
    page.evaluate("dispatchEvent(new PointerEvent('pointerup'))")
    page.locator("#diagram .nearest[data-state=accepted]").wait_for(state="attached")
