"""Learning from sums: what the lesson asks and checks."""

from __future__ import annotations

from .checks import Checks, compare, draw
from .guesses import INFINITE, Guesses, Option, Question, between

guesses = Guesses({
    "first": Question(
        "How large is the first result?",
        "Say here why the answer is what it is, in a sentence or two.",
        [
            Option("Below 10.", between(0, 10)),
            Option("10 to 100.", between(10, 100), "Say here why one may think so, and why not."),
            Option("100 or more.", between(100, INFINITE), "Say what else one may think, and why."),
        ],
    ),
    "second": Question(
        "And how large is the second?",
        "Say here why the second answer is what it is, in a sentence.",
        [
            Option("Below 10.", between(0, 10)),
            Option("10 to 100.", between(10, 100), "Say here why one may think so, and why not."),
            Option("100 or more.", between(100, INFINITE), "Say what else one may think, and why."),
        ],
    ),
})
checks = Checks()


@checks.add("A remark worth reading, for those who got it right.")
def double(answer):
    """`double(x)`: twice x."""
    for _ in range(3):
        x = draw(3, 9)
        compare(answer(x), 2 * x, f"{x}", {
            "That is x itself.": x,
            "That is x squared.": x * x,
            "That is half of x.": x / 2,
        })


@checks.add("Another remark worth reading.")
def half(answer):
    """`half(x)`: half of x."""
    for _ in range(3):
        x = draw(3, 9)
        compare(answer(x), x / 2, f"{x}", {
            "That is x itself.": x,
            "That is twice x.": 2 * x,
            "That is rounded down: what is left of an odd number?": x // 2,
        })
