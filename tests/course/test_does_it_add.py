"""Does it add?: the answers to its exercises, what was measured."""


import measure_adders
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from measure_adders import DESIGNS, LESSONS_PAIRS, SIX, TRUE_SUMS, Adder

from mnist_adder_lib.course.does_it_add import (
    by_count,
    checks,
    mean_and_std,
    plot_counts,
    plot_pairs,
    plot_slopes,
)


def lost(held_out):
    seen = {d + n for d in range(10) for n in range(10) if not held_out[d, n]}
    return set(range(19)) - seen


RIGHT = {
    checks.lost_sums: [
        lost,
        lambda held_out: torch.tensor([*lost(held_out)]).flip(0),
        lambda held_out: [total for total in range(19) if held_out[TRUE_SUMS == total].all()],
    ],
    checks.slope: [
        lambda true, predicted: ((true - true.mean()) * predicted).mean() / true.var(correction=0),
        lambda true, predicted: torch.linalg.lstsq(
            torch.stack([true, torch.ones_like(true)], dim=1), predicted).solution[0].item(),
    ],
    checks.difference: [
        lambda probabilities, number: F.pad(probabilities, (9 - number, number)).tolist(),
        lambda probabilities, number: [probabilities[place + number - 9]
                                       if 0 <= place + number - 9 <= 9 else 0
                                       for place in range(19)],
    ],
}


# --- figures --------------------------------------------------------------------------------------


def test_plot_pairs_frames_what_is_held_out_and_says_it_in_words():
    table = torch.where(LESSONS_PAIRS, 0.0, 100.0)
    single = plot_pairs({"19 classes": table}, LESSONS_PAIRS)
    assert "19 classes: 0.0% on the framed held-out pairs, 100.0% on" in single.get_label()
    assert len(single.axes[0].patches) == 20 and len(single.axes[0].texts) == 100
    many = plot_pairs({str(n): table for n in range(4)}, LESSONS_PAIRS)
    assert len(many.axes[0].patches) == 20 and not many.axes[0].texts
    assert [ax.get_ylabel() for ax in many.axes[:4]] == ["digit", "", "", "digit"]


def test_plot_slopes_fits_a_line():
    figure = plot_slopes({"half": 4 + TRUE_SUMS / 2, "all": TRUE_SUMS.double()},
                         LESSONS_PAIRS & ~measure_adders.lost(LESSONS_PAIRS))
    assert "half: slope 0.50; all: slope 1.00" in figure.get_label()
    assert len(figure.axes[0].lines[2].get_xdata()) == 19  # without 0 + 0


def test_plot_counts_says_the_means():
    table = pd.DataFrame({0: [90.0, 10.0], 1: [92.0, 20.0]}, index=[5, 80])
    label = plot_counts({"shift": table}).get_label()
    assert "shift: 91% with 5, 15% with 80" in label


# --- what was measured, and the tool that measured it ---------------------------------------------

RUNS = pd.read_json(measure_adders.RESULTS, lines=True)


def test_each_training_is_there_once():
    assert not RUNS.duplicated(["adder", "whole", "held_out", "seed"]).any()
    assert set(RUNS["adder"]) <= set(DESIGNS) and not RUNS["torch"].isna().any()


def test_the_six_were_trained_whole_with_the_same_seeds():
    whole = RUNS[RUNS["whole"]]
    seeds = whole.groupby("adder")["seed"].agg(sorted)
    assert set(seeds.index) == set(SIX)
    assert all(found == seeds.iloc[0] for found in seeds)


def test_five_seeds_of_each_adder_behind_a_reader():
    behind = RUNS[~RUNS["whole"]].groupby(["adder", "held_out"])["seed"].agg(sorted)
    assert all(seeds == [0, 1, 2, 3, 4] for seeds in behind)
    assert set(by_count("amount, regression").index) == {5, 10, 20, 40, 60, 80}


def scores_of(name, whole, score):
    runs = RUNS[(RUNS["adder"] == name) & (RUNS["whole"] == whole) & (RUNS["held_out"] == 20)]
    return pd.Series([scores[score] for scores in runs["evaluation"]])


@pytest.mark.parametrize("whole", [True, False])
def test_what_the_lesson_says_of_them(whole):
    held_sums, held_digits, seen_digits = (
        {name: scores_of(name, whole, score) for name in SIX}
        for score in ("held_sums", "held_digits", "seen_digits"))
    assert max(held_sums["19 classes"].max(), held_sums["amount, 19 classes"].max()) < 1
    assert held_sums["amount, regression"].min() > 85 > held_sums["regression"].max()
    assert held_sums["shift"].equals(held_digits["shift"])
    gap = {name: seen_digits[name] - held_digits[name] for name in SIX}
    assert gap["19 classes"].min() > 2 > 0.5 > gap["shift, digit alone"].max()


def test_what_the_lesson_says_of_fewer_pairs():
    shift, regression, classes = (by_count(name).mean(axis=1) for name in (
        "shift, digit alone", "amount, regression", "amount, 19 classes"))
    assert shift.min() > 98 and classes.max() < 5
    assert regression.loc[:20].min() > 90 and regression.loc[80] < 50


def test_summary():
    table = mean_and_std(["shift"], ["held_sums", "held_digits"])
    assert list(table.columns) == ["held sums", "held digits"]
    found = scores_of("shift", False, "held_sums")
    assert table.loc["shift", "held sums"] == f"{found.mean():.1f} ± {found.std():.1f}"


def test_shift_moves_the_digit_and_its_loss_is_the_digits():
    torch.manual_seed(0)
    model, numbers = Adder(head="shift"), torch.arange(10).repeat(3)
    digits = torch.randint(10, (30,))
    read, moved = model.add(torch.rand(30, 20), numbers)
    assert measure_adders.answers(moved).equal(read.argmax(dim=1) + numbers)
    found = measure_adders.sum_loss(moved, digits + numbers)
    assert torch.allclose(found, F.cross_entropy(read, digits))


def test_scores_by_hand():
    right, read, mean = (torch.zeros(10, 10) for _ in range(3))
    right[~LESSONS_PAIRS] = 1
    right[0, 0] = 0.25
    read[:] = 0.9
    mean[:] = 0.5 * TRUE_SUMS + 3
    found = measure_adders.scores((right, read, mean), LESSONS_PAIRS)
    assert (found["held_sums"], found["lost_sums"], found["seen_sums"]) == (0, 25, 100)
    assert found["slope"] == 0.5 and found["held_digits"] == 90
    nothing = torch.zeros(10, 10, dtype=torch.bool)
    nothing[4, 5] = True
    assert measure_adders.scores((right, read, mean), nothing)["lost_sums"] is None
