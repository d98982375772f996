"""Does it add?: the answers to its exercises, what was measured."""

import torch
import torch.nn.functional as F

from mnist_adder_lib.course.does_it_add import TOTALS, checks, plot_pairs, plot_slopes
from mnist_adder_lib.course.hidden_sums import HiddenSums, unseen_sums

PAIRS = HiddenSums().held_out


def lost(held_out):
    seen = {d + n for d in range(10) for n in range(10) if not held_out[d, n]}
    return set(range(19)) - seen


RIGHT = {
    checks.lost_sums: [
        lost,
        lambda held_out: torch.tensor([*lost(held_out)]).flip(0),
        lambda held_out: [total for total in range(19) if held_out[TOTALS == total].all()],
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
    table = torch.where(PAIRS, 0.0, 100.0)
    single = plot_pairs({"19 classes": table}, PAIRS)
    assert "19 classes: 0.0% on the framed held-out pairs, 100.0% on" in single.get_label()
    assert len(single.axes[0].patches) == 20 and len(single.axes[0].texts) == 100
    many = plot_pairs({str(n): table for n in range(4)}, PAIRS)
    assert len(many.axes[0].patches) == 20 and not many.axes[0].texts
    assert [ax.get_ylabel() for ax in many.axes[:4]] == ["digit", "", "", "digit"]


def test_plot_slopes_fits_a_line():
    figure = plot_slopes({"half": 4 + TOTALS / 2, "all": TOTALS.double()},
                         PAIRS & ~unseen_sums(PAIRS))
    assert "half: slope 0.50; all: slope 1.00" in figure.get_label()
    assert len(figure.axes[0].lines[2].get_xdata()) == 19  # without 0 + 0
