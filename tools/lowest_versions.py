"""The lowest versions that pyproject.toml allows, as constraints for pip (Python 3.11 or newer).

    python tools/lowest_versions.py [--without torch torchvision] > lowest.txt
    PIP_CONSTRAINT=lowest.txt make test VENV=lowest

`--without` leaves packages at whatever version pip finds.
"""

from __future__ import annotations

import argparse
import tomllib
from itertools import chain
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def lowest_versions(without=()) -> list[str]:
    """`name==version` for each requirement of the project and of its extras, but for some."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    every = chain(project["dependencies"], *project["optional-dependencies"].values())
    bounds = [requirement.split(">=") for requirement in every]  # all are of that form
    return sorted({f"{name}=={version}" for name, version in bounds if name not in without})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--without", nargs="*", default=[])
    print(*lowest_versions(parser.parse_args().without), sep="\n")
