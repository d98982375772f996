"""The package as a newcomer gets it: built, installed elsewhere, imported without a network."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

import mnist_adder_lib

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


def test_wheel_holds_library_and_checkpoint_only(wheel):
    names = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    library = {path.relative_to(ROOT).as_posix() for path in (ROOT / "mnist_adder_lib").rglob("*.*")
               if path.suffix in (".py", ".typed", ".js", ".css", ".toml", ".mplstyle")}
    assert library >= {f"mnist_adder_lib/{name}"
                       for name in ("py.typed", "drawing/pad.js", "drawing/pad.css")}
    names_of_assets = ("adder.pt", "last_figure.pt", "results.jsonl", "changes.jsonl",
                       "adders.jsonl", "sums.jsonl")
    assets = {f"mnist_adder_lib/assets/{name}" for name in names_of_assets}
    assert names == library | assets


def test_the_wheels_version_is_the_librarys(wheel):
    assert wheel.name.split("-")[1] == mnist_adder_lib.__version__


def test_wheel_from_the_checkout_is_the_same(wheel, tmp_path):
    python("-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path)
    assert sorted(ZipFile(tmp_path / wheel.name).namelist()) == sorted(ZipFile(wheel).namelist())


def test_installed_wheel_works_from_another_folder(wheel, tmp_path):
    site = tmp_path / "site"
    python("-m", "pip", "install", "--no-deps", "--no-index", "--target", site, wheel)
    code = (
        "import mnist_adder_lib as lib; print(lib.__file__); "
        "model = lib.load_pretrained(); print(sum(p.numel() for p in model.parameters()))"
    )
    place, parameters = python("-c", code, cwd=tmp_path, PYTHONPATH=site).splitlines()
    assert Path(place).is_relative_to(site) and int(parameters) > 13_000


def test_import_uses_no_network_and_writes_nothing(tmp_path):
    code = """
import sys
def forbid(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo") or event.startswith("urllib."):
        raise OSError(f"{event} {arguments}")
sys.addaudithook(forbid)
import mnist_adder_lib
"""
    python("-c", code, cwd=tmp_path, HOME=tmp_path, PYTHONDONTWRITEBYTECODE=1)
    assert not list(tmp_path.iterdir())


def test_environment_yml_asks_for_what_pyproject_does():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    environment = (ROOT / "environment.yml").read_text("utf-8")
    assert f"- python{project['requires-python']}\n" in environment
    (extras,) = re.findall(r"- -e \.\[(.+)\]", environment)
    assert set(extras.split(",")) <= set(project["optional-dependencies"])
