"""What the pages claim is so: links, programs that they name, the README's example."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
NOTEBOOKS = sorted(path.relative_to(ROOT) for path in (ROOT / "notebooks").rglob("*.ipynb"))


def anchors(page):
    """Those that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_and_programs_of_a_page_exist(page):
    text = page.read_text("utf-8")
    prose = re.sub(r"`[^`\n]*`", "", text)
    for place, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", prose):
        target = page.parent / place if place else page
        assert target.exists(), place
        assert not anchor or target.suffix != ".md" or anchor in anchors(target), anchor
    for program in re.findall(r"\b(?:tools|experiments|tests)/[\w/]+\.py\b", text):
        assert (ROOT / program).exists(), program


def test_teachers_read_of_guesses_that_are_asked():
    page = (ROOT / "docs" / "teaching.md").read_text("utf-8")
    for number, name in re.findall(r"\| lesson (\d+), \*(.+?)\*", page):
        (lesson,) = (ROOT / "notebooks").glob(f"{number:0>2}_*.ipynb")
        assert f'guesses.ask(\\"{name}\\")' in lesson.read_text("utf-8"), (number, name)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_notebook_stores_a_script(path):
    for cell in json.loads((ROOT / path).read_text("utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            for kind, content in output.get("data", {}).items():
                assert "javascript" not in kind
                assert kind == "image/png" or not re.search(r"<script|\bon\w+=", str(content), re.I)


def test_the_example_of_the_readme_runs(capsys):
    (example,) = re.findall(r"^```python\n(.+?)^```$", (ROOT / "README.md").read_text("utf-8"),
                            re.MULTILINE | re.DOTALL)
    exec(example, {})
    assert "both" in capsys.readouterr().out
