"""Build the site: the network, all lessons with what they printed, and the pages of docs.

    python tools/publishing/build_site.py [LESSON ...] [--to FOLDER] [--address ADDRESS]

Writes build/site from the repository: the notebooks (or those whose names begin with LESSON) as
they are stored, docs, parts of the README, and the page (`build_page.py`). Nothing is downloaded,
and no code of a lesson is run. Fails if Sphinx warns, for instance of a broken link. Needs the
extra `site`.

A lesson's card shows the picture that the lesson opens with. What MyST-NB folds or leaves out of a
lesson follows from the form in which all notebooks are stored (`for_reading`).
"""

from __future__ import annotations

import argparse
import html
import re
import shutil
import sys
from pathlib import Path

import nbformat

from tools.notebooks.notebook_files import (
    ANSWERS,
    ASKS,
    FOLDED_OUTPUT,
    NOTEBOOKS,
    WRITTEN_DOWN,
    tags,
)
from tools.publishing.address import BADGE, PLACEHOLDER, badge, read_address, site_of
from tools.publishing.build_page import page_of_site

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "site"
SITE = ROOT / "build" / "site"
PARTS = {  # of the README: the name here, its heading
    "start": "Start", "lessons": "Lessons", "credits": "Credits",
}
READ_HERE = """\
*Here you can read the whole lesson with its output. An answer to a guess is folded, so guess first.
To draw, to move sliders and to change the code, [get the course](../install.md).*
"""
ANSWER = "What came out: the answer to the guess"
EXPLAINS = "What came out: it explains the answer"
CARD = """\
<div class="card"><img src="_static/{picture}" alt="{alt}" loading="lazy">\
<a href="{page}">{title}</a> <span>{will}</span> <small>{minutes} minutes</small></div>
"""
# A lesson's row in the README: its title, file, what you will do.
ROW = re.compile(r"^\| \[(.+?)\]\((\S+?\.ipynb)\)(?: \[!.+?)? \| (.+?) \| [\d +]+ \|\n", re.M)
# A part of the course: its name, what it is about, and the table of its lessons.
COURSE_PART = re.compile(
    r"^\*\*(.+)\*\*(, lessons .+)\n\n(\| lesson \|.+\n\|[-|]+\n(?:\| \[.+\n)+)", re.M)
OPENING = re.compile(r"!\[(.+?)\]\(\.\./assets/(open_\d\d\.png)\)")  # a lesson's first picture
ANCHOR = re.compile(r'^<a id="[\w-]+"></a>\n\n', re.M)  # above a heading, for JupyterLab


def part(readme: str, heading: str) -> str:
    """The text below a heading of the README."""
    return re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", readme, re.DOTALL | re.MULTILINE)[1]


def for_reading(notebook) -> None:
    """Tell MyST-NB, by its own tags, how each cell is shown. They aren't in the notebooks, which
    say it once, in the words of JupyterLab and of this course: a second set would have to agree.

    Guards and a reader's progress, which the site can't know, are left out, so is the code that
    only asks, and what a check says of an exercise that nobody has solved. What the stored form
    folds, so that a guess comes first, is folded here, too, and the fold says what is in it.
    """
    asked: set[str] = set()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            if WRITTEN_DOWN.search(cell.source):
                asked.add("written down")
            continue
        asked |= set(re.findall(r'guesses\.ask\("(.+?)"', cell.source))
        lines = [line for line in cell.source.splitlines() if line]
        says = "".join(output.get("text", "") for output in cell.outputs)
        for name, applies in {
            "hide-input": ASKS in cell.source,
            "remove-cell": "guard" in tags(cell) or cell.source.endswith("my_progress()"),
            "remove-input": all(line.startswith(("from", "guesses.ask", "guesses.recall"))
                                for line in lines),
            "remove-output": says.startswith("Not solved yet."),
            "hide-output": cell.metadata.get("jupyter", {}).get(FOLDED_OUTPUT),
        }.items():
            if applies:
                cell.metadata.tags = [*tags(cell), name]
        if "hide-output" in tags(cell):
            title = ANSWER if asked or ANSWERS in tags(cell) else EXPLAINS
            cell.metadata.mystnb = {"code_prompt_show": title, "code_prompt_hide": title}
        asked -= {*re.findall(r'guesses\.compare\("(.+?)"', cell.source), "written down"}


def as_page(notebook, path: Path, address: str):
    """A notebook for the site, with a line of buttons below its title."""
    header = notebook.cells[0]
    header.source = BADGE.sub("", header.source)
    if path.stem != "glossary":
        here = READ_HERE if is_lesson(path) else ""
        above = f"\n\n{buttons(path, address)}\n\n{here}\n"
        header.source = header.source.replace("\n\n", above, 1)
    for_reading(notebook)
    return notebook


def buttons(path: Path, address: str) -> str:
    """The line below a notebook's title: download it, open it elsewhere."""
    links = [f'<a download href="{path.name}">Download</a>']
    colab = re.search(r"\)\]\((\S+)\)", badge(address, path))
    if colab:
        repository = address.removeprefix("https://github.com/")
        binder = f"https://mybinder.org/v2/gh/{repository}/main?labpath=notebooks/{path.name}"
        links += [f'<a href="{place}">Open in {name}</a>'
                  for name, place in (("Colab", colab[1]), ("Binder", binder))]
    return f'<p class="buttons">{"".join(links)}</p>'


def notebooks(chosen) -> list[Path]:
    """The lessons, their solutions and the glossary; of the lessons those chosen, or all."""
    every = sorted(NOTEBOOKS.glob("*.ipynb")) + sorted((NOTEBOOKS / "solutions").glob("*.ipynb"))
    return [path for path in every
            if not chosen or path.stem == "glossary" or path.name.startswith(tuple(chosen))]


def card(title: str, path: str, will: str, static: Path) -> str:
    """A lesson as the start page shows it, with the picture that it opens with."""
    header = nbformat.read(ROOT / path, as_version=4).cells[0].source
    alt, picture = OPENING.search(header).groups()
    shutil.copy(ROOT / "assets" / picture, static)
    will = re.sub("`(.+?)`", r"<code>\1</code>", html.escape(will))
    minutes = re.search(r"about (\d+) minutes", header)[1]
    return CARD.format(page=path.replace("ipynb", "html"), picture=picture, alt=html.escape(alt),
                       title=title, will=will, minutes=minutes)


def cards_of(title: str, about: str, table: str, static: Path, found: list[Path]) -> str:
    """The cards of one part of the course, those of the lessons in `found`."""
    cards = "".join(card(*row, static) for row in ROW.findall(table) if ROOT / row[1] in found)
    return f'<p><strong>{title}</strong>{about}</p>\n<div class="cards">\n{cards}</div>\n'


def is_lesson(path: Path) -> bool:
    return path.parent == NOTEBOOKS and path.stem != "glossary"


def gather(sources: Path, address: str, found: list[Path]) -> None:
    """Put all that the site is made of into a folder, laid out like the repository."""
    shutil.rmtree(sources, ignore_errors=True)
    not_copied = shutil.ignore_patterns("*.py", "__pycache__", "solutions.md")
    shutil.copytree(PAGES, sources, ignore=not_copied)
    for folder in ("docs", "parts", "assets", "notebooks/solutions"):
        (sources / folder).mkdir(parents=True)
    shutil.copy(PAGES / "solutions.md", sources / "notebooks")
    for page in (ROOT / "docs").glob("*.md"):  # Sphinx names headings itself
        text = ANCHOR.sub("", page.read_text("utf-8"))
        (sources / "docs" / page.name).write_text(text, "utf-8")
    for picture in (ROOT / "assets").glob("*.png"):
        shutil.copy(picture, sources / "assets")
    shutil.copy(ROOT / "CHANGELOG.md", sources / "parts")
    readme = (ROOT / "README.md").read_text("utf-8")
    for name, heading in PARTS.items():
        text = BADGE.sub("", COURSE_PART.sub("", part(readme, heading)))
        (sources / "parts" / f"{name}.md").write_text(text, "utf-8")
    (sources / "parts" / "cards.html").write_text("".join(
        cards_of(*one, sources / "static", found) for one in COURSE_PART.findall(readme)), "utf-8")
    for path in found:
        notebook = as_page(nbformat.read(path, as_version=4), path, address)
        nbformat.write(notebook, sources / path.relative_to(ROOT))


def build(address: str, site: Path, found: list[Path]) -> int:
    """Build the site with some of the notebooks. Returns 0 where all went well."""
    from sphinx.application import Sphinx

    sources = site.with_name(f"{site.name}_sources")
    shutil.rmtree(site, ignore_errors=True)
    gather(sources, address, found)
    sys.path.insert(0, str(PAGES))
    settings = dict(course_root=ROOT, course_address="" if address == PLACEHOLDER else address,
                    course_site=site_of(address),
                    html_static_path=[str(sources / "static")])
    sphinx = Sphinx(sources, PAGES, site, sources / "read", "html", settings, status=None,
                    warningiserror=True)
    sphinx.build()
    for path in found:
        shutil.copy(path, site / path.relative_to(ROOT))
    (site / "try").mkdir()
    (site / "try" / "index.html").write_text(page_of_site(address), "utf-8")
    (site / "assets").mkdir(exist_ok=True)
    shutil.copy(ROOT / "assets" / "page.png", site / "assets")  # its picture, which leads there
    return sphinx.statuscode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("lessons", nargs="*", help="the beginnings of their names")
    parser.add_argument("--to", type=Path, default=SITE, help="the folder to write")
    parser.add_argument("--address", default=read_address(), help="of the repository")
    options = parser.parse_args()
    failed = build(options.address, options.to.resolve(), notebooks(options.lessons))
    print(options.to / "index.html")
    return failed


if __name__ == "__main__":
    sys.exit(main())
