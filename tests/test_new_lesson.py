"""The program that begins a lesson."""

import ast
import shutil

import nbformat
import new_lesson
import pytest

LAST = sorted(new_lesson.NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))[-1]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with one lesson, whose notebooks aren't run."""
    for folder in ("notebooks/solutions", "mnist_adder_lib/course", "tests/course"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(LAST, tmp_path / "notebooks")
    monkeypatch.setattr(new_lesson, "ROOT", tmp_path)
    monkeypatch.setattr(new_lesson, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(new_lesson, "run_lessons", lambda paths: 0)
    return tmp_path


def test_it_writes_four_files_and_a_link(course):
    assert new_lesson.main("99", "Draw a cat!") == 0
    lesson = nbformat.read(course / "notebooks" / "99_draw_a_cat.ipynb", as_version=4)
    solved = nbformat.read(course / "notebooks/solutions/99_draw_a_cat.ipynb", as_version=4)
    nbformat.validate(lesson), nbformat.validate(solved)
    assert lesson.cells[0].source.startswith("# 99 · Draw a cat!") and LAST.name in str(lesson)
    for folder, name in [("mnist_adder_lib", "draw_a_cat"), ("tests", "test_draw_a_cat")]:
        ast.parse((course / folder / "course" / f"{name}.py").read_text(encoding="utf-8"))
    before = nbformat.read(course / "notebooks" / LAST.name, as_version=4)
    assert all(cell.source.count("Next: [99 · Draw a cat!](99_draw_a_cat.ipynb)") == 1
               for cell in (before.cells[0], before.cells[-1]))


def test_it_overwrites_nothing(course):
    new_lesson.main("99", "Draw a cat")
    for number, title in [("99", "Draw a dog"), ("98", "Draw a cat")]:
        with pytest.raises(SystemExit, match="already"):
            new_lesson.main(number, title)
    for title in ("1 x 1", "Class", "!"):
        with pytest.raises(SystemExit, match="another title"):
            new_lesson.main("97", title)
