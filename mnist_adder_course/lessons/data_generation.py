"""Data generation: what the lesson asks, checks and draws."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
import torch
import torch.nn.functional as F
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from mnist_adder_lib.data import load_splits

from ..exercises.checks import Checks, Observed, rand_int
from ..exercises.questions import Guesses
from ..exercises.values import is_numbers, plain, same
from ..plots import (
    BLUE,
    GREY,
    ORANGE,
    RED,
    draw_image,
    in_style,
    labelled,
    write_readably,
)

guesses = Guesses.load("data_generation")
checks = Checks()


NOT_PAIRS = "It should return two pairs, each in brackets: `(image, number), (digit, total)`."
FOUR_IN_A_ROW = ("Those are four things in a row. Make two pairs of them, each in brackets: "
                 "`(image, number), (digit, total)`.")
NOT_THE_IMAGE = "The first pair begins with the image, as it came in: `(image, number)`."
NOT_SINGLE = ("The number, the digit and the total should each be a single number. The empty shape "
              "does it: `torch.randint(10, ())`.")
NOT_WHOLE = "The number isn't whole: `torch.randint(10, ())` draws whole numbers."
DECIMAL = ("The number, the digit and the total are used as indices later, so they should be whole "
           "numbers: 7, not 7.0. Leave out what makes a decimal number of one of them, or put "
           "`int(...)` around it.")
TEXT = ("One of them is a text, in quotes or made by `str`. The number, the digit and the total "
        "should be numbers.")
ANOTHER_KIND = ("The image has its values, but it isn't the tensor any more that came in. Pass it "
                "on unchanged: `(image, number)`.")
NOT_THE_DIGIT = "The second pair begins with the digit, as it came in: `(digit, total)`."
CHANGED_DIGIT = ("`+=` has changed the digit itself. Make a new value in place of that: `total = "
                 "digit + number`.")
OUT_OF_RANGE = "The number should go from 0 to 9: `randint(10, ())` draws one of these ten."
ALWAYS_THE_SAME = ("The number is the same at every call. Draw it inside the function, and set no "
                   "seed there.")
NEVER_DRAWN = "One of the numbers 0 to 9 never came up: `randint(10, ())` draws all ten."
DRAWN_TWICE = ("The total is the digit plus another number. Draw the number once, give it a name, "
               "and use it in both pairs.")
NOT_THE_SUM = "The total should be the digit plus the number."


def _look_at_examples(make_example, image, digit) -> Observed:
    """Rules for examples of one image, whatever their numbers are."""
    given, right_digit = image.clone(), digit.item()
    examples = [make_example(image, digit) for _ in range(200)]
    if not all(map(_is_two_pairs, examples)):
        four = all(isinstance(example, (tuple, list)) and len(example) == 4
                   for example in examples)
        return Observed(rules={FOUR_IN_A_ROW if four else NOT_PAIRS: False})
    images, numbers, digits, totals = zip(*((*inputs, *answers) for inputs, answers in examples))
    if not all(same(one, given) for one in images):
        return Observed(rules={NOT_THE_IMAGE: False})
    if any(isinstance(one, str) for one in (*numbers, *digits, *totals)):
        return Observed(rules={TEXT: False})
    if not all(map(_is_single, (*numbers, *digits, *totals))):
        return Observed(rules={NOT_SINGLE: False})
    added = [float(total) - right_digit for total in totals]
    drawn = list(map(float, numbers))
    return Observed(rules={
        NOT_WHOLE: all(number.is_integer() for number in drawn),
        ANOTHER_KIND: all(isinstance(one, (Tensor, np.ndarray)) for one in images),
        CHANGED_DIGIT: digit.item() == right_digit,
        NOT_THE_DIGIT: all(float(one) == right_digit for one in digits),
        OUT_OF_RANGE: 0 <= min(drawn) and max(drawn) <= 9,
        ALWAYS_THE_SAME: len(set(drawn)) > 1,
        NEVER_DRAWN: len(set(drawn)) == 10,
        DRAWN_TWICE: added == drawn or not set(added) <= {*range(10)} or len(set(added)) == 1,
        NOT_THE_SUM: added == drawn,
        DECIMAL: all(map(_are_whole, (numbers, digits, totals))),
    })


def _are_whole(row) -> bool:
    """Whether a row, a list or a tensor, is of whole numbers, such as an index is."""
    row = row if isinstance(row, (Tensor, np.ndarray)) else list(row)
    return torch.as_tensor(row).dtype in (torch.int64, torch.int32)


def _is_two_pairs(example) -> bool:
    return (isinstance(example, (tuple, list)) and len(example) == 2
            and all(isinstance(pair, (tuple, list)) and len(pair) == 2 for pair in example))


def _is_single(value) -> bool:
    """Whether something is one number: a plain one, or a tensor with the empty shape."""
    number = plain(value)
    return is_numbers(number) and number.ndim == 0 and bool(np.isfinite(number))


@checks.add(
    "One image makes ten different examples. That is how 48,000 images make 480,000.",
    probes=lambda: [(torch.randint(256, (28, 28)), torch.tensor(digit)) for digit in (7, 0, 9)],
    observe=_look_at_examples,
    mistakes={
        NOT_PAIRS: [("(image, number), (digit, total)", "(image, number)"),
                    ("(image, number), (digit, total)", "image, number"),
                    ("(digit, total)", "total"), ("(digit, total)", "(digit, number, total)")],
        FOUR_IN_A_ROW: ("(image, number), (digit, total)", "image, number, digit, total"),
        NOT_THE_IMAGE: [("(image, number)", "(number, image)"),
                        ("(image, number)", "(image / 255, number)"),
                        ("(image, number)", "(digit, number)")],
        NOT_SINGLE: [("randint(10, ())", "randint(10, (1,))"),
                     ("randint(10, ())", "randint(10, (10,))")],
        NOT_WHOLE: ("torch.randint(10, ())", "10 * torch.rand(())"),
        DECIMAL: [("randint(10, ())", "randint(10, ()).float()"),
                  ("(digit, total)", "(float(digit), total)"),
                  ("(digit, total)", "(digit, 1.0 * total)")],
        TEXT: ("(digit, total)", "(digit, str(total))"),
        ANOTHER_KIND: ("(image, number)", "(image.tolist(), number)"),
        NOT_THE_DIGIT: [("(digit, total)", "(total, digit)"), ("(digit, total)", "(number, total)"),
                        ("(image, number), (digit, total)", "(image, digit), (number, total)")],
        CHANGED_DIGIT: ("return", "digit += number; return"),
        OUT_OF_RANGE: [("randint(10, ())", "randint(11, ())"),
                       ("torch.randint(10, ())", "1 + torch.randint(10, ())")],
        ALWAYS_THE_SAME: [
            ("torch.randint(10, ())", "torch.tensor(4)"),
            ("randint(10, ())", "randint(10, (), generator=torch.manual_seed(0))")],
        NEVER_DRAWN: [("randint(10, ())", "randint(9, ())"),
                      ("randint(10, ())", "randint(1, 10, ())")],
        DRAWN_TWICE: ("digit + number", "digit + torch.randint(10, ())"),
        NOT_THE_SUM: [("digit + number", "digit * number"), ("digit + number", "digit - number"),
                      ("digit + number", "digit")],
    },
)
def make_example(image, digit):
    number = torch.randint(10, ())
    total = digit + number
    return (image, number), (digit, total)


@checks.add(
    "The length says how many classes there are, and the index says which one is meant. No class "
    "is more than another.",
    probes=lambda: [(2, 5), (7, 10), (9, 19), (rand_int(1, 13), 15), (17, 19), (0, 6), (5, 6)],
    without=[F.one_hot],
    mistakes={
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
    },
)
def one_hot(index, size):
    vector = [0] * size
    vector[index] = 1
    return vector


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
DECIMAL_INDICES = ("An index is a whole number. Yours are decimal numbers, which can't choose "
                   "images: leave out what makes them decimal, or turn them into whole ones with "
                   "`.long()`.")
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
        DECIMAL_INDICES: all(map(_are_whole, parts)),
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
    row = plain(list(part) if isinstance(part, (set, range)) else part)
    return row.astype(int).tolist()  # of all at once: item by item, 60,000 take seconds


@checks.add(
    "No index is in both parts, and anybody who knows the seed gets the same split.",
    probes=lambda: [(20, 12, 0)] + [(rand_int(200, 300), rand_int(110, 180), s) for s in range(3)],
    observe=_look_at_split,
    mistakes={
        NOT_TWO: "5",
        NOT_HOW_MANY: "train_count, count - train_count",
        ONE_ORDER: "order",
        ALL_60000: ("randperm(count", "randperm(60_000"),
        ALL_TO_TRAIN: "order[:48_000], order[48_000:]",
        WRONG_WAY: ["order[train_count:], order[:train_count]",
                    "order[:count - train_count], order[count - train_count:]"],
        LOST: ["order[:train_count], order[train_count + 1:]",
               "order[:train_count - 1], order[train_count:]",
               "order[:train_count], order[train_count:-1]",
               "order[1:train_count + 1], order[train_count + 1:]"],
        LAST_MISSING: ("randperm(count,", "randperm(count - 1,"),
        MISSING: "order[:train_count], order[train_count + 2:]",
        IN_BOTH: ["order[:train_count], torch.randperm(count)[train_count:]",
                  "order[:train_count], order[:count - train_count]"],
        ONE_IN_BOTH: "order[:train_count], order[train_count - 1:]",
        ALL_AND_PART: "order, order[train_count:]",
        FROM_ONE: "order[:train_count] + 1, order[train_count:] + 1",
        NO_INDICES: "order[:train_count] - 1, order[train_count:] - 1",
        TWICE: ("torch.randperm(count,", "torch.randint(count, (count,),"),
        OTHER_SIZE: "order[:train_count + 2], order[train_count + 2:]",
        UNSHUFFLED: ("torch.randperm(count, generator=generator)", "torch.arange(count)"),
        NOT_FROM_SEED: (", generator=generator", ""),
        ONE_SEED: [("(seed)", "(0)"), ("(seed)", "(42)")],
        FEW_SPLITS: ("(seed)", "(seed % 2)"),
        DECIMAL_INDICES: ["order[:train_count].float(), order[train_count:].float()",
                          "order[:train_count] + 0.5, order[train_count:] + 0.5",
                          "order[:train_count] * 1.0, order[train_count:] * 1.0"],
        A_SET: "set(order[:train_count].tolist()), set(order[train_count:].tolist())",
        SORTED: ["order[:train_count].sort().values, order[train_count:].sort().values",
                 "order[:train_count], order[train_count:].sort().values"],
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
NOT_A_NUMBER = ("The accuracy is right, but it is in a tensor with one number in it. Return the "
                "number itself: an index such as `few.argmax()` takes it out.")
OTHER_WAY = "You let the fresh images choose, and report the few. It is the other way round."


def _few_and_fresh():
    """Yield accuracies of a few networks, on the images to choose by and on fresh ones."""
    yield torch.tensor([0.80, 0.86, 0.82, 0.84]), torch.tensor([0.85, 0.83, 0.84, 0.86])
    for count in (6, 40):
        yield torch.rand(count), torch.rand(count)


def _reported(honest, few, fresh) -> Observed:
    accuracy = honest(few, fresh)
    return Observed(accuracy, rules={NOT_A_NUMBER: getattr(accuracy, "ndim", 0) == 0})


@checks.add(
    "You choose by one set and report what another one says. That is all that a test set is for.",
    probes=_few_and_fresh, observe=_reported,
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
        "That is the accuracy of one fixed network. `few.argmax()` says which one is the best.":
            [("few.argmax()", "0"), ("few.argmax()", "1"), ("few.argmax()", "-1")],
        "A tensor has no `.index(...)` as a list has. `few.argmax()` says which one is the best.":
            ("few.argmax()", "few.index(max(few))"),
        NOT_A_NUMBER: ("few.argmax()", "few == few.max()"),
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


@in_style
def plot_forms(right, line, dots, hidden: Sequence[int] = ()) -> Figure:
    """The answers learned from a plain number, a line, and from a one-hot vector, a dot for each
    number; grey dashes are the right answers, and what wasn't shown is shaded.

    right, line, dots: (10,) the right answers to the numbers 0 to 9, and those learned; hidden:
    the numbers that weren't shown.
    """
    figure, ax = plt.subplots(figsize=(4.6, 2.8))
    _draw_right_answers(ax, right, hidden)
    ax.plot(range(10), line, color=ORANGE, label="plain number")
    ax.plot(range(10), dots, "o", color=BLUE, label="one-hot vector")
    ax.set(ylabel="answer", xticks=range(10))
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)  # above, as dots are anywhere
    off = (line - right).abs().max()
    missed = [n for n in range(10) if abs(dots[n] - right[n]) > 0.1]
    return labelled(figure, "Answers to the numbers 0 to 9, as a line and as dots. The line is off "
                            f"by {off:.2f} at most, the dots miss {missed or 'none'}.")


def _draw_right_answers(ax: Axes, right: Sequence | np.ndarray | Tensor,
                        hidden: Sequence[int]) -> None:
    """A dash for the right answer to each of the numbers 0 to 9, and a band at hidden ones."""
    for number in hidden:
        ax.axvspan(number - 0.4, number + 0.4, color=GREY, alpha=0.2, linewidth=0)
    for number, answer in enumerate(right):
        ax.plot([number - 0.3, number + 0.3], [answer] * 2, color=GREY)
    ax.set(xlabel="number", xticks=range(0, 10, 3))


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


@in_style
def plot_opening() -> Figure:
    """Four examples, and a rule of which the answer to one number was never shown."""
    train, _, _ = load_splits()
    figure = plt.figure(figsize=(6.4, 2.9))
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
