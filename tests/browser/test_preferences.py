"""What a browser is told of who uses it: less motion, forced colours, very large letters."""

import build_page
import pytest
from anywidget import AnyWidget
from colours import contrast
from keys import FOCUS, walk
from lab import DIGITS, render_alone
from test_page import draw, says

from mnist_adder_lib.course.ball_on_curve import BallOnCurve
from mnist_adder_lib.course.pair_picker import PairPicker
from mnist_adder_lib.course.start_here import guesses
from mnist_adder_lib.course.window_viewer import WindowViewer

WIDGETS = {  # None: the panel, on the page to try the network on
    "panel": None, "guess": lambda: guesses.ask("parameters").widget,
    "ball": lambda: BallOnCurve(with_momentum=True), "picker": PairPicker, "viewer": WindowViewer,
}
MOVING = """() => {
    const all = [...document.querySelectorAll("*")];
    const moves = (style) => /[1-9]/.test(style.transitionDuration + style.animationDuration);
    return [document.getAnimations().length, all.filter((e) => moves(getComputedStyle(e))).length];
}"""
CUT_OFF = """() => [...document.querySelectorAll("button, select, label, canvas, output, p")]
    .map((e) => [e, e.getBoundingClientRect()])
    .filter(([e, box]) => e.checkVisibility() && (box.left < 0 || box.right > innerWidth + 1))
    .map(([e, box]) => e.outerHTML.slice(0, 80))"""


@pytest.fixture(params=WIDGETS)
def show(browser, request):
    """A function that shows each widget in a page with such options, and returns the page."""
    pages = []

    def show(**options):
        page = browser.new_page(**options)
        pages.append(page)
        make = WIDGETS[request.param]
        if make:
            widget = make()
            names = set(widget.keys) - set(AnyWidget.class_trait_names())
            render_alone(page, widget, *names)
        else:
            page.goto(build_page.PAGE.as_uri())
            draw(page, DIGITS[7])
            says(page, "7 + 5 = 12")
        return page

    yield show
    for page in pages:
        page.close()


def act(page) -> None:
    """Let something happen that may move."""
    for button in page.locator(".step, .ten, [type=radio][value='9']").all():
        button.click()


def test_nothing_moves_where_motion_is_reduced(show):
    page = show(reduced_motion="reduce")
    act(page)
    assert page.evaluate(MOVING) == [0, 0]


def test_bars_move_where_it_is_not(browser):
    page = browser.new_page(reduced_motion="no-preference")
    page.goto(build_page.PAGE.as_uri())
    assert page.evaluate(MOVING)[1] > 20  # so the test above can fail
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_is_seen(show, scheme):
    page = show(color_scheme=scheme)
    if scheme == "dark":
        page.evaluate("document.body.style = 'background: #111; color: #e8e8e8'")
    for stop in walk(page, page.locator("main")):
        assert stop["name"] and stop["outline"] >= 2, stop
        assert contrast(stop["colour"], stop["behind"]) >= 3, stop


def test_with_forced_colours_what_is_chosen_and_focused_is_seen(show):
    page = show(forced_colors="active")
    chosen = page.locator("[aria-checked=true], [aria-pressed=true]").all()[:1]
    others = page.locator("[aria-checked=false], [aria-pressed=false]").all()[:1]
    looks = "e => (({ color, backgroundColor, borderColor, outlineStyle }) => " \
            "[color, backgroundColor, borderColor, outlineStyle].join())(getComputedStyle(e))"
    for one, other in zip(chosen, others):
        assert one.evaluate(looks) != other.evaluate(looks)
    for stop in walk(page, page.locator("main")):
        assert stop["outline"] >= 1 and contrast(stop["colour"], stop["behind"]) >= 3, stop


@pytest.mark.parametrize("width", [320, 360])  # 320: a window of 1280 at 400%
def test_nothing_is_cut_off_on_a_narrow_page(show, width):
    page = show(viewport={"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT_OFF) == []


def test_the_whole_page_by_keys(browser):
    """From the address bar: draw a 1, choose 4, look at another digit, and go on."""
    page = browser.new_page()
    page.goto(build_page.PAGE.as_uri())
    press = page.keyboard.press
    press("Tab")
    for key in ["Space"] + ["ArrowDown"] * 10 + ["Space"]:
        press(key)
    says(page, "I see a 1")
    for key in ["Tab", "Tab", "Tab", "Enter"]:  # undo, redo, clear
        press(key)
    says(page, "The pad is empty")
    for key in ["Tab", "Enter"]:  # MNIST
        press(key)
    page.wait_for_function("document.querySelector('.note').innerText.includes('labelled')")
    for key in ["Tab", "ArrowLeft", "Tab", "Enter"]:  # 5 to 4, dice
        press(key)
    press("4")
    page.wait_for_function("document.querySelector('output.number').innerText === '4'")
    press("Tab")
    assert page.locator("main").evaluate(FOCUS) is None
    page.close()
