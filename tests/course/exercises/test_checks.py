"""The checks of all exercises give each mistake its own reason, and accept their solutions.

Mistakes are next to the checks; what learners write, right or wrong, is in answers.toml.
"""

import contextlib
import functools
import inspect
import math
import random
import re
import statistics
import time
import warnings
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from every_lesson import LESSONS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

from mnist_adder_course.exercises import bounds, checks
from mnist_adder_course.exercises.checks import (
    Check,
    Checks,
    Observed,
    rand_int,
    rewritten,
    same,
)
from mnist_adder_course.exercises.slips import slips
from mnist_adder_course.exercises.values import compact
from mnist_adder_course.lessons import draw_a_digit, training_curves

CHECKS = [check for lesson in LESSONS for check in vars(lesson.module.checks).values()
          if isinstance(check, Check)]
each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)


def takes_arguments(check):
    """Whether it asks more than one question: a function without inputs has a single answer."""
    return bool(inspect.signature(check.solution).parameters)


@each_check
def test_every_mistake_gets_its_own_reason(check):
    given = [(reason, check.verdict(wrong)) for reason, wrong in check.wrong_functions()]
    for reason, text in given:
        assert text.startswith(f"Not right yet. {reason}"), f"in place of {reason!r}"


@each_check
def test_the_solution_is_accepted(check):
    state = torch.random.get_rng_state()
    assert check.verdict(check.solution) == f"✓ Right. {check.remark}"
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
    wrong = (lambda: 0) if takes_arguments(check) else (lambda argument: 0)
    assert "Look at the arguments it takes." in check.verdict(wrong)


# Answers of another kind than was asked for, each newly made: a generator can be used up.
ODD_THINGS = [
    lambda: 0, lambda: True, lambda: 0.5, lambda: -1, lambda: math.nan, lambda: math.inf,
    lambda: "7", lambda: "", list, dict, set, tuple, lambda: {"a": 1}, lambda: range(3),
    lambda: (place for place in range(3)), lambda: max, lambda: torch.relu, lambda: int,
    lambda: math, lambda: torch.zeros(10), lambda: torch.zeros(()), lambda: torch.zeros(0),
    lambda: torch.ones(2, 3), lambda: torch.zeros(3, requires_grad=True), torch.Generator,
    lambda: np.zeros((28, 28)), lambda: pd.Series([1, 2]), nn.ReLU, lambda: nn.Linear(2, 2),
    lambda: nn.Sequential(nn.Flatten()), lambda: 10**400, lambda: 2j, lambda: np.array(["a"]),
    lambda: torch.eye(3).to_sparse(), lambda: torch.zeros(3, device="meta"),
]
odd_things = st.sampled_from(ODD_THINGS).map(lambda make: make())
odd_answers = st.recursive(odd_things, lambda inner: st.one_of(
    st.lists(inner, min_size=1, max_size=3), st.tuples(inner, inner),
    st.lists(inner, min_size=10, max_size=10)), max_leaves=6)


@each_check
@settings(max_examples=12, derandomize=True,
          suppress_health_check=list(HealthCheck))
@given(odd=odd_answers, once=st.booleans())
def test_odd_answers_get_a_sentence(check, odd, once):
    """Whatever is handed in, from the start or after a right answer: no check stops, or passes."""
    calls, once = [], once and takes_arguments(check)

    def answers_oddly(*arguments):
        calls.append(arguments)
        return odd if not once or len(calls) > 1 else check.solution(*arguments)

    text = check.verdict(answers_oddly)
    assert text.startswith("Not right yet. ") and text.count("\n") == 0
    assert not re.search(r"tensor\(|array\(|<\w+|0x[0-9a-f]|_NotLookedAt", text), text
    assert len(text) < 700, "a reason is a few sentences"


@given(odd=odd_answers, other=odd_answers)
@settings(max_examples=300, suppress_health_check=list(HealthCheck))
def test_any_two_things_can_be_compared(odd, other):
    assert same(odd, other) in (True, False) and same(odd, odd) in (True, False)


@pytest.mark.parametrize("check", [one for one in CHECKS if takes_arguments(one)],
                         ids=lambda check: check.__name__)
def test_a_right_answer_to_one_question_is_not_enough(check):
    answers = []

    def first_answer(*arguments):
        answers.append(check.solution(*arguments))
        return answers[0]

    assert check.verdict(first_answer).startswith("Not right yet. ")


def state_of_the_kernel():
    """What a check has to leave as it was."""
    return (torch.is_grad_enabled(), torch.get_default_dtype(), torch.get_num_threads(),
            torch.get_rng_state().tolist(), random.getstate(), str(np.random.get_state()),
            list(warnings.filters))


def change_the_kernel():
    torch.set_grad_enabled(False)
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(torch.get_num_threads() + 1)
    torch.manual_seed(99)
    random.seed(99)
    np.random.seed(99)
    warnings.simplefilter("error")


def changes_and_answers(check, *arguments):
    answer = check.solution(*arguments)
    change_the_kernel()
    return answer


def changes_and_stops(check, *arguments):
    change_the_kernel()
    raise ValueError


def changes_and_is_interrupted(check, *arguments):
    change_the_kernel()
    raise KeyboardInterrupt


@each_check
@pytest.mark.parametrize("does", [changes_and_answers, changes_and_stops,
                                  changes_and_is_interrupted])
def test_a_check_leaves_the_kernel_as_it_was(check, does):
    before = state_of_the_kernel()
    with contextlib.suppress(KeyboardInterrupt):
        text = check.verdict(functools.partial(does, check))
        assert text.startswith("Not right yet.") or does is changes_and_answers, text
    assert state_of_the_kernel() == before


@each_check
def test_a_check_works_in_a_kernel_without_gradients(check):
    with torch.no_grad():
        assert check.verdict(check.solution).startswith("✓ Right.")


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


def list_by_number(part, whole=None, *more):
    return [part] / whole


def forgets_to_return(part):
    part + 1


def none_from_sort(part, whole):
    return [part, whole].sort()[0]


def none_from_own(part, whole):
    return forgets_to_return(part) + whole


def no_gradient_yet(part, whole):
    weight = torch.zeros(1, requires_grad=True)
    weight.grad.zero_()
    return weight


def nearly(part, whole):
    return part / (whole + 1)


def one_line_too_many(part, whole):
    share = part / whole
    share += 0.5 * (part > 2)
    return share


def is_right_for_some(part, whole):
    return 0.5 if part == 1 else part * 0.3 + whole * 0.7


def hands_hooks_on(part, whole):
    def note(values):
        return values.append(part)

    note([])
    return None if part else 0


def returns_in_the_loop(part, whole):
    share = 0
    for _ in range(part):
        share += 1 / whole
        return share
    return 0


def returns_in_two_loops(part, whole):
    share = 7
    for _ in range(3):
        for _ in range(3):
            share += part / whole
            return share


def never_ends(part, whole):
    while part < 7:
        try:
            part = part % 7
        except Exception:
            return 0


def fills_the_memory(part, whole):
    kept = []
    while True:
        kept.append([part] * 1000)


MACHINERY = [
    (returns_in_the_loop, "`return share` is inside the loop, so .* first round.* as the `for`"),
    (returns_in_two_loops, "`return share` is inside 2 loops, so .* first round"),
    (lambda part, whole: np.eye(3)[whole + 5], "an array has no such index"),
    (lambda part, whole: np.flatnonzero(np.zeros(3))[0], "out of an array with nothing in it"),
    (lambda part, whole: np.ones(10**14), "needs more memory than the computer has"),
    (lambda part, whole: torch.ones(10**14), "needs more memory than the computer has"),
    (lambda part, whole: torch.ones(1).expand(10**9), "far too large: it holds millions"),
    (lambda part, whole: [[0] * 10**6] * 10, "far too large: it holds millions"),
    (lambda part, whole: Fraction(part + 6, 7 * whole + 1), "should give 0.5, but yours gives 0.4"),
    (lambda part, whole: math.ceil(part / whole), "^(?!.*rounded).* 0.5, but yours gives 1"),
    (lambda part, whole: [torch.ones(2), torch.ones(3)], "one number, but you return 2 things"),
    (lambda part, whole: [one for one in nn.ReLU()], "of the kind `ReLU` can't be gone through"),
    (lambda part, whole: [one for one in part], "you can't go through a number"),
    (lambda part, whole: F.binary_cross_entropy_with_logits(torch.ones(3, 1), torch.ones(3)),
     r"the targets need the shape of the scores: a column, `\(n, 1\)`"),
    (lambda part, whole: F.binary_cross_entropy_with_logits(torch.ones(3), torch.ones(2)),
     "the targets need the shape of the scores"),
    (lambda part, whole: {part: 1, whole: ...}, "Put your answer in place of the three dots"),
    (prints, "Not right yet. .*`print` only shows it"),
    (prints_and_returns, "That is the part itself. .*not shown here"),
    (returns_print, "what `print` returns, and that is nothing"),
    (returns_in_a_case, r"For `ratio\(0, 5\)` the function returns nothing"),
    (never_comes_to_return, r"Not right yet. For `ratio\(1, 2\)` the function returns nothing"),
    (other_order, r"in the order of `ratio\(part, whole\)`"),
    (forgets_the_whole, "It never uses `whole`"),
    (calls_itself, "calls itself and never comes to an end"),
    (misspelt, "nothing has the name `hole`. A typing mistake"),
    (too_early, "`share` is used before it was given a value"),
    (from_outside, "It never uses `whole`. Does it use `BASE` from outside in its place"),
    (looks_for_it, "There is no list here"),
    (nearly, r"one small change makes it right. Look at `whole \+ 1` in the line `return part"),
    (one_line_too_many, r"without the line `share \+= 0.5 \* \(part > 2\)` it would be right"),
    (is_right_for_some, r"For `ratio\(1, 2\)` it is right"),
    (hands_hooks_on, r"what it returns is None there"),
    (lambda part, whole: part / whole**2, "Divide once only"),
    (lambda part, whole: part, "That is the part itself."),
    (lambda part: part, r"the check calls `ratio\(part, whole\)`. Look at the arguments"),
    (list_by_number, "a whole list, or something else, is used in a calculation like a number"),
    (TypeError, "should be one number, not a thing of the kind `TypeError`"),
    (lambda part, whole: part / None, "`None` is None"),
    (lambda part, whole: len(forgets_to_return(part)), r"`forgets_to_return\(part\)` returns None"),
    (lambda part, whole: nn.Conv2d(1, 1, 3)([part]), "gets something that it doesn't take"),
    (lambda part, whole: nn.Linear(1, 1)(nn.ReLU()), "a layer gets another layer"),
    (lambda part, whole: torch.exp(forgets_to_return(part)), r"`forgets_to_.*` returns None"),
    (none_from_sort, r"`\[part, whole\].sort\(\)` does something, but returns nothing"),
    (none_from_own, r"`forgets_to_return\(part\)` returns None"),
    (no_gradient_yet, r"`weight.grad` is None, because no `backward\(\)` has put a gradient there"),
    (lambda part, whole: nn.functional.cross_entropy(torch.zeros(1, 2), torch.tensor([part + 1])),
     "given the class 2, but there is no logit for it"),
    (lambda part, whole: nn.Sequential(torch.ones(2), torch.ones(2)), "takes layers, such as"),
    (lambda part, whole: torch.ones(2, requires_grad=True).backward(), "starts from a single numb"),
    (lambda part, whole: round(torch.ones(2)), "A tensor has a `.round\\(\\)` of its own"),
    (lambda part, whole: exit(), "end the whole program"),
    (lambda part, whole: max / whole, "without round brackets"),
    (lambda part, whole: whole(part), "Round brackets|round brackets"),
    (lambda part, whole: [part][whole / 2], "a place is a whole number"),
    (lambda part, whole: [part][part / whole:], "a place is a whole number"),
    (lambda part, whole: "part" - whole, "calculate with text, or with a list"),
    (lambda part, whole: str(part / whole), "The answer is text"),
    (lambda part, whole: abs, "The answer is a function"),
    (lambda part, whole: [part / whole], "not a list with the number in it"),
    (lambda part, whole: (part, whole), "one number, not 2"),
    (lambda part, whole: math.nan, "not a number"),
    (lambda part, whole: {part: whole}, "not a dictionary"),
    (lambda part, whole: [part, "a"], "made of numbers, but there is text in it"),
    (lambda part, whole: [[1], [1, 2]], "one number, but you return 2 things"),
    (lambda part, whole: torch.zeros(28, 28), "one number, not 784"),
    (lambda part, whole: part / 0, "divided by zero"),
    (lambda part, whole: -part / whole, r"signs are turned.* but yours gives -0.5"),
    (lambda part, whole: part / whole / 100, "always 1/100 of what it should be"),
    (lambda part, whole: -3 * part / whole, "always -3 times what it should be"),
    (lambda part, whole: -part / whole / 4, "always 1/-4 of what it should be"),
    (lambda part, whole: 3 * part / whole, "always 3 times what it should be"),
    (lambda part, whole: 0 * part, "0 everywhere"),
    (lambda part, whole: (lambda part: part)(part, whole), "number of arguments from the 2"),
    (lambda part, whole: part % 0, "divided by zero"),
    (lambda part, whole: part / whole / 3, "always 1/3 of what it should be"),
    (lambda part, whole: part / whole + 1, "always 1 too large"),
    (lambda part, whole: whole, "`whole` as it was given"),
    (lambda part, whole: 12.25, "same whatever it is given.*but yours gives 12.25"),
    (lambda part, whole: part / whole + part * 0.00001234, "0.5, but yours gives 0.50001"),
    (lambda part, whole: part.argmax(), "of the kind `int` has no `.argmax`"),
    (lambda part, whole: torch.zeros(3) + torch.zeros(4), "shapes that don't fit"),
    (lambda part, whole: torch.zeros(2, 3) @ torch.zeros(2, 3), "shapes that don't fit"),
    (lambda part, whole: torch.zeros(6).view(4, 2), "shapes that don't fit"),
    (lambda part, whole: torch.zeros(3)[7], "no such index"),
    (lambda part, whole: torch.zeros(3).sum(dim=1), "fewer dimensions"),
    (lambda part, whole: torch.zeros(3)[0, 1], "fewer dimensions"),
    (lambda part, whole: 1 if torch.zeros(3) else 0, "`if` decides once"),
    (lambda part, whole: float(torch.zeros(3)), "a single number is needed"),
    (lambda part, whole: torch.zeros(3).item(), "a single number is needed"),
    (lambda part, whole: torch.zeros(1).backward(), "no record"),
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
    ours = re.sub("Look at the line `.+`", "", text)  # those are the learner's words
    assert not re.search(r"[Tt]ensor [ab]\b|size \(|dim\b|dtype|Expected|mat1|torch\.", ours), ours


def test_an_endless_loop_is_stopped_and_nothing_else_is_run(monkeypatch):
    monkeypatch.setattr(checks, "PATIENCE", 0.3)
    started = time.process_time()
    text = machinery.ratio.verdict(never_ends)
    assert time.process_time() - started < 5
    assert "Does a loop in it never end? Look at the line `" in text
    assert machinery.ratio.verdict(machinery.ratio.solution) == "✓ Right. So it is."
    time.sleep(0.3)  # nobody watches any more


@pytest.mark.skipif(bounds.resource is None, reason="Windows doesn't say how large a process is")
def test_a_function_that_fills_the_memory_is_stopped(monkeypatch):
    monkeypatch.setattr(checks, "PATIENCE", 300)
    monkeypatch.setattr(bounds, "MEMORY", 2**25)
    assert "was filling the computer's memory" in machinery.ratio.verdict(fills_the_memory)


def test_what_is_kept_of_an_answer_is_small():
    def stored(value):
        return value.untyped_storage().nbytes()

    large, array = torch.zeros(2000, 1000), np.zeros((2000, 1000))
    assert stored(compact(large[3])) == 4000 and compact(large) is large
    assert compact(array[3]).base is None and compact(array) is array
    first, second = compact((large[3], "a"))
    assert stored(first) == 4000 and second == "a"
    assert compact(answer := [1, [array[0, :3].copy()]]) is answer
    small = torch.arange(6.0)[2:]
    assert compact(small) is small


def test_a_right_answer_may_print(capsys):
    def right(part, whole):
        print("here")
        return part / whole

    machinery.ratio(right)
    assert capsys.readouterr().out == "✓ Right. So it is.\n"


@machinery.add("So they are.", probes=[([3, 1],), ([4.5, 1, 7],), ([2, 2],)], mistakes={
    "The list has changed.": lambda values: values.sort() or (values[0], values[-1]),
}, observe=lambda function, values: Observed(function(values), effects={"the list": values}))
def ends(values):
    return min(values), max(values)


@pytest.mark.parametrize("function, reason", [
    (lambda values: (values[-1], max(values)), r"the first value should be 1, but yours is 7"),
    (lambda values: max(values), r"2 numbers in a row, not a single number"),
    (lambda values: (max(values), min(values)), "the first value should be 1, but yours is 3"),
    (lambda values: values.reverse() or (min(values), max(values)),
     r"After `ends\(\[3, 1\]\)`, the list, place 0 should be 3, not 1"),
    (lambda values: values.sort() or (values[0], values[-1]), "The list has changed."),
    (lambda values: [min(values), max(values)], "✓ Right."),
    (lambda values: torch.tensor([min(values), max(values)]), "✓ Right."),
])
def test_answers_of_several_parts_and_effects(function, reason):
    assert re.search(reason, machinery.ends.verdict(function))


def in_evaluation(network):
    return network.eval()(torch.ones(1, 2))


def puts_the_mode_back(network):
    answer = in_evaluation(network)
    network.train()
    return answer


@machinery.add("So it does.", probes=lambda: [(nn.Linear(2, 1),), (nn.Linear(2, 1).eval(),)],
               mistakes={"That is 0.": lambda network: torch.zeros(1, 1)})
def answer_to_ones(network):
    return network(torch.ones(1, 2))


@machinery.add("So it is.", probes=[({"a": [math.nan, 1.5]}, [3])],
               mistakes={"That is 0.": lambda values, more: 0})
def second(values, more):
    more.pop()
    return values["a"][1]


def changes_a_list_within(values, more):
    values["a"][0] = 0
    return values["a"][1]


def test_a_function_that_stops_is_compared_without_a_training():
    """Of the mistakes of lesson 6's loop, most train; only what stops can be the same."""
    ours = training_curves.checks.train_larger
    check = Check(ours.solution, "", probes=ours.probes, mistakes=ours.mistakes,
                  observe=ours.observe)
    check.verdict(lambda model, train, validation, epochs: model.nothing)
    assert {place for _, place in check._runs_of_mistakes} == {0}
    (_, train, _, epochs), _ = check._right[0]
    assert epochs * len(train) <= 400


@pytest.mark.parametrize("check, function, reason", [
    (machinery.ends, lambda values: (min(values), values.pop(values.index(max(values)))),
     "After `ends"),  # where it is observed as an effect, the effect is told
    (machinery.second, lambda values, more: values["a"][1], "✓ Right."),
    (machinery.second, lambda values, more: more.pop() and values["a"][1], "✓ Right."),  # as ours
    (machinery.second, changes_a_list_within, "is right, but your function has changed `values`"),
    (machinery.second, lambda values, more: values.pop("b", 0) or values["a"].pop(),
     "has changed `values`"),
    (machinery.answer_to_ones, in_evaluation, "has left `network` in eval() mode"),
    (machinery.answer_to_ones, puts_the_mode_back, "has left `network` in train() mode"),
    (machinery.answer_to_ones, lambda network: network.requires_grad_(False)(torch.ones(1, 2)),
     "✓ Right."),
    (machinery.answer_to_ones, lambda network: (network(torch.ones(1, 2)),
                                                network.bias.data.zero_())[0],
     "has changed `network`, which belongs to its caller"),
], ids=lambda value: value if isinstance(value, str) else value.__name__)
def test_arguments_belong_to_the_caller(check, function, reason):
    assert reason in check.verdict(function)


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


def right_ratio(part, whole):
    return part / whole


@pytest.mark.parametrize("function, is_right", [
    (right_ratio, True), (other_order, False), (prints, False), (lambda part, whole: ..., False),
    (misspelt, False)])
def test_a_lesson_goes_on_with_ours_until_an_answer_is_right(function, is_right, capsys):
    used = machinery.ratio.or_ours(function)
    assert used is (function if is_right else machinery.ratio.solution)
    said = capsys.readouterr().out
    assert said.startswith("Your `ratio` is right" if is_right else "The lesson goes on with our")
    machinery.ratio.or_ours(used)  # the same cell, run again
    assert capsys.readouterr().out == said


# --- what is observed beside the answer, and what an exercise is to be done without --------------


@machinery.add("So it is.", probes=[(2,), (700,)], mistakes={"That is 1.": lambda power: 1},
               observe=lambda function, power: Observed(
                   function(power), rules={"It should be given a number.": power > 0}))
def inverse(power):
    return 1 / 2.0**power


def test_what_is_observed_is_never_shown_as_an_answer():
    text = machinery.inverse.verdict(lambda power: [math.exp(power) / 2.0**1024])
    assert "be given a number" not in text and "{" not in text and "Observed" not in text
    early_wrong_then_stops = machinery.inverse.verdict(
        lambda power: math.exp(-power) if power < 3 else math.exp(10 * power))
    assert "`inverse(2)` should give 0.25, but yours gives 0.1353" in early_wrong_then_stops


@machinery.add("So it does.", probes=[([2, 1],)], mistakes={"One.": lambda values: [1]},
               observe=lambda function, values: Observed(
                   rules={"It should have two places.": len(function(values)) == 2}))
def turned_round(values):
    return values[::-1]


namespace = {"__name__": "notebook"}  # a learner's code is in another file than what observes it
exec("def seven(values): return 7\ndef layer(values): return object()", namespace)


@pytest.mark.parametrize("function, reason", [
    (lambda values: [1], "Not right yet. It should have two places."),
    (lambda values: [5, 5], "✓ Right."),
    (namespace["seven"], "It should give 2 numbers in a row, not a single number"),
    (namespace["layer"], "2 numbers in a row, not a thing of the kind `object`"),
])
def test_a_broken_rule_is_the_reason(function, reason):
    assert reason in machinery.turned_round.verdict(function)


@machinery.add("So it is.", probes=[([1.0, 2.0],)], mistakes={"That is 0.": lambda values: 0},
               without=[torch.sum, statistics])
def total(values):
    return values[0] + values[1]


@pytest.mark.parametrize("function, name", [
    (lambda values: torch.tensor(values).sum(), "`sum`"),
    (lambda values: torch.sum(torch.tensor(values)), "`sum`"),
    (lambda values: statistics.mean(values) * 2, "`statistics`"),
    (lambda values: sum(values), None),  # Python's own
    (lambda values: torch.tensor(values) @ torch.ones(2), None),
])
def test_what_it_is_to_be_done_without_counts_when_it_runs(function, name):
    text = machinery.total.verdict(function)
    assert (f"Its result is right, but the exercise is to do it without {name}" in text
            if name else text == "✓ Right. So it is.")


def test_a_wrong_answer_hears_as_well_what_it_should_be_without():
    text = machinery.total.verdict(lambda values: torch.tensor(values).sum() + 1)
    assert "should give 3, but yours gives 4" in text and "without `sum`" in text


def test_where_the_solution_stops_the_course_is_at_fault(monkeypatch):
    def damaged():
        raise ValueError("adder.pt is damaged")

    monkeypatch.setattr(draw_a_digit, "load_pretrained", damaged)
    check = Check(draw_a_digit.checks.hide.solution, "", probes=draw_a_digit.checks.hide.probes,
                  mistakes={}, observe=draw_a_digit.checks.hide.observe)
    for function in (check.solution, lambda strokes: strokes, lambda strokes: 1 / 0):
        text = check.verdict(function)
        assert text.startswith("This can't be checked.") and "adder.pt is damaged" in text
        assert "your function is not to blame" in text and "check_environment()" in text


def test_what_breaks_later_is_the_courses_fault_too(monkeypatch):
    check = Check(draw_a_digit.checks.hide.solution, "So.", probes=draw_a_digit.checks.hide.probes,
                  mistakes={}, observe=draw_a_digit.checks.hide.observe)
    assert check.verdict(check.solution) == "✓ Right. So."

    def damaged():
        raise ValueError("adder.pt is damaged")

    monkeypatch.setattr(draw_a_digit, "load_pretrained", damaged)
    assert check.verdict(check.solution).startswith("This can't be checked.")


def test_a_slip_says_where_it_is():
    changes = [change for _, change, _ in slips("def f(x):\n    return 2 * x + 2")]
    assert "return «2» * x + 2 -> 3" in changes and "return 2 * x + «2» -> 3" in changes


def test_only_what_is_there_can_be_rewritten():
    assert rewritten(ratio, "part /", "2 * part /")(1, 4) == 0.5
    with pytest.raises(ValueError, match="isn't in the solution"):
        rewritten(ratio, "hole /", "2")


def test_random_whole_numbers_include_both_ends():
    assert {rand_int(2, 4) for _ in range(60)} == {2, 3, 4}
