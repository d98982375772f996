"""Runs of a function: their outcomes, what they use and change on the way, and how they differ from
the solution's."""

from __future__ import annotations

import inspect
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import CodeType, ModuleType
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from ..notebook.errors import Meaning, first_line, meaning_of
from .bounds import LARGEST
from .values import call_in_words, compact, count_of, state_of

# What computes gradients, for `without=`; not all of torch.autograd, as no_grad is in there, too.
AUTOGRAD = [torch.autograd.backward, torch.autograd.grad, torch.func.jacfwd, torch.func.jvp]


class Unsolved(Exception):
    """There isn't an answer yet; the message says what to do."""


class Nothing(Exception):
    """The function returned nothing."""


class TooLarge(Exception):
    """The answer holds more numbers than any answer needs."""


class _NotLookedAt:
    """Stands for an answer that a check doesn't compare."""


NOT_LOOKED_AT = _NotLookedAt()


@dataclass(frozen=True)
class Observed:
    """What a check sees of a function: its answer, its effects and its rules.

    The answer and the effects are compared with the solution's. An effect is what the function did
    to something, under a name that can be read: {"the list afterwards": values}. A rule is a
    reason, and whether it is kept: {"The list has changed.": values == before}. If the rule is
    broken, the reason is printed unchanged, so it must be true then.
    """

    answer: Any = NOT_LOOKED_AT
    effects: Mapping[str, Any] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)

    def broken(self) -> list[str]:
        """List the reasons whose rules are broken."""
        return [reason for reason, kept in self.rules.items() if not kept]


class Stopped:
    """An error in place of an answer, and where in the learner's function it was."""

    def __init__(self, error: BaseException, function: Callable):
        self.error = error
        self.message = f"{type(error).__name__}: {first_line(error)}"
        self.place = _place_in(function, error)
        self.line = (self.place.line or "").strip() if self.place else ""
        self.meaning: Meaning | None = meaning_of(error, self.place)
        error.__traceback__ = None  # it would keep all that the function has made

    @property
    def gives_nothing(self) -> bool:
        """Whether there was neither an error nor an answer."""
        return isinstance(self.error, Nothing)

    def __eq__(self, other) -> bool:
        """Tell whether it is the same error; one of several truths, in the same kind of line."""
        return isinstance(other, Stopped) and self._seen() == other._seen()

    def _seen(self) -> tuple:
        truths = re.search("(Boolean|truth) value", self.message)
        return self.message, truths and set(re.findall(r"\b(?:if|and|or|in|not)\b|&|\|", self.line))


def _place_in(function: Callable, error: BaseException) -> traceback.FrameSummary | None:
    """Find the last line of a function, or of a definition next to it, that led to an error."""
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    found = None
    calls = traceback.walk_tb(error.__traceback__)
    for summary, (frame, _) in zip(traceback.extract_tb(error.__traceback__), calls):
        beside = frame.f_code.co_filename == code.co_filename and not _of_the_course(frame)
        if beside or frame.f_code in _codes_in(code):
            found = summary
    return found


def _of_the_course(frame) -> bool:
    """Tell whether a frame is of a module of this course, such as one that observes."""
    return (frame.f_globals.get("__name__") or "").startswith(__name__.partition(".")[0])


def _codes_in(code: CodeType) -> list[CodeType]:
    """List the code of a function and of all functions nested in it."""
    inside = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return [code] + [deeper for one in inside for deeper in _codes_in(one)]


@dataclass(frozen=True, eq=False)
class Unreadable:
    """An answer of which the check can't see what it wants to see: another kind of thing."""

    answer: Any
    message: str = ""  # of the error in the check

    def __eq__(self, other) -> bool:
        """Tell whether it is unreadable in the same way; the answers may not be comparable."""
        return isinstance(other, Unreadable) and (
            (self.message, type(self.answer)) == (other.message, type(other.answer)))


@dataclass(frozen=True)
class FunctionRun:
    """One run of a function: its outcome, the forbidden things that it used, what it changed."""

    outcome: Observed | Stopped | Unreadable
    answer: Any  # as it was returned
    used: list
    changed: dict[int, str]  # the places of arguments that are no longer what they were, and how


class Comparison(NamedTuple):
    """The arguments of a probe, and the two outcomes, or a part of them: ours and the learner's."""

    arguments: tuple
    right: Any
    value: Any


@dataclass(frozen=True)
class Part:
    """A part of an observation: the answer, an item of it if it is a tuple, or an effect."""

    effect: str | None = None
    place: int | None = None

    def is_in(self, outcome) -> bool:
        """Tell whether an outcome has this part; a stop is all there is."""
        return (not isinstance(outcome, Observed) or self.effect is None
                or self.effect in outcome.effects)

    def of(self, outcome):
        """Take this part of an outcome; all of it where the function stopped."""
        if not isinstance(outcome, Observed):
            return outcome
        if self.effect is not None:
            return outcome.effects.get(self.effect)
        return outcome.answer if self.place is None else outcome.answer[self.place]


@dataclass
class WrongAnswer:
    """A learner's function that is wrong, and all that is known of it."""

    function: Callable
    solution: Callable
    part: Part
    cases: list[Comparison]  # this part of what came of every probe
    wrong: list[Comparison]  # those of them that are wrong; not empty
    right: list[tuple]  # the arguments for which all parts are right
    same: Callable  # compares two values
    printed: bool  # whether the function prints

    @property
    def signature(self) -> str:
        """Write how the function is called, with the names of the solution's arguments."""
        return signature_of(self.solution)

    @property
    def call(self) -> str:
        """Name the first call that goes wrong: its code, or words for its arguments."""
        return call_in_words(self.signature, self.wrong[0].arguments)


def signature_of(solution: Callable) -> str:
    """Write how a function is called: "name(first, second)"."""
    return f"{solution.__name__}({', '.join(inspect.signature(solution).parameters)})"


class WatchedFunction:
    """A learner's function, the one given to `observe`: whatever it does is noted."""

    def __init__(self, function: Callable, without: Iterable = ()):
        self.function, self.without = function, list(without)
        self.answer: Any = None
        self.error: BaseException | None = None
        self.used: list = []  # of what it should do without
        self.changed: dict[int, str] = {}  # arguments that it has changed, by their places

    def __call__(self, *arguments):
        """Return the function's answer; raise Unsolved, Nothing or TooLarge if that is none."""
        before = [state_of(argument) for argument in arguments]
        try:
            answer = self._watched(*arguments)
            if count_of(answer, LARGEST) > LARGEST:
                raise TooLarge
            self.answer = compact(answer)
            if _is_unsolved(self.answer):
                raise Unsolved("Put your answer in place of the three dots.")
            if self.answer is None:
                raise Nothing
        except (Exception, SystemExit) as error:  # `exit()` should not end the kernel
            self.error = error
            raise
        for place, argument in enumerate(arguments):
            if how := _how_changed(argument, before[place]):
                self.changed[place] = how
        return self.answer

    def _watched(self, *arguments):
        """Return the answer; what the function uses counts even if it stops with an error."""
        watch = Watch(self.without)
        try:
            with watch:
                return self.function(*arguments)
        finally:
            self.used += [thing for thing in watch.seen() if thing not in self.used]


CHANGED = ("changed {}, which belongs to its caller. Don't change it: work on a copy, or make "
           "something new.")
LEFT_TRAINING = "left {} in train() mode. Its caller had it in eval() mode: put it back."
LEFT_EVALUATING = "left {} in eval() mode. Its caller had it in train() mode: put it back."


def _how_changed(argument, before) -> str | None:
    """Say how an argument has changed since the state `before`; None if nothing."""
    after = state_of(argument)
    if after == before:
        return None
    if isinstance(argument, nn.Module) and after[0] == [not mode for mode in before[0]]:
        return LEFT_TRAINING if argument.training else LEFT_EVALUATING
    return CHANGED


def _is_unsolved(answer) -> bool:
    """Tell whether there are three dots in place of an answer, or of a part of it."""
    parts = answer.values() if isinstance(answer, dict) else answer
    several = list(parts) if isinstance(answer, (tuple, list, dict)) else [answer]
    return any(part is ... for part in several)


def run_function(function: Callable, observe: Callable, arguments: tuple,
                 without: Iterable = ()) -> FunctionRun:
    """Run a function once, as `observe` does it with these arguments."""
    watched = WatchedFunction(function, without)
    outcome: Observed | Stopped | Unreadable
    try:
        outcome = observe(watched, *arguments)
    except (Exception, SystemExit) as error:
        stop = Stopped(error, function)
        if re.match(r"raise NotImplementedError\b", stop.line):  # as some write in place of dots
            stop = Stopped(Unsolved("Put your answer in place of `raise NotImplementedError`."),
                           function)
            return FunctionRun(stop, None, watched.used, watched.changed)
        # If the error isn't the learner's, the check can't look at the answer.
        is_learners = error is watched.error or stop.line
        outcome = stop if is_learners else Unreadable(watched.answer, stop.message)
    return FunctionRun(outcome, watched.answer, watched.used, watched.changed)


class Watch(TorchFunctionMode):
    """A note of which of some functions and modules are used while it is on.

    PyTorch's functions are recognised by their names, as `x.softmax(0)` and `F.softmax(x, 0)` are
    alike, and all others, which must be written in Python, by their code. Of a module every
    function counts. Nothing is searched for in a source: what counts is what runs.
    """

    def __init__(self, unwanted: list):
        super().__init__()
        self.unwanted, self.names = unwanted, set[str]()
        self.codes, self.modules = set[CodeType](), set[str]()

    def __enter__(self):
        if self.unwanted:
            super().__enter__()
            self._profiled_before = sys.getprofile()
            sys.setprofile(self._note_call)
        return self

    def __exit__(self, *error):
        if self.unwanted:
            sys.setprofile(self._profiled_before)
            super().__exit__(*error)

    def __torch_function__(self, function, types, arguments=(), options=None):
        self.names.add(_name(function))
        return function(*arguments, **(options or {}))

    def _note_call(self, frame, event, argument):
        if event == "call":
            self.codes.add(frame.f_code)
            self.modules.add(frame.f_globals.get("__name__") or "")

    def seen(self) -> list:
        """List the functions and modules that were used."""
        return [thing for thing in self.unwanted if self._was_used(thing)]

    def _was_used(self, thing) -> bool:
        if thing is torch:
            return bool(self.names)
        if isinstance(thing, ModuleType):
            return any(name.startswith(thing.__name__) for name in self.modules)
        code = getattr(inspect.unwrap(thing), "__code__", None)
        return _name(thing) in self.names or code in self.codes


def _name(function) -> str:
    """Return the name of a function of PyTorch, the same for `x.add(1)`, `x + 1` and `x += 1`."""
    return getattr(function, "__name__", "").strip("_")
