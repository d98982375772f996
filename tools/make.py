"""Everything that can be done here, one word for each.

    python tools/make.py TARGET [ARGUMENT ...]

With the word alone it also makes the environment, in .venv, and installs what the target needs: on
top of what is there, again when pyproject.toml has changed, and from scratch when the folder was
renamed or the environment's Python is gone, as after an upgrade of the system.

Runs with any Python from 3.11 on and nothing else, on Windows too; that Python's version becomes
the environment's. If it was made with another version, it keeps that version, and a line says so.
Arguments go on to the first command: `python tools/make.py test tests -k loss`. VENV names another
folder for the environment; VENV_OPTIONS are those of `python -m venv`, such as
--system-site-packages on Debian's own torch. An environment that isn't this clone's own is never
touched.
"""

import hashlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEARNER, ALL = "lab export", "lab export test site"
FIRST = "/lab/tree/notebooks/00_start_here.ipynb"  # what JupyterLab opens
# Two processes, a file of tests or a lesson in one of them, as a lesson's cells need each other.
TESTS = "-m pytest --nbval -n 2 --dist loadfile"
PLAIN = "ATEN_CPU_CAPABILITY=default ONEDNN_MAX_CPU_ISA=SSE41"  # as on old processors
COLAB = "3.13"  # the Python of tools/colab_versions.txt
# What it does, the extras of pyproject.toml that it needs, and what Python is called with, after
# settings of the environment.
TARGETS = {
    # It starts in this folder, not in notebooks: lessons show pictures of assets, and link to docs.
    # Without --allow-root Jupyter refuses to start for root, as in a container.
    "lab": ("open the lessons in JupyterLab", LEARNER,
            [f"-m jupyterlab --LabApp.default_url={FIRST} --allow-root"]),
    "test": ("run all lessons and tests", ALL, [f"{TESTS} --durations=10"]),
    "thorough": ("run what takes longer: other settings, wrong answers, every page", ALL,
                 [f"{TESTS} -m thorough", f"{PLAIN} -m pytest tests -m stored",
                  "MNIST_ADDER_SEED_OFFSET=1 -m pytest tests -m ''",
                  "tools/testing/run_elsewhere.py"]),
    "lint": ("look at style and types", "test", ["-m ruff check .", "-m mypy"]),
    "colab": ("run all lessons with the versions that Colab has", "", []),
    "site": ("make the lessons as a web site, in build/site; nothing is run", "lab site",
             ["tools/publishing/build_site.py"]),
    "address": ("tell the lessons where their repository is", LEARNER,
                ["tools/publishing/address.py", "tools/publishing/build_page.py"]),
    "lessons": ("run lessons whole and store what they print", LEARNER,
                ["tools/notebooks/run_lessons.py"]),
}


def environment(extras: str) -> Path:
    """The Python of the environment, which is made, or brought up to date, where it has to be."""
    folder = Path(os.path.realpath(ROOT / (os.environ.get("VENV") or ".venv")))
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    ready = folder / "ready"
    project = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    text = ready.read_text(encoding="utf-8") if ready.exists() else ""
    owner, of, installed = (text.splitlines() + 3 * [""])[:3]
    wanted = " ".join(sorted({*extras.split(), *installed.split()}))
    version, ours = version_of(python), version_of(sys.executable)
    if version and version != ours and owner == str(ROOT):
        print(f"The environment in {folder} has Python {version}, and keeps it. If you want Python "
              f"{ours}, delete that folder and run this again.", flush=True)
    if version and (owner, of, installed) == (str(ROOT), project, wanted):
        return python
    check_is_ours(folder, owner)
    if not owner:  # it is ours from now on, even if making it fails half-way
        folder.mkdir(parents=True, exist_ok=True)
        ready.write_text(f"{ROOT}\n", encoding="utf-8")
    options = shlex.split(os.environ.get("VENV_OPTIONS", ""))
    # Its programs begin with the path of the old folder, or its Python is gone.
    if owner and (owner != str(ROOT) or not version):
        run(sys.executable, "-m", "venv", "--clear", *options, folder)
        ready.write_text(f"{ROOT}\n", encoding="utf-8")
    # pip is asked for, not Python: an environment that failed half-way (Debian without
    # python3-venv) has the one and not the other.
    elif not works(python, "-m", "pip", "--version"):
        run(sys.executable, "-m", "venv", *options, folder)
    run(python, "-m", "pip", "install", "-e", f".[{wanted.replace(' ', ',')}]")
    ready.write_text(f"{ROOT}\n{project}\n{wanted}\n", encoding="utf-8")
    return python


def check_is_ours(folder: Path, owner: str) -> None:
    """Exit, and change nothing, if making an environment could destroy something that isn't ours.

    Ours are a folder that is empty or not there, an environment that was made for this clone, and
    one inside this clone, which may have been renamed since. owner: the clone that the
    environment was made for, as it says itself, or "".
    """
    is_environment = (folder / "pyvenv.cfg").exists()
    is_inside = ROOT in folder.parents
    is_empty = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    if is_empty or owner == str(ROOT) or (is_inside and is_environment):
        return
    what = (f"the environment of {owner}" if owner else
            "an environment that this program did not make" if is_environment else
            "not an environment")
    sys.exit(f"{folder} is {what}. Nothing was changed: name another folder in VENV.")


def run_colab(*lessons) -> None:
    """Run lessons, or all that begin from nothing, in an environment of their own, .venv-colab."""
    folder = ROOT / ".venv-colab"
    bin = folder / ("Scripts" if sys.platform == "win32" else "bin")
    if version_of(sys.executable) != COLAB:
        sys.exit(f"Colab has Python {COLAB}: run python{COLAB} tools/make.py colab")
    if version_of(bin / "python") != COLAB:
        run(sys.executable, "-m", "venv", "--clear", folder)
    # nbclient runs them, because nbval needs a newer ipykernel.
    run(bin / "python", "-m", "pip", "install", "--constraint", "tools/colab_versions.txt", "-e",
        ".[export]", "ipykernel", "nbclient")
    every = [*sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")),
             ROOT / "notebooks" / "in_one_sitting.ipynb"]
    os.environ["MNIST_ADDER_PROGRESS"] = "off"
    for lesson in lessons or every:
        run(bin / "jupyter", "execute", "--timeout=1800", lesson)


def lint_front_end() -> None:
    """Check types and style of js/, where Node and what its package.json names are."""
    npm = shutil.which("npm")  # on Windows a script, which is only found by its whole path
    if npm and (ROOT / "js" / "node_modules").is_dir():
        run(npm, "--prefix", "js", "run", "lint")
    else:
        print("js/ is not checked: that takes Node, and `npm ci` in js/.")


def version_of(python) -> str:
    """The version of a Python, such as "3.12"; "" where it doesn't run."""
    code = "import sys; print(*sys.version_info[:2], sep='.')"
    try:
        return subprocess.run([python, "-c", code], capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def works(*command) -> bool:
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


def run(*command, **settings) -> None:
    """Run a command in the project's folder; where it fails, so does this program."""
    command = list(map(str, command))
    print(*(f"{name}={value}" for name, value in settings.items()), shlex.join(command), flush=True)
    status = subprocess.run(command, cwd=ROOT, env={**os.environ, **settings}).returncode
    if status:
        sys.exit(status)


def main(name: str = "", *arguments) -> None:
    if name not in TARGETS:
        print("usage: python tools/make.py TARGET [ARGUMENT ...]\n")
        print(*(f"{name:11} {what}" for name, (what, *_) in TARGETS.items()), sep="\n")
        sys.exit(f"\nNo target is called {name!r}." if name not in ("", "-h", "--help") else 0)
    # Control-C reaches the command too, which knows best what to do: JupyterLab asks first.
    signal.signal(signal.SIGINT, lambda *_: None)
    if name == "colab":
        return run_colab(*arguments)
    _, extras, commands = TARGETS[name]
    python = environment(extras)
    if "test" in extras.split():  # a thread for each process: more would wait for one another
        os.environ.setdefault("OMP_NUM_THREADS", "1")
    for command in commands:
        words = shlex.split(command)
        settings = dict(word.split("=") for word in words if re.fullmatch(r"[A-Z_]+=\w+", word))
        run(python, *words[len(settings):], *arguments, **settings)
        arguments = ()
    if name == "lint":
        lint_front_end()


if __name__ == "__main__":
    main(*sys.argv[1:])
