"""Do lessons and stored numbers hold on a machine that calculates otherwise?

    python tools/testing/run_elsewhere.py [NOTEBOOK ...]

Whatever is trained ends a little differently on another processor, with another number of threads
or another seed. And learners run cells again, and lessons too. So this runs the lessons on one
thread and with other seeds; each cell twice in a row, but for those that take long; and at the end,
once more, each comparison of a guess, which must say the same. Deeper sections are run from the
last to the first, each with the names of the main line alone. PyTorch's plainest kernels, as on
old processors: set ATEN_CPU_CAPABILITY=default and ONEDNN_MAX_CPU_ISA=SSE41, as once a week.
As in other tests, the longest lessons train less: SHORTER in notebook_files.py.

Without arguments it also runs the tests that judge a training, elsewhere too, and those that
compare stored numbers, marked `stored`, as on each of PROCESSORS. Exit status 1 where anything
fails.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tools.notebooks import minutes
from tools.notebooks.notebook_files import parts, shortened, to_run_alone

ROOT = Path(__file__).resolve().parents[2]
SEED_OFFSET = 1
# For the libraries that calculate, and for tests/conftest.py.
ONE_THREAD = os.environ | {"OMP_NUM_THREADS": "1", "MNIST_ADDER_PROGRESS": "off"}
OTHER_SETTINGS = ONE_THREAD | {"MNIST_ADDER_SEED_OFFSET": str(SEED_OFFSET)}
PROCESSORS = [  # an old one, and one without AVX-512
    {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41"},
    {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"}]
OTHER_SEEDS = f"""import torch
_seed = torch.manual_seed
torch.manual_seed = lambda number: _seed(number + {SEED_OFFSET})"""
KEEP_NAMES = "_of_the_main_line = dict(globals())"
RESTORE_NAMES = """def _restore(names):
    globals().clear()
    globals().update(names)
_restore(_of_the_main_line)"""
LONG = 5  # seconds
COMPARISON = re.compile(r"^guesses\.compare\(.*\Z", re.MULTILINE | re.DOTALL)


def run_lesson(path: Path) -> None:
    """Run a lesson with other seeds, each cell twice; raises what a cell raises."""
    with tempfile.TemporaryDirectory() as folder:  # for the files that a lesson keeps
        run_in(folder, path)


def run_in(folder: str, path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=1200, startup_timeout=600, kernel_name="python3",
                            resources={"metadata": {"path": folder}})
    # Drawings in widgets are not checked. Answering them in the middle of a cell has, on a busy
    # machine, left a kernel and its client waiting for each other.
    client.widget_registry = {}
    for cell in notebook.cells:
        cell.source = shortened(path.stem, cell.source)
    main, deeper = parts(notebook)
    with client.setup_kernel(env=OTHER_SETTINGS):
        execute(client, OTHER_SEEDS)
        run_part(client, main)
        for cells in reversed(deeper.values()):
            execute(client, KEEP_NAMES)
            run_part(client, cells)
            execute(client, RESTORE_NAMES)


def run_part(client: NotebookClient, cells: list[nbformat.NotebookNode]) -> None:
    """Run cells twice each, and at the end once more what compares a guess with a result."""
    verdicts = []
    for cell in cells:
        run_twice(client, cell)
        if cell.cell_type == "code" and (comparison := COMPARISON.search(cell.source)):
            verdicts.append((comparison[0], cell.outputs[-1].data))
    for comparison, before in verdicts:  # what has been computed is not computed again
        if execute(client, comparison).outputs[-1].data != before:
            raise AssertionError(f"at the end another answer: {comparison}")


def execute(client: NotebookClient, source: str) -> nbformat.NotebookNode:
    """Run code that isn't a cell of the lesson."""
    client.nb.cells.append(nbformat.v4.new_code_cell(source))
    client.execute_cell(client.nb.cells[-1], -1)
    return client.nb.cells.pop()


def run_twice(client: NotebookClient, cell: nbformat.NotebookNode) -> None:
    """Run a cell, and again at once, as learners do; what takes long only once."""
    start, place = time.perf_counter(), client.nb.cells.index(cell)
    client.execute_cell(cell, place)
    if time.perf_counter() - start < LONG:
        try:
            client.execute_cell(cell, place)
        except CellExecutionError as error:
            raise AssertionError(f"run a second time: {error}") from error


def run_trained(folder: Path) -> None:
    """Run the tests with the fixture `trained`, also those that are marked as thorough."""
    run_tests(folder, "trained(", "", OTHER_SETTINGS)


def run_stored(folder: Path) -> None:
    """Run the tests that compare stored numbers, as on each of the processors."""
    for processor in PROCESSORS:
        run_tests(folder, "mark.stored", "stored", ONE_THREAD | processor)


def run_tests(folder: Path, word: str, marked: str, settings: dict) -> None:
    """Run the tests with these marks, in the files that contain a word."""
    files = [str(path) for path in folder.rglob("test_*.py")
             if word in path.read_text(encoding="utf-8")]
    command = [sys.executable, "-m", "pytest", "-q", "-m", marked, *files]
    subprocess.run(command, cwd=ROOT, env=settings, check=True)


def waiting(path: Path) -> float:
    """The minutes that a lesson's reader waits for the computer."""
    return minutes.of_cells(nbformat.read(path, as_version=4).cells).waiting


def succeeds(run, path: Path) -> bool:
    start = time.perf_counter()
    try:
        run(path)
    except Exception as error:  # whatever a lesson raises: report it and go on
        print(f"{path.name}: {error}", flush=True)
        return False
    print(f"{path.name}: OK, {time.perf_counter() - start:.0f} s", flush=True)
    return True


if __name__ == "__main__":
    named = [Path(name).resolve() for name in sys.argv[1:]]
    lessons = named or to_run_alone()
    tasks = [(run_lesson, path) for path in sorted(lessons, key=waiting, reverse=True)]
    if not named:
        tasks = [(run_trained, ROOT / "tests"), *tasks, (run_stored, ROOT / "tests")]
    with ThreadPoolExecutor(2) as pool:  # one thread each: they don't disturb each other
        jobs = [pool.submit(succeeds, *task) for task in tasks]
    sys.exit(not all(job.result() for job in jobs))
