"""Start here: what the lesson asks and checks, and the network that it trains."""

from __future__ import annotations

import torch

from mnist_adder_lib.augment import LIGHT_AUGMENT
from mnist_adder_lib.data import AdderDataset, load_splits
from mnist_adder_lib.drawing import AdderPanel
from mnist_adder_lib.evaluate import evaluate
from mnist_adder_lib.model import IdentityAdderModel
from mnist_adder_lib.train import fast_recipe, fit, refresh_batch_norm

from ..exercises.checks import Checks
from ..exercises.questions import Guesses

guesses = Guesses.load("start_here")
checks = Checks()


def _probabilities():
    yield from [([0.1, 0.2, 0.4, 0.3],), ([0.4, 0.3, 0.1, 0.2],)]
    for size, largest in [(10, 6), (19, 13), (10, 0), (19, 3), (10, 9)]:
        *smaller, largest_one = torch.rand(size).mul(2).softmax(dim=0).sort().values.tolist()
        order = torch.randperm(size - 1).tolist()
        smaller = [smaller[place] for place in order]
        yield ([*smaller[:largest], largest_one, *smaller[largest:]],)


def _larger_ones(probabilities, found=0):
    largest = probabilities[0]
    for probability in probabilities:
        if probability > largest:
            largest = probability
            found += 1
    return found


@checks.add(
    "The network's answer is a place in a list. The probability there says how sure it is.",
    probes=_probabilities,
    mistakes={
        "That is a probability: it says how sure the network is. Return its index: the index is "
        "the digit.": max,
        "That is the smallest probability. Return the place of the largest.": min,
        "That is one too many: places are counted from 0, like the digits.":
            lambda p: p.index(max(p)) + 1,
        "That is one too few: places are counted from 0, like the digits.":
            lambda p: p.index(max(p)) - 1,
        "That is the largest of the first ten only. For the sums the list has 19 places.":
            lambda p: p.index(max(p[:10])),
        "That is the place of the smallest probability, the least likely digit.":
            lambda p: p.index(min(p)),
        "That is the place of the second largest.": lambda p: p.index(sorted(p)[-2]),
        "That is always the last place. Did you sort the list? Then the probabilities are no "
        "longer in the order of the digits. Or did a loop run to its end?": lambda p: len(p) - 1,
        "That is always the first place. Is the `return` inside the loop? Then it ends after the "
        "first place. Or did you sort the list? Then the probabilities are no longer in the order "
        "of the digits.":
            lambda p: 0,
        "That is how many probabilities there are.": len,
        "That is how many places come after the largest: count from the front.":
            lambda p: p[::-1].index(max(p)),
        "You count how often a larger probability came up. Keep its place instead.":
            [_larger_ones, lambda p: _larger_ones(p, 1), lambda p: _larger_ones(p, -1)],
        "A tensor has `argmax`, but a list doesn't. A list has `.index(...)`, which says at which "
        "place something is.": lambda p: p.argmax(),
        "A probability can't be a place in a list. Ask the other way round: `.index(...)` says at "
        "which place the probability is.": lambda p: p[max(p)],
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


@checks.add(
    "Nothing forces the two answers to fit. In lesson 7 you will count how often they don't.",
    probes=_sums,
    mistakes={
        "It says yes to everything, whether it fits or not.": lambda digit, number, total: True,
        "It says no to everything, even if the sum fits: 7 + 5 is 12.":
            lambda digit, number, total: False,
        "It is the wrong way round: it says no if the sum fits, and yes if it doesn't.":
            lambda digit, number, total: digit + number != total,
        "That is the sum. Return whether it is equal to the total: True or False.":
            lambda digit, number, total: digit + number,
        "That is the total minus the digit. Return whether it is equal to the number: True or "
        "False.":
            lambda digit, number, total: total - digit,
        "That is how far off the total is. Return whether it fits: True or False.": [
            lambda digit, number, total: total - digit - number,
            lambda digit, number, total: digit + number - total],
        "It says yes to the digit as the sum, too: such a network has forgotten the number.":
            [lambda digit, number, total: total in (digit, digit + number),
             lambda digit, number, total: digit == total],
        "It says yes to the number as the sum, too: such a network has forgotten the digit.":
            [lambda digit, number, total: total in (number, digit + number),
             lambda digit, number, total: number == total],
        "`and` doesn't add. Python asks whether the digit is there, and then whether the number "
        "alone is the total.": lambda digit, number, total: digit and number == total,
        "`or` doesn't add. Whatever the digit is, as long as it isn't 0, counts as a yes.":
            lambda digit, number, total: digit or number == total,
        "`==` twice asks whether all three are the same. Add digit and number first.":
            lambda digit, number, total: digit == number == total,
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
