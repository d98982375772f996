"""Begin an exercise at the end of a lesson: its cells, its check and its answers.

    python tools/new_exercise.py 01 thrice

adds the exercise `thrice(x)` to lesson 01 and its solutions, a check to the lesson's module, and
answers to its tests. Replace what they hold, then run both notebooks (tools/run_lessons.py).
"""

import keyword
import re
import sys
from pathlib import Path

import nbformat
from new_lesson import NOTEBOOKS, ROOT, exercise
from run_lessons import save

CHECK = '''

@checks.add("A remark worth reading, for those who got it right.")
def {name}(answer):
    """`{name}(x)`: three times x."""
    for _ in range(3):
        x = draw(3, 9)
        compare(answer(x), 3 * x, f"{{x}}", {{
            "That is x itself.": x,
            "That is twice x.": 2 * x,
            "That is a third of x.": x / 3,
        }})
'''
ANSWERS = '''
ANSWERS[checks.{name}] = (
    [(lambda x: x, "x itself"), (lambda x: 2 * x, "twice"), (lambda x: x / 3, "a third")],
    [lambda x: 3 * x, lambda x: x + x + x],
)
'''
IMPORT = r"^from \.checks import (.+)$"


def add_cells(path: Path, name: str, solution: str | None = None) -> None:
    """Add task, function and check behind those of the last exercise."""
    notebook = nbformat.read(path, as_version=4)
    ends = [place for place, cell in enumerate(notebook.cells)
            if re.fullmatch(r"\d\d-exercise-\d-check", cell.id)]
    cells = exercise(path.name[:2], len(ends) + 1, name, solution)
    notebook.cells[ends[-1] + 1 : ends[-1] + 1] = cells
    save(notebook, path)


def main(number: str, name: str) -> None:
    found = list(NOTEBOOKS.glob(f"{int(number):02}_*.ipynb"))
    if not found:
        sys.exit(f"There is no lesson {number}.")
    (lesson,) = found
    module = ROOT / "mnist_adder_lib" / "course" / f"{lesson.stem[3:]}.py"
    tests = ROOT / "tests" / "course" / f"test_{lesson.stem[3:]}.py"
    solutions = NOTEBOOKS / "solutions" / lesson.name
    code = module.read_text(encoding="utf-8")
    if keyword.iskeyword(name) or name in compile(code, module, "exec").co_names:
        sys.exit(f"Python or {module.name} uses the name {name} already: choose another.")
    imported = re.search(IMPORT, code, re.MULTILINE)[1].split(", ")
    names = sorted({*imported, "compare", "draw"}, key=lambda one: (one[0].islower(), one))
    code = re.sub(IMPORT, f"from .checks import {', '.join(names)}", code, flags=re.MULTILINE)
    module.write_text(code + CHECK.format(name=name), encoding="utf-8")
    with tests.open("a", encoding="utf-8") as file:
        file.write(ANSWERS.format(name=name))
    add_cells(lesson, name)
    add_cells(solutions, name, "3 * x")
    print("Replace the example in these, then run the notebooks by tools/run_lessons.py:")
    print(*(path.relative_to(ROOT) for path in (lesson, solutions, module, tests)), sep="\n")


if __name__ == "__main__":
    if len(sys.argv) != 3 or not sys.argv[1].isdigit() or not sys.argv[2].isidentifier():
        sys.exit(__doc__)
    main(*sys.argv[1:])
