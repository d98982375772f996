"""Build the site: the network, all lessons with what they printed, and the pages of docs.

    python tools/build_site.py [LESSON ...] [--to FOLDER] [--address ADDRESS]

Writes build/site from what is there: the notebooks (or those whose names begin with LESSON), docs,
parts of the README, and the page that tools/build_page.py made. Nothing is downloaded, and of the
lessons nothing is run but what makes a widget that works without Python, or the figures of its
sliders. Fails where Sphinx warns, for instance of a link to nowhere. Needs the extra `site`.
"""

from __future__ import annotations

import argparse
import ast
import base64
import html
import io
import itertools
import json
import re
import shutil
import sys
from pathlib import Path

import nbformat
import numpy as np
from build_page import PAGE, for_site, samples
from nbformat import v4
from PIL import Image
from set_repository import ASKS, BADGE, PLACEHOLDER, badge, read_address

from mnist_adder_lib.course.exercises.recall import Recall
from mnist_adder_lib.course.exercises.recall import load as load_recall
from mnist_adder_lib.course.notebook.display import Picture
from mnist_adder_lib.course.widgets.network_diagram import weights_as_text
from mnist_adder_lib.course.widgets.widgets import read, without_python

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "site"
SITE = ROOT / "build" / "site"
PARTS = {  # of the README: the name here, its heading
    "start": "Start", "lessons": "Lessons", "library": "Library", "results": "Results",
    "credits": "Credits",
}
LIVE = {  # what calculates all in the browser: its class, or the function that makes it
    "WindowViewer", "BallOnCurve", "HiddenSums", "NetworkDiagram", "AdderPanel",
    "DigitPad", "UnitExplorer", "explore_units", "explore"}
TRAINS = re.compile(r"\b(fit|train_network)\(|\breader=")  # a network of the learner's own
WITH_PYTHON = {  # what one does with others when the lesson runs
    "AdderPanel": "a panel with the network that you have just trained. Draw a digit: it answers "
                  "while you draw.",
    "Dictation": "a pad that asks you for twenty digits, one after the other: the test set of your "
                 "own hand.",
    "Follow": "the panel once more. After each stroke the ring in the figure moves to where your "
              "drawing lies among the others.",
    "HiddenSums": "the grid once more, behind the network that you have just trained.",
    "Replay": "a pad and a slider. Draw a digit, and see what the network said of it after each "
              "epoch.",
}
NEEDS_PYTHON = '<p class="needs-python">When you run this lesson, here is {what}</p>'
READ_HERE = """\
*Here you read the lesson, with all it printed; what can be drawn, moved or guessed works on this
page, too. Where it says "run the cell", look at what stands below it. To change code,
[get the course](../install.md).*
"""
UNRUN = re.compile(r"<details><summary>Reading without running\?.+?</details>\s*", re.S)
STOPS = 3, 19  # of a slider on the site: of the first ones, of the last
CARDS = {  # the figure on a lesson's card, by the cell that shows it; else it is the first
    "01-two-picture", "02-052", "03-edges", "06-032", "07-029", "08-look", "09-017", "11-small"}
CARD = """\
<div class="card"><img src="_static/{picture}" alt="{alt}" loading="lazy">\
<a href="{page}">{title}</a> <span>{will}</span> <small>{minutes} minutes</small></div>
"""
START = """\
from mnist_adder_lib import load_pretrained
from mnist_adder_lib.course.widgets.network_diagram import NetworkDiagram
NetworkDiagram(load_pretrained())"""
ROW = re.compile(r"^\| \[(.+?)\]\((\S+?\.ipynb)\) \| (.+?) \|\n", re.M)  # of a lesson
OF_THE_COURSE = r"^from mnist_adder_lib\.(course|drawing)\S* import .*\b{name}\b"
NOT_THEIRS = {  # traits that every widget has, or that only Python answers
    "layout", "tabbable", "tooltip", "answer", "request"}
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


def widget_name(cell, statements: str) -> str:
    """What makes the widget that a cell shows: its class, or the function that returns it; or "".

    Some leave their name and brackets in the notebook, others nothing.
    """
    if cell.outputs:
        named = re.fullmatch(r"([A-Z]\w+)[(:].*", plain_text(cell))
        if named and re.search(OF_THE_COURSE.format(name=named[1]), statements, re.M):
            return named[1]
    last = statements.rpartition("\n")[2]
    last = (re.findall(rf"^{re.escape(last)} = (.*)", statements, re.M) or [last])[-1]
    name = last.partition("(")[0]
    return name if name in LIVE | set(WITH_PYTHON) else ""


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
        bound |= {node.value.id for node in nodes if isinstance(node, ast.Attribute)
                  and node.attr == "append" and isinstance(node.value, ast.Name)}
        bound |= {(node.asname or node.name).partition(".")[0] for node in nodes
                  if isinstance(node, ast.alias)}
        bound |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        if needed is None or bound & needed:
            needed = (needed or set()) - bound
            needed |= {node.id for node in nodes
                       if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
            kept.insert(0, ast.unparse(statement))
    return "\n".join(kept)


class Frames:
    """What `explore` gives, on the site: its figures for some places of its sliders."""

    _esm, _css = (PAGES / "frames.js").read_text("utf-8"), ""

    def __init__(self, draw, **ranges):
        *others, _ = ranges
        self.start = {name: (*start, low)[0] for name, (low, _, *start) in ranges.items()}
        self.stops = {}
        for name, (low, high, *_) in ranges.items():
            evenly = np.linspace(low, high, STOPS[name not in others]).round().astype(int).tolist()
            self.stops[name] = sorted({*evenly, self.start[name]})
        places = list(itertools.product(*self.stops.values()))
        self.frames = [self.frame(draw(**dict(zip(ranges, values)))) for values in places]
        first = self.frames[places.index(tuple(self.start.values()))]
        self.instead = f'<img src="{first["src"]}" alt="{html.escape(first["alt"])}">'

    @staticmethod
    def frame(figure) -> dict:
        """The figure as a picture in a page; WebP is a third of PNG here."""
        picture, file = Picture(figure), io.BytesIO()
        Image.open(io.BytesIO(picture.data)).save(file, "webp", lossless=True)
        url = f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
        return dict(src=url, alt=picture.metadata["alt"])

    def get_state(self) -> dict:
        return dict(stops=self.stops, start=self.start, frames=self.frames)


def made(statements: str):
    """What the last of some statements gives."""
    *first, last = statements.splitlines()
    names: dict = {}
    exec("\n".join(first), names)
    return eval(last, names | {"explore": Frames})


def as_html(widget, scripts: dict, marks: str = "", instead: str = "") -> str:
    """A widget for the site; its script and style go into `scripts`.

    marks: more attributes of its element; instead: what stands there without JavaScript
    """
    name, script = type(widget).__name__, str(widget._esm)
    traits = {name: value for name, value in widget.get_state().items()
              if name[0] != "_" and name not in NOT_THEIRS}
    if name == "AdderPanel":
        script = without_python() + read("panel_model")
        traits |= dict(weights=weights_as_text(widget.model), samples=samples())
    script = script.replace("export default", "return")
    scripts[name] = f"WIDGETS.{name} = (() => {{\n{script}\n}})();\n", str(widget._css)
    traits = html.escape(json.dumps(traits, separators=(",", ":")))
    return f'<div data-widget="{name}"{marks} data-traits="{traits}">{instead}</div>'


def live(statements: str, scripts: dict) -> str:
    """A widget for the site, made by these statements."""
    widget = made(statements)
    return as_html(widget, scripts, instead=getattr(widget, "instead", ""))


def recall_live(code, lesson: str, scripts: dict) -> None:
    """The questions from earlier lessons, with links to pages in place of notebooks."""
    for cell in code:
        if "guesses.recall()" in cell.source:
            widget = Recall(load_recall(lesson))
            widget.questions = [one | {"link": one["link"].replace(".ipynb#", ".html#")}
                                for one in widget.questions]
            text = cell.outputs[0].data["text/markdown"]
            cell.outputs[0].data = {
                "text/markdown": as_html(widget, scripts, instead=f"\n\n{text}\n\n")}
            tag(cell, "remove-input")


def guess_live(code, scripts: dict) -> None:
    """Choices for each guess; what would give its answer away is marked, and waits for one."""
    asked = {}
    for place, cell in enumerate(code):
        for kind, name in re.findall(r'guesses\.(ask|compare)\("(.+?)"', cell.source):
            if kind == "ask":
                asked[name] = place, f"guess-{len(asked)}", made(made_from(code[:place + 1]))
                show_guess(cell, *asked[name][1:], scripts)
                continue
            start, mark, guess = asked[name]
            compare_guess(cell.outputs[-1], mark, guess.question)
            for held in [one for one in code[start + 1:place + 1] if one.outputs][-4:]:
                tag(held, f"after-{mark}")


def show_guess(cell, mark: str, guess, scripts: dict) -> None:
    """The choices in place of a list; the cell's code is only what asks."""
    text = guess._repr_mimebundle_()[0]["text/markdown"]
    shown = as_html(guess.widget, scripts, f' data-guess="{mark}"', f"\n\n{text}\n\n")
    cell.outputs = [v4.new_output("display_data", {"text/markdown": shown})]
    if all(line.startswith(("from", "guesses")) for line in cell.source.splitlines() if line):
        tag(cell, "remove-input")


def compare_guess(output, mark: str, question) -> None:
    """What is said without a choice, and, hidden, what is said of each."""
    stored = output.data["text/markdown"]
    parts = [f'<div id="{mark}" data-verdict>\n\n{stored}\n\n</div>']
    parts += [f'<div data-verdict hidden>\n\n{text}\n\n</div>'
              for text in question.verdicts(stored)]
    output.data = {"text/markdown": "\n\n".join(parts)}


def tag(cell, name: str) -> None:
    cell.metadata.tags = [*cell.metadata.get("tags", []), name]


def as_page(notebook, path: Path, address: str, scripts: dict):
    """A lesson for the site: the cell for Colab folded, widgets live where they need no Python."""
    header = notebook.cells[0]
    header.source = BADGE.sub("", header.source)
    if path.stem != "glossary":
        here = "" if path.parent.name == "solutions" else READ_HERE
        above = f"\n\n{buttons(path, address)}\n\n{here}\n"
        header.source = header.source.replace("\n\n", above, 1)
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and ASKS not in cell.source]
    for cell in notebook.cells:
        cell.source = UNRUN.sub("", cell.source)
        if ASKS in cell.source:
            cell.metadata.tags = ["hide-input"]
    for place, cell in enumerate(code):
        if cell.outputs and not re.match(r"[A-Z]\w+[(:]", plain_text(cell)):
            continue
        statements = made_from(code[:place + 1])
        name = widget_name(cell, statements)
        if name in LIVE and not TRAINS.search(statements):
            shown = live(statements, scripts)
        elif name:
            what = WITH_PYTHON.get(name, "something to play with.")
            shown = NEEDS_PYTHON.format(what=what)
        else:
            continue
        cell.outputs = [v4.new_output("display_data", {"text/html": shown})]
    recall_live(code, path.stem[3:], scripts)
    guess_live(code, scripts)
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


def card(title: str, path: str, will: str, static: Path) -> str:
    """A lesson as the start page shows it, with a figure that it has printed."""
    cells = nbformat.read(ROOT / path, as_version=4).cells
    figures = {(cell.id not in CARDS, place): output
               for place, cell in enumerate(cells) for output in cell.get("outputs", [])[:1]
               if "image/png" in output.get("data", {})}
    figure, picture = figures[min(figures)], f"{Path(path).stem}.png"
    (static / picture).write_bytes(base64.b64decode(figure.data["image/png"]))
    alt = html.escape(figure.metadata["image/png"]["alt"])
    will = re.sub("`(.+?)`", r"<code>\1</code>", html.escape(will))
    minutes = re.search(r"about (\d+) minutes", cells[0].source)[1]
    return CARD.format(page=path.replace("ipynb", "html"), picture=picture, alt=alt, title=title,
                       will=will, minutes=minutes)


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
        text = ROW.sub("", part(readme, heading)).replace("| lesson | you will |\n|---|---|\n", "")
        (sources / "parts" / f"{name}.md").write_text(text, "utf-8")
    found, scripts = notebooks(chosen), {}
    (sources / "parts" / "start.html").write_text(live(START, scripts), "utf-8")
    cards = "".join(card(*row, sources / "static") for row in ROW.findall(readme)
                    if ROOT / row[1] in found)
    (sources / "parts" / "cards.html").write_text(f'<div class="cards">\n{cards}</div>', "utf-8")
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
    (site / "try").mkdir()
    (site / "try" / "index.html").write_text(for_site(PAGE.read_text("utf-8")), "utf-8")
    (site / "assets").mkdir(exist_ok=True)
    shutil.copy(ROOT / "assets" / "page.png", site / "assets")  # its picture where it is linked
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
