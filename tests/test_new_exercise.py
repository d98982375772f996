"""The program that begins an exercise."""

import re
import shutil

import nbformat
import new_exercise
import pytest
from draw_architecture import LESSONS, ROOT

NUMBERED = list(enumerate(LESSONS))


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A copy of the lessons' files, whose notebooks aren't run."""
    for folder in ("notebooks", "mnist_adder_lib/course", "tests/course"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.setattr(new_exercise, "ROOT", tmp_path)
    monkeypatch.setattr(new_exercise, "NOTEBOOKS", tmp_path / "notebooks")
    return tmp_path


@pytest.mark.parametrize("number, lesson", NUMBERED, ids=LESSONS)
def test_every_lesson_can_get_one(course, number, lesson):
    module = course / "mnist_adder_lib" / "course" / f"{lesson}.py"
    before = module.read_text("utf-8")
    new_exercise.main(str(number), "thrice")
    name = f"{number:02}_{lesson}.ipynb"
    for path, answer in [(course / "notebooks" / name, "..."),
                         (course / "notebooks" / "solutions" / name, "3 * x")]:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        task, function, check = [cell for cell in notebook.cells if "thrice" in cell.source]
        assert re.fullmatch(rf"{number:02}-exercise-(\d)-task", task.id)
        assert function.source == f"def thrice(x):\n    return {answer}"
        assert check.source == "checks.thrice(thrice)"
    code = module.read_text("utf-8")
    assert len(code) > len(before) and code.count("from .checks import ") == 1
    imported = re.search(r"^from \.checks import (.+)$", code, re.MULTILINE)[1].split(", ")
    assert {"compare", "draw"} <= set(imported) and len(set(imported)) == len(imported)
    answers = (course / "tests" / "course" / f"test_{lesson}.py").read_text("utf-8")
    assert answers.endswith(new_exercise.ANSWERS.format(name="thrice"))


def test_what_is_there_is_not_overwritten(course):
    for name in ("one_hot", "Guesses", "add", "class"):  # also imported, a method's, Python's own
        with pytest.raises(SystemExit, match="already"):
            new_exercise.main("01", name)
    with pytest.raises(SystemExit, match="no lesson"):
        new_exercise.main("77", "thrice")
