'''Checks of the exercises: `checks.one_hot(one_hot)` says if your function is right, or why not.

A check is its solution, the inputs to try (probes) and wrong answers with their reasons (mistakes):

    @checks.add("A remark worth reading, for those who got it right.",
                probes=[(4,), (3,), (0.5,)],
                mistakes={"That is x itself.": lambda x: x,
                          "That is twice x.": ("x / 2", "x * 2"),  # the solution: (old, new)
                          "That is a third of x.": "x / 3"})  # what it returns instead
    def half(x):
        return x / 2

- Probes are tuples of arguments, or a function that yields them: the smallest first, as it may
  be shown. They must reach every line and limit of the solution. torch's random numbers are the
  same in every run.
- A mistake is recognised when it gives what the learner's function gives, for all probes, errors
  included. If an answer has several parts (a tuple, effects), its first wrong part is compared.
- `observe(function, *arguments)` returns an `Observed`, if there is more to see than the answer:
  what the function did to something, and rules that it must keep. If the answer can be of many
  kinds, rules alone will do.
- `without=[F.one_hot]` lists what the exercise is to be done without: functions, or modules. It is
  seen when the function runs.
- Whatever is called right, the cells after it can use: where the solution returns a tensor, so must
  the learner's function, and one of True and False if ours is. If no cell goes on with it, lists
  and arrays are right as well: `lists=True`. If a probe is a tensor that requires
  gradients, the answer must lead back to it.
- Arguments belong to the caller: a right answer is rejected if the function has changed one of them
  and the solution doesn't change that one.
- Reasons for answers that no mistake explains (errors, shapes, factors, a missing `return`) are in
  reasons.py.

What happens to an answer, from `checks.one_hot(one_hot)` to the sentence:

1. `Check.verdict` runs the solution, once in a kernel, and the learner's function on a copy of each
   probe. The outcome is a `FunctionRun`, and both runs on a probe are a `RunPair`.
2. `observe` gets the function wrapped as a `WatchedFunction` (calls.py), which notes answer and
   error, what it uses of `without`, and which arguments it changes. The outcome of a run is what
   `observe` returns, an `Observed`; or `Stopped`, where the function raised an error, returned
   nothing, or was stopped by the `Watchdog` (bounds.py) because it took too much time or memory;
   or `Unreadable`, where the answer is of a kind that `observe` can't look at.
3. Outcomes are compared part by part (`Part`): each effect, then each place of the answer. Of the
   first part that is wrong, `Check._why` looks for a mistake that gives the same on all probes.
4. If there is none, `explain` (reasons.py) gets the `WrongAnswer`, all that is known of it: a
   `Comparison` of this part for each probe. It says where the function stopped, or what is wrong
   with the answer's kind or shape, or a pattern in its numbers. The first difference ends the
   reason.
5. If all parts are right, the function is still rejected if it breaks a rule, uses what it should
   do without, or has changed an argument. Otherwise the check prints its remark.
6. Whatever the function does to the kernel (gradients switched off, another default type, other
   random numbers) is put back after each run, by `kept` (kept.py).
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
from IPython import get_ipython

from . import done
from .bounds import RanAway, Watchdog
from .calls import (
    AUTOGRAD,
    Comparison,
    FunctionRun,
    Observed,
    Part,
    Stopped,
    Unreadable,
    Unsolved,
    WrongAnswer,
    run_function,
)
from .kept import kept
from .reasons import PRINTS_ONLY, explain, is_of_right_kind, of_no_use, out_of_order
from .values import plain, same

__all__ = ["AUTOGRAD", "Check", "Checks", "Observed", "rand_int"]
OPERATORS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "pow": "**"}
RIGHT = "✓ Right."
PATIENCE = 10.0  # seconds of the processor that any function may take, however fast the solution is
SLACK = 20.0  # seconds more, at most, where the solution isn't fast


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
class RunPair:
    """The arguments of a probe, and a run of the solution and of the learner's function on them."""

    arguments: tuple
    ours: FunctionRun
    theirs: FunctionRun

    @property
    def right(self) -> Observed:
        return self.ours.outcome  # type: ignore[return-value]  # _run_solution makes sure

    @property
    def changed(self) -> dict[int, str]:
        """The arguments that the learner's function has changed, and the solution hasn't."""
        return {place: how for place, how in self.theirs.changed.items()
                if place not in self.ours.changed}

    def compare(self, part: Part) -> Comparison:
        """Compare a part of both; both answers whole where the learner's has no such part."""
        outcome = self.theirs.outcome
        if not part.is_in(outcome):
            outcome = Unreadable(self.theirs.answer)
        if isinstance(outcome, Unreadable):
            return Comparison(self.arguments, self.ours.answer, outcome)
        return Comparison(self.arguments, part.of(self.right), part.of(outcome))


class Check:
    """A check, which prints whether a function does what the solution does.

    probes: tuples of arguments, or a function that yields them; mistakes: for each reason a wrong
    function, or a change of the solution as a pair (old, new) or a tuple of such pairs, or what its
    last line returns instead, or a list of these;
    observe: what is compared, of the function and a copy of the arguments; tolerance: how far off
    numbers may be, as a share of the largest; without: functions and modules not to be used;
    on_paper: of numbers that are worked out on paper, which part of the calculation to look at, in
    a list if the answer has several. Then no reason gives the right number away;
    seconds: of the processor that a right answer takes, for a check that trains what is returned
    and has rules alone. To judge an answer, neither the solution nor a mistake is trained then;
    lists: whether lists and arrays will do for a tensor, as no cell goes on with the answer.
    """

    def __init__(self, solution: Callable, remark: str, *, probes, mistakes: Mapping,
                 observe: Callable | None = None, tolerance=1e-5, without=(),
                 on_paper: str | list[str] = "", seconds=0.0, lists=False):
        self.solution, self.remark, self.__name__ = solution, remark, solution.__name__
        self.probes, self.mistakes = probes, mistakes
        self.observe = observe or (lambda function, *arguments: Observed(function(*arguments)))
        self.tolerance, self.without, self.on_paper = tolerance, list(without), on_paper
        self.rules_alone, self._seconds, self.lists = seconds > 0, seconds, lists
        self._runs_of_mistakes: dict[tuple[int, int], FunctionRun] = {}
        self._said: tuple[Any, str] = None, ""  # the last function that was checked, its verdict
        self._refused = ""  # the verdict on the last function, if it was wrong

    def __call__(self, *functions) -> None:
        if len(functions) != 1:
            print(f"Not right yet. Pass the check one function, the name of yours: "
                  f"`checks.{self.__name__}({self.__name__})`.")
            return
        if functions[0] is self.solution:  # after `or_ours`, or before any answer
            verdict = self._refused or (
                f"Not solved yet. The name `{self.__name__}` still stands for our function. Run "
                "the cell with yours first, then this one.")
        else:
            verdict = self.verdict(*functions)
            self._said = functions[0], verdict
            self._refused = "" if verdict.startswith(RIGHT) else verdict
        if not verdict.startswith(RIGHT) and (error := syntax_error()):
            verdict = ("Not solved yet. The cell before this one stopped with an error, so it "
                       f"hasn't made your function. Line {error.lineno}: {error.msg}.")
        print(verdict)
        self._note(verdict)

    def or_ours(self, function):
        """Return the function if it is right, or else the solution; print which of them it is.

        For a lesson that goes on with what an exercise asks for. If the line above it has just
        printed the verdict, that one counts.
        """
        checked, verdict = self._said
        self._said = None, ""
        if checked is not function:
            verdict = "" if function is self.solution else self.verdict(function)
        if verdict.startswith(RIGHT):
            self._note(RIGHT)
            print(f"Your `{self.__name__}` is right: the lesson goes on with it.")
            return function
        print(f"The lesson goes on with our `{self.__name__}`, until the check finds yours right.")
        return self.solution

    def _note(self, verdict: str) -> None:
        if verdict.startswith(RIGHT):
            done.note(self.solution.__module__.rpartition(".")[2], "exercise", self.__name__)

    def verdict(self, function) -> str:
        """Return the verdict on a function, as it is printed."""
        if not callable(function):
            return ("Not right yet. Pass the check the function itself, without brackets after its "
                    "name.")
        if inspect.iscoroutinefunction(function):
            return ("Not right yet. `async def` makes a function that doesn't run when it is "
                    "called. Write `def` alone.")
        with kept():
            torch.set_grad_enabled(True)  # as in a new kernel, whatever the learner has tried
            torch.set_default_dtype(torch.float32)
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
        output = io.StringIO()
        warnings.simplefilter("ignore")  # no mistakes, and calling the function shows them
        with contextlib.redirect_stdout(output):
            pairs = self._pairs(function, self._right)
            printed = bool(output.getvalue())
            reason = self._reason(function, pairs, printed)
        if reason and (order := out_of_order(function, self.solution)):
            reason = order  # first of all: it may be the reason for anything else
        elif reason and printed and not reason.startswith(PRINTS_ONLY):
            reason += " (What it prints is not shown here; call it yourself to see that.)"
        return f"Not right yet. {reason}" if reason else f"{RIGHT} {self.remark}"

    def _pairs(self, function, right: list[tuple[tuple, FunctionRun]]) -> list[RunPair]:
        """Run a function on all probes. If one of them has no end, the rest isn't begun."""
        pairs: list[RunPair] = []
        try:
            with Watchdog(PATIENCE + self._seconds + min(SLACK, 20 * self._seconds)):
                for probe, ours in right:
                    pairs.append(RunPair(probe, ours, self._run_learners(function, probe)))
        except RanAway as error:
            stopped = FunctionRun(Stopped(error, function), None, [], {})
            pairs += [RunPair(probe, ours, stopped) for probe, ours in right[len(pairs):]]
        return pairs

    def wrong_functions(self) -> Iterator[tuple[str, Callable]]:
        """Yield each mistake as (reason, function)."""
        for reason, wrongs in self.mistakes.items():
            for wrong in wrongs if isinstance(wrongs, list) else [wrongs]:
                if isinstance(wrong, str):
                    last = code_of(self.solution).splitlines()[-1]
                    wrong = (last, f"    return {wrong}")
                if not callable(wrong):
                    changes = [wrong] if isinstance(wrong[0], str) else wrong
                    wrong = rewritten(self.solution, *changes)
                yield reason, wrong

    @functools.cached_property
    def _wrong(self) -> list[tuple[str, Callable]]:
        return list(self.wrong_functions())

    @functools.cached_property
    def _right(self) -> list[tuple[tuple, FunctionRun]]:
        """List the probes, each with the solution's run. Raises OurFault where it stops."""
        torch.default_generator.manual_seed(0)
        started = time.process_time()
        try:
            probes = list(self.probes() if callable(self.probes) else self.probes)
        except Exception as error:
            raise OurFault(Stopped(error, self.solution).message) from error
        if self.rules_alone:
            return [(probe, FunctionRun(Observed(), None, [], {})) for probe in probes]
        right = [(probe, self._run_solution(probe)) for probe in probes]
        self._seconds = time.process_time() - started
        return right

    def _run_solution(self, probe: tuple) -> FunctionRun:
        seen = self._run(self.solution, probe)
        if not isinstance(seen.outcome, Observed):
            raise OurFault(seen.outcome.message)
        return seen

    def _run_learners(self, function, probe: tuple) -> FunctionRun:
        with kept():  # no probe sees what the function has switched off in the one before
            seen = self._run(function, probe)
        if isinstance(seen.outcome, Unreadable):
            self._run_solution(probe)  # if that has come to fail, too, it isn't the answer's fault
        return seen

    def _run(self, function, probe: tuple) -> FunctionRun:
        torch.default_generator.manual_seed(0)
        return run_function(function, self.observe, copy.deepcopy(probe), self.without)

    def _reason(self, function, pairs: list[RunPair], printed: bool) -> str | None:
        """Say why the function is wrong; None if it is right."""
        parts = self._parts(pairs)
        used, changed = self._first_used(pairs), self._first_changed(pairs)
        for part in parts:
            without_part = [pair for pair in pairs if not part.is_in(pair.theirs.outcome)]
            if broken := self._broken(without_part):
                return broken
            compared = [pair.compare(part) for pair in pairs]
            wrong = [one for one in compared if not self._same(one.value, one.right)]
            if wrong:
                right = [pair.arguments for pair in pairs if all(
                    self._same(one.value, one.right) for one in map(pair.compare, parts))]
                answer = WrongAnswer(function, self.solution, part, compared, wrong, right,
                                     self._same, printed)
                reason = self._why(answer, pairs)
                if changed and part.effect is None:  # a changed argument may be an effect
                    reason += f" (And your function has {changed})"
                if used:
                    reason += f" (And the exercise is to do it without {used}.)"
                return reason
        if objection := self._broken(pairs) or self._of_no_use(pairs):
            return objection
        if used:
            return (f"Its result is right, but the exercise is to do it without {used}, and your "
                    "function uses that.")
        return f"The answer is right, but your function has {changed}" if changed else None

    def _broken(self, pairs: list[RunPair]) -> str | None:
        """Return the reason of the first rule that is broken."""
        outcomes = (pair.theirs.outcome for pair in pairs)
        broken = (reason for outcome in outcomes if isinstance(outcome, Observed)
                  for reason in outcome.broken())
        return next(broken, None)

    def _why(self, answer: WrongAnswer, pairs: list[RunPair]) -> str:
        """Return the reason of a recognised mistake, or else one for the symptoms."""
        value = answer.wrong[0].value
        if isinstance(value, Stopped) and isinstance(value.error, Unsolved):
            raise value.error
        gives_nothing = isinstance(value, Stopped) and value.gives_nothing
        known = (None if gives_nothing or self.rules_alone
                 else self._recognise(pairs, answer.part))
        hint = self.on_paper
        if not isinstance(hint, str):
            hint = hint[answer.part.place or 0]
        return known or explain(answer, hint)

    def _parts(self, pairs: list[RunPair]) -> list[Part]:
        """List the parts to compare, in order: effects, then the answer or each item of it."""
        right = pairs[0].right
        effects = [Part(effect=name) for name in right.effects]
        answers = [pair.theirs.outcome.answer for pair in pairs
                   if isinstance(pair.theirs.outcome, Observed)]
        several = isinstance(right.answer, tuple) and all(
            _length(answer) == len(right.answer) for answer in answers)
        places = range(len(right.answer)) if several else [None]
        return effects + [Part(place=place) for place in places]

    def _recognise(self, pairs: list[RunPair], part: Part) -> str | None:
        """Return the reason of the mistake that gives the same, or else the same wrong part.

        Of a function that answers most probes and stops at others, the answers alone count, if
        several are wrong already.
        """
        answered = [one for pair in pairs if is_of_right_kind(one := pair.compare(part))]
        alone = (2 * len(answered) > len(pairs)
                 and sum(not self._same(one.value, one.right) for one in answered) > 1)
        same_part = None
        for which, (reason, _) in enumerate(self._wrong):
            whole_is, part_is = True, same_part is None
            for place, pair in enumerate(pairs):
                known = self._run_mistake(which, place)
                outcome, other = pair.theirs.outcome, known.outcome
                whole_is = (whole_is and self._same_outcome(outcome, other)
                            and pair.theirs.changed == known.changed)
                part_is = part_is and (alone and isinstance(outcome, Stopped) or (
                    part.is_in(outcome) and part.is_in(other)
                    and self._same(part.of(outcome), part.of(other))))
                if not whole_is and not part_is:
                    break
            if whole_is:
                return reason
            if part_is:
                same_part = reason
        return same_part

    def _run_mistake(self, which: int, place: int) -> FunctionRun:
        """Run a mistake on one of the probes, but only once: nothing changes."""
        if (which, place) not in self._runs_of_mistakes:
            run_of_it = self._run(self._wrong[which][1], self._right[place][0])
            self._runs_of_mistakes[which, place] = run_of_it
        return self._runs_of_mistakes[which, place]

    def _of_no_use(self, pairs: list[RunPair]) -> str | None:
        """Return the reason why cells that go on with a right answer can't use it."""
        if self.lists:
            return None
        compared = [pair.compare(part) for part in self._parts(pairs) if part.effect is None
                    for pair in pairs]
        return next(filter(None, map(of_no_use, compared)), None)

    def _first_used(self, pairs: list[RunPair]) -> str | None:
        """Name the first thing that the function has used and should do without."""
        used = [thing for pair in pairs for thing in pair.theirs.used]
        return _called(used[0]) if used else None

    def _first_changed(self, pairs: list[RunPair]) -> str | None:
        """Name the first argument that the function has changed, and the solution hasn't."""
        names = list(inspect.signature(self.solution).parameters)
        return next((how.format(f"`{names[place]}`")
                     for pair in pairs for place, how in pair.changed.items()), None)

    def _same_outcome(self, value, right) -> bool:
        """Tell whether all that is observed is the same."""
        if not isinstance(value, Observed) or not isinstance(right, Observed):
            return self._same(value, right)
        return (self._same(value.answer, right.answer)
                and self._same(dict(value.effects), dict(right.effects))
                and value.broken() == right.broken())

    def _same(self, value, right) -> bool:
        if isinstance(value, (Stopped, Unreadable)):
            return value == right
        return same(value, right, self.tolerance)


def syntax_error() -> SyntaxError | None:
    """Return the error for which the notebook's cell before this one couldn't be run, if any."""
    ran = getattr(get_ipython(), "last_execution_result", None)
    error = ran and ran.error_before_exec
    return error if isinstance(error, SyntaxError) else None


def _length(answer) -> int | None:
    """Count the places of an answer; None if it has none."""
    answer = answer if isinstance(answer, (list, tuple)) else plain(answer)
    try:
        return len(answer) if not isinstance(answer, (str, dict, set)) else None
    except TypeError:  # of a number, or of anything else that has none
        return None


def _called(thing: Any) -> str:
    """Name a function or a module as people speak of it."""
    if thing is torch:
        return "PyTorch"
    name = thing.__name__ if isinstance(thing, ModuleType) else thing.__name__.strip("_")
    return f"`{OPERATORS.get(name, name.removeprefix('linalg_'))}`"


def rewritten(function: Callable, *changes: tuple[str, str]) -> Callable:
    """Change the code of a function: in each pair (old, new), the old text becomes the new."""
    code = code_of(function)
    for old, new in changes:
        if old not in code:
            raise ValueError(f"{old!r} isn't in the solution {function.__name__}")
        code = code.replace(old, new)
    return from_code(code, function.__name__, dict(function.__globals__))


def code_of(function: Callable) -> str:
    """Return the lines of a function without its decorators."""
    code = textwrap.dedent(inspect.getsource(function))
    return "\n".join(code.splitlines()[ast.parse(code).body[0].lineno - 1:])


def from_code(code: str, name: str, names: dict) -> Callable:
    """Run a piece of code and return its function of this name, whose lines can be looked up."""
    file = f"<{name} {hash(code)}>"
    linecache.cache[file] = len(code), None, code.splitlines(keepends=True), file
    exec(compile(code, file, "exec"), names)
    return names[name]


def rand_int(low: int, high: int) -> int:
    """Draw a random whole number from low to high, both included."""
    return int(torch.randint(low, high + 1, ()))
