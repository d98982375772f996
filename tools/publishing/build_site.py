"""Build the site: the network, all lessons with what they printed, and the pages of docs.

    python tools/publishing/build_site.py [LESSON ...] [--to FOLDER] [--address ADDRESS]

Writes build/site from the repository: the notebooks (or those whose names begin with LESSON), their
widgets as the lessons' last run stored them (`stored_widgets.py`), docs, parts of the README, and
the page (`build_page.py`). Nothing is downloaded, and no code of a lesson is run. Fails if
Sphinx warns, for instance of a broken link. Needs the extra `site`.

Widgets that compute everything in the browser are live; in place of a panel whose network the
browser doesn't know stands a sentence. For the sliders of `explore`, figures are drawn in advance
for some positions. A lesson's card shows the picture that the lesson opens with.
Outputs that would give away the answer to a guess, those of up to three cells before the
comparison, stay hidden until the reader has guessed. Guards are left out.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import shutil
import sys
from itertools import takewhile
from pathlib import Path

import nbformat
from nbformat import v4

from mnist_adder_course.exercises.questions import Guess, Guesses, Question
from mnist_adder_course.widgets.network_diagram import NetworkDiagram
from mnist_adder_lib import load_pretrained
from tools.notebooks import stored_widgets, widgets_as_data
from tools.notebooks.notebook_files import ASKS, FOLDED_OUTPUT, HEADING, NOTEBOOKS
from tools.publishing.address import BADGE, PLACEHOLDER, badge, read_address, site_of
from tools.publishing.build_page import page_of_site, samples

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "site"
SITE = ROOT / "build" / "site"
PARTS = {  # of the README: the name here, its heading
    "start": "Start", "lessons": "Lessons", "credits": "Credits",
}
NEEDS_PYTHON = '<p class="needs-python">When you run this lesson, here is {what}</p>'
READ_HERE = """\
*Here you can read the whole lesson with its output. Drawing, sliders and guesses work on this page,
too. Where the text asks you to run a cell, look at the result below it. To
change the code, [get the course](../install.md).*
"""
UNRUN = re.compile(r"<details><summary>Reading without running\?.+?</details>\s*", re.S)
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


def as_html(widget: str, traits: dict, marks: str = "", instead: str = "") -> str:
    """A widget on a page of the site, which site.js starts.

    widget: the name of its class; marks: more attributes of its element; instead: what is shown
    without JavaScript
    """
    if traits.get("weights") == widgets_as_data.SHIPPED:
        traits = traits | {"weights": widgets_as_data.shipped_weights()}
    if widget == "AdderPanel":
        traits = traits | {"samples": samples()}
    text = json.dumps(traits, separators=(",", ":"))
    if widget == "MultipleChoice":  # it links to sections of lessons
        text = text.replace(".ipynb#", ".html#")
    if widget == "Frames":
        first = widgets_as_data.first_frame(traits)
        instead = f'<img src="{first["src"]}" alt="{html.escape(first["alt"])}">'
    traits_as_text = html.escape(text)
    return f'<div data-widget="{widget}"{marks} data-traits="{traits_as_text}">{instead}</div>'


def add_guesses(cells: list, lesson: str) -> None:
    """Choices for each guess; what would give its answer away is marked, and waits for one."""
    guesses, asked = Guesses.load(lesson), {}
    for place, cell in enumerate(cells):
        if cell.cell_type != "code":
            continue
        for kind, name in re.findall(r'guesses\.(ask|compare)\("(.+?)"', cell.source):
            if kind == "ask":
                asked[name] = place, f"guess-{len(asked)}"
                show_guess(cell, asked[name][1], guesses.ask(name))
                continue
            start, mark = asked[name]
            compare_guess(cell.outputs[-1], mark, guesses.questions[name])
            before = [one for one in cells[start + 1:place + 1] if one.get("outputs")][-4:]
            below = takewhile(lambda one: not HEADING.search(one.source), cells[place + 1:])
            after = [one for one in below if one.metadata.get("jupyter", {}).get(FOLDED_OUTPUT)]
            for held in [*before, *after]:
                tag(held, f"after-{mark}")


def show_guess(cell, mark: str, guess: Guess) -> None:
    """The choices in place of a list; the cell's code is only what asks."""
    text = guess._repr_mimebundle_()[0]["text/markdown"]
    data = widgets_as_data.widget_data(guess.widget)
    shown = as_html(data["widget"], data["traits"], f' data-guess="{mark}"', f"\n\n{text}\n\n")
    cell.outputs = [v4.new_output("display_data", {"text/markdown": shown})]
    hide_what_only_asks(cell)


def compare_guess(output, mark: str, question: Question) -> None:
    """The reply without a choice and, hidden, the reply to each choice."""
    stored = output.data["text/markdown"]
    parts = [f'<div id="{mark}" data-verdict>\n\n{stored}\n\n</div>']
    parts += [f'<div data-verdict hidden>\n\n{text}\n\n</div>'
              for text in question.verdicts(stored)]
    output.data = {"text/markdown": "\n\n".join(parts)}


def tag(cell, name: str) -> None:
    cell.metadata.tags = [*cell.metadata.get("tags", []), name]


def as_page(notebook, path: Path, address: str):
    """A lesson for the site: the cell for Colab folded, no guards, no progress, widgets live where
    they need no Python."""
    widgets = stored_widgets.read(path.stem) if is_lesson(path) else {}
    header = notebook.cells[0]
    header.source = BADGE.sub("", header.source)
    if path.stem != "glossary":
        here = READ_HERE if is_lesson(path) else ""
        above = f"\n\n{buttons(path, address)}\n\n{here}\n"
        header.source = header.source.replace("\n\n", above, 1)
    for cell in notebook.cells:
        cell.source = UNRUN.sub("", cell.source)
        if ASKS in cell.source:
            cell.metadata.tags = ["hide-input"]
        # A guard that holds is not worth showing, and Python can't know the progress of a reader of
        # the site.
        if "guard" in cell.metadata.get("tags", []) or cell.source.endswith("my_progress()"):
            tag(cell, "remove-cell")
        for widget in widgets.get(cell.id, []):
            show_widget(cell, widget)
    if path.parent == NOTEBOOKS and path.stem[0].isdigit():
        add_guesses(notebook.cells, path.stem.partition("_")[2])
    return notebook


def show_widget(cell, data: dict) -> None:
    """The widget replaces the text that represents it in the notebook."""
    texts = [output.get("data", {}).get("text/plain") for output in cell.outputs]
    place = texts.index(data["text"]) if data["text"] in texts else len(texts)
    stored = cell.outputs[place].data if place < len(texts) else {}
    if "needs_python" in data:
        shown = {"text/html": NEEDS_PYTHON.format(what=data["needs_python"])}
    elif text := stored.get("text/markdown"):
        html_and_text = as_html(data["widget"], data["traits"], instead=f"\n\n{text}\n\n")
        shown = {"text/markdown": html_and_text}
    else:
        shown = {"text/html": as_html(data["widget"], data["traits"])}
    cell.outputs[place:place + 1] = [v4.new_output("display_data", shown)]
    hide_what_only_asks(cell)


def hide_what_only_asks(cell) -> None:
    """The code of a cell that shows a question tells nothing more."""
    if all(line.startswith(("from", "guesses")) for line in cell.source.splitlines() if line):
        tag(cell, "remove-input")


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
    not_copied = shutil.ignore_patterns("*.py", "__pycache__", "solutions.md", "widgets")
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
    network = widgets_as_data.widget_data(NetworkDiagram(load_pretrained(), draws_itself=True))
    opening = as_html("Opening", network["traits"])  # of the page, which it leads to
    (sources / "parts" / "opening.html").write_text(opening, "utf-8")
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
    shutil.copy(ROOT / "assets" / "page.png", site / "assets")  # its picture where it is linked
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
