"""The viewer on a page without Python: mouse, touch and keys."""

import pytest
import torch
import torch.nn.functional as F

from mnist_adder_course.widgets.window_viewer import WindowViewer
from mnist_adder_lib.shared import UPPER_EDGE


class Page:
    """What can be seen and done on a page with a viewer."""

    def __init__(self, page):
        self.page = page
        self.session = page.context.new_cdp_session(page)

    def trait(self, name):
        return self.page.evaluate("name => window.model.traits[name]", name)

    def text(self, selector):
        return self.page.locator(selector).inner_text()

    def result(self) -> float:
        return float(self.text(".result output").replace("−", "-"))

    def cells(self, name) -> list[float]:
        texts = self.page.locator(f".{name} td:visible").evaluate_all(
            "cells => cells.map(cell => cell.querySelector('input')?.value ?? cell.innerText)")
        return [float(text.replace("−", "-")) for text in texts]

    def at(self, row, column, canvas="input", places=30):
        """The position of a pixel's middle; the input has a border of padding around 28 pixels."""
        box = self.page.locator(f"canvas.{canvas}").bounding_box()
        border = (places - 28) / 2 if places > 14 else 0
        return (box["x"] + (column + border + 0.5) * box["width"] / places,
                box["y"] + (row + border + 0.5) * box["height"] / places)

    def touch(self, *points):
        for kind, point in zip(["touchStart"] + ["touchMove"] * len(points[1:]), points):
            touches = [{"x": point[0], "y": point[1]}]
            self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
        self.session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def ink(self, canvas="input"):
        """The mean brightness of a canvas."""
        return self.page.locator(f"canvas.{canvas}").evaluate("""c => {
            const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
            return d.reduce((sum, x, i) => sum + (i % 4 < 3 ? x : 0), 0) / d.length; }""")


@pytest.fixture
def viewer(show):
    """A function that shows a viewer; its arguments are those of WindowViewer."""
    return lambda *args, **traits: Page(show(WindowViewer(*args, **traits)))


def convolved(page):
    """What the viewer shows, by PyTorch: after convolution, ReLU and pooling."""
    image, weights = (torch.tensor(page.trait(name)).float() for name in ("image", "weights"))
    found = F.conv2d(image[None], weights[None], padding=page.trait("padding"))[0, 0]
    return found, found.relu(), F.max_pool2d(found.relu()[None], 2)[0]


def test_numbers_follow_the_mouse_and_are_pytorchs(viewer):
    page = viewer(place=[4, 4])
    for row, column in [(9, 13), (0, 0), (27, 27), (0, 14)]:
        page.page.mouse.move(*page.at(row, column))
        assert page.text(".where") == f"row {row}, column {column}"
        assert page.result() == pytest.approx(convolved(page)[0][row, column].item(), abs=0.006)
        products = [a * b for a, b in zip(page.cells("window"), page.cells("weights"))]
        assert page.cells("products") == pytest.approx(products, abs=0.006)
        assert sum(products) == pytest.approx(page.result(), abs=0.05)  # of rounded numbers
    page.page.mouse.move(5, 5)  # it goes back to where it was held
    assert page.text(".where") == "row 4, column 4"
    page.page.mouse.click(*page.at(20, 3, "output", 28))
    page.page.mouse.move(5, 5)
    assert page.text(".where") == "row 20, column 3"
    assert page.trait("place") == [20, 3]


def test_relu_and_pooling(viewer):
    page = viewer(place=[13, 11])
    found, _, pooled = convolved(page)
    page.page.click("text=ReLU")
    assert page.cells("window") == [pytest.approx(found[13, 11].item(), abs=0.006)]
    row, column = (int(i) for i in (found == found.min()).nonzero()[0])
    page.page.mouse.click(*page.at(row, column, "input", 28))
    assert page.result() == 0 and page.cells("window")[0] < -2
    page.page.click("text=Max pooling")
    for row, column in [(6, 6), (3, 6), (13, 13)]:
        page.page.mouse.click(*page.at(row, column, "output", 14))
        assert page.text(".where") == f"row {row}, column {column}"
        assert page.result() == pytest.approx(pooled[row, column].item(), abs=0.006)
        assert len(page.cells("window")) == 4 and max(page.cells("window")) == page.result()
    assert page.page.locator("canvas.input").is_visible()
    assert not page.page.locator(".tools").is_visible()  # what is shown can't be drawn on


def test_keys_move_the_window_and_stay_inside(viewer):
    page = viewer(place=[9, 13])
    page.page.focus("canvas.input")
    for key in ["ArrowLeft", "ArrowUp", "ArrowUp", "Shift+ArrowRight"]:
        page.page.keyboard.press(key)
    assert page.trait("place") == [7, 17]
    status = page.page.locator("[role=status]").inner_text()
    assert status == f"row 7, column 17: sum {page.text('.result output')}"
    for _ in range(9):
        page.page.keyboard.press("Shift+ArrowDown")
    assert page.trait("place") == [27, 17]
    page.page.keyboard.press("d")
    page.page.click("text=Max pooling")
    page.page.focus("canvas.input")
    page.page.keyboard.press("ArrowUp")
    assert page.text(".where") == "row 12, column 8"
    assert page.page.evaluate("window.outside") == []


def test_a_finger(viewer):
    page = viewer(place=[0, 0])
    page.touch(page.at(5, 5), page.at(6, 9), page.at(12, 14))
    assert page.trait("place") == [12, 14] and page.text(".where") == "row 12, column 14"
    page.page.click(".pen")
    page.page.click(".clear")
    page.touch(page.at(14, 5), page.at(14, 20))
    drawn = torch.tensor(page.trait("image"))[0]
    assert drawn[14, 5:21].min() == 1 and drawn[20].max() == 0


def test_drawing_digits_and_clearing(viewer):
    page = viewer()
    page.page.click(".clear")
    assert torch.tensor(page.trait("image")).max() == 0
    blank = page.ink(), page.ink("output")
    assert max(blank) < 3  # the frames alone
    page.page.click(".pen")
    page.page.mouse.move(*page.at(5, 5))
    page.page.mouse.down()
    page.page.mouse.move(*page.at(5, 20), steps=3)
    assert page.ink() > blank[0] + 1 and page.ink("output") > blank[1] + 1
    assert torch.tensor(page.trait("image")).max() == 0  # Python hears of it when the stroke ends
    page.page.mouse.up()
    assert torch.tensor(page.trait("image"))[0, 5, 5:21].min() == 1
    page.page.click(".pen")
    page.page.click(".digit")
    assert torch.tensor(page.trait("image"))[0].tolist() != page.trait("digits")[0]
    assert torch.allclose(torch.tensor(page.trait("image"))[0],
                          torch.tensor(page.trait("digits"))[0] / 255, atol=0.01)


def test_painting_by_keys(viewer):
    page = viewer(torch.zeros(28, 28), place=[3, 4])
    page.page.focus("canvas.input")
    page.page.keyboard.press("Space")
    assert torch.tensor(page.trait("image"))[0].nonzero().tolist() == [[3, 4]]
    page.page.keyboard.press("Space")
    assert torch.tensor(page.trait("image")).max() == 0
    page.page.keyboard.press("Space")
    page.page.keyboard.press("Delete")
    assert torch.tensor(page.trait("image")).max() == 0


def test_weights_to_choose_and_to_change(viewer):
    page = viewer(place=[9, 13])
    page.page.select_option(".preset", "blur")
    assert sum(page.cells("weights")) == pytest.approx(1)
    for name in page.page.locator(".preset option").all_inner_texts()[:-1]:
        page.page.select_option(".preset", name)
        assert page.result() == pytest.approx(convolved(page)[0][9, 13].item(), abs=0.006)
    first = page.page.locator(".weights input").first
    first.fill("0,5")
    assert page.trait("weights")[0][0][0] == 0.5
    assert page.page.locator(".preset").input_value() == "your own"
    page.page.keyboard.press("ArrowUp")
    assert page.trait("weights")[0][0][0] == 1 and first.input_value() == "1"
    first.fill("one")
    assert first.get_attribute("aria-invalid") == "true"
    first.blur()
    assert first.input_value() == "1" and page.trait("weights")[0][0][0] == 1
    page.page.select_option(".preset", "as given")
    assert page.trait("weights") == [UPPER_EDGE]
    assert page.page.evaluate("window.outside") == []


def test_many_channels(viewer):
    image, weights = torch.randn(16, 14, 14), torch.randn(16, 3, 3)
    page = viewer(image, weights, place=[3, 5], padding=0)
    found = convolved(page)[0]
    assert found.shape == (12, 12)
    assert page.result() == pytest.approx(found[3, 5].item(), abs=0.006)
    assert page.page.locator(".preset").input_value() == "as given"  # nobody changed them here
    parts = [float(text.replace("−", "-"))
             for text in page.page.locator(".channels button").all_inner_texts()]
    assert len(parts) == 16 and sum(parts) == pytest.approx(page.result(), abs=0.1)
    page.page.focus("canvas.input")
    for _ in range(2):
        page.page.keyboard.press("Shift+ArrowRight")
    assert page.trait("place") == [3, 11]
    page.page.mouse.click(*page.at(4, 6, "input", 14))
    assert page.trait("place") == [3, 5]
    page.page.click(".channels button >> nth=11")
    page.page.keyboard.press("ArrowLeft")
    page.page.keyboard.press("ArrowRight")
    assert page.text(".input-name") == "channel 11"
    part = torch.tensor(page.trait("image"))[11, 3:6, 5:8].flatten()
    assert page.cells("window") == pytest.approx(part.tolist(), abs=0.006)
    assert page.result() == pytest.approx(found[3, 5].item(), abs=0.006)
    assert page.text(".formula b") == page.text(".result output")  # of all channels
    assert not page.page.locator(".tools").is_visible()


def test_it_shows_what_python_sets(viewer):
    page = viewer(place=[9, 13])
    page.page.evaluate("""() => { model.set("weights", [[[0, 0, 0], [0, 2, 0], [0, 0, 0]]]);
        model.set("image", [Array(28).fill(Array(28).fill(0.25))]); model.set("place", [2, 2]);
        model.set("mode", "relu"); }""")
    assert page.result() == 0.5 and page.text(".where") == "row 2, column 2"
    page.page.evaluate("window.stop()")
    page.page.evaluate("window.model.set('place', [5, 5])")
    assert page.text(".where") == "row 2, column 2"  # no longer listening


def test_names_for_screen_readers(viewer):
    page = viewer(place=[9, 13])
    canvas = page.page.locator("canvas.input").get_attribute("aria-label")
    assert "row 9, column 13" in canvas and "arrows" in canvas
    assert "row 9, column 13" in page.page.locator("canvas.output").get_attribute("aria-label")
    for role, name in [("group", "Layer"), ("button", "Max pooling"), ("combobox", "Weights"),
                       ("textbox", "Weight, row 2, column 0"), ("table", "products"),
                       ("toolbar", "Image")]:
        assert page.page.get_by_role(role, name=name, exact=True).count() == 1, name
