"""Evaluation tables: what the lesson asks, checks and draws."""

from __future__ import annotations

import torch

from .checks import Checks, compare, draw, numbers, require
from .guesses import INFINITE, Guesses, Option, Question, between

guesses = Guesses({
    "batch means": Question(
        "How many times too large does the mean of the batch means come out?",
        "Each batch has one vote. So the 16 in the last batch share a vote that elsewhere 768 have "
        "to share.",
        [
            Option("Not at all: a mean is a mean.", between(0, 1.5), "It would be so if all "
                   "batches were equally large. The last is not."),
            Option("About twice.", between(1.5, 10), "So it would be if the last batch were half "
                   "full. With 16 of 768 it is nearly empty."),
            Option("About 50 times.", between(10, INFINITE)),
        ],
    ),
    "99 of 100": Question(
        "99 of 100 images are right. How low might the true accuracy be all the same?",
        "A network that is right 95 times in 100 gets 99 of them now and then, by luck. A hundred "
        "images can't tell the two apart.",
        [
            Option("99%: it was measured.", between(98.5, 101), "It was measured on these 100. On "
                   "another 100 there might be no mistake, or three."),
            Option("98%.", between(97, 98.5), "That is what 1,000 images tell. With 100, every "
                   "single mistake is a whole percent."),
            Option("95%.", between(80, 97)),
            Option("50%.", between(0, 80), "Whoever is right half of the time never gets 99 of "
                   "100. The interval is wide, but not as wide as that."),
        ],
    ),
    "rare sum": Question(
        "In training, the sum 9 was ten times as common as the sum 0. Which does it get right more "
        "often?",
        "The two intervals overlap: there are only about 100 examples of the sum 0, where one "
        "mistake more or less is a whole percent.",
        [
            Option("The 9: practice makes perfect.",
                   lambda rows: rows[0]["from"] > rows[1]["to"], "Practice helps, but most of it "
                   "is shared: the layers that read the digit learn from every example, "
                   "whatever its sum."),
            Option("The 0: it stands apart.", lambda rows: rows[0]["to"] < rows[1]["from"],
                   "A network doesn't know that 0 is at the end of a row. To it the sums are 19 "
                   "kinds of things without an order."),
            Option("This table can't tell.", lambda rows: rows[0]["from"] <= rows[1]["to"]
                   and rows[1]["from"] <= rows[0]["to"]),
        ],
    ),
    "right digit, wrong sum": Question(
        "When it reads the digit correctly, can the sum still be wrong?",
        "Its two answers come each from a layer of its own. In training they learned from each "
        "other (lesson 3), but nothing makes them fit.",
        [
            Option("No: whoever knows the digit can add.", lambda count: count == 0, "You can: "
                   "you read first and add then. The network's sum is not made from its digit; "
                   "both are made from the same 64 numbers, side by side."),
            Option("Yes, but seldom.", between(1, 100)),
            Option("Yes, often: adding is the hard part.", between(100, INFINITE), "There are "
                   "only 100 pairs of a digit and a number. The hard part is the handwriting, "
                   "which has no end of forms."),
        ],
    ),
})
checks = Checks()


@checks.add(
    "Each batch counts as much as it has examples, so the batch size can't change the result."
)
def mean_loss(answer):
    """`mean_loss(means, sizes)`: the mean over all examples, from each batch's mean and size."""
    for n in (draw(3, 8), draw(3, 8), draw(3, 8)):
        means, sizes = torch.tensor([0.1] * n + [3.0]), torch.tensor([128] * n + [draw(2, 30)])
        means += torch.rand(n + 1)
        total = (means * sizes).sum().item()
        compare(answer(means, sizes), total / sizes.sum().item(), f"{n + 1} batches", {
            "That is a mean of means: the few examples of the last batch weigh too much.":
                means.mean().item(),
            "Far too small: a sum of means, divided by the number of examples, is no mean.":
                (means.sum() / sizes.sum()).item(),
            "That is the sum over all examples. Divide it by how many they are.": total,
        })


@checks.add("An example counts when both answers are right in the same row.")
def joint_accuracy(answer):
    """`joint_accuracy(predicted_digits, predicted_sums, digits, sums)`, in percent."""
    for n in (draw(100, 200), draw(100, 200), draw(100, 200)):
        digits, added = torch.randint(10, (2, n))
        first, second = (torch.where(torch.rand(n) < 0.8, digits, 9 - digits) for _ in range(2))
        rights = [first == digits, second == digits]
        digit, total = (right.double().mean().item() for right in rights)
        both = (rights[0] & rights[1]).double().mean().item()
        got = answer(first, second + added, digits, digits + added)
        compare(got, 100 * both, f"{n} random examples", {
            "In percent, please: times 100.": both,
            "A product of accuracies would be right only if the two mistakes had nothing to do "
            "with each other. Compare row by row.": 100 * digit * total,
            "A mean of accuracies lets half an answer count.": 50 * (digit + total),
            "That is the accuracy of the digit alone.": 100 * digit,
            "That is the accuracy of the sum alone.": 100 * total,
            "One right answer is not enough, both must be.": 100 * (digit + total - both),
        })


@checks.add(
    "This range is all that the two diagonals tell. For the number itself, look at the rows."
)
def joint_range(answer):
    """`joint_range(digits_right, sums_right, count)`: the fewest and the most with both right."""
    for few in (0, 1, 0, 1, 0, 1):
        count = draw(50, 99)
        half = count // 2
        a, b = (draw(1, half - 1) if few else draw(half + 1, count - 1) for _ in range(2))
        ends, case = numbers(answer(a, b, count)), f"With {a} digits and {b} sums right of {count}"
        require(ends.shape == (2,), "It should return two numbers, the fewest and the most.")
        require(ends[1] == min(a, b), f"{case} the most is not {ends[1]:g}: the mistakes can all "
                "fall on the same examples, but no example has both right without its digit and "
                "sum.")
        require(ends[0] >= 0, f"{case} the fewest can't be {ends[0]:g}: none is the least.")
        require(ends[0] == max(0, a + b - count), f"{case} the fewest is not {ends[0]:g}. Spread "
                f"the {count - a} + {count - b} mistakes over as many examples as you can: what "
                "is left?")
