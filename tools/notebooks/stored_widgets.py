"""What a lesson's widgets show, as data: stored when the lesson is run, read by the site.

A widget leaves nothing in a notebook that a page without Python could show, and the site runs no
lesson. So `run_lessons.py`, which stores a lesson's outputs, also stores its widgets, from the same
run, in docs/site/widgets/LESSON.jsonl. Each line is a widget: {"cell": the id of the cell that
shows it, "text": what stands for it in the notebook, ...}, and what widgets_as_data.py knows:
{"widget": a class, "traits": ...} or {"needs_python": what to do with it}.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tools.notebooks.notebook_files import NOTEBOOKS

FOLDER = NOTEBOOKS.parent / "docs" / "site" / "widgets"
KIND = "application/vnd.mnist-adder.widget+json"  # of an output that holds such data


def take(notebook) -> list[dict]:
    """Remove the data of widgets from a notebook that has just been run, and return it."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if data := output.get("data", {}).pop(KIND, None):
                found.append({"cell": cell.id, "text": output.data["text/plain"], **data})
    return found


def write(lesson: str, widgets: list[dict], folder: Path = FOLDER) -> None:
    """Store the widgets of a lesson, even if it has none: then that is recorded."""
    text = "".join(f"{json.dumps(data, separators=(',', ':'))}\n" for data in widgets)
    (folder / f"{lesson}.jsonl").write_text(text, encoding="utf-8", newline="\n")


def read(lesson: str, folder: Path = FOLDER) -> dict[str, list[dict[str, Any]]]:
    """The data of the widgets that each cell shows, by the cell's id; see above."""
    by_cell: dict[str, list] = {}
    for line in (folder / f"{lesson}.jsonl").read_text("utf-8").splitlines():
        data = json.loads(line)
        by_cell.setdefault(data["cell"], []).append(data)
    return by_cell
