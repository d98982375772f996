"""Reasons that hold for any exercise: where a learner's function stops, returns nothing, gives
another kind or shape of thing, or numbers that differ from the right ones in a way that shows.

Each says something of the learner's own function or answer that has been found to be so.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from ..notebook.errors import GIVE_NOTHING
from .bounds import TookTooLong, TookTooMuch
from .calls import (
    Comparison,
    Nothing,
    Part,
    Stopped,
    TooLarge,
    Unreadable,
    Unsolved,
    WrongAnswer,
    signature_of,
)
from .values import (
    FUNCTIONS,
    amount_of,
    call_text,
    is_numbers,
    kind_of,
    plain,
    show,
    sizes_of,
)

ROUNDED: dict[str, Callable] = {
    "It is what it should be, but rounded.": np.round,
    "It is what it should be, but rounded down.": np.floor,
    "It is what it should be, but rounded up.": np.ceil,
}
# The mistake, if all answers follow from the right ones in this way.
ALTERED: dict[str, Callable] = {
    "It is 0 everywhere.": np.zeros_like,
    "All signs are turned round.": lambda right: -right,
    "It is upside down: one divided by what it should be.": lambda right: 1 / right,
    **ROUNDED,
    "It is what it should be, but rounded to one decimal.": lambda right: np.round(right, 1),
    "It is what it should be, but rounded to two decimals.": lambda right: np.round(right, 2),
    "Its numbers are right but for their signs: there is no minus.": np.abs,
    "Where it should be negative, it is 0.": lambda right: right.clip(0),
    "It is the square of what it should be.": np.square,
    "It is the root of what it should be.": np.sqrt,
    "It is in the opposite order.": lambda right: np.flip(right, 0) if right.ndim else None,
    "Each row is in the opposite order.": lambda right: np.flip(right, 1) if right.ndim == 2
        else None,
    "Rows and columns are exchanged.": lambda right: right.T if right.ndim == 2 else None,
    "Everything is one place too far along.":
        lambda right: np.roll(right, 1) if right.ndim == 1 else None,
    "Everything is one place too early.":
        lambda right: np.roll(right, -1) if right.ndim == 1 else None,
}


def explain(wrong: WrongAnswer, hint: str = "") -> str:
    """Say why a function is wrong that no mistake of its check explains.

    hint: said in place of the right number, which it then doesn't give away.
    """
    case = wrong.wrong[0]
    if isinstance(case.value, Stopped):
        return " ".join([_why_there_is_no_answer(wrong, case.value), *remarks(wrong)])
    if isinstance(case.value, Unreadable):
        return " ".join([_unreadable(case.value, case.right), *remarks(wrong)])
    free = wrong.part.effect is not None or _may_be_text(wrong, case.value)
    kind = None if free else _kind(case.value, case.right)
    kind = _ends_in_first_round(wrong.function) or kind
    if hint:
        which = "this" if wrong.part.place is None else f"the {ORDINALS[wrong.part.place]}"
        return kind or f"Not {which} number. {hint}"
    reason = kind or _of_part(wrong.part, _pattern(wrong))
    parts = [reason, difference(wrong), None if reason else what_is_right(wrong), *remarks(wrong)]
    return " ".join(filter(None, parts))


# --- a function that stops, or returns nothing -------------------------------------------------

NO_END: dict[type, str] = {
    TookTooLong: "The check stopped the function, which took far longer than ours. Does a loop in "
                 "it never end?",
    TookTooMuch: "The check stopped the function, which was filling the computer's memory. Does a "
                 "loop in it never end, or does it make something far too large?",
    TooLarge: "The answer is far too large: it holds millions of numbers.",
}


def _why_there_is_no_answer(wrong: WrongAnswer, stop: Stopped) -> str:
    if isinstance(stop.error, Nothing):
        answered = any(not isinstance(case.value, Stopped) for case in wrong.cases)
        return why_it_gives_nothing(wrong, answered)
    return why_it_stopped(stop, wrong)


def why_it_stopped(stop: Stopped, wrong: WrongAnswer) -> str:
    """Put an error inside the learner's function into a sentence."""
    if not _takes(wrong.function, wrong.wrong[0].arguments):
        return (f"The function can't be called as it should be: the check calls `{wrong.signature}`"
                ". Look at the arguments it takes.")
    look = f" Look at the line `{stop.line}`." if stop.line else ""
    if type(stop.error) in NO_END:
        return NO_END[type(stop.error)] + look
    meaning = (stop.meaning.words if stop.meaning
               else f"something in it can't be done ({stop.message}).")
    return f"The function stopped: {meaning}{look}"


def _takes(function: Callable, arguments: tuple) -> bool:
    """Tell whether a function can be called with these arguments, whatever comes of it."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # built in: it doesn't say what it takes
        return True
    try:
        signature.bind(*arguments)
    except TypeError:
        return False
    return True


def why_it_gives_nothing(wrong: WrongAnswer, answered: bool) -> str:
    """Say why there is a None; raise Unsolved if the function returns nothing at all."""
    returned = [node.value for node in _returns(wrong.function) if node.value]
    called = [_called(value) for value in returned]
    if called and set(called) <= GIVE_NOTHING:
        return (f"It returns what `{called[0]}` returns, and that is nothing. Do it in a line "
                "of its own, and return the result in the next.")
    if returned:
        return (f"For {wrong.call} the function returns nothing: what it returns is None there, "
                "or it ends without coming to a `return`. Every path through it needs one.")
    if answered:
        return f"For {wrong.call} the function returns nothing."
    if wrong.printed:
        return PRINTS_ONLY
    raise Unsolved("The function returns nothing: does it end with `return`?")


PRINTS_ONLY = ("The function prints its answer but returns nothing. `print` only shows it; "
               "`return` hands it to the one who asked.")


def _ends_in_first_round(function: Callable) -> str | None:
    """Say so if a `return` ends a loop in its first round, whatever the loop comes to."""
    definition = _definition(function)
    loops = [node for node in ast.walk(definition or ast.Module([], []))
             if isinstance(node, (ast.For, ast.While))]
    for loop in loops:
        last = loop.body[-1]
        if isinstance(last, ast.Return) and not any(
                isinstance(node, ast.Continue) for node in ast.walk(loop)):
            around = [one for one in loops if last in ast.walk(one)]
            inside = "inside the loop" if len(around) == 1 else f"inside {len(around)} loops"
            return (f"The line `{ast.unparse(last)}` is {inside}, so the function ends in the "
                    "first round. Should it come after the loop? Then it begins as far to the left "
                    f"as the `{'for' if isinstance(around[0], ast.For) else 'while'}`.")
    return None


def _called(node) -> str:
    """Name the function that is called by a piece of code; "" if none is."""
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", ""))


# --- another kind or shape of thing ---------------------------------------------------------------


def _unreadable(value: Unreadable, right) -> str:
    """Say of what kind an answer is that the check can't look at."""
    return _kind(value.answer, right) or (
        f"The check can't read the answer, {kind_of(value.answer)}. Compare it with what the "
        "exercise asks for.")


def is_of_right_kind(case: Comparison) -> bool:
    """Tell whether there is an answer of the kind and shape that it should have."""
    answered = not isinstance(case.value, (Stopped, Unreadable))
    return answered and _kind(case.value, case.right) is None


def _may_be_text(wrong: WrongAnswer, value) -> bool:
    """Tell whether an answer may be a number or a text, as others of the right ones are."""
    texts = {isinstance(case.right, str) for case in wrong.cases}
    return len(texts) > 1 and isinstance(value, (str, int, float))


def of_no_use(case: Comparison) -> str | None:
    """Say so if an answer has the right numbers, but cells that go on with ours can't use it."""
    value, right = case.value, case.right
    if not isinstance(right, torch.Tensor):
        return None
    goes_back = any(getattr(argument, "requires_grad", False) for argument in case.arguments)
    if goes_back and right.requires_grad and not getattr(value, "requires_grad", False):
        return ("The numbers are right, but they have forgotten how they were computed, so nothing "
                "can be learned from them. Calculate with tensors all the way, without `math`, "
                "`.item()`, `.detach()` or `no_grad()`.")
    if right.ndim and not isinstance(value, torch.Tensor):
        return (f"The numbers are right, but they are in {kind_of(value)}. Return them as a "
                "tensor, with which the next cells can calculate.")
    if right.ndim and right.dtype is torch.bool and value.dtype is not torch.bool:
        return ("The numbers are right, but it should be a tensor of True and False, as a "
                "comparison gives it.")
    return None


def _kind(value, right) -> str | None:
    """Describe an answer of the wrong kind or shape."""
    if isinstance(value, FUNCTIONS):
        return ("The answer is a function, not its result: round brackets after its name call it.")
    if isinstance(right, str):
        return None if isinstance(value, str) else "It should be a word, in quotes."
    numbers, right_numbers = plain(value), plain(right)
    if isinstance(right_numbers, list):
        return _kind_of_several(value, numbers, right_numbers)
    if isinstance(value, str):
        return "The answer is text. Write numbers, True and False without quotes."
    if not is_numbers(right_numbers):
        expected, kind = kind_of(right), kind_of(value)
        return f"It should be {expected}, not {kind}." if expected != kind else None
    if isinstance(numbers, list):
        return _why_not_numbers(numbers, right_numbers)
    if not is_numbers(numbers):
        return f"It should be {_expected(right)}, not {kind_of(value)}."
    if _is_truth(right) and (numbers.size != 1 or numbers not in (0, 1)):
        return f"It should be True or False, not {kind_of(value)}."
    if numbers.shape != right_numbers.shape:
        return _shape(numbers, right_numbers)
    return _not_finite(numbers, right_numbers)


def _kind_of_several(value, numbers, right: list) -> str | None:
    """Say what is wrong with an answer that should be several things of different kinds."""
    if not isinstance(numbers, (list, np.ndarray)):
        return f"It should be {len(right)} things, not {kind_of(value)}."
    count = 1 if isinstance(numbers, np.ndarray) and not numbers.ndim else len(numbers)
    if count != len(right):
        return f"It should be {len(right)} things, but yours are {count}."
    return None


def _why_not_numbers(items: list, right: np.ndarray) -> str:
    """Say why a list isn't made of numbers, as it should be."""
    leaves = list(_leaves(items))
    odd = [kind_of(item) for item in leaves if not is_numbers(item)]
    if odd:
        return f"It should be made of numbers, but there is {odd[0]} in it."
    if right.ndim == 1 and sum(leaf.size for leaf in leaves) == right.size:
        return (f"There are {right.size} numbers, as there should be, but some are in brackets of "
                "their own. Return them side by side.")
    if right.ndim == 2 and all(is_numbers(item) and item.ndim == 1 for item in items):
        return "Its rows should all be equally long."
    return f"It should be {amount_of(right)}, but you return {len(items)} things."


def _leaves(items: list) -> Iterator:
    """Yield the items of nested lists."""
    for item in items:
        if isinstance(item, list):
            yield from _leaves(item)
        else:
            yield item


def _expected(right) -> str:
    """Say what an answer should be."""
    if _is_truth(right):
        return "True or False"
    return amount_of(plain(right))


def _is_truth(right) -> bool:
    """Tell whether an answer is True or False."""
    return isinstance(right, (bool, np.bool_)) or (
        isinstance(right, torch.Tensor) and right.dtype is torch.bool and right.ndim == 0)


def _shape(value: np.ndarray, right: np.ndarray) -> str:
    if right.ndim == 0:
        return ("The answer should be the number itself, not a list or tensor with the number in "
                "it." if value.size == 1 else f"The answer should be one number, not {value.size} "
                "of them.")
    if value.ndim == 0 and right.shape == (1,):
        return "The answer should be a list or tensor with one number in it, not the number itself."
    if value.ndim == 0:
        return f"It should give {sizes_of(right)}, not a single number."
    return f"It should give {sizes_of(right)}, but yours gives {sizes_of(value)}."


def _not_finite(value: np.ndarray, right: np.ndarray) -> str | None:
    if np.isnan(value).any() and not np.isnan(right).any():
        return ("There is nan in it, *not a number*. That comes from 0 / 0, from calculating with "
                "numbers too large to be held, or from a root or logarithm that doesn't exist.")
    if np.isinf(value).any() and not np.isinf(right).any():
        return "There is inf in it, *infinity*: something is too large to be held, or divided by 0."
    return None


# --- numbers that are wrong in a way that shows ---------------------------------------------------


def _pattern(wrong: WrongAnswer) -> str | None:
    """Say what all answers have in common that makes them wrong."""
    values = [case.value for case in wrong.cases]
    pairs = [(plain(case.value), plain(case.right)) for case in wrong.cases]
    if not all(is_numbers(one) for pair in pairs for one in pair):
        return None
    if all(_is_truth(case.right) for case in wrong.cases):
        return _truths(pairs)
    for place, name in enumerate(_names(wrong.signature)):
        if all(wrong.same(case.value, case.arguments[place]) for case in wrong.cases):
            return f"That is `{name}` as it was given."
    if any(value.shape != right.shape for value, right in pairs):
        return None
    with np.errstate(all="ignore"):
        for reason, altered in ALTERED.items():
            if all(wrong.same(value, altered(right)) for value, right in pairs) and (  # never None
                    reason not in ROUNDED or _shows_rounding(values, pairs)):
                return reason
        several = len({right.tobytes() for _, right in pairs}) > 1
        factor = _factor(pairs, wrong.same) if several else None
        return factor or _same_but_moved(pairs, wrong.same)


def _shows_rounding(values: list, pairs: list[tuple]) -> bool:
    """Tell whether numbers with decimals have become several whole numbers, or a tensor of them:
    one alone, such as 1 for all fractions, may come from anything."""
    if any(isinstance(value, torch.Tensor) and not value.is_floating_point() for value in values):
        return True
    whole = [value[right != np.round(right)] for value, right in pairs]
    return len(np.unique(np.concatenate([one.ravel() for one in whole]))) > 1


def _of_part(part: Part, reason: str | None) -> str | None:
    """Say of which part of the answer a reason is, if it isn't of all of it."""
    if reason is None or part == Part():
        return reason
    what = part.effect or f"the {ORDINALS[part.place or 0]} value"
    return f"As for {what}: {reason[0].lower()}{reason[1:]}"


def _truths(pairs: list[tuple]) -> str | None:
    """Say what is wrong with answers that are True or False."""
    values, rights = ([bool(pair[side]) for pair in pairs] for side in (0, 1))
    if all(value != right for value, right in zip(values, rights)):
        return "It is the wrong way round."
    if len(set(values)) == 1 and len(set(rights)) == 2:
        return f"It says {values[0]} whatever it is given."
    return None


def _factor(pairs: list[tuple], same) -> str | None:
    """Return a reason for answers that are all too large by the same factor or number."""
    if len(pairs) > 2 and all(same(value, pairs[0][0]) for value, _ in pairs):
        return "It gives the same whatever it is given."
    values, rights = (np.concatenate([one.ravel() for one in side]) for side in zip(*pairs))
    if not rights.size:
        return None
    factor = (values / rights)[rights != 0][:1].sum()
    if factor and np.isfinite(factor) and same(values, factor * rights):
        shown = show(float(1 / factor if abs(factor) < 1 else factor))
        if shown not in ("1", "1.0"):  # as near as that it is something else, such as rounding
            return (f"Yours is always {f'1/{shown} of' if abs(factor) < 1 else f'{shown} times'} "
                    "what it should be.")
    gap = float((values - rights)[0])
    if gap and same(values, rights + gap):
        return f"Yours is always {show(abs(gap))} too {'large' if gap > 0 else 'small'}."
    return None


def _same_but_moved(pairs: list[tuple], same) -> str | None:
    """Return a reason for answers with the right numbers in wrong places, or with wrong signs."""
    if all(same(np.sort(value.ravel()), np.sort(right.ravel())) for value, right in pairs):
        return "The numbers are right, but they are in the wrong places."
    if all(same(np.abs(value), np.abs(right)) for value, right in pairs):
        return "The numbers are right but for their signs."
    return None


def what_is_right(wrong: WrongAnswer) -> str:
    """Name a call for which the function is right, if there is one that can be typed in."""
    calls = [call_text(wrong.signature, arguments) for arguments in wrong.right]
    return next((f"For `{call}` it is right." for call in calls if call), "")


# --- the first difference -------------------------------------------------------------------------

ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"]


def difference(wrong: WrongAnswer) -> str:
    """Name the first call that goes wrong, the result and the right result, at one index."""
    case, what, effect = wrong.wrong[0], "", wrong.part.effect
    if wrong.part.place is not None:
        what = f"the {ORDINALS[wrong.part.place]} value"
    value, right, place = _first_difference(case.value, case.right, wrong.same)
    what = ", ".join(filter(None, [effect, what, place]))
    good, bad = show(right, value), show(value, right)
    if effect is not None:
        return f"After {wrong.call}, {what} should be {good}, not {bad}."
    if what:
        return f"In {wrong.call}, {what} should be {good}, but yours is {bad}."
    return f"{wrong.call[0].upper()}{wrong.call[1:]} should give {good}, but yours gives {bad}."


def _first_difference(value, right, same) -> tuple[Any, Any, str]:
    """Find what differs first in two values, and its place in words; "" for all of it."""
    numbers, right_numbers = plain(value), plain(right)
    if isinstance(right_numbers, list) and isinstance(value, (list, tuple)) \
            and len(right) == len(value):
        first = next(i for i, pair in enumerate(zip(value, right)) if not same(*pair))
        inner, right_inner, place = _first_difference(value[first], right[first], same)
        return inner, right_inner, ", ".join(filter(None, [f"place {first}", place]))
    if is_numbers(right_numbers) and is_numbers(numbers) and right_numbers.ndim \
            and numbers.shape == right_numbers.shape:
        # Each alone may be near enough, where together with larger ones they aren't.
        at = next((at for at in np.ndindex(right_numbers.shape)
                   if not same(numbers[at], right_numbers[at])), (0,) * right_numbers.ndim)
        return float(numbers[at]), float(right_numbers[at]), _place_words(at)
    return value, right, ""


PLACES = {1: ["place"], 2: ["row", "column"], 3: ["image", "row", "column"],
          4: ["image", "channel", "row", "column"]}


def _place_words(place: tuple) -> str:
    return ", ".join(f"{name} {index}" for name, index in zip(PLACES.get(len(place), []), place))


def _names(signature: str) -> list[str]:
    return re.findall(r"\w+", signature.partition("(")[2])


# --- what is suspicious in the code ---------------------------------------------------------------


def remarks(wrong: WrongAnswer) -> Iterator[str]:
    """Name what is suspicious in the code of a function that is wrong."""
    definition = _definition(wrong.function)
    if definition is None:
        return
    taken = [argument.arg for argument in definition.args.args]
    names = {node.id for node in ast.walk(definition) if isinstance(node, ast.Name)}
    if unused := [name for name in taken if name not in names and name[0] != "_"]:
        if unused == taken and len(taken) > 1:
            yield "It uses none of its arguments."
            return
        assigned = {node.id for node in ast.walk(definition)
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        outside = [name for name, value in getattr(wrong.function, "__globals__", {}).items()
                   if name in names - {*taken, *assigned} and isinstance(value, (
                       int, float, list, tuple, torch.Tensor, np.ndarray))]
        instead = f" Does it use {_list(outside)} from outside in its place?" if outside else ""
        yield f"It never uses {_list(unused)}.{instead}"


def out_of_order(function: Callable, solution: Callable) -> str | None:
    """Say so if a function takes arguments of the right names in another order."""
    definition, asked = _definition(function), list(inspect.signature(solution).parameters)
    taken = [argument.arg for argument in definition.args.args] if definition else []
    return (f"The arguments should be in the order of `{signature_of(solution)}`."
            if taken != asked and sorted(taken) == sorted(asked) else None)


def _definition(function: Callable) -> ast.FunctionDef | ast.Lambda | None:
    """Find the code of a function; None where it isn't known for sure."""
    code = getattr(function, "__code__", None)
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):  # built in; or a lambda in the middle of something
        return None
    names = list(code.co_varnames[: code.co_argcount]) if code else None
    found = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.Lambda))
             and [argument.arg for argument in node.args.args] == names]
    return found[0] if found else None


def _returns(function: Callable) -> list[ast.Return]:
    """List the `return`s of a function, leaving out nested functions."""
    definition = _definition(function)
    waiting = list(getattr(definition, "body", [])) if isinstance(
        definition, ast.FunctionDef) else []
    found = []
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Return):
            found.append(node)
        elif not isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            waiting += ast.iter_child_nodes(node)
    return found


def _list(names: list[str]) -> str:
    *others, last = [f"`{name}`" for name in names]
    return f"{', '.join(others)} and {last}" if others else last
