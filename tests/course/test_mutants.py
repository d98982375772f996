"""No check accepts a solution with one small change, and hardly any is refused without a reason.

The solutions are those of the notebooks, as a learner would write them; a program changes them.
"""

import ast
import copy
import re
import signal
from pathlib import Path

import nbformat
import pytest
from every_lesson import LESSONS, ROOT

from mnist_adder_lib.course.checks import from_code

pytestmark = [pytest.mark.thorough, pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="stops what doesn't end by a signal")]
SECONDS = 10  # of processor time, after which a mutant counts as refused

# Changes, as `before -> after` of their lines, that leave a solution right, and why.
EQUIVALENT = {
    "coverage: lows <= truth -> lows < truth": "an end that is just the truth may count or not",
    "coverage: truth <= highs -> truth < highs": "an end that is just the truth may count or not",
    "joint_range: (digit_matrix.diagonal().sum(), sum_matrix.diagonal().sum()) -> "
    "(sum_matrix.diagonal().sum(), digit_matrix.diagonal().sum())": "both are treated alike",
}
OTHERS = {  # what stands in place of an operator
    ast.Add: [ast.Sub, ast.Mult], ast.Sub: [ast.Add, ast.Mult], ast.Mult: [ast.Add, ast.Div],
    ast.Div: [ast.Mult, ast.FloorDiv], ast.FloorDiv: [ast.Mult, ast.Div], ast.Mod: [ast.Div],
    ast.Pow: [ast.Mult], ast.BitAnd: [ast.BitOr], ast.BitOr: [ast.BitAnd],
    ast.Lt: [ast.LtE, ast.Gt], ast.LtE: [ast.Lt, ast.GtE], ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.LtE], ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.In: [ast.NotIn],
    ast.NotIn: [ast.In], ast.And: [ast.Or], ast.Or: [ast.And],
}
NAMES = {"min": "max", "max": "min", "sum": "mean", "mean": "sum", "argmax": "argmin"}


def changed(node):
    """One node of a program in other ways; None for a statement that is dropped."""
    for field in ("op", "ops"):
        old = getattr(node, field, None)
        first = old[0] if isinstance(old, list) else old
        for other in OTHERS.get(type(first), []):
            yield with_field(node, **{field: [other(), *old[1:]] if old is not first else other()})
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield from (ast.Constant(node.value + 1), ast.Constant(node.value - 1))
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    if isinstance(node, ast.BinOp) and not isinstance(node.op, (ast.Add, ast.Mult, ast.BitAnd)):
        yield with_field(node, left=node.right, right=node.left)
    if isinstance(node, ast.UnaryOp):
        yield node.operand
    if isinstance(node, ast.Name) and node.id in NAMES:
        yield with_field(node, id=NAMES[node.id])
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield with_field(node, attr=NAMES[node.attr])
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and not node.args:
            yield node.func.value  # without `.float()`, `.sum()`
        for place in range(len(node.keywords)):
            yield with_field(node, keywords=node.keywords[:place] + node.keywords[place + 1:])
        if len(node.args) == 2 and getattr(node.func, "id", "") not in NAMES:
            yield with_field(node, args=node.args[::-1])
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) == 2:
        yield with_field(node, elts=node.elts[::-1])
    if isinstance(node, ast.IfExp):
        yield with_field(node, body=node.orelse, orelse=node.body)
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr, ast.If, ast.Return)):
        yield ast.Pass()
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value, lineno=0)


def with_field(node, **fields):
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def mutants(code: str):
    """(`before -> after`, code) for every small change of a function's code."""
    count = len(list(ast.walk(ast.parse(code))))
    for place in range(count):
        for which in range(9):
            tree = ast.parse(code)
            (function,) = (one for one in tree.body if isinstance(one, ast.FunctionDef))
            node = list(ast.walk(tree))[place]
            before, others = ast.unparse(node) if hasattr(node, "lineno") else "", changed(node)
            try:
                other = [*others][which]
            except IndexError:
                break
            replace(function, node, other)
            yield f"{before} -> {ast.unparse(other)}", ast.unparse(ast.fix_missing_locations(tree))


def replace(tree, node, other) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is node:
                setattr(parent, name, other)
            elif isinstance(value, list) and any(one is node for one in value):
                value[[one is node for one in value].index(True)] = other


class TooLong(BaseException):
    """The mutant doesn't end."""


def verdict(check, code: str, names: dict) -> str:
    """What the check says of the function in some code; "too long" if that doesn't end."""
    def stop(*_):
        raise TooLong

    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        return check.verdict(from_code(code, check.__name__, dict(names)))
    except TooLong:
        return "too long"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def solutions(path: Path):
    """(name, code, names that are there before) for every exercise of a notebook."""
    names: dict = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and re.search(r"exercise-\d-function", cell.id):
            yield re.findall(r"^def (\w+)", cell.source, re.MULTILINE)[-1], cell.source, names
        if cell.cell_type == "code" and not re.search("colab|check", cell.id):
            exec(cell.source, names)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_no_mutant_is_accepted(lesson):
    (path,) = (ROOT / "notebooks" / "solutions").glob(f"??_{lesson.name}.ipynb")
    texts = {}
    for name, code, names in solutions(path):
        check = getattr(lesson.module.checks, name)
        assert verdict(check, code, names).startswith("✓ Right"), name
        texts |= {f"{name}: {change}": verdict(check, mutant, names)
                  for change, mutant in mutants(code)}
    accepted = {change for change, text in texts.items() if text.startswith("✓")}
    assert accepted - EQUIVALENT.keys() == set()
    bare = [f"{change}\n    {text}" for change, text in texts.items() if re.fullmatch(
        r"Not right yet\. (`\w+\(.*?\)` should give|In `\w+\(.*?\)`, .*? should be) .+", text)]
    for line in bare:
        print(line)
    assert len(bare) <= 0.1 * len(texts), "too many get numbers alone"
    assert not [text for text in texts.values() if "something in it can't be done" in text]
