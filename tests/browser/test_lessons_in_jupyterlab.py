"""What somebody sees who has just typed `make lab`: JupyterLab as tools/make.py starts it, with
every lesson, its first screen, its pictures and its links. Nothing is run."""

import re
import urllib.parse
from pathlib import Path

import nbformat
import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")

from lab import FRONTEND, Lab, lab_server  # noqa: E402

from tools import make  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]

LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
OTHERS = [*LESSONS[1:], *sorted((ROOT / "notebooks").glob("[a-z]*.ipynb"))]
pytestmark = pytest.mark.skipif(FRONTEND != "lab", reason="make.py starts JupyterLab")

# A notebook that needs no kernel, for there is nothing to run. All of its cells are rendered.
OPEN = """async (path) => {
    const app = window.jupyterapp;
    const none = { shouldStart: false, canStart: false, autoStartDefault: false };
    const panel = await app.commands.execute("docmanager:open", { path, kernelPreference: none });
    await panel.revealed;
    app.shell.activateById(panel.id);
    const texts = panel.content.widgets.filter((cell) => cell.model.type === "markdown");
    for (const text of texts) await text.ready;
    const places = [...panel.node.querySelectorAll(".jp-RenderedHTMLCommon img")];
    for (const image of places) image.loading = "eager";
    await Promise.allSettled(places.map((image) => image.decode()));
    return {
        cells: panel.node.querySelectorAll(".jp-RenderedMarkdown").length,
        // The first screen ends with a line that folds the rest of the first cell away.
        first: panel.node.querySelector("summary")?.getBoundingClientRect().bottom,
        images: places.map((image) => [image.getAttribute("alt"), image.src, image.naturalWidth]),
        links: [...panel.node.querySelectorAll(".jp-RenderedHTMLCommon a[href]:not([href^='#'])")]
            .map((link) => link.href),
    };
}"""
# What is to be seen of the outputs of each code cell, once it has come into view.
SHOWN = """async () => {
    const { content } = window.jupyterapp.shell.currentWidget, shown = {};
    for (const [place, cell] of content.widgets.entries()) {
        if (cell.model.type !== "code") continue;
        await content.scrollToItem(place);
        await cell.ready;
        shown[cell.model.id] = cell.node.querySelector(".jp-Cell-outputWrapper").innerText.trim();
    }
    return shown;
}"""
# Whether the heading is in the upper half of what is seen.
IS_SEEN = """(title) => {
    const { node } = window.jupyterapp.shell.currentWidget;
    const heading = [...node.querySelectorAll("h1, h2, h3, h4")]
        .find((one) => one.innerText.replace("¶", "").trim() === title);
    const below = heading?.getBoundingClientRect().top - node.getBoundingClientRect().top;
    return 0 <= below && below < node.clientHeight / 2;
}"""


@pytest.fixture(scope="module")
def lab(playwright):
    (start,) = make.TARGETS["lab"][2]
    with lab_server(ROOT, start) as url:
        lab = Lab(playwright, url, viewport={"width": 1280, "height": 900})
        try:
            lab.page.goto(url)
            lab.page.wait_for_function("() => window.jupyterapp?.started")
            lab.page.evaluate("() => window.jupyterapp.started")
            yield lab
        finally:
            lab.close()


def answers(lab, url):
    """Whether the server has something there, for the browser."""
    return lab.context.request.get(url).ok


def is_open(lab, path):
    lab.page.wait_for_function(
        "(path) => window.jupyterapp.shell.currentWidget?.context?.path === path", arg=path)


def test_lesson_0_is_open_and_the_files_beside_it_are_the_lessons(lab):
    is_open(lab, f"notebooks/{LESSONS[0].name}")
    browser = lab.page.locator(".jp-DirListing-content")
    sync_api.expect(browser).to_contain_text(LESSONS[-1].name)


@pytest.mark.parametrize("path", [
    LESSONS[0], *(pytest.param(path, marks=pytest.mark.thorough) for path in OTHERS)],
    ids=lambda path: path.stem)
def test_every_picture_has_a_size_and_every_link_answers(lab, path):
    found = lab.page.evaluate(OPEN, path.relative_to(ROOT).as_posix())
    # Closing would ask whether to save: the kernel may have told the notebook its version.
    lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.dispose()")
    assert found["cells"]
    if path in LESSONS:
        assert found["first"] < 700
    assert not [image for image in found["images"] if not image[2]]
    links = sorted({urllib.parse.urldefrag(link).url for link in found["links"]
                    if link.startswith(lab.url)})
    assert links and not [link for link in links if not answers(lab, link)]
    assert not answers(lab, links[0].replace("/files/", "/files/nowhere/"))


@pytest.mark.parametrize("path", [LESSONS[0], LESSONS[4]], ids=lambda path: path.stem)
def test_no_answer_is_seen_before_its_guess(lab, path):
    lab.page.evaluate(OPEN, path.relative_to(ROOT).as_posix())
    shown = lab.page.evaluate(SHOWN)
    lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.dispose()")
    cells = {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}
    waiting = [name for name, cell in cells.items() if "outputs_hidden" in
               cell.metadata.get("jupyter", {})]
    assert len(waiting) >= 3 and set(waiting) <= set(shown)
    for name in waiting:
        assert len(shown[name].splitlines()) <= 1 and not re.search(r"\d", shown[name]), shown[name]
    assert re.search(r"\d", "".join(shown.values()))  # others are seen


def test_a_link_to_a_heading_of_a_page_opens_there(lab):
    lab.page.evaluate(OPEN, "notebooks/04_model_summary.ipynb")
    link = lab.page.locator("a[href*='lab_notebook.md'][href$='#small-networks']").first
    link.evaluate("(link) => link.click()")  # far below
    is_open(lab, "docs/lab_notebook.md")
    lab.page.wait_for_function(IS_SEEN, arg="Small networks")
