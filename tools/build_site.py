"""Build the site: the panel, all lessons with what they printed, and the pages of docs.

    python tools/build_site.py [LESSON ...] [--to FOLDER] [--address ADDRESS]

Writes build/site from what is there: the notebooks (or those whose names begin with LESSON), docs,
parts of the README, and the page that tools/build_page.py made. Nothing is downloaded, and of the
lessons nothing is run but what makes a widget that works without Python. Fails where Sphinx warns,
for instance of a link to nowhere. Needs the extra `site`.
"""

from __future__ import annotations

import argparse
import ast
import html
import json
import re
import shutil
import sys
from pathlib import Path

import nbformat
from nbformat import v4
from set_repository import ASKS, BADGE, PLACEHOLDER, badge, read_address

from mnist_adder_lib.course.widgets import read

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
NEEDS_PYTHON = (
    '<p class="needs-python">Here stands something to play with when you run the lesson.</p>')
LIVE = {  # widgets that calculate all in the browser
    "WindowViewer", "BallOnCurve", "HiddenSums", "NetworkDiagram"}
THE_PANEL = re.compile(  # shows the network that ships, and no other
    r"^(\w+) = load_pretrained\(\)\n(?!.*\bfit\().*^(\w+) = AdderPanel\(\1\b[^\n]*\n\2\Z",
    re.M | re.S)
OF_THE_COURSE = r"^from mnist_adder_lib\.(course|drawing)\S* import .*\b{name}\b"
NOT_THEIRS = {"layout", "tabbable", "tooltip"}  # traits that every widget has
MOVED = {  # lessons that once had another number: the old name, and today's
    "01_data_generation": "02_data_generation", "02_layers_by_hand": "03_layers_by_hand",
    "03_model_summary": "04_model_summary", "04_gradients_by_hand": "01_learning_by_hand",
    "05_training_curves": "06_training_curves", "06_evaluation_tables": "07_evaluation_tables",
    "07_draw_a_digit": "08_draw_a_digit", "08_one_change_at_a_time": "09_one_change_at_a_time",
    "09_does_it_add": "10_does_it_add", "10_learning_from_sums": "11_learning_from_sums",
    "11_inside_the_network": "12_inside_the_network", "12_run_it_anywhere": "13_run_it_anywhere",
}
LEADS_ON = """\
<!doctype html><html lang="en"><meta charset="utf-8"><title>Moved</title>
<meta http-equiv="refresh" content="0; url={name}.html">
<p>This lesson has another number now: <a href="{name}.html">{name}</a></p></html>
"""


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


def may_be_widget(cell) -> bool:
    """Whether a cell left what widgets leave: its name and brackets, or nothing."""
    if not cell.outputs:
        last = cell.source.rstrip().rpartition("\n")[2]
        ignored = "nbval-ignore-output" in cell.metadata.get("tags", [])
        return ignored and not re.search(r"\s=\s|^ ", last)
    return bool(re.fullmatch(r"[A-Z]\w+\(.*\)", plain_text(cell)))


def plain_text(cell) -> str:
    """What a cell shows, in characters."""
    return cell.outputs[-1].get("data", {}).get("text/plain", "") if cell.outputs else ""


def made_from(cells) -> str:
    """The statements from which what the last of the cells shows is made, and no others."""
    kept, needed = [], None
    sources = [re.sub(r"^\s*[%!].*", "", cell.source, flags=re.M) for cell in cells]
    for statement in reversed([one for source in sources for one in ast.parse(source).body]):
        nodes = list(ast.walk(statement))
        bound = {node.id for node in nodes
                 if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        bound |= {(node.asname or node.name).partition(".")[0] for node in nodes
                  if isinstance(node, ast.alias)}
        bound |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        if needed is None or bound & needed:
            needed = (needed or set()) - bound
            needed |= {node.id for node in nodes
                       if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
            kept.insert(0, ast.unparse(statement))
    return "\n".join(kept)


def live(statements: str, scripts: dict) -> str:
    """A widget for the site, made by these statements; its script and style go into `scripts`."""
    *first, last = statements.splitlines()
    names: dict = {}
    exec("\n".join(first), names)
    widget = eval(last, names)
    name = type(widget).__name__
    script = str(widget._esm).replace("export default", "return")
    scripts[name] = f"WIDGETS.{name} = (() => {{\n{script}\n}})();\n", str(widget._css)
    traits = {name: value for name, value in widget.get_state().items()
              if name[0] != "_" and name not in NOT_THEIRS}
    traits = html.escape(json.dumps(traits, separators=(",", ":")))
    return f'<div data-widget="{name}" data-traits="{traits}"></div>'


def as_page(notebook, path: Path, address: str, scripts: dict):
    """A lesson for the site: the cell for Colab folded, widgets live where they need no Python."""
    has_panel = False
    header = notebook.cells[0]
    header.source = BADGE.sub("", header.source)
    if path.stem != "glossary":
        header.source = header.source.replace("\n\n", f"\n\n{buttons(path, address)}\n\n", 1)
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and ASKS not in cell.source]
    for cell in notebook.cells:
        if ASKS in cell.source:
            cell.metadata.tags = ["hide-input"]
    for place, cell in enumerate(code):
        if not may_be_widget(cell):
            continue
        statements, name = made_from(code[:place + 1]), plain_text(cell).partition("(")[0]
        if name and not re.search(OF_THE_COURSE.format(name=name), statements, re.M):
            continue
        shown = NEEDS_PYTHON
        if THE_PANEL.search(statements) and not has_panel:
            has_panel = True
            shown = panel("../" * path.relative_to(ROOT).as_posix().count("/") + "_static")
        elif name in LIVE:
            shown = live(statements, scripts)
        cell.outputs = [v4.new_output("display_data", {"text/html": shown})]
    return notebook


def buttons(path: Path, address: str) -> str:
    """What stands below a notebook's title: download it, open it elsewhere."""
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
    every = sorted((ROOT / "notebooks").glob("*.ipynb")) + sorted(
        (ROOT / "notebooks" / "solutions").glob("*.ipynb"))
    return [path for path in every
            if not chosen or path.stem == "glossary" or path.name.startswith(tuple(chosen))]


def gather(sources: Path, address: str, chosen=()) -> list[Path]:
    """Put all that the site is made of into a folder, laid out like the repository."""
    shutil.rmtree(sources, ignore_errors=True)
    others = shutil.ignore_patterns("*.py", "__pycache__", "solutions.md")
    shutil.copytree(PAGES, sources, ignore=others)
    for folder in ("docs", "parts", "assets", "notebooks/solutions"):
        (sources / folder).mkdir(parents=True)
    shutil.copy(PAGES / "solutions.md", sources / "notebooks")
    for page in (ROOT / "docs").glob("*.md"):
        shutil.copy(page, sources / "docs")
    for picture in (ROOT / "assets").glob("*.png"):
        shutil.copy(picture, sources / "assets")
    shutil.copy(ROOT / "CHANGELOG.md", sources / "parts")
    readme = (ROOT / "README.md").read_text("utf-8")
    for name, heading in PARTS.items():
        (sources / "parts" / f"{name}.md").write_text(part(readme, heading), "utf-8")
    (sources / "parts" / "panel.html").write_text(panel("_static"), "utf-8")
    page = (ROOT / "docs" / "try" / "index.html").read_text("utf-8")
    script = f"(() => {{{between(page, '<script>', '</script>')}}})();\n"  # beside site.js
    (sources / "static" / "try.js").write_text(script, "utf-8")
    style = between(page, "<style>", "</style>")
    (sources / "static" / "try.css").write_text(f".try {{\n{style}\n}}\n", "utf-8")
    found, scripts = notebooks(chosen), {}
    for path in found:
        notebook = as_page(nbformat.read(path, as_version=4), path, address, scripts)
        nbformat.write(notebook, sources / path.relative_to(ROOT))
    for name, place in (("site.js", 0), ("site.css", 1)):
        file = sources / "static" / name
        parts = [read("traits"), "const WIDGETS = {};"] if name == "site.js" else []
        parts += [*(script[place] for script in scripts.values()), file.read_text("utf-8")]
        file.write_text("\n".join(parts), "utf-8")
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
    lead_on(site)
    return sphinx.statuscode


def lead_on(site: Path) -> None:
    """Small pages at the old addresses of lessons and solutions; they work from a folder, too."""
    for folder in ("notebooks", "notebooks/solutions"):
        for old, name in MOVED.items():
            if (site / folder / f"{name}.html").exists():
                (site / folder / f"{old}.html").write_text(LEADS_ON.format(name=name), "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("lessons", nargs="*", help="the beginnings of their names")
    parser.add_argument("--to", type=Path, default=SITE, help="the folder to write")
    parser.add_argument("--address", default=read_address(), help="of the repository")
    options = parser.parse_args()
    failed = build(options.address, options.to.resolve(), options.lessons)
    print(options.to / "index.html")
    return failed


if __name__ == "__main__":
    sys.exit(main())
