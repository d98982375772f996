"""The plan of the house: the network knows nothing of drawing and course, and no import runs in a
circle."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "mnist_adder_lib"
LESSONS = {path.stem[3:] for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")}
FLOORS = ["", "drawing", "course"]  # each may use those before it


def modules(library: Path) -> dict[str, Path]:
    """All modules by their names inside the library, such as `course.guesses`."""
    files = library.rglob("*.py")
    return {".".join(path.relative_to(library).with_suffix("").parts): path for path in files}


def imports(library: Path) -> dict[str, set[str]]:
    """What each module imports of the library."""
    found = modules(library)
    return {name: set(imported(name, path, found)) for name, path in found.items()}


def imported(name: str, path: Path, known):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = name.split(".")[: -node.level]
            base = ".".join(folder + (node.module.split(".") if node.module else []))
            for alias in node.names:  # `from .. import train` names a module, `from ..train` too
                inner = f"{base}.{alias.name}".strip(".")
                yield inner if inner in known else base if base in known else f"{base}.__init__"


def floor(module: str) -> int:
    return FLOORS.index(module.partition(".")[0]) if "." in module else 0


def complaints(graph: dict[str, set[str]], lessons: set[str]):
    for module, used in graph.items():
        if module != "__init__":
            yield from (f"{module} imports {name}" for name in used if floor(name) > floor(module))
        yield from (f"{module} imports the lesson {name}" for name in used
                    if name.partition(".")[2] in lessons)
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        yield f"a circle: {error.args[1]}"


def test_no_import_runs_upwards_or_in_a_circle():
    graph = imports(LIBRARY)
    assert graph["course.figures"] >= {"data", "train"} and "drawing.panel" in graph
    assert not list(complaints(graph, LESSONS))


@pytest.mark.parametrize("module, line", [
    ("train.py", "from .drawing import AdderPanel"),
    ("train.py", "from .drawing.panel import AdderPanel"),
    ("model.py", "from .train import fit"),
    ("drawing/framing.py", "from ..course import figures"),
    ("course/guesses.py", "from .model_summary import guesses"),
    ("course/start_here.py", "from . import model_summary"),
])
def test_an_import_that_breaks_the_plan_is_found(tmp_path, module, line):
    for name, path in modules(LIBRARY).items():
        copy = tmp_path / path.relative_to(LIBRARY)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    with open(tmp_path / module, "a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    assert list(complaints(imports(tmp_path), LESSONS))


def test_every_lesson_has_its_module_its_solution_and_its_tests():
    for name in LESSONS:
        assert (LIBRARY / "course" / f"{name}.py").exists()
        assert (ROOT / "tests" / "course" / f"test_{name}.py").exists()
    lessons, solutions = (sorted(path.name for path in (ROOT / folder).glob("[0-9]*.ipynb"))
                          for folder in ("notebooks", "notebooks/solutions"))
    assert lessons == solutions
