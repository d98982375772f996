"""The checks of all exercises refuse wrong answers with the right reason and accept right ones.

The answers are in the test file of each lesson, as ANSWERS.
"""

import math
import re

import numpy as np
import pytest
import torch
from every_lesson import LESSONS
from torch import nn

from mnist_adder_lib.course.checks import Checks, compare

ANSWERS = {check: answers for lesson in LESSONS for check, answers in lesson.tests.ANSWERS.items()}
WRONG = [(check, *case) for check, (wrong, _) in ANSWERS.items() for case in wrong]
RIGHT = [(check, answer) for check, (_, right) in ANSWERS.items() for answer in right]
each_check = pytest.mark.parametrize("check", ANSWERS, ids=lambda check: check.__name__)


def name(value):
    return value.__name__ if value in ANSWERS else None


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_check_has_enough_answers(lesson):
    checks = vars(lesson.module.checks)
    assert set(checks.values()) == set(lesson.tests.ANSWERS), "a check without ANSWERS"
    for name, check in checks.items():
        wrong, right = lesson.tests.ANSWERS[check]
        assert len(wrong) >= 3 and len(right) >= 2, f"ANSWERS[checks.{name}] has too few"


@pytest.mark.parametrize("check, answer, reason", WRONG, ids=name)
def test_wrong_answers_are_refused_with_the_reason(check, answer, reason, capsys):
    check(answer)
    said = capsys.readouterr().out
    assert said.startswith("Not right yet. ") and said.count("\n") == 1
    assert re.search(reason, said), said


@pytest.mark.parametrize("check, answer", RIGHT, ids=name)
def test_right_answers_are_accepted(check, answer, capsys):
    state = torch.random.get_rng_state()
    check(answer)
    assert capsys.readouterr().out.startswith("✓ Right. ")
    assert torch.equal(torch.random.get_rng_state(), state)


@each_check
@pytest.mark.parametrize("nothing", [..., None, (..., ...)], ids=str)
def test_unsolved(check, nothing, capsys):
    check(lambda *_: nothing)
    assert capsys.readouterr().out.startswith("Not solved yet. ")


@each_check
def test_what_the_function_raises_becomes_a_sentence(check, capsys):
    def stumble(*_):
        places = []
        return places[7]

    check(stumble)
    assert capsys.readouterr().out == (
        "Not right yet. The function stopped with IndexError: list index out of range. "
        "Look at the line `return places[7]`.\n"
    )


@each_check
def test_wrong_arguments(check, capsys):
    check(lambda: 0)
    assert "Look at the arguments it takes." in capsys.readouterr().out


@each_check
@pytest.mark.parametrize("thing", [
    0, 1, 12.5, math.nan, True, "7", "", [], {}, object(), torch.zeros(10), torch.ones(2, 2),
    ([0], [1]), (0, 1), [[1], [1, 2]], np.zeros((28, 28)), nn.ReLU(), [[(0.2, 0.2), (0.3, 0.3)]],
], ids=lambda thing: type(thing).__name__)
def test_a_constant_never_passes(check, thing, capsys):
    check(lambda *_: thing)
    assert capsys.readouterr().out.startswith("Not right yet. ")


@each_check
def test_a_right_answer_to_one_question_is_not_enough(check, capsys):
    right = ANSWERS[check][1][0]
    answers = []

    def first_answer(*arguments):
        answers.append(right(*arguments))
        return answers[0]

    check(first_answer)
    assert capsys.readouterr().out.startswith("Not right yet. ")


@each_check
def test_the_function_itself_is_needed(check, capsys):
    check(7)
    assert "without brackets" in capsys.readouterr().out


# --- the machinery: what goes wrong in any exercise ----------------------------------------------

machinery = Checks()
BASE = torch.arange(3.0)


@machinery.add("So it is.")
def ratio(answer):
    """`ratio(part, whole)`: the part as a share of the whole."""
    for part, whole in [(1, 2), (3, 4), (0, 5)]:
        compare(answer(part, whole, errors={"not in list": "There is no list here."}),
                part / whole, f"{part} of {whole}", {"That is the part itself.": part})


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
    return BASE[part + whole - 1]


def looks_for_it(part, whole):
    return [part].index(whole)


MACHINERY = [
    (prints, "Not solved yet. .*`print` only shows it"),
    (prints_and_returns, "That is the part itself. It never uses `whole`. .*not shown here"),
    (returns_print, "what `print` gives back, and that is nothing"),
    (returns_in_a_case, r"For `ratio\(0, 5\)` the function gives nothing back"),
    (never_comes_to_return, r"Not right yet. For `ratio\(1, 2\)` the function gives nothing back"),
    (other_order, r"in the order of `ratio\(part, whole\)`"),
    (forgets_the_whole, "It never uses `whole`"),
    (calls_itself, "calls itself and never comes to an end"),
    (misspelt, "nothing has the name `hole`. A typing mistake"),
    (too_early, "`share` is used before it was given a value"),
    (from_outside, "It uses `BASE` from outside"),
    (looks_for_it, "There is no list here"),
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
    (lambda part, whole: math.nan, "not a number"),
    (lambda part, whole: {part: whole}, "not a dict"),
    (lambda part, whole: part / 0, "ZeroDivisionError: division by zero"),
    (lambda part, whole: torch.zeros(3) + torch.zeros(4), "shapes that don't fit"),
    (lambda part, whole: torch.zeros(2, 3) @ torch.zeros(2, 3), "shapes that don't fit"),
    (lambda part, whole: torch.zeros(6).view(4, 2), "shapes that don't fit"),
    (lambda part, whole: torch.zeros(3)[7], "no such place"),
    (lambda part, whole: torch.zeros(3).sum(dim=1), "fewer dimensions"),
    (lambda part, whole: torch.zeros(3)[0, 1], "fewer dimensions"),
    (lambda part, whole: 1 if torch.zeros(3) else 0, "a single True or False"),
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
    said = capsys.readouterr().out
    assert said.startswith("Not ") and said.count("\n") == 1
    assert re.search(reason, said), said
    own = re.sub("Look at the line `.+`", "", said)  # the learner's own words, not PyTorch's
    assert not re.search(r"[Tt]ensor [ab]\b|size \(|dim\b|dtype|Expected|mat1|torch\.", own), own


def test_a_right_answer_may_print(capsys):
    def right(part, whole):
        print("here")
        return part / whole

    machinery.ratio(right)
    assert capsys.readouterr().out == "✓ Right. So it is.\n"
