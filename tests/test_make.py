"""tools/make.py: when it makes and fills the environment, and what it never clears."""

import re
import subprocess
import sys

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


def test_a_target_runs_its_commands_with_their_settings(commands, clone, monkeypatch):
    ran = []
    monkeypatch.setattr(make, "run", lambda *words, **settings: ran.append((words[1:], settings)))
    monkeypatch.setattr(make, "environment", lambda extras: "python")
    monkeypatch.setitem(make.TARGETS, "two", ("", "", ["A_B=1 C=2 -m pytest -m ''", "x.py"]))
    make.main("two", "tests", "-k", "a b")
    assert ran == [(("-m", "pytest", "-m", "", "tests", "-k", "a b"), {"A_B": "1", "C": "2"}),
                   (("x.py",), {})]
