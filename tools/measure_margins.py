"""How far from failing are the checks on what was trained, on machines that calculate otherwise?

    python tools/measure_margins.py [--quick]

Whatever is trained ends a little differently on another processor, with another number of threads
or another seed. This runs the lessons, and the tests that train, as if on other machines and with
all seeds moved on. It prints for each number that an assertion judges its bound, the lowest and the
highest value seen, and the margin: the distance of the worst from the bound, in units of the spread
(highest - lowest) of all. Exit status 1 if an assertion failed anywhere.

Takes most of an hour. `--quick` leaves out lesson 05 and all machines but the last, which differs
most.
"""

from __future__ import annotations

import argparse
import ast
import json
import operator
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LONG = "05_training_curves"
OFFSETS = (1, 2, 3)
LONGEST = 1200  # seconds for a cell: the training takes 270, on a slow machine three times as long
MACHINES = {  # environment variables of the libraries that calculate
    "this machine": {},
    "one thread": {"OMP_NUM_THREADS": "1"},
    "no AVX in PyTorch": {"ATEN_CPU_CAPABILITY": "default"},
    "SSE 4.1, one thread": {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41",
                            "OMP_NUM_THREADS": "1"},
}
COMPARISONS = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge"}
FLIPPED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}


# --- inside a lesson's kernel ---------------------------------------------------------------------


def watch(shell, lesson: str, file: str, offset: int) -> None:
    """Record what a lesson's assertions compare, instead of stopping, and move its seeds on."""
    import torch

    seed = torch.manual_seed
    torch.manual_seed = lambda number: seed(number + offset)

    def record(name, comparison, left, right, bound_is_fixed):
        try:
            value, bound = (float(left), float(right))
        except (TypeError, ValueError, RuntimeError):  # sets, shapes
            assert getattr(operator, comparison)(left, right), name
            return
        if not bound_is_fixed:  # both sides were computed: their difference is judged
            value, bound = value - bound, 0.0
        side = "above" if comparison in ("gt", "ge") else "below"
        line = json.dumps({"name": f"{lesson}: {name}", "value": value, side: bound})
        with open(file, "a", encoding="utf-8") as lines:
            lines.write(line + "\n")

    shell.user_ns["_record"] = record
    shell.ast_transformers.append(Recorder())


class Recorder(ast.NodeTransformer):
    """Turns `assert a < b` into a call of `_record`; what isn't a comparison stays an assertion."""

    def visit_Assert(self, node):
        parts = node.test.values if is_and(node.test) else [node.test]
        return [ast.copy_location(new, node) for part in parts for new in self.statements(part)]

    def statements(self, test):
        if not isinstance(test, ast.Compare) or not all(type(o) in COMPARISONS for o in test.ops):
            return [ast.fix_missing_locations(ast.Assert(test))]
        sides = zip([test.left, *test.comparators], test.ops, test.comparators)
        return [self.call(ast.unparse(test), *side) for side in sides]

    def call(self, name, left, operation, right):
        comparison = COMPARISONS[type(operation)]
        if is_number(left) and not is_number(right):  # 0.9 < x is x > 0.9
            left, right, comparison = right, left, FLIPPED[comparison]
        arguments = [ast.Constant(name), ast.Constant(comparison), left, right,
                     ast.Constant(is_number(right))]
        call = ast.Call(ast.Name("_record", ast.Load()), arguments, [])
        return ast.fix_missing_locations(ast.Expr(call))


def is_number(node) -> bool:
    return isinstance(node, (ast.Constant, ast.UnaryOp))


def is_and(test) -> bool:
    return isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And)


# --- running --------------------------------------------------------------------------------------


def run_lesson(path: Path, file: Path, offset: int, environment: dict) -> None:
    """A lesson whole, its assertions recorded; raises what a cell raises."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    arguments = f"get_ipython(), {path.stem!r}, {str(file)!r}, {offset}"
    start = (f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
             f"import measure_margins; measure_margins.watch({arguments})")
    notebook.cells.insert(0, nbformat.v4.new_code_cell(start))
    client = NotebookClient(notebook, timeout=LONGEST, kernel_name="python3",
                            resources={"metadata": {"path": str(path.parent)}})
    # What is drawn into widgets is not looked at. Answering them in the middle of a cell has, on a
    # busy machine, left a kernel and its client waiting for each other.
    client.widget_registry = {}
    client.execute(env=os.environ | environment)


def run_tests(file: Path, offset: int, environment: dict) -> None:
    """The tests that judge what was trained; they record through the fixture `trained`."""
    files = [str(path) for path in (ROOT / "tests").rglob("test_*.py")
             if "trained(" in path.read_text(encoding="utf-8")]
    told = {"MNIST_ADDER_MARGINS": str(file), "MNIST_ADDER_SEED_OFFSET": str(offset)}
    command = [sys.executable, "-m", "pytest", "-q", *files]
    subprocess.run(command, cwd=ROOT, env=os.environ | environment | told, check=True)


def measure(file: Path, quick: bool) -> list[str]:
    """Run everything; returns what failed."""
    failures, lessons = [], sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    machines = list(MACHINES.items())[-1:] if quick else list(MACHINES.items())

    def attempt(name, run, what, machine, offset, environment):
        print(f"{machine}, seeds + {offset}: {name}", flush=True)
        try:
            run(*what, file, offset, environment)
        except Exception as error:  # whatever a lesson raises: report it and go on
            failures.append(f"{name} on {machine}, seeds + {offset}: {error}")

    for place, (machine, environment) in enumerate(machines):
        for offset in OFFSETS[:1] if quick else OFFSETS:
            jobs = [("tests", run_tests, ())]
            for path in lessons:
                # The long training once on each machine, each time with other seeds.
                if path.stem != LONG or not quick and offset == OFFSETS[place % len(OFFSETS)]:
                    jobs.append((path.stem, run_lesson, (path,)))
            # On one thread each, two at once don't disturb each other.
            at_once = 2 if environment.get("OMP_NUM_THREADS") == "1" else 1
            with ThreadPoolExecutor(at_once) as pool:
                for job in jobs:
                    pool.submit(attempt, *job, machine, offset, environment)
    return failures


def table(lines: list[dict]) -> list[tuple]:
    """(margin, name, bound, lowest, highest) of all that varies, the smallest margin first."""
    seen = defaultdict(list)
    for line in lines:
        side = "above" if line.get("above") is not None else "below"
        seen[line["name"], side, line[side]].append(line["value"])
    rows = []
    for (name, side, bound), values in seen.items():
        low, high = min(values), max(values)
        distance = low - bound if side == "above" else bound - high
        if high > low or distance < 0:
            rows.append((distance / (high - low or 1), name, f"{side} {bound:g}", low, high))
    return sorted(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "margins.jsonl")
        file.touch()
        failures = measure(file, parser.parse_args().quick)
        rows = table([json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()])
    print(f"\n{'margin':>7}  {'bound':>12} {'lowest':>10} {'highest':>10}  what")
    for margin, name, bound, low, high in rows:
        print(f"{margin:7.1f}  {bound:>12} {low:10.4g} {high:10.4g}  {name}")
    print(*failures, sep="\n")
    return int(bool(failures) or any(row[0] < 0 for row in rows))


if __name__ == "__main__":
    sys.exit(main())
