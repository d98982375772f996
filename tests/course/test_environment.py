import pytest

from mnist_adder_lib import DataError
from mnist_adder_lib.course import environment
from mnist_adder_lib.course.environment import check_environment, check_packages, check_python


def test_everything_is_here(capsys):
    check_environment()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4 and all(line.endswith(" OK") for line in lines)


def test_what_is_missing_is_said(monkeypatch, capsys):
    def no_data():
        raise DataError("connect to the internet")

    monkeypatch.setattr(environment, "find_mnist", no_data)
    monkeypatch.setattr(environment, "requires", lambda name: ["torch>=99", "numpy"])
    check_environment()
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].endswith('missing or too old; run: pip install "torch>=99"')
    assert lines[2].endswith("connect to the internet")
    assert lines[0].endswith("OK") and lines[3].endswith("OK")


def test_packages():
    check_packages(["numpy", "torch>=2", 'no-such-package; extra == "lab"'])
    with pytest.raises(RuntimeError, match='pip install "no-such-package>=1" "torch<1"'):
        check_packages(["no-such-package>=1", "numpy", "torch<1"])


def test_an_old_python(monkeypatch):
    check_python()
    monkeypatch.setattr(environment.sys, "version", "3.9.1 (main)")
    with pytest.raises(RuntimeError, match="Python >=3.10 is needed, this is 3.9.1"):
        check_python()
