"""The way to Colab: the command that sets the address, and the cell, in an environment like it."""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import v4

from tools.publishing import address as program
from tools.publishing.address import PLACEHOLDER, bootstrap

ROOT = Path(__file__).resolve().parents[2]
GITHUB = "https://github.com/someone/course"
ABSENT = ("mnist_adder", "torchinfo", "anywidget")


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


def test_an_address_is_set_and_taken_back(tmp_path, monkeypatch, capsys):
    files = ["pyproject.toml", "README.md", "notebooks/glossary.ipynb",
             "notebooks/01_learning_by_hand.ipynb", "notebooks/solutions/00_start_here.ipynb"]
    (tmp_path / "notebooks" / "solutions").mkdir(parents=True)
    for file in files:
        shutil.copy(ROOT / file, tmp_path / file)
    monkeypatch.setattr(program, "ROOT", tmp_path)
    monkeypatch.setattr(program, "NOTEBOOKS", tmp_path / "notebooks")

    def texts(address=""):
        program.main(address)
        assert program.main() is None and run(sys.executable, "-m", "ruff", "check", "--no-cache",
                                              tmp_path).returncode == 0
        return [(tmp_path / file).read_text("utf-8") for file in files]

    before, after = texts(PLACEHOLDER), texts(f"{GITHUB}.git/")
    assert [file for file, one, other in zip(files, before, after) if one == other] == files[2:3]
    assert f'Repository = "{GITHUB}"' in after[0]
    assert "(https://someone.github.io/course/try/index.html)" in after[1]
    assert f"\ngit clone --depth 1 {GITHUB} mnist-adder\ncd mnist-adder\nmake lab\n" in after[1]
    assert after[1].count("[![Open in Colab]") == 17  # lessons, in one sitting, next to *Try it*
    absent = ("ZIP", "*Code*", "open the file")  # what only a course without an address says
    assert all(words in before[1] and words not in after[1] for words in absent)
    present = ("git clone", "Open in Colab", "a badge", "://github.com/someone", "OWNER")
    assert not any(words in before[1] for words in present) and "OWNER" not in "".join(after)
    fork = texts(GITHUB.replace("someone", "fork"))
    assert [one.replace("/fork", "/someone").replace("/fork.git", "/someone.git") for one in fork
            ] == after and "someone" not in "".join(fork)
    elsewhere = texts("https://gitlab.com/someone/course")
    assert "git clone" in elsewhere[1] and "Colab](" not in elsewhere[1] + elsewhere[3]
    assert "ZIP" not in elsewhere[1]
    colab = "https://colab.research.google.com/github/someone/course/blob/main/notebooks"
    for name in ("01_learning_by_hand", "02_data_generation"):  # its own badge, and the next one's
        assert after[3].count(f"]({colab}/{name}.ipynb)") == 1
    assert f'COURSE = \\"{GITHUB}\\"' in after[3] and f'COURSE = \\"{GITHUB}\\"' in after[4]
    assert "Open in Colab" not in after[4] and texts(f"https://github.com/{'o' * 39}/{'r' * 99}")
    assert texts(PLACEHOLDER) == before
    with pytest.raises(SystemExit, match="Not an address like https://"):
        program.main('https://a";ls"')


@pytest.fixture
def colab(tmp_path, monkeypatch):
    """A function: what cells print in a Python that has the packages of this one, but not the
    course. In its folder is a ZIP of the course, and `tmp_path / "repository"` is one to clone."""
    if sys.platform == "win32":
        pytest.skip("Colab is a Linux machine: links, sh and bin/python")
    packages, kernel = tmp_path / "packages", tmp_path / "jupyter/kernels/colab/kernel.json"
    for folder in (packages, kernel.parent, tmp_path / "content"):
        folder.mkdir(parents=True)
    for folder in (folder for folder in sys.path if folder.endswith("-packages")):
        for entry in Path(folder).iterdir():
            if not entry.name.startswith(ABSENT) and not (packages / entry.name).exists():
                (packages / entry.name).symlink_to(entry)
    venv.create(tmp_path / "venv")
    (site,) = tmp_path.glob("venv/lib/python*/site-packages")
    (site / "packages.pth").write_text(str(packages), "utf-8")
    python = str(tmp_path / "venv" / "bin" / "python")
    argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": argv, "display_name": "", "language": "python"}), "utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.delenv("PYTHONPATH", raising=False)  # may name the checkout
    pip = run(python, "-m", "pip", "install", "--dry-run", "--no-deps", "torchinfo")
    if pip.returncode:
        pytest.skip(f"pip can't install packages here: {pip.stderr.strip()[-200:]}")
    git = ["git", "--git-dir", tmp_path / "repository", "--work-tree", ROOT]
    author = ["-c", "user.name=Someone", "-c", "user.email=someone@example.org"]
    zip_file = ["--prefix=course-main/", "--output", tmp_path / "content" / "course.zip"]
    for command in (["init"], ["add", "--all"], [*author, "commit", "--message", "All"],
                    ["archive", *zip_file, "HEAD"]):
        assert run(*git, *command).returncode == 0

    def execute(*sources):
        notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])
        resources = {"metadata": {"path": str(tmp_path / "content")}}
        NotebookClient(notebook, kernel_name="colab", timeout=600, startup_timeout=600,
                       resources=resources).execute()
        return ["".join(output.text for output in cell.outputs) for cell in notebook.cells]

    return execute


STATE = """
import json
from importlib.util import find_spec

names = ["torch", "torchvision", "numpy", "ipywidgets", "mnist_adder_lib", "torchinfo", "anywidget"]
print(json.dumps({name: (spec := find_spec(name)) and spec.origin for name in names}))
"""
USE = """
from mnist_adder_lib import load_splits
from mnist_adder_course.environment import check_environment

check_environment()
print(*map(len, load_splits()))
"""


IN_COLAB = """
import sys
from types import ModuleType
sys.modules["google.colab"] = ModuleType("google.colab")
"""
CLEAR = "Now choose *Edit → Clear all outputs*: what is stored here answers the guesses that you " \
        "will make.\n"


@pytest.mark.thorough
@pytest.mark.parametrize("way", ["clone", "zip"])
def test_the_cell_brings_the_course_and_only_what_is_missing(colab, way, tmp_path):
    cell = bootstrap((tmp_path / "repository").as_uri() if way == "clone" else PLACEHOLDER)
    before, _, brought, after, use, again = colab(STATE, IN_COLAB, cell, STATE, USE, cell)
    old, new = json.loads(before), json.loads(after)
    assert re.match(r"Commit [0-9a-f]{7,} of 20\d\d-\d\d-\d\d\. ", brought), brought
    assert brought.endswith(f"The course is ready.\n{CLEAR}"), brought
    # All of ABSENT was missing and is here now; the rest is the same files as before.
    for name in ("mnist_adder_lib", "torchinfo", "anywidget"):
        assert not old.pop(name) and Path(new.pop(name)).is_relative_to(tmp_path)
    assert new == old
    *checks, lengths = use.splitlines()
    assert all(line.endswith(" OK") for line in checks) and lengths == "48000 12000 10000"
    # In this kernel and in the next one the cell does nothing any more.
    assert again == "" and colab(cell, STATE) == ["", after]


@pytest.mark.thorough
def test_the_cell_says_so_if_the_course_cannot_be_cloned(colab, tmp_path):
    with pytest.raises(CellExecutionError, match="(?s)can't fetch the course from .*public.*git s"):
        colab(bootstrap((tmp_path / "private").as_uri()))


@pytest.mark.parametrize("address, is_fork, says", [
    (PLACEHOLDER, "false", "missing=yes"),
    (PLACEHOLDER, "true", f"python tools/make.py address {GITHUB}"),
    (GITHUB, "true", ""),
    ("https://github.com/original/course", "true", "lead to https://github.com/original/course"),
])
def test_a_fork_is_told_and_nothing_is_committed_there(tmp_path, address, is_fork, says):
    jobs = yaml.safe_load((ROOT / ".github/workflows/address.yml").read_text("utf-8"))["jobs"]
    _, look, *others = jobs["set"]["steps"]
    assert all(step["if"] == "steps.address.outputs.missing" for step in others)
    (tmp_path / "pyproject.toml").write_text(f'Repository = "{address}"\n', "utf-8")
    (output := tmp_path / "output").touch()
    log = run("bash", "-e", "-c", look["run"], cwd=tmp_path, env={
        **os.environ, "ADDRESS": GITHUB, "FORK": is_fork, "GITHUB_OUTPUT": output}).stdout
    said = log + output.read_text("utf-8")
    assert says in said and bool(said) == bool(says)
    assert ("missing" in said) == (says == "missing=yes")


@pytest.mark.parametrize("pretend, environment, menu", [
    (IN_COLAB, {}, "*Edit → Clear all outputs*"),
    ("__vsc_ipynb_file__ = 'lesson.ipynb'", {}, "*Clear All Outputs*"),
    ("", {"VSCODE_PID": "7"}, "*Clear All Outputs*"),
    ("", {"VSCODE_PID": "7", "JPY_SESSION_NAME": "lesson.ipynb"}, None),
    ("", {}, None),
], ids=["Colab", "VS Code by its variable", "VS Code by its process", "its server", "JupyterLab"])
def test_where_stored_answers_are_seen_the_course_says_once_how_to_clear_them(
        pretend, environment, menu):
    code = f"""
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in ({pretend!r}, "import mnist_adder_course", "import mnist_adder_course"):
    shell.run_cell(cell).raise_error()
"""
    others = {name: value for name, value in os.environ.items()
              if name not in ("VSCODE_PID", "JPY_SESSION_NAME")}
    result = run(sys.executable, "-c", code, cwd=ROOT, env={**others, **environment}, check=True)
    says = result.stdout.splitlines()
    assert len(says) == (menu is not None) and all(menu in line for line in says)


def test_the_first_widget_enables_third_party_widgets():
    """anywidget does it, if it's new enough: without that, Colab shows no widget of the course."""
    code = """
import sys
from types import ModuleType
output = sys.modules["google.colab.output"] = ModuleType("google.colab.output")
output.enable_custom_widget_manager = lambda: print("enabled")
from mnist_adder_course.notebook.display import Keys
Keys()
"""
    assert run(sys.executable, "-c", code, cwd=ROOT).stdout == "enabled\n"


def test_torch_is_never_installed():
    setup = ROOT / "tools" / "colab_setup.py"
    result = run(sys.executable, "-I", "-S", setup)  # -S: without any installed packages
    assert "torch is missing, so this is not Colab" in result.stderr and "README" in result.stderr
