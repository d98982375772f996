"""Run the lessons under conditions that a learner may have, and say what fails there (Linux).

    python tools/measure_conditions.py [CONDITION ...] [--seed N]

Each condition gets a copy of the repository and runs `pytest --nbval` there, with this Python: for
other versions of the packages, take a Python that has them. As root, it can take another user's
place and cut the network. Prints a line for each condition; exit status 1 if something failed.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
NOBODY = 65534  # a user without rights, on every Linux
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
NO_NETWORK = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
OLD = {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "OMP_NUM_THREADS": "1"}
LONG = "05_training_curves.ipynb"


def as_it_is(course: Path, chance: random.Random):
    """All lessons, in their order."""
    return run(course, ["notebooks"])


def elsewhere(course: Path, chance: random.Random):
    """In a random order, in a folder with spaces and other letters, as an ordinary user."""
    course = course.rename(course.with_name("Kurs für Übermütige (Δ 2)"))
    give(course, course.with_name("home"))
    names = [str(path) for path in sorted(course.glob("notebooks/*.ipynb"))]
    return run(course, chance.sample(names, len(names)), before=AS_NOBODY)


def read_only(course: Path, chance: random.Random):
    """Assets and home read-only, no network; as an ordinary user."""
    give(course / "notebooks")
    return run(course, ["notebooks"], before=NO_NETWORK + AS_NOBODY)


def alone(course: Path, chance: random.Random):
    """Each lesson but 05 in a fresh copy, on one thread, as on a processor without AVX."""
    counts = []
    for path in sorted(course.glob("notebooks/[0-9]*.ipynb")):
        if path.name != LONG:
            fresh = copy(course.with_name(path.stem))
            counts.append(run(fresh, [f"notebooks/{path.name}"], environment=OLD))
    return [sum(column) for column in zip(*counts)]


CONDITIONS = {function.__name__: function for function in (as_it_is, elsewhere, read_only, alone)}


def copy(folder: Path) -> Path:
    """A folder with the files of the repository, those that git knows."""
    names = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True)
    for name in names.splitlines():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def give(*folders: Path) -> None:
    """Let the ordinary user write there, and nowhere else."""
    for folder in folders:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)


def run(course: Path, what: list[str], before=(), environment=None) -> tuple[int, int]:
    """How many cells and tests passed and failed."""
    with tempfile.TemporaryDirectory() as scratch:
        os.chmod(scratch, 0o777)
        results = Path(scratch, "results.xml")
        told = {"HOME": str(course.with_name("home")), "JUPYTER_RUNTIME_DIR": scratch,
                "PYTHONPATH": str(course), "PYTHONDONTWRITEBYTECODE": "1"} | (environment or {})
        command = [*before, sys.executable, "-m", "pytest", "-q", "--nbval", *what,
                   "-p", "no:cacheprovider", f"--junit-xml={results}"]
        done = subprocess.run(command, cwd=course, env=os.environ | told, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            print(done.stdout[-20_000:])
        if not results.exists():
            return 0, 1
        suite = ElementTree.parse(results).getroot()[0].attrib
    failed = int(suite["failures"]) + int(suite["errors"])
    return int(suite["tests"]) - failed, failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("conditions", nargs="*", choices=[[], *CONDITIONS])
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    versions = f"Python {platform.python_version()}, torch {version('torch')}"
    total = 0
    for name in chosen.conditions or CONDITIONS:
        start = time.time()
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            Path(folder, "home").mkdir()
            condition, course = CONDITIONS[name], copy(Path(folder, "course"))
            passed, failed = condition(course, random.Random(chosen.seed))
        minutes = (time.time() - start) / 60
        print(f"| {condition.__doc__} | {versions} | {passed} | {failed} | {minutes:.0f} min |",
              flush=True)
        total += failed
    return int(total > 0)


if __name__ == "__main__":
    sys.exit(main())
