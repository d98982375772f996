"""One change at a time: its figures and what it measures."""

from pathlib import Path

import nbformat
import pandas as pd
import pytest
import torch
from torch.nn.utils import parameters_to_vector

import mnist_adder_lib
from mnist_adder_course.lessons.one_change_at_a_time import (
    plot_experiments,
    plot_luck,
    with_intervals,
)
from mnist_adder_lib import IdentityAdderModel, fit


def test_a_table_with_intervals():
    table = pd.DataFrame({0: [1.0, -1.0], 1: [2.0, 1.0], 2: [3.0, 0.0]}, index=["AdamW", "decay"])
    found = with_intervals(table)
    # standard error 1 / sqrt(3), limit 4.303
    assert found.loc["AdamW"].tolist() == pytest.approx([2, 2 - 2.484, 2 + 2.484], abs=0.001)
    assert found.loc["decay"].tolist() == pytest.approx([0, -2.484, 2.484], abs=0.001)


def test_experiments_beyond_a_threshold_are_counted():
    means = torch.tensor([-3.0, -1.0, 0.0, 2.5]).double()
    figure = plot_experiments({5: means, 50: means}, beyond=2)
    assert "5 pairs: 50% beyond 2; critical value 2.78" in figure.get_label()
    assert [line.get_xdata()[0] for line in figure.axes[0].lines] == pytest.approx(
        [-2.776, 2.776], abs=0.001)
    label = plot_experiments({5: means, 50: means}).get_label()
    assert "5 pairs: 25% beyond 2.78" in label and "50 pairs: 50% beyond 2.01" in label


def test_the_opening_asks_about_the_luckiest_run_and_the_unluckiest():
    figure = plot_luck([50.0, 61.0, 47.5, 55.0, 59.0])
    others, ends = figure.axes[0].lines
    assert sorted(others.get_xdata()) == [50, 55, 59] and list(ends.get_xdata()) == [47.5, 61]
    assert figure.axes[0].texts[-1].get_text() == "+14 points. What has been changed?"
    assert "from the lowest, 48 percent, to the highest, 61 percent" in figure.get_label()


# --- the recipes of the lesson --------------------------------------------------------------------

LESSON = Path(__file__).resolve().parents[3] / "notebooks" / "09_one_change_at_a_time.ipynb"


@pytest.mark.parametrize("name, cell", [("reference_recipe", "09-001"), ("fast_recipe", "09-fast")])
def test_the_recipes_that_the_lesson_writes_are_the_librarys(first, name, cell):
    cells = nbformat.read(LESSON, as_version=4).cells
    written = {"torch": torch}  # which a cell before imports
    exec(next(found.source for found in cells if found.id == cell), written)
    trained = []
    for recipe in (written[name], getattr(mnist_adder_lib, name)):
        torch.manual_seed(0)
        model = IdentityAdderModel()
        optimizer, scheduler = recipe(model, 4)
        history = fit(model, first(64), epochs=2, batch_size=32, optimizer=optimizer,
                      scheduler=scheduler, seed=0, device="cpu")
        trained.append((parameters_to_vector(model.parameters()), history.learning_rate))
    assert trained[0][1] == trained[1][1]
    assert torch.allclose(trained[0][0], trained[1][0], atol=1e-5)  # one of them may be fused
