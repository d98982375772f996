"""The network knows nothing of drawing and course, and no import runs upwards or in a circle."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "mnist_adder_lib"
# Each may use those before it.
FLOORS = [(), ("drawing",), ("course", "widgets"), ("course", "notebook"), ("course", "exercises"),
          ("course", "lessons"), ("course",)]
SHARED = {("course", "lessons", "nonsense")}  # drawings, not a lesson
MODULES = {path.relative_to(LIBRARY).with_suffix("").parts: path for path in LIBRARY.rglob("*.py")}


def imports(module):
    """The modules of the library that one of them imports."""
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = (*module[: -node.level], *(node.module.split(".") if node.module else ()))
            for name in node.names:
                yield next(found for found in ((*base, name.name), base, (*base, "__init__"))
                           if found in MODULES)


def floor(module):
    return FLOORS.index(module[:-1])


def test_no_import_runs_upwards_or_in_a_circle():
    graph = {module: set(imports(module)) for module in MODULES}
    assert {("data",), ("train",)} <= graph["course", "notebook", "figures"]
    for module, used in graph.items():
        assert all(floor(name) <= floor(module) for name in used), module
        lessons = {name for name in used if name[:2] == ("course", "lessons")} - SHARED
        assert not lessons, f"{module} imports a lesson"
    tuple(TopologicalSorter(graph).static_order())  # raises where there is a circle
