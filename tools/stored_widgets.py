"""What a lesson's widgets show, as data: stored when the lesson is run, read by the site.

A widget leaves nothing in a notebook that a page without Python could show, and the site runs no
lesson: all of them together take a quarter of an hour. So `run_lessons.py`, which stores a lesson's
outputs, also stores its widgets, from the same run, in docs/site/widgets/LESSON.jsonl:

- first a line with a fingerprint of the code that ran: {"code": ...}. Where a lesson's code has
  changed since, `read` raises an error: the site never shows old widgets in silence
- then a line for each widget: {"cell": the id of the cell that shows it, "text": what stands for it
  in the notebook, ...}, and what widgets_as_data.py knows: {"widget": a class, "traits": ...} or
  {"needs_python": what one does with it}
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from notebook_files import ASKS, NOTEBOOKS

FOLDER = NOTEBOOKS.parent / "docs" / "site" / "widgets"
TO_STORE = "run python tools/run_lessons.py"
KIND = "application/vnd.mnist-adder.widget+json"  # of an output that holds such data


def take(notebook) -> list[dict]:
    """Remove the data of widgets from a notebook that has just been run, and return it."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if data := output.get("data", {}).pop(KIND, None):
                found.append({"cell": cell.id, "text": output.data["text/plain"], **data})
    return found


def fingerprint(notebook) -> str:
    """A hash of a lesson's code, without the cell that brings the course to Colab."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    text = "\n\n".join(source for source in code if ASKS not in source)
    return hashlib.sha256(text.encode()).hexdigest()


def write(lesson: str, notebook, widgets: list[dict], folder: Path = FOLDER) -> None:
    """Store the widgets of a lesson, also where it has none: then that is known."""
    lines = [{"code": fingerprint(notebook)}, *widgets]
    text = "".join(f"{json.dumps(line, separators=(',', ':'))}\n" for line in lines)
    (folder / f"{lesson}.jsonl").write_text(text, encoding="utf-8", newline="\n")


def is_current(lesson: str, notebook, folder: Path = FOLDER) -> bool:
    """Whether the widgets of a lesson are stored, and its code is still the code that ran."""
    path = folder / f"{lesson}.jsonl"
    if not path.exists():
        return False
    with path.open(encoding="utf-8") as file:
        return json.loads(file.readline())["code"] == fingerprint(notebook)


def read(lesson: str, notebook, folder: Path = FOLDER) -> dict[str, list[dict[str, Any]]]:
    """The data of the widgets that each cell shows, by the cell's id; see above.

    Raises ValueError where they weren't stored, or the lesson's code has changed since.
    """
    if not is_current(lesson, notebook, folder):
        raise ValueError(f"The widgets of {lesson} aren't those of its code: {TO_STORE} "
                         f"notebooks/{lesson}.ipynb")
    _, *lines = (folder / f"{lesson}.jsonl").read_text("utf-8").splitlines()
    by_cell: dict[str, list] = {}
    for data in map(json.loads, lines):
        by_cell.setdefault(data["cell"], []).append(data)
    return by_cell
