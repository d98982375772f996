"""Bring all notebooks into the form in which they are stored, without running any.

    python tools/notebooks/store.py

It names the cells of the exercises, numbers the exercises by their order, writes them, solved, into
the notebooks of solutions, and notes them in `exercises.json` for the map of lesson 0. How a
notebook is saved is in `notebook_files.py`.

An exercise is three cells: its task and its check, which in the solutions are the lesson's (without
the line that goes on with a right answer), and its function, which the lesson leaves open and a
solution in the lesson's module fills. All other cells of the solutions are their own.
"""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path

import nbformat

from mnist_adder_course.exercises import done
from mnist_adder_course.exercises.checks import code_of
from tools.notebooks.notebook_files import LESSONS, NOTEBOOKS, every_notebook, parts, save

EXERCISES = Path(done.__file__).with_name("exercises.json")
PARTS = ("task", "function", "check")
EXERCISE = re.compile(r"\d\d-exercise-(\w+)-(task|function|check)")  # the id of a cell
NUMBERED = re.compile(r"(?<=Exercise )\d+(?= · )")
TO_SOLVE = re.compile(r"^\*About (\d+) minutes\.\*", re.MULTILINE)  # below the title


def checks_of(lesson: str) -> dict:
    """The checks of a lesson, such as "02_data_generation", by the names of their functions."""
    return vars(import_module(f"mnist_adder_course.lessons.{lesson[3:]}").checks)


def name_exercises(notebook, number: str) -> None:
    """Give the cells of each exercise of lesson `number`, "02", their ids: those of the check,
    `checks.one_hot(one_hot)`, of the task above it, and of the function below the task. Cells that
    try the function may come before the check."""
    cells, task = notebook.cells, 0
    for place, cell in enumerate(cells):
        if re.match(r"#+ Exercise \d", cell.source):
            task = place
        elif found := re.match(r"checks\.(\w+)\(", cell.source):
            for one, part in zip((cells[task], cells[task + 1], cell), PARTS):
                one.id = f"{number}-exercise-{found[1]}-{part}"


def tasks_of(cells) -> dict:
    """The cells with the tasks of the exercises, by their names."""
    found = [(cell, EXERCISE.fullmatch(cell.id)) for cell in cells]
    return {match[1]: cell for cell, match in found if match and match[2] == "task"}


def number_exercises(notebook) -> None:
    """Write the numbers of the exercises, 1, 2, ..., into their titles, in their order."""
    for number, cell in enumerate(tasks_of(notebook.cells).values(), start=1):
        cell.source = NUMBERED.sub(str(number), cell.source, count=1)


def write_solutions(lesson, solutions, checks: dict) -> None:
    """Write the exercises of a lesson, solved, into the notebook of its solutions; a new one comes
    after all cells of the one before it."""
    cells, place = solutions.cells, 0
    for cell in lesson.cells:
        if not (found := EXERCISE.fullmatch(cell.id)):
            continue
        name, part = found.groups()
        if part == "function":  # below what the lesson's cell gives before it
            source = cell.source.partition("def ")[0] + code_of(checks[name].solution)
        else:
            source = cell.source if part == "task" else cell.source.partition("\n")[0]
        if (there := next((one for one in cells if one.id == cell.id), None)) is None:
            while part == "task" and place < len(cells) and not cells[place].id.endswith("-task"):
                place += 1
            new = nbformat.v4.new_markdown_cell if part == "task" else nbformat.v4.new_code_cell
            cells.insert(place, there := new(id=cell.id))
        there.source = source
        place = cells.index(there) + 1


def with_exercises(lesson, solutions, name: str):
    """A lesson, such as "02_data_generation", and its solutions, changed in place."""
    name_exercises(lesson, name[:2])
    number_exercises(lesson)
    write_solutions(lesson, solutions, checks_of(name))
    return lesson, solutions


def exercises_with_a_check(lessons: dict) -> str:
    """The file next to done.py: name, number and minutes of each exercise of the lessons, and
    whether it is deeper."""
    lines = []
    for lesson, notebook in lessons.items():
        main = tasks_of(parts(notebook)[0])
        rows = [[name, int(NUMBERED.search(cell.source)[0]), int(TO_SOLVE.search(cell.source)[1]),
                 name not in main] for name, cell in tasks_of(notebook.cells).items()]
        lines.append(f"{json.dumps(lesson)}: {json.dumps(rows)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    notebooks = {path: nbformat.read(path, as_version=4) for path in every_notebook()}
    for path in LESSONS:
        solutions = NOTEBOOKS / "solutions" / path.name
        with_exercises(notebooks[path], notebooks[solutions], path.stem)
    for path, notebook in notebooks.items():
        save(notebook, path)
    lessons = {path.stem: notebooks[path] for path in LESSONS}
    EXERCISES.write_text(exercises_with_a_check(lessons), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
