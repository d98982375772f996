"""What a browser says of who uses it: less motion, forced colours, very large letters."""

import pytest
from colours import contrast
from keys import walk
from lab import wait_for_text

from mnist_adder_course.lessons.start_here import guesses
from mnist_adder_course.widgets.hidden_sums import HiddenSums
from mnist_adder_course.widgets.network_diagram import NetworkDiagram
from mnist_adder_course.widgets.window_viewer import WindowViewer
from mnist_adder_lib import load_pretrained
from tools.publishing import build_page

pytestmark = pytest.mark.thorough

WIDGETS = {
    "guess": lambda: guesses.ask("parameters").widget,
    "sums": lambda: HiddenSums(load_pretrained()),
    "viewer": WindowViewer,
    "diagram": lambda: NetworkDiagram(load_pretrained(), here="adder"),
}
MOVING = """() => {
    const all = [...document.querySelectorAll("*")];
    const moves = (style) => /[1-9]/.test(style.transitionDuration + style.animationDuration);
    return [document.getAnimations().length, all.filter((e) => moves(getComputedStyle(e))).length];
}"""
CUT_OFF = """() => [...document.querySelectorAll("button, select, label, canvas, output, p, span")]
    .map((e) => [e, e.getBoundingClientRect()])
    .filter(([e, box]) => e.checkVisibility() && (box.left < 0 || box.right > innerWidth + 1))
    .map(([e, box]) => e.outerHTML.slice(0, 80))"""


@pytest.fixture
def look(open_page, show):
    """A function: each widget, and the page, by turns, with such media."""

    def look(width=800, **media):
        for name, make in WIDGETS.items():
            yield name, show(make(), width=width, **media)
        page = open_page(viewport={"width": width, "height": 700}, **media)
        page.goto(build_page.PAGE.as_uri())
        wait_for_text(page, "7 + 5 = 12")  # a 7 draws itself
        yield "page", page
        page.close()

    return look


def test_nothing_moves_where_motion_is_reduced(open_page, look):
    for name, page in look(reduced_motion="reduce"):
        for button in page.locator("[type=radio][value='9']").all():
            button.click()
        assert page.evaluate(MOVING) == [0, 0], name
    page = open_page(reduced_motion="no-preference")
    page.goto(build_page.PAGE.as_uri())
    assert page.evaluate(MOVING)[1] > 20  # bars move where it is not
    page.close()


LOOKS = """e => {
    const { color, backgroundColor, borderColor, outlineStyle } = getComputedStyle(e);
    return [color, backgroundColor, borderColor, outlineStyle].join();
}"""


@pytest.mark.parametrize("media, outline", [
    (dict(color_scheme="light"), 2), (dict(color_scheme="dark"), 2),
    (dict(forced_colors="active"), 1)], ids=["light", "dark", "forced colours"])
def test_what_is_chosen_and_the_focus_are_seen(look, media, outline):
    for name, page in look(**media):
        chosen = page.locator("[aria-checked=true], [aria-pressed=true]").all()[:1]
        not_chosen = page.locator("[aria-checked=false], [aria-pressed=false]").all()[:1]
        for one, other in zip(chosen, not_chosen):
            assert one.evaluate(LOOKS) != other.evaluate(LOOKS), name
        for stop in walk(page, page.locator("main")):
            assert stop["name"] and stop["outline"] >= outline, (name, stop)
            assert contrast(stop["colour"], stop["behind"]) >= 3, (name, stop)


@pytest.mark.parametrize("width", [320, 480])  # 320: a window of 1280 at 400%
def test_nothing_is_cut_off_on_a_narrow_page(look, width):
    for name, page in look(width):
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.evaluate(CUT_OFF) == [], name


def test_the_network_of_the_page_by_keys(open_page):
    """From the address bar: draw a 1, look at another digit, choose 4, press 7."""
    page = open_page()
    page.goto(build_page.PAGE.as_uri())
    press = page.keyboard.press
    press("Tab")
    for key in ["Space"] + ["ArrowDown"] * 10 + ["Space"]:
        press(key)
    wait_for_text(page, "I see a 1")
    for key in ["Tab", "Tab", "Tab", "Enter"]:  # undo, redo, clear
        press(key)
    wait_for_text(page, "empty")
    press("Tab")
    for key, number in (("ArrowLeft", 4), ("7", 7)):
        press(key)
        assert page.locator(f"#diagram .picker [value='{number}']").is_checked()
    page.close()
