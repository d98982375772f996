"""The package as a newcomer gets it: built, installed elsewhere, used without data and network."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[1]


def python(*arguments, cwd=ROOT, **environment):
    """Run this Python and return what it printed, or fail with what it wrote to stderr."""
    command = [sys.executable, *map(str, arguments)]
    environment = os.environ | {name: str(value) for name, value in environment.items()}
    result = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel built from the source distribution, as pip would build it."""
    folder = tmp_path_factory.mktemp("dist")
    python("-m", "hatchling", "build", "-t", "sdist", "-d", folder)
    (sdist,) = folder.glob("*.tar.gz")
    offline = ["--no-deps", "--no-build-isolation", "--no-index"]
    python("-m", "pip", "wheel", *offline, "-w", folder, sdist)
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_the_wheel_holds_what_was_trained_and_recorded(wheel):
    assets = {path.name for path in (ROOT / "assets").iterdir()
              if path.suffix in (".pt", ".json", ".jsonl")}
    assert {f"mnist_adder_lib/assets/{name}" for name in assets} <= {*ZipFile(wheel).namelist()}


NEWCOMER = """
import sys
def forbid(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise OSError("no network here")
sys.addaudithook(forbid)
import mnist_adder_lib as lib
import mnist_adder_lib.drawing
print(lib.__file__, sum(p.numel() for p in lib.load_pretrained().parameters()))
try:
    lib.load_splits()
except lib.DataError as error:
    print(error)
"""


def test_an_installed_wheel_works_elsewhere_and_says_what_to_do_without_data(wheel, tmp_path):
    site = tmp_path / "site"
    python("-m", "pip", "install", "--no-deps", "--no-index", "--target", site, wheel)
    output = python("-c", NEWCOMER, cwd=tmp_path, PYTHONPATH=site, HOME=tmp_path / "home",
                    XDG_CACHE_HOME=tmp_path / "cache", MNIST_ADDER_DATA="")
    place, parameters = output.split("\n")[0].rsplit(" ", 1)
    assert Path(place).is_relative_to(site) and int(parameters) == 17_360
    assert "MNIST is missing or damaged in" in output and "Connect to the internet" in output


def test_environment_yml_asks_for_what_pyproject_does():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    environment = (ROOT / "environment.yml").read_text("utf-8")
    assert f"- python{project['requires-python']}\n" in environment
    (extras,) = re.findall(r"- -e \.\[(.+)\]", environment)
    assert set(extras.split(",")) <= set(project["optional-dependencies"])
