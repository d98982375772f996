"""Start here: the values of its guesses, the answers to its exercises, its figures."""

import numpy as np
import torch

from mnist_adder_lib.course.start_here import checks

# question: values, and the place of the option that each makes right; the first is what we got
VALUES = {
    "parameters": [(17_360, 1), (13_136, 1), (999, 0), (2_000_000, 2), (10**11, 3)],
    "house": [(0.99, 2), (0.8, 2), (0.5, 1)],
}

# check: (wrong answers with a part of the reason, right answers)
ANSWERS = {
    checks.most_likely: (
        [
            (max, "the largest probability itself"),
            (lambda p: p.index(max(p)) + 1, "counted from 0"),
            (lambda p: p.index(min(p)), "the least likely digit"),
            (lambda p: sorted(p).index(max(p)), "it should give"),
            (lambda p: p[:10].index(max(p[:10])) if len(p) == 10 else 3, "19 probabilities"),
            (lambda p: [x == max(p) for x in p], "one number, not 10"),
        ],
        [
            lambda p: p.index(max(p)),
            np.argmax,
            lambda p: torch.tensor(p).argmax(),
            lambda p: max(range(len(p)), key=lambda place: p[place]),
        ],
    ),
    checks.agree: (
        [
            (lambda digit, number, total: True, "says yes to"),
            (lambda digit, number, total: False, "says no to digit 9, number 9"),
            (lambda digit, number, total: total in (digit, digit + number), "forgotten the number"),
            (lambda digit, number, total: total >= digit + number, "add up to"),
            (lambda digit, number, total: digit + number, "True or False"),
        ],
        [
            lambda digit, number, total: digit + number == total,
            lambda digit, number, total: not total - digit - number,
            lambda digit, number, total: torch.tensor(total - number).eq(digit),
        ],
    ),
}
