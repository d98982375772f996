"""The plans for a class: they fit their minutes, the page says the same, and their cells run."""

import builtins
import re
import symtable
from itertools import pairwise
from pathlib import Path

import pytest

from tools.notebooks import plans

PLANS = plans.plans()
ROWS = [row for rows in PLANS.values() for row in rows]
TEACHING = (Path(__file__).resolve().parents[2] / "docs" / "teaching.md").read_text("utf-8")
LESSONS = [(plan, lesson) for plan, rows in PLANS.items()
           for lesson in dict.fromkeys(row.lesson for row in rows if row.lesson is not None)]
OFTEN = "90 minutes"  # the others take minutes


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
def test_a_row_has_the_minutes_that_its_cells_and_votes_need(row):
    assert row.needed <= row.end - row.start, (
        f"{plans.PLANS.name}, {row.title}: its cells and votes need {row.needed:.1f} minutes. "
        "Leave out a cell, or move the rows.")


@pytest.mark.parametrize("plan", PLANS)
def test_the_rows_follow_one_another_and_the_page_has_them(plan):
    rows = PLANS[plan]
    assert all(row.end == after.start for row, after in pairwise(rows))
    (section,) = re.findall(rf"^## {plan}\n(.+?)(?=^## |\Z)", TEACHING, re.MULTILINE | re.DOTALL)
    told = re.findall(r"^\| (\d+) to (\d+) \|", section, re.MULTILINE)
    assert [(row.start, row.end) for row in rows] == [(int(start), int(end)) for start, end in told]


@pytest.mark.parametrize("plan, lesson", LESSONS)
def test_no_cell_is_listed_twice_or_before_an_earlier_one(plan, lesson):
    order = [cell.id for cell in plans.read(lesson).cells]
    places = [order.index(cell.id) for cell in plans.by_lesson(PLANS[plan])[lesson]]
    assert places == sorted({*places})


def test_a_cell_that_is_not_there_is_named_with_its_row():
    row = plans.Row("An hour", 5, 10, lesson=0, cells=["00-000", "00-gone"])
    with pytest.raises(ValueError, match="minutes 5 to 10: lesson 0 has no cell '00-g"):
        row.found()


def used(table):
    """The names that a piece of code takes from outside of its functions."""
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced() and (
        symbol.is_global() or table.get_type() == "module")}
    return own.union(*map(used, table.get_children()))


@pytest.mark.parametrize("plan, lesson", LESSONS)
def test_each_name_is_made_by_an_earlier_cell_of_the_plan(plan, lesson):
    known = {*dir(builtins)}
    for cell in plans.by_lesson(PLANS[plan])[lesson]:
        if cell.cell_type == "code":
            table = symtable.symtable(cell.source.replace("%run", "#"), cell.id, "exec")
            known |= {symbol.get_name() for symbol in table.get_symbols()
                      if symbol.is_assigned() or symbol.is_imported()}
            assert used(table) <= known, (
                f"{plan}: the cell {cell.id} needs {', '.join(sorted(used(table) - known))}. Add "
                "the cell that makes it, or leave this one out.")


@pytest.mark.parametrize("plan, lesson", [
    pytest.param(plan, lesson, marks=[pytest.mark.thorough] * (plan != OFTEN))
    for plan, lesson in LESSONS])
def test_its_cells_run_in_this_order_with_exercises_unsolved(plan, lesson):
    plans.run(lesson, plans.by_lesson(PLANS[plan])[lesson])
