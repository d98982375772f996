"""Start here: what the lesson asks, checks and draws."""

from __future__ import annotations

import torch

from .checks import Checks, Wrong, compare, numbers, require
from .guesses import Guesses

guesses = Guesses.load("start_here")
checks = Checks()


@checks.add(
    "The answer of a network is a place in a list. The probability there says how sure it is."
)
def most_likely(answer):
    """`most_likely(probabilities)`: the place of the largest, counted from 0."""
    for size, right in [(10, 6), (19, 13), (10, 0), (19, 3), (10, 9)]:
        probabilities = _probabilities(size, right)
        place = answer(list(probabilities))
        said, upwards = numbers(place), sorted(probabilities)
        require(said.size != 1 or said.item() not in probabilities, "That is a probability, which "
                "says how sure the network is. Asked is its place, which says of what.")
        compare(place, right, f"{size} probabilities, the largest in place {right},", {
            "That is one too many: places are counted from 0, as digits are.": right + 1,
            "That is one too few: places are counted from 0, as digits are.": right - 1,
            "That is the largest of the first ten only. For the sums the list has 19 places.":
                probabilities.index(max(probabilities[:10])),
            "That is the place of the smallest probability, the least likely digit.":
                probabilities.index(upwards[0]),
            "That is the place of the second largest.": probabilities.index(upwards[-2]),
            "That is always the last place. Was the list sorted? Then the probabilities have left "
            "their digits. Or did a loop run to its end?": size - 1,
            "That is always the first place. Does a `return` end the loop in its first round? Or "
            "was the list sorted, so that the probabilities have left their digits?": 0,
            "That is how many there are.": size,
        })


def _probabilities(size: int, largest: int) -> list[float]:
    """As many probabilities, none above a half, the largest in this place."""
    probabilities = torch.rand(size).mul(2).softmax(dim=0).tolist()
    place = probabilities.index(max(probabilities))
    probabilities[place], probabilities[largest] = probabilities[largest], probabilities[place]
    return probabilities


@checks.add(
    "Nothing forces the two answers to fit. In lesson 6 you will count how often they don't."
)
def agree(answer):
    """`agree(digit, number, total)`: whether the sum is what digit and number add up to."""
    others = torch.cartesian_prod(torch.arange(10), torch.arange(10)).tolist()
    for digit, number in [(7, 5), *others]:
        total, case = digit + number, f"digit {digit}, number {number} and sum"
        says = {said: _says_yes(answer, digit, number, said)
                for said in (total, digit, number, total + 1, total - 1)}
        yes = [said for said in says if says[said] and said != total]
        require(says[total] or len(yes) < len(says) - 1, "It is the wrong way round: it says no "
                f"to {case} {total}, which fit, and yes to others.")
        require(says[total], f"It says no to {case} {total}, which fit.")
        require(len(yes) < len(says) - 1, "It says yes to everything, whether it fits or not.")
        require(digit not in yes, f"It says yes to {case} {digit}: such a network has forgotten "
                "the number.")
        require(number not in yes, f"It says yes to {case} {number}: such a network has "
                "forgotten the digit.")
        for said in yes:
            raise Wrong(f"It says yes to {case} {said}, but {digit} + {number} is {total}.")


def _says_yes(answer, digit: int, number: int, total: int) -> bool:
    said = answer(digit, number, total)
    value = numbers(said)
    require(value.size == 1 and not isinstance(said, (list, tuple)), "The answer should be a "
            "single True or False.")
    require(value.item() != digit + number or value.item() in (0, 1), "That is what the two add up "
            "to. Asked is whether it is the total: True or False.")
    require(value.item() in (0, 1), "The answer should be True or False, and not another number.")
    return bool(value.item())
