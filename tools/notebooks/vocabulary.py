"""Which Python and PyTorch the lessons use, and where it is explained.

    python tools/notebooks/vocabulary.py [LESSON ...]

Prints whatever a lesson uses without an explanation: for all lessons, or for those whose names
begin like the arguments (`04`). The table of what is explained where is in the glossary. A lesson
that the table names must say the word, as `code` or in a comment of the code, before the cell that
uses it first, in it or right below it; and on its main line, if a later lesson uses it without
saying it again.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Iterator

import nbformat

from tools.notebooks.notebook_files import LESSONS, NOTEBOOKS, parts

ROOT = NOTEBOOKS.parent
GLOSSARY = NOTEBOOKS / "glossary.ipynb"
ROW = re.compile(r"^\| `(.+?)` \| .+ \| \[.+?\]\((\w+)\.ipynb\) \|$", re.MULTILINE)

# What "a little Python" means; the glossary says it above its table.
BASICS = {"print", "len", "range", "int", "float", "str", "list", "True", "False", "None"}
FORMS = {  # syntax beyond that, and its name in the table
    ast.Lambda: "lambda", ast.ListComp: "[... for ... in ...]", ast.GeneratorExp: "(... for ...)",
    ast.DictComp: "{... for ... in ...}", ast.SetComp: "{... for ... in ...}", ast.Slice: "a:b",
    ast.Dict: "{...: ...}", ast.Set: "{...}", ast.JoinedStr: 'f"..."', ast.Starred: "*",
    ast.IfExp: "... if ... else ...", ast.While: "while", ast.With: "with", ast.ClassDef: "class",
    ast.Assert: "assert", ast.AugAssign: "+=", ast.Try: "try", ast.Raise: "raise", ast.And: "and",
    ast.Or: "or", ast.Not: "not", ast.BitAnd: "&", ast.BitOr: "|", ast.Invert: "~",
    ast.MatMult: "@", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**", ast.In: "in",
    ast.NotIn: "in", ast.Is: "is", ast.IsNot: "is", ast.Eq: "==", ast.NamedExpr: ":=",
    ast.Yield: "yield", ast.Break: "break",
}


def parse(source: str) -> ast.Module:
    """The syntax tree of a cell, without the lines that are for IPython or the shell."""
    return ast.parse(re.sub(r"^(\s*)[!%].*", r"\1pass", source, flags=re.MULTILINE))


def words(tree: ast.AST, defined: set[str]) -> Iterator[str]:
    """What a reader of this code must know: forms of syntax, builtins, and the names, methods and
    arguments of libraries. `defined` are names that the prose speaks of anyway."""
    for node in ast.walk(tree):
        if type(node) in FORMS:
            yield FORMS[type(node)]
        if isinstance(node, ast.Name) and hasattr(builtins, node.id):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield f".{node.attr}"
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (name.asname or name.name for name in node.names)
        elif isinstance(node, ast.FunctionDef):
            yield node.name if node.name.startswith("__") else "def"
        elif isinstance(node, ast.Call) and called(node) not in defined:
            yield from (f"{word.arg}=" if word.arg else "**" for word in node.keywords)


def called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def made_in(tree: ast.AST) -> set[str]:
    """The functions, classes, arguments and attributes that this code makes itself."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name[:2] != "__":
            names.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if isinstance(node.value, ast.Name) and node.value.id == "self":
                names.add(node.attr)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)  # the field of a dataclass
    return names


FOR_TEACHERS = "hand_in", "quiz"  # programs, of which no lesson takes a name


def library_names() -> set[str]:
    """What our packages make: its functions and classes have docstrings."""
    files = (path for package in ("mnist_adder_lib", "mnist_adder_course")
             for path in (ROOT / package).rglob("*.py") if path.stem not in FOR_TEACHERS)
    names = set().union(*(made_in(ast.parse(path.read_text("utf-8"))) for path in files))
    names |= {"LIGHT_AUGMENT", "guesses", "checks"}
    return names - {"backward", "modules", "output", "run"}  # PyTorch and ONNX have these, too


def explained() -> dict[str, str]:
    """The table of the glossary: each word and the lesson that explains it."""
    cells = nbformat.read(GLOSSARY, as_version=4).cells
    return dict(ROW.findall("\n".join(cell.source for cell in cells)))


def says(prose: str, word: str) -> bool:
    """Whether a text names a word as `code`, alone or as part of a piece of code."""
    core = word.strip(".=") if re.search(r"\w", word) and word != 'f"..."' else word
    edge = r"(?<!\w){}(?!\w)" if re.fullmatch(r"\w+", core) else "{}"
    pieces = re.findall(r"(`+)(.+?)\1", prose, re.DOTALL)
    return any(re.search(edge.format(re.escape(core)), code) for _, code in pieces)


def prose_of(cell) -> str:
    """What a cell says in words: its text, or the comments of its code, taken as `code`."""
    comments = "\n".join(f"`{comment}`" for comment in re.findall(r"# (.+)", cell.source))
    return cell.source if cell.cell_type == "markdown" else comments


def first_uses(notebook, defined: set[str]) -> dict[str, int]:
    """Each word that a lesson's code uses, and the place of the cell that uses it first."""
    uses: dict[str, int] = {}
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and not cell.id.endswith("-colab"):
            tree = parse(cell.source)
            defined = defined | made_in(tree)
            for word in words(tree, defined):
                if word.strip(".=") not in defined | BASICS and word != "def":
                    uses.setdefault(word, place)
    return uses


def complaints(notebook, name: str, table: dict[str, str], defined: set[str]) -> Iterator[str]:
    """What this lesson uses and neither it nor an earlier one explains."""
    for word, place in first_uses(notebook, defined).items():
        lesson, cell = table.get(word), line(notebook, place, word)
        prose = said_by(notebook, place)
        if lesson is None:
            yield f"`{word}` is not in the table; first used in\n    {cell}"
        elif lesson > name:
            yield f"`{word}` is explained only in {lesson}; used in\n    {cell}"
        elif lesson == name and not says(prose, word):
            yield f"`{word}` is named in no prose or comment before, in, or right below\n    {cell}"


def said_by(notebook, place: int) -> str:
    """The prose and comments up to the cell right below a place."""
    return "\n\n".join(map(prose_of, notebook.cells[: place + 2]))


def explained_too_deep(notebooks: dict, table: dict[str, str], defined: set[str]) -> Iterator[str]:
    """What a lesson explains below *Deeper* alone, and a later lesson uses before it has said it
    itself or a main line in between has, from all notebooks by their names, in order."""
    used_in = {name: first_uses(notebook, defined) for name, notebook in notebooks.items()}
    for word, name in table.items():
        for other in (other for other in notebooks if other >= name):
            place = used_in[other].get(word)
            if other > name and place is not None \
                    and not says(said_by(notebooks[other], place), word):
                yield f"{name}: `{word}` is explained below Deeper, and {other} uses it"
                break
            if says("\n\n".join(map(prose_of, parts(notebooks[other])[0])), word):
                break


def line(notebook, place: int, word: str) -> str:
    cell = notebook.cells[place]
    lines = [row for row in cell.source.splitlines() if word.strip(".=") in row]
    return f"[{cell.id}] {(lines or cell.source.splitlines())[0].strip()}"


def main(names: list[str]) -> int:
    table, defined, found = explained(), library_names(), []
    lessons = {path.stem: nbformat.read(path, 4) for path in LESSONS}
    for name, notebook in lessons.items():
        if not names or name.startswith(tuple(names)):
            found += [f"{name}: {text}" for text in complaints(notebook, name, table, defined)]
    found += [text for text in explained_too_deep(lessons, table, defined)
              if not names or text.startswith(tuple(names))]
    print(*found, sep="\n")
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
