"""The ball on the curve, on a page without Python and in a real JupyterLab."""

import re

import pytest
import torch

pytest.importorskip("playwright", reason="playwright is not installed")
pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")

from lab import CHROMIUM, Lab, lab_server, render_alone, write_notebook

from mnist_adder_lib.course.ball_on_curve import BallOnCurve

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium or Chrome found")

TRAITS = ("start", "rate", "momentum", "with_momentum", "path")


class Page:
    """A page with a ball and no kernel."""

    def __init__(self, browser, ball, **options):
        self.errors = []
        options = {"viewport": {"width": 800, "height": 700}, "reduced_motion": "reduce", **options}
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(error.message))
        render_alone(self.page, ball, *TRAITS)

    def path(self):
        return self.page.evaluate("() => window.model.traits.path")

    def text(self, selector):
        return self.page.locator(selector).inner_text()

    def press(self, button, times=1):
        for _ in range(times):
            self.page.click(f".{button}")

    def slide(self, slider, value):
        self.page.locator(f"input.{slider}").fill(str(value))

    def at(self, w):
        """The position on the page of a place on the axis."""
        box = self.page.locator("svg").bounding_box()
        x = (46 + (w + 0.5) / 7 * 540) / 600
        return box["x"] + x * box["width"], box["y"] + box["height"] / 2

    def ball(self):
        """(w, loss) where the ball is drawn."""
        said = self.page.locator(".ball").get_attribute("transform")
        x, y = map(float, re.findall(r"[\d.]+", said))
        return (x - 46) / 540 * 7 - 0.5, (250 - y) / 236 * 49


@pytest.fixture
def show(browser):
    """A function that opens a page; its arguments are those of BallOnCurve. No errors after."""
    pages = []

    def show(options=None, **traits):
        ball = BallOnCurve(**traits)
        pages.append(Page(browser, ball, **(options or {})))
        return pages[-1]

    yield show
    for page in pages:
        assert page.errors == []
        page.context.close()


def by_torch(rate, momentum, steps, start=1.0):
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer, path = torch.optim.SGD([w], lr=rate, momentum=momentum), [start]
    for _ in range(steps):
        optimizer.zero_grad()
        ((2 * w - 6) ** 2).backward()
        optimizer.step()
        path.append(w.item())
    return path


@pytest.mark.parametrize("rate, momentum", [(0.1, 0), (0.01, 0.9), (0.3, 0), (0.02, 1)])
def test_steps_are_those_of_pytorch(show, rate, momentum):
    page = show(rate=rate, momentum=momentum, with_momentum=True)
    page.press("step", 5)
    assert page.path() == pytest.approx(by_torch(rate, momentum, 5))


def test_without_the_slider_there_is_no_momentum(show):
    page = show(rate=0.01, momentum=0.9)
    page.press("step", 2)
    assert page.path() == pytest.approx(by_torch(0.01, 0, 2))
    assert not page.page.locator("input.momentum").is_visible()


def test_ball_and_words_follow(show):
    page = show(rate=0.1)
    assert page.ball() == pytest.approx((1, 16), abs=0.05)
    assert "loss (2 · 1 − 6)² = 16, slope −16" in page.text(".paper")
    assert "next: w = 1 − 0.1 · (−16) = 2.6" in page.text(".paper")
    page.press("step")
    assert page.ball() == pytest.approx((2.6, 0.64), abs=0.05)
    assert page.text(".story") == "After 1 step w is 2.6, the loss 0.64."
    svg = page.page.locator("svg")
    assert svg.get_attribute("aria-valuetext") == "w 2.6, loss 0.64, slope −3.2"


def test_velocity_is_written_down(show):
    page = show(rate=0.01, momentum=0.9, with_momentum=True)
    page.press("step")
    assert "velocity 0.9 · (−16) + (−14.72) = −29.12" in page.text(".paper")


def test_ten_steps_and_start_again(show):
    page = show(rate=0.125)
    page.page.evaluate("""window.heard = [];
        const story = document.querySelector(".story");
        new MutationObserver(() => heard.push(story.ariaLive)).observe(story, { childList: true });
    """)
    page.press("ten")
    page.page.wait_for_function("() => window.model.traits.path.length === 11")
    assert page.path() == pytest.approx([1] + [3] * 10)
    assert page.page.evaluate("heard") == ["off"] * 9 + ["polite"]  # by a screen reader
    page.press("again")
    assert page.path() == [1]


def test_it_flies_off_and_can_come_back(show):
    page = show(rate=0.3)
    page.press("step", 4)
    assert "left the picture" in page.text(".story") and "w = " in page.page.text_content(".away")
    while page.page.locator(".step").is_enabled():
        page.press("step")
    assert "the ball is gone" in page.text(".story") and len(page.path()) < 30
    page.page.locator("svg").focus()
    page.page.keyboard.press("Enter")  # does nothing any more
    page.press("again")
    assert page.path() == [1] and page.page.locator(".step").is_enabled()


def test_the_rate_can_be_changed_on_the_way(show):
    page = show(rate=0.1)
    page.press("step")
    page.slide("rate", 0.125)
    page.press("step")
    assert page.path() == pytest.approx([1, 2.6, 3])
    assert page.page.evaluate("() => window.model.traits.rate") == 0.125
    assert page.page.get_by_label("learning rate").get_attribute("class") == "rate"


def test_dragged_with_the_mouse(show):
    page = show()
    page.page.mouse.move(*page.at(2))
    page.page.mouse.down()
    page.page.mouse.move(*page.at(5), steps=4)
    page.page.mouse.up()
    assert page.path() == [5]
    page.page.mouse.move(*page.at(0))  # let go
    assert page.path() == [5]


def test_moved_with_a_finger(show):
    page = show({"has_touch": True})
    page.page.touchscreen.tap(*page.at(4))
    assert page.path() == pytest.approx([4], abs=0.051)


def test_keys_move_the_ball_and_stay_inside(show):
    page = show(rate=0.1)
    page.page.locator("svg").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Enter", "d"):
        page.page.keyboard.press(key)
    assert page.path() == pytest.approx(by_torch(0.1, 0, 1, start=1.1))
    page.page.keyboard.press("Home")
    assert page.path() == [-0.5]
    assert page.page.evaluate("() => window.outside") == []


@pytest.mark.parametrize("width", [320, 480])
def test_nothing_sticks_out_on_a_narrow_page(show, width):
    page = show({"viewport": {"width": width, "height": 700}}, with_momentum=True, rate=0.3)
    page.press("step", 9)
    assert page.page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_the_ball_rolls_unless_motion_is_reduced(show):
    page = show({"reduced_motion": "no-preference"}, rate=0.1)
    page.press("step")
    rolling = "() => document.querySelector('.ball').getAttribute('transform')"
    first = page.page.evaluate(rolling)
    page.page.wait_for_function(f"(first) => ({rolling})() !== first", arg=first)
    page.page.wait_for_timeout(400)
    assert page.ball()[0] == pytest.approx(2.6, abs=0.02)


def test_in_jupyterlab_python_follows(playwright, tmp_path):
    write_notebook(tmp_path, "from mnist_adder_lib.course.ball_on_curve import BallOnCurve\n"
                             "ball = BallOnCurve(rate=0.1)\nball")
    with lab_server(tmp_path) as url:
        lab = Lab(playwright, url)
        try:
            lab.open()
            lab.notebook("await app.commands.execute('notebook:run-all-cells');")
            lab.page.locator(".ball-on-curve .step").click()
            lab.wait("After 1 step", ".story")
            lab.wait_for_output("print(ball.path)", "[1.0, 2.6]")
            lab.execute("ball.start = 5.0")
            lab.wait("Press Step", ".story")
            lab.wait_for_output("print(ball.path)", "[5.0]")
            assert lab.errors == []
        finally:
            lab.close()
