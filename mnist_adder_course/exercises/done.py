"""What a learner has done: right checks, compared guesses and answered questions, each with a date.

They are recorded in one file next to the notebooks, `my_progress.json`: names and dates, nothing
else. `{"start_here exercise most_likely": "2026-11-28"}`; the latest entry comes last. If a check
runs in a folder without lessons, the file is next to those of the checkout; without a checkout, as
in Colab, it is in the working directory. If the file can't be written, nothing is recorded and
nothing is said. With MNIST_ADDER_PROGRESS=off in the environment it is neither written nor read,
and it isn't in a folder of solutions.

`exercises.json`, next to this module, has the exercises of each lesson that have a check, with
their minutes. `tools/notebooks/store.py` writes it from the notebooks, which an installed package
doesn't have.
"""

from __future__ import annotations

import contextlib
import json
import os
from datetime import date
from pathlib import Path
from typing import NamedTuple

NAME = "my_progress.json"
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"  # of a checkout
SWITCH = "MNIST_ADDER_PROGRESS"
KINDS = "exercise", "guess", "recall"


class Exercise(NamedTuple):
    """An exercise with a check."""

    lesson: str  # the notebook, without .ipynb
    name: str
    number: int
    minutes: int
    deeper: bool  # not of the main line

    @property
    def key(self) -> str:
        return key(self.lesson[3:], "exercise", self.name)


def key(lesson: str, kind: str, name: str) -> str:
    """The name of something done; `lesson` is the name of its module."""
    return f"{lesson} {kind} {name}"


def exercises() -> dict[str, list[Exercise]]:
    """The exercises of each lesson, by the name of its notebook."""
    found = json.loads(Path(__file__).with_name("exercises.json").read_text(encoding="utf-8"))
    return {lesson: [Exercise(lesson, *row) for row in rows] for lesson, rows in found.items()}


def main_lines() -> dict[str, list[Exercise]]:
    """The exercises of each lesson's main line, by the name of its notebook."""
    return {lesson: [exercise for exercise in every if not exercise.deeper]
            for lesson, every in exercises().items()}


def note(lesson: str, kind: str, name: str) -> None:
    """Note that something has been done today; nothing happens where that isn't possible."""
    # Imported here, since it brings PyTorch along, which those who only read don't need.
    from mnist_adder_lib.files import write_whole

    done, today = key(lesson, kind, name), date.today().isoformat()
    # A folder that is gone, a disk that is full, a file of somebody else: no lesson stops for it.
    with contextlib.suppress(OSError, ValueError):
        if not (path := _path()):
            return
        try:
            noted = _read(path)
        except ValueError:  # damaged
            path.rename(aside := _aside(path))
            print(f"{NAME} was damaged. It is now called {aside.name}, and a new one begins.")
            noted = {}
        if not path.exists() and (other := NOTEBOOKS / NAME).exists():
            print(f"A second {NAME} begins here. The first one is in {other.parent}.")
        if not noted or list(noted.items())[-1] != (done, today):
            noted.pop(done, None)
            text = json.dumps(noted | {done: today}, indent=1)
            write_whole(path, f"{text}\n".encode())


def read() -> dict[str, str]:
    """What has been done, and when, the latest last; nothing without a whole file."""
    with contextlib.suppress(OSError, ValueError):
        if path := _path():
            return _read(path)
    return {}


def is_damaged() -> bool:
    """Whether there is a file that can't be read as what has been done."""
    try:
        if path := _path():
            _read(path)
    except ValueError:
        return True
    except OSError:
        pass
    return False


def begun(noted: dict[str, str]) -> list[str]:
    """The lessons of which a guess or an exercise is noted, once for each; the latest comes last.
    """
    notebooks = {lesson[3:]: lesson for lesson in exercises()}
    done = (name.split(" ")[:2] for name in noted)
    return [notebooks[lesson] for lesson, *kind in done
            if lesson in notebooks and kind in (["exercise"], ["guess"])]


def _path() -> Path | None:
    """The file; None where there should be none."""
    folder = Path.cwd()
    if os.environ.get(SWITCH, "").lower() == "off" or folder.name == "solutions":
        return None
    return (folder if _has_lessons(folder) or not _has_lessons(NOTEBOOKS) else NOTEBOOKS) / NAME


def _has_lessons(folder: Path) -> bool:
    return any((folder / f"{lesson}.ipynb").exists() for lesson in exercises())


def _read(path: Path) -> dict[str, str]:
    """Raises ValueError where a file is damaged, or something else, and OSError."""
    try:
        noted = json.loads(path.read_text(encoding="utf-8-sig"))  # some editors begin with a mark
    except FileNotFoundError:
        return {}
    except RecursionError:  # brackets in brackets in brackets
        raise ValueError from None
    if not isinstance(noted, dict):
        raise ValueError
    for when in noted.values():
        if not isinstance(when, str):
            raise ValueError
        date.fromisoformat(when)
    return noted


def _aside(path: Path) -> Path:
    """A name that is free, for a damaged file."""
    number = 1
    while (aside := path.with_name(f"{path.stem}_damaged_{number}.json")).exists():
        number += 1
    return aside
