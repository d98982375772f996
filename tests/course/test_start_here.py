"""Start here: the answers to its exercises, its figures."""

import numpy as np
import torch

from mnist_adder_lib.course.start_here import checks


def value(probabilities):
    largest = 0
    for probability in probabilities:
        if probability > largest:
            largest = probability
    return largest


def first_ten(probabilities):
    best = 0
    for place in range(10):
        if probabilities[place] > probabilities[best]:
            best = place
    return best


def above_a_half(probabilities):
    for place in range(len(probabilities)):
        if probabilities[place] > 0.5:
            return place


def returns_at_once(probabilities):
    for place in range(len(probabilities)):
        if probabilities[place] == max(probabilities):
            best = place
        else:
            best = 0
        return best


def end_of_the_loop(probabilities):
    for place in range(len(probabilities)):
        if probabilities[place] == max(probabilities):
            best = place
        best = place
    return best


def sorts(probabilities):
    probabilities.sort()
    return probabilities.index(max(probabilities))


def sorts_backwards(probabilities):
    probabilities.sort(reverse=True)
    return probabilities.index(max(probabilities))


def returns_what_sort_gives(probabilities):
    return probabilities.sort()


def one_too_far(probabilities):
    for place in range(1, len(probabilities) + 1):
        if probabilities[place] == max(probabilities):
            return place


def places_as_things(probabilities):
    best = 0
    for place in probabilities:
        if probabilities[place] > probabilities[best]:
            best = place
    return best


def prints(probabilities):
    print(probabilities.index(max(probabilities)))


def without_else(digit, number, total):
    if digit + number == total:
        return True


def only_false(digit, number, total):
    if digit + number != total:
        return False


def other_order(total, digit, number):
    return digit + number == total


def as_text(digit, number, total):
    if digit + number == total:
        return "True"
    return "False"


def calls_a_number(digit, number, total):
    return digit(number) == total


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


# check: (wrong answers with a part of the reason, right answers)
ANSWERS = {
    checks.most_likely: (
        [
            (max, "Asked is its place"),
            (min, "Asked is its place"),
            (value, "Asked is its place"),
            (lambda p: p.index(max(p)) + 1, "one too many"),
            (lambda p: p.index(max(p)) - 1, "one too few"),
            (lambda p: p.index(min(p)), "the least likely digit"),
            (lambda p: p.index(sorted(p)[-2]), "second largest"),
            (first_ten, "first ten only. For the sums"),
            (lambda p: torch.tensor(p[:10]).argmax(), "first ten only"),
            (above_a_half, "without coming to a `return`"),
            (returns_at_once, "first round"),
            (end_of_the_loop, "run to its end"),
            (sorts, "Was the list sorted"),
            (sorts_backwards, "was the list sorted"),
            (returns_what_sort_gives, "what `sort` gives back, and that is nothing"),
            (len, "how many there are"),
            (one_too_far, "list index out of range"),
            (places_as_things, "a place is a whole number"),
            (lambda p: p.index(max), "without round brackets"),
            (lambda p: p.index, "is a function"),
            (lambda p: p(3), "Square brackets"),
            (lambda p: str(p.index(max(p))), "text"),
            (lambda p: [p.index(max(p))], "not a list"),
            (lambda p: (p.index(max(p)), max(p)), "one number, not 2"),
            (lambda p: [x == max(p) for x in p], "one number, not 10"),
            (lambda p: torch.tensor(p).argmax(1), "fewer dimensions"),
            (lambda p: torch.max(p), "doesn't take"),
            (lambda p: 12, "it should give 6.*never uses `p`"),
        ],
        [
            lambda p: p.index(max(p)),
            np.argmax,
            lambda p: torch.tensor(p).argmax(),
            lambda p: max(range(len(p)), key=lambda place: p[place]),
            largest,
        ],
    ),
    checks.agree: (
        [
            (without_else, r"For `agree\(7, 5, 7\)` the function gives nothing back.*`return`"),
            (only_false, r"For `agree\(7, 5, 12\)` the function gives nothing back"),
            (lambda digit, number, total: True, "yes to everything"),
            (lambda digit, number, total: False, "says no to digit 7, number 5 and sum 12"),
            (lambda digit, number, total: digit + number != total, "wrong way round"),
            (lambda digit, number, total: bool(total - digit - number), "wrong way round"),
            (lambda digit, number, total: total in (digit, digit + number), "forgotten the number"),
            (lambda digit, number, total: total in (number, digit + number), "forgotten the digit"),
            (lambda digit, number, total: total >= digit + number, r"sum 13, but 7 \+ 5 is 12"),
            (lambda digit, number, total: abs(digit + number - total) < 2, r"7 \+ 5 is 12"),
            (lambda digit, number, total: digit + number == total or total > 17, r"sum 18, but"),
            (lambda digit, number, total: digit + number, "whether it is the total"),
            (lambda digit, number, total: total - digit, "and not another number"),
            (lambda digit, number, total: [digit + number == total], "a single True or False"),
            (other_order, r"in the order of `agree\(digit, number, total\)`"),
            (as_text, "True and False stand without quotes"),
            (calls_a_number, r"A product needs its `\*`"),
        ],
        [
            lambda digit, number, total: digit + number == total,
            lambda digit, number, total: not total - digit - number,
            lambda digit, number, total: torch.tensor(total - number).eq(digit),
            with_if,
        ],
    ),
}


def test_what_is_only_printed_is_unsolved(capsys):
    checks.most_likely(prints)
    assert "`print` only shows it" in capsys.readouterr().out
