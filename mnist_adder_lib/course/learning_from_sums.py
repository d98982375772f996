"""Learning from sums: what the lesson asks, checks and draws, and how it adds probabilities."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from torch import Tensor, nn

from ..files import asset_path, load_tensors
from ..model import DIGITS, EMBEDDING_SIZE, IdentityAdderModel
<<<<<<< ours
from .checks import Checks
from .figures import BLUE, GREY, ORANGE, draw_image, in_style, labelled
from .guesses import Guesses
=======
from .display import Picture, in_words
from .figures import BLUE, GREY, ORANGE, draw_image, labelled
from .guesses import Guesses, Option, Question, between
from .old_checks import Checks, Wrong, compare, draw, numbers, require
>>>>>>> theirs
from .results import read_results


def _what_they_share(digits: list[int]) -> str:
    """digits: the one that was found first, in several trainings."""
    kinds = {"ends": {0, 9}, "1": {1}, "middle": {4, 5}}
    return next((kind for kind, some in kinds.items() if set(digits) <= some), "different")


guesses = Guesses.load("learning_from_sums", first_digit=_what_they_share)
checks = Checks()


@checks.add("The middle sums have most pairs: they say least about the digits.")
def pairs(answer):
    """`pairs(total)`: how many pairs of digits, a first and a second, have this sum."""
    for total in (12, 17, 4, 9, 0, 18, draw(10, 16), draw(1, 8)):
        right = 10 - abs(9 - total)
        both_at_most_nine = len({tuple(sorted((first, total - first)))
                                 for first in range(10) if 0 <= total - first <= 9})
        compare(answer(total), right, f"the sum {total}", {
            "You count first and second in any order. But 3 + 9 and 9 + 3 are two pairs: the first "
            "image shows a 3, or it shows a 9.": both_at_most_nine,
            "So it is up to a sum of 9. Above, some first digits need a second one that is larger "
            "than 9.": total + 1,
            "So it is from a sum of 9 on. Below, some first digits are larger than the sum.":
                19 - total,
            "You leave one pair out. 0 is a digit, too: the sum 4 has 0 + 4 and 4 + 0.":
                right - 1,
            "You count one too many. Write down all pairs for the sum 2: 0 + 2, 1 + 1, 2 + 0.":
                right + 1,
            "That is how many pairs there are of all sums together.": 100,
        })


@checks.add("That is where the loss pulls the first image: to what the sum leaves over.")
def told(answer):
    """`told(first, second, total)`: ten probabilities of the first digit, once the sum is known.

    first, second: ten probabilities each; total: 0-18.
    """
    for total in (4, 13, 9, 0, 18, draw(5, 12)):
        first, second = (2 * torch.randn(2, 10)).softmax(dim=1)
        got = numbers(answer(first.clone(), second.clone(), total, errors={
            "out of bounds": "There is no second digit for this place: total - digit must be from "
                             "0 to 9. Where it isn't, the first digit is impossible."}))
        require(got.shape == (10,), "It should return ten numbers, one for each digit, but the "
                f"shape is {got.shape}.")
        _compare_all(got, first.double(), second.double(), total)


def _compare_all(got, first, second, total):
    partners = torch.tensor([total - digit for digit in range(10)])
    possible = (partners >= 0) & (partners <= 9)
    joint = first * second[partners.clamp(0, 9)] * possible
    right = joint / joint.sum()
    wrapped = first * second[partners % 10]
    other = second * first[partners.clamp(0, 9)] * possible
    reasons = [
        (joint, "These are the probabilities of digit and sum together. Now the sum is known: "
                "divide by how probable it was, so that they add up to 1."),
        (joint.softmax(dim=0), "Softmax turns any scores into probabilities. These are "
                               "probabilities already: divide them by their sum."),
        (first * possible / (first * possible).sum(), "The second image counts, too: a first digit "
         "is only as probable as its partner allows."),
        (first, "That is what the image alone says. The sum says more: with a sum of 4 it can't be "
                "a 7."),
        *((row, "A negative place counts from the end: second[-1] is the 9. A first digit that is "
           "larger than the sum is impossible.") for row in (wrapped, wrapped / wrapped.sum())),
        (other / other.sum(), "These are the probabilities of the second digit."),
        (first * second / (first * second).sum(), "To the first digit d belongs the second digit "
         "total - d, not d itself."),
        (right.flip(0), "These are in the wrong order: place 0 is for the digit 0."),
    ]
    if not np.allclose(got, right, atol=1e-5):
        for wrong, reason in reasons:
            require(not np.allclose(got, wrong, atol=1e-5), reason)
        place = int(np.abs(got - right.numpy()).argmax())
        raise Wrong(f"With the sum {total}, the digit {place} should get {right[place]:.3f}, but "
                    f"it gets {got[place]:.3f}.")


@checks.add("Of all 10,000,000,000 ways to name ten digits, only two pass.")
def passes(answer):
    """`passes(names)`: whether all pairs have the right last figure with these names.

    names: a list of ten digits, what the images of 0, 1, ... 9 are called.
    """
    as_they_are, moved = list(range(10)), [(digit + 5) % 10 for digit in range(10)]
    mixed = [*as_they_are[:4], *moved[4:]]
    by_3 = [(digit + 3) % 10 for digit in range(10)]
    cases = [
        (as_they_are, True, "They are called what they are, so all sums are right."),
        (moved, True, "All are moved by 5, so the sums are moved by 10, and their last figures "
         "are right. (Compare last figures, on both sides: % 10.)"),
        (by_3, False, "All are moved by 3: of 1 + 1 = 2 it makes 4 + 4 = 8."),
        (mixed, False, "Some are moved by 5 and some are not. Two of the same kind make no "
         "mistake, but 0 + 9 = 9 becomes 0 + 4 = 4: look at all pairs."),
        ([1, 0, *range(2, 10)], False, "0 and 1 are exchanged. Their own sum is right, but 0 + 2 "
         "becomes 3: look at all pairs."),
        ([*range(9), 4], False, "Only the 9 is called 4, so pairs of a 9 and another digit are "
         "wrong: look at all pairs, the last ones, too."),
        ([*range(9), 8], False, "Only the 9 is called 8, so every sum with a 9 is wrong: look at "
         "all pairs, the last ones, too."),
        ([(digit + 3 - 6 * (digit % 2)) % 10 for digit in range(10)], False, "The even digits are "
         "moved up by 3, the odd ones down by 3. An even and an odd one make no mistake together, "
         "but 0 + 2 = 2 becomes 3 + 5 = 8: look at all pairs."),
        ([0] * 10, False, "All are called 0, and 0 + 1 becomes 0."),
        ([9 - digit for digit in range(10)], False, "0 is called 9, 9 is called 0, and so on: of "
         "1 + 1 = 2 it makes 8 + 8 = 16."),
    ]
    for names, right, reason in cases:
        got = answer(list(names))
        require(isinstance(got, (bool, np.bool_)) or isinstance(got, Tensor) and got.ndim == 0
                and got.dtype == torch.bool, "It should return True or False.")
        require(bool(got) == right, f"For {names} it should give {right}. {reason}")


@checks.add("Move both digits by any c, and no difference changes: these tell even less.")
def differences(answer):
    """`differences(first, second)`: how probable each difference first - second is.

    first, second: probabilities of digits, (batch, 10); gives (batch, 19), place 9 for no
    difference.
    """
    for _ in range(3):
        first, second = (2 * torch.randn(2, 4, 10)).softmax(dim=2)
        got = numbers(answer(first.clone(), second.clone(), errors={
            "size of tensor": "The shapes don't fit. With the first digit d, ten differences are "
                              "possible: d - 9 to d. Which places of the 19 are these?"}))
        require(got.shape == (4, 19), "It should return 19 probabilities for each of the 4 pairs, "
                f"but the shape is {got.shape}.")
        right = sum_probabilities(first, second.flip(1)).numpy()
        reasons = [
            (sum_probabilities(first, second).numpy(), "These are the sums. For a difference, the "
             "second digit counts backwards."),
            (right[:, ::-1], "These are the differences second - first: place 0 is for 0 - 9."),
            (sum_probabilities(first, first.flip(1)).numpy(), "You use the first image twice."),
        ]
        if not np.allclose(got, right, atol=1e-5):
            for wrong, reason in reasons:
                require(not np.allclose(got, wrong, atol=1e-5), reason)
            place = int(np.abs(got[0] - right[0]).argmax())
            raise Wrong(f"The difference {place - 9}, at place {place}, should get "
                        f"{right[0, place]:.3f}, but it gets {got[0, place]:.3f}.")


def new_reader() -> nn.Sequential:
    """The course's network up to its embedding, then ten logits for the digit: no number goes in.

    Takes normalised images (batch, 1, 28, 28), gives logits (batch, 10).
    """
    network = IdentityAdderModel(dropout=0)
    return nn.Sequential(
        network.block1, network.block2, network.block3, network.pool, nn.Flatten(),
        network.embedding, nn.Linear(EMBEDDING_SIZE, DIGITS),
    )


def sum_probabilities(first: Tensor, second: Tensor, worth: int = 1) -> Tensor:
    """How probable each sum is, from the probabilities of two things that are added.

    Probabilities of 0, 1, 2, ... as (batch, a) and (batch, b). The first counts `worth` times: with
    10 it stands for tens. Returns (batch, worth * (a - 1) + b).
    """
    width = second.shape[1]
    totals = first.new_zeros(len(first), worth * (first.shape[1] - 1) + width)
    for value, probability in enumerate(first.T):
        start = worth * value
        totals[:, start : start + width] += probability[:, None] * second
    return totals


def last_figure_probabilities(first: Tensor, second: Tensor) -> Tensor:
    """How probable each last figure of the sum is: all three are (batch, 10)."""
    figures = first.new_zeros(first.shape)
    for digit, probability in enumerate(first.T):
        figures = figures + probability[:, None] * second.roll(digit, dims=1)
    return figures


def load_reader() -> nn.Sequential:
    """A reader that was trained on last figures for three epochs, in evaluation mode: right about
    the sums, for the wrong reason. `experiments/measure_sums.py` trained it."""
    reader = new_reader()
    reader.load_state_dict(load_tensors(asset_path("last_figure.pt")))
    return reader.eval()


# --- what was measured ----------------------------------------------------------------------------


def trainings() -> pd.DataFrame:
    """What `experiments/measure_sums.py` measured: a row for each training."""
    return read_results("sums.jsonl")


def measured(column: str) -> pd.DataFrame:
    """One column of these: a row for each way of training, a column for each seed."""
    return trainings().pivot(index="way", columns="seed", values=column)


def share_by_shift(matrix) -> np.ndarray:
    """From a row for each digit with ten shares: the mean share that goes to digit + 0, + 1, ..."""
    rows = np.asarray(matrix)
    return np.mean([np.roll(row, -digit) for digit, row in enumerate(rows)], axis=0)


def solution(matrix) -> str:
    """What a network does with the digits, from the probabilities that it gives on average."""
    shares = share_by_shift(matrix)
    both_ways = [shares[c] + shares[-c] for c in range(1, 5)]
    found = {"as they are": shares[0], "all moved by 5": shares[5], "both ways": max(both_ways)}
    name = max(found, key=found.__getitem__)
    return name if found[name] > 0.75 else "none of these"


def solutions(ways: list[str]) -> pd.DataFrame:
    """How many trainings of each way ended in which solution."""
    runs = trainings()
    runs = runs[runs["way"].isin(ways)]
    counts = pd.crosstab(runs["way"], runs["probability"].map(solution).rename("digits"))
    columns = ["as they are", "all moved by 5", "both ways", "none of these"]
    return counts.reindex(index=ways, columns=columns, fill_value=0)


def found_at() -> pd.DataFrame:
    """At which step each digit was found: a row for each seed, a column for each digit.

    Found: more than half of its images get its name, and of those that get the name, more than half
    show it. (Images of all digits count alike.) Only some steps were looked at.
    """
    runs = trainings().dropna(subset="snapshots").set_index("seed")
    rows = {seed: _found_at(snapshots) for seed, snapshots in runs["snapshots"].items()}
    return pd.DataFrame(rows).T.rename_axis(index="seed", columns="digit")


def _found_at(snapshots: list[dict]) -> list[int]:
    steps = np.array([row["step"] for row in snapshots])
    named = np.array([row["named"] for row in snapshots])  # (steps, digits, names), in percent
    right = np.diagonal(named, axis1=1, axis2=2)
    found = (right > 50) & (2 * right > named.sum(axis=1))
    return [int(steps[column.argmax()]) for column in found.T]


# --- figures --------------------------------------------------------------------------------------


@in_style
def plot_pairs(images, totals) -> Figure:
    """Pairs of images, (2 n, 28, 28), and the sum of each."""
    count = len(totals)
    figure, axes = plt.subplots(count, 2, figsize=(3.2, 1.35 * count), squeeze=False)
    for row, total, pair in zip(axes, totals, np.asarray(images).reshape(count, 2, 28, 28)):
        for ax, image in zip(row, pair):
            draw_image(ax, image, "", black=0, white=255)
        row[0].text(1.08, 0.5, "+", transform=row[0].transAxes, fontsize=14, va="center")
        row[1].text(1.08, 0.5, f"= {total}", transform=row[1].transAxes, fontsize=14, va="center")
    words = ", ".join(map(str, totals))
    return labelled(figure, f"Pairs of handwritten digits; behind each pair its sum: {words}.")


@in_style
def plot_naming(matrices: dict) -> Figure:
    """Squares of 10 x 10: a row for each digit, a column for each name, darker where more images
    get it. `matrices` is a dict of steps, or of titles, and shares, (10, 10)."""
    columns = min(4, len(matrices))
    rows = -(-len(matrices) // columns)
    side = 1.25 if columns > 2 else 2.2
    figure, axes = plt.subplots(rows, columns, squeeze=False, sharex=True, sharey=True,
                                figsize=(0.4 + side * columns, 0.5 + (side + 0.2) * rows))
    titles = [f"step {name}" if isinstance(name, int) else name for name in matrices]
    for ax in axes.flat:
        ax.axis("off")
    for ax, title, shares in zip(axes.flat, titles, matrices.values()):
        ax.set_title(title)
        _draw_naming(ax, np.asarray(shares, dtype=float))
    figure.supxlabel("name that it gets", fontsize=9, color=GREY)
    figure.supylabel("digit", fontsize=9, color=GREY)
    words = [f"{title}: {100 * np.diag(shares).mean():.0f}% on the diagonal"
            for title, shares in zip(titles, matrices.values())]
    return labelled(figure, f"A row for each digit, a column for each name. {'; '.join(words)}.")


def _draw_naming(ax, shares: np.ndarray) -> None:
    ax.axis("on")
    ax.imshow(np.dstack([np.broadcast_to(to_rgb(BLUE), (10, 10, 3)), shares.clip(0, 1)]))
    ax.set(xticks=[0, 3, 6, 9], yticks=[0, 3, 6, 9])
    ax.spines[:].set_visible(True)


@in_style
def plot_shifts(shares) -> Figure:
    """Ten bars: how much probability goes to digit + 0, digit + 1, ... digit + 9."""
    shares = np.asarray(shares, dtype=float)
    figure, ax = plt.subplots(figsize=(5, 2.2))
    ax.bar(range(10), shares, color=[BLUE if c == 0 else ORANGE for c in range(10)])
    ax.set(xticks=range(10), xticklabels=["right"] + [f"+{c}" for c in range(1, 10)], ylim=(0, 1),
           ylabel="probability", xlabel="digit moved by")
    words = [f"{share:.0%} on +{c}" for c, share in enumerate(shares) if share >= 0.05]
    return labelled(figure, "Ten bars; " + ", ".join(words) + ".")
