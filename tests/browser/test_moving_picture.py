"""The moving picture of the README: what is in it, and whether one can read it."""

import pytest

from tools.publishing.take_pictures import GUESS, HIDDEN_PAIR, HIDE, ROOT, WIDE

SHOWN = 948  # pixels: README's width on a screen of 1,012
SMALLEST = """selector => Math.min(...[...document.querySelectorAll(selector)]
    .filter((one) => one.checkVisibility() && [...one.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
    .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_letters_can_be_read_and_the_table_is_whole(open_page, scheme):
    width, height = WIDE["size"]
    page = open_page(viewport=dict(width=width, height=2 * height), color_scheme=scheme,
                     reduced_motion="reduce")
    page.goto((ROOT / "docs" / "try" / "index.html").as_uri())
    page.locator(HIDE).click()
    page.locator(HIDDEN_PAIR).wait_for()
    page.locator(GUESS).wait_for()
    for part in ("header *", "#diagram *", "#sums *"):
        assert page.evaluate(SMALLEST, part) * SHOWN / width >= 12, part
    card, grid = (page.locator(f"#sums {one}").bounding_box() for one in (".card", ".grid"))
    assert grid["y"] + grid["height"] <= card["y"] - 8 + height
    page.close()
