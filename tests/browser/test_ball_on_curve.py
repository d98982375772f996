"""The ball on the curve, on a page without Python."""

import re

import pytest
import torch

from mnist_adder_course.widgets.ball_on_curve import BallOnCurve


class Page:
    """What can be seen and done on a page with a ball."""

    def __init__(self, page):
        self.page = page

    def path(self):
        return self.page.evaluate("() => window.model.traits.path")

    def text(self, selector):
        return self.page.locator(selector).inner_text()

    def press(self, button, times=1):
        for _ in range(times):
            self.page.click(f".{button}")

    def at(self, w):
        """The position on the page of a place on the axis."""
        box = self.page.locator("svg").bounding_box()
        x = (46 + (w + 0.5) / 7 * 540) / 600
        return box["x"] + x * box["width"], box["y"] + box["height"] / 2

    def ball(self):
        """(w, loss) where the ball is drawn."""
        transform = self.page.locator(".ball").get_attribute("transform")
        x, y = map(float, re.findall(r"[\d.]+", transform))
        return (x - 46) / 540 * 7 - 0.5, (250 - y) / 236 * 49


@pytest.fixture
def ball(show):
    """A function that shows a ball; its arguments are those of BallOnCurve."""
    return lambda media={}, **traits: Page(show(BallOnCurve(**traits), **media))


def by_torch(rate, momentum, steps, start=1.0):
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer, path = torch.optim.SGD([w], lr=rate, momentum=momentum), [start]
    for _ in range(steps):
        optimizer.zero_grad()
        ((2 * w - 6) ** 2).backward()
        optimizer.step()
        path.append(w.item())
    return path


def test_steps_are_those_of_pytorch(ball):
    for rate, momentum in [(0.1, 0), (0.01, 0.9), (0.3, 0), (0.02, 1)]:
        page = ball(rate=rate, momentum=momentum, with_momentum=True)
        page.press("step", 5)
        assert page.path() == pytest.approx(by_torch(rate, momentum, 5)), (rate, momentum)
    page = ball(rate=0.01, momentum=0.9)  # without its slider there is no momentum
    page.press("step", 2)
    assert page.path() == pytest.approx(by_torch(0.01, 0, 2))
    assert not page.page.locator("input.momentum").is_visible()


def test_ball_and_words_follow(ball):
    page = ball(rate=0.1)
    assert page.ball() == pytest.approx((1, 16), abs=0.05)
    assert "loss (2 · 1 − 6)² = 16, slope −16" in page.text(".paper")
    assert "next: w = 1 − 0.1 · (−16) = 2.6" in page.text(".paper")
    page.press("step")
    assert page.ball() == pytest.approx((2.6, 0.64), abs=0.05)
    assert page.text(".story") == "After 1 step w is 2.6, the loss 0.64."
    svg = page.page.locator("svg")
    assert svg.get_attribute("aria-valuetext") == "w 2.6, loss 0.64, slope −3.2"
    page = ball(rate=0.01, momentum=0.9, with_momentum=True)
    page.press("step")
    assert "velocity 0.9 · (−16) + (−14.72) = −29.12" in page.text(".paper")


def test_ten_steps_and_start_again(ball):
    page = ball(rate=0.125)
    page.page.evaluate("""window.heard = [];
        const story = document.querySelector(".story");
        new MutationObserver(() => heard.push(story.ariaLive)).observe(story, {
            childList: true, characterData: true, subtree: true });
    """)
    page.press("ten")
    page.page.wait_for_function("() => window.model.traits.path.length === 11")
    assert page.path() == pytest.approx([1] + [3] * 10)
    assert page.page.evaluate("heard") == ["off"] * 9 + ["polite"]  # by a screen reader
    page.press("again")
    assert page.path() == [1]


def test_it_flies_off_and_can_come_back(ball):
    page = ball(rate=0.3)
    page.press("step", 4)
    assert "left the picture" in page.text(".story") and "w = " in page.page.text_content(".away")
    while page.page.locator(".step").is_enabled():
        page.press("step")
    assert "the ball is gone" in page.text(".story") and len(page.path()) < 30
    page.page.locator("svg").focus()
    page.page.keyboard.press("Enter")  # does nothing any more
    page.press("again")
    assert page.path() == [1] and page.page.locator(".step").is_enabled()


def test_the_rate_can_be_changed_on_the_way(ball):
    page = ball(rate=0.1)
    page.press("step")
    page.page.locator("input.rate").fill("0.125")
    page.press("step")
    assert page.path() == pytest.approx([1, 2.6, 3])
    assert page.page.evaluate("() => window.model.traits.rate") == 0.125
    assert page.page.get_by_label("learning rate").get_attribute("class") == "rate"


def test_it_is_dragged_with_the_mouse_or_a_finger(ball):
    page = ball()
    page.page.mouse.move(*page.at(2))
    page.page.mouse.down()
    page.page.mouse.move(*page.at(5), steps=4)
    page.page.mouse.up()
    assert page.path() == [5]
    page.page.mouse.move(*page.at(0))  # let go
    assert page.path() == [5]
    page.page.touchscreen.tap(*page.at(4))
    assert page.path() == pytest.approx([4], abs=0.051)


def test_keys_move_the_ball_and_stay_inside(ball):
    page = ball(rate=0.1)
    page.page.locator("svg").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Enter", "d"):
        page.page.keyboard.press(key)
    assert page.path() == pytest.approx(by_torch(0.1, 0, 1, start=1.1))
    page.page.keyboard.press("Home")
    assert page.path() == [-0.5]
    assert page.page.evaluate("() => window.outside") == []


def test_the_ball_rolls_unless_motion_is_reduced(ball):
    place = "document.querySelector('.ball').getAttribute('transform')"
    page = ball(rate=0.1)
    page.press("step")
    end = page.page.evaluate(place)
    page = ball({"reduced_motion": "no-preference"}, rate=0.1)
    page.page.evaluate("""window.places = [];
        new MutationObserver(([{ target }]) => places.push(target.getAttribute("transform")))
            .observe(document.querySelector(".ball"), { attributeFilter: ["transform"] });""")
    page.press("step")
    page.page.wait_for_function(f"end => {place} === end", arg=end)
    assert len(set(page.page.evaluate("places"))) > 2
