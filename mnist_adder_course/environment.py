"""Is everything here that the course needs? Runs with Python alone, as a command, too:

    python -m mnist_adder_course.environment
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path

NAME = "mnist-adder"
PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"  # of a checkout


def check_environment() -> None:
    """Print a line for each thing that the course needs: OK, or what to do."""
    for name, problem in find_problems().items():
        print(f"{name:16} {problem or 'OK'}")


def find_problems() -> dict[str, Exception | None]:
    """The problem with each thing that the course needs, or None."""
    checks = {"Python": check_python, "packages": check_packages, "data": check_data,
              "trained network": check_network}
    return {name: _outcome(check) for name, check in checks.items()}


def _outcome(check: Callable[[], None]) -> Exception | None:
    """The error that a check raises. If a package is missing, `check_packages` says which."""
    try:
        check()
    except ImportError as error:
        return ImportError(f"can't be checked before the packages are there ({error})")
    except Exception as error:  # a broken package may raise anything
        return error
    return None


def _needs() -> tuple[str, list[str]]:
    """The Python and the packages that the course needs, such as ">=3.11,<3.15" and ["torch>=2.6"].

    With those that only lesson 13 needs (the extra `export`). They are in the checkout's
    pyproject.toml or in what pip installed. Raises RuntimeError if there is neither.
    """
    if PYPROJECT.exists():
        project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
        export = project["optional-dependencies"]["export"]
        return project["requires-python"], project["dependencies"] + export
    try:
        every = [line.partition(";") for line in requires(NAME) or []]  # after it: its extra
        needed = [line for line, _, extra in every if not extra or "export" in extra]
        return metadata(NAME)["Requires-Python"], needed
    except PackageNotFoundError:
        raise RuntimeError("not installed; run in the course's folder: pip install -e .") from None


def check_python() -> None:
    """Raises RuntimeError for a Python that is older or newer than the course asks for."""
    needed, found = _needs()[0], sys.version.split()[0]
    from packaging.specifiers import SpecifierSet  # here, as it may be what is missing

    if not SpecifierSet(needed).contains(found, prereleases=True):
        raise RuntimeError(f"Python {needed} is needed, this is {found}")


def check_packages() -> None:
    """Raises RuntimeError, with the command that helps, where packages are missing or too old."""
    requirements = _needs()[1]
    try:
        missing = [line for line in requirements if not _is_installed(line)]
    except ImportError:  # `packaging`, which compares versions; pip leaves what is there alone
        missing = requirements
    if missing:
        names = " ".join(f'"{line}"' for line in missing)
        raise RuntimeError(f"missing or too old; run: pip install {names}")


def check_data() -> None:
    """Raises DataError, with what to do, where MNIST can't be had."""
    from mnist_adder_lib.data import find_mnist

    find_mnist()


def check_network() -> None:
    """Raises FileNotFoundError or CheckpointError where the trained network isn't whole."""
    from mnist_adder_lib.checkpoint import load_pretrained

    load_pretrained()


def _is_installed(line: str) -> bool:
    """Whether a package is installed, and new enough."""
    from packaging.requirements import Requirement

    requirement = Requirement(line)
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        return False
    return requirement.specifier.contains(found, prereleases=True)


if __name__ == "__main__":
    check_environment()
