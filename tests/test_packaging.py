"""The package as a newcomer gets it: built, installed elsewhere, imported without a network."""

import os
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from packaging.requirements import Requirement

import mnist_adder_lib

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # hatchling and pytest need it too

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


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


def test_environment_yml_says_only_what_pyproject_says():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python_range, pip, packages = environment["dependencies"]
    assert environment["channels"] == ["conda-forge"]
    assert f"conda activate {environment['name']}\n" in (ROOT / "README.md").read_text("utf-8")
    assert python_range == "python" + PROJECT["requires-python"]
    assert pip == "pip"
    (package,) = packages["pip"]
    extras = re.fullmatch(r"-e \.\[(.+)\]", package)[1].split(",")
    assert set(extras) == set(PROJECT["optional-dependencies"]) - {"site"}


def test_the_image_is_made_of_what_pyproject_says():
    """And of what Debian brings: pip would fetch a PyTorch with CUDA, were that one too old."""
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (extras,) = re.findall(r"-e \"\.\[(.+?)\]\"", dockerfile)
    assert set(extras.split(",")) == {"lab", "export"} <= set(PROJECT["optional-dependencies"])
    (brings,) = re.findall(r"^# Debian \d+ brings: (.+)$", dockerfile, re.MULTILINE)
    brings = dict(package.split() for package in brings.split(", "))
    wanted = [Requirement("python" + PROJECT["requires-python"]),
              *map(Requirement, PROJECT["dependencies"])]
    for name, specifier in ((one.name, one.specifier) for one in wanted if one.name in brings):
        assert brings.pop(name) in specifier
    assert not brings and "python3-torch python3-torchvision" in dockerfile
    assert "==" not in re.sub(r"#.*", "", dockerfile)


def test_the_image_gets_what_it_needs_and_nothing_else():
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copies = re.findall(r"^COPY (.+) \S+$", dockerfile, re.MULTILINE)
    copied = {source for line in copies for source in line.split()}
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert lines.index("*") < min(i for i, line in enumerate(lines) if line.startswith("!"))
    assert copied == {line[1:] for line in lines if line.startswith("!")}
    assert all((ROOT / source).exists() for source in copied)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    needed = {Path(path).parts[0] for path in wheel}
    assert needed | {PROJECT["readme"], *PROJECT["license-files"], "pyproject.toml"} <= copied


def test_nothing_is_pinned():
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    for requirement in sum(groups, []):
        assert re.fullmatch(r"[a-z-]+>=[\d.]+", requirement)


def test_readme_says_how_to_go_without_make():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for line in ("conda env create -f environment.yml", "pytest --nbval notebooks tests",
                 "make lab ", "make test ", "python3 tools/make.py lab ", r"py tools\make.py lab "):
        assert f"\n{line}" in readme
