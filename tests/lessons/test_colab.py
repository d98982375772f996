"""The way to Colab: the command that sets the address, and the cell, in an environment like it.

What can't be had here is Colab itself: its page, its GPU, and the widgets on it.
"""

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import v4

from tools.publishing import set_repository
from tools.publishing.address import PLACEHOLDER, PYPROJECT, read_address
from tools.publishing.set_repository import NOTEBOOKS, bootstrap, with_address

ROOT = Path(__file__).resolve().parents[2]
SETUP = ROOT / "tools" / "colab_setup.py"
GITHUB = "https://github.com/someone/course"
BADGE = (
    "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
    "(https://colab.research.google.com/github/someone/course/blob/main/notebooks/06_new.ipynb)"
)


# --- the command that sets the address ------------------------------------------------------------


@pytest.fixture
def copies(tmp_path, monkeypatch):
    """A function: what is in copies of the kinds of files that the command changes."""
    files = [PYPROJECT, set_repository.README, NOTEBOOKS / "glossary.ipynb",
             NOTEBOOKS / "00_start_here.ipynb", NOTEBOOKS / "solutions" / "00_start_here.ipynb"]
    root = set_repository.README.parent
    copied = [tmp_path / file.relative_to(root) for file in files]
    (tmp_path / "notebooks" / "solutions").mkdir(parents=True)
    for file, copy in zip(files, copied):
        shutil.copy(file, copy)
    monkeypatch.setattr("tools.publishing.address.PYPROJECT", copied[0])
    monkeypatch.setattr(set_repository, "README", copied[1])
    monkeypatch.setattr(set_repository, "NOTEBOOKS", tmp_path / "notebooks")
    return lambda: {path: path.read_bytes() for path in copied}


def test_set_repository_changes_what_names_the_address_and_back_again(copies, capsys):
    set_repository.main(PLACEHOLDER)
    assert "run this again with the address" in capsys.readouterr().out
    before = copies()
    set_repository.main(GITHUB + ".git/")
    after = copies()
    unchanged = [path.name for path in before if after[path] == before[path]]
    assert unchanged == ["glossary.ipynb"]
    assert read_address() == GITHUB
    page = "[Try it in your browser](https://someone.github.io/course/try/index.html)"
    readme = set_repository.README.read_text("utf-8")
    assert page in readme and f"\ngit clone --depth 1 {GITHUB} mnist-adder\n" in readme
    place = "github/someone/course/blob/main/notebooks/in_one_sitting.ipynb"
    assert f"([in Colab](https://colab.research.google.com/{place}))." in readme
    capsys.readouterr()
    set_repository.main()
    assert copies() == after and not capsys.readouterr().out
    set_repository.main("https://example.org/course")
    set_repository.main(PLACEHOLDER)
    assert copies() == before


def test_no_address(copies):
    before = copies()
    for address in ("--help", "someone/course", "https://a b", 'https://a";ls"'):
        with pytest.raises(SystemExit, match="Not an address like https://"):
            set_repository.main(address)
    assert copies() == before


def test_notebooks_with_a_long_address_keep_to_the_style(copies, tmp_path):
    """GitHub allows 39 characters for an owner and 100 for a repository."""
    for address in (PLACEHOLDER, f"https://github.com/{39 * 'o'}/{100 * 'r'}"):
        set_repository.main(address)
        ruff = run(sys.executable, "-m", "ruff", "check", "--no-cache", tmp_path)
        assert ruff.returncode == 0, ruff.stdout
    # The rules were those of the project: a line that is too long is found.
    (tmp_path / "long.py").write_text(f"{60 * 'a '}\n".replace(" ", " + "), "utf-8")
    ruff = run(sys.executable, "-m", "ruff", "check", "--no-cache", tmp_path)
    assert ruff.returncode == 1


def test_a_new_lesson_gets_cell_and_badge_and_keeps_the_rest():
    cells = [v4.new_markdown_cell("# 6 · New\n\nSome words."),
             v4.new_code_cell("1 + 1", execution_count=1), v4.new_code_cell("not_run_yet"),
             v4.new_markdown_cell("Next: [5 · Old](06_new.ipynb). Words.")]
    path = NOTEBOOKS / "06_new.ipynb"
    lesson = with_address(v4.new_notebook(cells=cells), GITHUB, path)
    nbformat.validate(lesson)
    assert lesson.cells[0].source == f"# 6 · New\n\n{BADGE}\n\nSome words."
    assert (lesson.cells[1].id, lesson.cells[1].source) == ("06-colab", bootstrap(GITHUB))
    assert [cell.execution_count for cell in lesson.cells[1:4]] == [1, 1, None]
    assert lesson.cells[-1].source == f"Next: [5 · Old](06_new.ipynb) {BADGE}. Words."
    assert with_address(lesson, PLACEHOLDER, path).cells[-1] == cells[-1]
    assert with_address(lesson, GITHUB, path) == lesson
    for address, place in [("https://example.org/course", path),
                           (GITHUB, NOTEBOOKS / "solutions" / "06_new.ipynb")]:
        assert with_address(lesson, address, place).cells[0] == cells[0]  # no badge


# --- the cell in an environment like Colab's ------------------------------------------------------

ABSENT = ("mnist_adder", "torchinfo", "anywidget")


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


@pytest.fixture(scope="module")
def colab(tmp_path_factory):
    """A Python with links to the packages of this one, but without the course; and its kernel."""
    if sys.platform == "win32":
        pytest.skip("Colab is a Linux machine: links, sh and bin/python")
    home = tmp_path_factory.mktemp("colab")
    packages = home / "packages"
    packages.mkdir()
    for folder in (folder for folder in sys.path if folder.endswith("-packages")):
        for entry in Path(folder).iterdir():
            if not entry.name.startswith(ABSENT) and not (packages / entry.name).exists():
                (packages / entry.name).symlink_to(entry)
    venv.create(home / "venv")
    (site,) = home.glob("venv/lib/python*/site-packages")
    (site / "packages.pth").write_text(str(packages), "utf-8")
    python = str(home / "venv" / "bin" / "python")
    kernel = home / "jupyter" / "kernels" / "colab" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": argv, "display_name": "", "language": "python"}), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(home / "jupyter"))
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        patch.delenv("PYTHONPATH", raising=False)  # may name the checkout
        patch.delenv("MNIST_ADDER_DATA", raising=False)
        pip = run(python, "-m", "pip", "install", "--dry-run", "--no-deps", "torchinfo")
        if pip.returncode:
            pytest.skip(f"pip can't install packages here: {pip.stderr.strip()[-200:]}")
        yield python


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The address of a repository with the files that are here, committed or not."""
    repository = tmp_path_factory.mktemp("repository")
    git = ["git", "--git-dir", repository, "--work-tree", ROOT]
    author = ["-c", "user.name=Someone", "-c", "user.email=someone@example.org"]
    for command in (["init"], ["add", "--all"], [*author, "commit", "--message", "All"]):
        result = run(*git, *command)
        assert result.returncode == 0, result.stderr
    return repository.as_uri()


def execute(folder, *sources):
    """What each cell prints, when they are run in a fresh kernel of Colab's in that folder."""
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, kernel_name="colab", timeout=600, startup_timeout=600,
                   resources=resources).execute()
    return ["".join(output.text for output in cell.outputs) for cell in notebook.cells]


STATE = """
import json
from importlib.util import find_spec

names = ["torch", "torchvision", "numpy", "ipywidgets", "mnist_adder_lib", "torchinfo", "anywidget"]
print(json.dumps({name: (spec := find_spec(name)) and spec.origin for name in names}))
"""
# As where the installation has failed: the kernel doesn't find the library.
HIDE = """
import sys
sys.path = [folder for folder in sys.path if "mnist-adder" not in folder]
"""
USE = """
from mnist_adder_lib import load_splits
from mnist_adder_course.environment import check_environment

check_environment()
print(*map(len, load_splits()))
"""


@pytest.mark.thorough
def test_the_cell_brings_the_course_and_only_what_is_missing(colab, address, tmp_path):
    cell = bootstrap(address)
    before, brought, after, use, again = execute(tmp_path, STATE, cell, STATE, USE, cell)
    old, new = json.loads(before), json.loads(after)
    assert brought.endswith("The course is ready.\n"), brought
    assert "blocks cdn.jsdelivr.net, from which Colab loads them" in brought
    # All of ABSENT was missing and is here now; the rest is the same files as before.
    wanted = ["mnist_adder_lib", "torchinfo", "anywidget"]
    assert not any(old.pop(name) for name in wanted)
    course, *packages = [new.pop(name) for name in wanted]
    assert Path(course).is_relative_to(tmp_path / "mnist-adder")
    assert all(Path(file).is_relative_to(Path(colab).parents[1]) for file in packages)
    assert new == old
    # The lessons have what they need.
    *checks, lengths = use.splitlines()
    assert len(checks) == 4 and all(line.endswith(" OK") for line in checks), use
    assert lengths == "48000 12000 10000"
    # In this kernel and in the next one the cell does nothing any more.
    assert again == "" and execute(tmp_path, cell, STATE) == ["", after]


@pytest.mark.thorough
def test_the_cell_where_the_course_cannot_be_fetched(colab, tmp_path, monkeypatch):
    with pytest.raises(CellExecutionError, match="README says how to start"):
        execute(tmp_path, HIDE, bootstrap(PLACEHOLDER))
    monkeypatch.setenv("LC_ALL", "C")
    (tmp_path / "sh").symlink_to(shutil.which("sh"))
    for path, reason in [(os.environ["PATH"], "fatal: "), (str(tmp_path), "git: ")]:
        monkeypatch.setenv("PATH", path)
        with pytest.raises(CellExecutionError) as error:
            execute(tmp_path, HIDE, bootstrap("file:///nowhere"))
        assert "colab_setup.py` not found" in error.value.evalue.replace("'", "")
        assert reason in str(error.value)
    setup = tmp_path / "mnist-adder" / "tools" / "colab_setup.py"
    setup.parent.mkdir(parents=True)
    # A folder that is there already is used.
    setup.write_text(f"import sys; sys.path.append({str(ROOT)!r}); print('set up')", "utf-8")
    assert execute(tmp_path, HIDE, bootstrap("file:///nowhere"))[1] == "set up\n"


def test_the_first_widget_enables_third_party_widgets():
    """anywidget does it, if it's new enough: without that, Colab shows no widget of the course."""
    code = """
import sys
from types import ModuleType
output = sys.modules["google.colab.output"] = ModuleType("google.colab.output")
output.enable_custom_widget_manager = lambda: print("enabled")
from mnist_adder_lib.drawing import DigitPad
DigitPad()
"""
    assert run(sys.executable, "-c", code, cwd=ROOT).stdout == "enabled\n"


def test_torch_is_never_installed():
    result = run(sys.executable, "-I", "-S", SETUP)  # -S: without any installed packages
    assert "torch is missing, so this is not Colab" in result.stderr and "README" in result.stderr


@pytest.mark.thorough
def test_a_zip_file_of_the_course_is_enough(colab, address, tmp_path):
    """What the cell of a notebook without an address says to do in Colab; a ZIP like GitHub's.

    The last test, as it leaves the course installed."""
    archive = ["archive", "--prefix=course-main/", "--output", tmp_path / "course-main.zip", "HEAD"]
    packed = run("git", "--git-dir", address.removeprefix("file://"), *archive)
    assert packed.returncode == 0, packed.stderr
    cell = bootstrap(PLACEHOLDER)
    before, brought, after, again = execute(tmp_path, HIDE + STATE, cell, STATE, cell)
    old, new = json.loads(before), json.loads(after)
    assert not old.pop("mnist_adder_lib") and new.pop("mnist_adder_lib")
    assert brought.endswith("The course is ready.\n") and again == ""
    kept = ["torch", "torchvision", "numpy", "ipywidgets"]
    assert [new[name] for name in kept] == [old[name] for name in kept]
