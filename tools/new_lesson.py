"""Begin a lesson: its notebook, its solutions, its module and its tests, which all pass.

    python tools/new_lesson.py NUMBER "Title"

`python tools/new_lesson.py 99 "Draw a cat"` writes notebooks/99_draw_a_cat.ipynb, its solutions,
mnist_adder_lib/course/draw_a_cat.py and tests/course/test_draw_a_cat.py, links the lesson before to
it, and runs both notebooks. Then replace what they hold; docs/contributing.md says how.
"""

import keyword
import re
import sys
from pathlib import Path

import nbformat
import set_repository
from nbformat import v4
from run_lessons import NOTEBOOKS, save
from run_lessons import main as run_lessons

ROOT = NOTEBOOKS.parent

MODULE = '''"""{title}: what the lesson asks and checks."""

from __future__ import annotations

from .checks import Checks, compare, draw
from .guesses import INFINITE, Guesses, Option, Question, between

guesses = Guesses({{
    "first": Question(
        "How large is the first result?",
        "Say here why the answer is what it is, in a sentence or two.",
        [
            Option("Below 10.", between(0, 10)),
            Option("10 to 100.", between(10, 100), "Say here why one may think so, and why not."),
            Option("100 or more.", between(100, INFINITE), "Say what else one may think, and why."),
        ],
    ),
    "second": Question(
        "And how large is the second?",
        "Say here why the second answer is what it is, in a sentence.",
        [
            Option("Below 10.", between(0, 10)),
            Option("10 to 100.", between(10, 100), "Say here why one may think so, and why not."),
            Option("100 or more.", between(100, INFINITE), "Say what else one may think, and why."),
        ],
    ),
}})
checks = Checks()


@checks.add("A remark worth reading, for those who got it right.")
def double(answer):
    """`double(x)`: twice x."""
    for _ in range(3):
        x = draw(3, 9)
        compare(answer(x), 2 * x, f"{{x}}", {{
            "That is x itself.": x,
            "That is x squared.": x * x,
            "That is half of x.": x / 2,
        }})


@checks.add("Another remark worth reading.")
def half(answer):
    """`half(x)`: half of x."""
    for _ in range(3):
        x = draw(3, 9)
        compare(answer(x), x / 2, f"{{x}}", {{
            "That is x itself.": x,
            "That is twice x.": 2 * x,
            "That is rounded down: what is left of an odd number?": x // 2,
        }})
'''

TESTS = '''"""{title}: the values of its guesses and the answers to its exercises."""

from mnist_adder_lib.course.{name} import checks

# question: values, and the place of the option that each makes right; the first is what we got
VALUES = {{
    "first": [(1, 0), (10, 1), (100, 2)],
    "second": [(2, 0), (99, 1), (1000, 2)],
}}

# check: (wrong answers with a part of the reason, right answers)
ANSWERS = {{
    checks.double: (
        [(lambda x: x, "x itself"), (lambda x: x * x, "squared"), (lambda x: x / 2, "half")],
        [lambda x: 2 * x, lambda x: x + x],
    ),
    checks.half: (
        [(lambda x: x, "x itself"), (lambda x: 2 * x, "twice"), (lambda x: -x, "it should give")],
        [lambda x: x / 2, lambda x: 0.5 * x],
    ),
}}
'''

HEADER = """# {number} · {title}

**You will be able to** do what the exercises ask.

**You need** [{previous_title}]({previous}.ipynb).

**Time** about 5 minutes.

Previous: [{previous_title}]({previous}.ipynb)

---
Begin here."""
EXERCISES = """## Exercises

Each exercise is a function to fill in. Put your answer in place of the three dots, run the cell,
then run the check below it: it says whether the function is right, and if not, why. The dots behind
the title say how hard it is. If you are stuck, unfold a hint. Our answers are in
[the solutions](solutions/{stem}.ipynb); try first."""
TASK = """### Exercise {place} · {title} ●○○

*About 5 minutes.* Write `{name}(x)`.

<details><summary>Hint 1</summary>

A first hint.

</details>"""
RECAP = "## Recap\n\n" + "- A point.\n" * 5 + "\nPrevious: [{previous_title}]({previous}.ipynb)"


def exercise(number: str, place: int, name: str, solution: str | None = None) -> list:
    """Task, function and check, filled in where there is a solution."""
    start = f"{number}-exercise-{place}"
    function = f"def {name}(x):\n    return {solution or '...'}"
    return [
        v4.new_markdown_cell(TASK.format(place=place, title=name.title(), name=name),
                             id=f"{start}-task"),
        v4.new_code_cell(function, id=f"{start}-function"),
        v4.new_code_cell(f"checks.{name}({name})", id=f"{start}-check"),
    ]


def lesson(number: str, stem: str, title: str, previous: str, previous_title: str):
    """The notebook, with as much in it as the rules for lessons ask."""
    names = dict(number=int(number), stem=stem, title=title, previous=previous,
                 previous_title=previous_title)
    code = [
        ("colab", set_repository.bootstrap(set_repository.read_address())),
        ("import", f"from mnist_adder_lib.course.{stem[3:]} import checks, guesses"),
        ("guess-1", 'guess = guesses.ask("first")\nguess'),
        ("compare-1", "guess.compare(1)"),
        ("guess-2", 'guess = guesses.ask("second")\nguess'),
        ("compare-2", "guess.compare(2)"),
    ]
    return v4.new_notebook(cells=[
        v4.new_markdown_cell(HEADER.format(**names), id=f"{number}-000"),
        *(v4.new_code_cell(source, id=f"{number}-{name}") for name, source in code),
        v4.new_markdown_cell(EXERCISES.format(**names), id=f"{number}-exercises"),
        *exercise(number, 1, "double"),
        *exercise(number, 2, "half"),
        v4.new_markdown_cell(RECAP.format(**names), id=f"{number}-recap"),
    ])


def solutions(number: str, stem: str, title: str):
    """The solved exercises."""
    head = (f"# Solutions · {int(number)} · {title}\n\nThe exercises of [{int(number)} · {title}]"
            f"(../{stem}.ipynb), each with an answer.")
    setup = f"from mnist_adder_lib.course.{stem[3:]} import checks"
    bootstrap = set_repository.bootstrap(set_repository.read_address())
    return v4.new_notebook(cells=[
        v4.new_markdown_cell(head, id=f"{number}-solutions"),
        v4.new_code_cell(bootstrap, id=f"{number}-colab"),
        v4.new_code_cell(setup, id=f"{number}-setup"),
        *exercise(number, 1, "double", "2 * x"),
        *exercise(number, 2, "half", "x / 2"),
    ])


def link(previous: Path, title: str, stem: str) -> str:
    """Let the previous lesson lead to the new one; returns the previous lesson's title."""
    notebook = nbformat.read(previous, as_version=4)
    for cell in (notebook.cells[0], notebook.cells[-1]):
        cell.source = re.sub(r"^(Previous: (?:(?! · Next:).)*)( · Next: .*)?$",
                             rf"\1 · Next: [{title}]({stem}.ipynb)", cell.source, flags=re.M)
    save(notebook, previous)
    return notebook.cells[0].source.splitlines()[0].removeprefix("# ")


def main(number: str, title: str) -> int:
    number = f"{int(number):02}"
    name = re.sub(r"\W+", "_", title.lower()).strip("_")
    if not name.isidentifier() or keyword.iskeyword(name):
        sys.exit(f"No module can be called {name!r}: choose another title.")
    stem = f"{number}_{name}"
    module, tests = (ROOT / "mnist_adder_lib" / "course" / f"{name}.py",
                     ROOT / "tests" / "course" / f"test_{name}.py")
    earlier = sorted(p for p in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb") if p.name < stem)
    if module.exists() or list(NOTEBOOKS.glob(f"{number}_*.ipynb")):
        sys.exit(f"There is a lesson {number} or {name} already: choose another number or title.")
    previous = earlier[-1]
    previous_title = link(previous, f"{int(number)} · {title}", stem)
    module.write_text(MODULE.format(title=title), encoding="utf-8")
    tests.write_text(TESTS.format(title=title, name=name), encoding="utf-8")
    paths = NOTEBOOKS / f"{stem}.ipynb", NOTEBOOKS / "solutions" / f"{stem}.ipynb"
    save(lesson(number, stem, title, previous.stem, previous_title), paths[0])
    save(solutions(number, stem, title), paths[1])
    return run_lessons(paths)


if __name__ == "__main__":
    if len(sys.argv) != 3 or not sys.argv[1].isdigit():
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
