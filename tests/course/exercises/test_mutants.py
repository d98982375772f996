"""No check accepts a solution with one small change, and hardly any is refused without a reason.

The solutions are those of the notebooks, as a learner would write them; a program changes them.
"""

import re
import signal
import tomllib
from pathlib import Path

import nbformat
import pytest
from every_lesson import LESSONS, ROOT

from mnist_adder_course.exercises.checks import from_code
from mnist_adder_course.exercises.slips import slips

pytestmark = [pytest.mark.thorough, pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="stops what doesn't end by a signal")]
SECONDS = 10  # of processor time, after which a mutant counts as refused

# Changes that leave a solution right; see the file.
EQUIVALENT = {f"{name}: {change}" for name, changes in tomllib.loads(
    Path(__file__).with_name("equivalent.toml").read_text(encoding="utf-8")).items()
    for change in changes}


class TooLong(BaseException):
    """The mutant doesn't end."""


def verdict(check, code: str, names: dict) -> str:
    """What the check says of the function in some code; "too long" if that doesn't end."""
    def stop(*_):
        raise TooLong

    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        return check.verdict(from_code(code, check.__name__, dict(names)))
    except TooLong:
        return "too long"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def solutions(path: Path):
    """(name, code, names that are there before) for every exercise of a notebook."""
    names: dict = {}
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    functions = [place for place, cell in enumerate(cells)
                 if re.search(r"exercise-\w+-function", cell.id)]
    for place, cell in enumerate(cells[: functions[-1] + 1]):  # what follows is no exercise
        if place in functions:
            yield re.findall(r"^def (\w+)", cell.source, re.MULTILINE)[-1], cell.source, names
        if not re.search("colab|check", cell.id):
            exec(cell.source, names)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_no_mutant_is_accepted(lesson):
    (path,) = (ROOT / "notebooks" / "solutions").glob(f"??_{lesson.name}.ipynb")
    texts: list[tuple[str, str]] = []
    for name, code, names in solutions(path):
        check = getattr(lesson.module.checks, name)
        assert verdict(check, code, names).startswith("✓ Right"), name
        texts += [(f"{name}: {change}", verdict(check, mutant, names))
                  for _, change, mutant in slips(code)]
    accepted = {change for change, text in texts if text.startswith("✓")}
    assert accepted - EQUIVALENT == set()
    bare = [f"{change}\n    {text}" for change, text in texts if re.match(
        r"Not right yet\. (`\w+\(.*?\)` should give|(In|After) `\w+\(.*?\)`, .*? should be) ",
        text)]
    for line in bare:
        print(line)
    assert len(bare) <= 0.1 * len(texts), "too many get numbers alone"
    assert not [text for _, text in texts if "something in it can't be done" in text]
