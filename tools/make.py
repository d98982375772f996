"""Everything that can be done here, one word for each. With the word alone it also makes the
environment, in .venv, and installs again when pyproject.toml has changed.

    python tools/make.py TARGET [ARGUMENT ...]

Runs with any Python from 3.11 on and nothing else, on Windows too; that Python's version becomes
the environment's. Arguments go on to the command: `python tools/make.py test tests -k gradients`.
VENV names another folder for the environment; VENV_OPTIONS are those of `python -m venv`, such as
--system-site-packages on Debian's own torch.
"""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGETS = {}  # word -> what it does


def target(function):
    TARGETS[function.__name__] = function
    return function


@target
def lab(*arguments):
    """open the lessons in JupyterLab"""
    # As root, as in a container, Jupyter refuses to start without being told that it's meant.
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    python("-m", "jupyterlab", "--ServerApp.root_dir=notebooks", *as_root, *arguments)


@target
def test(*arguments):
    """run all lessons and all tests"""
    python("-m", "pytest", "--nbval", *arguments)


@target
def lint():
    """look at style and types"""
    python("-m", "ruff", "check", ".")
    python("-m", "mypy")


@target
def site(*arguments):
    """make the lessons as a web site, in build/site; nothing is run"""
    python("tools/build_site.py", *arguments)


@target
def lessons(*arguments):
    """run lessons whole and store what they print (about as long as the lessons themselves)"""
    python("tools/run_lessons.py", *arguments)


@target
def margins(*arguments):
    """see how far the checks on what was trained are from failing elsewhere (most of an hour)"""
    python("tools/measure_margins.py", *arguments)


@target
def checkpoint(*arguments):
    """train the network that ships (minutes)"""
    python("tools/train_checkpoint.py", *arguments)


@target
def results():
    """compute everything again: recipes, network, lessons (hours; put the table into README.md)"""
    environment()  # before anything is removed
    (ROOT / "assets" / "results.jsonl").unlink(missing_ok=True)
    python("tools/measure_recipes.py")
    seeds = map(str, range(5, 15))
    python("tools/measure_recipes.py", "--recipes", "plain", "--seeds", *seeds)
    checkpoint()
    (ROOT / "assets" / "changes.jsonl").unlink(missing_ok=True)
    python("tools/measure_changes.py", "--search")
    python("tools/measure_changes.py")
    lessons()


@target
def benchmark(*arguments):
    """measure the training against a pipeline that makes each example by itself"""
    python("tools/benchmark.py", *arguments)


def python(*arguments) -> None:
    """Run a command with the environment's Python, in the project's folder."""
    run(environment(), *arguments)


def environment() -> Path:
    """The Python of the environment, which is made, or brought up to date, where it has to be."""
    folder = ROOT / (os.environ.get("VENV") or ".venv")
    ready, project = folder / "ready", ROOT / "pyproject.toml"
    inside = interpreter(folder)
    if not ready.exists() or ready.stat().st_mtime < project.stat().st_mtime:
        # pip is asked for, not Python: an environment that failed half-way (Debian without
        # python3-venv) has the one and not the other.
        if not works(inside, "-m", "pip", "--version"):
            options = shlex.split(os.environ.get("VENV_OPTIONS", ""))
            run(sys.executable, "-m", "venv", *options, folder)
        run(inside, "-m", "pip", "install", "-e", ".[lab,export,test,site]")
        ready.touch()
    return inside


def interpreter(folder: Path, platform: str = sys.platform) -> Path:
    return folder / ("Scripts/python.exe" if platform == "win32" else "bin/python")


def works(*command) -> bool:
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


def run(*command) -> None:
    """Run a command in the project's folder; where it fails, so does this program."""
    command = list(map(str, command))
    print(shlex.join(command), flush=True)
    status = subprocess.run(command, cwd=ROOT).returncode
    if status:
        sys.exit(status)


def main(name: str = "", *arguments) -> None:
    if name not in TARGETS:
        print("usage: python tools/make.py TARGET [ARGUMENT ...]\n")
        print(*(f"{name:11} {function.__doc__}" for name, function in TARGETS.items()), sep="\n")
        sys.exit(f"\nNo target is called {name!r}." if name not in ("", "-h", "--help") else 0)
    # Control-C reaches the command too, which knows best what to do: JupyterLab asks first.
    signal.signal(signal.SIGINT, lambda *_: None)
    TARGETS[name](*arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
