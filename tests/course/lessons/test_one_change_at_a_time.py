"""One change at a time: the answers to its exercises, its figures."""

import math
import statistics
from pathlib import Path

import measure_changes
import nbformat
import pandas as pd
import pytest
import torch
from torch.nn.utils import parameters_to_vector

import mnist_adder_lib
from mnist_adder_lib import IdentityAdderModel, evaluate, fit
from mnist_adder_lib.course.lessons.one_change_at_a_time import (
    checks,
    plot_differences,
    plot_rates,
    search_accuracy,
    searched,
)


def in_lists(start, changed):
    differences = [b - a for a, b in zip(start.tolist(), changed.tolist())]
    mean = sum(differences) / len(differences)
    error = statistics.stdev(differences) / math.sqrt(len(differences))
    low, high = mean - 2.78 * error, mean + 2.78 * error
    return mean, error, "better" if low > 0 else "worse" if high < 0 else "can't tell"


def middle_by_loop(digits, sums, number):
    return [(digits[digit].item() + sums[digit + number].item()) / 2 for digit in range(10)]


def with_a_typographic_apostrophe(start, changed):
    mean, error, verdict = in_lists(start, changed)
    return [mean, error, verdict.replace("'", "\u2019")]


SIX = ["one cycle", "AdamW", "weight decay", "all ten numbers", "no dropout",
       "gentler augmentation"]

RIGHT = {
    checks.decayed: [
        lambda w, g, r, d: torch.tensor(w * (1 - r * d) - r * g, dtype=torch.float64),
    ],
    checks.middle: [
        middle_by_loop,
        lambda digits, sums, number: (digits.numpy() + sums.numpy()[number:][:10]) / 2,
    ],
    checks.read_ablation: [in_lists, with_a_typographic_apostrophe],
}


def test_plot_rates():
    figure = plot_rates([0.004, 0.1, 0.05, 0.0001])
    assert list(figure.axes[0].lines[0].get_ydata()) == [0.004, 0.1, 0.05, 0.0001]
    assert "from 0.004 up to 0.1 at step 2 and down to 0.0001 at step 4" in figure.get_label()


def test_searched_says_where_the_best_lies():
    table = searched()
    for name in table.index:
        tried = measure_changes.CHANGES[name].rates
        place = {tried[0]: "at the lower edge", tried[-1]: "at the upper edge"}
        best = measure_changes.chosen_rate(name)
        assert table.loc[name, "tries"] == len(tried) and table.loc[name, "best"] == best
        assert table.loc[name, "it lies"] == place.get(best, "inside")
    assert (table.loc[["start", *SIX], "it lies"] == "inside").all()  # as the lesson says


def test_the_search_chose_two_rates_by_as_many_images_as_the_lesson_says():
    images = 120 * search_accuracy()
    assert round(images.loc["one cycle", 0.05] - images.loc["one cycle", 0.2]) == 2
    assert round(images.loc["AdamW", 0.02] - images.loc["AdamW", 0.01]) == 14
    assert images.loc["AdamW"].count() == 4  # NaN where a rate wasn't tried


def test_plot_differences():
    table = pd.DataFrame({0: [1.0, -0.1], 1: [1.2, 0.1]}, index=["AdamW", "no ReLU"])
    figure = plot_differences(table)
    assert "AdamW +1.10 give or take 0.28; no ReLU +0.00 give or take 0.28" in figure.get_label()
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == list(table.index)


# --- what was measured, and the tool that measured it ---------------------------------------------

LESSON = Path(__file__).resolve().parents[3] / "notebooks" / "09_one_change_at_a_time.ipynb"
RUNS = pd.read_json(measure_changes.RESULTS, lines=True)
MEASURED = RUNS[RUNS["seed"] != measure_changes.SEARCH_SEED]


def test_all_changes_were_measured_with_the_same_seeds():
    assert not RUNS.duplicated(["change", "learning_rate", "seed"]).any()
    assert set(MEASURED["change"]) == set(measure_changes.CHANGES)
    seeds = MEASURED.groupby("change")["seed"].agg(sorted)
    assert len(seeds.iloc[0]) >= 5 and all(found == seeds.iloc[0] for found in seeds)
    assert not MEASURED.isna().any(axis=None)


@pytest.mark.parametrize("name", measure_changes.CHANGES)
def test_the_learning_rates_are_those_that_the_search_chose(name):
    rates = set(MEASURED[MEASURED["change"] == name]["learning_rate"])
    assert rates == {measure_changes.chosen_rate(name)}


def test_contradictions_are_counted_over_all_ten_numbers(splits):
    torch.manual_seed(0)
    model, validation = IdentityAdderModel(), splits[1]
    few = type(validation)(validation.images[:50], validation.digits[:50])
    expected = 0
    for number in range(10):
        few.numbers = torch.full((50,), number)
        found = evaluate(model, few)
        sums = found.digit_logits.argmax(dim=1) + number
        expected += (sums != found.sum_logits.argmax(dim=1)).sum().item()
    assert measure_changes.contradictions(model, few) == expected > 0


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
