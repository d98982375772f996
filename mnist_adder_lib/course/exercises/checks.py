'''Checks of the exercises: `checks.one_hot(one_hot)` says if your function is right, or why not.

A check is its solution, the inputs to try (probes) and wrong answers with their reasons (mistakes):

    @checks.add("A remark worth reading, for those who got it right.",
                probes=[(4,), (3,), (0.5,)],
                mistakes={"That is x itself.": lambda x: x,
                          "That is twice x.": ("x / 2", "x * 2")})  # the solution, one part changed
    def half(x):
        return x / 2

- Probes are tuples of arguments, or a function that yields them: the smallest first, as it may
  be shown. They must reach every line and limit of the solution. torch's random numbers are the
  same in every run.
- A mistake is recognised when it gives what the learner's function gives, for all probes, errors
  included. Where an answer has several parts (a tuple, a dict), its first wrong part is looked at.
- `observe(function, *arguments)` says what is compared, if not just what the function returns: a
  dict of parts, say, with keys that can be read: {"the list": given, "the loss": loss}.
- Reasons for what isn't recognised (errors, shapes, factors, a missing `return`) are in reasons.py.
'''

from __future__ import annotations

import ast
import contextlib
import copy
import functools
import inspect
import io
import linecache
import textwrap
import warnings
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import torch

from .reasons import Case, Nothing, Stop, Unsolved, explain, parts, plain
from .slips import slips


class Checks:
    """The checks of one lesson, each under the name of the function that is to be filled in."""

    def add(self, remark: str, **options):
        """Make a check of the solution below; see `Check` for the options."""

        def decorate(solution):
            setattr(self, solution.__name__, Check(solution, remark, **options))
            return solution

        return decorate


class Check:
    """Prints whether a function does what the solution does.

    probes: tuples of arguments, or a function that yields them; mistakes: for each reason a wrong
    function, or texts of the solution each followed by what replaces it, or a list of these;
    observe: what is compared, of the function and a copy of the arguments; tolerance: how far off
    numbers may be, as a share of the largest.
    """

    def __init__(self, solution: Callable, remark: str, *, probes, mistakes: Mapping,
                 observe=lambda function, *arguments: function(*arguments), tolerance=1e-5):
        self.solution, self.remark, self.__name__ = solution, remark, solution.__name__
        self.probes, self.mistakes, self.observe = probes, mistakes, observe
        self.tolerance = tolerance

    def __call__(self, function) -> None:
        print(self.verdict(function))

    def verdict(self, function) -> str:
        """What is printed of a function."""
        if not callable(function):
            return "Not right yet. Give the check the function itself, without brackets behind it."
        output = io.StringIO()
        with torch.random.fork_rng(devices=[]):  # the lesson's own go on as before
            with contextlib.redirect_stdout(output):
                cases = [Case(arguments, right, self._outcome(function, arguments))
                         for arguments, right in self._right]
            try:
                with warnings.catch_warnings(action="ignore"):  # those of likely mistakes
                    reason = self._reason(function, cases, bool(output.getvalue()))
            except Unsolved as unsolved:
                return f"Not solved yet. {unsolved}"
        if reason and output.getvalue():
            reason += " (What it prints is not shown here; call it yourself to see that.)"
        return f"Not right yet. {reason}" if reason else f"✓ Right. {self.remark}"

    def wrong_functions(self) -> Iterator[tuple[str, Callable]]:
        """Each mistake as (reason, function)."""
        for reason, wrongs in self.mistakes.items():
            for wrong in wrongs if isinstance(wrongs, list) else [wrongs]:
                yield reason, wrong if callable(wrong) else rewritten(self.solution, *wrong)

    @functools.cached_property
    def _right(self) -> list[tuple]:
        torch.default_generator.manual_seed(0)
        probes = list(self.probes() if callable(self.probes) else self.probes)
        return [(probe, self._outcome(self.solution, probe)) for probe in probes]

    def _outcome(self, function, arguments):
        """What there is to observe; a Stop where the function raises an error or has no answer."""

        def call(*arguments):
            answer = function(*arguments)
            if answer is ... or isinstance(answer, tuple) and any(part is ... for part in answer):
                raise Unsolved("Put your answer in place of the three dots.")
            if answer is None:
                raise Nothing
            return answer

        torch.default_generator.manual_seed(0)
        try:
            return self.observe(call, *copy.deepcopy(arguments))
        except Exception as error:
            return Stop(error, function)

    def _reason(self, function, cases: list[Case], printed: bool) -> str | None:
        """Why the function is wrong; None if it is right."""
        key = next((key for key in parts(cases) if not all(
            self._same(case.part(key).value, case.part(key).right) for case in cases)), None)
        looked_at = [case.part(key) for case in cases]
        wrong = [case for case in looked_at if not self._same(case.value, case.right)]
        if not wrong:
            return None
        unsolved = wrong[0].value
        if isinstance(unsolved, Stop) and isinstance(unsolved.error, Unsolved):
            raise unsolved.error
        nothing = isinstance(unsolved, Stop) and isinstance(unsolved.error, Nothing)
        if not nothing and (reason := self._recognise(self.wrong_functions(), cases, key)):
            return reason
        slip = self._recognise(self._slips(), cases, key) or ""
        return explain(function, self.solution, looked_at, wrong, key, printed, self._same, slip)

    def _recognise(self, mistakes, cases: list[Case], key) -> str | None:
        """The reason of the mistake that gives the same, or else the same wrong part."""
        part = None
        for reason, mistake in mistakes:
            whole_is, part_is = True, part is None
            for case in cases:
                other = Case(case.arguments, case.right, self._outcome(mistake, case.arguments))
                whole_is &= self._same(case.value, other.value)
                part_is &= part is None and self._same(case.part(key).value, other.part(key).value)
                if not whole_is and not part_is:
                    break
            if whole_is:
                return reason
            part = reason if part_is else part
        return part

    def _slips(self) -> Iterator[tuple[str, Callable]]:
        """The solution with small changes, each with what it is."""
        for words, _, code in slips(code_of(self.solution)):
            function = from_code(code, self.__name__, dict(self.solution.__globals__))
            yield f"Our solution would give the same {words}.", function

    def _same(self, value, right) -> bool:
        return same(value, right, self.tolerance)


def same(value, right, tolerance: float = 1e-5) -> bool:
    """Whether two values are the same: numbers, text, tensors, arrays, lists, dicts, nested.

    Kinds of numbers, and of rows of numbers, don't matter; a tensor of one number is a number.
    """
    tensor = isinstance(value, (torch.Tensor, np.ndarray))
    value, right = plain(value), plain(right)
    if isinstance(right, np.ndarray) and isinstance(value, np.ndarray):
        if tensor and value.size == right.size == 1:
            value = value.reshape(right.shape)
        return value.shape == right.shape and np.allclose(
            value, right, rtol=0, atol=1e-7 + tolerance * _size(right), equal_nan=True)
    if type(value) is not type(right):
        return False
    if isinstance(right, dict):
        return value.keys() == right.keys() and all(
            same(value[key], right[key], tolerance) for key in right)
    if isinstance(right, list):
        return len(value) == len(right) and all(
            same(*pair, tolerance) for pair in zip(value, right))
    return value is right or bool(value == right)


def _size(array: np.ndarray) -> float:
    """The largest number of an array, whatever its sign."""
    return np.abs(array, where=np.isfinite(array), out=np.zeros(array.shape)).max(initial=0)


def rewritten(function: Callable, *changes: str) -> Callable:
    """The function with changes in its code: each text is followed by what replaces it."""
    code = code_of(function)
    for old, new in zip(changes[::2], changes[1::2]):
        if old not in code:
            raise ValueError(f"{old!r} isn't in the solution {function.__name__}")
        code = code.replace(old, new)
    return from_code(code, function.__name__, dict(function.__globals__))


def code_of(function: Callable) -> str:
    """The lines of a function without its decorators."""
    code = textwrap.dedent(inspect.getsource(function))
    return "\n".join(code.splitlines()[ast.parse(code).body[0].lineno - 1:])


def from_code(code: str, name: str, names: dict) -> Callable:
    """The function of this name in a piece of code, whose lines can be looked up."""
    file = f"<{name} {hash(code)}>"
    linecache.cache[file] = len(code), None, code.splitlines(keepends=True), file
    exec(compile(code, file, "exec"), names)
    return names[name]


def rand_int(low: int, high: int) -> int:
    """A random whole number from low to high, both included."""
    return int(torch.randint(low, high + 1, ()))
