"""The grid of pairs on a page without Python: mouse, keys, and as a screen reader tells it."""

import pytest

pytest.importorskip("playwright", reason="playwright is not installed")

from lab import CHROMIUM, render_alone
from test_window_viewer_in_browser import CONTRAST

from mnist_adder_lib.course.pair_picker import PATTERN, PairPicker

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium or Chrome found")


@pytest.fixture
def show(browser):
    """A function that opens a page with a grid, as wide as asked. No errors after."""
    pages, errors = [], []

    def show(pairs=PATTERN, width=800):
        page = browser.new_page(viewport={"width": width, "height": 700})
        pages.append(page)
        page.on("pageerror", lambda error: errors.append(error.message))
        render_alone(page, PairPicker(pairs=pairs), "pairs")
        return page

    yield show
    for page in pages:
        page.close()
    assert errors == []


def pairs(page):
    return sorted(page.evaluate("model.traits.pairs"))


def place(page, digit, number):
    return page.get_by_role("button", name=f"{digit} + {number}", exact=True)


def says(page):
    return page.get_by_role("status").inner_text()


def test_a_click_holds_a_pair_out_and_lets_it_in_again(show):
    page = show()
    assert says(page) == "20 of 100 pairs held out. No pair is left with the sum 0."
    place(page, 0, 0).click()
    assert [0, 0] not in pairs(page)
    assert says(page) == "19 of 100 pairs held out. Every sum still occurs."
    assert place(page, 0, 0).inner_text() == "0"
    place(page, 9, 9).click()
    assert [9, 9] in pairs(page) and place(page, 9, 9).inner_text() == "?"
    assert place(page, 9, 9).get_attribute("aria-pressed") == "true"
    assert says(page) == "20 of 100 pairs held out. No pair is left with the sum 18."


def test_arrows_go_from_pair_to_pair_and_keys_stay_inside(show):
    page = show([])
    place(page, 0, 0).focus()
    for key in ["ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowLeft", "Space", "d"]:
        page.keyboard.press(key)
    assert pairs(page) == [[2, 0]]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "pattern"  # one stop for all pairs
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert pairs(page) == []
    assert page.evaluate("outside") == []
    page.keyboard.press("Shift+Enter")  # goes on to the next cell
    assert "Enter" in page.evaluate("outside")


def test_many_at_once(show):
    page = show()
    page.get_by_role("button", name="None").click()
    assert pairs(page) == [] and says(page).startswith("0 of 100")
    page.get_by_role("button", name="20 at random").click()
    first = pairs(page)
    page.get_by_role("button", name="20 at random").click()
    assert len(first) == len(pairs(page)) == 20 and first != pairs(page)
    page.get_by_role("button", name="Pattern").click()
    assert pairs(page) == PATTERN


@pytest.mark.parametrize("row", [True, False])
def test_the_last_pair_of_a_digit_or_a_number_stays(show, row):
    nine = [[4, other] if row else [other, 4] for other in range(9)]
    page = show(nine)
    place(page, *((4, 9) if row else (9, 4))).click()
    assert pairs(page) == nine
    name = "digit" if row else "number"
    assert says(page) == f"The {name} 4 needs at least one pair to be learned from."


def test_it_shows_what_python_says_until_it_is_closed(show):
    page = show()
    page.evaluate("model.set('pairs', [[1, 2]])")
    assert says(page) == "1 of 100 pairs held out. Every sum still occurs."
    page.evaluate("stop()")
    page.evaluate("model.set('pairs', [])")
    assert says(page).startswith("1 of 100")


def test_what_a_screen_reader_tells(show):
    told = show().get_by_role("grid").aria_snapshot()
    assert told.startswith('- grid "Pairs of digit and number, pressed ones are held out"')
    assert told.count("[pressed]") == 20 and told.count("button") == 100
    assert 'columnheader "+ 9"' in told and 'rowheader "9"' in told


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_contrast(show, dark):
    page = show()
    if dark:
        page.evaluate("document.body.style = 'background: #111; color: #e8e8e8'")
    assert page.locator("#widget").evaluate(CONTRAST) == []


@pytest.mark.parametrize("width", [360, 480, 800])
def test_it_fits_and_can_be_touched(show, width):
    page = show(width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = place(page, 9, 9).bounding_box()
    assert box["width"] >= 24 and box["height"] >= 24
