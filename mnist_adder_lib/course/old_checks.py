'''Checks of the exercises: `checks.one_hot(one_hot)` says if your function is right, or why not.

A check calls the function with random inputs, the same in every run, and prints a sentence. Answers
may be tensors, arrays, lists or plain numbers.

To write one, call the learner's function by `answer`, and refuse what is wrong with a reason:

    @checks.add("A remark worth reading, for those who got it right.")
    def half(answer):
        """`half(x)`: half of x."""
        for x in (draw(3, 9), draw(3, 9)):
            compare(answer(x), x / 2, f"half({x})", {"That is x itself.": x})

- The docstring begins with the call, as `half(x)`: reasons about the arguments are made from it.
- `require(right, reason)` refuses whatever else can be said; `numbers(answer)` makes an array.
- Errors in the function become sentences: see `mistakes.py`. A check that knows better says so:
  `answer(x, errors={"size of tensor": reason})`, where the key is a part of the error's message.
- A function that prints in place of returning, that returns nothing in some cases, text, another
  function, `...`, or that takes its arguments in another order gets its reason from here.
- Begin with the inputs for which likely mistakes differ from one another and from the answer. Put
  wrong answers, with a part of the reason, and right ones in `tests/course/test_<lesson>.py`.
'''

import contextlib
import functools
import io
import math
import re
import types

import numpy as np
import torch

from .old_mistakes import remarks, why_it_gives_nothing, why_it_stopped


class Unsolved(Exception):
    """There is no answer yet; the message says what to do."""


class Wrong(Exception):
    """The answer is wrong; the message says why."""

    @property
    def reason(self) -> str:
        return str(self)


class Stopped(Wrong):
    """The function raised an error, which is the message; the reason is made of it."""

    def __init__(self, error: Exception, reason: str):
        super().__init__(f"{type(error).__name__}: {error}")
        self.made = reason

    @property
    def reason(self) -> str:
        return self.made


class Checks:
    """The checks of one lesson, each under the name of the function that is to be filled in."""

    def add(self, remark: str):
        """Make a check of a function that raises Wrong, with the reason, unless the answer is
        right; then the check prints the remark."""

        def decorate(judge):
            call = re.match(r"`(.+?)`", judge.__doc__ or "")

            @functools.wraps(judge)
            def checked(function) -> None:
                answer = Answer(function, call[1] if call else "")
                try:
                    with torch.random.fork_rng(devices=[]):  # the lesson's own go on as before
                        torch.default_generator.manual_seed(0)
                        judge(answer)
                except Unsolved as verdict:
                    print(f"Not solved yet. {verdict}")
                except Wrong as verdict:
                    print(" ".join(["Not right yet.", verdict.reason, *answer.remarks()]))
                else:
                    print(f"✓ Right. {remark}")

            setattr(self, judge.__name__, checked)
            return checked

        return decorate


class Answer:
    """The learner's function as a check calls it: what goes wrong in it becomes a reason."""

    def __init__(self, function, signature: str):
        self.function, self.signature = function, signature
        self.printed, self.answered = "", False

    def __call__(self, *arguments, errors=types.MappingProxyType({})):
        """What the function answers. `errors`: a part of an error's message -> the reason."""
        require(callable(self.function),
                "Give the check the function itself, without brackets behind it.")
        output = io.StringIO()
        try:
            with contextlib.redirect_stdout(output):
                answer = self.function(*arguments)
        except Exception as error:
            stopped = Stopped(error, why_it_stopped(error, self.function, self.signature))
            for part, reason in errors.items():
                require(part not in str(stopped), reason)
            raise stopped from None
        self.printed += output.getvalue()
        if answer is None:
            self._refuse_nothing(arguments)
        if answer is ... or isinstance(answer, tuple) and any(part is ... for part in answer):
            raise Unsolved("Put your answer in place of the three dots.")
        self.answered = True
        return answer

    def _refuse_nothing(self, arguments):
        said = f"{self.signature.partition('(')[0]}({', '.join(map(repr, arguments))})"
        call = f"`{said}`" if len(said) < 60 and "\n" not in said else "some arguments"
        reason, tried = why_it_gives_nothing(self.function, call, bool(self.printed))
        if self.answered and not tried:
            reason = f"For {call} the function gives nothing back."
        raise Wrong(reason) if tried or self.answered else Unsolved(reason)

    def remarks(self):
        """What is to be said of a wrong function besides the reason."""
        yield from remarks(self.function, self.signature)
        if self.printed:
            yield "(What it prints is not shown here; call it yourself to see that.)"


def require(right, reason):
    """Refuse the answer for this reason unless it is right."""
    if not right:
        raise Wrong(reason)


def numbers(answer) -> np.ndarray:
    """An answer as floats, be it a tensor, an array, a list or a number."""
    functions = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, type)
    require(not isinstance(answer, functions), "The answer is a function, not what comes out of "
            "it: round brackets behind its name call it.")
    try:
        array = np.asarray(answer.detach().cpu() if isinstance(answer, torch.Tensor) else answer)
    except (TypeError, ValueError, RuntimeError):  # lists of different length, for one
        array = np.asarray(None)
    require(array.dtype.kind not in "US", "The answer is text. Numbers, True and False stand "
            "without quotes.")
    require(array.dtype.kind in "biuf", "The answer should be made of numbers, not a "
            f"{type(answer).__name__}.")
    return array.astype(float)


def compare(answer, right, example, reasons):
    """Refuse a number unless it is right; `reasons` is a dict of reason -> wrong number."""
    array = numbers(answer)
    require(array.size == 1, f"The answer should be one number, not {array.size} of them.")
    require(not isinstance(answer, (list, tuple)), "The answer should be the number itself, not a "
            "list with the number in it.")
    value = array.item()
    require(not math.isnan(value), "That is nan, *not a number*: something was divided by zero, "
            "or a root or logarithm taken where there is none.")
    close = functools.partial(math.isclose, value, rel_tol=1e-5)
    if not close(right):
        for reason, wrong in reasons.items():
            require(not close(wrong), reason)
        raise Wrong(f"For {example} it should give {right:.4g}, but it gives {value:.4g}.")


def draw(low, high) -> int:
    """A random whole number from low to high, both included."""
    return int(torch.randint(low, high + 1, ()))
