"""What learners have handed in, read from their notebooks: a row for each lesson in each of them.

    python -m mnist_adder_course.hand_in FOLDER [--csv FILE] [--lessons NUMBER ...]

Nothing that was handed in is run or changed. Each check printed its verdict where the learner
worked, and the notebook keeps it. This program reads these verdicts, so you see what the learner
saw. (They can be forged: this is for teaching, not for marks.) Only Python's standard library is
needed.

A notebook goes by its path in FOLDER, as the platform wrote it. Whose it is, and who is missing,
the platform knows. Links and hidden folders aren't followed. What has no row is counted, with what
to do about it.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import csv
import json
import re
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from .exercises.done import NAME as PROGRESS
from .exercises.done import NOTEBOOKS, exercises

SOLVED, WRONG, NOT_TRIED, LOOK = "solved", "wrong", "not tried", "look at it"
CHANGED, NOT_CHECKED = "changed since it was checked", "not checked"
VERDICTS = {"✓ Right.": SOLVED, "Not right yet.": WRONG, "Not solved yet.": NOT_TRIED}
EACH_VERDICT = re.compile(f"^(?={'|'.join(map(re.escape, VERDICTS))})", re.MULTILINE)
GOES_ON = re.compile(r"^(?:The lesson goes on with|Your `\w+` is right)", re.MULTILINE)
CHECK = re.compile(r"\bchecks\.(\w+)\(\s*(\w*)")
COMMENT = re.compile(r"#.*")
MAGIC = re.compile(r"^([ \t]*)(?:[\w, \t]+=[ \t]*)?(?:[%!?].*|[^#\n]*\?)$", re.MULTILINE)
IMPORT = re.compile(r"^[ \t]*from [\w.]+\.(\w+) import\s*(\([^)]*|.*)", re.MULTILINE)
GUESSED = re.compile(r"^(?:✓ )?You guessed: ", re.MULTILINE)
LARGEST = 100_000_000  # bytes of a notebook that is read

LESSONS = exercises()  # by the name of the notebook
MODULES = {lesson[3:]: lesson for lesson in LESSONS}
OURS = "the course's own files"
OUR_TITLES = "# Glossary\n", "# The whole network in one sitting\n"
SOLUTIONS = "the course's solutions: ask for the learner's own work"
UNTOUCHED = "lessons in which nothing was done: ask for the copy that was worked in"
NO_LESSON = "notebooks that aren't lessons of the course: open them"
UNREADABLE = "can't be read: ask for it again"
OTHER = "not notebooks: ask for the .ipynb files"
TO_DO = dict.fromkeys((".zip", ".gz", ".tar", ".7z", ".rar"), "archives: unpack them first")
RECORDS = {PROGRESS: "records of progress",
           "my_project.json": "records of projects, which lesson 14 checks"}


class Cell(NamedTuple):
    """A cell: its place in the order in which cells were run, what it showed, its error."""

    code: str
    order: int
    shown: str
    error: str
    prose: str = ""  # of a cell that isn't code


class Result(NamedTuple):
    """The state of an exercise, and the sentence of its check or of an error."""

    state: str = NOT_CHECKED
    says: str = ""


class Version(NamedTuple):
    """A function or class that a cell makes: when the cell was run, and if dots are left in it."""

    order: int
    unfinished: bool


class Row(NamedTuple):
    """What was done in a lesson of a notebook."""

    path: str
    lesson: str
    results: dict[str, Result]
    guesses: tuple[int, int]  # of the main line: made, and asked for

    @property
    def states(self) -> list[str]:
        """The state of each exercise of the lesson, in their order."""
        return [self.results[exercise.name].state for exercise in LESSONS[self.lesson]]

    @property
    def others(self) -> list[str]:
        """Checks that the lesson had in another version, each with its state."""
        own = {exercise.name for exercise in LESSONS[self.lesson]}
        return [f"{name}: {state}" for name, (state, _) in self.results.items() if name not in own]


def clean(text: str) -> str:
    """A text in one line that can be printed: no line breaks, no codes for a terminal."""
    text = normalize("NFC", text[:2_000])
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


# --- a notebook -----------------------------------------------------------------------------------


def read_cells(path: Path) -> list[Cell]:
    """The cells of a notebook. What isn't one ends in almost any error."""
    written = path.read_bytes()
    try:
        notebook = json.loads(written)  # in UTF-8, 16 or 32, with or without a BOM
    except UnicodeDecodeError:  # single bytes are damaged
        notebook = json.loads(written.decode("utf-8", "replace"))
    return [_cell(cell) for cell in notebook["cells"]]


def _cell(cell: dict) -> Cell:
    source = "".join(cell.get("source", ""))
    if cell.get("cell_type") != "code":
        return Cell("", 0, "", "", source)
    shown, error, count = "", "", cell.get("execution_count")
    for output in cell.get("outputs", []):
        if output.get("output_type") == "error":
            error = f"{output['ename']}: {output['evalue']}"
        elif output.get("name") == "stdout":
            shown += "".join(output["text"])  # what was printed may come in pieces
        elif "text/markdown" in (data := output.get("data", {})):
            shown += "\n" + "".join(data["text/markdown"]) + "\n"
    return Cell(source, count if isinstance(count, int) else 0, shown, error)


def made(cells: list[Cell]) -> dict[str, list[Version]]:
    """The versions of each function that the cells make, in the order of running them."""
    found = defaultdict[str, list[Version]](list)
    for cell in sorted(cells, key=lambda cell: cell.order):
        for node in _parsed(cell.code):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found[node.name].append(Version(cell.order, _dots_are_left(node)))
            elif (isinstance(node, (ast.Assign, ast.AnnAssign))
                  and isinstance(node.value, ast.Lambda)):
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    found[ast.unparse(target)].append(
                        Version(cell.order, _dots_are_left(node.value)))
    return found


def _parsed(code: str) -> list[ast.stmt]:
    """The statements of a cell; lines for IPython alone are passed over."""
    for text in (code, MAGIC.sub(r"\1pass", code)):
        with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            with warnings.catch_warnings(action="ignore"):
                return ast.parse(text).body
    return []


def _dots_are_left(node: ast.AST) -> bool:
    """Whether the three dots of the task are still in it: x[..., 0] has others."""
    indices = {inner for each in ast.walk(node) if isinstance(each, ast.Subscript)
               for inner in ast.walk(each.slice)}
    return any(isinstance(inner, ast.Constant) and inner.value is ... and inner not in indices
               for inner in ast.walk(node))


def results_of(cells: list[Cell]) -> dict[str, Result]:
    """What became of each exercise whose check is in the cells. The check run last counts."""
    found, when, versions = {}, defaultdict[str, int](int), made(cells)
    for cell in cells:
        said = EACH_VERDICT.split(cell.shown)[1:]
        for place, (name, function) in enumerate(CHECK.findall(COMMENT.sub("", cell.code))):
            says = GOES_ON.split(said[place])[0] if place < len(said) else cell.error
            if cell.order >= when[name]:
                found[name] = _result(clean(says), function, cell.order, versions[function])
                when[name] = cell.order
    return found


def _result(says: str, function: str, order: int, versions: list[Version]) -> Result:
    """The state of an exercise by the words of its check, which was run in this order."""
    state = next((state for words, state in VERDICTS.items() if says.startswith(words)), "")
    last = versions[-1] if versions else None
    checked = next((one for one in reversed(versions) if one.order <= order), last)
    if state in (SOLVED, WRONG) and last and 0 < order < last.order:
        return Result(CHANGED, f"Before, it said: {says}")
    if state == SOLVED and not checked and function != "lambda":
        return Result(LOOK, f"No cell makes {function or 'the function'}, yet it says: {says}")
    if state == SOLVED and checked and checked.unfinished:
        return Result(LOOK, f"Three dots are left in {function}, yet it says: {says}")
    if state in (NOT_TRIED, "") and last:  # the words can be older than the function
        return Result(NOT_TRIED, says) if last.unfinished else Result(
            NOT_CHECKED, "" if state else says)
    return Result(state or NOT_CHECKED, says)


def read_notebook(path: Path, name: str, in_solutions: bool) -> list[Row] | str:
    """The rows of a notebook, or why it has none; whatever is in the file, this returns."""
    try:
        if path.stat().st_size > LARGEST:
            return f"{UNREADABLE} without its outputs: over 100 MB"
        return _rows(read_cells(path), path.name, name, in_solutions)
    except OSError as error:
        return f"{UNREADABLE} ({error.strerror})"
    except Exception:  # a file can hold anything
        return f"{UNREADABLE} (not a notebook, or only a part of one)"


def _rows(cells: list[Cell], file: str, name: str, in_solutions: bool) -> list[Row] | str:
    title = next((f"{cell.prose}\n" for cell in cells if cell.prose), "")
    if title.startswith(OUR_TITLES):
        return OURS
    if title.startswith("# Solutions ·"):
        return OURS if in_solutions else SOLUTIONS
    imports = [found for cell in cells for found in IMPORT.findall(cell.code)]
    imports += [(lesson[3:], "") for lesson in LESSONS if lesson in file]
    imports = [found for found in imports if found[0] in MODULES]
    if not imports:
        return NO_LESSON
    begins = [found for found in imports if re.search(r"\b(?:checks|guesses)\b", found[1])]
    module = (begins or imports)[0][0]
    parts: dict[str, list[Cell]] = {}  # a lesson begins where its checks or guesses are imported
    for cell in cells:
        here = [found for found in IMPORT.findall(cell.code) if found in begins]
        module = here[0][0] if here else module
        parts.setdefault(MODULES[module], []).append(cell)
    rows = [row for lesson, own in parts.items() if (row := _row(name, lesson, own))]
    return rows or UNTOUCHED


def _row(name: str, lesson: str, cells: list[Cell]) -> Row | None:
    """What was done in a lesson; None if nothing was."""
    versions, checked = made(cells), results_of(cells)
    results = {}
    for exercise in LESSONS[lesson]:
        own = versions[exercise.name]
        unchecked = Result(NOT_CHECKED if own and not own[-1].unfinished else NOT_TRIED)
        results[exercise.name] = checked.pop(exercise.name, unchecked)
    written = any(own and not own[-1].unfinished for own in map(versions.get, results))
    judged = any(state in (SOLVED, WRONG, LOOK, CHANGED) for state, _ in results.values())
    deeper = [cell.prose.startswith("## Deeper") for cell in cells]
    main_line = cells[:deeper.index(True)] if True in deeper else cells
    guesses = [bool(GUESSED.search(cell.shown)) for cell in main_line
               if "guesses.compare(" in cell.code]
    was_run = any(cell.order > 1 for cell in cells)  # as stored, each cell has 1
    if not (written or judged or any(guesses) or was_run):
        return None
    return Row(name, lesson, results | checked, (sum(guesses), len(guesses)))


# --- a folder -------------------------------------------------------------------------------------


def read(folder: Path, but: Path | None = None) -> tuple[list[Row], dict[str, list[str]]]:
    """The rows of all notebooks, sorted by their paths, and the files without, by the reason."""
    rows, reasons = list[Row](), defaultdict[str, list[str]](list)
    for path, why in _found_in(folder):
        parts = path.relative_to(folder).parts
        name = clean("/".join(parts))
        found = why or (read_file(path, parts, name) if path != but else [])
        if isinstance(found, str):
            reasons[found].append(name)
        else:
            rows += found
    return rows, reasons


def _found_in(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every file, in the order of paths, and folders that aren't read, with the reason."""
    try:
        inside = sorted(folder.iterdir(), key=lambda path: (path.name.casefold(), path.name))
    except OSError as error:
        yield folder, f"{UNREADABLE} ({error.strerror})"
        return
    for path in inside:
        if path.is_symlink():
            yield path, "links: ask for the files themselves"
        elif not path.is_dir():
            yield path, ""
        elif path.name.startswith(".") or path.name == "__MACOSX":
            yield path, "hidden folders, not read"
        else:
            yield from _found_in(path)


def read_file(path: Path, parts: tuple[str, ...], name: str) -> list[Row] | str:
    """The rows of a file, or why it has none, with what to do about it."""
    kind = path.suffix.lower()
    if path.name in RECORDS:
        return RECORDS[path.name]
    if not path.is_file() or path.name.startswith(".") and path.name != ".ipynb":
        return "hidden or special files, not read"
    if kind in TO_DO:
        return TO_DO[kind]
    if ".ipynb" in path.name.lower():  # also x.ipynb.download, x.ipynb.txt, x.ipynb (1)
        return read_notebook(path, name, "solutions" in parts[:-1])
    if any((NOTEBOOKS.parent / Path(*parts[place:])).is_file() for place in range(len(parts))):
        return OURS
    if kind in ("", ".txt", ".json"):  # a notebook under another name?
        found = read_notebook(path, name, False)
        return OTHER if isinstance(found, str) else found
    return OTHER


# --- what is shown --------------------------------------------------------------------------------


def title(lesson: str) -> str:
    return f"Lesson {int(lesson[:2])} · {lesson[3:].replace('_', ' ').capitalize()}"


def summary(rows: list[Row], reasons: dict[str, list[str]]) -> str:
    """The printed report: a line for each row, the checks' sentences, files without a row."""
    lines, says = [], defaultdict[str, list[str]](list)
    for row in rows:
        shown = [f"{exercise.name}: {state}" for exercise, state in zip(
            LESSONS[row.lesson], row.states) if not exercise.deeper or state != NOT_TRIED]
        lines.append([row.path, f"lesson {int(row.lesson[:2])}", "guesses {} of {}".format(
            *row.guesses), *shown, *row.others])
        for name, (state, sentence) in row.results.items():
            if sentence and state in (WRONG, LOOK, NOT_CHECKED):
                says[f"{title(row.lesson)}, {name}: {sentence}"].append(row.path)
    columns = range(max(map(len, lines), default=0))
    widths = [max(len(line[place]) for line in lines if place < len(line)) for place in columns]
    texts = ["\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)]
    texts += [f"{len(paths)} x {sentence}\n    {', '.join(paths)}"
              for sentence, paths in sorted(says.items(), key=lambda item: -len(item[1]))]
    texts += ["\n".join(_counted(*item) for item in sorted(reasons.items(), key=lambda item: (
        not item[0].startswith(UNREADABLE), not _to_do(item[0]))))]
    return "\n\n".join(filter(None, texts)) or "There are no files in this folder."


def _to_do(reason: str) -> bool:
    return ": " in reason


def _counted(reason: str, paths: list[str]) -> str:
    """A line for files without a row; if there is something to do, nine of them by name."""
    if not _to_do(reason):
        return f"{len(paths)} x {reason}"
    more = f" and {len(paths) - 9} more" if len(paths) > 9 else ""
    return f"{len(paths)} x {reason} · {', '.join(paths[:9])}{more}"


def table(rows: list[Row]) -> list[list]:
    """The CSV: a line for each row, with the state of each exercise under its number."""
    numbers = range(1, 1 + max(map(len, LESSONS.values())))
    lines: list[list] = [["file", "lesson", "main line solved", "of", "guesses", "of them asked",
                          *(f"exercise {number}" for number in numbers), "other checks"]]
    for row in rows:
        main = [state for exercise, state in zip(LESSONS[row.lesson], row.states)
                if not exercise.deeper]
        lines.append([row.path, title(row.lesson), main.count(SOLVED), len(main), *row.guesses,
                      *row.states, *[""] * (len(numbers) - len(row.states)),
                      "; ".join(row.others)])
    return lines


def no_formula(value):
    """A text that a spreadsheet takes for a text, also if it splits it at another separator."""
    return re.sub(r"(^|[,;\t])(?=\s*[=+@-])", r"\1'", value) if isinstance(value, str) else value


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m mnist_adder_course.hand_in",
        description="Read handed-in notebooks: what the checks said where the learners worked.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="with what was handed in")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the rows for a spreadsheet")
    parser.add_argument("--lessons", type=int, nargs="+", choices=range(len(LESSONS)),
                        metavar="NUMBER", help="leave out the rows of other lessons")
    options = parser.parse_args(arguments)
    folder, target = options.folder.resolve(), options.csv and options.csv.resolve()
    if not folder.is_dir():
        parser.error(f"{options.folder} isn't a folder: name the one that holds the notebooks")
    try:  # before the work
        if target and target.suffix != ".csv":
            parser.error("the name of the table should end in .csv")
        if target:
            target.open("ab").close()
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}")
    rows, reasons = read(folder, target)
    asked = [row for row in rows if int(row.lesson[:2]) in (options.lessons or range(len(LESSONS)))]
    if len(asked) < len(rows):
        reasons["rows of other lessons, left out"] = [""] * (len(rows) - len(asked))
    if target:
        with target.open("w", encoding="utf-8-sig", newline="") as text:
            csv.writer(text).writerows(map(no_formula, row) for row in table(asked))
    # A console may know fewer letters than names have.
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    print(summary(asked, reasons))


if __name__ == "__main__":
    main()
