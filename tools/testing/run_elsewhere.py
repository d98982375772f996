"""Do lessons hold with other seeds, if cells are run twice, and with deeper sections alone?

    python tools/testing/run_elsewhere.py [NOTEBOOK ...]

Whatever is trained ends a little differently with another seed, and learners run cells again. So
this runs the lessons with other seeds; each cell twice in a row, but for those that take long; and
at the end, once more, each comparison of a guess, which must say the same. Deeper sections are run
from the last to the first, each with the names of the main line alone. As in other tests, the
longest lessons train less: SHORTER in notebook_files.py. Exit status 1 where anything fails.
"""

import os
import re
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tools.notebooks.notebook_files import parts, shortened, to_run_alone

SETTINGS = os.environ | {"OMP_NUM_THREADS": "1", "MNIST_ADDER_PROGRESS": "off"}
OTHER_SEEDS = """import torch
_seed = torch.manual_seed
torch.manual_seed = lambda number: _seed(number + 1)"""
KEEP_NAMES = "_of_the_main_line = dict(globals())"
RESTORE_NAMES = """def _restore(names):
    globals().clear()
    globals().update(names)
_restore(_of_the_main_line)"""
LONG = 5  # seconds
COMPARISON = re.compile(r"^guesses\.compare\(.*\Z", re.MULTILINE | re.DOTALL)


def run_lesson(path: Path) -> None:
    """Run a lesson as the top of this file says; raises what a cell raises."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:  # for the files that a lesson keeps
        client = NotebookClient(notebook, timeout=1200, startup_timeout=600, kernel_name="python3",
                                resources={"metadata": {"path": folder}})
        # Drawings in widgets are not checked. Answering them in the middle of a cell has, on a busy
        # machine, left a kernel and its client waiting for each other.
        client.widget_registry = {}
        main, deeper = parts(notebook)
        with client.setup_kernel(env=SETTINGS):
            execute(client, OTHER_SEEDS)
            run_part(client, path.stem, main)
            for cells in reversed(deeper.values()):
                execute(client, KEEP_NAMES)
                run_part(client, path.stem, cells)
                execute(client, RESTORE_NAMES)


def run_part(client: NotebookClient, lesson: str, cells: list[nbformat.NotebookNode]) -> None:
    """Run cells twice each, and at the end once more what compares a guess with a result."""
    verdicts = []
    for cell in (cell for cell in cells if cell.cell_type == "code"):
        source, start = shortened(lesson, cell.source), time.perf_counter()
        outputs = execute(client, source)
        if time.perf_counter() - start < LONG:
            outputs = execute(client, source)
        if comparison := COMPARISON.search(source):
            verdicts.append((comparison[0], outputs[-1].data))
    for comparison, before in verdicts:  # what has been computed is not computed again
        if execute(client, comparison)[-1].data != before:
            raise AssertionError(f"at the end another answer: {comparison}")


def execute(client: NotebookClient, source: str) -> list[nbformat.NotebookNode]:
    """The outputs of code that is run at the end of the notebook."""
    client.nb.cells.append(nbformat.v4.new_code_cell(source))
    client.execute_cell(client.nb.cells[-1], -1)
    return client.nb.cells.pop().outputs


def succeeds(path: Path) -> bool:
    start = time.perf_counter()
    try:
        run_lesson(path)
    except Exception as error:  # whatever a lesson raises: report it and go on
        print(f"{path.name}: {error}", flush=True)
        return False
    print(f"{path.name}: OK, {time.perf_counter() - start:.0f} s", flush=True)
    return True


if __name__ == "__main__":
    with ThreadPoolExecutor(2) as pool:  # one thread each: they don't disturb each other
        results = list(pool.map(succeeds, map(Path, sys.argv[1:] or to_run_alone())))
    sys.exit(not all(results))
