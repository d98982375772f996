"""What is likely to be meant where a learner's function stops, gives nothing back or is wrong.

Errors become sentences: of Python's the plain ones pass as they are, PyTorch's messages never do.
What can be seen in the function's own code (an argument that it doesn't use, say) becomes a remark.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import traceback
import types
from collections.abc import Callable, Iterator

# A part of "Type: message" of an error -> what is wrong; \1 is the first group.
ERRORS = {
    r"RecursionError": "it calls itself and never comes to an end.",
    r"UnboundLocalError.*?'(\w+)'": r"`\1` is used before it was given a value.",
    r"NameError: name '(\w+)'": r"nothing has the name `\1`. A typing mistake?",
    r"NoneType": "something there is None. Functions such as `print`, `append`, `sort` and "
                 "`shuffle` do something, but give nothing back.",
    r"builtin_function_or_method|'(function|method|type)' object|<(built-in )?(function|method)":
        "there is the name of a function without round brackets behind it, so it isn't called.",
    r"'(list|tuple|dict|set|Tensor|ndarray)' object is not callable":
        r"round brackets call a function, but what stands before them is a \1. Square brackets "
        "take a place out of it.",
    r"'(int|float|str|bool)' object is not callable":
        r"round brackets call a function, but what stands before them is of the kind \1. A product "
        "needs its `*`.",
    r"(list|tuple) indices must be|slice indices must be": "a place is a whole number, but there "
        "it is something else.",
    r"values to unpack|cannot unpack": "there are not as many names on the left of `=` as things "
                                       "on the right.",
    r"concatenate|operand type.*'str'|instances of .*'str'": "text, or a list, can't be calculated "
                                                            "with as a number can.",
    r"index .*out of bounds|out of range in self|^RuntimeError.*out of range": "a tensor has no "
        "such place. Places go from 0 to one below its size.",
    r"Dimension out of range|too many indices|dimensional|dimension specified": "a tensor has "
        "fewer dimensions than this needs.",
    r"\dD\b": "a tensor has other dimensions than this needs.",
    r"size of tensor|Sizes of tensors|shape|broadcast|size mismatch|must match": "two tensors have "
        "shapes that don't fit each other.",
    r"(Boolean|truth) value of": "`if`, `and`, `or` and `not` want a single True or False, but "
                                 "there is a tensor of several.",
    r"to Scalar|only one element|only length-1|only integer": "a single number is needed, but "
        "there is a tensor of several, or of decimal numbers.",
    r"does not require grad": "PyTorch has no notes of how this number came about, so it can't go "
                              "back from it.",
    r"second time": "the notes for going back were used up by the first `backward`.",
    r"leaf Variable|inplace|in-place": "numbers with gradients are changed while PyTorch takes "
                                       "notes. Do it below `with torch.no_grad():`.",
    r"scalar type|dtype|same type|Float|Long|Int\b": "whole and decimal numbers are mixed, or of "
        "the wrong kind. `.float()` makes decimal ones.",
    r"invalid combination|argument '|must be Tensor|multiple values for": "a function gets "
        "something that it doesn't take: a list in place of a tensor, say, or another order.",
}
LIBRARY = r"^RuntimeError|^NotImplementedError|[Tt]ensor|torch|array|numpy|[Dd]imension"
EMPTY = {"print", "append", "sort", "insert", "extend", "shuffle", "remove", "reverse", "clear",
         "update", "add", "seed"}  # functions that give nothing back


def why_it_stopped(error: Exception, function: Callable, signature: str) -> str:
    """An error inside the learner's function as a sentence."""
    said = " ".join([f"{type(error).__name__}:", *str(error).splitlines()[:1]])
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.line for frame in frames
             if frame.name == getattr(function, "__name__", "") and frame.line]
    if not lines and isinstance(error, TypeError):
        asks = f"the check calls `{signature}`" if signature else "the check calls it otherwise"
        return f"The function can't be called: {asks}. Look at the arguments it takes."
    look = f"Look at the line `{lines[-1]}`." if lines else "Look at the arguments it takes."
    for pattern, meaning in ERRORS.items():
        if found := re.search(pattern, said):
            return f"The function stopped: {found.expand(meaning)} {look}"
    if re.search(LIBRARY, said):
        return f"The function stopped: PyTorch can't do this with what it is given. {look}"
    return f"The function stopped with {said}. {look}"


def why_it_gives_nothing(function: Callable, call: str, printed: bool) -> tuple[str, bool]:
    """The reason for a None, and whether the function returns anything at all."""
    returned = [node.value for node in _nodes(function, ast.Return) if node.value]
    called = [node.func for node in returned if isinstance(node, ast.Call)]
    names = {getattr(name, "attr", getattr(name, "id", "")) for name in called} & EMPTY
    if names:
        return (f"It returns what `{names.pop()}` gives back, and that is nothing. Do it in a line "
                "of its own, and return the result in the next."), True
    if returned:
        return (f"For {call} the function gives nothing back: it ends without coming to a "
                "`return`. Every way through it needs one."), True
    if printed:
        return ("The function prints its answer but gives nothing back. `print` only shows it; "
                "`return` hands it to the one who asked."), False
    return "The function gives nothing back: does it end with `return`?", False


def remarks(function: Callable, signature: str) -> Iterator[str]:
    """What is suspicious in the code of a function that is wrong."""
    for definition in _nodes(function, ast.FunctionDef, ast.Lambda):
        taken = [argument.arg for argument in definition.args.args]
        names = {node.id for node in ast.walk(definition) if isinstance(node, ast.Name)}
        asked = re.findall(r"\w+", signature.partition("(")[2])
        if sorted(taken) == sorted(asked) and taken != asked:
            yield f"The arguments should stand in the order of `{signature}`."
        elif unused := [name for name in taken if name not in names and name[0] != "_"]:
            yield f"It never uses {_list(unused)}."
        outside = {name: value for name, value in getattr(function, "__globals__", {}).items()
                   if name in names - set(taken) and name not in _made(definition)}
        if data := [name for name, value in outside.items()
                    if not callable(value) and not isinstance(value, types.ModuleType)]:
            yield f"It uses {_list(data)} from outside, which is the same for any arguments."
        return


def _nodes(function: Callable, *kinds: type) -> list:
    """The nodes of these kinds in the function's code; none where the code isn't known."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):  # built in; or a lambda in the middle of something
        return []
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def _made(definition) -> set[str]:
    """The names that a function gives a value itself."""
    return {node.id for node in ast.walk(definition)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _list(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)
