"""Data generation: what the lesson asks, checks and draws."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ...data import AdderDataset, normalise
from ..exercises.checks import Checks, rand_int
from ..exercises.guesses import Guesses
from ..notebook.figures import BLUE, GREY, ORANGE, draw_image, in_style, labelled


def _what_changes(examples: list) -> str:
    """examples: (digit, number), drawn several times from one index."""
    if len({digit for digit, _ in examples}) > 1:
        return "the digit"
    return "the number" if len(set(examples)) > 1 else "nothing"


guesses = Guesses.load("data_generation", same_example=_what_changes)
checks = Checks()


@checks.add(
    "The length says how many classes there are, the index which one. None is more than another.",
    probes=lambda: [(2, 5), (7, 10), (9, 19), (rand_int(1, 13), 15), (17, 19), (0, 6), (5, 6)],
    mistakes={
        "All values are 0: `vector[index] == 1` only asks whether it is 1. A single `=` sets it.":
            ("[index] = 1", "[index] == 1"),
        "All values are 1. Only the one at `index` should be.": lambda index, size: [1] * size,
        "The 1 is one too far: an index is counted from 0.":
            [lambda index, size: [int(i == index + 1) for i in range(size)],
             ("[index]", "[index + 1]")],
        "The 1 is one too early: an index is counted from 0.":
            [lambda index, size: [int(i == index - 1) for i in range(size)],
             ("[index]", "[index - 1]")],
        "The 1 is counted from the end. Count from the front.":
            [("[index]", "[-index]"), ("[index]", "[-index - 1]"),
             ("[index]", "[size - index - 1]"), ("[index]", "[size - index]")],
        "At the index stands the index itself. A 1 should stand there, whichever index it is.":
            ("= 1", "= index"),
        "Every value up to `index` is 1. Only the one at `index` should be.":
            [lambda index, size: [int(i <= index) for i in range(size)],
             lambda index, size: [int(i < index) for i in range(size)]],
        "0 and 1 are exchanged: a single value should be 1, all others 0.":
            lambda index, size: [int(i != index) for i in range(size)],
        "`index` and `size` are exchanged: the vector has `size` values.":
            [("* size", "* index", "[index]", "[size]"), lambda index, size: [0] * index],
        "`torch.zeros(index, size)` is a table of `index` rows. A vector is `torch.zeros(size)`.":
            [lambda index, size: torch.zeros(index, size),
             ("[0] * size", "torch.zeros(index, size)")],
        "These are all rows of the table from `index` on. Take the one row.":
            lambda index, size: torch.eye(size)[index:],
        "That is a table with a single row, a list in a list. Take the row out of it.":
            [lambda index, size: [[int(i == index) for i in range(size)]],
             lambda index, size: torch.eye(size)[index : index + 1]],
        "That is the table of all classes. Take the row of this one.":
            lambda index, size: torch.eye(size),
        "It always has ten values. Here there should be `size` of them.": ("* size", "* 10"),
        "It has a value too many: `append` and `insert` make a list longer; `vector[2] = 1` "
        "changes one that is there.":
            [lambda index, size: [int(i == index) for i in range(size + 1)],
             lambda index, size: [0] * size + [1]],
        "It has a value too few: `size` values have the indices 0 to size - 1.":
            [lambda index, size: [int(i == index) for i in range(size - 1)],
             ("* size", "* (size - 1)")],
        "That is one value of the vector. Return the whole vector.":
            [lambda index, size: 1, ("return vector", "return vector[index]")],
    },
)
def one_hot(index, size):
    vector = [0] * size
    vector[index] = 1
    return vector


TOTALS = {  # what a total may be made of
    "digit + first + second": lambda digit, first, second: digit + first + second,
    "first + second": lambda digit, first, second: first + second,
    "digit + first": lambda digit, first, second: digit + first,
    "digit + second": lambda digit, first, second: digit + second,
    "the digit alone": lambda digit, first, second: digit,
    "digit + 2 * first": lambda digit, first, second: digit + 2 * first,
    "digit * first * second": lambda digit, first, second: digit * first * second,
}


def _form(thing) -> str:
    """What a thing is made of, in words."""
    if isinstance(thing, (tuple, list)):
        return f"({', '.join(map(_form, thing))})"
    if isinstance(thing, str):
        return "text"
    shape = tuple(np.shape(thing))
    return {(): "number", (28, 28): "image"}.get(shape, f"tensor{list(shape)}")


def _look_at_examples(function, image, digit) -> dict:
    """What many examples have in common; the numbers in them are drawn at random."""
    images, digits = torch.randint(256, (10, 28, 28)), [digit] * 12 + [*range(10)] * 8
    examples = [(one, function(images[one], torch.tensor(one))) for one in digits]
    found: dict = {"the form": _form(examples[0][1])}
    if found["the form"] != "((image, number, number), (number, number))":
        return found
    rows = [(one, *map(int, (first, second, named, total)))
            for one, ((_, first, second), (named, total)) in examples]
    _, firsts, seconds, named, _ = zip(*rows)
    fits = [name for name, total in TOTALS.items()
            if all(row[4] == total(*row[:3]) for row in rows)]
    return found | {
        "the image": "as it was given" if all(torch.equal(example[0][0], images[one])
                                              for one, example in examples) else "changed",
        "the digit": "as it was given" if named == tuple(digits) else "another",
        "the first number for the same image": _drawn(firsts[:12]),
        "the second number for the same image": _drawn(seconds[:12]),
        "the first numbers": f"from {min(firsts)} to {max(firsts)}",
        "the second numbers": f"from {min(seconds)} to {max(seconds)}",
        "the second number": "always the first" if firsts == seconds else "one of its own",
        "the total": fits[0] if fits else "something else",
    }


def _drawn(numbers) -> str:
    return "drawn anew each time" if len(set(numbers)) > 1 else "always the same"


ONE_EACH = ("A number is in a list of its own: `torch.randint(10, (1,))` draws a list of one, "
            "`torch.randint(10, ())` a number.")


@checks.add(
    "The total goes from 0 to 27 here, so as a one-hot vector it has 28 values.",
    probes=lambda: [(torch.randint(256, (28, 28)), 7)],
    observe=_look_at_examples,
    mistakes={
        "All five are there. What goes in and what should come out need brackets of their own: "
        "`return (image, first, second), (digit, total)`.":
            ("(image, first, second), (digit, total)", "image, first, second, digit, total"),
        "The image should come first in the example, the digit in its second part.":
            [("(image, first, second)", "(first, second, image)"),
             ("(image, first, second), (digit, total)", "(digit, total), (image, first, second)")],
        ONE_EACH: [("()", "(1,)"), ("total = digit + first + second", "first, second = [first], "
                                    "[second]; total = [digit + first[0] + second[0]]")],
        "The two numbers stand in one tensor or list. Each is a thing of its own in the example.":
            [("image, first, second)", "image, (first, second))"),
             ("image, first, second)", "image, torch.stack([first, second]))")],
        "The second number is missing: three things go in.":
            ("image, first, second)", "image, first)"),
        "`torch.randint(10)` lacks a shape: `torch.randint(10, ())` draws a single number.":
            ("(10, ())", "(10)"),
        "Digit and total are exchanged.": ("(digit, total)", "(total, digit)"),
        "The same image gets the same number every time. Draw it in the function, without a seed.":
            [("first = torch", "torch.manual_seed(0); first = torch"),
             ("first = torch.randint(10, ())", "first = torch.tensor(3)")],
        "The number 9 never comes: `torch.randint(10, ())` draws from 0 to 9, the 10 itself never "
        "comes.": ("(10,", "(9,"),
        "The number 10 comes up: `torch.randint(10, ())` draws from 0 to 9.": ("(10,", "(11,"),
        "The number 0 never comes. `torch.randint(10, ())` draws from 0 to 9.":
            ("(10, ())", "(1, 10, ())"),
        "Both numbers are always the same. Draw twice.":
            ("second = torch.randint(10, ())", "second = first"),
        "The digit is missing in the total.": ("digit + first", "first"),
        "The second number is missing in the total.": (" + second\n", "\n"),
        "The first number is missing in the total.": ("digit + first", "digit"),
        "The total is the digit alone. Add both numbers.":
            ("digit + first + second", "digit + 0"),
        "The first number is in the total twice.":
            ("digit + first + second", "digit + first + first"),
        "They are multiplied. A total adds.": ("digit + first + second", "digit * first * second"),
        "The total isn't made of the numbers in the example. Draw each once, keep it under a name, "
        "and use that twice.":
            ("digit + first + second", "digit + torch.randint(10, ()) + torch.randint(10, ())"),
    },
)
def make_example(image, digit):
    first = torch.randint(10, ())
    second = torch.randint(10, ())
    total = digit + first + second
    return (image, first, second), (digit, total)


def _look_at_split(function, count, train_count, seed) -> dict:
    """What must hold for a split, whatever the shuffling is."""
    parts = function(count, train_count, seed)
    several = isinstance(parts, (tuple, list)) and all(hasattr(part, "__len__") and len(
        np.shape(part)) == 1 or isinstance(part, set) for part in parts)
    if not several or len(parts) != 2:
        return {"what comes back": f"{len(parts)} lists" if several else _form(parts)}
    train, validation = map(_indices, parts)
    every = set(range(count))
    again, other = (_indices(function(count, train_count, s)[0]) for s in (seed, seed + 1))
    return {
        "what comes back": "2 lists",
        "the sizes": (len(train), len(validation)),
        "how many indices are in both parts": len(set(train) & set(validation)),
        "how many indices are missing": len(every - {*train, *validation}),
        "how many are none of these": len({*train, *validation} - every),
        "how many come twice": len(train + validation) - len({*train, *validation}),
        "the order": "shuffled" if sorted(train) not in (
            [*range(train_count)], [*range(count - train_count, count)]) else "not shuffled",
        "the same seed": "the same split" if sorted(again) == sorted(train) else "another split",
        "another seed": "another split" if sorted(other) != sorted(train) else "the same split",
    }


def _indices(part) -> list[int]:
    return part.int().tolist() if isinstance(part, torch.Tensor) else list(map(int, part))


CUT = "order[:train_count], order[train_count:]"


@checks.add(
    "No image is in both parts, and whoever knows the seed gets the same split.",
    probes=lambda: [(10, 6, 0)] + [(rand_int(200, 300), rand_int(110, 180), s) for s in range(3)],
    observe=_look_at_split,
    mistakes={
        "It should return two things: the indices for training, and those for testing. Not how "
        "many they are.": (CUT, "train_count, count - train_count"),
        "That is the whole order. Cut it in two: `order[:n]` and `order[n:]`.": (CUT, "order"),
        "You still split 60,000 images, as the lesson does. Here there are `count`.":
            ("randperm(count", "randperm(60_000"),
        "The first 48,000 are for training in the lesson. Here it is `train_count`.":
            (CUT, "order[:48_000], order[48_000:]"),
        "The parts are exchanged: training comes first.":
            [(CUT, "order[train_count:], order[:train_count]"),
             (CUT, "order[:count - train_count], order[count - train_count:]")],
        "An index is lost where the order is cut. `order[:n]` ends just before index n, and "
        "`order[n:]` begins with it.":
            [(CUT, "order[:train_count], order[train_count + 1:]"),
             (CUT, "order[:train_count - 1], order[train_count:]"),
             (CUT, "order[:train_count], order[train_count:-1]"),
             (CUT, "order[1:train_count + 1], order[train_count + 1:]")],
        "Some indices are in both parts: a network could know the answers of its test by heart. "
        "Shuffle once, and cut that order in two.":
            [(CUT, "order[:train_count], torch.randperm(count)[train_count:]"),
             (CUT, "order[:train_count], order[:count - train_count]")],
        "One is in both parts: `order[:n]` ends just before index n.":
            (CUT, "order[:train_count], order[train_count - 1:]"),
        "All of the order is for training, and then a part of it for testing, too. Cut it in two.":
            (CUT, "order, order[train_count:]"),
        "The indices start from 1. In Python they start from 0.": (CUT, CUT.replace("]", "] + 1")),
        "They are drawn with repeats, so that some come twice and others never. `randperm` "
        "shuffles.": ("torch.randperm(count,", "torch.randint(count, (count,),"),
        "The indices are cut in two but not shuffled: one part could hold all the sloppy writers.":
            ("torch.randperm(count, generator=generator)", "torch.arange(count)"),
        "The same seed gave another split the second time: the shuffling should start from the "
        "seed, `generator=generator`.": (", generator=generator", ""),
        "Another seed gave the same split: shuffle by the seed that is given.":
            [("(seed)", "(0)"), ("(seed)", "(42)")],
        "`generator` is a generator, not a number: `torch.Generator().manual_seed(seed)` makes "
        "one.": ("generator=generator", "generator=seed"),
    },
)
def split(count, train_count, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(count, generator=generator)
    return order[:train_count], order[train_count:]


@in_style
def plot_grid(images) -> Figure:
    """Images (1, height, width), 0 to 1, in rows of three."""
    rows = -(-len(images) // 3)
    figure = plt.figure(figsize=(3.6, 1.2 * rows))
    for position, image in enumerate(images, start=1):
        draw_image(figure.add_subplot(rows, 3, position), image[0], "", black=0, white=1)
    return labelled(figure, f"{len(images)} images, white on black, in rows of three.")


@in_style
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
        ax.set(title=name, xlim=(-0.02, 1.02), ylim=(19.1, -0.1))  # a box is as high in each
    return labelled(figure, f"An image of a {digit} and the one-hot vectors of {number}, {digit} "
                             f"and {total}.")


def _draw_vector(ax, value: int, size: int) -> None:
    """A one-hot vector as a column of boxes, from index 0 down."""
    for index in range(size):
        meant = index == value
        colour = BLUE if meant else "none"
        ax.add_patch(Rectangle((0, index), 1, 1, linewidth=0.6, facecolor=colour, edgecolor=GREY))
        ax.text(0.5, index + 0.5, int(meant), color="white" if meant else GREY, ha="center",
                va="center_baseline")
    ax.set(xticks=[], yticks=np.arange(size) + 0.5, yticklabels=range(size))
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


@in_style
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
