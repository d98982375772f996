"""The network knows nothing of drawing, the library nothing of the course; no import runs in a
circle."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIBRARY, COURSE = "mnist_adder_lib", "mnist_adder_course"
# Each may use those before it.
FLOORS = [(LIBRARY,), (LIBRARY, "drawing"), (COURSE, "plots"), (COURSE, "widgets"),
          (COURSE, "notebook"), (COURSE, "exercises"), (COURSE, "common"), (COURSE, "lessons"),
          (COURSE,)]
LESSONS = {(COURSE, "lessons", path.stem[3:])
           for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")}
MODULES = {path.relative_to(ROOT).with_suffix("").parts: path
           for package in (LIBRARY, COURSE) for path in (ROOT / package).rglob("*.py")}


def imports(module):
    """The modules of ours that one of them imports, by their relative or their whole names."""
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = (*module[: -node.level or None] * bool(node.level),
                    *(node.module.split(".") if node.module else ()))
            names = [(*base, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [tuple(alias.name.split(".")) for alias in node.names]
        else:
            continue
        for name in names:
            if name[0] in (LIBRARY, COURSE):
                yield next(found for found in (name, name[:-1], (*name[:-1], "__init__"),
                                               (*name, "__init__")) if found in MODULES)


def floor(module):
    return FLOORS.index(module if module in FLOORS else module[:-1])


def test_no_import_runs_upwards_or_in_a_circle():
    assert len(LESSONS) > 13 and LESSONS <= MODULES.keys()
    graph = {module: set(imports(module)) for module in MODULES}
    assert {(LIBRARY, "data"), (COURSE, "plots")} <= graph[COURSE, "lessons", "data_generation"]
    for module, used in graph.items():
        assert all(floor(name) <= floor(module) for name in used), module
        assert not LESSONS & used, f"{module} imports a lesson"
    for module in graph:  # the names that a package exports are those of its modules
        graph[module].discard((LIBRARY, "__init__"))
    tuple(TopologicalSorter(graph).static_order())  # raises where there is a circle


def test_no_experiment_imports_a_lesson():
    """What both need is in common/."""
    experiments = list((ROOT / "experiments").glob("*.py"))
    assert any(f"{COURSE}.common" in path.read_text("utf-8") for path in experiments)
    for path in experiments:
        assert f"{COURSE}.lessons" not in path.read_text("utf-8"), path


def test_the_library_imports_only_what_the_network_needs():
    """SciPy and pandas would double the time that `import mnist_adder_lib` takes."""
    code = "import mnist_adder_lib, sys; print({name.split('.')[0] for name in sys.modules})"
    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, text=True,
                             capture_output=True).stdout
    imported = ast.literal_eval(printed)
    assert {"torch", "mnist_adder_lib"} <= imported
    assert imported.isdisjoint({"pandas", "scipy", "matplotlib", "torchvision", "onnx"})


def test_what_the_library_exports_is_used():
    """By a lesson, one sitting, the panel, the page or an experiment."""
    exported = [alias.name for name in ((LIBRARY,), (LIBRARY, "drawing"))
                for node in ast.parse(MODULES[*name, "__init__"].read_text("utf-8")).body
                if isinstance(node, ast.ImportFrom) for alias in node.names]
    users = [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "experiments").glob("*.py"),
             ROOT / LIBRARY / "drawing" / "panel.py",
             ROOT / "tools" / "publishing" / "build_page.py",
             *(ROOT / COURSE).rglob("*.py")]
    used = set(re.findall(r"\w+", " ".join(path.read_text("utf-8") for path in users)))
    assert len(exported) > 30
    assert not set(exported) - used
