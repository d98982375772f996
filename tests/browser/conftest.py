"""One browser for all tests, and pages in which nothing may go wrong."""

import json

import pytest
from lab import CHROMIUM, FLAGS, TIMEOUT, render_alone

from tools.publishing import build_page

TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture(scope="session")
def playwright():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium or Chrome found")
    with sync_api.sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright):
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def open_page(browser):
    """A function that opens a page; its arguments are Playwright's."""

    def open_page(**options):
        page = browser.new_page(**options)
        page.set_default_timeout(TIMEOUT)
        return page

    return open_page


@pytest.fixture
def open_page_with(open_page, tmp_path):
    """A function that opens the page "It adds. Or does it?" with other data, where no script may
    fail."""
    page, file, errors = open_page(reduced_motion="reduce"), tmp_path / "page.html", []
    page.on("pageerror", lambda error: errors.append(error.stack))

    def open_page_with(**data):
        text = json.dumps(build_page.data() | dict(links=None) | data)
        file.write_text(build_page.DATA.sub(lambda _: text, build_page.PAGE.read_text("utf-8")),
                        "utf-8")
        page.goto(file.as_uri())
        return page

    yield open_page_with
    page.close()
    assert errors == []


@pytest.fixture(scope="session")
def empty_page(open_page):
    page = open_page(has_touch=True)
    yield page
    page.close()


@pytest.fixture
def show(empty_page):
    """A function that shows a widget on an empty page without Python, and returns the page.

    `media` are those of Playwright's `emulate_media`; motion is reduced and the page is light
    otherwise. `traits` are the names of those that the page has; all, if there are none given.
    """
    page, errors = empty_page, []

    def note(error):
        errors.append(error.message)

    def show(widget, traits=None, width=800, **media):
        page.goto("about:blank")
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(**{"reduced_motion": "reduce", "color_scheme": "light",
                              "forced_colors": "none", **media})
        render_alone(page, widget, traits)
        if media.get("color_scheme") == "dark":  # as JupyterLab's
            page.evaluate("document.body.style = 'background: #111; color: #e8e8e8'")
        page.evaluate(TWO_FRAMES)  # until widgets have been told their size, and drawn again
        return page

    page.on("pageerror", note)
    yield show
    page.remove_listener("pageerror", note)
    assert errors == []
