"""Data generation: what the lesson asks, checks and draws."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..data import AdderDataset, normalise
from .figures import BLUE, GREY, ORANGE, draw_image, labelled
from .guesses import INFINITE, Guesses, Option, Question, between
from .old_checks import Checks, Wrong, draw, numbers, require

guesses = Guesses({
    "sums": Question(
        "How often does the most common sum come up, compared with the rarest?",
        "Only one pair makes 0, which is 0 + 0. Ten pairs make 9: 0 + 9, 1 + 8, and so on up to "
        "9 + 0.",
        [
            Option("About equally often.", between(1, 1.5), "Digits and numbers come up about "
                   "equally often, but their sums don't: some can be made in more ways than "
                   "others."),
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
    for kind, size in [(2, 5), (7, 10), (9, 19), (draw(1, 13), 15), (17, 19), (0, 6), (5, 6)]:
        case = f"one_hot({kind}, {size})"
        vector = numbers(answer(kind, size, errors={
            "assignment index out of range": "The place that you set isn't there. A vector of "
            "`size` places has the places 0 to size - 1, and `kind` is one of them.",
            "out of bounds": "The place that you set isn't there. A vector of `size` places has "
            "the places 0 to size - 1, and `kind` is one of them.",
        }))
        _compare_length(vector, size, case)
        require(vector.any(), f"In {case} all places are 0. One of them should be 1.")
        require(np.isin(vector, (0, 1)).all() and vector.sum() == 1,
                f"In {case} exactly one place should be 1 and all others 0: a kind, not an amount.")
        require(vector[kind] == 1, f"In {case} the 1 belongs in place {kind}, counted from 0; "
                f"yours is in place {vector.argmax()}.")


def _compare_length(vector, size: int, case: str) -> None:
    require(vector.ndim > 0, f"{case} should be the whole vector, {size} places; yours is a single "
            "number. Do you return the vector, or one place of it?")
    require(vector.ndim < 2, f"{case} should be one row of {size} places; yours is a table, a list "
            "in a list. Take a row of it.")
    require(len(vector) != size + 1, f"{case} has a place too many. `append` and `insert` make a "
            "list longer; `vector[2] = 1` changes a place that is there.")
    require(len(vector) == size, f"{case} should have {size} places, one for each kind; yours has "
            f"{len(vector)}.")


@checks.add("The total goes from 0 to 27 here, so as a one-hot vector it has 28 places.")
def make_example(answer):
    """`make_example(image, digit)`: (image, first, second), (digit, total), numbers drawn anew."""
    images, examples = torch.randint(256, (10, 28, 28)), []
    for digit in [7] * 40 + [*range(10)] * 30:
        example = answer(images[digit], torch.tensor(digit))
        first, second, total = _parts_of_example(example, images[digit], digit)
        for number in (first, second):
            require(0 <= number <= 9 and number == int(number), "The numbers should be whole ones "
                    f"from 0 to 9; one of yours is {number:g}.")
        examples.append((digit, first, second, total))
    _compare_totals(examples)
    _compare_draws(*list(zip(*examples))[1:3])


def _parts_of_example(example, image, digit: int) -> list[float]:
    """First and second number and total of an example that is built as it should be."""
    shape = "`return (image, first, second), (digit, total)`"
    require(not isinstance(example, (tuple, list)) or len(example) != 5, "All five are there. What "
            f"goes in and what should come out need brackets of their own: {shape}.")
    try:
        (given, *drawn), (said, *totals) = example
        (first, second), (total,) = drawn, totals
    except (TypeError, ValueError):
        raise Wrong("An example has two parts, what goes in and what should come out: "
                    f"{shape}.") from None
    values = [numbers(value) for value in (given, first, second, said, total)]
    require(all(value.shape != (28, 28) for value in values[1:]), "The image should come first in "
            f"the example: {shape}.")
    require(values[0].shape == (28, 28) and (values[0] == image.numpy()).all(), "The image should "
            "be in the example as it is.")
    require(all(value.shape != (1,) for value in values), "A number is in a list of its own. "
            "`torch.randint(10, (1,))` draws a list of one, `torch.randint(10, ())` a number.")
    require(all(value.size == 1 for value in values[1:]), "Numbers, digit and total should be "
            "single numbers, neither lists nor one-hot vectors.")
    first, second, said, total = (value.item() for value in values[1:])
    require(said == digit or total != digit, "Digit and total have changed places.")
    require(said == digit, f"The digit should be in the example as it is: {digit}, not {said:g}.")
    return [first, second, total]


def _compare_totals(examples: list) -> None:
    for reason, wrong in {
        "The digit is missing in the total.": lambda digit, first, second: first + second,
        "The second number is missing in the total.": lambda digit, first, second: digit + first,
        "The first number is missing in the total.": lambda digit, first, second: digit + second,
        "The total is the digit alone. Add both numbers.": lambda digit, *_: digit,
        "The first number is in the total twice.": lambda digit, first, _: digit + 2 * first,
    }.items():
        right = all(total == sum(parts) for *parts, total in examples)
        require(right or any(total != wrong(*parts) for *parts, total in examples), reason)
    for digit, first, second, total in examples:
        require(total == digit + first + second, f"The digit {digit} with the numbers {first:g} "
                f"and {second:g} has the total {total:g}. Are these the numbers that you added? "
                "Draw each once, keep it under a name, and use that twice.")


def _compare_draws(firsts: tuple, seconds: tuple) -> None:
    """Refuse numbers that don't look drawn anew, each by itself, from 0 to 9."""
    for drawn in (firsts, seconds):
        require(len(set(drawn[:40])) > 1, "The same image gets the same number every time. Draw it "
                "in the function, without a seed.")
        missing = set(range(10)) - set(drawn)
        require(not missing, f"In hundreds of examples the number {min(missing, default=0)} never "
                "comes up. `torch.randint(10, ())` draws from 0 to 9: the 10 itself never comes.")
    require(firsts != seconds, "Both numbers are always the same. Draw twice.")


@checks.add("No image is in both parts, and whoever knows the seed gets the same split.")
def split(answer):
    """`split(count, train_count, seed)`: the places 0 to count - 1, shuffled, in two parts."""
    for seed in range(3):
        count, size = draw(200, 300), draw(110, 180)
        train, test = _parts(answer(count, size, seed))
        _compare_sizes(train, test, count, size)
        require(not set(train) & set(test), "Some places are in both parts: a network could know "
                "the answers of its test by heart. Shuffle once, and cut that order in two.")
        require(set(train + test) == set(range(count)), "Together the parts should hold every "
                f"place from 0 to {count - 1}, each once. Some of yours are missing, others come "
                "twice or are none of these.")
        require(train not in ([*range(size)], [*range(count - size, count)]), "The places are cut "
                "in two but not shuffled: one part could hold all the sloppy writers.")
        (again, _), (other, _) = (_parts(answer(count, size, s)) for s in (seed, seed + 1))
        require(again == train, "The same seed gave another split the second time: the shuffling "
                "should start from the seed.")
        require(other != train, "Another seed gave the same split: shuffle by the seed that is "
                "given.")


def _parts(answer):
    """The two parts of a split as two sorted lists."""
    try:
        train, test = (sorted(numbers(list(part)).ravel().tolist()) for part in answer)
    except (TypeError, ValueError):
        raise Wrong("It should return two things: the places for training, and those for testing. "
                    "Not how many they are.") from None
    return train, test


def _compare_sizes(train: list, test: list, count: int, size: int) -> None:
    sizes, rest = (len(train), len(test)), count - size
    require(48_000 not in sizes and sum(sizes) != 60_000, "You still split 60,000 places, as the "
            f"lesson does. Here there are `count`, which is {count} in this case.")
    require(sizes != (rest, size), "The parts have changed places: training comes first.")
    require(sum(sizes) >= count or len(train) != size, "Places are lost where the order is cut. "
            "`order[:n]` ends just before the place n, and `order[n:]` begins with it.")
    require(sizes == (size, rest), f"Of {count} places {size} should be for training and the rest, "
            f"{rest}, for testing; yours are {sizes[0]} and {sizes[1]}.")


def plot_grid(images) -> Figure:
    """Images (1, height, width), 0 to 1, in rows of three."""
    rows = -(-len(images) // 3)
    figure = plt.figure(figsize=(3.6, 1.2 * rows))
    for place, image in enumerate(images, start=1):
        draw_image(figure.add_subplot(rows, 3, place), image[0], "", black=0, white=1)
    return labelled(figure, f"{len(images)} images, white on black, in rows of three.")


def plot_example_vectors(dataset: AdderDataset, image: int, number: int) -> Figure:
    """The image at one index of a dataset, a chosen number, and the one-hot vectors of both
    and of their sum."""
    digit = int(dataset.digits[image])
    total = digit + number
    figure, (left, *rest) = plt.subplots(1, 4, figsize=(5.5, 4.2), width_ratios=[2.4, 1, 1, 1])
    draw_image(left, normalise(dataset.images[image] / 255), f"{digit} + {number} = {total}")
    left.set_anchor("N")
    vectors = [("number (in)", number, 10), ("digit (out)", digit, 10), ("sum (out)", total, 19)]
    for ax, (name, value, size) in zip(rest, vectors):
        _draw_vector(ax, value, size)
        ax.set(title=name, xlim=(-0.02, 1.02), ylim=(19.1, -0.1))  # a place is as high in each
    return labelled(figure, f"An image of a {digit} and the one-hot vectors of {number}, {digit} "
                             f"and {total}.")


def _draw_vector(ax, value: int, size: int) -> None:
    """A one-hot vector as a column of boxes, from place 0 down."""
    for place in range(size):
        meant = place == value
        colour = BLUE if meant else "none"
        ax.add_patch(Rectangle((0, place), 1, 1, linewidth=0.6, facecolor=colour, edgecolor=GREY))
        ax.text(0.5, place + 0.5, int(meant), color="white" if meant else GREY, ha="center",
                va="center_baseline")
    ax.set(xticks=[], yticks=np.arange(size) + 0.5, yticklabels=range(size))
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def plot_sum_distribution(totals) -> Figure:
    """How often each sum 0-18 occurs, against what evenly spread digits and numbers would give."""
    counts = np.bincount(totals, minlength=19)
    pairs = 10 - abs(np.arange(19) - 9)
    figure, ax = plt.subplots(figsize=(5.5, 3))
    ax.bar(range(19), counts, color=BLUE, label="drawn")
    ax.plot(range(19), pairs * len(totals) / 100, "o-", color=ORANGE,
            label="if all 100 pairs\ncame equally often")
    ax.set(xlabel="sum", ylabel="examples", xticks=range(19))
    ax.legend(loc="upper left")
    return labelled(figure, f"Bars of the 19 sums, a triangle: {counts[0]:,} examples of 0, "
                             f"{counts[9]:,} of 9, {counts[18]:,} of 18.")
