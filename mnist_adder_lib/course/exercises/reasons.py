"""Reasons that hold for any exercise: where a learner's function stops, gives nothing back, gives
another kind or shape of thing, or numbers that differ from the right ones in a way that shows."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import traceback
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import torch

from ..notebook.errors import in_plain_words


class Unsolved(Exception):
    """There is no answer yet; the message says what to do."""


class Nothing(Exception):
    """The function gave nothing back."""


class Stop:
    """An error in place of an answer, and the line of the learner's function where it was."""

    def __init__(self, error: Exception, function: Callable):
        file = getattr(getattr(function, "__code__", None), "co_filename", None)
        lines = [frame.line or "" for frame in traceback.extract_tb(error.__traceback__)
                 if frame.filename == file]
        self.error, self.line = error, lines[-1].strip() if lines else ""
        first = " ".join(str(error).splitlines()[:1])
        self.message = f"{type(error).__name__}: {first}"

    def __eq__(self, other) -> bool:
        """Whether it is the same error; that of several truths out of the same kind of line."""
        return isinstance(other, Stop) and self._seen() == other._seen()

    def _seen(self) -> tuple:
        truths = re.search("(Boolean|truth) value", self.message)
        return self.message, truths and set(re.findall(r"\b(?:if|and|or|in|not)\b|&|\|", self.line))


class Case(NamedTuple):
    """The arguments of a probe, the right outcome and the learner's."""

    arguments: tuple
    right: Any
    value: Any

    def part(self, key) -> Case:
        """The same with one part of both outcomes; all of it for None."""
        if key is None:
            return self
        try:
            return Case(self.arguments, self.right[key], self.value[key])
        except (TypeError, KeyError, IndexError):
            return Case(self.arguments, self.right[key], self.value)


def parts(cases: list[Case]) -> Iterable:
    """The keys of the outcomes' parts, if they are all tuples or dicts of so many parts."""
    right = cases[0].right
    if isinstance(right, dict):
        return right if all(isinstance(case.value, dict) for case in cases) else [None]
    sizes = {len(case.value) if isinstance(case.value, (tuple, list)) or np.ndim(case.value)
             else 0 for case in cases if not isinstance(case.value, Stop)}
    several = isinstance(right, tuple) and sizes == {len(right)}
    return range(len(right)) if several else [None]


def plain(value):
    """Tensors, arrays, numbers and lists of numbers as arrays; other lists as lists."""
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu().numpy()
    if isinstance(value, (list, tuple)):
        items = [plain(item) for item in value]
        shapes = {item.shape if isinstance(item, np.ndarray) else None for item in items}
        return np.array(items) if len(shapes) == 1 and None not in shapes else items
    array = np.asarray(value) if isinstance(value, (bool, int, float, np.generic, range,
                                                    np.ndarray)) else None
    return value if array is None or array.dtype.kind not in "biuf" else array.astype(float)


EMPTY = {"print", "append", "sort", "insert", "extend", "shuffle", "remove", "reverse", "clear",
         "update", "add", "seed"}  # functions that give nothing back
# What is wrong with all outcomes that come out of the right ones like this.
ALTERED: dict[str, Callable] = {
    "It is 0 everywhere.": np.zeros_like,
    "All signs are turned round.": lambda right: -right,
    "It is upside down: one divided by what it should be.": lambda right: 1 / right,
    "The answer is rounded.": np.round,
    "The answer is rounded down.": np.floor,
    "The answer is rounded up.": np.ceil,
    "Signs are lost.": np.abs,
    "Negative numbers became 0.": lambda right: right.clip(0),
    "It is a square: take the root.": np.square,
    "A root too many is taken.": np.sqrt,
    "It is in the opposite order.": lambda right: np.flip(right, 0) if right.ndim else None,
    "Each row is in the opposite order.": lambda right: np.flip(right, 1) if right.ndim == 2
        else None,
    "Rows and columns are exchanged.": lambda right: right.T if right.ndim == 2 else None,
    "Everything stands one place too far.": lambda right: np.roll(right, 1) if right.ndim else None,
    "Everything stands one place too early.":
        lambda right: np.roll(right, -1) if right.ndim else None,
}


def explain(function, solution, cases, wrong, key, printed: bool, same, slip: str) -> str:
    """The reason why a function is wrong that no mistake of its check explains.

    cases: all; wrong: those that differ; key: of the part that is looked at; same: compares;
    slip: a small change of the solution that leads to the same.
    """
    signature = f"{solution.__name__}({', '.join(inspect.signature(solution).parameters)})"
    case = wrong[0]
    call = call_text(signature, case.arguments)
    if isinstance(case.value, Stop):
        if isinstance(case.value.error, Nothing):
            answered = any(not isinstance(one.value, Stop) for one in cases)
            reason = why_it_gives_nothing(function, call, printed, answered)
        else:
            reason = why_it_stopped(case.value, signature)
    else:
        reason = _kind(case.value, case.right) or _pattern(cases, same, signature) or slip
        reason = f"{reason} {difference(call, case, key, same)}".strip()
    return " ".join([reason, *remarks(function, signature)])


def why_it_stopped(stop: Stop, signature: str) -> str:
    """An error inside the learner's function as a sentence."""
    if not stop.line and stop.message.startswith("TypeError"):
        return (f"The function can't be called: the check calls `{signature}`. Look at the "
                "arguments it takes.")
    look = f"Look at the line `{stop.line}`." if stop.line else "Look at the arguments it takes."
    meaning = (in_plain_words(stop.message, stop.line)
               or f"something in it can't be done ({stop.message}).")
    return f"The function stopped: {meaning} {look}"


def why_it_gives_nothing(function, call: str, printed: bool, answered: bool) -> str:
    """The reason for a None; raises Unsolved if the function returns nothing at all."""
    returned = [node.value for node in _nodes(function, ast.Return) if node.value]
    called = [node.func for node in returned if isinstance(node, ast.Call)]
    names = {getattr(name, "attr", getattr(name, "id", "")) for name in called} & EMPTY
    if names:
        return (f"It returns what `{names.pop()}` gives back, and that is nothing. Do it in a line "
                "of its own, and return the result in the next.")
    if returned:
        return (f"For `{call}` the function gives nothing back: what it returns is None there, or "
                "it ends without coming to a `return`. Every way through it needs one.")
    if answered:
        return f"For `{call}` the function gives nothing back."
    raise Unsolved("The function prints its answer but gives nothing back. `print` only shows it; "
                   "`return` hands it to the one who asked." if printed else
                   "The function gives nothing back: does it end with `return`?")


def _kind(value, right) -> str | None:
    """What is wrong with the kind or the shape of an answer."""
    value, right, given = plain(value), plain(right), value
    functions = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, type)
    if isinstance(value, functions):
        return ("The answer is a function, not what comes out of it: round brackets behind its "
                "name call it.")
    if isinstance(value, str) and not isinstance(right, str):
        return "The answer is text. Numbers, True and False stand without quotes."
    if isinstance(right, str):
        return None if isinstance(value, str) else "It should be a word, in quotes."
    if isinstance(right, list) and isinstance(value, (list, np.ndarray)):
        count = len(value) if isinstance(value, list) or value.ndim else 1
        return f"It should be {len(right)} things." if count != len(right) else None
    if not isinstance(value, np.ndarray) or not isinstance(right, np.ndarray):
        return f"It should be made of numbers, not a {type(given).__name__}."
    if np.isnan(value).any() > np.isnan(right).any():
        return ("There is nan in it, *not a number*: something was divided by zero, or a root or "
                "logarithm taken where there is none.")
    return _shape(value, right) if value.shape != right.shape else None


def _shape(value: np.ndarray, right: np.ndarray) -> str:
    if right.ndim == 0:
        return ("The answer should be the number itself, not a list with the number in it."
                if value.size == 1 else f"The answer should be one number, not {value.size} of "
                "them.")
    if value.ndim == 0:
        return f"It should give {_sizes(right)}, not a single number."
    return f"It should give {_sizes(right)}, but yours gives {_sizes(value)}."


def _sizes(array: np.ndarray) -> str:
    if array.ndim == 1:
        return f"{len(array)} number" + "s" * (len(array) != 1) + " in a row"
    return "the shape " + " x ".join(map(str, array.shape))


def _pattern(cases: list[Case], same, signature: str) -> str | None:
    """What all answers have in common that makes them wrong."""
    pairs = [(plain(case.value), plain(case.right)) for case in cases]
    if not all(isinstance(one, np.ndarray) for pair in pairs for one in pair):
        return None
    if all(isinstance(case.right, bool) for case in cases):
        flipped = all(bool(value) != bool(right) for value, right in pairs)
        return "It is the wrong way round." if flipped else None
    for place, name in enumerate(re.findall(r"\w+", signature.partition("(")[2])):
        if all(same(case.value, case.arguments[place]) for case in cases):
            return f"That is `{name}` as it was given."
    with np.errstate(all="ignore"):
        for reason, altered in ALTERED.items():
            if all(same(value, altered(right)) for value, right in pairs):  # never None
                return reason
        several = len({right.tobytes() for _, right in pairs}) > 1
        same_shape = any(value.shape == right.shape and right.size for value, right in pairs)
        return _factor(pairs, same) if several and same_shape else None


def _factor(pairs: list[tuple], same) -> str | None:
    """A reason for answers that are all a number of times too large, or too large by a number."""
    if len(pairs) > 2 and all(same(value, pairs[0][0]) for value, _ in pairs):
        return "It gives the same whatever it is given."
    pairs = [pair for pair in pairs if pair[0].shape == pair[1].shape]
    values, rights = (np.concatenate([one.ravel() for one in side]) for side in zip(*pairs))
    factor = (values / rights)[rights != 0][:1].sum()
    if factor and np.isfinite(factor) and same(values, factor * rights):
        times = f"1/{show(1 / factor)} of" if abs(factor) < 1 else f"{show(factor)} times"
        return f"Yours is always {times} what it should be."
    gap = (values - rights)[0]
    if gap and same(values, rights + gap):
        return f"Yours is always {show(abs(gap))} too {'large' if gap > 0 else 'small'}."
    return None


def difference(call: str, case: Case, key, same) -> str:
    """The call, what came out and what should, with the first place that differs."""
    value, right = plain(case.value), plain(case.right)
    if isinstance(key, int):
        what = f"the {['first', 'second', 'third', 'fourth'][key]} thing"
    else:
        what = key or ""
    if isinstance(right, list) and isinstance(value, list) and len(right) == len(value):
        first = next(i for i, pair in enumerate(zip(value, right)) if not same(*pair))
        return difference(call, case.part(first), f"place {first}", same)
    if isinstance(right, np.ndarray) and isinstance(value, np.ndarray) and right.ndim \
            and value.shape == right.shape:
        place = next(at for at in np.ndindex(right.shape)
                     if not same(value[at], right[at]) or right.size == 1)
        names = ("row ", "column ") if right.ndim == 2 else ("place " * (right.ndim == 1),) * 9
        where = ", ".join(f"{name}{at}" for name, at in zip(names, place))
        what = ", ".join(filter(None, [what, where]))
        value, right = value[place], right[place]
    else:
        value, right = case.value, case.right
    good, bad = show(right, value), show(value, right)
    if not what:
        return f"`{call}` should give {good}, but yours gives {bad}."
    return f"In `{call}`, {what} should be {good}, but yours is {bad}."


def call_text(signature: str, arguments: tuple) -> str:
    """A call with its arguments; the name of an argument where it is too long to be shown."""
    name, *names = re.findall(r"\w+", signature)
    values = (show(argument) for argument in arguments)
    return f"{name}({', '.join(v if len(v) <= 40 else n for n, v in zip(names, values))})"


def show(value, other=None) -> str:
    """A value in short; numbers in as many digits as make them differ from another one."""
    if isinstance(value, (torch.Tensor, np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        items = ", ".join(map(show, value))
        return f"[{items}]" if isinstance(value, list) else f"({items})"
    if not isinstance(value, float):
        short = isinstance(value, (bool, int, str, dict, type(None)))
        return repr(value) if short else f"a {type(value).__name__}"
    rival = plain(other)
    rival = rival.item() if isinstance(rival, np.ndarray) and rival.size == 1 else None
    texts = [_number(value, digits) for digits in range(4, 17)]
    return next((text for digits, text in enumerate(texts, 4)
                 if rival is None or text != _number(rival, digits)), texts[-1])


def _number(value: float, digits: int) -> str:
    if value == 0 or not np.isfinite(value):
        return f"{abs(value) if value == 0 else value:g}"
    behind = max(0, digits - 1 - int(np.floor(np.log10(abs(value)))))
    text = f"{value:.{behind}f}"
    return text.rstrip("0").rstrip(".") if behind else text


def remarks(function: Callable, signature: str) -> Iterator[str]:
    """What is suspicious in the code of a function that is wrong."""
    for definition in _nodes(function, ast.FunctionDef, ast.Lambda):
        taken = [argument.arg for argument in definition.args.args]
        names = {node.id for node in ast.walk(definition) if isinstance(node, ast.Name)}
        asked = re.findall(r"\w+", signature.partition("(")[2])
        if sorted(taken) == sorted(asked) and taken != asked:
            yield f"The arguments should stand in the order of `{signature}`."
        elif unused := [name for name in taken if name not in names and name[0] != "_"]:
            outside = [name for name, value in getattr(function, "__globals__", {}).items()
                       if name in names - set(taken) and isinstance(value, (
                           int, float, list, tuple, torch.Tensor, np.ndarray))]
            instead = f" Does it use {_list(outside)} from outside in its place?" if outside else ""
            yield f"It never uses {_list(unused)}.{instead}"
        return


def _nodes(function: Callable, *kinds: type) -> list:
    """The nodes of these kinds in the function's code; none where the code isn't known."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):  # built in; or a lambda in the middle of something
        return []
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def _list(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)
