"""The exercises of a lesson in its notebook of solutions: written once, in the lesson and in its
module.

An exercise is three cells: its task and its check, which are the lesson's (without the line that
goes on with a right answer), and its function, which the lesson leaves open and a solution in the
lesson's module fills. All other cells of the solutions are their own. `minutes.py` calls this.
"""

from __future__ import annotations

import re
from importlib import import_module

import nbformat

from mnist_adder_course.exercises.checks import code_of

PARTS = ("task", "function", "check")
EXERCISE = re.compile(r"\d\d-exercise-(\w+)-(task|function|check)")


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
