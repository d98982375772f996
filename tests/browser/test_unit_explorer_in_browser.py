"""Units of layers and what they see, on a page without Python."""

import re

import numpy as np
import pytest

from mnist_adder_lib import load_pretrained, receptive_fields
from mnist_adder_lib.course.lessons.model_summary import plot_receptive_field
from mnist_adder_lib.course.widgets.unit_explorer import UnitExplorer

FIELDS = receptive_fields(load_pretrained())
MAPS = [np.arange(8 * 14 * 14).reshape(8, 14, 14), np.arange(16 * 49).reshape(16, 7, 7)]
BLOCKS = [FIELDS[2] | {"name": "block 1"}, FIELDS[5] | {"name": "block 2"}]


@pytest.fixture
def explorer(show):
    """A function that shows the units of all layers, or those of two blocks with their maps."""
    def explorer(fields=FIELDS, maps=(), **options):
        return show(UnitExplorer(np.eye(28), fields, maps), **options)

    return explorer


def place(page, canvas, x, y):
    """A point of a canvas, by fractions."""
    box = page.locator(canvas).bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def words(page):
    return page.locator(".words").inner_text()


@pytest.mark.parametrize("layer", range(len(FIELDS)))
def test_what_is_framed_is_what_python_frames(explorer, layer):
    page = explorer()
    page.get_by_role("button", name=FIELDS[layer]["layer"]).click()
    for x, y in ((0.01, 0.4), (0.99, 0.99)):
        page.mouse.move(*place(page, ".units", x, y))
        row, column = map(int, re.search(r"row (\d+), column (\d+)", words(page)).groups())
        figure = plot_receptive_field(np.eye(28)[None], FIELDS, layer, row, column)
        assert words(page).endswith(f"sees {figure.axes[0].get_title().partition(chr(10))[2]}.")


def test_mouse_finger_and_keys_choose_a_unit_of_a_map(explorer):
    page = explorer(BLOCKS, MAPS)
    assert words(page).startswith("block 2, channel 0: the unit in row 3, column 3 says 24.00")
    page.mouse.move(*place(page, ".units", 0.99, 0.99))
    assert words(page).startswith("block 2, channel 15: the unit in row 6, column 6 says 783.00")
    page.mouse.move(1, 1)  # what was chosen comes back
    assert "channel 0: the unit in row 3, column 3" in words(page)
    page.touchscreen.tap(*place(page, ".units", 0.3, 0.01))
    assert "channel 1: the unit in row 0" in words(page)
    page.locator(".units").focus()
    for key in ("Shift+ArrowDown", "ArrowDown", "d"):
        page.keyboard.press(key)
    assert "channel 5: the unit in row 1" in words(page) == page.locator(".live").inner_text()
    assert page.evaluate("outside") == []
    page.get_by_role("button", name="block 1").click()
    assert "block 1, channel 5: the unit in row 1" in words(page)


def test_it_fits_a_narrow_page(explorer):
    page = explorer(width=320, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
