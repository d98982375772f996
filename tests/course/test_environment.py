import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import mnist_adder_course
from mnist_adder_course import environment
from mnist_adder_course.environment import check_environment, check_packages, check_python
from mnist_adder_lib import DataError

PACKAGE = Path(mnist_adder_course.__file__).parent
COMMAND = "-m", "mnist_adder_course.environment"


def run(*arguments, cwd=PACKAGE.parent):
    """What this Python prints; it must not fail."""
    command = [sys.executable, *arguments]
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert result.returncode == 0 and not result.stderr, result.stderr
    return result.stdout


def test_everything_is_here(capsys):
    check_environment()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4 and all(line.endswith(" OK") for line in lines)


def test_what_is_missing_is_said(monkeypatch, capsys):
    def no_data():
        raise DataError("connect to the internet")

    monkeypatch.setattr("mnist_adder_lib.data.find_mnist", no_data)
    monkeypatch.setattr(environment, "_needs", lambda: (">=3.11,<3.99", ["torch>=99", "numpy"]))
    check_environment()
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].endswith('missing or too old; run: pip install "torch>=99"')
    assert lines[2].endswith("connect to the internet")
    assert lines[0].endswith("OK") and lines[3].endswith("OK")


@pytest.mark.parametrize("checkout", [True, False])
def test_what_lesson_13_needs_is_asked_for(monkeypatch, tmp_path, checkout):
    if not checkout:  # then it is in what pip installed
        monkeypatch.setattr(environment, "PYPROJECT", tmp_path / "pyproject.toml")
    names = {Requirement(line).name for line in environment._needs()[1]}
    assert {"torch", "onnx", "onnxscript", "onnxruntime"} < names and "jupyterlab" not in names


def test_packages(monkeypatch):
    monkeypatch.setattr(environment, "_needs", lambda: ("", ["numpy", "torch>=2"]))
    check_packages()
    needed = ["no-such-package>=1", "numpy", "torch>=2.99.1"]
    monkeypatch.setattr(environment, "_needs", lambda: ("", needed))
    with pytest.raises(RuntimeError, match='pip install "no-such-package>=1" "torch>=2.99.1"'):
        check_packages()


@pytest.mark.parametrize("found, requirement, is_enough", [
    ("2.10.1", "torch>=2.9", True), ("2.5.9", "torch>=2.6", False), ("3.0a1", "torch>=2.6", True)])
def test_versions_are_compared_as_pip_does(monkeypatch, found, requirement, is_enough):
    monkeypatch.setattr(environment, "version", lambda name: {"torch": found}[name])
    monkeypatch.setattr(environment, "_needs", lambda: ("", [requirement]))
    if is_enough:
        check_packages()
    else:
        with pytest.raises(RuntimeError, match="missing or too old"):
            check_packages()


@pytest.mark.parametrize("found", ["3.9.1", "3.15.0rc1", "3.15.0"])
def test_another_python(monkeypatch, found):
    check_python()
    monkeypatch.setattr(environment.sys, "version", f"{found} (main)")
    with pytest.raises(RuntimeError, match=rf"Python >=3\.\d+\S* is needed, this is {found}"):
        check_python()


def test_without_any_package():
    """-S: this Python's packages can't be imported, only what comes with Python itself."""
    python, packages, data, network = run("-S", *COMMAND).splitlines()
    assert "before the packages are there" in python
    assert '; run: pip install "torch>=2.6" "torchvision>=0.21" "numpy' in packages
    assert "before the packages are there" in data and "before the packages are there" in network


@pytest.mark.parametrize("pyproject", [True, False])
def test_in_a_folder_that_was_never_installed(tmp_path, pyproject):
    shutil.copytree(PACKAGE, tmp_path / PACKAGE.name)
    if pyproject:
        shutil.copy(PACKAGE.parent / "pyproject.toml", tmp_path)
    python, packages, *_ = run("-S", *COMMAND, cwd=tmp_path).splitlines()
    if pyproject:
        assert 'pip install "torch>=2.6"' in packages
    else:
        assert "pip install -e ." in python and "pip install -e ." in packages
