"""Is everything here that the course needs?"""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from ..checkpoint import load_pretrained
from ..data import find_mnist


def check_environment() -> None:
    """Print a line for each thing that the course needs: OK, or what to do."""
    checks = {
        "Python": check_python,
        "packages": lambda: check_packages(requires("mnist-adder")),
        "data": find_mnist,
        "trained network": load_pretrained,
    }
    for name, check in checks.items():
        try:
            check()
            result = "OK"
        except (RuntimeError, ValueError, OSError) as error:
            result = error
        print(f"{name:16} {result}")


def check_python() -> None:
    """Raises RuntimeError for a Python that is older than the library asks for."""
    needed, found = metadata("mnist-adder")["Requires-Python"], sys.version.split()[0]
    if found not in SpecifierSet(needed, prereleases=True):
        raise RuntimeError(f"Python {needed} is needed, this is {found}")


def check_packages(requirements: list[str]) -> None:
    """Raises RuntimeError, with the command that helps, where required packages are missing or old.

    requirements: as in a package's metadata; those of extras are left out.
    """
    needed = [line for line in map(Requirement, requirements) if not line.marker]
    wanting = [requirement for requirement in needed if not _fits(requirement)]
    if wanting:
        names = " ".join(f'"{requirement}"' for requirement in wanting)
        raise RuntimeError(f"missing or too old; run: pip install {names}")


def _fits(requirement: Requirement) -> bool:
    try:
        return requirement.specifier.contains(version(requirement.name), prereleases=True)
    except PackageNotFoundError:
        return False
