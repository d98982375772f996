"""Build the site: the panel, all lessons with what they printed, and the pages for teachers and others.

    python tools/build_site.py [LESSON ...] [--to FOLDER] [--address ADDRESS]

Writes build/site from what is there: the notebooks (or those whose names begin with LESSON), docs,
parts of the README, and the page that tools/build_page.py made. Nothing is run or downloaded. Fails
where Sphinx warns, for instance of a link to nowhere. Needs the extra `site`.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from pathlib import Path

import nbformat
from nbformat import v4
from set_repository import ASKS, BADGE, PLACEHOLDER, badge, read_address

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "site"
SITE = ROOT / "build" / "site"
PARTS = {  # of the README: the name here, its heading
    "start": "Start", "lessons": "Lessons", "library": "Library", "results": "Results",
    "credits": "Credits",
}
PANEL = """\
<div class="try"><div id="panel"></div>
<details><summary>What happens inside</summary>{inside}<div id="inside"></div></details></div>
<script src="{static}/try.js"></script>
"""
NEEDS_PYTHON = '<p class="needs-python">Something to play with stands here when the lesson runs.</p>'
SHOWS_A_WIDGET = re.compile(r"[A-Z]\w+\(.*\)")  # what it leaves in a stored notebook


def part(readme: str, heading: str) -> str:
    """What stands below a heading of the README."""
    return re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", readme, re.DOTALL | re.MULTILINE)[1]


def between(text: str, start: str, end: str) -> str:
    return text.split(start, 1)[1].split(end, 1)[0]


def panel(static: str) -> str:
    """The panel of docs/try as a part of a page."""
    page = (ROOT / "docs" / "try" / "page.html").read_text("utf-8")
    inside = between(page, "</h2>\n", '<div id="inside">')
    return PANEL.format(inside=inside, static=static)


def is_widget(cell) -> bool:
    """Whether a cell shows something that needs a kernel: it left nothing that can be shown."""
    last = cell.source.rstrip().rpartition("\n")[2]
    if not cell.outputs:
        return "nbval-ignore-output" in cell.metadata.get("tags", []) and not re.search(r"\s=\s|^ ", last)
    data = cell.outputs[-1].get("data", {})
    return set(data) == {"text/plain"} and bool(SHOWS_A_WIDGET.fullmatch(data["text/plain"]))


def as_page(notebook, path: Path, address: str):
    """A lesson for the site: what brings it to Colab folded, what needs a kernel live or said so."""
    panels = 0
    header = notebook.cells[0]
    header.source = BADGE.sub("", header.source)
    if path.stem != "glossary":
        header.source = header.source.replace("\n\n", f"\n\n{buttons(path, address)}\n\n", 1)
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if ASKS in cell.source:
            cell.metadata.tags = ["hide-input"]
        if is_widget(cell):
            static = "../" * len(path.relative_to(ROOT).parts[1:]) + "_static"
            is_panel = "panel" in cell.source and not panels
            panels += is_panel
            html = panel(static) if is_panel else NEEDS_PYTHON
            cell.outputs = [v4.new_output("display_data", {"text/html": html})]
    return notebook


def buttons(path: Path, address: str) -> str:
    """What stands below a notebook's title: download it, open it elsewhere."""
    links = [f'<a download href="{path.name}">Download</a>']
    colab = re.search(r"\]\((https://colab\S+)\)\n", badge(address, path))
    if colab:
        repository = address.removeprefix("https://github.com/")
        binder = f"https://mybinder.org/v2/gh/{repository}/main?labpath=notebooks/{path.name}"
        links += [f'<a href="{colab[1]}">Open in Colab</a>', f'<a href="{binder}">Open in Binder</a>']
    return f'<p class="buttons">{"".join(links)}</p>'


def notebooks(chosen) -> list[Path]:
    """The lessons, their solutions and the glossary; of the lessons those chosen, or all."""
    every = sorted((ROOT / "notebooks").glob("*.ipynb")) + sorted(
        (ROOT / "notebooks" / "solutions").glob("*.ipynb"))
    return [path for path in every
            if not chosen or path.stem == "glossary" or path.name.startswith(tuple(chosen))]


def gather(sources: Path, address: str, chosen=()) -> list[Path]:
    """Put all that the site is made of into a folder, laid out like the repository."""
    shutil.rmtree(sources, ignore_errors=True)
    shutil.copytree(PAGES, sources, ignore=shutil.ignore_patterns("*.py", "__pycache__", "solutions.md"))
    for folder in ("docs", "parts", "assets", "notebooks/solutions"):
        (sources / folder).mkdir(parents=True)
    shutil.copy(PAGES / "solutions.md", sources / "notebooks")
    for page in (ROOT / "docs").glob("*.md"):
        shutil.copy(page, sources / "docs")
    for picture in (ROOT / "assets").glob("*.png"):
        shutil.copy(picture, sources / "assets")
    readme = (ROOT / "README.md").read_text("utf-8")
    for name, heading in PARTS.items():
        (sources / "parts" / f"{name}.md").write_text(part(readme, heading), "utf-8")
    (sources / "parts" / "panel.html").write_text(panel("_static"), "utf-8")
    page = (ROOT / "docs" / "try" / "index.html").read_text("utf-8")
    (sources / "static" / "try.js").write_text(between(page, "<script>", "</script>"), "utf-8")
    style = between(page, "<style>", "</style>")
    (sources / "static" / "try.css").write_text(f".try {{\n{style}\n}}\n", "utf-8")
    found = notebooks(chosen)
    for path in found:
        notebook = as_page(nbformat.read(path, as_version=4), path, address)
        nbformat.write(notebook, sources / path.relative_to(ROOT))
    return found


def build(address: str, site: Path, chosen=()) -> int:
    """Build the site, or the part of it with the chosen lessons. Returns 0 where all went well."""
    from sphinx.application import Sphinx

    sources = site.with_name(f"{site.name}_sources")
    shutil.rmtree(site, ignore_errors=True)
    found = gather(sources, address, chosen)
    sys.path.insert(0, str(PAGES))
    settings = dict(course_root=ROOT, course_address="" if address == PLACEHOLDER else address,
                    html_static_path=[str(sources / "static")])
    sphinx = Sphinx(sources, PAGES, site, sources / "read", "html", settings, status=None,
                    warningiserror=True)
    sphinx.build()
    for path in found:
        shutil.copy(path, site / path.relative_to(ROOT))
    (site / ".nojekyll").touch()  # GitHub leaves out folders like _static otherwise
    return sphinx.statuscode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("lessons", nargs="*", help="how the names of the lessons begin; all if none")
    parser.add_argument("--to", type=Path, default=SITE, help="the folder to write")
    parser.add_argument("--address", default=read_address(), help="of the repository")
    options = parser.parse_args()
    failed = build(options.address, options.to.resolve(), options.lessons)
    print(options.to / "index.html")
    return failed


if __name__ == "__main__":
    sys.exit(main())
