"""Run the browser tests in each front end that learners have.

    python tools/testing/test_frontends.py              all of them
    python tools/testing/test_frontends.py lab3         one; what follows its name goes to pytest

Each gets its own environment in build/frontends, with the front end and ipywidgets from PyPI; all
the rest, PyTorch too, is taken from the environment that runs this. Prints a table in Markdown.
Needs Chromium. Minutes for each.
"""

import argparse
import os
import subprocess
import sys
import venv
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "frontends"
FRONTENDS = {
    # ipywidgets, ipykernel and IPython are Colab's. This ipywidgets leaves the version of its part
    # in the browser open, and the newest is that of ipywidgets 8.
    "lab3": ["jupyterlab>=3.6,<4", "ipywidgets==7.7.1", "jupyterlab_widgets<3", "anywidget",
             "ipykernel==6.17.1", "ipython==7.34.0"],
    "lab4": ["jupyterlab>=4", "ipywidgets>=8", "anywidget", "ipykernel"],
    "notebook7": ["notebook>=7", "ipywidgets>=8", "anywidget", "ipykernel"],
}
TESTING = ["pytest", "hypothesis", "playwright", "axe-playwright-python"]
VERSIONS = """
from importlib.metadata import version
print(*(f"{name} {version(name)}" for name in %r), sep=", ")
"""


def environment(name: str) -> Path:
    """The Python of this front end's environment, made where it isn't there."""
    folder, wanted = FOLDER / name, "\n".join(FRONTENDS[name] + TESTING)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = folder / "ready"
    if not (ready.exists() and ready.read_text(encoding="utf-8") == wanted):
        venv.create(folder, clear=True, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *wanted.split()], check=True)
        # A .pth file appends: what was installed here goes first.
        where = "import sysconfig; print(sysconfig.get_path('purelib'))"
        packages = subprocess.check_output([python, "-c", where], text=True).strip()
        rest = [path for path in sys.path if path.endswith("-packages")]
        Path(packages, "rest.pth").write_text("\n".join(rest), encoding="utf-8")
        ready.write_text(wanted, encoding="utf-8")
    return python


def run(name: str, options: list[str]) -> str:
    """Run the tests in a front end; its row of the table."""
    python, report = environment(name), FOLDER / f"{name}.xml"
    notebook = name.startswith("notebook")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "FRONTEND": "notebook" if notebook else "lab"}
    # The page and the site need no Jupyter.
    tests = [test for test in sorted(ROOT.glob("tests/browser/test_*.py"))
             if test.stem not in ("test_page", "test_site")]
    command = [python, "-m", "pytest", "-m", "", f"--junit-xml={report}", *tests, *options]
    subprocess.run(command, cwd=ROOT, env=env)
    shown = ["notebook" if notebook else "jupyterlab", "ipywidgets", "anywidget", "ipykernel"]
    versions = subprocess.check_output([python, "-c", VERSIONS % shown], text=True).strip()
    counts = ElementTree.parse(report).find("testsuite").attrib
    total, *not_passed = (int(counts[key]) for key in ("tests", "failures", "errors", "skipped"))
    failures, errors, skipped = not_passed
    passed = total - sum(not_passed)
    return f"| {name} | {versions} | {passed} | {failures + errors} | {skipped} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("frontend", nargs="?", choices=FRONTENDS, help="one alone")
    arguments, options = parser.parse_known_args()
    names = [arguments.frontend] if arguments.frontend else list(FRONTENDS)
    rows = [run(name, options) for name in names]
    rows = ["| front end | versions | passed | failed | skipped |", "|---|---|---|---|---|", *rows]
    print("", *rows, sep="\n")
    sys.exit(any(int(row.split("|")[4]) for row in rows[2:]))


if __name__ == "__main__":
    main()
