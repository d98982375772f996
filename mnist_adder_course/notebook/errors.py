"""What Python's and PyTorch's errors mean, in plain words: `errors.toml`, and what was None."""

from __future__ import annotations

import ast
import builtins
import linecache
import re
import tomllib
from pathlib import Path
from traceback import FrameSummary
from typing import NamedTuple


class Meaning(NamedTuple):
    """What an error means, and whether it is one of sizes: who changes a number may cause it."""

    words: str
    of_sizes: bool = False


ERRORS = tomllib.loads(
    Path(__file__).with_name("errors.toml").read_text(encoding="utf-8"))["error"]
# Functions that do something and return nothing.
GIVE_NOTHING = {"print", "append", "sort", "insert", "extend", "shuffle", "remove", "reverse",
                "clear", "update", "add", "seed"}


def meaning_of(error: BaseException, place: FrameSummary | None) -> Meaning | None:
    """What an error means that arose at this place; None if we don't know."""
    if isinstance(error, OSError):
        return None  # it explains itself, and file names may look like anything
    message = f"{type(error).__name__}: {first_line(error)}"
    if "NoneType" in message and (code := what_was_none(message, place)):
        return Meaning(_why_none(code))
    line = place.line or "" if place else ""
    for entry in ERRORS:
        # A pattern is meant for the line of code, too, only if it says so.
        text = f"{message} IN {line}" if " IN " in entry["message"] else message
        if found := re.search(entry["message"], text):
            return Meaning(found.expand(entry["meaning"]), entry.get("sizes", False))
    return None


def first_line(error: BaseException) -> str:
    """The first line of an error's message."""
    return " ".join(str(error).splitlines()[:1])


def what_was_none(message: str, place: FrameSummary | None) -> ast.expr | None:
    """The piece of code whose value was None where an error says `NoneType`; None if unclear."""
    try:
        statement = ast.parse(_segment(place)).body[0] if place else None
    except (SyntaxError, IndexError):  # only a part of a statement is known, or nothing
        return None
    node = statement.value if isinstance(statement, ast.Expr) else statement
    types = re.findall(r"'(\w+)'", message)[-2:]  # of both sides, where there are two
    match node:
        case ast.Call(func=value) if "is not callable" in message:
            return value
        case ast.Call():  # what it was given; in what it calls, something else may have been None
            return _argument_that_was_none(message, node)
        case ast.Attribute(value=value) | ast.Subscript(value=value):
            return value
        case ast.BinOp(left=left, right=right) | ast.AugAssign(target=left, value=right):
            sides = [left, right]
        case ast.Compare(left=left, comparators=[right]):
            sides = [left, right]
        case _:
            return None
    was_none = [side for side, kind in zip(sides, types) if kind == "NoneType"]
    return was_none[0] if was_none else None


def _argument_that_was_none(message: str, call: ast.Call) -> ast.expr | None:
    """The argument of a call that was None, if it is certain which one."""
    if found := re.search(r"position (\d+)\) must be .*, not NoneType", message):
        place = int(found[1]) - 1
        return call.args[place] if place < len(call.args) else None
    built_in = isinstance(call.func, ast.Name) and hasattr(builtins, call.func.id)
    of_it = re.search(r"is not iterable|has no len\(\)|not 'NoneType'|as an integer", message)
    return call.args[0] if built_in and of_it and len(call.args) == 1 else None


def _segment(place: FrameSummary) -> str:
    """The part of a line of code at which an error arose."""
    if place.colno is None or place.lineno is None or place.lineno != place.end_lineno:
        return place.line or ""
    line = linecache.getline(place.filename, place.lineno)
    return line.encode()[place.colno : place.end_colno].decode().strip()


def _why_none(code: ast.expr) -> str:
    """How a piece of code may have come to be None."""
    text = ast.unparse(code)
    if isinstance(code, ast.Attribute) and code.attr == "grad":
        return (f"`{text}` is None, because no `backward()` has put a gradient there. Before the "
                "first `backward()` there is none yet, `zero_grad()` removes it, and a new "
                "tensor, such as `w = w - ...` makes, has none either.")
    if text == "panel.prediction":
        return "nothing is drawn on the panel, so there is no answer: draw a digit first."
    if isinstance(code, ast.Call):
        if getattr(code.func, "attr", getattr(code.func, "id", "")) in GIVE_NOTHING:
            return (f"`{text}` does something, but returns nothing, so you get None in its place. "
                    "Do it in a line of its own.")
        return f"`{text}` returns None. Does the function end with a `return`?"
    return (f"`{text}` is None. Where does it get its value? Functions such as `append` and `sort` "
            "do something, but return nothing.")
