"""What learners have handed in, read from their notebooks: a row for each lesson in each of them.

    python -m mnist_adder_course.hand_in FOLDER [--csv FILE] [--lessons NUMBER ...]

Nothing that was handed in is run or changed. Each check printed its verdict where the learner
worked, and the notebook keeps it. (It can be forged.) Only Python's standard library is needed.

A notebook goes by its path in FOLDER, as the platform wrote it. Links and hidden folders aren't
followed. What has no row is counted, with what to do about it.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from .exercises.done import NOTEBOOKS, exercises

SOLVED, WRONG, NOT_TRIED, LOOK = "solved", "wrong", "not tried", "look at it"
CHANGED, NOT_CHECKED = "changed since it was checked", "not checked"
VERDICTS = {"✓ Right.": SOLVED, "Not right yet.": WRONG, "Not solved yet.": NOT_TRIED}
EACH_VERDICT = re.compile(f"^(?={'|'.join(map(re.escape, VERDICTS))})", re.MULTILINE)
GOES_ON = re.compile(r"^(?:The lesson goes on with|Your `\w+` is right)", re.MULTILINE)
CHECK = re.compile(r"\bchecks\.(\w+)\(\s*(\w*)")
COMMENT_OR_TEXT = re.compile(
    r"""#.*|\"{3}[^\0]*?\"{3}|'{3}[^\0]*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""")
# A function, class or lambda of its own, with all that is in it; dots that aren't x[..., 0].
MAKES = re.compile(r"^(?:(?:(?:async )?def|class) +(\w+)|(\w+) *= *lambda\b).*(?:\n(?:[ \t)].*)?)*",
                   re.MULTILINE)
DOTS = re.compile(r"(?<!\[)\.\.\.(?!\])")
GUESSED = re.compile(r"^(?:✓ )?You guessed: ", re.MULTILINE)

LESSONS = exercises()  # by the name of the notebook
MODULES = {lesson[3:]: lesson for lesson in LESSONS}
BEGINS = re.compile(  # a lesson, in a notebook that may have several
    rf"^[ \t]*from [\w.]+\.({'|'.join(MODULES)}) import\s*(?:\([^)]*?|.*?)\b(?:checks|guesses)\b",
    re.MULTILINE)
OURS = "the course's own files"
UNREADABLE = "can't be read: ask for it again"
OTHER = "not notebooks: ask for the .ipynb files"


class Cell(NamedTuple):
    """A cell: its place in the order in which cells were run, what it showed, its error."""

    code: str
    order: int = 0
    shown: str = ""
    error: str = ""
    prose: str = ""  # of a cell that isn't code


class Result(NamedTuple):
    """The state of an exercise, and the sentence of its check or of an error."""

    state: str = NOT_CHECKED
    says: str = ""


class Row(NamedTuple):
    """What was done in a lesson of a notebook."""

    path: str
    lesson: str
    results: dict[str, Result]  # of each exercise, in their order
    others: dict[str, Result]  # of checks that the lesson had in another version
    guesses: tuple[int, int]  # of the main line: made, and asked for


def clean(text: str) -> str:
    """A text in one line that can be printed: no line breaks, no codes for a terminal."""
    text = normalize("NFC", text[:2_000])
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def cell_of(written: dict) -> Cell:
    """A cell as a notebook holds it. What isn't one ends in almost any error."""
    source = "".join(written.get("source", ""))
    if written.get("cell_type") != "code":
        return Cell("", prose=source)
    shown, error, count = "", "", written.get("execution_count")
    for output in written.get("outputs", []):
        if output.get("output_type") == "error":
            error = f"{output['ename']}: {output['evalue']}"
        elif output.get("name") == "stdout":
            shown += "".join(output["text"])  # what was printed may come in pieces
        elif "text/markdown" in (data := output.get("data", {})):
            shown += "\n" + "".join(data["text/markdown"]) + "\n"
    return Cell(source, count if isinstance(count, int) else 0, shown, error)


def made(cells: list[Cell]) -> dict[str, list[tuple[int, bool]]]:
    """The versions of each function that the cells make, in the order of running them: when, and
    whether the three dots of the task are left."""
    found = defaultdict[str, list[tuple[int, bool]]](list)
    for cell in sorted(cells, key=lambda cell: cell.order):
        for version in MAKES.finditer(COMMENT_OR_TEXT.sub("", cell.code)):
            is_unfinished = bool(DOTS.search(version[0]))
            found[version[1] or version[2]].append((cell.order, is_unfinished))
    return found


def results_of(cells: list[Cell]) -> dict[str, Result]:
    """What became of each exercise whose check is in the cells. The check run last counts."""
    found, versions = {}, made(cells)
    for cell in sorted(cells, key=lambda cell: cell.order):
        said = EACH_VERDICT.split(cell.shown)[1:]
        for place, (name, function) in enumerate(CHECK.findall(COMMENT_OR_TEXT.sub("", cell.code))):
            says = GOES_ON.split(said[place])[0] if place < len(said) else cell.error
            found[name] = _result(clean(says), function, cell.order, versions[function])
    return found


def _result(says: str, function: str, order: int, versions: list[tuple[int, bool]]) -> Result:
    """The state of an exercise by the words of its check, which was run in this order."""
    state = next((state for words, state in VERDICTS.items() if says.startswith(words)), "")
    last, unfinished = versions[-1] if versions else (0, False)
    if state in (SOLVED, WRONG) and 0 < order < last:
        return Result(CHANGED, f"Before, it said: {says}")
    if state == SOLVED and not versions and function != "lambda":
        return Result(LOOK, f"No cell makes {function or 'the function'}, yet it says: {says}")
    if state == SOLVED and [left for when, left in versions if when <= order][-1:] == [True]:
        return Result(LOOK, f"Three dots are left in {function}, yet it says: {says}")
    if state in (NOT_TRIED, "") and versions:  # the words can be older than the function
        return Result(NOT_TRIED, says) if unfinished else Result(
            NOT_CHECKED, "" if state else says)
    return Result(state or NOT_CHECKED, says)


def rows_of(cells: list[Cell], name: str) -> list[Row] | str:
    """The rows of the notebook with this path, or why it has none."""
    if any(cell.prose.startswith("# Solutions ·") for cell in cells):
        return OURS if "solutions" in name.split("/")[:-1] else (
            "the course's solutions: ask for the learner's own work")
    begins = [found[1] if (found := BEGINS.search(cell.code)) else "" for cell in cells]
    begins += [module for module, lesson in MODULES.items() if lesson in name]
    if not (module := next(filter(None, begins), "")):
        return "notebooks that aren't lessons of the course: open them"
    lessons: dict[str, list[Cell]] = {}
    for cell, begun in zip(cells, begins):
        module = begun or module
        lessons.setdefault(MODULES[module], []).append(cell)
    rows = [row for lesson, own in lessons.items() if (row := _row(name, lesson, own))]
    return rows or "lessons in which nothing was done: ask for the copy that was worked in"


def _row(name: str, lesson: str, cells: list[Cell]) -> Row | None:
    """What was done in a lesson; None if nothing was."""
    versions, checked = made(cells), results_of(cells)
    results = {}
    for exercise in LESSONS[lesson]:
        is_written = exercise.name in versions and not versions[exercise.name][-1][1]
        unchecked = Result(NOT_CHECKED if is_written else NOT_TRIED)
        results[exercise.name] = checked.pop(exercise.name, unchecked)
    deeper = [cell.prose.startswith("## Deeper") for cell in cells]
    main_line = cells[:deeper.index(True)] if True in deeper else cells
    guesses = [bool(GUESSED.search(cell.shown)) for cell in main_line
               if "guesses.compare(" in cell.code]
    was_run = any(cell.order > 1 for cell in cells)  # as stored, each cell has 1
    if not (was_run or any(guesses) or {state for state, _ in results.values()} != {NOT_TRIED}):
        return None
    return Row(name, lesson, results, checked, (sum(guesses), len(guesses)))


def read(folder: Path, but: Path | None = None) -> tuple[list[Row], dict[str, list[str]]]:
    """The rows of all notebooks, sorted by their paths, and the files without, by the reason."""
    rows, reasons = list[Row](), defaultdict[str, list[str]](list)

    def note(error: OSError) -> None:
        reasons[f"{UNREADABLE} ({error.strerror})"].append(clean(error.filename))

    paths = [Path(here, name) for here, folders, files in os.walk(folder, onerror=note)
             for name in folders + files]
    for path in sorted(paths, key=lambda path: (str(path).casefold(), path)):
        if path == but or path.is_dir() and not path.is_symlink():
            continue
        name = clean(path.relative_to(folder).as_posix())
        found = read_file(path, name)
        if isinstance(found, str):
            reasons[found].append(name)
        else:
            rows += found
    return rows, reasons


def read_file(path: Path, name: str) -> list[Row] | str:
    """The rows of a file, whatever its name says, or why it has none, with what to do about it."""
    parts = name.split("/")
    if path.is_symlink():
        return "links: ask for the files themselves"
    hidden = [part for part in parts if part.startswith(".") or part == "__MACOSX"]
    if not path.is_file() or hidden not in ([], [".ipynb"]):
        return "hidden or special files, not read"
    if path.suffix.lower() in (".zip", ".gz", ".tar", ".7z", ".rar"):
        return "archives: unpack them first"
    if path.stem not in LESSONS and any((NOTEBOOKS.parent / Path(*parts[place:])).is_file()
                                        for place in range(len(parts))):
        return OURS
    is_notebook = ".ipynb" in path.name.lower()  # also x.ipynb.download, x.ipynb.txt, x.ipynb (1)
    if not is_notebook and path.suffix.lower() not in ("", ".txt", ".json"):
        return OTHER
    try:
        written = path.read_bytes()  # in UTF-8, 16 or 32; single bytes may be damaged
        notebook = json.loads(written.decode(json.detect_encoding(written), "replace"))
        return rows_of([cell_of(cell) for cell in notebook["cells"]], name)
    except OSError as error:
        return f"{UNREADABLE} ({error.strerror})"
    except Exception:  # a file can hold anything
        return f"{UNREADABLE} (not a notebook, or only a part of one)" if is_notebook else OTHER


def title(lesson: str) -> str:
    return f"Lesson {int(lesson[:2])} · {lesson[3:].replace('_', ' ').capitalize()}"


def summary(rows: list[Row], reasons: dict[str, list[str]]) -> str:
    """The printed report: a line for each row, the checks' sentences, files without a row."""
    lines, says = [], defaultdict[str, list[str]](list)
    for row in rows:
        main = {one.name for one in LESSONS[row.lesson] if not one.deeper}
        shown = {name: result for name, result in (row.results | row.others).items()
                 if name in main or result.state != NOT_TRIED}
        lines.append("  ".join([
            row.path, f"lesson {int(row.lesson[:2])}", "guesses {} of {}".format(*row.guesses),
            *(f"{name}: {state}" for name, (state, _) in shown.items())]))
        for name, (state, sentence) in shown.items():
            if sentence and state in (WRONG, LOOK, NOT_CHECKED):
                says[f"{title(row.lesson)}, {name}: {sentence}"].append(row.path)
    texts = ["\n".join(lines), *(
        f"{len(paths)} x {sentence}\n    {', '.join(paths)}"
        for sentence, paths in sorted(says.items(), key=lambda item: -len(item[1]))), "\n".join(
        counted(*item) for item in sorted(reasons.items(), key=lambda item: ": " not in item[0]))]
    return "\n\n".join(filter(None, texts)) or "There are no files in this folder."


def counted(reason: str, paths: list[str]) -> str:
    """A line for files without a row; if there is something to do, nine of them by name."""
    names = f" · {', '.join(paths[:9])}{', ...' * (len(paths) > 9)}" if ": " in reason else ""
    return f"{len(paths)} x {reason}{names}"


def table(rows: list[Row]) -> list[list]:
    """The CSV: a line for each row, with the state of each exercise under its number."""
    most = max(map(len, LESSONS.values()))
    lines: list[list] = [["file", "lesson", "main line solved", "of", "guesses", "of them asked",
                          *(f"exercise {number + 1}" for number in range(most)), "other checks"]]
    for row in rows:
        states = [state for state, _ in row.results.values()]
        main = [state for one, state in zip(LESSONS[row.lesson], states) if not one.deeper]
        lines.append([row.path, title(row.lesson), main.count(SOLVED), len(main), *row.guesses,
                      *states, *[""] * (most - len(states)),
                      "; ".join(f"{name}: {state}" for name, (state, _) in row.others.items())])
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
    if target and target.suffix != ".csv":
        parser.error("the name of the table should end in .csv")
    try:  # before the work
        text = open(target or os.devnull, "w", encoding="utf-8-sig", newline="")
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}")
    with text:
        rows, reasons = read(folder, target)
        asked = [row for row in rows
                 if not options.lessons or int(row.lesson[:2]) in options.lessons]
        csv.writer(text).writerows(map(no_formula, row) for row in table(asked))
    if len(asked) < len(rows):
        reasons["rows of other lessons, left out"] = [""] * (len(rows) - len(asked))
    # A console may know fewer letters than names have.
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    print(summary(asked, reasons))


if __name__ == "__main__":
    main()
