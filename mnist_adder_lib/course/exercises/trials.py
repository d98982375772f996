"""A function tried once: what is seen of it, where it stops, and which functions it uses."""

from __future__ import annotations

import inspect
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import CodeType, ModuleType
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from ..notebook.errors import Meaning, first_line, meaning_of

# What computes gradients, for `without=`; not all of torch.autograd, as no_grad is in there, too.
AUTOGRAD = [torch.autograd.backward, torch.autograd.grad, torch.func.jacfwd, torch.func.jvp]


class Unsolved(Exception):
    """There is no answer yet; the message says what to do."""


class Nothing(Exception):
    """The function gave nothing back."""


class _NotLookedAt:
    """Stands for an answer that a check doesn't compare."""


NOT_LOOKED_AT = _NotLookedAt()


@dataclass(frozen=True)
class Observed:
    """What a check sees of a function: its answer, and what isn't its answer.

    The answer and the effects are compared with those of the solution. An effect is what the
    function did to something, under a name that can be read: {"the list afterwards": values}.
    A rule is a reason, and whether it is kept: {"The list has changed.": values == before}. The
    reason is told, as it stands, where the rule is broken; so it must be true then.
    """

    answer: Any = NOT_LOOKED_AT
    effects: Mapping[str, Any] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)

    def broken(self) -> list[str]:
        """The reasons whose rules are broken."""
        return [reason for reason, kept in self.rules.items() if not kept]


class Stop:
    """An error in place of an answer, and where in the learner's function it was."""

    def __init__(self, error: BaseException, function: Callable):
        self.error = error
        self.message = f"{type(error).__name__}: {first_line(error)}"
        self.place = _place_in(function, error)
        self.line = (self.place.line or "").strip() if self.place else ""
        self.meaning: Meaning | None = meaning_of(error, self.place)

    @property
    def gives_nothing(self) -> bool:
        """Whether there was no error, but no answer either."""
        return isinstance(self.error, Nothing)

    def __eq__(self, other) -> bool:
        """Whether it is the same error; that of several truths out of the same kind of line."""
        return isinstance(other, Stop) and self._seen() == other._seen()

    def _seen(self) -> tuple:
        truths = re.search("(Boolean|truth) value", self.message)
        return self.message, truths and set(re.findall(r"\b(?:if|and|or|in|not)\b|&|\|", self.line))


def _place_in(function: Callable, error: BaseException) -> traceback.FrameSummary | None:
    """The last line of a function, or of what was defined beside it, that led to an error."""
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
    """Whether a frame is of a module of this course, such as one that observes."""
    return (frame.f_globals.get("__name__") or "").startswith(__name__.partition(".")[0])


def _codes_in(code: CodeType) -> list[CodeType]:
    """The code of a function, and that of all functions within it."""
    inside = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return [code] + [deeper for one in inside for deeper in _codes_in(one)]


@dataclass(frozen=True, eq=False)
class Unreadable:
    """An answer of which the check can't see what it wants to see: another kind of thing."""

    answer: Any
    message: str = ""  # of the error in the check

    def __eq__(self, other) -> bool:
        """Whether it is unreadable in the same way; answers themselves may not be comparable."""
        return isinstance(other, Unreadable) and (
            (self.message, type(self.answer)) == (other.message, type(other.answer)))


@dataclass(frozen=True)
class Seen:
    """What came of a function once: what was observed, and what it used that it should not."""

    outcome: Observed | Stop | Unreadable
    answer: Any  # as it was returned
    used: list


class Trial:
    """A learner's function, as it is given to `observe`: whatever it does is noted."""

    def __init__(self, function: Callable, without: Iterable = ()):
        self.function, self.without = function, list(without)
        self.answer: Any = None
        self.error: BaseException | None = None
        self.used: list = []  # of what it should do without

    def __call__(self, *arguments):
        """The function's answer; raises Unsolved or Nothing where there is none."""
        try:
            self.answer = self._watched(*arguments)
            if _is_unsolved(self.answer):
                raise Unsolved("Put your answer in place of the three dots.")
            if self.answer is None:
                raise Nothing
        except (Exception, SystemExit) as error:  # `exit()` should not end the kernel
            self.error = error
            raise
        return self.answer

    def _watched(self, *arguments):
        """The answer; what is used counts also where the function stops."""
        watch = Watch(self.without)
        try:
            with watch:
                return self.function(*arguments)
        finally:
            self.used += [thing for thing in watch.seen() if thing not in self.used]


def _is_unsolved(answer) -> bool:
    """Whether there are three dots in place of an answer, or of a part of it."""
    several = list(answer) if isinstance(answer, (tuple, list)) else [answer]
    return any(part is ... for part in several)


def observed(function: Callable, observe: Callable, arguments: tuple,
             without: Iterable = ()) -> Seen:
    """What `observe` sees of a function with these arguments."""
    trial = Trial(function, without)
    outcome: Observed | Stop | Unreadable
    try:
        outcome = observe(trial, *arguments)
    except (Exception, SystemExit) as error:
        stop = Stop(error, function)
        # Where it isn't an error of the learner's, the check can't look at the answer.
        is_learners = error is trial.error or stop.line
        outcome = stop if is_learners else Unreadable(trial.answer, stop.message)
    return Seen(outcome, trial.answer, trial.used)


class Watch(TorchFunctionMode):
    """Notes which of some functions and modules are used while it is on.

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
        """The functions and modules that were used."""
        return [thing for thing in self.unwanted if self._was_used(thing)]

    def _was_used(self, thing) -> bool:
        if thing is torch:
            return bool(self.names)
        if isinstance(thing, ModuleType):
            return any(name.startswith(thing.__name__) for name in self.modules)
        code = getattr(inspect.unwrap(thing), "__code__", None)
        return _name(thing) in self.names or code in self.codes


def _name(function) -> str:
    """The name of a function of PyTorch, which is the same for `x.add(1)`, `x + 1` and `x += 1`."""
    return getattr(function, "__name__", "").strip("_")
