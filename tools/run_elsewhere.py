"""Do the checks on what was trained hold on a machine that calculates otherwise?

    python tools/run_elsewhere.py

Whatever is trained ends a little differently on another processor, with another number of threads
or another seed. This runs the lessons, all but 06 with its long training, and the tests that judge
a training, on one thread, without AVX and with other seeds. Exit status 1 where any of them fails.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
LESSONS = [path for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
           if path.stem != "06_training_curves"]
SEED_OFFSET = 1
# For the libraries that calculate, and for tests/conftest.py.
ELSEWHERE = os.environ | {
    "ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "OMP_NUM_THREADS": "1",
    "MNIST_ADDER_SEED_OFFSET": str(SEED_OFFSET),
}
FIRST_CELL = f"""import torch
_seed = torch.manual_seed
torch.manual_seed = lambda number: _seed(number + {SEED_OFFSET})"""


def run_lesson(path: Path) -> None:
    """Run a lesson whole, with other seeds; raises what a cell raises."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(FIRST_CELL))
    client = NotebookClient(notebook, timeout=1200, kernel_name="python3",
                            resources={"metadata": {"path": str(path.parent)}})
    # What is drawn into widgets is not looked at. Answering them in the middle of a cell has, on a
    # busy machine, left a kernel and its client waiting for each other.
    client.widget_registry = {}
    client.execute(env=ELSEWHERE)


def run_tests(folder: Path) -> None:
    """Run the tests with the fixture `trained`, also those that are marked as thorough."""
    files = [str(path) for path in folder.rglob("test_*.py")
             if "trained(" in path.read_text(encoding="utf-8")]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "", *files]
    subprocess.run(command, cwd=ROOT, env=ELSEWHERE, check=True)


def succeeds(run, path: Path) -> bool:
    try:
        run(path)
    except Exception as error:  # whatever a lesson raises: report it and go on
        print(f"{path.name}: {error}", flush=True)
        return False
    print(f"{path.name}: OK", flush=True)
    return True


if __name__ == "__main__":
    with ThreadPoolExecutor(2) as pool:  # one thread each: they don't disturb each other
        jobs = [pool.submit(succeeds, run_tests, ROOT / "tests"),
                *(pool.submit(succeeds, run_lesson, path) for path in LESSONS)]
    sys.exit(not all(job.result() for job in jobs))
