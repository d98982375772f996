"""The plan of the house: the network knows nothing of drawing and course, and no import runs in a
circle."""

from graphlib import CycleError, TopologicalSorter

import draw_architecture
import pytest
from draw_architecture import LESSONS, LIBRARY, PICTURE, ROOMS, ROOT, arrows, draw, imports, modules

FLOORS = ["", "drawing", "course"]  # each may use those before it


def floor(module: str) -> int:
    return FLOORS.index(module.partition(".")[0]) if "." in module else 0


def complaints(graph: dict[str, set[str]], lessons: list[str]):
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
    for path in modules(LIBRARY).values():
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


def test_the_picture_is_that_of_the_code():
    assert PICTURE.read_text("utf-8") == draw(), "run: python tools/draw_architecture.py"


def test_arrows_lead_down_and_to_all_that_is_imported(monkeypatch):
    found = arrows()
    assert all(ROOMS[start][1] <= ROOMS[end][1] for start in found for end in found[start])
    assert found["lessons"] == {"course"}  # drawing and the network by way of it
    monkeypatch.setitem(draw_architecture.MODULES, "drawing.photos", {"course.guesses"})
    with pytest.raises(CycleError):
        arrows()
