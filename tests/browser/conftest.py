"""A browser for the tests of a file."""

from pathlib import Path

import pytest
from lab import CHROMIUM, FLAGS


@pytest.fixture(scope="module")
def playwright():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright):
    if CHROMIUM is None:
        pytest.skip("no Chromium or Chrome found")
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


def pytest_collection_modifyitems(items):
    """A browser, a server and a kernel on a busy machine: a test that fails is tried once more.

    pytest counts and names what was tried again, and a real fault fails twice.
    """
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.flaky(reruns=1))
