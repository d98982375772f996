"""Start here: what the lesson asks, checks and draws."""

from __future__ import annotations

import torch

from .checks import Checks, compare, numbers, require
from .guesses import INFINITE, Guesses, Option, Question, between, never

guesses = Guesses({
    "parameters": Question(
        "How many learned numbers does a network need that reads handwriting and adds?",
        "The trick is to use them more than once: the same nine numbers look for the same bit of a "
        "stroke at every place of the image. Lesson 2 shows how.",
        [
            Option("Some dozens.", between(0, 1_000), "Some dozens would not even give each of "
                   "the 784 pixels a number of its own."),
            Option("Some thousands.", between(1_000, 100_000)),
            Option("Some millions.", between(100_000, 1e9), "Millions are what networks for photos "
                   "have. Ten kinds of small grey pictures need far fewer."),
            Option("Many billions.", between(1e9, INFINITE), "Billions are what language models "
                   "have. They have read half of what people ever wrote; this one knows ten "
                   "digits."),
        ],
    ),
    "house": Question(
        "You draw a house. What will the network say?",
        "It shares out 100% among ten digits, whatever it is shown, and it has never met anything "
        "else. To be sure is not to be right.",
        [
            Option("That it is no digit.", never, "It can't say that: it has ten places for its "
                   "answer, one for each digit, and none for *something else*."),
            Option("It wavers between several digits.", between(0, 0.8), "Doubt was never "
                   "practised. All that it saw in its training was a digit, so it learned to be "
                   "sure."),
            Option("It names a digit and is sure of it.", between(0.8, INFINITE)),
        ],
    ),
})
checks = Checks()


@checks.add(
    "The answer of a network is a place in a list. The probability there says how sure it is."
)
def most_likely(answer):
    """`most_likely(probabilities)`: the place of the largest, counted from 0."""
    for size in (10, 10, 10, 19):
        probabilities = torch.randn(size).mul(3).softmax(dim=0).tolist()
        largest = max(probabilities)
        right = probabilities.index(largest)
        compare(answer(list(probabilities)), right, f"{size} probabilities, the largest in place "
                f"{right},", {
            "That is the largest probability itself, how sure the network is. Asked is its place, "
            "which says of what.": largest,
            "That is one too many: places are counted from 0, as digits are.": right + 1,
            "That is the place of the smallest probability, the least likely digit.":
                probabilities.index(min(probabilities)),
        })


@checks.add(
    "Nothing forces the two answers to fit. In lesson 4 you will count how often they don't."
)
def agree(answer):
    """`agree(digit, number, total)`: whether the sum is what digit and number add up to."""
    for digit, number in torch.cartesian_prod(*[torch.arange(9, -1, -1)] * 2).tolist():
        right, case = digit + number, f"digit {digit}, number {number} and sum"
        for total in (right, digit, number, right + 1, right - 1):
            said = numbers(answer(digit, number, total))
            require(said.size == 1 and said.item() in (0, 1), "The answer should be True or False.")
            require(said.item() or total != right, f"It says no to {case} {total}, which fit.")
            require(not said.item() or total == right or total != digit, f"It says yes to {case} "
                    f"{total}: such a network has forgotten the number.")
            require(not said.item() or total == right, f"It says yes to {case} {total}, but the "
                    f"two add up to {right}.")
