"""Data generation: what the lesson asks, checks and draws."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.figure import Figure

from ..data import AdderDataset, normalise
from .checks import Checks, Wrong, draw, numbers, require
from .figures import BLUE, ORANGE, draw_image, labelled
from .guesses import INFINITE, Guesses, Option, Question, between

guesses = Guesses({
    "sums": Question(
        "How often does the most common sum come up, compared with the rarest?",
        "Only one pair makes 0, which is 0 + 0. Ten pairs make 9: 0 + 9, 1 + 8, and so on up to "
        "9 + 0.",
        [
            Option("About equally often.", between(1, 1.5), "Digits and numbers come up equally "
                   "often, but their sums don't: some can be made in more ways than others."),
            Option("Twice as often.", between(1.5, 5), "It is more uneven than that. Count the "
                   "pairs that make 0, then those that make 9."),
            Option("Ten times as often.", between(5, 20)),
            Option("A hundred times as often.", between(20, INFINITE), "There are 100 pairs of a "
                   "digit and a number, but they are shared among 19 sums: none gets them all."),
        ],
    ),
    "same example": Question(
        "We take the example at place 0 three more times. What do we get?",
        "The index picks the image, and its digit with it. The number is drawn in `__getitem__`, "
        "so it is drawn again each time.",
        [
            Option("Three times the same.", lambda seen: len(set(seen)) == 1, "It would be so if "
                   "the numbers had been drawn once, in `__init__`, and kept. Lists behave like "
                   "that; a dataset may compute what it hands out."),
            Option("The same digit with new numbers.",
                   lambda seen: len({digit for digit, _ in seen}) == 1 < len(set(seen))),
            Option("New digits with new numbers.",
                   lambda seen: len({digit for digit, _ in seen}) > 1, "The digit belongs to the "
                   "image, and place 0 always has the same image. Only the number is random."),
        ],
    ),
    "mean pixel": Question(
        "With black as 0 and white as 1: what is the mean of all pixels of MNIST?",
        "The ink is white, and most of an image is black paper: four pixels in five are exactly 0.",
        [
            Option("Near 0.1.", between(0, 0.3)),
            Option("Near 0.5.", between(0.3, 0.7), "That is the middle of what a pixel can be. The "
                   "mean would be there only if black and white covered the same area."),
            Option("Near 0.9.", between(0.7, 1.1), "You were thinking of dark ink on white paper. "
                   "MNIST is the other way round."),
        ],
    ),
})
checks = Checks()


@checks.add(
    "The length says how many kinds there are, the place which one. None is more than another."
)
def one_hot(answer):
    """`one_hot(kind, size)`: `size` places, 1 in the place `kind`, 0 everywhere else."""
    for size in (10, 19, draw(5, 30), draw(5, 30)):
        kind = draw(1, size - 1)
        vector, case = numbers(answer(kind, size)), f"one_hot({kind}, {size})"
        require(vector.shape == (size,), f"{case} should be one row of {size} places, one for each "
                f"kind; yours has the shape {vector.shape}.")
        require(np.isin(vector, (0, 1)).all() and vector.sum() == 1,
                f"In {case} exactly one place should be 1 and all others 0: a kind, not an amount.")
        require(vector[kind] == 1, f"In {case} the 1 belongs in place {kind}, counted from 0; "
                f"yours is in place {vector.argmax()}.")


@checks.add("No image is in both parts, and whoever knows the seed gets the same split.")
def split(answer):
    """`split(count, train_count, seed)`: the places 0 to count - 1, shuffled, in two parts."""
    for seed in range(3):
        count, size = draw(200, 300), draw(110, 180)
        train, test = _parts(answer(count, size, seed))
        require((len(train), len(test)) == (size, count - size), f"Of {count} places {size} "
                f"should be for training and the rest for testing; yours are {len(train)} and "
                f"{len(test)}.")
        require(not set(train) & set(test), "Some places are in both parts: a network could know "
                "the answers of its test by heart.")
        require(set(train + test) == set(range(count)), "Together the parts should hold every "
                f"place from 0 to {count - 1}, each once.")
        require(train not in ([*range(size)], [*range(count - size, count)]), "The places are cut "
                "in two but not shuffled: one part could hold all the sloppy writers.")
        (again, _), (other, _) = (_parts(answer(count, size, s)) for s in (seed, seed + 1))
        require(again == train, "The same seed gave another split the second time: shuffle by the "
                "seed.")
        require(other != train, "Another seed gave the same split: shuffle by the seed that is "
                "given.")


def _parts(answer):
    """The two parts of a split as two sorted lists."""
    try:
        train, test = (sorted(numbers(list(part)).ravel().tolist()) for part in answer)
    except (TypeError, ValueError):
        raise Wrong("It should return two things: places for training, and for testing.") from None
    return train, test


def plot_example_vectors(dataset: AdderDataset, image: int, number: int) -> Figure:
    """The image at one index of a dataset, a chosen number, and the one-hot vectors of both
    and of their sum."""
    digit = int(dataset.digits[image])
    total = digit + number
    figure, (left, *rest) = plt.subplots(1, 4, figsize=(5.5, 3), width_ratios=[2.4, 1, 1, 1])
    draw_image(left, normalise(dataset.images[image] / 255), f"{digit} + {number} = {total}")
    vectors = [("number (in)", number, 10), ("digit (out)", digit, 10), ("sum (out)", total, 19)]
    for ax, (name, value, size) in zip(rest, vectors):
        font = 8 if size == 10 else 5
        sns.heatmap(np.eye(size, dtype=int)[:, [value]], ax=ax, cbar=False, cmap="Blues", vmax=1.2,
                    linewidths=0.5, linecolor="#ccc", annot=True, annot_kws={"size": font},
                    xticklabels=False, yticklabels=range(size))
        ax.set_title(name)
        ax.tick_params(axis="y", rotation=0, length=0, labelsize=font)
    return labelled(figure, f"An image of a {digit} and the one-hot vectors of {number}, {digit} "
                             f"and {total}.")


def plot_sum_distribution(totals) -> Figure:
    """How often each sum 0-18 occurs, against what evenly spread digits and numbers would give."""
    counts = np.bincount(totals, minlength=19)
    pairs = 10 - abs(np.arange(19) - 9)
    figure, ax = plt.subplots(figsize=(5.5, 2.8))
    ax.bar(range(19), counts, color=BLUE, label="drawn")
    ax.plot(range(19), pairs * len(totals) / 100, "o-", color=ORANGE, label="pairs of digits / 100")
    ax.set(xlabel="sum", ylabel="examples", xticks=range(19))
    ax.legend()
    return labelled(figure, f"Bars of the 19 sums, a triangle: {counts[0]:,} examples of 0, "
                             f"{counts[9]:,} of 9, {counts[18]:,} of 18.")
