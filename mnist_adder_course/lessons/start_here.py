"""Start here: what the lesson asks and checks, and the network that it trains."""

from __future__ import annotations

import functools

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure

from mnist_adder_lib.augment import LIGHT_AUGMENT
from mnist_adder_lib.checkpoint import load_pretrained
from mnist_adder_lib.data import AdderDataset, load_splits
from mnist_adder_lib.drawing import AdderPanel, frame_strokes
from mnist_adder_lib.drawing.sentences import with_article
from mnist_adder_lib.drawing.strokes import as_strokes
from mnist_adder_lib.evaluate import evaluate
from mnist_adder_lib.model import IdentityAdderModel
from mnist_adder_lib.recipes import fast_recipe, refresh_batch_norm
from mnist_adder_lib.shared import SEVEN
from mnist_adder_lib.train import fit

from ..exercises.checks import Checks, Observed
from ..exercises.questions import Guesses
from ..plots import RED, draw_image, in_style, labelled

guesses = Guesses.load("start_here")
checks = Checks()

HOUSE = [[(0.25, 0.85), (0.25, 0.45), (0.5, 0.2), (0.75, 0.45), (0.75, 0.85), (0.25, 0.85)]]
NO_STROKES = "Return a list of strokes. Each stroke is a list of points, as in the house."
ONE_STROKE = ("That is a single stroke. A drawing is a list of strokes, so put one more pair of "
              "square brackets around it.")
NO_POINTS = "A point is a pair of numbers, such as `(0.25, 0.85)`: first to the right, then down."
OUTSIDE = ("The pad is 1 wide and 1 high, so both numbers of a point are between 0 and 1. One of "
           "yours isn't.")
UPSIDE_DOWN = "Your 4 is upside down: the second number counts from the top, not from the bottom."
SWAPPED = ("The two numbers of each point are swapped: the first one counts to the right, the "
           "second one down.")
UNSURE = ("The network reads a 4, but it is less than 90% sure. Look at your drawing on the panel, "
          "and move one point at a time.")


@functools.cache
def _panel() -> AdderPanel:
    return AdderPanel(load_pretrained())


def _probabilities_of(strokes) -> list[float]:
    """What the panel makes of a drawing: the probability of each digit."""
    panel = _panel()
    panel.strokes = strokes
    return panel.prediction.digit_probabilities.tolist()  # type: ignore[union-attr]


def strokes_of(four) -> list:
    """The strokes that a learner's function returns, for a panel; none if they aren't strokes."""
    try:
        return [stroke.tolist() for stroke in as_strokes(four())]
    except ValueError:
        return []  # the check says what is wrong with them


def _drawn(four) -> Observed:
    """What is wrong with a drawing, if it isn't a 4 of which the network is at least 90% sure."""
    drawing = four()
    try:
        strokes = as_strokes(drawing)
    except ValueError:
        return Observed(rules={_no_drawing(drawing): False})
    if not strokes:
        return Observed(rules={NO_STROKES: False})
    points = np.concatenate(strokes)
    if points.min() < 0 or points.max() > 1:
        return Observed(rules={OUTSIDE: False})
    probabilities = _probabilities_of(strokes)
    digit, is_right = int(np.argmax(probabilities)), probabilities[4] >= 0.9
    rules = {UPSIDE_DOWN: [stroke * [1, -1] + [0, 1] for stroke in strokes],
             SWAPPED: [stroke[:, ::-1] for stroke in strokes]}
    would_be = {reason: is_right or _probabilities_of(other)[4] < 0.9
                for reason, other in rules.items()}
    other_digit = (f"The network reads {with_article(digit)}. Look at your drawing on the panel. "
                   "Is its upper part open, and does the long line go on below the bar?")
    return Observed(rules={**would_be, other_digit: digit == 4, UNSURE: is_right})


def _no_drawing(answer) -> str:
    """Why an answer isn't a list of strokes."""
    try:
        as_strokes([answer])
    except ValueError:
        has_lists = isinstance(answer, (list, tuple)) and isinstance(answer[0], (list, tuple))
        return NO_POINTS if has_lists else NO_STROKES
    return ONE_STROKE


@checks.add(
    "You have drawn without a pen. The network gets 28 x 28 pixels, so it can't tell.",
    probes=[()], observe=_drawn,
    mistakes={
        NO_STROKES: [lambda: 4, lambda: []],
        ONE_STROKE: lambda: [(0.3, 0.15), (0.25, 0.55), (0.8, 0.55)],
        NO_POINTS: lambda: [[0.3, 0.15, 0.25, 0.55], [0.65, 0.15, 0.65, 0.9]],
        OUTSIDE: lambda: [[(8, 4), (7, 15), (22, 15)], [(18, 4), (18, 25)]],
        UPSIDE_DOWN: lambda: [[(0.3, 0.85), (0.25, 0.45), (0.8, 0.45)],
                              [(0.65, 0.85), (0.65, 0.1)]],
        SWAPPED: lambda: [[(0.15, 0.3), (0.55, 0.25), (0.55, 0.8)], [(0.15, 0.65), (0.9, 0.65)]],
        "The network reads a 7. ": lambda: [[(0.3, 0.25), (0.7, 0.25), (0.45, 0.8)]],
        UNSURE: lambda: [[(0.3, 0.15), (0.3, 0.5), (0.8, 0.5)], [(0.65, 0.4), (0.65, 0.55)]],
    },
)
def four():
    down_and_across = [(0.3, 0.15), (0.25, 0.55), (0.8, 0.55)]
    long_line = [(0.65, 0.15), (0.65, 0.9)]
    return [down_and_across, long_line]


def _probabilities():
    yield from [([0.1, 0.2, 0.4, 0.3],), ([0.4, 0.3, 0.1, 0.2],), ([0.05, 0.05, 0.1, 0.8],)]
    for size, largest in [(10, 6), (19, 13), (10, 0), (19, 3), (10, 9)]:
        *smaller, largest_one = torch.rand(size).mul(2).softmax(dim=0).sort().values.tolist()
        order = torch.randperm(size - 1).tolist()
        smaller = [smaller[place] for place in order]
        yield ([*smaller[:largest], largest_one, *smaller[largest:]],)


NOT_WHOLE = "A place in a list is a whole number: 2, not 2.0."


def _found(most_likely, probabilities) -> Observed:
    place = most_likely(probabilities)
    return Observed(place, rules={NOT_WHOLE: hasattr(place, "__index__")})


@checks.add(
    "The network's answer is a place in a list. The probability there says how sure it is.",
    probes=_probabilities, observe=_found,
    mistakes={
        "That is a probability: it says how sure the network is. Return its index: the index is "
        "the digit.": max,
        "That is the smallest probability. Return the place of the largest.": min,
        "That is the largest of the first ten only. For the sums the list has 19 places.":
            lambda p: p.index(max(p[:10])),
        "That is the place of the smallest probability, the least likely digit.":
            lambda p: p.index(min(p)),
        "That is the place of the second largest.": lambda p: p.index(sorted(p)[-2]),
        "That is always the last place. Did you sort the list? Then the probabilities are no "
        "longer in the order of the digits. Or did a loop run to its end?": lambda p: len(p) - 1,
        "The largest probability isn't always above 0.5. Compare the probabilities with each "
        "other.": lambda p: next((place for place, one in enumerate(p) if one > 0.5), 0),
        "That is how many probabilities there are.": len,
        NOT_WHOLE: lambda p: float(p.index(max(p))),
        "That is how many places come after the largest: count from the front.":
            lambda p: p[::-1].index(max(p)),
        "You count how often a larger probability came up. Keep its place instead.":
            [lambda p, first=first: first + sum(one > max(p[:place]) for place, one
                                                in enumerate(p) if place) for first in (0, 1, -1)],
    },
)
def most_likely(probabilities):
    return probabilities.index(max(probabilities))


def _sums():
    pairs = torch.randint(10, (25, 2)).tolist()
    for digit, number in [(7, 5), (0, 3), (3, 0), (0, 0), (9, 9), *pairs]:
        total = digit + number
        for claimed in (total, digit, number, total + 1, total - 1, digit * number, total % 10,
                        total + 10):
            yield digit, number, claimed
    yield from [(7, 500, 507), (7, 500, 506)]  # Python keeps one object of each small number only


@checks.add(
    "Nothing forces the two answers to fit. In lesson 7 you can count how often they don't.",
    probes=_sums,
    mistakes={
        "It says yes to the digit as the sum, too: such a network has forgotten the number.":
            [lambda digit, number, total: total in (digit, digit + number),
             lambda digit, number, total: digit == total],
        "It says yes to the number as the sum, too: such a network has forgotten the digit.":
            [lambda digit, number, total: total in (number, digit + number),
             lambda digit, number, total: number == total],
        "`and` doesn't add. Python asks whether the digit is there, and then whether the number "
        "alone is the total.": lambda digit, number, total: digit and number == total,
        "`==` twice asks whether all three are the same. Add digit and number first.":
            lambda digit, number, total: digit == number == total,
        "`is` asks whether two things are the same object in memory, as two equal small numbers "
        "happen to be. `==` asks whether they are equal.":
            ("==", "is"),
        "It says yes to larger sums, too: 7 + 5 isn't 13.":
            lambda digit, number, total: total >= digit + number,
        "It says yes to smaller sums, too: 7 + 5 isn't 11.":
            lambda digit, number, total: total <= digit + number,
        "It says yes to the sums that are too large, and no to the one that fits.":
            lambda digit, number, total: total > digit + number,
        "It says yes to the sums that are too small, and no to the one that fits.":
            lambda digit, number, total: total < digit + number,
        "It compares last digits only: 7 + 5 isn't 2, and it isn't 22.": [
            lambda digit, number, total: (digit + number) % 10 == total % 10,
            lambda digit, number, total: (digit + number) % 10 == total,
            lambda digit, number, total: (digit + number - total) % 10 == 0],
        "Close isn't enough: 7 + 5 isn't 13.":
            lambda digit, number, total: abs(digit + number - total) < 2,
        "That is the product of digit and number. They should be added.":
            lambda digit, number, total: digit * number == total,
        "That is the difference of digit and number. They should be added.":
            [lambda digit, number, total: digit - number == total,
             lambda digit, number, total: number - digit == total],
    },
)
def agree(digit, number, total):
    return digit + number == total


def new_network() -> IdentityAdderModel:
    """A network with random parameters, as the fast recipe wants it: without dropout."""
    return IdentityAdderModel(dropout=0).eval()


def watch_it_learn(panel: AdderPanel, images: int = 16_000) -> int:
    """Train the network of a panel on training images, each once; the panel answers again.

    Returns how many of 100 digits it then reads, measured on 2,000 validation images.
    """
    train, validation, _ = load_splits()
    seen = AdderDataset(train.images[:images], train.digits[:images], augment=LIGHT_AUGMENT)
    optimizer, scheduler = fast_recipe(panel.model, steps=-(-images // 128))
    fit(panel.model, seen, epochs=1, optimizer=optimizer, scheduler=scheduler, all_numbers=True)
    refresh_batch_norm(panel.model, AdderDataset(seen.images, seen.digits))
    panel.model.eval()
    panel.answer_again()
    unseen = AdderDataset(validation.images[:2000], validation.digits[:2000],
                          validation.numbers[:2000])  # type: ignore[index]
    return round(evaluate(panel.model, unseen).accuracy_digit)


@in_style
def plot_opening() -> Figure:
    """What the network is given, and the two questions that it answers: for a 7, and for a house.

    It doesn't answer them here.
    """
    figure = plt.figure(figsize=(6.4, 1.9))
    parts = figure.subfigures(1, 2, squeeze=False).flat
    for part, strokes, title in zip(parts, (SEVEN, HOUSE), ("a drawn 7", "a drawn house")):
        image, words = part.subplots(1, 2)
        draw_image(image, frame_strokes(strokes), title, 0, 255)
        words.axis("off")
        words.set(xlim=(0, 1), ylim=(0, 1))
        words.text(0, 0.5, "+ 5", fontsize=18, va="center")
        for height, question in ((0.7, "digit"), (0.3, "sum")):
            words.text(0.45, height, question, fontsize=11, va="center")
            words.text(0.95, height, "?", fontsize=20, va="center", ha="right", color=RED,
                       weight="bold")
    return labelled(figure, "A drawn 7 and the number 5, with a question mark for the digit and "
                            "another for the sum; and the same questions about a drawn house.")
