"""The plans for a class: lists of cells, their minutes, and a run of exactly these cells.

    python tools/notebooks/plans.py [--run]

prints each row of `docs/plans.toml` with the minutes that it has and those that it needs: by the
rule of `minutes.py` for its cells, and one for each vote. With `--run`, the cells of each plan are
run in their order, lesson by lesson, each lesson in a kernel of its own, with exercises unsolved.
"""

from __future__ import annotations

import argparse
import os
import tomllib
from functools import cache
from typing import NamedTuple

import nbformat
from nbclient import NotebookClient

from tools.notebooks.minutes import of_cells
from tools.notebooks.notebook_files import LESSONS, NOTEBOOKS, shortened

PLANS = NOTEBOOKS.parent / "docs" / "plans.toml"
VOTE = 1  # minutes


class Row(NamedTuple):
    """A row of a plan: from one minute to another, these cells of a lesson, and so many votes."""

    plan: str
    start: int
    end: int
    lesson: int | None = None  # its number; a break has none
    cells: list[str] = []
    votes: int = 0

    @property
    def title(self) -> str:
        return f"{self.plan}, minutes {self.start} to {self.end}"

    @property
    def needed(self) -> float:
        """The minutes that the row needs."""
        return of_cells(self.found()).all + VOTE * self.votes

    def found(self) -> list[nbformat.NotebookNode]:
        """Its cells. Raises ValueError if one of them isn't in the lesson."""
        if self.lesson is None:
            return []
        there = {cell.id: cell for cell in read(self.lesson).cells}
        for cell in self.cells:
            if cell not in there:
                raise ValueError(
                    f"{PLANS.name}, {self.title}: lesson {self.lesson} has no cell {cell!r}. Take "
                    "it out of the plan, or name the cell that replaces it.")
        return [there[cell] for cell in self.cells]


@cache
def read(number: int) -> nbformat.NotebookNode:
    return nbformat.read(LESSONS[number], as_version=4)


def plans() -> dict[str, list[Row]]:
    """The rows of each plan, by its name."""
    return {plan: [Row(plan, *row.pop("minutes"), **row) for row in rows]
            for plan, rows in tomllib.loads(PLANS.read_text("utf-8")).items()}


def by_lesson(rows: list[Row]) -> dict[int, list[nbformat.NotebookNode]]:
    """The cells of each lesson of a plan, in the order in which the plan runs them."""
    cells: dict[int, list[nbformat.NotebookNode]] = {}
    for row in rows:
        if row.lesson is not None:
            cells.setdefault(row.lesson, []).extend(row.found())
    return cells


def run(number: int, cells: list[nbformat.NotebookNode]) -> None:
    """Run these cells of a lesson in a new kernel. Raises CellExecutionError if one of them does.

    The longest lessons train less, as in the tests.
    """
    notebook = nbformat.from_dict({**read(number), "cells": [
        {**cell, "source": shortened(LESSONS[number].stem, cell.source)} for cell in cells]})
    NotebookClient(
        notebook, timeout=None, startup_timeout=600, kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOKS)}},
    ).execute(env=os.environ | {"MNIST_ADDER_PROGRESS": "off"})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--run", action="store_true", help="run the cells of each plan")
    options = parser.parse_args()
    for plan, rows in plans().items():
        for row in rows:
            print(f"{row.title}: {row.needed:.1f} needed of {row.end - row.start}")
        for number, cells in by_lesson(rows).items() if options.run else ():
            run(number, cells)
            print(f"{plan}: {len(cells)} cells of lesson {number} have run")


if __name__ == "__main__":
    main()
