"""Where the notebooks are, how one is saved, what every lesson's first cell has, and its parts."""

import os
import re
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
ASKS = "import mnist_adder_lib.course"  # in the first code cell, in no other


def save(notebook, path):
    """Write the whole notebook or nothing."""
    part = path.with_name(path.name + ".part")
    try:
        nbformat.write(notebook, part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def parts(notebook):
    """The cells of a lesson's main line, and those of each of its deeper sections by their title.

    What is deeper stands below the heading "## Deeper", at the end. Each section begins with a cell
    of its own that begins with "### Title". The heading itself belongs to neither.
    """
    main, deeper, title, below = [], {}, None, False
    for cell in notebook.cells:
        heading = re.match(r"(##|###) (.+)", cell.source) if cell.cell_type == "markdown" else None
        if heading and heading[0] == "## Deeper":
            below = True
        elif not below:
            main.append(cell)
        else:
            title = heading[2] if heading and heading[1] == "###" else title
            if title:
                deeper.setdefault(title, []).append(cell)
    return main, deeper
