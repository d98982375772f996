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
  included. Where an answer has several parts (a tuple, effects), its first wrong part is looked at.
- `observe(function, *arguments)` returns an `Observed`, if there is more to see than the answer:
  what the function did to something, and rules that it must keep. Where the answer can be of many
  kinds, rules alone will do.
- `without=[F.one_hot]` lists what the exercise is to be done without: functions, or modules. It is
  seen when the function runs.
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
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import torch

from .reasons import Case, Part, Wrong, explain, is_of_right_kind
from .slips import mendings
from .trials import AUTOGRAD, Observed, Seen, Stop, Unreadable, Unsolved, observed
from .values import plain, same

__all__ = ["AUTOGRAD", "Check", "Checks", "Observed", "rand_int"]
OPERATORS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "pow": "**"}
SECONDS = 2.0  # of the processor, to look for one small change that makes a function right


class Checks:
    """The checks of one lesson, each under the name of the function that is to be filled in."""

    def add(self, remark: str, **options):
        """Make a check of the solution below; see `Check` for the options."""

        def decorate(solution):
            setattr(self, solution.__name__, Check(solution, remark, **options))
            return solution

        return decorate


class OurFault(Exception):
    """The course's own solution can't be run, so that nothing can be said of a learner's."""


@dataclass
class Try:
    """The arguments of a probe, and what is seen of both functions with them."""

    arguments: tuple
    ours: Seen
    seen: Seen

    @property
    def right(self) -> Observed:
        return self.ours.outcome  # type: ignore[return-value]  # _see_solution makes sure

    def case(self, part: Part) -> Case:
        """A part of both; both answers as they are where there is no such part of the learner's."""
        outcome = self.seen.outcome
        if not part.is_in(outcome):
            outcome = Unreadable(self.seen.answer)
        if isinstance(outcome, Unreadable):
            return Case(self.arguments, self.ours.answer, outcome)
        return Case(self.arguments, part.of(self.right), part.of(outcome))


class Check:
    """Prints whether a function does what the solution does.

    probes: tuples of arguments, or a function that yields them; mistakes: for each reason a wrong
    function, or texts of the solution each followed by what replaces it, or a list of these;
    observe: what is compared, of the function and a copy of the arguments; tolerance: how far off
    numbers may be, as a share of the largest; without: functions and modules not to be used.
    """

    def __init__(self, solution: Callable, remark: str, *, probes, mistakes: Mapping,
                 observe: Callable | None = None, tolerance=1e-5, without=()):
        self.solution, self.remark, self.__name__ = solution, remark, solution.__name__
        self.probes, self.mistakes = probes, mistakes
        self.observe = observe or (lambda function, *arguments: Observed(function(*arguments)))
        self.tolerance, self.without = tolerance, list(without)
        self._mistakes_seen: dict[tuple[int, int], Any] = {}

    def __call__(self, function) -> None:
        print(self.verdict(function))

    def verdict(self, function) -> str:
        """What is printed of a function."""
        if not callable(function):
            return "Not right yet. Give the check the function itself, without brackets behind it."
        with torch.random.fork_rng(devices=[]):  # the lesson's own go on as before
            try:
                return self._verdict(function)
            except Unsolved as unsolved:
                return f"Not solved yet. {unsolved}"
            except OurFault as fault:
                return (f"This can't be checked. Our own solution stops ({fault}): something in "
                        "the course is missing or damaged, and your function is not to blame. "
                        "`check_environment()`, at the start of lesson 0, says what to do. Then "
                        "restart the kernel.")

    def _verdict(self, function) -> str:
        output, right, started = io.StringIO(), self._right, time.thread_time()
        # A warning is no mistake, and calling the function shows it.
        with contextlib.redirect_stdout(output), warnings.catch_warnings(action="ignore"):
            tries = [Try(probe, ours, self._see_learners(function, probe)) for probe, ours in right]
            seconds, printed = time.thread_time() - started, bool(output.getvalue())
            reason = self._reason(function, tries, printed, seconds)
        if reason and printed:
            reason += " (What it prints is not shown here; call it yourself to see that.)"
        return f"Not right yet. {reason}" if reason else f"✓ Right. {self.remark}"

    def wrong_functions(self) -> Iterator[tuple[str, Callable]]:
        """Each mistake as (reason, function)."""
        for reason, wrongs in self.mistakes.items():
            for wrong in wrongs if isinstance(wrongs, list) else [wrongs]:
                yield reason, wrong if callable(wrong) else rewritten(self.solution, *wrong)

    @functools.cached_property
    def _wrong(self) -> list[tuple[str, Callable]]:
        return list(self.wrong_functions())

    @functools.cached_property
    def _right(self) -> list[tuple[tuple, Seen]]:
        """The probes, each with what is right. Raises OurFault where the solution stops."""
        torch.default_generator.manual_seed(0)
        try:
            probes = list(self.probes() if callable(self.probes) else self.probes)
        except Exception as error:
            raise OurFault(Stop(error, self.solution).message) from error
        return [(probe, self._see_solution(probe)) for probe in probes]

    def _see_solution(self, probe: tuple) -> Seen:
        seen = self._see(self.solution, probe)
        if not isinstance(seen.outcome, Observed):
            raise OurFault(seen.outcome.message)
        return seen

    def _see_learners(self, function, probe: tuple) -> Seen:
        seen = self._see(function, probe)
        if isinstance(seen.outcome, Unreadable):
            self._see_solution(probe)  # if that has come to fail, too, it isn't the answer's fault
        return seen

    def _see(self, function, probe: tuple) -> Seen:
        torch.default_generator.manual_seed(0)
        return observed(function, self.observe, copy.deepcopy(probe), self.without)

    def _reason(self, function, tries: list[Try], printed: bool, seconds: float) -> str | None:
        """Why the function is wrong; None if it is right."""
        for part in self._parts(tries):
            if broken := self._broken([one for one in tries if not part.is_in(one.seen.outcome)]):
                return broken
            cases = [one.case(part) for one in tries]
            wrong = [case for case in cases if not self._same(case.value, case.right)]
            if wrong:
                facts = Wrong(function, self.solution, part, cases, wrong, self._same, printed)
                mended = functools.partial(self._mended, function, tries, seconds)
                return self._why(facts, tries, mended) + self._used_as_well(tries)
        return self._broken(tries) or self._used(tries)

    def _broken(self, tries: list[Try]) -> str | None:
        """The reason of the first rule that is broken."""
        outcomes = (one.seen.outcome for one in tries)
        broken = (reason for outcome in outcomes if isinstance(outcome, Observed)
                  for reason in outcome.broken())
        return next(broken, None)

    def _why(self, facts: Wrong, tries: list[Try], mended: Callable) -> str:
        """The reason of a mistake that is recognised, or else one for what is seen."""
        value = facts.wrong[0].value
        if isinstance(value, Stop) and isinstance(value.error, Unsolved):
            raise value.error
        gives_nothing = isinstance(value, Stop) and value.gives_nothing
        known = None if gives_nothing else self._recognise(tries, facts.part)
        return known or explain(facts, mended)

    def _parts(self, tries: list[Try]) -> list[Part]:
        """What is compared, one after the other: effects, then the answer or each place of it."""
        right = tries[0].right
        effects = [Part(effect=name) for name in right.effects]
        answers = [one.seen.outcome.answer for one in tries
                   if isinstance(one.seen.outcome, Observed)]
        several = isinstance(right.answer, tuple) and all(
            _length(answer) == len(right.answer) for answer in answers)
        places = range(len(right.answer)) if several else [None]
        return effects + [Part(place=place) for place in places]

    def _recognise(self, tries: list[Try], part: Part) -> str | None:
        """The reason of the mistake that gives the same, or else the same wrong part.

        Of a function that answers some probes and stops at others, the answers alone count, if
        several are wrong already.
        """
        answered = [case for one in tries if is_of_right_kind(case := one.case(part))]
        alone = sum(not self._same(case.value, case.right) for case in answered) > 1
        same_part = None
        for which, (reason, _) in enumerate(self._wrong):
            whole_is, part_is = True, same_part is None
            for place, one in enumerate(tries):
                outcome, other = one.seen.outcome, self._see_mistake(which, place)
                whole_is = whole_is and self._same_outcome(outcome, other)
                part_is = part_is and (alone and isinstance(outcome, Stop) or (
                    part.is_in(outcome) and part.is_in(other)
                    and self._same(part.of(outcome), part.of(other))))
                if not whole_is and not part_is:
                    break
            if whole_is:
                return reason
            if part_is:
                same_part = reason
        return same_part

    def _see_mistake(self, which: int, place: int):
        """What comes of a mistake with one of the probes. It is the same in every run."""
        if (which, place) not in self._mistakes_seen:
            outcome = self._see(self._wrong[which][1], self._right[place][0]).outcome
            self._mistakes_seen[which, place] = outcome
        return self._mistakes_seen[which, place]

    def _mended(self, function, tries: list[Try], seconds: float) -> str:
        """Where one small change in its own code makes a function right; "" if none is found."""
        end = time.thread_time() + SECONDS - 10 * seconds  # not where each run takes long
        for place, code in mendings(function):
            if time.thread_time() > end:
                break
            other = from_code(code, function.__name__, dict(function.__globals__))
            if all(self._same_outcome(self._see(other, one.arguments).outcome, one.right)
                   for one in tries):
                return place
        return ""

    def _used(self, tries: list[Try]) -> str | None:
        """The reason for what the function should have done without, and didn't."""
        used = [thing for one in tries for thing in one.seen.used]
        return (f"What it gives is right, but the exercise is to do it without {_called(used[0])}, "
                "and your function uses that.") if used else None

    def _used_as_well(self, tries: list[Try]) -> str:
        used = [thing for one in tries for thing in one.seen.used]
        return f" (And the exercise is to do it without {_called(used[0])}.)" if used else ""

    def _same_outcome(self, value, right) -> bool:
        """Whether all that is observed is the same."""
        if not isinstance(value, Observed) or not isinstance(right, Observed):
            return self._same(value, right)
        return (self._same(value.answer, right.answer)
                and self._same(dict(value.effects), dict(right.effects))
                and value.broken() == right.broken())

    def _same(self, value, right) -> bool:
        if isinstance(value, (Stop, Unreadable)):
            return value == right
        return same(value, right, self.tolerance)


def _length(answer) -> int | None:
    """How many places an answer has, if it has places."""
    answer = answer if isinstance(answer, (list, tuple)) else plain(answer)
    try:
        return len(answer) if not isinstance(answer, (str, dict, set)) else None
    except TypeError:  # of a number, or of anything else that has none
        return None


def _called(thing: Any) -> str:
    """A function or a module as one speaks of it."""
    if thing is torch:
        return "PyTorch"
    name = thing.__name__ if isinstance(thing, ModuleType) else thing.__name__.strip("_")
    return f"`{OPERATORS.get(name, name.removeprefix('linalg_'))}`"


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
