"""Run lessons whole, each in a fresh kernel, and store what they print and draw.

    python tools/notebooks/run_lessons.py [NOTEBOOK ...]

Without arguments all notebooks are run. A lesson is saved only when every cell ran without an
error, a warning or anything else on stderr.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tools.notebooks.notebook_files import every_notebook, save, tags

WIDGET = "application/vnd.jupyter.widget-view+json"


def run(path):
    """Execute the notebook at `path` in its own folder; return it, not saved yet."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=None,
        startup_timeout=600,  # of a busy machine: it imports PyTorch
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        coalesce_streams=True,
    ).execute(env=os.environ | {"MNIST_ADDER_PROGRESS": "off"})
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise RuntimeError(f"this cell wrote to stderr:\n{cell.source}\n\n{output.text}")
    return notebook


def clean(notebook):
    """Remove what differs from run to run or can't be shown later, so that diffs stay readable."""
    notebook.metadata = nbformat.from_dict({
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    })
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            # Without its kernel a widget is "model not found". What stands beside it stays; where
            # that is a text alone, only if nbval compares it.
            if "nbval-ignore-output" in tags(cell):
                cell.outputs = [output for output in cell.outputs
                                if WIDGET not in output.get("data", {})
                                or "image/png" in output.data]
            for output in cell.outputs:
                output.get("data", {}).pop(WIDGET, None)


def main(paths):
    paths = paths or every_notebook()
    failed = False
    for path in map(Path, paths):
        whole = path.resolve()
        try:
            notebook = run(whole)
            clean(notebook)
            save(notebook, path)
            print(f"{path.name}: stored", flush=True)
        except Exception as error:  # whatever a lesson raises: report it and go on to the next
            print(f"{path.name}: NOT SAVED\n{error}", file=sys.stderr, flush=True)
            failed = True
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
