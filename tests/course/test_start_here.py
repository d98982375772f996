"""Start here: the answers to its exercises, its figures."""

import numpy as np
import torch

from mnist_adder_lib.course.start_here import checks


def largest(probabilities):
    best = 0
    for place in range(len(probabilities)):
        if probabilities[place] > probabilities[best]:
            best = place
    return best


def with_if(digit, number, total):
    if digit + number == total:
        return True
    else:
        return False


RIGHT = {
    checks.most_likely: [
        np.argmax,
        lambda p: torch.tensor(p).argmax(),
        lambda p: max(range(len(p)), key=lambda place: p[place]),
        largest,
    ],
    checks.agree: [
        lambda digit, number, total: not total - digit - number,
        lambda digit, number, total: torch.tensor(total - number).eq(digit),
        with_if,
    ],
}
