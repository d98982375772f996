"""What learners have handed in, judged by the checks of the lessons: a table for teachers.

    python -m mnist_adder_course.hand_in FOLDER_OR_NOTEBOOKS [--csv FILE] [--seconds 60]

A notebook in a folder below FOLDER belongs to the learner whose name that folder has; any other to
its own name. Each is copied into an empty folder of its own and judged in a process of its own. It
isn't run whole: for each `checks.NAME(...)` in it, only what the function needs is run (imports,
definitions and the statements that make the names it uses), so no training is, as long as no
answer needs one. What takes longer than the time limit is stopped, and so is all that it started.

It is the learners' code that runs, and it can do what you can: use a machine, or a container, where
that may be.
"""

from __future__ import annotations

import argparse
import ast
import csv
import json
import linecache
import os
import queue
import re
import shutil
import signal
import subprocess
import symtable
import sys
import tempfile
import threading
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from .exercises.checks import RIGHT, Checks
from .exercises.progress import SWITCH

SECONDS = 60  # for one exercise
TO_START = 300  # seconds, to import PyTorch on a busy machine
SOLVED, WRONG, NOT_TRIED, STOPPED = "solved", "wrong", "not tried", "stopped"
MODULE = re.compile(r"mnist_adder_course\.lessons\.(\w+)")
WORK = "from mnist_adder_course.hand_in import work; work()"
FIXED = ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef  # no method changes these
ROOT = str(Path(__file__).resolve().parents[1])


class Judged(NamedTuple):
    """A row of the table in CSV."""

    learner: str
    lesson: str
    exercise: str
    result: str
    says: str = ""  # the check, or what stopped it


# --- in the process of a notebook -----------------------------------------------------------------


class Statement(NamedTuple):
    """One statement of a notebook, of those that are in no function."""

    node: ast.stmt
    file: str  # the name of its cell
    makes: set[str]  # names
    changes: set[str]  # names of what was made before, or may have been
    needs: set[str]

    @property
    def later(self) -> bool:
        """Whether what it needs may be made after it: it is looked up when it is called."""
        return isinstance(self.node, (ast.FunctionDef, ast.AsyncFunctionDef))


def statements(path: Path) -> list[Statement]:
    """All statements of a notebook, and as comments the cells that aren't Python."""
    found = []
    for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
        if cell["cell_type"] != "code":
            continue
        code = re.sub(r"^(\s*)[!%].*", r"\1pass", "".join(cell["source"]), flags=re.MULTILINE)
        file = f"<cell {number}>"
        linecache.cache[file] = len(code), None, code.splitlines(keepends=True), file
        try:
            found += [_statement(node, file) for node in ast.parse(code).body]
        except (SyntaxError, ValueError) as error:
            # What it would have defined ends in its error.
            names = set(re.findall(r"^(?:def|class) (\w+)", code, re.MULTILINE))
            words = f"{type(error).__name__}: {error}"
            node = ast.parse(f"raise SyntaxError({words!r})").body[0]
            found.append(Statement(node, file, names, set(), set()))
    return found


def _statement(node: ast.stmt, file: str) -> Statement:
    table = symtable.symtable(ast.unparse(node), file, "exec")
    made = {symbol.get_name() for symbol in table.get_symbols()
            if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()}
    whole = isinstance(node, (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom,
                              ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    needed = _used(table)
    # `rows.append(1)`, `rows[0] = 1`, `model.eval()`, and in loops
    touched = {part.value.id for part in ast.walk(node)
               if isinstance(part, (ast.Attribute, ast.Subscript))
               and isinstance(part.value, ast.Name)
               and (isinstance(part.ctx, ast.Store) or not whole)}
    changed = touched & needed if whole else made | touched
    return Statement(node, file, made if whole else set(), changed, needed | (changed - made))


def _used(table) -> set[str]:
    """The names that a statement, or a function in it, takes from the notebook."""
    outer = table.get_type() == "module"
    own = {symbol.get_name() for symbol in table.get_symbols()
           if symbol.is_referenced() and (outer or symbol.is_global())}
    return own.union(*map(_used, table.get_children()))


def needed_for(names: set[str], end: int, every: list[Statement]) -> list[Statement]:
    """The statements that make names, and what these need, in their order; `end` is the check's."""
    chosen, wanted, seen = set[int](), [(name, end) for name in names], set[tuple[str, int]]()
    while wanted:
        name, before = wanted.pop()
        if (name, before) in seen:
            continue
        seen.add((name, before))
        makers = [place for place, one in enumerate(every) if name in one.makes]
        earlier = [place for place in makers if place < before]
        start = earlier[-1] if earlier else makers[0] if makers else -1
        fixed = start >= 0 and isinstance(every[start].node, FIXED)
        changers = [place for place in range(start + 1, before)
                    if name in every[place].changes and not fixed]
        for place in {start, *changers} - {-1}:
            chosen.add(place)
            until = end if every[place].later else place
            wanted += [(other, until) for other in every[place].needs]
    return [every[place] for place in sorted(chosen)]


def calls(every: list[Statement]) -> list[tuple[str, int, ast.expr]]:
    """For each `checks.NAME(FUNCTION)` the name, its statement's place and the function's code."""
    found = {}
    for place, one in enumerate(every):
        call = one.node.value if isinstance(one.node, ast.Expr) else None
        if (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.args
                and ast.unparse(call.func.value) == "checks"):
            found[call.func.attr] = call.func.attr, place, call.args[0]
    return list(found.values())


def judge(name: str, place: int, argument: ast.expr, every: list[Statement],
          checks: Checks) -> tuple[str, str]:
    """Return the result of an exercise, and what its check says, or what stopped it."""
    if not hasattr(checks, name):
        return STOPPED, f"This lesson has no check {name}."
    needs = {node.id for node in ast.walk(argument) if isinstance(node, ast.Name)}
    names: dict = {"__name__": "__main__"}
    try:
        for one in needed_for(needs, place, every):
            exec(compile(ast.Module([one.node], []), one.file, "exec"), names)
        function = eval(compile(ast.Expression(argument), every[place].file, "eval"), names)
        says = getattr(checks, name).verdict(function)
    except BaseException as error:  # also sys.exit()
        return STOPPED, f"{type(error).__name__}: {error!s:.300}"
    for begins, result in ((RIGHT, SOLVED), ("Not solved yet.", NOT_TRIED),
                           ("Not right yet.", WRONG)):
        if says.startswith(begins):
            return result, says
    return STOPPED, says


def work() -> None:
    """Judge the notebook named first, without the exercises named after it; write JSON lines."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what it prints isn't ours
    path, left_out = Path(sys.argv[1]), sys.argv[2:]

    def say(*row) -> None:
        out.write(f"{json.dumps(row)}\n")
        out.flush()

    try:
        every = statements(path)
    except Exception as error:
        sys.exit(f"It can't be read as a notebook ({type(error).__name__}: {error})")
    module = MODULE.search("\n".join(ast.unparse(one.node) for one in every))
    checks = import_module(module[0]).checks if module else Checks()
    lesson = module[1] if module else ""
    there = {name: (place, argument) for name, place, argument in calls(every)}
    for name in [*there, *(name for name in vars(checks) if name not in there)]:
        if name not in left_out:
            say("begin", lesson, name)
            result = (judge(name, *there[name], every, checks) if name in there else
                      (NOT_TRIED, "Its check isn't in the notebook."))
            say("end", lesson, name, *result)
    say("done")
    os._exit(0)  # threads of the notebook might wait for each other


# --- in the teacher's process ---------------------------------------------------------------------


def judge_notebook(path: Path, learner: str, seconds: float = SECONDS) -> list[Judged]:
    """Judge a notebook: whatever is in it, this returns, and no file is changed but in a copy."""
    rows: list[Judged] = []
    while True:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            try:
                copy = shutil.copy(path, Path(folder, "handed_in.ipynb"))
            except OSError as error:
                return [Judged(learner, "", path.name, STOPPED, f"It can't be read: {error}")]
            begun = _work(copy, learner, seconds, rows)
        if begun is None:
            break
        if not begun.lesson:  # it didn't get as far as an exercise
            return [*rows, begun._replace(exercise=path.name)]
        if begun.exercise:
            rows.append(begun)
    nothing = Judged(learner, "", path.name, NOT_TRIED, "There is no exercise of the course in it.")
    return rows or [nothing]


def _work(copy: str | Path, learner: str, seconds: float, rows: list[Judged]) -> Judged | None:
    """Let a process judge what isn't in rows yet, and add it; return what stopped it, or None."""
    environment = os.environ | {SWITCH: "off", "MPLBACKEND": "agg", "PYTHONPATH": os.pathsep.join(
        [ROOT, *filter(None, [os.environ.get("PYTHONPATH")])])}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", WORK, str(copy), *(row.exercise for row in rows)],
            cwd=Path(copy).parent, env=environment, start_new_session=True, encoding="utf-8",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
        lesson, name, limit = "", "", float(TO_START)
        try:
            while True:
                kind, *told = _row(lines.get(timeout=limit))
                if kind == "done":
                    return None
                if kind == "begin":
                    (lesson, name), limit = told, seconds
                elif kind == "end":
                    rows.append(Judged(learner, *told))
                    name = ""
                else:
                    errors.seek(0)
                    last = (errors.read().strip().splitlines() or [""])[-1]
                    says = last if not name else "The process ended in the middle."
                    return Judged(learner, lesson, name, STOPPED, f"{says:.300}")
        except queue.Empty:
            return Judged(learner, lesson, name, STOPPED, f"It took more than {limit:g} seconds.")
        finally:
            _end(process)


def _read(stream, lines: queue.Queue) -> None:
    for line in stream:
        lines.put(line)
    lines.put("")


def _row(line: str) -> list[str]:
    """What `work` says; it has ended where that is nothing, or no longer its own words."""
    try:
        row = json.loads(line)
        if row == ["done"] or len(row) == {"begin": 3, "end": 5}[row[0]]:
            return [str(cell) for cell in row]
    except (ValueError, TypeError, LookupError):
        pass
    return ["ended"]


def _end(process: subprocess.Popen) -> None:
    """End a process, and on Linux and macOS all that it has started."""
    try:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        pass
    process.wait()


def handed_in(paths: list[Path]) -> list[tuple[str, Path]]:
    """The notebooks in folders, or named, each with the name of its learner."""
    found = []
    for path in paths:
        inside = sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]
        for notebook in inside:
            below = notebook.relative_to(path).parts if path.is_dir() else ()
            if ".ipynb_checkpoints" not in below:
                found.append((below[0] if len(below) > 1 else notebook.stem, notebook))
    return found


def table(rows: list[Judged]) -> str:
    """What is printed: a table for each lesson, and what the checks said, the most frequent first.
    """
    texts = []
    for lesson in sorted({row.lesson for row in rows} - {""}):
        of_it = [row for row in rows if row.lesson == lesson]
        names = list(dict.fromkeys(row.exercise for row in of_it))
        results = {(row.learner, row.exercise): row.result for row in of_it}
        lines = [[lesson, *names]]
        lines += [[learner, *(results.get((learner, name), "") for name in names)]
                  for learner in dict.fromkeys(row.learner for row in of_it)]
        widths = [max(map(len, column)) for column in zip(*lines)]
        texts.append("\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths))
                               .rstrip() for line in lines))
    why = Counter((row.lesson, row.exercise, row.result, row.says) for row in rows
                  if row.result in (WRONG, STOPPED) or not row.lesson)
    texts += [f"{count} x {f'{lesson} {exercise}'.strip()}, {result}: {says}"
              for (lesson, exercise, result, says), count in why.most_common()]
    return "\n\n".join(texts)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m mnist_adder_course.hand_in",
        description="Judge handed-in notebooks by the checks of the lessons. Learners' code runs!")
    parser.add_argument("paths", nargs="+", type=Path, metavar="FOLDER_OR_NOTEBOOK")
    parser.add_argument("--csv", metavar="FILE", help="write the table with all sentences as CSV")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for one exercise")
    options = parser.parse_args(arguments)
    notebooks = handed_in(options.paths)
    if not notebooks:
        parser.error("there is no notebook")
    rows = []
    for number, (learner, path) in enumerate(notebooks, start=1):
        print(f"{number} of {len(notebooks)}: {path}", file=sys.stderr)
        rows += judge_notebook(path, learner, options.seconds)
    print(table(rows))
    if options.csv:
        with open(options.csv, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([Judged._fields, *rows])


if __name__ == "__main__":
    main()
