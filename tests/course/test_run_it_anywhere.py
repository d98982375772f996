"""Run it anywhere: the answers to its exercises, what it runs."""

import math
import shutil

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F

from mnist_adder_lib import IdentityAdderModel, load_pretrained, normalise
from mnist_adder_lib.course import run_it_anywhere
from mnist_adder_lib.course.run_it_anywhere import checks


def steps(values, step, rounded=torch.round):
    return rounded(values / step) * step


def most(bits):
    return 2 ** (bits - 1) - 1


def in_bits(values, bits):
    return steps(values, values.abs().max() / most(bits))


def in_bits_by_loop(values, bits):
    step = max(abs(value) for value in values.tolist()) / most(bits)
    return [round(value / step) * step for value in values.tolist()]


def folded(weights, mean, deviation, factor, shift):
    share = factor / deviation
    return [w * share for w in weights], shift - mean * share


def new(weights, change):
    return [change(w) for w in weights]


def convolved(channels, windows, padding=0, **options):
    channels, windows = torch.tensor(channels), torch.tensor(windows)
    return F.conv2d(channels, windows[None], padding=padding, **options)[0]


def framed(channels, windows, padding, mode):
    channels = torch.tensor(channels)[None]
    return F.conv2d(F.pad(channels, [padding] * 4, mode), torch.tensor(windows)[None])[0, 0]


def loops(channels, windows, padding):
    return run_it_anywhere.loop_convolve(channels, windows, padding)


def users(cores, drawings, ms, peak):
    return cores * 86_400_000 / (ms * drawings * peak)


# check: (wrong answers with a part of the reason, right answers)
ANSWERS = {
    checks.in_bits: (
        [
            (lambda v, b: v, "as they were"),
            (lambda v, b: (v / (v.abs().max() / most(b))).round(), "Multiplied by the step"),
            (lambda v, b: v / (v.abs().max() / most(b)), "not rounded"),
            (lambda v, b: steps(v, v.abs().max() / most(b), torch.trunc), "cuts off"),
            (lambda v, b: steps(v, v.abs().max() / most(b), torch.floor), "rounds down"),
            (lambda v, b: steps(v, v.max() / most(b)), "farthest from 0"),
            (lambda v, b: steps(v, v.abs().max() / (2**b - 1)), "lie below 0"),
            (lambda v, b: steps(v, v.abs().max() / 2 ** (b - 1)), "127, not 128"),
            (lambda v, b: steps(v, v.abs().max() / 127), "depends on `bits`"),
            (lambda v, b: steps(v, (v.max() - v.min()) / (2**b - 1)), "as far below 0 as above"),
            (lambda v, b: in_bits(v, b)[1:], "As many values"),
            (lambda v, b: in_bits(v, b) + 0.01, "should become"),
        ],
        [in_bits, in_bits_by_loop, lambda v, b: in_bits(v, b).numpy()],
    ),
    checks.fold: (
        [
            (lambda w, m, d, f, s: w, "two things"),
            (lambda w, m, d, f, s: (w, s - m * f / d), "as they were"),
            (lambda w, m, d, f, s: (new(w, lambda x: x * f), s), "also divides"),
            (lambda w, m, d, f, s: (new(w, lambda x: x / d), s), "also multiplies by the factor"),
            (lambda w, m, d, f, s: (new(w, lambda x: x * f * d), s), "multiplied by the deviation"),
            (lambda w, m, d, f, s: (new(w, lambda x: (x - m) / d * f), s), "from each weight"),
            (lambda w, m, d, f, s: (new(w, lambda x: x / d * f + s), s), "to each weight"),
            (lambda w, m, d, f, s: (new(w, lambda x: x / f), s), "first new weight"),
            (lambda w, m, d, f, s: (w[0] * f / d, s), "new ones should come out"),
            (lambda w, m, d, f, s: (folded(w, m, d, f, s)[0], [s] * len(w)), "one number to add"),
            (lambda w, m, d, f, s: (folded(w, m, d, f, s)[0], s), "not the shift alone"),
            (lambda w, m, d, f, s: (folded(w, m, d, f, s)[0], s - m), "like everything else"),
            (lambda w, m, d, f, s: (folded(w, m, d, f, s)[0], s - m / d), "multiplied by the fac"),
            (lambda w, m, d, f, s: (folded(w, m, d, f, s)[0], s - m * f), "divided by the dev"),
            (lambda w, m, d, f, s: (folded(w, m, d, f, s)[0], s + m * f / d), "minus"),
            (lambda w, m, d, f, s: (folded(w, m, d, f, s)[0], -m * f / d), "still to be added"),
            (lambda w, m, d, f, s: (folded(w, m, d, f, s)[0], (s - m) * f / d), "comes last"),
            (lambda w, m, d, f, s: (folded(w, m, d, f, s)[0], 0), "The weights are right"),
        ],
        [
            folded,
            lambda w, m, d, f, s: (torch.tensor(w) * f / d, torch.tensor(s - m * f / d)),
            lambda *a: list(folded(*a)),
        ],
    ),
    checks.convolve: (
        [
            (lambda c, w, p: convolved(c, w), "Nothing is padded"),
            (lambda c, w, p: convolved(c, w, 1), "With a padding of 0"),
            (lambda c, w, p: [[c[0][i][j] for j in range(6)] for i in range(3)], "rows"),
            (lambda c, w, p: convolved(c[:1], w[:1], p), "first channel alone"),
            (lambda c, w, p: convolved(c[-1:], w[-1:], p), "last channel alone"),
            (lambda c, w, p: convolved(c, w[:1] * len(c), p), "Each has its own"),
            (lambda c, w, p: convolved(c, torch.tensor(w).flip(1, 2).tolist(), p), "turned round"),
            (lambda c, w, p: convolved(c, torch.tensor(w).mT.tolist(), p), "exchanged"),
            (lambda c, w, p: convolved(c, w, p) / 9, "mean of the products"),
            (lambda c, w, p: convolved(c, w, p) / len(c), "mean over the channels"),
            (lambda c, w, p: convolved(c, torch.ones(len(c), 3, 3).tolist(), p), "by its weight"),
            (lambda c, w, p: framed(c, w, p, "replicate"), "copies of the outermost"),
            (lambda c, w, p: framed(c, w, p, "circular"), "opposite edge"),
            (lambda c, w, p: convolved(c, w, p)[None], "One channel should come out"),
            (lambda c, w, p: convolved(c, w, p).flatten(), "a list of rows"),
            (lambda c, w, p: convolved(c, w, p)[:, 1:], "but the shape is"),
            (lambda c, w, p: convolved(c, w, p) + 1, "should be"),
        ],
        [loops, convolved, lambda c, w, p: convolved(c, w, p).tolist()],
    ),
    checks.users_served: (
        [
            (lambda c, d, m, p: users(c, d, m, 1), "busiest second"),
            (lambda c, d, m, p: users(c, d, m, 1) * p, "divide by it"),
            (lambda c, d, m, p: users(c, 1, m, p), "several of them"),
            (lambda c, d, m, p: users(1, d, m, p), "one core"),
            (lambda c, d, m, p: users(c, d, m, p) / 1000, "thousand milliseconds"),
            (lambda c, d, m, p: users(c, d, m, p) * 1000, "thousand too many"),
            (lambda c, d, m, p: users(c, d, m, p) / 86_400, "for one second"),
            (lambda c, d, m, p: users(c, d, m, p) / 24, "for one hour"),
            (lambda c, d, m, p: users(c, d, m, p) / 1440, "for one minute"),
            (lambda c, d, m, p: users(c, d, m, p) / 60, "24 · 60"),
            (lambda c, d, m, p: 1 / users(c, d, m, p), "upside down"),
            (lambda c, d, m, p: c * d * m, "it should give"),
        ],
        [users, lambda c, d, m, p: torch.tensor(users(c, d, m, p))],
    ),
}


def test_drawings_are_read():
    pixels, digits = run_it_anywhere.drawings(60)
    assert pixels.shape == (60, 28, 28) and pixels.dtype == torch.uint8
    assert len(pixels.flatten(1).unique(dim=0)) == 60  # each is another
    images = normalise(pixels[:, None] / 255)
    with torch.no_grad():
        answers = load_pretrained()(images, torch.zeros(60).long())[0].argmax(1)
    assert (answers == digits).float().mean() > 0.85
    assert torch.equal(run_it_anywhere.drawings(10, seed=0)[0], pixels[:10])


def test_a_convolution_in_loops_is_a_convolution():
    channels, windows = torch.randn(3, 6, 5), torch.randn(3, 3, 3)
    for padding in (0, 1, 2):
        ours = run_it_anywhere.loop_convolve(channels.tolist(), windows.tolist(), padding)
        assert torch.allclose(torch.tensor(ours), F.conv2d(channels, windows[None],
                                                           padding=padding)[0], atol=1e-5)


def test_multiplications():
    table = run_it_anywhere.multiplications(IdentityAdderModel())
    assert list(table["multiplications"][:6]) == [56_448, 451_584, 225_792, 451_584, 112_896,
                                                  57_600]
    assert list(table["weights"][6:]) == list(table["multiplications"][6:])
    assert table["weights"][6:].sum() == 8192


@pytest.mark.skipif(shutil.which("node") is None, reason="no node found")
def test_javascript_answers_as_pytorch_does(first):
    data, model = first(20), load_pretrained()
    digits, sums, times = run_it_anywhere.run_javascript(model, data.images, data.numbers)
    with torch.no_grad():
        logits = model(normalise(data.images[:, None] / 255), data.numbers)
    for ours, theirs in zip((digits, sums), logits):
        assert torch.allclose(ours, theirs.softmax(dim=1), atol=1e-4)
    assert len(times) == 20 and min(times) > 0


def test_without_node_there_is_no_answer(first, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    data = first(2)
    assert run_it_anywhere.run_javascript(None, data.images, data.numbers) is None


def test_without_a_checkout_there_is_no_javascript(tmp_path, monkeypatch):
    monkeypatch.setattr(run_it_anywhere, "NETWORK", tmp_path / "network.js")
    assert "checkout" in run_it_anywhere.javascript("convolve")
    assert run_it_anywhere.run_javascript(None, None, None) is None


def test_a_function_of_the_javascript():
    for name in ("convolve", "linear", "maxPool", "forward"):
        source = run_it_anywhere.javascript(name)
        assert source.startswith("/**") and source.endswith("}")
        assert source.count("\nfunction ") == 1 and f"function {name}(" in source


def test_the_size_of_a_package():
    assert 1 < run_it_anywhere.folder_megabytes(np) < 500


def test_the_figures_say_what_they_show():
    table = pd.DataFrame({"median": [0.5, 200], "fastest": [0.4, 190], "slowest": [3, 250]},
                         index=["PyTorch", "Python"])
    assert "PyTorch 0.50; Python 200" in run_it_anywhere.plot_latencies(table).get_label()
    shares = run_it_anywhere.plot_shares(run_it_anywhere.multiplications(IdentityAdderModel()))
    assert "99.4% of the multiplications" in shares.get_label()
    bits = run_it_anywhere.plot_bits({8: 99.4, 3: 80.0})
    assert "99.4% with 8 bits, 80.0% with 3 bits" in bits.get_label()
    assert math.isclose(bits.axes[0].lines[0].get_ydata()[0], 99.4)
