"""A function with one small change in its code, as a slip makes it, or as one mends it."""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator
from types import FunctionType

OTHERS: dict[type, list[type]] = {  # what may replace an operator
    ast.Add: [ast.Sub, ast.Mult], ast.Sub: [ast.Add, ast.Mult], ast.Mult: [ast.Add, ast.Div],
    ast.Div: [ast.Mult, ast.FloorDiv], ast.FloorDiv: [ast.Mult, ast.Div], ast.Mod: [ast.Div],
    ast.Pow: [ast.Mult], ast.BitAnd: [ast.BitOr], ast.BitOr: [ast.BitAnd],
    ast.Lt: [ast.LtE, ast.Gt], ast.LtE: [ast.Lt, ast.GtE], ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.LtE], ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.In: [ast.NotIn],
    ast.NotIn: [ast.In], ast.And: [ast.Or], ast.Or: [ast.And],
}
ARITHMETIC = [ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Pow]
NAMES = {"min": "max", "max": "min", "sum": "mean", "mean": "sum", "argmax": "argmin"}


def slips(code: str) -> Iterator[tuple[str, str, str]]:
    """Yield each small change of a function: words, `«before» -> after` with the rest of its line
    around «before», and the changed code.
    """
    lines = code.splitlines()
    for place, node in enumerate(ast.walk(ast.parse(code))):
        for which, (words, _) in enumerate(_changes(node)):
            tree = ast.parse(code)
            old = list(ast.walk(tree))[place]
            new = list(_changes(old))[which][1]
            before = _marked(old, lines)
            _Exchange(old, new).visit(tree)
            yield (words, f"{before} -> {ast.unparse(new)}",
                   ast.unparse(ast.fix_missing_locations(tree)))


def _marked(node, lines: list[str]) -> str:
    """Mark a node within its line; of several lines, the first."""
    line = lines[node.lineno - 1].encode()  # places count bytes
    end = node.end_col_offset if node.end_lineno == node.lineno else len(line)
    parts = line[: node.col_offset], line[node.col_offset : end], line[end:]
    return "{}«{}»{}".format(*(part.decode() for part in parts)).strip()


def mendings(function: Callable) -> Iterator[tuple[str, str]]:
    """Change one thing at a time in a learner's function: yield words that say where, and the code.

    The words hold if the changed code turns out to be right. They don't give the change away.
    Nothing comes of a function that might not end with a change in it, or that we can't read.
    """
    code = _readable_code(function)
    if code is None:
        return
    lines = code.splitlines()
    for place, node in enumerate(ast.walk(ast.parse(code))):
        for which, (_, new) in enumerate([*_changes(node), *_more_changes(node)]):
            if _may_be_huge(new):
                continue
            tree = ast.parse(code)
            old = list(ast.walk(tree))[place]
            new = [*_changes(old), *_more_changes(old)][which][1]
            _Exchange(old, new).visit(tree)
            line = lines[getattr(node, "lineno", 1) - 1].strip()
            yield (_where(ast.unparse(node), line, isinstance(new, ast.Pass)),
                   ast.unparse(ast.fix_missing_locations(tree)))


def _readable_code(function: Callable) -> str | None:
    """Return the code of a function that may be run with changes in it; None if it may not."""
    if not isinstance(function, FunctionType) or function.__closure__:
        return None
    try:
        code = textwrap.dedent(inspect.getsource(function))
        (definition,) = ast.parse(code).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    if not isinstance(definition, ast.FunctionDef) or definition.decorator_list:
        return None
    endless = any(isinstance(node, ast.While) for node in ast.walk(definition))
    return None if endless else code


def _may_be_huge(node) -> bool:
    """Tell whether a node is a power with an exponent other than a small number."""
    match node:
        case ast.BinOp(op=ast.Pow(), right=ast.Constant(value=int() | float() as exponent)):
            return abs(exponent) > 3
    return isinstance(getattr(node, "op", None), ast.Pow)


def _where(part: str, line: str, superfluous: bool) -> str:
    """Say where a function can be mended."""
    if superfluous:
        line = part if ";" in line else line  # several statements in a line
        return f"Nearly: without the line `{line}` it would be right."
    if "\n" in part or part == line:
        return f"Nearly: one small change in the line `{line}` makes it right."
    return f"Nearly: one small change makes it right. Look at `{part}` in the line `{line}`."


def _more_changes(node) -> Iterator[tuple[str, ast.AST]]:
    """Yield what mends a node, and would as a slip hardly be a mistake."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, tuple(ARITHMETIC)):
        for kind in ARITHMETIC:
            if not isinstance(node.op, kind) and kind not in OTHERS[type(node.op)]:
                yield f"with `{_sign(kind())}` in place of an operator", _with(node, op=kind())
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(
            node.targets[0], (ast.Name, ast.Subscript, ast.Attribute)):
        yield "with `+=` in place of `=`", ast.AugAssign(
            node.targets[0], ast.Add(), node.value, lineno=node.lineno)


class _Exchange(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST):
        self.old, self.new = old, new

    def visit(self, node):
        return self.new if node is self.old else self.generic_visit(node)


def _changes(node) -> Iterator[tuple[str, ast.AST]]:
    """Yield a node of a program in other ways, each with words."""
    old = getattr(node, "op", getattr(node, "ops", [None])[0])
    for kind in OTHERS.get(type(old), []):
        fields = {"op": kind()} if hasattr(node, "op") else {"ops": [kind(), *node.ops[1:]]}
        yield f"with `{_sign(kind())}` in place of `{_sign(old)}`", _with(node, **fields)
    match node:
        case ast.Constant(value=bool() as value):
            yield f"with {not value} in place of {value}", ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            for other in (value + 1, value - 1):
                yield f"with {other} in place of {value}", ast.Constant(other)
        case ast.BinOp(op=ast.Sub() | ast.Div() | ast.FloorDiv() | ast.Mod() | ast.Pow()):
            yield (f"with both sides of `{_sign(node.op)}` exchanged",
                   _with(node, left=node.right, right=node.left))
        case ast.UnaryOp():
            yield "without a sign or a `not`", node.operand
        case ast.Name() if node.id in NAMES:
            yield f"with `{NAMES[node.id]}` in place of `{node.id}`", _with(node, id=NAMES[node.id])
        case ast.Attribute() if node.attr in NAMES:
            yield (f"with `{NAMES[node.attr]}` in place of `{node.attr}`",
                   _with(node, attr=NAMES[node.attr]))
        case ast.Call(func=ast.Attribute(value=inner, attr=name), args=[]):
            yield f"without `.{name}(...)`", inner
        case ast.Tuple(ctx=ast.Load(), elts=[first, second]):
            yield "with two things exchanged", _with(node, elts=[second, first])
        case ast.IfExp() | ast.If(orelse=[_, *_]):
            yield ("with the two sides of an `if` exchanged",
                   _with(node, body=node.orelse, orelse=node.body))
    if isinstance(node, ast.Call):
        for place, keyword in enumerate(node.keywords):
            yield (f"without `{keyword.arg}=`",
                   _with(node, keywords=node.keywords[:place] + node.keywords[place + 1:]))
        if len(node.args) == 2 and getattr(node.func, "id", "") not in NAMES:
            yield "with two arguments exchanged", _with(node, args=node.args[::-1])
    if isinstance(node, ast.AugAssign):
        yield "with `=` alone in place of an operator with `=`", ast.Assign(
            [node.target], node.value, lineno=node.lineno)
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr, ast.If, ast.Return)):
        yield "without one of its lines", ast.Pass()


def _sign(operator) -> str:
    x, y = ast.Name("x"), ast.Name("y")
    return ast.unparse(ast.BoolOp(operator, [x, y]) if isinstance(operator, ast.boolop) else
                       ast.Compare(x, [operator], [y]) if isinstance(operator, ast.cmpop) else
                       ast.BinOp(x, operator, y))[2:-2]


def _with(node, **fields):
    other = copy.copy(node)
    vars(other).update(fields)
    return other
