"""All lessons, each with its module."""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Lesson(NamedTuple):
    name: str  # of the module, and of the notebook without its number
    module: ModuleType


def lesson(path: Path) -> Lesson:
    name = path.stem[3:]
    return Lesson(name, import_module(f"mnist_adder_course.lessons.{name}"))


LESSONS = [lesson(path) for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))]
