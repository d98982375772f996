"""Data generation: what the lesson asks, checks and draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
import torch
import torch.nn.functional as F
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor, nn

from mnist_adder_lib.data import AdderDataset, as_input, load_splits
from mnist_adder_lib.plots import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    draw_image,
    in_style,
    labelled,
    write_readably,
)

from ..exercises.checks import Checks, Observed, rand_int
from ..exercises.questions import Guesses
from ..exercises.values import is_numbers, kind_of, plain, same


def _what_changes(examples: list) -> str:
    """examples: (digit, number), drawn several times from one index."""
    if len({digit for digit, _ in examples}) > 1:
        return "the digit"
    return "the number" if len(set(examples)) > 1 else "nothing"


guesses = Guesses.load("data_generation", same_example=_what_changes)
checks = Checks()


@checks.add(
    "The length says how many classes there are, and the index says which one is meant. No class "
    "is more than another.",
    probes=lambda: [(2, 5), (7, 10), (9, 19), (rand_int(1, 13), 15), (17, 19), (0, 6), (5, 6)],
    without=[F.one_hot],
    mistakes={
        "All values are 0: `vector[index] == 1` only asks whether it is 1. A single `=` sets it.":
            ("[index] = 1", "[index] == 1"),
        "All values are 1. Only the one at `index` should be.": lambda index, size: [1] * size,
        "The 1 is one place too far: an index is counted from 0.":
            [lambda index, size: [int(i == index + 1) for i in range(size)],
             ("[index]", "[index + 1]")],
        "The 1 is one place too early: an index is counted from 0.":
            [lambda index, size: [int(i == index - 1) for i in range(size)],
             ("[index]", "[index - 1]")],
        "The 1 is counted from the end. Count from the front.":
            [("[index]", "[-index]"), ("[index]", "[-index - 1]"),
             ("[index]", "[size - index - 1]"), ("[index]", "[size - index]")],
        "The value at the index is the index itself. It should be 1, whatever the index is.":
            ("= 1", "= index"),
        "Every value up to `index` is 1. Only the one at `index` should be.":
            [lambda index, size: [int(i <= index) for i in range(size)],
             lambda index, size: [int(i < index) for i in range(size)]],
        "0 and 1 are swapped: a single value should be 1, and all others 0.":
            lambda index, size: [int(i != index) for i in range(size)],
        "`index` and `size` are swapped: the vector has `size` values.":
            [("* size", "* index", "[index]", "[size]"), lambda index, size: [0] * index,
             lambda index, size: np.eye(index)[size], lambda index, size: torch.eye(index)[size]],
        "`torch.zeros(index, size)` is a table of `index` rows. A vector is `torch.zeros(size)`.":
            [lambda index, size: torch.zeros(index, size),
             ("[0] * size", "torch.zeros(index, size)")],
        "These are all the rows of the table from `index` on. Take only the row at `index`.":
            lambda index, size: torch.eye(size)[index:],
        "That is a table with a single row, a list in a list. Take the row out of it.":
            [lambda index, size: [[int(i == index) for i in range(size)]],
             lambda index, size: torch.eye(size)[index : index + 1]],
        "That is the table of all classes. Take the row at `index`.":
            lambda index, size: torch.eye(size),
        "It always has ten values. Here there should be `size` of them.": ("* size", "* 10"),
        "It has one value too many: `append` and `insert` make a list longer; `vector[2] = 1` "
        "changes one that is there.":
            [lambda index, size: [int(i == index) for i in range(size + 1)],
             lambda index, size: [0] * size + [1]],
        "It has one value too few: `size` values have the indices 0 to size - 1.":
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


FORM = "((image, number, number), (number, number))"
TOGETHER = ("The two numbers are together in one tensor or list. In the example, each is an input "
            "of its own.")
FORMS = {  # other forms of a result, and the remark on each
    "(image, number, number, number, number)":
        "All five are there. What goes in and what should come out need brackets of their own: "
        "`return (image, first, second), (digit, total)`.",
    "((number, number, image), (number, number))":
        "The image should come first in the example, the digit in its second part.",
    "((number, number), (image, number, number))":
        "The image should come first in the example, the digit in its second part.",
    "((image, (number, number)), (number, number))": TOGETHER,
    "((image, tensor[2]), (number, number))": TOGETHER,
    "((image, number), (number, number))":
        "The second number is missing: three things go in.",
}
ONE_EACH = ("Each number is in a list of its own: `torch.randint(10, (1,))` draws a list of one "
            "number, `torch.randint(10, ())` draws a single number.")
OTHER_IMAGE = "The image isn't the one that was given."
EXCHANGED = "Digit and total are swapped."
OTHER_DIGIT = "The digit in the example isn't the one that was given."
ALWAYS = ("The same image gets the same number every time. Draw the number in the function, "
          "without a seed.")
NO_NINE = ("The number 9 never comes up. `torch.randint(10, ())` draws from 0 to 9: the end, 10, "
           "isn't included.")
TOO_LARGE = "Numbers above 9 come up: `torch.randint(10, ())` draws from 0 to 9."
NO_ZERO = "The number 0 never comes up. `torch.randint(10, ())` draws from 0 to 9."
BELOW_ZERO = "Numbers below 0 come up: `torch.randint(10, ())` draws from 0 to 9."
NOT_WHOLE = "Some numbers have decimals. Draw whole numbers."
NEVER_EQUAL = ("The two numbers are never the same. Each is drawn from 0 to 9 on its own, so now "
               "and then both are equal: call `torch.randint(10, ())` twice.")
IN_ORDER = ("The two numbers are always in order. Leave them as they were drawn: either may be the "
            "larger one.")
UNEVEN = ("Some numbers from 0 to 9 come up much more often than others. All ten should be equally "
          "likely, as `torch.randint(10, ())` draws them.")
FAR_FROM_EVEN = 60  # chi-squared of ten counts; even ones reach it less than once in 10^8 times
ALIKE = "Both numbers are always the same. Draw twice."
FOLLOWS = "The second number always follows from the first. Draw it as well."
NOT_THE_TOTAL = ("The total isn't the digit plus the two numbers in the example. If you draw again "
                 "for the total, other numbers come up: draw each number once, give it a name, and "
                 "use the name twice.")
TOTALS = {  # wrong ways to make a total, and the remark on each
    "The digit is missing in the total.": lambda digit, first, second: first + second,
    "The second number is missing in the total.": lambda digit, first, second: digit + first,
    "The first number is missing in the total.": lambda digit, first, second: digit + second,
    "The total is the digit alone. Add both numbers.": lambda digit, first, second: digit,
    "The first number is in the total twice.":
        lambda digit, first, second: digit + first + first,
    "You multiplied. A total is a sum.": lambda digit, first, second: digit * first * second,
    "You multiplied the two numbers. The total is the sum of all three.":
        lambda digit, first, second: digit + first * second,
}


def _form(thing) -> str:
    """What a thing is made of, in words."""
    if isinstance(thing, (tuple, list)):
        return f"({', '.join(map(_form, thing))})"
    numbers = plain(thing)
    if not is_numbers(numbers):
        return kind_of(thing)
    shape = tuple(numbers.shape)
    return {(): "number", (28, 28): "image"}.get(shape, f"tensor{list(shape)}")


def _look_at_examples(function, image, digit) -> Observed:
    """Rules for many examples, whose numbers are drawn at random."""
    images, digits = torch.randint(256, (10, 28, 28)), [digit] * 12 + [*range(10)] * 100
    examples = [function(images[one], torch.tensor(one)) for one in digits]
    form = _form(examples[0])
    if form != FORM:
        return Observed(rules={_why_form(form): False})
    rows = [[float(number) for number in (first, second, named, total)]
            for (_, first, second), (named, total) in examples]
    firsts, seconds, named, totals = zip(*rows)
    drawn = [*firsts, *seconds]
    sums = [sum(row) for row in zip(digits, firsts, seconds)]
    return Observed(rules={
        OTHER_IMAGE: all(same(example[0][0], images[one])
                         for one, example in zip(digits, examples)),
        EXCHANGED: named == tuple(digits) or list(totals) != digits,
        OTHER_DIGIT: named == tuple(digits),
        ALWAYS: all(len(set(numbers[:12])) > 1 for numbers in (firsts, seconds)),
        NOT_WHOLE: all(number == int(number) for number in drawn),
        TOO_LARGE: max(drawn) <= 9, BELOW_ZERO: min(drawn) >= 0,
        **_about_missing(firsts), **_about_missing(seconds),
        NO_NINE: max(firsts) >= 9 and max(seconds) >= 9,
        NO_ZERO: min(firsts) <= 0 and min(seconds) <= 0,
        ALIKE: firsts != seconds,
        FOLLOWS: len(set(zip(firsts, seconds))) > 30,  # of 100 pairs, in 1,012 examples
        **_about_totals(digits, firsts, seconds, totals),
        NOT_THE_TOTAL: list(totals) == sums,
        NEVER_EQUAL: any(map(float.__eq__, firsts, seconds)),
        IN_ORDER: not _in_order(firsts, seconds) and not _in_order(seconds, firsts),
        UNEVEN: _far_from_even(firsts) < FAR_FROM_EVEN and _far_from_even(seconds) < FAR_FROM_EVEN,
    })


def _about_missing(drawn: tuple) -> dict[str, bool]:
    """That, of the numbers 0 to 9, more than the first or the last never come up."""
    there = sorted(set(drawn))
    few = len(there) < 9 and {*there} <= {*range(10)}
    listed = ", ".join(f"{number:g}" for number in there)
    return {f"Only these numbers come up: {listed}. All from 0 to 9 should.": not few}


def _in_order(smaller: tuple, larger: tuple) -> bool:
    return all(a <= b for a, b in zip(smaller, larger))


def _far_from_even(numbers: tuple) -> float:
    """Chi-squared of how often each of 0 to 9 comes up, against equally often."""
    counts = np.bincount(np.asarray(numbers, int), minlength=10)
    return float(((counts - counts.mean()) ** 2 / counts.mean()).sum())


def _why_form(form: str) -> str:
    """The remark on an example of another form."""
    if form.replace("tensor[1]", "number").replace("(number)", "number") == FORM:
        return ONE_EACH
    return FORMS.get(form, "The example should have the form `(image, first, second), (digit, "
                           f"total)`, which is {FORM}. Yours has the form {form}.")


def _about_totals(digits, firsts, seconds, totals) -> dict[str, bool]:
    """What totals that are wrong may be, and that they aren't."""
    rows = list(zip(digits, firsts, seconds))
    right = all(sum(row) == total for row, total in zip(rows, totals))
    return {reason: right or any(other(*row) != total for row, total in zip(rows, totals))
            for reason, other in TOTALS.items()}


@checks.add(
    "The total goes from 0 to 27 here, so as a one-hot vector it has 28 values.",
    probes=lambda: [(torch.randint(256, (28, 28)), 7)],
    observe=_look_at_examples,
    mistakes={
        FORMS["(image, number, number, number, number)"]:
            ("(image, first, second), (digit, total)", "image, first, second, digit, total"),
        FORMS["((number, number, image), (number, number))"]:
            [("(image, first, second)", "(first, second, image)"),
             ("(image, first, second), (digit, total)", "(digit, total), (image, first, second)")],
        ONE_EACH: [("()", "(1,)"), ("total = digit + first + second", "first, second = [first], "
                                    "[second]; total = [digit + first[0] + second[0]]")],
        FORMS["((image, (number, number)), (number, number))"]:
            [("image, first, second)", "image, (first, second))"),
             ("image, first, second)", "image, torch.stack([first, second]))")],
        FORMS["((image, number), (number, number))"]:
            ("image, first, second)", "image, first)"),
        "`torch.randint(10)` lacks a shape: `torch.randint(10, ())` draws a single number.":
            ("(10, ())", "(10)"),
        OTHER_IMAGE: ("image, first, second)", "image / 255, first, second)"),
        EXCHANGED: ("(digit, total)", "(total, digit)"),
        OTHER_DIGIT: ("(digit, total)", "(first, total)"),
        ALWAYS: [("first = torch", "torch.manual_seed(0); first = torch"),
                 ("first = torch.randint(10, ())", "first = torch.tensor(3)")],
        NO_NINE: ("(10,", "(9,"),
        TOO_LARGE: ("(10,", "(11,"),
        NO_ZERO: ("(10, ())", "(1, 10, ())"),
        BELOW_ZERO: ("(10, ())", "(-9, 10, ())"),
        NOT_WHOLE: ("torch.randint(10, ())", "torch.rand(()) * 9"),
        ALIKE: ("second = torch.randint(10, ())", "second = first"),
        FOLLOWS: ("second = torch.randint(10, ())", "second = 9 - first"),
        NEVER_EQUAL: ("second = torch.randint(10, ())",
                      "second = (first + torch.randint(1, 10, ())) % 10"),
        IN_ORDER: [("second = torch.randint(10, ())",
                    "second = torch.randint(10, ()); first, second = sorted([first, second])"),
                   ("second = torch.randint(10, ())", "second = torch.randint(10, ()); first, "
                    "second = max(first, second), min(first, second)")],
        UNEVEN: ("torch.randint(10, ())", "(torch.randn(()) * 3 + 4.5).clamp(0, 9).long()"),
        **dict(zip(TOTALS, [
            ("digit + first", "first"), (" + second\n", "\n"), ("digit + first", "digit"),
            ("digit + first + second", "digit + 0"),
            ("digit + first + second", "digit + first + first"),
            ("digit + first + second", "digit * first * second"),
            ("digit + first + second", "digit + first * second")])),
        NOT_THE_TOTAL:
            ("digit + first + second", "digit + torch.randint(10, ()) + torch.randint(10, ())"),
    },
)
def make_example(image, digit):
    first = torch.randint(10, ())
    second = torch.randint(10, ())
    total = digit + first + second
    return (image, first, second), (digit, total)


NOT_TWO = ("It should return two things, each a list or a tensor: the indices for training, and "
           "those for validation.")
NOT_HOW_MANY = f"{NOT_TWO[:-1]}. Not how many they are."
ONE_ORDER = "That is the whole order. Cut it in two: `order[:n]` and `order[n:]`."
ALL_60000 = "You still split 60,000 images, as the lesson does. Here there are `count` of them."
ALL_TO_TRAIN = ("All indices are in the first part, and none is left for the second. In the lesson "
                "the first 48,000 are for training. Here it is `train_count`.")
WRONG_WAY = "The parts are swapped: training comes first."
LOST = ("An index is lost where the order is cut. `order[:n]` ends just before index n, and "
        "`order[n:]` begins with it.")
LAST_MISSING = ("The index `count - 1` is in neither part, whatever the seed is. `randperm(count)` "
                "shuffles the indices 0 to `count - 1`.")
MISSING = "Some indices from 0 to `count - 1` are in neither part."
FROM_ONE = "The indices start from 1. In Python they start from 0."
NO_INDICES = "There are indices that no image has: they go from 0 to `count - 1`."
ALL_AND_PART = ("The first part is the whole order, and the second repeats some of it. Cut the "
                "order in two.")
ONE_IN_BOTH = "One index is in both parts: `order[:n]` ends just before index n."
IN_BOTH = ("Some indices are in both parts: a network could know the validation images by heart. "
           "Shuffle once, and cut that order in two.")
TWICE = ("The indices are drawn with repeats: some come twice, and others never. `randperm` "
         "shuffles them.")
OTHER_SIZE = "The first part should have `train_count` indices."
UNSHUFFLED = ("The indices are cut in two but not shuffled: one part could hold all the sloppy "
              "writers.")
SORTED = ("The indices of a part are in order again. Return them in the order in which they were "
          "shuffled, so that the first 500 of a part are 500 random images.")
A_SET = "A set has no order and no first 500. Return two lists or tensors."
NOT_FROM_SEED = ("The same seed gave another split the second time: the shuffling should start "
                 "from the seed, `generator=generator`.")
ONE_SEED = "Another seed gave the same split: shuffle with the seed that is given."
FEW_SPLITS = ("Some seeds give the same split. Start the shuffling from `seed` itself, not from "
              "something computed from it.")


def _look_at_split(function, count, train_count, seed) -> Observed:
    """Rules for a split, however it is shuffled."""
    parts = function(count, train_count, seed)
    if not isinstance(parts, (tuple, list)) or not all(map(_is_row, parts)):
        whole = _is_row(parts) and len(parts) == count
        sizes = _is_row(parts) and list(parts) == [train_count, count - train_count]
        reason = NOT_HOW_MANY if sizes else ONE_ORDER if whole else NOT_TWO
        return Observed(rules={reason: False})
    if len(parts) != 2:
        return Observed(rules={f"It should return two things, but yours returns {len(parts)}.":
                               False})
    train, validation = map(_indices, parts)
    again, *others = (function(count, train_count, s) for s in (seed, *range(seed + 1, seed + 6)))
    in_other = {*_indices(others[0][0]), *_indices(others[0][1])}
    again, *others = (sorted(_indices(parts[0])) for parts in (again, *others))
    all_but_last = {*range(count - 1)}
    return Observed(rules={
        LAST_MISSING: not {*train, *validation} == in_other == all_but_last,
    } | _about_parts(train, validation, count, train_count) | {
        UNSHUFFLED: sorted(train) not in ([*range(train_count)],
                                          [*range(count - train_count, count)]),
        NOT_FROM_SEED: again == sorted(train),
        ONE_SEED: others[0] != sorted(train),
        FEW_SPLITS: sorted(train) not in others,
        A_SET: not any(isinstance(part, (set, frozenset)) for part in parts),
        SORTED: train != sorted(train) and validation != sorted(validation),
    })


def _about_parts(train: list, validation: list, count: int, train_count: int) -> dict[str, bool]:
    """Rules for the indices in both parts."""
    every, both, all_there = set(range(count)), set(train) & set(validation), {*train, *validation}
    missing, strange = every - all_there, all_there - every
    return {
        ALL_60000: len(train) + len(validation) != 60_000,
        FROM_ONE: not (missing == {0} and strange == {count}),
        NO_INDICES: not strange,
        TWICE: len(set(train)) == len(train) and len(set(validation)) == len(validation),
        ALL_TO_TRAIN: len(train) < count or len(validation) > 0,
        ALL_AND_PART: len(train) < count,
        ONE_IN_BOTH: len(both) != 1,
        IN_BOTH: not both,
        LOST: len(missing) != 1,
        MISSING: not missing,
        WRONG_WAY: (len(train), len(validation)) != (count - train_count, train_count)
            or 2 * train_count == count,
        OTHER_SIZE: len(train) == train_count,
    }


def _is_row(part) -> bool:
    """Whether something is a row of numbers: a list, a tensor, a set, ..."""
    numbers = plain(list(part) if isinstance(part, (set, range)) else part)
    return is_numbers(numbers) and numbers.ndim == 1


def _indices(part) -> list[int]:
    return list(map(int, part))


CUT = "order[:train_count], order[train_count:]"


@checks.add(
    "No index is in both parts, and anybody who knows the seed gets the same split.",
    probes=lambda: [(20, 12, 0)] + [(rand_int(200, 300), rand_int(110, 180), s) for s in range(3)],
    observe=_look_at_split,
    mistakes={
        NOT_TWO: (CUT, "5"),
        NOT_HOW_MANY: (CUT, "train_count, count - train_count"),
        ONE_ORDER: (CUT, "order"),
        ALL_60000: ("randperm(count", "randperm(60_000"),
        ALL_TO_TRAIN: (CUT, "order[:48_000], order[48_000:]"),
        WRONG_WAY: [(CUT, "order[train_count:], order[:train_count]"),
                    (CUT, "order[:count - train_count], order[count - train_count:]")],
        LOST: [(CUT, "order[:train_count], order[train_count + 1:]"),
               (CUT, "order[:train_count - 1], order[train_count:]"),
               (CUT, "order[:train_count], order[train_count:-1]"),
               (CUT, "order[1:train_count + 1], order[train_count + 1:]")],
        LAST_MISSING: ("randperm(count,", "randperm(count - 1,"),
        MISSING: (CUT, "order[:train_count], order[train_count + 2:]"),
        IN_BOTH: [(CUT, "order[:train_count], torch.randperm(count)[train_count:]"),
                  (CUT, "order[:train_count], order[:count - train_count]")],
        ONE_IN_BOTH: (CUT, "order[:train_count], order[train_count - 1:]"),
        ALL_AND_PART: (CUT, "order, order[train_count:]"),
        FROM_ONE: (CUT, CUT.replace("]", "] + 1")),
        NO_INDICES: (CUT, CUT.replace("]", "] - 1")),
        TWICE: ("torch.randperm(count,", "torch.randint(count, (count,),"),
        OTHER_SIZE: (CUT, "order[:train_count + 2], order[train_count + 2:]"),
        UNSHUFFLED: ("torch.randperm(count, generator=generator)", "torch.arange(count)"),
        NOT_FROM_SEED: (", generator=generator", ""),
        ONE_SEED: [("(seed)", "(0)"), ("(seed)", "(42)")],
        FEW_SPLITS: ("(seed)", "(seed % 2)"),
        A_SET: (CUT, "set(order[:train_count].tolist()), set(order[train_count:].tolist())"),
        SORTED: [(CUT, "order[:train_count].sort().values, order[train_count:].sort().values"),
                 (CUT, "order[:train_count], order[train_count:].sort().values")],
        "`generator` is a generator, not a number: `torch.Generator().manual_seed(seed)` makes "
        "one.": ("generator=generator", "generator=seed"),
    },
)
def split(count, train_count, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(count, generator=generator)
    return order[:train_count], order[train_count:]


CHOSEN_BY = ("That is the result by which you chose. Part of it is luck, because you took the "
             "highest. Report what the same network does on images that played no part in the "
             "choice.")
CHOSEN_TWICE = ("That is the best result on the fresh images. So you chose a second time, by the "
                "very images that should only judge.")
OF_ALL = "That is the mean of all networks. Report the result of the one that was chosen."
OTHER_WAY = "You let the fresh images choose, and report the few. It is the other way round."


def _few_and_fresh():
    """Yield accuracies of a few networks, on the images to choose by and on fresh ones."""
    yield torch.tensor([0.80, 0.86, 0.82, 0.84]), torch.tensor([0.85, 0.83, 0.84, 0.86])
    for count in (6, 40):
        yield torch.rand(count), torch.rand(count)


@checks.add(
    "You choose by one set and report what another one says. That is all that a test set is for.",
    probes=_few_and_fresh,
    mistakes={
        CHOSEN_BY: ("fresh[few.argmax()]", "few.max()"),
        CHOSEN_TWICE: ("fresh[few.argmax()]", "fresh.max()"),
        OF_ALL: [("fresh[few.argmax()]", "fresh.mean()"), ("fresh[few.argmax()]", "few.mean()")],
        OTHER_WAY: ("fresh[few.argmax()]", "few[fresh.argmax()]"),
        "That says which network was chosen. Report its accuracy on the fresh images.":
            ("fresh[few.argmax()]", "few.argmax()"),
        "That says which network is the best on the fresh images. Choose by the few, and report an "
        "accuracy.": ("fresh[few.argmax()]", "fresh.argmax()"),
        "The best network is the one with the highest accuracy. `.argmin()` finds the lowest.":
            [("argmax", "argmin"), ("fresh[few.argmax()]", "few.min()")],
        "The fresh images had a say in the choice. Choose by the few alone.":
            [("few.argmax()", "(few + fresh).argmax()"),
             ("few.argmax()", "(few * fresh).argmax()")],
        "That is how far the chosen network is above the mean. Report its accuracy.":
            [("fresh[few.argmax()]", "fresh[few.argmax()] - fresh.mean()"),
             ("fresh[few.argmax()]", "few.max() - few.mean()")],
        "That is by how much the result fell. Report the accuracy on the fresh images.":
            [("fresh[few.argmax()]", "few.max() - fresh[few.argmax()]"),
             ("fresh[few.argmax()]", "fresh[few.argmax()] - few.max()")],
        "You averaged both results of the chosen network. In the one on the few images there is "
        "luck, so leave it out.":
            ("fresh[few.argmax()]", "(few.max() + fresh[few.argmax()]) / 2"),
        "Report one number, the accuracy on the fresh images. The other one has done its work.":
            [("fresh[few.argmax()]", "few.max(), fresh[few.argmax()]"),
             ("fresh[few.argmax()]", "fresh[few.argmax()], few.max()")],
        "`.max()` is the highest accuracy. An index goes into the brackets: `.argmax()`.":
            ("argmax", "max"),
        "That is the accuracy of one fixed network. `few.argmax()` says which one is the best.":
            [("few.argmax()", "0"), ("few.argmax()", "-1")],
        "You chose by how far a network falls. Choose the one that is best on the few.":
            [("few.argmax()", "(few - fresh).argmin()"), ("few.argmax()", "(fresh - few).argmax()"),
             ("few.argmax()", "(few - fresh).argmax()")],
    },
)
def honest(few, fresh):
    return fresh[few.argmax()]


@in_style
def plot_window(image, window, row: int, column: int) -> Figure:
    """An image with a frame around a window, and next to it the window's numbers.

    image, window: (height, width) whole numbers from 0 to 255; row, column: of the window's first
    pixel.
    """
    height, width = window.shape
    figure, (whole, numbers) = plt.subplots(1, 2, figsize=(5.5, 2.7))
    draw_image(whole, image, black=0, white=255)
    whole.add_patch(Rectangle((column - 0.5, row - 0.5), width, height, fill=False,
                              edgecolor=ORANGE, linewidth=2))
    sns.heatmap(window, annot=True, fmt="d", cmap="gray", vmin=0, vmax=255, cbar=False, ax=numbers,
                xticklabels=range(column, column + width), yticklabels=range(row, row + height))
    write_readably(numbers)
    numbers.set(xlabel="column", ylabel="row")
    numbers.tick_params(rotation=0, length=0)
    numbers.add_patch(Rectangle((0, 0), width, height, fill=False, edgecolor=ORANGE, linewidth=4))
    rows = "; ".join(" ".join(map(str, line)) for line in np.asarray(window))
    return labelled(figure, "A handwritten digit, white on black. In its frame, row by row: "
                            f"{rows}.")


@in_style
def plot_splits(**splits: AdderDataset) -> Figure:
    """The first nine examples of each split, titled `7 + 8 = 15`, in a grid under the split's name.

    The images are shown as the network gets them.
    """
    figure = plt.figure(figsize=(8.6, 3.6))
    columns, words = figure.add_gridspec(1, len(splits)), []
    for column, (name, split) in enumerate(splits.items()):
        grid = figure.add_subfigure(columns[0, column])
        grid.suptitle(name, fontsize=11, color=GREY)
        for position in range(9):
            (image, number), (digit, total) = split[position]
            title = f"{digit} + {number} = {total}"
            draw_image(grid.add_subplot(3, 3, position + 1), image[0], title)
        titles = [ax.get_title() for ax in grid.axes]
        words.append(f"{name}: {'; '.join(titles)}")
        for ax in grid.axes:
            ax.title.set_fontsize(9)
    return labelled(figure, f"Handwritten digits in {len(splits)} grids. {'. '.join(words)}.")


def accuracies_of_many(mnist, to_train: Tensor, to_read: list[Tensor],
                       count: int = 1000) -> list[Tensor]:
    """How many of some images each of many networks reads that tell even digits from odd ones.

    A network of 784 weights is trained as in lesson 1. The others are made of it: small random
    values are added to its weights.

    mnist: has `data`, uint8 (n, 28, 28), and `targets`, (n,); to_train: indices of the images to
    learn from; to_read: indices of the images to read, several times. Returns for each of these the
    accuracies of all networks, (count,), 0 to 1; the same ones each time.
    """
    images, labels = _even_or_odd(mnist, to_train)
    weights = torch.zeros(784, requires_grad=True)
    for _ in range(100):
        loss = -F.logsigmoid(images @ weights * labels).mean()
        (gradient,) = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            weights -= 0.1 * gradient
    changes = torch.randn(784, count, generator=torch.Generator().manual_seed(0))
    networks = weights.detach()[:, None] + 0.05 * changes
    return [_accuracies(networks, *_even_or_odd(mnist, indices)) for indices in to_read]


def _even_or_odd(mnist, indices: Tensor) -> tuple[Tensor, Tensor]:
    """Images as rows, 0 to 1, and their labels, 1 for an even digit and -1 for an odd one."""
    even = mnist.targets[indices] % 2 == 0
    return mnist.data[indices].flatten(1).float() / 255, torch.where(even, 1.0, -1.0)


def _accuracies(networks: Tensor, images: Tensor, labels: Tensor) -> Tensor:
    """networks: a column of weights each."""
    return (images @ networks * labels[:, None] > 0).float().mean(dim=0)


class TwoForms(NamedTuple):
    """What two networks learned of a rule for the numbers 0 to 9."""

    title: str
    right: Tensor  # (10,) the right answers
    line: Tensor  # (10,) the answers to a plain number
    dots: Tensor  # (10,) the answers to a one-hot vector
    hidden: Sequence[int]  # the numbers that were left out of training


def learn_two_forms(title: str, right: Tensor, hidden: Sequence[int] = ()) -> TwoForms:
    """Learn a rule twice: from the plain number, and from its one-hot vector.

    The first network computes number * weight + offset, the second chooses one of ten weights.

    right: (10,) the right answers to the numbers 0 to 9; hidden: numbers that aren't shown.
    """
    shown = [number for number in range(10) if number not in hidden]
    numbers = torch.arange(10.0)
    plain_number = torch.stack([numbers, torch.ones(10)], dim=1)
    line, dots = (inputs @ _learned_weights(inputs[shown], right[shown])
                  for inputs in (plain_number, torch.eye(10)))
    return TwoForms(title, right, line, dots, hidden)


def _learned_weights(inputs: Tensor, answers: Tensor) -> Tensor:
    """Weights, (n,), from 0 on, whose answers `inputs @ weights` have a small squared error."""
    weights = torch.zeros(inputs.shape[1], requires_grad=True)
    for _ in range(2000):
        loss = ((inputs @ weights - answers) ** 2).mean()
        (gradient,) = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            weights -= 0.02 * gradient
    return weights.detach()


@in_style
def plot_two_forms(*rules: TwoForms) -> Figure:
    """The answers learned from a plain number, a line, and from a one-hot vector, a dot for each
    number; grey dashes are the right answers, and what wasn't shown is shaded."""
    figure, axes = plt.subplots(1, len(rules), figsize=(5.5, 2.6), squeeze=False)
    said = []
    for ax, (title, right, line, dots, hidden) in zip(axes.flat, rules):
        _draw_right_answers(ax, right, hidden)
        ax.plot(range(10), line, color=ORANGE, label="plain number")
        ax.plot(range(10), dots, "o", color=BLUE, label="one-hot vector")
        ax.set(title=title)
        off = (line - right).abs().max()
        missed = [n for n in range(10) if abs(dots[n] - right[n]) > 0.1]
        said.append(f"{title}: the line is off by {off:.2f} at most, the dots miss "
                    f"{missed or 'none'}")
    axes[0, 0].set_ylabel("answer")
    axes[0, 0].legend()
    return labelled(figure, "Answers to the numbers 0 to 9, as a line and as dots. "
                    + "; ".join(said) + ".")


def _draw_right_answers(ax: Axes, right: Sequence | np.ndarray | Tensor,
                        hidden: Sequence[int]) -> None:
    """A dash for the right answer to each of the numbers 0 to 9, and a band at hidden ones."""
    for number in hidden:
        ax.axvspan(number - 0.4, number + 0.4, color=GREY, alpha=0.2, linewidth=0)
    for number, answer in enumerate(right):
        ax.plot([number - 0.3, number + 0.3], [answer] * 2, color=GREY)
    ax.set(xlabel="number", xticks=range(0, 10, 3))


@in_style
def plot_sizes(*splits: tuple[str, int, str]) -> Figure:
    """A bar of all images, to scale, cut into the splits; stripes show who wrote them.

    Each of the splits: name, number of images, whose images (the same text for the same people).
    """
    figure, ax = plt.subplots(figsize=(5.5, 1.7))
    people = dict.fromkeys(whose for _, _, whose in splits)
    start, stripes = 0, dict(zip(people, ["///", "...", "xxx"]))
    for (name, size, whose), colour in zip(splits, [BLUE, ORANGE, GREEN]):
        ax.barh(0, size, left=start, color="none", edgecolor=colour, linewidth=2,
                hatch=stripes[whose])
        ax.text(start + size / 2, 0.52, f"{name}\n{size:,}", ha="center", va="bottom",
                color=GREY)
        ax.text(start + size / 2, -0.5, whose, ha="center", va="top", color=GREY)
        start += size
    ax.set(ylim=(-1, 1.3), xlim=(-300, start + 300))
    ax.axis("off")
    said = ", ".join(f"{name} {size:,}, by {whose}" for name, size, whose in splits)
    return labelled(figure, f"A bar in {len(splits)} parts, to scale: {said}.")


@in_style
def plot_choice(few, fresh) -> Figure:
    """How far each of many networks is above the mean of all, on the few images by which one of
    them is chosen and on fresh ones: two columns of dots.

    few, fresh: accuracies, 0 to 1, of the same networks. An orange line leads from the network that
    is best on the few to the same network on the fresh images.
    """
    columns = [100 * (np.asarray(one) - np.mean(np.asarray(one))) for one in (few, fresh)]
    best = columns[0].argmax()
    few_lead, fresh_lead = (column[best] for column in columns)
    figure, ax = plt.subplots(figsize=(5.5, 3.4))
    aside = np.random.default_rng(0).uniform(-0.16, 0.16, len(columns[0]))  # dots don't hide dots
    ax.axhline(0, color=GREY, linewidth=1)
    for place, column in enumerate(columns):
        ax.plot(place + aside, column, "o", color=BLUE, markersize=2)
    ax.plot([0, 1], [few_lead, fresh_lead], "o-", color=ORANGE, markersize=9,
            markerfacecolor="none", markeredgewidth=2)
    for x, lead, side in [(-0.2, few_lead, "right"), (1.2, fresh_lead, "left")]:
        ax.text(x, lead, f"{lead:+.1f}", ha=side, va="center", color=GREY)
    ax.set(xlim=(-0.5, 1.5), xticks=[0, 1], ylabel="percentage points above the mean",
           xticklabels=["images we choose by", "fresh images"])
    return labelled(figure, f"Two columns of {len(few)} dots. On the images we choose by, the best "
                            f"network is {few_lead:.1f} percentage points above the mean, on fresh "
                            f"images the same network {fresh_lead:.1f}.")


def percent_read(mnist, to_train: Tensor, to_read: Tensor, mirror: bool = False) -> float:
    """How many of some images a small network reads after 800 training steps, in percent.

    It has 784 weights and a bias for each digit. With `mirror`, it is trained with a mirrored copy
    of each image as well, with the same label.

    mnist: has `data`, uint8 (n, 28, 28), and `targets`, (n,); to_train, to_read: indices.
    """
    images, digits = as_input(mnist.data[to_train]), mnist.targets[to_train]
    if mirror:
        images, digits = torch.cat([images, images.flip(3)]), torch.cat([digits, digits])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        optimizer = torch.optim.Adam(network.parameters(), lr=0.003)
        for _ in range(800):
            batch = torch.randint(len(images), (50,))
            optimizer.zero_grad()
            F.cross_entropy(network(images[batch]), digits[batch]).backward()
            optimizer.step()
    with torch.no_grad():
        read = network(as_input(mnist.data[to_read])).argmax(dim=1)
    return 100 * (read == mnist.targets[to_read]).float().mean().item()


@in_style
def plot_opening() -> Figure:
    """Four examples, and a rule of which the answer to one number was never shown."""
    train, _, _ = load_splits()
    figure = plt.figure(figsize=(6.4, 2.9), facecolor="white")
    columns = figure.add_gridspec(1, 2, width_ratios=[1, 1.25])
    examples, rule = (figure.add_subfigure(columns[0, column]) for column in (0, 1))
    examples.suptitle("learn from examples", fontsize=11, color=GREY)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for place, ax in enumerate(examples.subplots(2, 2).flat):
            (image, number), (digit, total) = train[place]
            draw_image(ax, image[0], f"{digit} + {number} = {total}")
    ax = rule.subplots()
    hidden, right = [7], np.arange(10.0) + 2
    _draw_right_answers(ax, np.where(np.isin(np.arange(10), hidden), np.nan, right), hidden)
    ax.text(hidden[0], right.mean(), "?", ha="center", va="center", color=RED, fontsize=26,
            weight="bold")
    ax.set(title="the 7 was never shown", ylabel="number + 2", xticks=range(10))
    return labelled(figure, "Left four handwritten digits, each with a number that is added to "
                            "it. Right number + 2 for the numbers 0 to 9, with a question mark in "
                            "place of the answer to 7, which was never shown.")


@in_style
def plot_example_vectors(dataset: AdderDataset, image: int, number: int) -> Figure:
    """The image at one index of a dataset, a chosen number, and the one-hot vectors of both
    and of their sum."""
    digit = int(dataset.digits[image])
    total = digit + number
    figure, (left, *rest) = plt.subplots(1, 4, figsize=(5.5, 4.2), width_ratios=[2.4, 1, 1, 1])
    draw_image(left, as_input(dataset.images[image])[0, 0], f"{digit} + {number} = {total}")
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
