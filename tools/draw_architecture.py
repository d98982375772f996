"""Draw the house of this course from its imports: docs/architecture.svg.

    python tools/draw_architecture.py

An arrow from one room to another: something there imports something here. What follows from other
arrows is left out. `tests/test_architecture.py` fails where the picture isn't that of the code.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from html import escape
from pathlib import Path
from textwrap import wrap

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "mnist_adder_lib"
PICTURE = ROOT / "docs" / "architecture.svg"
LESSONS = [path.stem[3:] for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))]
TOOLS = {path.stem for path in (ROOT / "tools").glob("*.py")}

ROOMS = {  # left, top, width and height; name; what is there, where it isn't its modules
    "notebooks": (20, 20, 270, 76, "notebooks/", "the lessons, their solutions, the glossary"),
    "tools": (330, 20, 270, 76, "tools/", "train, measure, build, run the lessons"),
    "tests": (640, 20, 250, 76, "tests/", "mirror all the rest, in a browser too"),
    "lessons": (20, 136, 580, 112, "mnist_adder_lib/course/: a module for each lesson", ""),
    "course": (20, 288, 270, 112, "mnist_adder_lib/course/: shared", ""),
    "drawing": (330, 288, 270, 112, "mnist_adder_lib/drawing/", ""),
    "network": (20, 440, 580, 76, "mnist_adder_lib/: the network", ""),
    "page": (640, 136, 250, 112, "docs/try/", "the page: the network in JavaScript, which tests "
             "compare with Python's"),
    "site": (640, 288, 250, 112, "build/site/", "lessons and docs to read, with docs/site around "
             "them"),
}
WRITES = {"page": "build_page", "site": "build_site"}  # by which tool
LEGEND = ["→ imports, if need be by way of others", "⇢ writes",
          "In a room of the library each module", "imports only from those before it."]
STYLE = """
svg { background: #fff; font: 13px system-ui, sans-serif; fill: #222 }
rect { fill: #eef3f9; stroke: #3b74b8; rx: 8px }
.name { font-weight: 600 }
path { fill: none; stroke: #555; stroke-width: 1.6; marker-end: url(#tip) }
.writes { stroke-dasharray: 5 4 }
marker path { fill: #555; stroke: none; marker-end: none }"""


def modules(library: Path) -> dict[str, Path]:
    """All modules by their names inside the library, such as `course.guesses`."""
    files = sorted(library.rglob("*.py"))
    return {".".join(path.relative_to(library).with_suffix("").parts): path for path in files}


def imports(library: Path) -> dict[str, set[str]]:
    """What each module imports of the library."""
    found = modules(library)
    return {name: set(imported(name, path, found)) for name, path in found.items()}


def imported(name: str, path: Path, known) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = name.split(".")[: -node.level]
            base = ".".join(folder + (node.module.split(".") if node.module else []))
            for alias in node.names:  # `from .. import train` names a module, `from ..train` too
                inner = f"{base}.{alias.name}".strip(".")
                yield inner if inner in known else base if base in known else f"{base}.__init__"


MODULES = imports(LIBRARY)


def room(module: str) -> str:
    """Where a module of the library is."""
    folder, _, name = module.rpartition(".")
    return "lessons" if folder == "course" and name in LESSONS else folder or "network"


def code_of(path: Path) -> str:
    """The code of a module, or that of a notebook without commands to the shell."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    cells = ["".join(cell["source"]) for cell in json.loads(text)["cells"]
             if cell["cell_type"] == "code"]
    return re.sub(r"^\s*[%!].*", "", "\n".join(cells), flags=re.MULTILINE)


def used(path: Path) -> Iterator[str]:
    """The rooms from which a program, a test or a notebook imports."""
    for node in ast.walk(ast.parse(code_of(path))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            top, *inner = name.split(".")
            if top in TOOLS:
                yield "tools"
            elif top == LIBRARY.name:
                place = ".".join(inner)
                known = [one for one in MODULES if f"{place}.".startswith(f"{one}.")]
                yield room(max(known, key=len, default="__init__"))


def arrows() -> dict[str, set[str]]:
    """The rooms that each room imports from, without what follows from others."""
    found: dict[str, set[str]] = {name: set() for name in ROOMS}
    for module, names in MODULES.items():
        if module != "__init__":
            found[room(module)] |= {room(name) for name in names} - {room(module)}
    for name in ("notebooks", "tools", "tests"):
        for path in (ROOT / name).rglob("*.ipynb" if name == "notebooks" else "*.py"):
            found[name] |= set(used(path)) - {name}
    below: dict[str, set[str]] = {}  # all that can be reached
    for name in TopologicalSorter(found).static_order():
        below[name] = found[name].union(*(below[other] for other in found[name]))
    return {name: {one for one in others if not any(one in below[other] for other in others)}
            for name, others in found.items()}


def contents(name: str) -> list[str]:
    """The lines in a room: what is there, or its modules, each behind those that it imports."""
    width, text = ROOMS[name][2], ROOMS[name][5]
    if not text:
        ordered = TopologicalSorter({one: sorted(MODULES[one]) for one in sorted(MODULES)})
        here = [one.rpartition(".")[2] for one in ordered.static_order()
                if room(one) == name and not one.endswith("__init__")]
        text = ", ".join(LESSONS if name == "lessons" else here)
    return wrap(text, width // 7)


def draw_room(name: str) -> str:
    left, top, width, height, title, _ = ROOMS[name]
    lines = "".join(f'<text x="{left + 12}" y="{top + 44 + 18 * place}">{escape(line)}</text>\n'
                    for place, line in enumerate(contents(name)))
    return (f'<rect x="{left}" y="{top}" width="{width}" height="{height}"/>\n'
            f'<text class="name" x="{left + 12}" y="{top + 22}">{escape(title)}</text>\n{lines}')


def draw_arrow(start: str, end: str) -> str:
    """Down from a room to one below it, or to the left."""
    left, top, width, height, *_ = ROOMS[start]
    other_left, other_top, other_width, *_ = ROOMS[end]
    if top == other_top:
        return f'<path d="M{left} {top + height / 2:g}H{other_left + other_width}"/>\n'
    x = (max(left, other_left) + min(left + width, other_left + other_width)) / 2
    return f'<path d="M{x:g} {top + height}V{other_top}"/>\n'


def draw_writes(page: str) -> str:
    """From the tools, round the corner, to what one of them writes."""
    left, top, width, height, *_ = ROOMS["tools"]
    other_left, other_top, _, other_height, *_ = ROOMS[page]
    return (f'<path class="writes" d="M{left + width - 30} {top + height}v20H{other_left - 20}'
            f'V{other_top + other_height / 2:g}H{other_left}"/>\n')


def draw() -> str:
    """The whole picture, as SVG."""
    lines = [draw_arrow(start, end) for start, ends in arrows().items() for end in sorted(ends)]
    legend = [f'<text x="640" y="{456 + 19 * place}">{line}</text>\n'
              for place, line in enumerate(LEGEND)]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 910 536" width="910" height="536">\n'
        f"<title>The rooms of the repository, and what imports what</title>\n<style>{STYLE}\n"
        '</style>\n<marker id="tip" markerWidth="9" markerHeight="8" refX="8" refY="4" '
        'orient="auto"><path d="M0 0L9 4L0 8z"/></marker>\n'
        + "".join([*map(draw_room, ROOMS), *lines, *map(draw_writes, WRITES), *legend]) + "</svg>\n"
    )


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8", newline="\n")
    print(PICTURE)
