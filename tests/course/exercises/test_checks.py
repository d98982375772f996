"""The checks of all exercises give each mistake its own reason, and accept right answers.

Mistakes stand beside the checks; other right answers in the test file of each lesson, as RIGHT.
"""

import math
import re

import numpy as np
import pytest
import torch
from every_lesson import LESSONS
from torch import nn

from mnist_adder_lib.course.exercises.checks import Check, Checks, rand_int, rewritten, same

CHECKS = [check for lesson in LESSONS for check in vars(lesson.module.checks).values()
          if isinstance(check, Check)]
RIGHT = {check: answers for lesson in LESSONS
         for check, answers in getattr(lesson.tests, "RIGHT", {}).items()}
each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)


@each_check
def test_every_mistake_gets_its_own_reason(check):
    assert len(check.mistakes) >= 3
    given = [(reason, check.verdict(wrong)) for reason, wrong in check.wrong_functions()]
    for reason, text in given:
        assert text.startswith(f"Not right yet. {reason}"), f"in place of {reason!r}"


@each_check
def test_right_answers_are_accepted(check):
    state = torch.random.get_rng_state()
    assert len(RIGHT[check]) >= 1, "no other way to solve it in RIGHT"
    for answer in [check.solution, *RIGHT[check]]:
        assert check.verdict(answer) == f"✓ Right. {check.remark}"
    assert torch.equal(torch.random.get_rng_state(), state)


@each_check
@pytest.mark.parametrize("nothing", [..., None, (..., ...)], ids=str)
def test_unsolved(check, nothing):
    assert check.verdict(lambda *_: nothing).startswith("Not solved yet. ")


@each_check
def test_what_the_function_raises_becomes_a_sentence(check):
    def stumble(*_):
        kinds: dict = {}
        return kinds["seven"]

    assert check.verdict(stumble) == (
        "Not right yet. The function stopped: it looks for something that isn't there. Look at the "
        'line `return kinds["seven"]`.'
    )


@each_check
def test_wrong_arguments(check):
    assert "Look at the arguments it takes." in check.verdict(lambda: 0)


@each_check
@pytest.mark.parametrize("thing", [
    0, True, "7", [], object(), torch.zeros(10), np.zeros((28, 28)), ([0], [1]), nn.ReLU(),
], ids=lambda thing: type(thing).__name__)
def test_a_constant_never_passes(check, thing):
    assert check.verdict(lambda *_: thing).startswith("Not right yet. ")


@each_check
def test_a_right_answer_to_one_question_is_not_enough(check):
    answers = []

    def first_answer(*arguments):
        answers.append(check.solution(*arguments))
        return answers[0]

    assert check.verdict(first_answer).startswith("Not right yet. ")


@each_check
def test_the_function_itself_is_needed(check, capsys):
    check(7)
    assert "without brackets" in capsys.readouterr().out


# --- the machinery: what goes wrong in any exercise ----------------------------------------------

machinery = Checks()
BASE = torch.arange(3.0)


@machinery.add("So it is.", probes=[(1, 2), (3, 4), (0, 5)], mistakes={
    "That is the part itself.": lambda part, whole: part,
    "There is no list here.": [lambda part, whole: [part].index(whole)],
    "Divide once only.": ("/ whole", "/ whole / whole"),
})
def ratio(part, whole):
    return part / whole


def prints(part, whole):
    print(part / whole)


def prints_and_returns(part, whole):
    print("here", part)
    return part


def returns_print(part, whole):
    return print(part / whole)


def returns_in_a_case(part, whole):
    if part:
        return part / whole


def never_comes_to_return(part, whole):
    if part > whole:
        return part / whole


def other_order(whole, part):
    return part / whole


def forgets_the_whole(part, whole):
    return part / 2


def calls_itself(part, whole):
    return calls_itself(part, whole)


def misspelt(part, whole):
    return part / hole  # noqa: F821


def too_early(part, whole):
    share = share / whole  # noqa: F821
    return share


def from_outside(part, whole):
    return BASE[part]


def looks_for_it(part, whole):
    return [part].index(whole)


MACHINERY = [
    (prints, "Not solved yet. .*`print` only shows it"),
    (prints_and_returns, "That is the part itself. .*not shown here"),
    (returns_print, "what `print` gives back, and that is nothing"),
    (returns_in_a_case, r"For `ratio\(0, 5\)` the function gives nothing back"),
    (never_comes_to_return, r"Not right yet. For `ratio\(1, 2\)` the function gives nothing back"),
    (other_order, r"in the order of `ratio\(part, whole\)`"),
    (forgets_the_whole, "It never uses `whole`"),
    (calls_itself, "calls itself and never comes to an end"),
    (misspelt, "nothing has the name `hole`. A typing mistake"),
    (too_early, "`share` is used before it was given a value"),
    (from_outside, "It never uses `whole`. Does it use `BASE` from outside in its place"),
    (looks_for_it, "There is no list here"),
    (lambda part, whole: part / whole**2, "Divide once only"),
    (lambda part, whole: part, "That is the part itself."),
    (lambda part: part, r"the check calls `ratio\(part, whole\)`. Look at the arguments"),
    (lambda part, whole: part / None, "something there is None"),
    (lambda part, whole: max / whole, "without round brackets"),
    (lambda part, whole: whole(part), "Round brackets|round brackets"),
    (lambda part, whole: [part][whole / 2], "a place is a whole number"),
    (lambda part, whole: [part][part / whole:], "a place is a whole number"),
    (lambda part, whole: "part" - whole, "text, or a list, can't be calculated with"),
    (lambda part, whole: str(part / whole), "The answer is text"),
    (lambda part, whole: abs, "The answer is a function"),
    (lambda part, whole: [part / whole], "not a list with the number in it"),
    (lambda part, whole: (part, whole), "one number, not 2"),
    (lambda part, whole: math.nan, "not a number"),
    (lambda part, whole: {part: whole}, "not a dict"),
    (lambda part, whole: part / 0, "divided by zero"),
    (lambda part, whole: -part / whole, r"signs are turned.* but yours gives -0.5"),
    (lambda part, whole: part / whole / 100, "always 1/100 of what it should be"),
    (lambda part, whole: 3 * part / whole, "always 3 times what it should be"),
    (lambda part, whole: 0 * part, "0 everywhere"),
    (lambda part, whole: (lambda part: part)(part, whole), "gets 2 things, but takes another"),
    (lambda part, whole: part % 0, "divided by zero"),
    (lambda part, whole: part / whole / 3, "always 1/3 of what it should be"),
    (lambda part, whole: part / whole + 1, "always 1 too large"),
    (lambda part, whole: whole, "`whole` as it was given"),
    (lambda part, whole: 12.25, "same whatever it is given.*but yours gives 12.25"),
    (lambda part, whole: part / whole + part * 0.00001234, "0.5, but yours gives 0.50001"),
    (lambda part, whole: part.argmax(), "a int has no `.argmax`"),
    (lambda part, whole: torch.zeros(3) + torch.zeros(4), "shapes that don't fit"),
    (lambda part, whole: torch.zeros(2, 3) @ torch.zeros(2, 3), "shapes that don't fit"),
    (lambda part, whole: torch.zeros(6).view(4, 2), "shapes that don't fit"),
    (lambda part, whole: torch.zeros(3)[7], "no such place"),
    (lambda part, whole: torch.zeros(3).sum(dim=1), "fewer dimensions"),
    (lambda part, whole: torch.zeros(3)[0, 1], "fewer dimensions"),
    (lambda part, whole: 1 if torch.zeros(3) else 0, "`if` decides once"),
    (lambda part, whole: float(torch.zeros(3)), "a single number is needed"),
    (lambda part, whole: torch.zeros(3).item(), "a single number is needed"),
    (lambda part, whole: torch.zeros(1).backward(), "no notes"),
    (lambda part, whole: torch.arange(3).mean(), "whole and decimal numbers"),
    (lambda part, whole: torch.softmax([1, 2]), "something that it doesn't take"),
    (lambda part, whole: torch.cat(torch.zeros(2)), "something that it doesn't take"),
    (lambda part, whole: nn.functional.cross_entropy(torch.zeros(2, 3), torch.zeros(2)), "mixed"),
    (lambda part, whole: nn.Conv2d(1, 1, 3)(torch.zeros(2, 2)), "other dimensions"),
    (lambda part, whole: np.zeros(3) + np.zeros(4), "shapes that don't fit"),
]


@pytest.mark.parametrize("function, reason", MACHINERY, ids=lambda value: getattr(
    value, "__name__", str(value)[:30]))
def test_what_goes_wrong_in_any_exercise(function, reason, capsys):
    machinery.ratio(function)
    text = capsys.readouterr().out
    assert text.startswith("Not ") and text.count("\n") == 1
    assert re.search(reason, text), text
    own = re.sub("Look at the line `.+`", "", text)  # the learner's own words, not PyTorch's
    assert not re.search(r"[Tt]ensor [ab]\b|size \(|dim\b|dtype|Expected|mat1|torch\.", own), own


def test_a_right_answer_may_print(capsys):
    def right(part, whole):
        print("here")
        return part / whole

    machinery.ratio(right)
    assert capsys.readouterr().out == "✓ Right. So it is.\n"


@machinery.add("So they are.", probes=[([3, 1],), ([4.5, 1, 7],), ([2, 2],)], mistakes={
    "The list has changed.": lambda values: values.sort() or (values[0], values[-1]),
}, observe=lambda function, values: {"the ends": function(values), "the list": values})
def ends(values):
    return min(values), max(values)


@pytest.mark.parametrize("function, reason", [
    (lambda values: (values[-1], max(values)), r"the ends, place 0 should be 1, but yours is 7"),
    (lambda values: max(values), r"2 numbers in a row, not a single number"),
    (lambda values: (max(values), min(values)), "opposite order"),
    (lambda values: values.reverse() or (min(values), max(values)), "the list, place 0 should be"),
    (lambda values: values.sort() or (values[0], values[-1]), "The list has changed."),
    (lambda values: [min(values), max(values)], "✓ Right."),
    (lambda values: torch.tensor([min(values), max(values)]), "✓ Right."),
])
def test_answers_of_several_parts_and_effects(function, reason):
    assert re.search(reason, machinery.ends.verdict(function))


@pytest.mark.parametrize("value, right, expected", [
    (torch.tensor([3.0]), 3, True), ([3.0], 3, False), (3, 3.0001, False), (True, 1, True),
    ([1, 2], torch.tensor([1.0, 2]), True), ([[1, 2]], [1, 2], False), ("a", "a", True),
    ([1, "a"], (1, "a"), True), ([1, "a"], [1, "b"], False), ({"a": [1]}, {"a": [1.0]}, True),
    (math.nan, math.nan, True), (1e-6, 0, False), (math.inf, math.inf, True),
    ([[1], [1, 2]], [[1], [1, 2]], True), (None, 0, False), (torch.ones(2).requires_grad_(), [1, 1],
                                                            True),
], ids=str)
def test_what_is_the_same(value, right, expected):
    assert same(value, right) is expected


def test_only_what_is_there_can_be_rewritten():
    assert rewritten(ratio, "part /", "2 * part /")(1, 4) == 0.5
    with pytest.raises(ValueError, match="isn't in the solution"):
        rewritten(ratio, "hole /", "2")


def test_random_whole_numbers_include_both_ends():
    assert {rand_int(2, 4) for _ in range(60)} == {2, 3, 4}
