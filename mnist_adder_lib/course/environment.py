"""Is everything here that the course needs? Runs with Python alone, as a command, too:

    python -m mnist_adder_lib.course.environment
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"  # of a checkout


def check_environment() -> None:
    """Print a line for each thing that the course needs: OK, or what to do."""
    for name, problem in find_problems().items():
        print(f"{name:16} {problem or 'OK'}")


def find_problems() -> dict[str, Exception | None]:
    """What is wrong with each thing that the course needs; None where it is right."""
    checks = {"Python": check_python, "packages": check_packages, "data": check_data,
              "trained network": check_network}
    return {name: _outcome(check) for name, check in checks.items()}


def _outcome(check: Callable[[], None]) -> Exception | None:
    """What a check raises. Where a package is missing, `check_packages` says which."""
    try:
        check()
    except ImportError as error:
        return ImportError(f"can't be checked before the packages are there ({error})")
    except Exception as error:  # a broken package may raise anything
        return error
    return None


def _needs() -> tuple[str, list[str]]:
    """The Python and the packages that the course needs, such as ">=3.11,<3.15" and ["torch>=2.6"].

    They stand in the checkout's pyproject.toml or in what pip installed. Raises RuntimeError where
    there is neither.
    """
    if PYPROJECT.exists():
        text = PYPROJECT.read_text(encoding="utf-8")
        (python,) = re.findall(r'^requires-python = "(.*)"', text, re.MULTILINE)
        (packages,) = re.findall(r"^dependencies = (\[.*?\n\])", text, re.MULTILINE | re.DOTALL)
        return python, ast.literal_eval(packages)
    try:
        every = requires("mnist-adder") or []
        lines = [line for line in every if ";" not in line]  # none of extras
        return metadata("mnist-adder")["Requires-Python"], lines
    except PackageNotFoundError:
        raise RuntimeError("not installed; run in the course's folder: pip install -e .") from None


def check_python() -> None:
    """Raises RuntimeError for a Python that is older or newer than the course asks for."""
    needed, found = _needs()[0], sys.version.split()[0]
    for sign, bound in re.findall(r"(>=|<)([\d.]+)", needed):
        if _is_enough(found, bound) != (sign == ">="):
            raise RuntimeError(f"Python {needed} is needed, this is {found}")


def check_packages(requirements: list[str] | None = None) -> None:
    """Raises RuntimeError, with the command that helps, where packages are missing or too old.

    requirements: a name, or a name and a lowest version, such as "torch>=2.6"; the course's own
    where there are none.
    """
    wanting = [line for line in requirements or _needs()[1] if not _is_here(line)]
    if wanting:
        names = " ".join(f'"{line}"' for line in wanting)
        raise RuntimeError(f"missing or too old; run: pip install {names}")


def check_data() -> None:
    """Raises DataError, with what to do, where MNIST can't be had."""
    from ..data import find_mnist

    find_mnist()


def check_network() -> None:
    """Raises FileNotFoundError or CheckpointError where the trained network isn't whole."""
    from ..checkpoint import load_pretrained

    load_pretrained()


def _is_here(requirement: str) -> bool:
    """Whether a package is installed, and new enough."""
    ((name, lowest),) = re.findall(r"^([\w.-]+)\s*(.*)$", requirement)
    try:
        return _is_enough(version(name), lowest)
    except PackageNotFoundError:
        return False


def _is_enough(found: str, needed: str) -> bool:
    """Whether a version is at least that of ">=2.6"; with "", any is."""
    return _numbers(found) >= _numbers(needed.lstrip(">="))


def _numbers(text: str) -> list[int]:
    """[2, 6] of "2.6", "2.6.0" and "2.6.0+cpu": the numbers that versions are compared by."""
    parts = [int(part) for part in re.findall(r"[\d.]*", text)[0].split(".") if part]
    while parts and parts[-1] == 0:
        parts.pop()
    return parts


if __name__ == "__main__":
    check_environment()
