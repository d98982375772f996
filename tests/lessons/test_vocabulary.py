"""Nothing is used before it is explained: the lessons against the table in the glossary."""

import nbformat
import pytest
import vocabulary
from nbformat import v4

LESSONS = sorted(vocabulary.NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
OWN = vocabulary.library_names()


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_nothing_is_used_before_it_is_explained(path):
    notebook = nbformat.read(path, as_version=4)
    found = list(vocabulary.complaints(notebook, path.stem, vocabulary.explained(), OWN))
    assert not found, "\n".join(found)


def test_the_table_holds_nothing_that_no_lesson_uses():
    used = set()
    for path in LESSONS:
        used |= set(vocabulary.first_uses(nbformat.read(path, as_version=4), OWN))
    assert not set(vocabulary.explained()) - used


def test_the_glossary_says_what_is_assumed():
    glossary = nbformat.read(vocabulary.GLOSSARY, as_version=4)
    prose = "\n".join(cell.source for cell in glossary.cells)
    assert all(vocabulary.says(prose, word) for word in vocabulary.BASICS)


# --- the rule can fail ----------------------------------------------------------------------------

TABLE = {"zip": "01_a", ".view": "01_a", "dim=": "02_b", "lambda": "02_b"}


def lesson(prose, code):
    return v4.new_notebook(cells=[v4.new_markdown_cell(prose), v4.new_code_cell(code)])


@pytest.mark.parametrize("name, prose, code, complaint", [
    ("01_a", "`zip` walks along both.", "zip(x, y)", None),
    ("01_a", "It walks along both, zip.", "zip(x, y)", "not named"),
    ("01_a", "`zipper`", "zip(x, y)", "not named"),
    ("02_b", "", "zip(x, y)", None),
    ("01_a", "`view`", "x.view(2)", None),
    ("01_a", "", "x.view(2)", "not named"),
    ("02_b", "`sum(dim=1)`", "x.view(dim=1)", None),
    ("01_a", "`dim`", "x.view(dim=1)", "only in 02_b"),
    ("02_b", "`lambda`", "f = lambda x: x", None),
    ("02_b", "", "sorted(x)", "not in the table"),
    ("02_b", "", "def sorted(x):\n    return x\n\nsorted(x)", None),
    ("02_b", "", "fit(model, epochs=3)", None),
    ("02_b", "", "print(len(range(3)))", None),
    ("02_b", "", "class A:\n    pass", "`class` is not in the table"),
    ("02_b", "", "x[1:2]", "`a:b` is not in the table"),
    ("02_b", "", "from torch import nn", "`nn` is not in the table"),
    ("02_b", "", "!ls\nzip(x)", None),
])
def test_a_lesson_that_uses_too_much_is_found(name, prose, code, complaint):
    found = list(vocabulary.complaints(lesson(prose, code), name, TABLE, OWN))
    assert [complaint in text for text in found[:1]] == [True] * bool(complaint), found


def test_the_cell_right_below_may_explain():
    notebook = lesson("", "zip(x, y)")
    notebook.cells.append(v4.new_markdown_cell("`zip` walks along both."))
    assert not list(vocabulary.complaints(notebook, "01_a", TABLE, OWN))
