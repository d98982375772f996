"""Lesson 06 says that its run may be stopped at any time: here it is stopped, often.

Its cells from the run on are run in this process, on few images, and the stop button is
pressed at a given moment. Nothing may raise, and what is shown must be sensible and named as
unfinished.
"""

import ast
import contextlib
import io
import signal
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from mnist_adder_course.lessons import training_curves
from mnist_adder_course.notebook import display
from mnist_adder_lib import AdderDataset
from tools.notebooks.notebook_files import parts

LESSON = Path(__file__).resolve().parents[2] / "notebooks" / "06_training_curves.ipynb"
# Where the stop button is pressed: while which batch of which split is made, or which curves are
# drawn; and how many epochs are whole then. An epoch has two steps and one batch of validation.
MOMENTS = {
    "before the first step": ("train", 1, 0),
    "in the first epoch": ("train", 2, 0),
    "in the first validation": ("validation", 1, 1),
    "while the first curves are drawn": ("curves", 1, 1),
    "in the third validation": ("validation", 3, 3),
    "in the third epoch": ("train", 6, 2),
}


class StopButton:
    """Pressed once, at one of its calls."""

    def __init__(self, call: int):
        self.calls, self.call = 0, call

    def __call__(self):
        self.calls += 1
        if self.calls == self.call:
            signal.raise_signal(signal.SIGINT)


class Interrupting(AdderDataset):
    """A split that calls `stop` for every batch."""

    stop = staticmethod(lambda: None)

    def __getitems__(self, indices):
        self.stop()
        return super().__getitems__(indices)


def run(cell, space):
    """What the cell prints, and the value of its last line."""
    tree, printed, value = ast.parse(cell.source), io.StringIO(), None
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        exec(compile(tree, cell.id, "exec"), space)
        if last:
            value = eval(compile(ast.Expression(last.value), cell.id, "eval"), space)
    return printed.getvalue(), value


def imports(cells):
    """What earlier cells import; of all else, the lesson from the run on needs the splits."""
    lines = (line for cell in cells for line in ast.parse(cell.source).body)
    return [ast.unparse(line) for line in lines if isinstance(line, (ast.Import, ast.ImportFrom))]


OTHERS = [pytest.param(moment, marks=pytest.mark.thorough) for moment in list(MOMENTS)[:-1]]


@pytest.mark.parametrize("moment", ["in the third epoch", *OTHERS])
def test_the_training_may_be_stopped(moment, first, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    cells, _ = parts(nbformat.read(LESSON, as_version=4))
    cells = [cell for cell in cells if cell.cell_type == "code"]
    place = [cell.id for cell in cells].index("06-guess-higher")
    whole, fewer = first(200, split=0), first(150)
    space = {"train": Interrupting(whole.images, whole.digits, augment=whole.augment),
             "validation": Interrupting(fewer.images, fewer.digits, fewer.numbers)}
    exec("\n".join(imports(cells[1:place])), space)
    kind, call, epochs = MOMENTS[moment]
    stop = StopButton(call)
    if kind != "curves":
        space[kind].stop = stop

    def show(*_, **options):  # without a notebook nothing is shown, and there is nothing to update
        if kind == "curves" and "display_id" in options:
            stop()
        return SimpleNamespace(update=id)

    monkeypatch.setattr(display, "display", show)
    monkeypatch.setattr(  # the more is changed, the better; the lowest point isn't the last
        training_curves, "broken_training",
        lambda name, *_, **changes: ([{"C": 0.1, "E": 50.0}.get(name, 5.0) * (1 - step / 100)
                                      for step in range(40)],
                                     [4.9 - len(changes), 5.0 - len(changes)]))
    printed, values = {}, {}
    for cell in cells[place:]:
        printed[cell.id], values[cell.id] = run(cell, space)

    assert "Interrupted after" in printed["06-032"]
    assert f"Stopped after {epochs} whole epochs" in printed["06-032"]
    assert ("no result" in values["06-compare-higher"].data) == (epochs == 0)
