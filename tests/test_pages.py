"""What the pages claim is so: links, programs that they name, examples."""

import json
import re
from pathlib import Path

import pytest

from mnist_adder_course.exercises import done
from mnist_adder_course.progress import LESSONS

ROOT = Path(__file__).resolve().parents[1]
EXERCISES = Path(done.__file__).with_name("exercises.json")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
NOTEBOOKS = sorted(path.relative_to(ROOT) for path in (ROOT / "notebooks").rglob("*.ipynb")
                   if ".ipynb_checkpoints" not in path.parts)


def anchors(page):
    """Those that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(text):
    """What the links of a page lead to, beside the web: pairs of a file, or "", and an anchor."""
    prose = re.sub(r"`[^`\n]*`", "", text)
    return re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", prose)


def programs(text):
    return re.findall(r"\b(?:(?:tools|experiments|tests)/[\w/]+\.py|js/test/\w+\.test\.js)\b", text)


def sections(notebook):
    """The anchors of its headings, as JupyterLab and the site have them."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return {title.replace(" ", "-") for title in re.findall(r"^#+ (.+)$", prose, re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_and_programs_of_a_page_exist(page):
    text = page.read_text("utf-8")
    for place, anchor in links(text):
        target = page.parent / place if place else page
        assert target.exists(), place
        if anchor and target.suffix in (".md", ".ipynb"):
            assert anchor in (anchors if target.suffix == ".md" else sections)(target), anchor
    for program in programs(text):
        assert (ROOT / program).exists(), program


def test_a_heading_that_a_notebook_links_to_has_a_name_for_jupyterlab_too():
    """JupyterLab names `## Which one?` "Which-one?", and GitHub "which-one", as the links do."""
    linked = set()
    for notebook in NOTEBOOKS:
        cells = json.loads((ROOT / notebook).read_text("utf-8"))["cells"]
        prose = "\n".join("".join(cell["source"]) for cell in cells)
        linked |= {((ROOT / notebook).parent / place, anchor) for place, anchor in links(prose)
                   if place.endswith(".md") and anchor}
    assert len(linked) > 5
    for page, anchor in linked:
        assert anchor in anchors(page), (page, anchor)
        heading = re.search(rf'^<a id="{anchor}"></a>\n\n#+ (.+)$', page.read_text("utf-8"), re.M)
        assert heading, f'above the heading of #{anchor} in {page.name}: <a id="{anchor}"></a>'
        assert re.sub(r"[^\w -]", "", heading[1].lower()).replace(" ", "-") == anchor


def test_a_lesson_has_the_same_title_everywhere():
    titles = {}
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        header = "".join(json.loads(path.read_text("utf-8"))["cells"][0]["source"])
        titles[path.stem] = re.match(r"# (.+)", header)[1]
    on_map = [name.replace("\n", " ") for _, names in LESSONS for name in names]
    assert [f"{number} · {name}" for number, name in enumerate(on_map)] == list(titles.values())
    for page in [*PAGES, *(ROOT / path for path in NOTEBOOKS)]:
        text = page.read_text("utf-8")
        found = re.findall(r"\[(\d+ · [^]]+)\]\((?:[\w.]+/)*(\w+)\.ipynb\)", text)
        for title, lesson in found:
            assert titles[lesson] == title, page
    page = (ROOT / "docs" / "try" / "index.html").read_text("utf-8")
    for lesson, title in re.findall(r'data-lesson="(\w+)">Lesson (\d+: [^<]+)<', page):
        assert titles[lesson] == title.replace(":", " ·")
    count = {15: "fifteen", 16: "sixteen", 17: "seventeen"}[len(titles)]
    for name in ("README.md", "notebooks/00_start_here.ipynb"):
        assert f" {count} " in (ROOT / name).read_text("utf-8"), name
    assert f"{count.title()} lessons" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_teachers_read_of_guesses_and_exercises_that_are_there():
    page = (ROOT / "docs" / "teaching.md").read_text("utf-8")
    numbers = {(int(lesson[:2]), name): number for lesson, exercises in json.loads(
        EXERCISES.read_text("utf-8")).items() for name, number, *_ in exercises}
    lesson = None
    for found in re.finditer(r"lesson (\d+)|`(\w+)` \(exercise (\d+)\)", page, re.IGNORECASE):
        lesson, name, number = int(found[1] or lesson), found[2], found[3]
        assert not name or numbers.get((lesson, name)) == int(number), (lesson, name)
    (table,) = re.findall(r"^\| they think \| caught by \|\n\|---\|---\|\n((?:\|.+\n)+)", page,
                          re.MULTILINE)
    for row in table.splitlines():
        number, caught = re.fullmatch(r"\| .+ \| lesson (\d+), (.+) \|", row).groups()
        (path,) = (ROOT / "notebooks").glob(f"{number:0>2}_*.ipynb")
        main_line = path.read_text("utf-8").partition('"## Deeper')[0]
        guesses = re.findall(r"\*(.+?)\*", caught)
        assert guesses or "(exercise " in caught, row
        for name in guesses:
            assert f'guesses.ask(\\"{name}\\")' in main_line, row


def test_the_page_asks_nobody():
    page = (ROOT / "docs" / "try" / "index.html").read_text("utf-8")
    asks = r"\b(?:fetch|import|importScripts|XMLHttpRequest|WebSocket|EventSource|sendBeacon)\b"
    loads = r"<(?!a\b)\w[^>]*\b(?:src|href|action)=\W?(?:https?:)?//|url\(\W?(?:https?:)?//"
    for example in ("fetch('x')", "<img src='https://a.b'>", "<link href=//a.b>", "url(http://a)"):
        assert re.search(f"{asks}|{loads}", example)
    assert "<script" in page and re.findall(f"{asks}|{loads}", page) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_notebook_stores_a_script(path):
    for cell in json.loads((ROOT / path).read_text("utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            for kind, content in output.get("data", {}).items():
                assert "javascript" not in kind
                assert kind == "image/png" or not re.search(r"<script|\bon\w+=", str(content), re.I)


def test_the_examples_of_readme_and_library_run(capsys):
    making, evaluating = (re.search(r"^```python\n(.+?)^```$", (ROOT / page).read_text("utf-8"),
                                    re.MULTILINE | re.DOTALL)[1]
                          for page in ("README.md", "docs/library.md"))
    exec(making, names := {})
    assert names["total"] == names["digit"] + names["number"] and names["number"] in range(10)
    exec(evaluating, {})
    assert "both" in capsys.readouterr().out
