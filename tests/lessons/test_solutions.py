"""Every solution is right in its own lesson, with the names that the lesson has given by then.

Of a lesson's cells only imports, functions, classes and constants are run, so that nothing is
trained and a test takes seconds. Each solution stands in place of the exercise's function.
"""

import ast
import contextlib
import re
from importlib import import_module
from pathlib import Path

import nbformat
import pytest

from mnist_adder_course.exercises.checks import from_code
from tools.notebooks.notebook_files import ASKS

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
FUNCTION = re.compile(r"\d\d-exercise-(\w+)-function")
MAKES = {"arange", "tensor", "zeros", "ones", "full", "view", "range", "list", "float",
         "as_input"}


def code_cells(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def is_constant(value):
    """Whether an expression takes no time: it calls nothing but what makes a small tensor."""
    called = [node.func for node in ast.walk(value) if isinstance(node, ast.Call)]
    return all(getattr(function, "attr", getattr(function, "id", "")) in MAKES
               for function in called)


def quick(source):
    """The statements of a cell that only name something: imports, functions, classes, constants."""
    lines = re.sub(r"^(\s*)[!%].*", r"\1pass", source, flags=re.MULTILINE)  # for IPython alone
    for statement in ast.parse(lines).body:
        if isinstance(statement, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)) or (
                isinstance(statement, ast.Assign) and is_constant(statement.value)):
            yield ast.unparse(statement)


def run_quickly(source, names):
    for statement in quick(source):
        # What is made of something trained isn't there; a solution that needs it would stop.
        with contextlib.suppress(() if "import" in statement else Exception):
            exec(statement, names)


def refused(lesson, solutions, checks):
    """Yield the exercises whose solution its check refuses in its lesson, with what it says."""
    answers = {found[1]: cell.source for cell in solutions
               if (found := FUNCTION.fullmatch(cell.id))}
    names = {"__name__": "__main__"}
    for cell in lesson:
        found = FUNCTION.fullmatch(cell.id)
        if not found:
            if ASKS not in cell.source:
                run_quickly(cell.source, names)
            continue
        text = checks[found[1]].verdict(from_code(answers[found[1]], found[1], names))
        if not text.startswith("✓ Right."):
            yield f"{found[1]}: {text}"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_solutions_are_right_in_their_lesson(path):
    checks = vars(import_module(f"mnist_adder_course.lessons.{path.stem[3:]}").checks)
    found = list(refused(code_cells(path), code_cells(NOTEBOOKS / "solutions" / path.name), checks))
    assert not found, "\n".join(found)
