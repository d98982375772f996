"""tools/make.py: when it makes and fills the environment, and what it never clears."""

import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from tools import make


@pytest.fixture
def commands(monkeypatch):
    """What was run, as lists of arguments to Python. Environments are made, without packages."""
    ran = []

    def run(python, *arguments):
        ran.append(list(map(str, arguments)))
        if "venv" in ran[-1]:
            subprocess.run([python, *ran[-1], "--without-pip"], check=True)

    monkeypatch.setattr(make, "run", run)
    monkeypatch.setattr(make, "works", lambda python, *arguments: python.exists())
    return ran


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A function: from now on the program is that of a clone in the folder of this name."""

    def clone(name):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "pyproject.toml").touch()
        monkeypatch.setattr(make, "ROOT", folder)
        return folder

    monkeypatch.delenv("VENV", raising=False)
    monkeypatch.delenv("VENV_OPTIONS", raising=False)
    return clone


def modules(commands):
    """The modules that were run, and forgets them."""
    names = [arguments[1] for arguments in commands]
    commands.clear()
    return names


def test_the_environment_remembers_its_folder_and_extras(commands, clone):
    folder = clone("course")
    for extras, expected in [("lab", "lab"), ("lab", None), ("test", "lab,test"), ("lab", None)]:
        make.environment(extras)
        installs = [["-m", "pip", "install", "-e", f".[{expected}]"]] if expected else []
        assert [command for command in commands if "pip" in command] == installs, extras
        commands.clear()
    (folder / "pyproject.toml").write_text("[project]", encoding="utf-8")
    make.environment("lab")
    assert modules(commands) == ["pip"]


def test_the_environment_in_a_renamed_folder_is_made_again(commands, clone, tmp_path):
    clone("course")
    python = make.environment("lab")
    (python.parents[1] / "old").touch()
    (tmp_path / "course").rename(tmp_path / "renamed")
    commands.clear()
    clone("renamed")
    assert make.environment("lab") == tmp_path / "renamed" / python.relative_to(tmp_path / "course")
    assert "--clear" in commands[0] and modules(commands) == ["venv", "pip"]
    assert not (tmp_path / "renamed" / ".venv" / "old").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="an environment has no links there")
def test_an_environment_whose_python_is_gone_is_made_again(commands, clone, tmp_path):
    """As after an upgrade of the system: `.venv/bin/python` leads nowhere."""
    clone("course")
    python = make.environment("lab")
    python.unlink()
    python.symlink_to(tmp_path / "python3.10")
    commands.clear()
    assert make.environment("lab") == python
    assert "--clear" in commands[0] and modules(commands) == ["venv", "pip"]
    assert make.version_of(python) == "{}.{}".format(*sys.version_info)


def test_an_environment_keeps_its_python_and_says_so(commands, clone, monkeypatch, capsys):
    """As with `make lab PYTHON=python3.12`, where there is an environment already."""
    clone("course")
    make.environment("lab")
    commands.clear()
    assert "Python" not in capsys.readouterr().out
    monkeypatch.setattr(make, "version_of",
                        lambda python: "3.12" if python == sys.executable else "3.11")
    make.environment("lab")
    printed = capsys.readouterr().out
    assert "has Python 3.11, and keeps it" in printed and "want Python 3.12, delete" in printed
    assert not commands


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("link", [False, True])
def test_two_clones_with_one_environment(commands, clone, tmp_path, monkeypatch, link):
    """The second says whose it is and changes nothing; the first goes on working with it."""
    first = clone("first")
    monkeypatch.setenv("VENV", str(tmp_path / "shared"))
    make.environment("lab")
    before = files(tmp_path / "shared")
    commands.clear()
    second = clone("second")
    if link:  # a link in the repository leads out of it
        try:
            (second / ".venv").symlink_to(tmp_path / "shared")
        except OSError:
            pytest.skip("links can't be made here")
        monkeypatch.delenv("VENV")
    whose = re.escape(f"{tmp_path / 'shared'} is the environment of {first}")
    with pytest.raises(SystemExit, match=whose):
        make.environment("lab")
    assert files(tmp_path / "shared") == before and not commands
    clone("first")
    monkeypatch.setenv("VENV", str(tmp_path / "shared"))
    make.environment("lab")
    assert not commands


def test_an_environment_of_somebody_else(commands, clone, tmp_path, monkeypatch):
    clone("course")
    monkeypatch.setenv("VENV", str(tmp_path / "mine"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "mine"], check=True)
    before = files(tmp_path / "mine")
    with pytest.raises(SystemExit, match="an environment that this program did not make"):
        make.environment("lab")
    assert files(tmp_path / "mine") == before and not commands


@pytest.mark.parametrize("name", [".", "notebooks", "../thesis"])
def test_a_folder_that_is_no_environment(commands, clone, monkeypatch, name):
    """VENV=. once would have been cleared with the repository after it was renamed."""
    folder = clone("course")
    monkeypatch.setenv("VENV", name)
    (folder / name).mkdir(exist_ok=True)
    (folder / name / "work").write_text("of months", encoding="utf-8")
    with pytest.raises(SystemExit, match="not an environment"):
        make.environment("lab")
    assert not commands and list((folder / name).glob("work"))


def test_what_failed_half_way_is_made_on(commands, clone, tmp_path, monkeypatch):
    """As on Debian without python3-venv, outside the repository."""
    clone("course")
    monkeypatch.setenv("VENV", str(tmp_path / "half"))
    run = make.run

    def fail(*command):
        run(*command)
        sys.exit(1)

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(make, "run", fail)
        make.environment("lab")
    commands.clear()
    monkeypatch.setattr(make, "works", lambda *command: False)
    make.environment("lab")
    assert modules(commands) == ["venv", "pip"]


def test_a_word_that_is_no_target():
    with pytest.raises(SystemExit, match="'lob'"):
        make.main("lob")


def test_colab_runs_every_lesson_in_an_environment_of_its_own(commands, clone, monkeypatch):
    folder = clone("course")
    (folder / "notebooks").mkdir()
    for name in ("01_second.ipynb", "00_first.ipynb", "glossary.ipynb"):
        (folder / "notebooks" / name).touch()
    monkeypatch.setattr(make, "COLAB", make.version_of(sys.executable))
    make.main("colab")
    assert commands[0][:3] == ["-m", "venv", "--clear"] and (folder / ".venv-colab").is_dir()
    assert commands[1][3:5] == ["--constraint", "tools/colab_versions.txt"]
    ran = [command[-1] for command in commands[2:]]
    assert [name.rpartition("notebooks")[2][1:] for name in ran] == [
        "00_first.ipynb", "01_second.ipynb", "in_one_sitting.ipynb"]
    assert not (folder / ".venv").exists()
    commands.clear()
    make.main("colab", "notebooks/00_first.ipynb")
    assert modules(commands) == ["pip", "--timeout=1800"]


def test_without_colabs_python_it_says_so(commands, clone, monkeypatch):
    clone("course")
    monkeypatch.setattr(make, "version_of", lambda python: "3.12")
    with pytest.raises(SystemExit, match="Colab has Python 3.13, and there is none here"):
        make.main("colab")
    assert not commands


def test_what_can_not_be_checked_is_said(monkeypatch, tmp_path):
    """In the last line of the tests, since nobody looks for it where all is green."""
    spec = spec_from_file_location("of_the_root", Path(__file__).parents[1] / "conftest.py")
    conftest = module_from_spec(spec)
    spec.loader.exec_module(conftest)
    (tmp_path / "js" / "node_modules").mkdir(parents=True)
    names = ["tests/browser/test_site.py::a", "tests/browser/test_site.py::b",
             "tests/test_front_end.py::c", "tests/test_make.py::d"]
    monkeypatch.setattr(conftest, "CHROMIUM", "/usr/bin/chromium")
    monkeypatch.setattr(conftest.shutil, "which", lambda name: name)
    monkeypatch.setattr(conftest, "HERE", tmp_path)
    assert conftest.not_checked(names) == []
    monkeypatch.setattr(conftest, "CHROMIUM", None)
    monkeypatch.setattr(conftest.shutil, "which", lambda name: None)
    browser, node = conftest.not_checked(names)
    assert browser.startswith("2 tests in a browser") and "npm ci" in node
    assert conftest.not_checked(names[3:]) == []
