"""Checks of the exercises: `checks.one_hot(one_hot)` says if your function is right, or why not.

A check calls the function with random inputs, the same in every run, and prints a sentence. Answers
may be tensors, arrays, lists or plain numbers.
"""

import functools
import math
import traceback

import numpy as np
import torch


class Unsolved(Exception):
    """There is no answer yet; the message says what to do."""


class Wrong(Exception):
    """The answer is wrong; the message says why."""


class Checks:
    """The checks of one lesson, each under the name of the function that is to be filled in."""

    def add(self, remark: str):
        """Make a check of a function that raises Wrong, with the reason, unless the answer is
        right; then the check prints the remark."""

        def decorate(judge):
            @functools.wraps(judge)
            def checked(function) -> None:
                try:
                    with torch.random.fork_rng(devices=[]):  # the lesson's own go on as before
                        torch.default_generator.manual_seed(0)
                        judge(functools.partial(_call, function))
                except (Unsolved, Wrong) as verdict:
                    start = "Not solved" if isinstance(verdict, Unsolved) else "Not right"
                    print(f"{start} yet. {verdict}")
                else:
                    print(f"✓ Right. {remark}")

            setattr(self, judge.__name__, checked)
            return checked

        return decorate


def _call(function, *arguments):
    """What the learner's function answers; what goes wrong in it becomes a sentence."""
    require(callable(function), "Give the check the function itself, without brackets behind it.")
    try:
        answer = function(*arguments)
    except Exception as error:
        name, frames = getattr(function, "__name__", ""), traceback.extract_tb(error.__traceback__)
        lines = [frame.line for frame in frames if frame.name == name and frame.line]
        look = f"the line `{lines[-1]}`" if lines else "the arguments it takes"
        said = " ".join([f"{type(error).__name__}:", *str(error).splitlines()[:1]])
        raise Wrong(f"The function stopped with {said}. Look at {look}.") from None
    if answer is None:
        raise Unsolved("The function gives nothing back: does it end with `return`?")
    if answer is ... or isinstance(answer, tuple) and any(part is ... for part in answer):
        raise Unsolved("Put your answer in place of the three dots.")
    return answer


def require(right, reason):
    """Refuse the answer for this reason unless it is right."""
    if not right:
        raise Wrong(reason)


def numbers(answer) -> np.ndarray:
    """An answer as floats, be it a tensor, an array, a list or a number."""
    try:
        array = np.asarray(answer.detach().cpu() if isinstance(answer, torch.Tensor) else answer)
    except (TypeError, ValueError, RuntimeError):  # lists of different length, for one
        array = np.asarray("")
    kind = type(answer).__name__
    require(array.dtype.kind in "biuf", f"The answer should be made of numbers, not a {kind}.")
    return array.astype(float)


def compare(answer, right, example, reasons):
    """Refuse a number unless it is right; `reasons` is a dict of reason -> wrong number."""
    array = numbers(answer)
    require(array.size == 1, f"The answer should be one number, not {array.size} of them.")
    close = functools.partial(math.isclose, array.item(), rel_tol=1e-5)
    if not close(right):
        for reason, wrong in reasons.items():
            require(not close(wrong), reason)
        raise Wrong(f"For {example} it should give {right:.4g}, but it gives {array.item():.4g}.")


def draw(low, high) -> int:
    """A random whole number from low to high, both included."""
    return int(torch.randint(low, high + 1, ()))
