"""The checks of all exercises give each mistake its own reason, and accept their solutions.

Mistakes are next to the checks; what learners write, right or wrong, is in answers.toml.
"""

import contextlib
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
from every_lesson import LESSONS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
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
from mnist_adder_course.exercises.values import compact
from mnist_adder_course.lessons import draw_a_digit

CHECKS = [check for lesson in LESSONS for check in vars(lesson.module.checks).values()
          if isinstance(check, Check)]
each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)


def takes_arguments(check):
    """Whether it asks more than one question: a function without inputs has a single answer."""
    return bool(inspect.signature(check.solution).parameters)


@each_check
def test_every_mistake_gets_its_own_reason(check):
    for reason, wrong in check.wrong_functions():
        text = check.verdict(wrong)
        assert text.startswith(f"Not right yet. {reason}"), f"in place of {reason!r}"
    for (which, _), run in check._runs_of_mistakes.items():
        error = getattr(run.outcome, "error", None)
        assert type(error) is not NameError, f"the mistake of {check._wrong[which][0]!r}: {error}"


@each_check
def test_the_solution_is_accepted(check):
    state = torch.random.get_rng_state()
    assert check.verdict(check.solution) == f"✓ Right. {check.remark}"
    assert torch.equal(torch.random.get_rng_state(), state)


@each_check
def test_unsolved(check):
    for nothing in (..., None, (..., ...)):
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
    raw = r"(?<!torch\.)tensor\(|(?<!np\.)array\(|<\w+|0x[0-9a-f]|_NotLookedAt"
    assert not re.search(raw, text), text
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


# --- the machinery: what goes wrong in any exercise ----------------------------------------------

machinery = Checks()
BASE = torch.arange(3.0)
assigned = 3  # has the name of a local variable below


@machinery.add("So it is.", probes=[(1, 2), (3, 4), (0, 5)], mistakes={
    "That is the part itself.": lambda part, whole: part,
    "There is no list here.": [lambda part, whole: [part].index(whole)],
    "Divide once only.": (("/ whole", "/ whole / whole"),),
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


def other_order(whole, part):
    return part / whole


def misspelt(part, whole):
    return part / hole  # noqa: F821


def from_outside(part, whole):
    assigned = BASE
    return assigned[part]


def forgets_to_return(part):
    part + 1


def no_gradient_yet(part, whole):
    weight = torch.zeros(1, requires_grad=True)
    weight.grad.zero_()
    return weight


def is_right_for_some(part, whole):
    return 0.5 if part == 1 else part * 0.3 + whole * 0.7


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


# One for each sentence; what an error means is tried in notebook/test_errors.py, too.
MACHINERY = [
    (lambda part, whole: {part: 1, whole: ...}, "Put your answer in place of the three dots"),
    (prints, "Not right yet. .*`print` only shows it"),
    (prints_and_returns, "That is the part itself. .*not shown here"),
    (returns_print, "what `print` returns, and that is nothing"),
    (returns_in_a_case, r"For `ratio\(0, 5\)` the function returns nothing"),
    (returns_in_the_loop, "`return share` is inside the loop, so .* first round.* as the `for`"),
    (returns_in_two_loops, "`return share` is inside 2 loops, so .* first round"),
    (lambda part: part, r"the check calls `ratio\(part, whole\)`. Look at the arguments"),
    (other_order, r"in the order of `ratio\(part, whole\)`"),
    (from_outside, "It never uses `whole`. Does it use `BASE` from outside in its place"),
    (misspelt, "nothing has the name `hole`. A typing mistake"),
    (lambda part, whole: part.argmax(), "of the kind `int` has no `.argmax`"),
    (lambda part, whole: torch.zeros(2, 3) @ torch.zeros(2, 3), "shapes that don't fit"),
    (lambda part, whole: torch.softmax([1, 2]), "gets a list"),
    (lambda part, whole: len(forgets_to_return(part)), r"`forgets_to_return\(part\)` returns None"),
    (no_gradient_yet, r"`weight.grad` is None, because no `backward\(\)` has put a gradient there"),
    (lambda part, whole: exit(), "end the whole program"),
    (lambda part, whole: torch.ones(10**14), "needs more memory than the computer has"),
    (lambda part, whole: [part].index(whole), "There is no list here"),
    (lambda part, whole: part / whole**2, "Divide once only"),
    (lambda part, whole: torch.ones(1).expand(10**9), "far too large: it holds millions"),
    (lambda part, whole: [[0] * 10**6] * 10, "far too large: it holds millions"),
    (lambda part, whole: str(part / whole), "The answer is text"),
    (lambda part, whole: abs, "The answer is a function"),
    (lambda part, whole: [part / whole], "not a list or tensor with the number in it"),
    (lambda part, whole: torch.tensor([part / whole]), "not a list or tensor with the number"),
    (lambda part, whole: (part, whole), "one number, not 2"),
    (lambda part, whole: {part: whole}, "not a dictionary"),
    (lambda part, whole: [part, "a"], "made of numbers, but there is text in it"),
    (lambda part, whole: [torch.ones(2), torch.ones(3)], "one number, but you return 2 things"),
    (lambda part, whole: math.nan, "not a number"),
    (lambda part, whole: -part / whole, r"signs are turned.* but yours gives -0.5"),
    (lambda part, whole: -part / whole / 4, "always 1/-4 of what it should be"),
    (lambda part, whole: 3 * part / whole, "always 3 times what it should be"),
    (lambda part, whole: part / whole + 1, "always 1 too large"),
    (lambda part, whole: 0 * part, "0 everywhere"),
    (lambda part, whole: whole, "`whole` as it was given"),
    (lambda part, whole: 12.25, "same whatever it is given.*but yours gives 12.25"),
    (lambda part, whole: math.ceil(part / whole), "^(?!.*rounded).* 0.5, but yours gives 1"),
    (lambda part, whole: Fraction(part + 6, 7 * whole + 1), "should give 0.5, but yours gives 0.4"),
    (lambda part, whole: part / whole + part * 0.00001234, "0.5, but yours gives 0.50001"),
    (is_right_for_some, r"For `ratio\(1, 2\)` it is right"),
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


# --- the guard: what takes too much is stopped, and what is slower than ours isn't ---------------


def works(times):
    for _ in range(times):
        sum(range(10**6))
    return times


slow = Check(lambda times: works(times), "", probes=[(10,)], mistakes={})


def test_a_right_answer_may_be_slower_than_ours(monkeypatch):
    """As on a slow computer: more than the patience that any function gets."""
    monkeypatch.setattr(checks, "PATIENCE", 0.01)
    assert slow.verdict(lambda times: works(3 * times) // 3).startswith("✓")


def test_an_endless_loop_is_stopped_however_slow_ours_is(monkeypatch):
    monkeypatch.setattr(checks, "PATIENCE", 0.3)
    monkeypatch.setattr(checks, "SLACK", 0.1)
    check = Check(ratio, "So it is.", probes=[(1, 2), (3, 4)], mistakes={})
    assert check.verdict(ratio) == "✓ Right. So it is."
    check._seconds, started = 1.0, time.process_time()
    text = check.verdict(never_ends)
    assert time.process_time() - started < 10  # about 1.4; without a limit to the slack, 21
    assert "Does a loop in it never end? Look at the line `" in text
    assert check.verdict(ratio) == "✓ Right. So it is."
    time.sleep(0.3)  # nobody watches any more


@pytest.mark.skipif(bounds.resource is None, reason="Windows doesn't say how large a process is")
def test_a_function_that_fills_the_memory_is_stopped(monkeypatch):
    monkeypatch.setattr(checks, "PATIENCE", 20)
    monkeypatch.setattr(bounds, "MEMORY", 2**25)
    assert "was filling the computer's memory" in machinery.ratio.verdict(fills_the_memory)


def test_what_is_kept_of_an_answer_is_small():
    large, array = torch.zeros(2000, 1000), np.zeros((2000, 1000))
    tensor, (part, text) = compact(large[3]), compact([array[3], "a"])
    assert tensor.untyped_storage().nbytes() == 4000 and part.base is None and text == "a"
    for whole in (large, array, [1, [array[0].copy()]]):
        assert compact(whole) is whole


# --- parts, effects, rules, and arguments that belong to the caller ------------------------------


@machinery.add("So they are.", probes=[([3, 1],), ([4.5, 1, 7],), ([2, 2],)], mistakes={
    "The list has changed.": lambda values: values.sort() or (values[0], values[-1]),
}, observe=lambda function, values: Observed(function(values), effects={"the list": values}))
def ends(values):
    return min(values), max(values)


@pytest.mark.parametrize("function, reason", [
    (lambda values: (values[-1], max(values)), r"the first value should be 1, but yours is 7"),
    (lambda values: max(values), r"2 numbers in a row, not a single number"),
    (lambda values: values.reverse() or (min(values), max(values)),
     r"After `ends\(\[3, 1\]\)`, the list, place 0 should be 3, not 1"),
    (lambda values: values.sort() or (values[0], values[-1]), "The list has changed."),
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


@pytest.mark.parametrize("check, function, reason", [
    (machinery.second, lambda values, more: values["a"][1], "✓ Right."),
    (machinery.second, lambda values, more: more.pop() and values["a"][1], "✓ Right."),  # as ours
    (machinery.second, lambda values, more: values["a"].pop(), "has changed `values`"),
    (machinery.answer_to_ones, in_evaluation, "has left `network` in eval() mode"),
    (machinery.answer_to_ones, puts_the_mode_back, "has left `network` in train() mode"),
], ids=lambda value: value if isinstance(value, str) else value.__name__)
def test_arguments_belong_to_the_caller(check, function, reason):
    assert reason in check.verdict(function)


@machinery.add("So it does.", probes=[([2, 1],)], mistakes={"One.": lambda values: [1]},
               observe=lambda function, values: Observed(
                   rules={"It should have two places.": len(function(values)) == 2}))
def turned_round(values):
    return values[::-1]


namespace = {"__name__": "notebook"}  # a learner's code is in another file than what observes it
exec("def layer(values): return object()", namespace)


@pytest.mark.parametrize("function, reason", [
    (lambda values: [1], "Not right yet. It should have two places."),
    (lambda values: [5, 5], "✓ Right."),
    (namespace["layer"], "2 numbers in a row, not a thing of the kind `object`"),
])
def test_a_broken_rule_is_the_reason(function, reason):
    assert reason in machinery.turned_round.verdict(function)


def test_a_function_that_answers_and_then_stops_hears_of_the_answer():
    check = Check(lambda power: 1 / 2.0**power, "", probes=[(2,), (700,)], mistakes={})
    text = check.verdict(lambda power: math.exp(-power) if power < 3 else math.exp(10 * power))
    assert "should give 0.25, but yours gives 0.1353" in text


@pytest.mark.parametrize("stops, known", [({4}, True), ({3, 4, 5}, False)])
def test_a_few_answers_alone_do_not_reveal_a_mistake(stops, known):
    """Whoever stops at most inputs may give the same as a mistake at the others by chance."""
    check = Check(lambda x: x + 1, "", probes=[(x,) for x in range(1, 6)],
                  mistakes={"That is x itself.": lambda x: x})
    text = check.verdict(lambda x: [x][x in stops])
    assert ("That is x itself." in text) == known


@machinery.add("So it is.", probes=[([1.0, 2.0],)], mistakes={"That is 0.": lambda values: 0},
               without=[torch.sum, statistics])
def total(values):
    return values[0] + values[1]


@pytest.mark.parametrize("function, name", [
    (lambda values: torch.tensor(values).sum(), "`sum`"),
    (lambda values: statistics.mean(values) * 2, "`statistics`"),
    (lambda values: sum(values), None),  # Python's own
])
def test_what_it_is_to_be_done_without_counts_when_it_runs(function, name):
    text = machinery.total.verdict(function)
    assert (f"Its result is right, but the exercise is to do it without {name}" in text
            if name else text == "✓ Right. So it is.")
    wrong = machinery.total.verdict(lambda values: function(values) + 1)
    assert "should give 3, but yours gives 4" in wrong
    assert (f"without {name}" in wrong) == bool(name)


# --- whatever is called right, the cells after it can use ----------------------------------------


@machinery.add("So they are.", probes=[(torch.tensor(values, requires_grad=True),)
                                       for values in ([0.5, -1.0], [3.0])],
               mistakes={"That is 0.": lambda values: 0 * values})
def twice(values):
    return 2 * values


@machinery.add("So they are.", probes=[(torch.tensor([0.5, -1.0]),)],
               mistakes={"All.": lambda values: values == values})
def above(values):
    return values > 0


@pytest.mark.parametrize("check, function, reason", [
    (machinery.twice, lambda values: values + values, "✓ Right."),
    (machinery.twice, lambda values: 2 * values.detach(), "forgotten how they were computed"),
    (machinery.twice, lambda values: (2 * values).tolist(), "forgotten how they were computed"),
    (machinery.above, lambda values: ~(values <= 0), "✓ Right."),
    (machinery.above, lambda values: (values > 0).tolist(), "in a list. Return them as a tensor"),
    (machinery.above, lambda values: (values > 0).numpy(), "in an array. Return them as a tensor"),
    (machinery.above, lambda values: (values > 0).float(), "should be a tensor of True and False"),
], ids=lambda value: value if isinstance(value, str) else value.__name__)
def test_what_is_right_can_be_used(check, function, reason):
    assert reason in check.verdict(function)


def test_numbers_on_paper_are_not_given_away():
    one = Check(lambda: 9.5, "", probes=[()], mistakes={"Too much.": lambda: 10},
                on_paper="Which sum is off?")
    assert one.verdict(lambda: 10) == "Not right yet. Too much."
    assert one.verdict(lambda: 19) == "Not right yet. Not this number. Which sum is off?"
    assert "9.5" not in one.verdict(lambda: (1, 2)) + one.verdict(lambda: "9")
    two = Check(lambda: (7, 13), "", probes=[()], mistakes={}, on_paper=["By 8?", "Minus 5?"])
    assert two.verdict(lambda: (7, 12)) == "Not right yet. Not the second number. Minus 5?"


@pytest.mark.parametrize("value, right, expected", [
    (3, 3.0001, False), (True, 1, True), ([1, 2], torch.tensor([1.0, 2]), True),
    ([[1, 2]], [1, 2], False), ([1, "a"], (1, "a"), True), ([1, "a"], [1, "b"], False),
    ({"a": [1]}, {"a": [1.0]}, True), (math.nan, math.nan, True), (1e-6, 0, False),
    ([[1], [1, 2]], [[1], [1, 2]], True), (None, 0, False),
], ids=str)
def test_what_is_the_same(value, right, expected):
    assert same(value, right) is expected


# --- the kernel and the lesson --------------------------------------------------------------------


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


@pytest.mark.parametrize("ends", [None, ValueError, KeyboardInterrupt])
def test_a_check_leaves_the_kernel_as_it_was(ends):
    def changes_the_kernel(part, whole):
        change_the_kernel()
        if ends:
            raise ends
        return part / whole

    before = state_of_the_kernel()
    with contextlib.suppress(KeyboardInterrupt):
        assert machinery.ratio.verdict(changes_the_kernel).startswith("✓") == (ends is None)
    assert state_of_the_kernel() == before


def test_a_check_works_in_a_kernel_without_gradients():
    with torch.no_grad():
        assert machinery.twice.verdict(machinery.twice.solution).startswith("✓ Right.")


def test_no_probe_sees_what_the_function_has_switched_off_in_the_one_before():
    def switches_off(*arguments):
        answer = machinery.twice.solution(*arguments)
        torch.set_grad_enabled(False)
        return answer

    assert machinery.twice.verdict(switches_off).startswith("✓ Right.")


def test_a_cell_that_could_not_be_run_is_named(monkeypatch, capsys):
    shell = InteractiveShell.instance()
    monkeypatch.setattr(checks, "get_ipython", lambda: shell)
    for _ in range(2):
        shell.run_cell("def ratio(part, whole:\n    return part")
        machinery.ratio(lambda part, whole: ...)  # the name stands for what was there before
        assert "Line 1: " in capsys.readouterr().out.splitlines()[-1]
    shell.run_cell("1")
    machinery.ratio(lambda part, whole: ...)
    assert "three dots" in capsys.readouterr().out


def test_the_function_itself_is_needed(capsys):
    machinery.ratio(7)
    assert "without brackets" in capsys.readouterr().out


@pytest.mark.parametrize("function, is_right", [(lambda part, whole: part / whole, True),
                                                (prints, False), (lambda part, whole: ..., False)])
def test_a_lesson_goes_on_with_ours_until_an_answer_is_right(function, is_right, capsys):
    used = machinery.ratio.or_ours(function)
    assert used is (function if is_right else machinery.ratio.solution)
    said = capsys.readouterr().out
    assert said.startswith("Your `ratio` is right" if is_right else "The lesson goes on with our")
    machinery.ratio.or_ours(used)  # the same cell, run again
    assert capsys.readouterr().out == said


def test_where_the_solution_stops_the_course_is_at_fault(monkeypatch):
    """From the start, or later on in the same kernel."""
    def damaged():
        raise ValueError("adder.pt is damaged")

    ours = draw_a_digit.checks.hide
    new, used = (Check(ours.solution, "So.", probes=ours.probes, mistakes={}, observe=ours.observe)
                 for _ in range(2))
    assert used.verdict(used.solution) == "✓ Right. So."
    monkeypatch.setattr(draw_a_digit, "load_pretrained", damaged)
    assert used.verdict(used.solution).startswith("This can't be checked.")
    text = new.verdict(lambda strokes: 1 / 0)
    assert text.startswith("This can't be checked.") and "adder.pt is damaged" in text
    assert "your function is not to blame" in text and "check_environment()" in text


def test_only_what_is_there_can_be_rewritten():
    assert rewritten(ratio, ("part /", "2 * part /"))(1, 4) == 0.5
    with pytest.raises(ValueError, match="isn't in the solution"):
        rewritten(ratio, ("hole /", "2"))


def test_random_whole_numbers_include_both_ends():
    assert {rand_int(2, 4) for _ in range(60)} == {2, 3, 4}
