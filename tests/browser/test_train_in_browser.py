"""Teach it yourself, on the page: a button and two curves. Its arithmetic is tested in Node."""

import pytest

from mnist_adder_course.widgets.image_sheet import image_sheet
from mnist_adder_course.widgets.nearest import known_images
from mnist_adder_lib import load_pretrained
from mnist_adder_lib.drawing import Strangeness

TRAIN = "#teach [value=train]"


@pytest.fixture
def teach(open_page_with, first):
    """A function: the page with few images."""
    known = known_images(Strangeness(load_pretrained(), first(640, 0).images), first(640, 0).digits)
    held_back = image_sheet(first(96).images, first(96).digits)

    def teach(epochs):
        return open_page_with(known=known, images=known.pop("images"), held_back=held_back,
                              epochs=epochs)

    return teach


def wait_for_button(page, words):
    page.locator(TRAIN).filter(has_text=words).wait_for()


def test_a_network_of_its_own_learns(teach):
    """Takes about 20 s, as both curves have to rise before one of them can come first."""
    page = teach(epochs=60)
    top = page.locator("#diagram .answer")
    top.filter(has_text="7 + 5 = 12").wait_for()
    page.focus(TRAIN)
    page.keyboard.press("Enter")
    wait_for_button(page, "Teach another")
    assert "it learned to read first" in page.inner_text("#teach .sentence")
    assert "after 38,400 images" in page.get_attribute("#teach .chart", "aria-label")
    assert len(page.get_attribute("#teach polyline.sum", "points").split()) > 3
    assert top.inner_text().startswith("I see a 7")


def test_it_stops_goes_on_and_begins_anew(teach):
    page = teach(epochs=5)
    images = page.locator("#teach .images")
    page.click(TRAIN)
    images.filter(has_text="images").wait_for()
    page.click(TRAIN)
    wait_for_button(page, "Continue")
    stopped = images.inner_text()
    page.click(TRAIN)
    wait_for_button(page, "Teach another")
    assert images.inner_text() == "3,200 images" != stopped
    page.click(TRAIN)
    wait_for_button(page, "Stop")
    assert images.inner_text() in ("", "0 images")


def test_where_workers_are_blocked_it_says_so(teach):
    page = teach(epochs=5)
    said = page.locator("#teach .sentence")
    page.evaluate("""() => { // as a browser does where a policy blocks them: the script never comes
        const Real = Worker;
        window.Worker = class extends Real {
            constructor() { super("data:text/javascript,throw%20Error()"); }
        };
    }""")
    page.click(TRAIN)
    said.filter(has_text="This browser can't train the network").wait_for()
    wait_for_button(page, "Teach")
    page.evaluate("""() => {
        window.Worker = class { constructor() { throw Error("blocked"); } };
    }""")
    page.click(TRAIN)
    said.filter(has_text="blocked").wait_for()
