"""Build the site: all lessons with what they printed, the pages of docs, and the page.

    python tools/publishing/build_site.py [--to FOLDER] [--address ADDRESS]

Writes build/site from the repository: the notebooks as they are stored, docs, parts of the README,
and the page (`build_page.py`). Nothing is downloaded, and no code of a lesson is run. Fails if
Sphinx warns, for instance of a broken link. Needs the extra `site`. What MyST-NB folds or leaves
out of a lesson follows from the form in which all notebooks are stored (`for_reading`).
"""

from __future__ import annotations

import argparse
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
    every_notebook,
    tags,
)
from tools.publishing.address import BADGE, PLACEHOLDER, badge, read_address
from tools.publishing.build_page import page_of_site

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "site"
SITE = ROOT / "build" / "site"
READ_HERE = """\
*Here you can read the whole lesson with its output. An answer to a guess is folded, so guess first.
To draw, to move sliders and to change the code, [get the course](../install.md).*
"""
ANSWER = "What came out: the answer to the guess"
EXPLAINS = "What came out: it explains the answer"
NO_GUESS = re.compile(r"What came out:\s+<details><summary>.+?</summary>(.+)</details>", re.S)
ANCHOR = re.compile(r'^<a id="[\w-]+"></a>\n\n', re.M)  # above a heading, for JupyterLab


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
            for output in cell.outputs:  # one fold is enough
                if reply := NO_GUESS.fullmatch(output.get("data", {}).get("text/markdown", "")):
                    output.data["text/markdown"] = reply[1]
        asked -= {*re.findall(r'guesses\.compare\("(.+?)"', cell.source), "written down"}


def as_page(notebook, path: Path, address: str):
    """A notebook for the site, with links below its title: download it, open it in Colab."""
    header = notebook.cells[0]
    header.source = BADGE.sub("", header.source)
    links = f'<a download href="{path.name}">Download</a>'
    if colab := re.search(r"\)\]\((\S+)\)", badge(address, path)):
        links += f' · <a href="{colab[1]}">Open in Colab</a>'
    here = READ_HERE if path.parent == NOTEBOOKS and path.stem != "glossary" else ""
    header.source = header.source.replace("\n\n", f"\n\n<p>{links}</p>\n\n{here}\n", 1)
    for_reading(notebook)
    return notebook


def gather(sources: Path, address: str) -> None:
    """Put all that the site is made of into a folder, laid out like the repository."""
    shutil.rmtree(sources, ignore_errors=True)
    shutil.copytree(PAGES, sources, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for page in (*ROOT.glob("docs/*.md"), ROOT / "CHANGELOG.md", ROOT / "README.md"):
        copied = sources / page.relative_to(ROOT)
        copied.parent.mkdir(exist_ok=True)
        text = ANCHOR.sub("", BADGE.sub("", page.read_text("utf-8")))  # Sphinx names headings
        copied.write_text(text, "utf-8")
    (sources / "README.md").rename(sources / "README")  # whose parts are in other pages
    shutil.copytree(ROOT / "assets", sources / "assets", ignore=shutil.ignore_patterns("mnist"))
    (sources / "notebooks" / "solutions").mkdir()
    for path in every_notebook():
        notebook = as_page(nbformat.read(path, as_version=4), path, address)
        nbformat.write(notebook, sources / path.relative_to(ROOT))


def build(address: str, site: Path) -> int:
    """Build the site. Returns 0 where all went well."""
    from sphinx.application import Sphinx

    sources = site.with_name(f"{site.name}_sources")
    shutil.rmtree(site, ignore_errors=True)
    gather(sources, address)
    sys.path.insert(0, str(PAGES))  # for its extension
    settings = dict(course_root=ROOT, course_address="" if address == PLACEHOLDER else address)
    sphinx = Sphinx(sources, PAGES, site, sources / "read", "html", settings, status=None,
                    warningiserror=True)
    sphinx.build()
    for path in every_notebook():  # to download, as they are
        shutil.copy(path, site / path.relative_to(ROOT))
    (site / "try").mkdir()
    (site / "try" / "index.html").write_text(page_of_site(address), "utf-8")
    (site / "assets").mkdir(exist_ok=True)
    shutil.copy(ROOT / "assets" / "page.png", site / "assets")  # its picture, which leads there
    return sphinx.statuscode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--to", type=Path, default=SITE, help="the folder to write")
    parser.add_argument("--address", default=read_address(), help="of the repository")
    options = parser.parse_args()
    failed = build(options.address, options.to.resolve())
    print(options.to / "index.html")
    return failed


if __name__ == "__main__":
    sys.exit(main())
