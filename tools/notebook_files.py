"""Where the notebooks are, how one is saved, and what every lesson's first cell has."""

import os
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
