"""What code reaches: the functions and values of ours that it names, those that they name, and so
on, and the files that any of them names.

The code is only read, never run, and every version of Python finds the same. Everything that can't
change a result is left out: comments, docstrings, annotations, and the texts of errors. A
method is reached with its class, but in a class without a base only where reached code says its
name. A file is found where a text is its whole name, and not where a name is put together. Of a
JSON file that a name at the top holds, what is taken out of it counts alone: `NAME["key"]`.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tools.notebooks.notebook_files import ASKS

FOLDERS = "", "experiments"  # where a module is looked for
FILE_NAME = re.compile(r"[\w-]+\.\w+")
Place = tuple[str, str]  # a file, from the root, and a name at its top level; "": all of the file


def hashed(content: bytes) -> str:
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()[:12]


class Strip(ast.NodeTransformer):
    """Removes what can't change a result."""

    def visit_Expr(self, node):
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else self.generic_visit(node)

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_AnnAssign(self, node):
        node.annotation = None
        return self.generic_visit(node)

    def visit_FunctionDef(self, node):
        node.returns = None
        return self.generic_visit(node)

    def visit_Raise(self, node):
        return ast.Raise()

    def visit_JoinedStr(self, node):  # which versions of Python cut into different pieces
        pieces: list = []
        for piece in node.values:
            if isinstance(piece, ast.Constant) and pieces and isinstance(pieces[-1], ast.Constant):
                pieces[-1] = ast.Constant(pieces[-1].value + piece.value)
            elif not isinstance(piece, ast.Constant) or piece.value:
                pieces.append(piece)
        node.values = pieces
        return self.generic_visit(node)


def as_text(part) -> str:
    """A syntax tree as text, the same in all versions of Python: `ast.dump` and `ast.unparse` are
    not."""
    if isinstance(part, list):
        return f"[{' '.join(map(as_text, part))}]"
    if not isinstance(part, ast.AST):
        return ascii(part)
    fields = [f"{name}={as_text(value)}" for name, value in sorted(ast.iter_fields(part))
              if value not in (None, []) and name not in ("ctx", "kind", "type_comment")]
    return f"{type(part).__name__}({' '.join(fields)})"


def own_names(node: ast.AST) -> set[str]:
    """The local names of a function: its arguments, and what it assigns to."""
    if not isinstance(node, ast.FunctionDef):
        return set()
    return {part.arg if isinstance(part, ast.arg) else part.id for part in ast.walk(node)
            if isinstance(part, ast.arg)
            or isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


@functools.cache
class Module:
    """The names at the top of a file: what defines each, or where it is imported from."""

    def __init__(self, file: str, text: str):
        self.is_notebook = file.endswith(".ipynb")
        if self.is_notebook:
            cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
            sources = ["".join(cell["source"]) for cell in cells]
            text = "\n".join(source for source in sources if ASKS not in source)
        tree = Strip().visit(ast.parse(text))
        self.defined: dict[str, list[ast.AST]] = defaultdict(list, {"": [tree]})
        self.imported: dict[str, tuple[str, str]] = {}  # a module, and a name in it or ""
        self._define(tree.body)
        self._import(tree, Path(file).parent.parts)

    def _define(self, statements: Iterable[ast.AST]) -> None:
        for node in statements:
            if isinstance(node, ast.If) and "__main__" in as_text(node.test):
                continue  # a command line, which nothing reaches
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                self.defined[node.name].append(node)
                if isinstance(node, ast.ClassDef) and not node.bases and not self.is_notebook:
                    self._take_methods_out(node)
            elif isinstance(node, (ast.If, ast.Try, ast.With, ast.ExceptHandler)):
                self._define(ast.iter_child_nodes(node))
            elif isinstance(node, ast.stmt):
                for part in ast.walk(node):
                    if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                        self.defined[part.id].append(node)

    def _take_methods_out(self, node: ast.ClassDef) -> None:
        """All but those that Python or IPython calls, such as __init__ and _repr_html_."""
        for part in node.body[:]:
            if isinstance(part, ast.FunctionDef) and not part.name[0] == part.name[-1] == "_":
                node.body.remove(part)
                self.defined[f"{node.name}.{part.name}"].append(part)

    def _import(self, tree: ast.AST, package: tuple[str, ...]) -> None:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    whole, first = alias.name, alias.name.partition(".")[0]
                    self.imported[alias.asname or first] = (whole if alias.asname else first, "")
            elif isinstance(node, ast.ImportFrom):
                base = package[: len(package) + 1 - node.level] if node.level else ()
                dotted = ".".join([*base, *filter(None, [node.module])])
                for alias in node.names:
                    self.imported[alias.asname or alias.name] = (dotted, alias.name)

    def methods(self, name: str) -> list[str]:
        """The methods of a class that were taken out of it."""
        return [other.removeprefix(f"{name}.") for other in self.defined
                if name and other.startswith(f"{name}.")]

    def rows(self, name: str) -> dict[str, ast.AST]:
        """The values of a dictionary, by their keys."""
        (node,) = self.defined[name]
        return {key.value: value for key, value in zip(node.value.keys, node.value.values)}


class Code:
    """The code below a folder."""

    def __init__(self, root: Path):
        self.root, self.modules = root, dict[str, Module]()
        self.instead = dict[Place, str]()  # what counts in place of the code there

    def module(self, file: str) -> Module:
        if file not in self.modules:
            self.modules[file] = Module(file, (self.root / file).read_text("utf-8"))
        return self.modules[file]

    @functools.cache  # noqa: B019, as there is one of these for a run
    def find(self, dotted: str) -> str | None:
        """The file of one of our modules."""
        path = dotted.replace(".", "/")
        files = [Path(folder, path + end) for folder in FOLDERS for end in (".py", "/__init__.py")]
        return next((file.as_posix() for file in files if (self.root / file).is_file()), None)

    def place(self, dotted: str, name: str = "") -> Place | None:
        """Where a name of a module is; of a module itself, ("its file", "")."""
        if name and (file := self.find(f"{dotted}.{name}")):
            return file, ""
        return (file, name) if (file := self.find(dotted)) else None

    def meant(self, file: str, node: ast.AST) -> Place | None:
        """What of ours a name or an attribute in a file means; of a module, ("its file", "")."""
        module = self.module(file)
        if isinstance(node, ast.Name):
            if node.id in module.defined:
                return file, node.id
            return self.place(*module.imported[node.id]) if node.id in module.imported else None
        if isinstance(node, ast.Attribute):
            base = self.meant(file, node.value)
            if base and not base[1]:
                path = Path(base[0]).with_suffix("")
                parts = path.parts[:-1] if path.name == "__init__" else path.parts
                return self.place(".".join(parts), node.attr)
        return None

    def named(self, file: str, node: ast.AST) -> list[str]:
        """The file that a text names, next to the code or in assets; none that a learner keeps."""
        text = node.value if isinstance(node, ast.Constant) else None
        if not (isinstance(text, str) and FILE_NAME.fullmatch(text)) or text.startswith("my_"):
            return []
        paths = Path(file).parent / text, Path("assets", text)
        return [path.as_posix() for path in paths if (self.root / path).is_file()]

    def values(self, file: str, node: ast.AST) -> dict[ast.AST, str]:
        """The names of JSON files that a value is taken out of, each with "file: key"; of texts
        such as the sentences, which have names of their own, with "file: key: name"."""
        found = {}
        for part in ast.walk(node):
            match part:
                case ast.Subscript(value=ast.Name() as holder, slice=ast.Constant(value=str(key))):
                    place = self.meant(file, holder)
                    defined = self.module(place[0]).defined.get(place[1], []) if place else []
                    texts = {text for each in defined if place[0] != file or each is not node
                             for text in self.values(place[0], each).values()
                             if self.holds_texts(text)}
                    inside = (inner for each in defined for inner in ast.walk(each))
                    paths = [path for inner in inside for path in self.named(place[0], inner)]
                    found.update((holder, f"{path}: {key}") for path in paths
                                 if path.endswith(".json"))
                    found.update((holder, f"{text}: {key}") for text in texts)
        return found

    def value(self, file: str):
        """What "file: key" or "file: key: name" is in a JSON file."""
        path, *keys = file.split(": ")
        return functools.reduce(lambda value, key: value[key], keys,
                                json.loads((self.root / path).read_bytes()))

    def holds_texts(self, file: str) -> bool:
        value = self.value(file)
        return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())

    def hash(self, file: str) -> str:
        """Of a file, or of a value in it: "file: key"."""
        if ": " in file:
            return hashed(json.dumps(self.value(file)).encode())
        return hashed((self.root / file).read_bytes())

    @functools.cache  # noqa: B019
    def names(self, file: str, name: str, row: str = "") -> tuple[str, set, set, set]:
        """What is at a place, or in one row of the dictionary there: as text, the places that it
        names, the files, and what may be names of methods."""
        module = self.module(file)
        nodes = [module.rows(name)[row]] if row else module.defined.get(name, [])
        places, files, words = set[Place](), set[str](), set[str]()
        if name in module.imported and (place := self.place(*module.imported[name])):
            places.add(place)
        for node in nodes:
            inside = own_names(node)
            values = self.values(file, node)
            files.update(values.values())
            for part in ast.walk(node):
                files.update(self.named(file, part))
                match part:
                    case ast.Attribute(attr=word) | ast.Constant(value=str(word)):
                        words.add(word)
                if part not in values and not (isinstance(part, ast.Name) and part.id in inside):
                    places.add(self.meant(file, part) or (file, ""))
        # A module by itself does nothing.
        places = {place for place in places if place[1]}
        return " ".join(map(as_text, nodes)), places, files, words

    def reached(self, places: Iterable[Place], table: Place | None = None,
                row: str = "") -> dict[str, str]:
        """A hash for each file that is reached: of what is reached in it, or of all, if it isn't
        code.

        table, row: of the dictionary at this place only one value counts
        """
        waiting, texts, files = list(places), dict[Place, str](), set[str]()
        words, methods = set[str](), dict[str, list[Place]]()  # methods that nothing has named yet
        while waiting:
            place = waiting.pop()
            if place in texts:
                continue
            if place in self.instead:
                texts[place] = self.instead[place]
                continue
            texts[place], places, named, said = self.names(*place, row if place == table else "")
            waiting += places
            files |= named
            words |= said
            for name in self.module(place[0]).methods(place[1]):
                methods.setdefault(name, []).append((place[0], f"{place[1]}.{name}"))
            for name in words & methods.keys():
                waiting += methods.pop(name)
        by_file = defaultdict(list)
        for (file, name), text in sorted(texts.items()):
            if text:
                by_file[file].append(f"{name}: {text}")
        return {file: hashed("\n".join(parts).encode()) for file, parts in by_file.items()} | {
            file: self.hash(file) for file in files}
