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

ANSWERS = {check: answers for lesson in LESSONS for check, answers in lesson.tests.ANSWERS.items()}
WRONG = [(check, *case) for check, (wrong, _) in ANSWERS.items() for case in wrong]
RIGHT = [(check, answer) for check, (_, right) in ANSWERS.items() for answer in right]
each_check = pytest.mark.parametrize("check", ANSWERS, ids=lambda check: check.__name__)


def name(value):
    return value.__name__ if value in ANSWERS else None


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_check_has_enough_answers(lesson):
    assert set(vars(lesson.module.checks).values()) == set(lesson.tests.ANSWERS)
    answers = lesson.tests.ANSWERS.values()
    assert all(len(wrong) >= 3 and len(right) >= 2 for wrong, right in answers)


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
