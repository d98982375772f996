"""What learners have handed in, read from their notebooks: tables for teachers.

    python -m mnist_adder_course.hand_in FOLDER [--class names.csv] [--csv FILE] [--feedback PAGES]

Nothing that was handed in is run or changed. Each check printed its verdict where the learner
worked, and the notebook keeps it. This program reads these verdicts, so you see what the learner
saw. (They can be forged: this is for teaching, not for marks.) Only Python's standard library is
needed.

With a class list, a file is the learner's whose name or id is in its path (`class_list.py`).
Without one, each folder in FOLDER is a learner's, whatever is in it, and a file in FOLDER itself
goes by its own name. Several folders can be named, as if they were in one. Links aren't followed.
Files that don't count are listed with what to do about them.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import csv
import functools
import html
import json
import os
import re
import sys
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from .class_list import ClassList, NoList, read_class
from .exercises.progress import NAME as PROGRESS
from .exercises.progress import NOTEBOOKS, Exercise, exercises

SOLVED, WRONG, NOT_TRIED, LOOK = "solved", "wrong", "not tried", "look at it"
CHANGED, NOT_CHECKED = "changed since it was checked", "not checked"
VERDICTS = {"✓ Right.": SOLVED, "Not right yet.": WRONG, "Not solved yet.": NOT_TRIED}
EACH_VERDICT = re.compile(f"^(?={'|'.join(map(re.escape, VERDICTS))})", re.MULTILINE)
CHECK = re.compile(r"^[ \t]*(?:\w+ *= *)?checks\.(\w+)\(\s*(\w*)", re.MULTILINE)
DEFINED = re.compile(r"^[ \t]*(?:def|class) (\w+)|^(\w+) *=(?!=)", re.MULTILINE)
IMPORT = re.compile(r"^[ \t]*from ([\w.]+)\.(\w+) import(.*)", re.MULTILINE)
GUESSED = re.compile(r"^(?:✓ )?You guessed: ", re.MULTILINE)
PROJECT = "my_project.json"  # the record of lesson 14
LARGEST, LONGEST = 100_000_000, 100_000  # bytes of a notebook, characters of a cell that are read

LESSONS = exercises()  # by the name of the notebook
MODULES = {lesson[3:]: lesson for lesson in LESSONS}
NOTHING, WHOSE = "nothing handed in", "whose is this?"
OURS, SOLUTIONS = "the course's own files", "the course's solutions: ask for the learner's own work"
UNREADABLE, TWO = "can't be read: ask for it again", "two versions"
TO_DO = {".zip": "a ZIP file: unpack it first", ".pdf": "a PDF: ask for the notebook (.ipynb)",
         ".html": "a web page: ask for the notebook (.ipynb)",
         ".py": "a program: ask for the notebook (.ipynb)"}
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
MADE_HERE = "<!doctype html><meta name=generator content=mnist_adder_course.hand_in>"
HIDDEN = re.compile(r"\.(?!\.)|__MACOSX$")


class Cell(NamedTuple):
    """A cell: its place in the order in which cells were run, what it showed, its error."""

    code: str
    order: int
    shown: str
    error: str
    prose: str = ""  # of a cell that isn't code


class Result(NamedTuple):
    """The state of an exercise, and the sentence of its check or of an error."""

    result: str = NOT_CHECKED
    says: str = ""


class File(NamedTuple):
    """A file that was handed in: of a lesson, or with a remark why it doesn't count, or both."""

    learner: str
    name: str
    remark: str = ""
    lesson: str = ""
    results: dict[str, Result] = {}
    guesses: tuple[int, int] = 0, 0  # of the main line: made, and asked for
    begun: bool = False  # the learner has answered something in it
    noted: dict[str, str] = {}  # of a record of progress: what was right or answered, and when
    saved: float = 0

    @property
    def rows(self) -> list[tuple[Exercise, Result]]:
        return [(exercise, self.results.get(exercise.name, Result()))
                for exercise in LESSONS.get(self.lesson, ())]

    def solved(self, deeper: bool) -> int:
        return sum(one.deeper == deeper and result == SOLVED for one, (result, _) in self.rows)


def clean(text: str) -> str:
    """A text in one line that can be printed: no line breaks, no codes for a terminal."""
    text = normalize("NFC", text[:2_000])
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def read_cells(path: Path) -> list[Cell]:
    """The cells of a notebook. What isn't one ends in almost any error."""
    cells = json.loads(path.read_bytes())["cells"]  # in UTF-8, 16 or 32, with or without a BOM
    return [_cell(cell) for cell in cells]


def _cell(cell: dict) -> Cell:
    def joined(lines: str | list[str]) -> str:
        return "".join(lines)[:LONGEST]

    if cell["cell_type"] != "code":
        return Cell("", 0, "", "", joined(cell["source"]))
    shown, error = [], ""
    for output in cell.get("outputs", []):
        if output.get("output_type") == "error":
            error = f"{joined(output['ename'])}: {joined(output['evalue'])}"
        elif output.get("name") == "stdout":
            shown.append(joined(output["text"]))
        elif "text/markdown" in (data := output.get("data", {})):
            shown.append(joined(data["text/markdown"]))
    return Cell(joined(cell["source"]), cell.get("execution_count") or 0, "\n".join(shown), error)


def verdicts(cells: list[Cell]) -> dict[str, Result]:
    """What became of each exercise whose check is in the notebook. The check run last counts."""
    found, when, defined = {}, Counter[str](), Counter[str]()
    unfinished = {name for cell in cells for name in _unfinished(cell.code)}
    for cell in cells:
        said = EACH_VERDICT.split(cell.shown)[1:]
        for place, (name, function) in enumerate(CHECK.findall(cell.code)):
            says = said[place] if place < len(said) else cell.error
            result = next((result for words, result in VERDICTS.items() if says.startswith(words)),
                          NOT_CHECKED)
            # A lesson is stored with 1 for every cell: equal counts mean that nothing was run.
            if result == NOT_TRIED and 0 < cell.order <= defined[function]:
                result, says = NOT_CHECKED, ""
            elif result == SOLVED and function in unfinished:
                result, says = LOOK, f"Three dots are left in {function}, yet it says: {says}"
            elif result in (SOLVED, WRONG) and 0 < cell.order < defined[function]:
                result, says = CHANGED, f"Before, it said: {says}"
            if cell.order >= when[name]:
                found[name], when[name] = Result(result, clean(says)), cell.order
        for names in DEFINED.findall(cell.code):
            defined["".join(names)] = max(defined["".join(names)], cell.order)
    return found


@functools.cache
def _functions(code: str) -> dict[str, ast.AST]:
    """The functions and classes that a cell defines, by their names."""
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        return {node.name: node for node in ast.parse(code).body
                if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    return {}


def _unfinished(code: str) -> set[str]:
    """The names of a cell's functions that still hold the three dots of the task."""
    return {name for name, node in _functions(code).items() for inner in ast.walk(node)
            if isinstance(inner, (ast.Return, ast.Expr, ast.Assign))
            and isinstance(inner.value, ast.Constant) and inner.value.value is ...}


def _written(cells: Iterable[Cell]) -> dict[str, str]:
    """The finished functions of a notebook, by their names, without comments and spacing."""
    return {name: ast.unparse(node) for cell in cells
            for name, node in _functions(cell.code).items() if name not in _unfinished(cell.code)}


@functools.cache
def _course_functions(lesson: str, solutions: bool) -> dict[str, str]:
    """The functions of the course's own notebook, or of its solutions; {} where it isn't there."""
    folder = NOTEBOOKS / "solutions" if solutions else NOTEBOOKS
    with contextlib.suppress(OSError, ValueError):
        return _written(read_cells(folder / f"{lesson}.ipynb"))
    return {}


def read_notebook(learner: str, path: Path, name: str) -> list[File]:
    """Read a notebook, a file for each lesson in it; whatever it is, this returns."""
    try:
        if path.stat().st_size > LARGEST:
            return [File(learner, name, f"{UNREADABLE} without its outputs: it is over 100 MB")]
        cells, saved = read_cells(path), path.stat().st_mtime
        verdicts(cells)
    except OSError as error:
        return [File(learner, name, f"{UNREADABLE} ({error.strerror})")]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, MemoryError):
        return [File(learner, name, f"{UNREADABLE} (not a notebook, or only a part of one)")]
    if any(cell.prose.startswith("# Solutions ·") for cell in cells):
        return [File(learner, name, SOLUTIONS)]
    imports = [found for cell in cells for found in IMPORT.findall(cell.code)]
    imports += [("", lesson[3:], "") for lesson in LESSONS if lesson in path.name]
    imports = [found for found in imports if found[1] in MODULES]
    begins = [found for found in imports if re.search(r"\b(?:checks|guesses)\b", found[2])]
    if not imports:
        return [File(learner, name, "no lesson of the course: open it to see what it is")]
    module = (begins or imports)[0][1]
    parts: dict[str, list[Cell]] = {}  # a lesson begins where its checks or guesses are imported
    for cell in cells:
        here = [found for found in IMPORT.findall(cell.code) if found in begins]
        module = here[0][1] if here else module
        parts.setdefault(MODULES[module], []).append(cell)
    return [read_lesson(learner, name, lesson, own, len(parts))._replace(saved=saved)
            for lesson, own in parts.items()]


def read_lesson(learner: str, name: str, lesson: str, cells: list[Cell], lessons: int) -> File:
    """Read the cells of a lesson, of one or more in the notebook."""
    results, own = verdicts(cells), {exercise.name for exercise in LESSONS[lesson]}
    written, ours = _written(cells), _course_functions(lesson, solutions=True)
    answers = {one: code for one, code in written.items() if one in own}
    if answers.keys() == own and all(ours.get(one) == code for one, code in answers.items()):
        return File(learner, name, SOLUTIONS)
    unknown = sorted(results.keys() - own)
    changed = [each for each, (result, says) in results.items()
               if result == CHANGED and "✓ Right." in says]
    unchecked = [each for each in answers if results.get(each, Result()).result == NOT_CHECKED]
    remarks = [
        "an older version of the course, with the check " + ", ".join(
            f"{each}: {results[each].result}" for each in unknown) if unknown else "",
        f"right before a change, run the check again: {', '.join(changed)}" if changed else "",
        f"run the check and save it: {', '.join(unchecked)}" if unchecked else "",
        "several lessons in one notebook" * (lessons > 1)]
    deeper = [cell.prose.startswith("## Deeper") for cell in cells]
    main_line = cells[:deeper.index(True)] if True in deeper else cells
    made = [bool(GUESSED.search(cell.shown)) for cell in main_line
            if "guesses.compare(" in cell.code]
    given = {result for result, _ in results.values()} - {NOT_TRIED, NOT_CHECKED}
    begun = bool(answers.items() - _course_functions(lesson, False).items() or given or any(made))
    return File(learner, name, "; ".join(filter(None, remarks)), lesson, results,
                (sum(made), len(made)), begun)


def found_in(paths: list[Path]) -> Iterator[tuple[tuple[str, ...], Path]]:
    """Every file with the folders that it is in; folders if there is nothing to read in them."""
    alone = len(paths) == 1
    for top in dict.fromkeys(path.resolve() if alone else path.absolute() for path in paths):
        above = top if alone and top.is_dir() else top.parent
        if not _can_be_read(top):
            yield (), top
            continue
        for place, folders, files in os.walk(top):
            names = Path(place).relative_to(above).parts
            whole = [name for name in folders if _can_be_read(Path(place, name))]
            for name in sorted({*folders, *files} - {*whole}):
                yield names, Path(place, name)
            if not folders and not files and names:
                yield names[:-1], Path(place)
            folders[:] = whole


def _can_be_read(path: Path) -> bool:
    return (path.is_dir() and not path.is_symlink() and not HIDDEN.match(path.name)
            and os.access(path, os.R_OK | os.X_OK))


def read(folders: tuple[str, ...], path: Path, learner: str) -> list[File]:
    """Read a file, or say what to do about it."""
    name, kind = clean("/".join([*folders, path.name])), path.suffix.lower()
    noted: dict[str, str] = {}
    if HIDDEN.match(path.name):
        remark = OURS if folders else "hidden: nothing to do"
    elif path.is_symlink():
        remark = "a link: ask for the file itself"
    elif path.is_dir():
        remark = ("an empty folder: ask for the notebook" if os.access(path, os.R_OK | os.X_OK) else
                  f"{UNREADABLE} (permission denied)")
    elif "solutions" in folders:
        remark = OURS
    elif kind == ".ipynb" and path.is_file():
        return read_notebook(learner, path, name)
    elif path.name == PROJECT:
        remark = "the record of a project: lesson 14 checks it"
    elif path.name == PROGRESS and path.is_file():
        remark = ""
        try:
            noted = dict(re.findall(r'"(\w+ (?:exercise|recall) \w+)": *"([\d-]{10})"',
                                    path.read_text("utf-8")))
        except (OSError, ValueError):
            remark = f"{UNREADABLE} (not a record of progress)"
    elif own_folders(folders, path.name) != folders or (NOTEBOOKS.parent / path.name).exists():
        remark = OURS
    elif kind in (".txt", ".json", "") and _is_notebook(path):
        remark = "a notebook under another name: rename it to .ipynb"
    else:
        remark = TO_DO.get(kind, "not a notebook: ask for the .ipynb file")
    return [File(learner, name, remark, noted=noted)]


def _is_notebook(path: Path) -> bool:
    with contextlib.suppress(Exception):
        return path.stat().st_size < LARGEST and read_cells(path) is not None
    return False


def own_folders(folders: tuple[str, ...], name: str) -> tuple[str, ...]:
    """The folders of a file without those that it has in the course itself."""
    for place in range(len(folders)):
        if (NOTEBOOKS.parent / Path(*folders[place:], name)).exists():
            return folders[:place]
    return folders


def learners_of(folders: tuple[str, ...], name: str, listed: ClassList | None) -> list[str]:
    """Whose file it is, as the tables call them: mostly one learner.

    folders: those of a file of the learner's own, or of the course's own without their names there
    (then name is "")
    """
    top = clean(folders[0] if folders else name)
    if listed is None:
        return [top if folders else clean(Path(name).stem) or top]
    own, perhaps = listed.whose(folders, name)
    if own:
        return [learner.label for learner in own]
    guess = ", perhaps " + " or ".join(learner.label for learner in perhaps) if perhaps else ""
    return [f"{WHOSE} {top}{guess}"]


def read_all(paths: list[Path], but: tuple[Path, ...] = (),
             listed: ClassList | None = None) -> list[File]:
    """Read all that was handed in, except for some files; learners and lessons in their order."""
    order = {one.label: place for place, one in enumerate(listed.learners if listed else ())}
    every, noted = defaultdict[tuple, list[File]](list), defaultdict[str, dict[str, str]](dict)
    owners: dict[tuple, list[str]] = {}  # a clone of the course has hundreds of files
    for folders, path in found_in(paths):
        if path in but:
            continue
        above = own_folders(folders, path.name) if listed else folders
        where = above, path.name if above == folders else ""
        if where not in owners:
            owners[where] = learners_of(*where, listed)
        for learner in owners[where]:
            if HIDDEN.match(path.name) and not folders:
                learner = ""
            for file in read(folders, path, learner):
                every[order.get(learner, len(order)), learner.casefold(), learner,
                      file.lesson].append(file)
                noted[learner] |= file.noted
    return [with_notes(file, noted[file.learner])
            for key in sorted(every) for file in one_counts(every[key])]


def with_notes(file: File, noted: dict[str, str]) -> File:
    """A file that says what the record of progress knows of checks without a verdict."""
    results = {one.name: Result(says=f"{PROGRESS} notes it as right, {noted[one.key]}")
               for one, result in file.rows if result == Result() and one.key in noted}
    return file._replace(results=file.results | results)


def one_counts(files: list[File]) -> list[File]:
    """Of a learner's notebooks for the same lesson one counts, and the others say so.

    One with answers counts before one without; of several with answers, the one saved later.
    """
    best = max(files, key=lambda one: (one.begun, one.saved, one.solved(False), one.solved(True)))

    def why(file: File) -> str:
        if not file.begun:
            return OURS if best.begun else f"{TWO}, both without answers"
        when = ("saved later" if file.saved < best.saved else
                "with more answers, saved at the same time,")
        return f"{TWO}, the one {when} counts: {best.name}"

    return [file if file is best or not file.lesson else file._replace(
        lesson="", results={}, guesses=(0, 0), remark=why(file)) for file in files]


def title(lesson: str) -> str:
    return f"Lesson {int(lesson[:2])} · {lesson[3:].replace('_', ' ').capitalize()}"


def label(exercise: Exercise) -> str:
    return f"exercise {exercise.number} · {exercise.name}"


def summary(files: list[File], listed: Iterable[str] = ()) -> str:
    """The printed report: tables of the lessons, the checks' sentences, files that don't count."""
    texts, why = [], defaultdict[str, list](list)
    for lesson, deeper in ((lesson, deeper) for lesson in LESSONS for deeper in (False, True)):
        of_it = [file for file in files if file.lesson == lesson]
        names = [label(exercise) for exercise in LESSONS[lesson] if exercise.deeper == deeper]
        lines = [["deeper", *names] if deeper else ["main line", *names, "guesses"]]
        for file in of_it:
            rows = [row for row in file.rows if row[0].deeper == deeper]
            guesses = [] if deeper else ["{} of {}".format(*file.guesses)]
            lines.append([file.learner, *(result for _, (result, _) in rows), *guesses])
            for exercise, (result, says) in rows:
                if says and result in (WRONG, LOOK, NOT_CHECKED):
                    why[f"{title(lesson)}, {label(exercise)}: {says}"].append(file.learner)
        begun = {cell for line in lines[1:] for cell in line[1:]} - {NOT_TRIED, NOT_CHECKED}
        if begun or of_it and not deeper:
            widths = [max(map(len, column)) for column in zip(*lines)]
            texts.append("\n".join([title(lesson), *(
                "  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)]))
    for says, who in sorted(why.items(), key=lambda item: -len(item[1])):
        texts.append(f"{len(who)} x {says}\n    {', '.join(who)}")
    return "\n\n".join([*texts, *_remarks(files, listed)])


def _remarks(files: list[File], listed: Iterable[str]) -> Iterator[str]:
    """A line for each remark with its files: what changes a result first, the course's own last."""
    remarks = defaultdict[str, list](list)
    for file in files:
        if file.remark:
            remarks[file.remark].append(file.name)
        if file.learner.startswith(WHOSE):
            remarks[WHOSE].append(file.name + file.learner.partition(",")[2])
    remarks[NOTHING] = [name for name, own in by_learner(files, listed).items() if not own]
    ours = len(remarks.pop(OURS, ()))
    first = (TWO, UNREADABLE, WHOSE, NOTHING)
    for remark, names in sorted(remarks.items(), key=lambda item: next(
            (place for place, words in enumerate(first) if item[0].startswith(words)), 9)):
        most = len(names) if remark in (WHOSE, NOTHING) else 9
        more = f" and {len(names) - most} more" if len(names) > most else ""
        if names:
            yield f"{remark} · {', '.join(names[:most])}{more}"
    if ours:
        yield f"{OURS} · {ours}"


def by_learner(files: list[File], listed: Iterable[str] = ()) -> dict[str, list[File]]:
    learners = dict.fromkeys([*listed, *(file.learner for file in files if file.learner)])
    return {learner: [file for file in files if file.learner == learner] for learner in learners}


def table(files: list[File], long: bool, asked: Sequence[str] = (),
          listed: Iterable[str] = ()) -> list[list]:
    """The rows of the CSV: one for each learner, or one for each exercise and each remark.

    A learner's exercises are counted of the lessons that are asked for, or else handed in.
    """
    lines: list[list]
    if long:
        lines = [[file.learner, title(file.lesson), label(exercise),
                  "deeper" if exercise.deeper else "main line", *result, file.name]
                 for file in files for exercise, result in file.rows]
        lines += [[file.learner, "", "", "", file.remark, "", file.name]
                  for file in files if file.remark and file.remark != OURS]
        lines += [[learner, "", "", "", NOTHING, "", ""]
                  for learner, own in by_learner(files, listed).items() if not own]
        return [["learner", "lesson", "exercise", "part", "result", "says", "file"], *lines]
    lessons = {lesson: [exercise.deeper for exercise in LESSONS[lesson]].count(False)
               for lesson in LESSONS if lesson in asked or not asked and any(
                   file.lesson == lesson for file in files)}
    lines = [["learner", "main line", "of",
              *(f"{title(lesson)}, of {count}" for lesson, count in lessons.items()),
              "deeper", "guesses", "remembered", "remarks"]]
    for learner, own in by_learner(files, listed).items():
        solved = {file.lesson: file.solved(False) for file in own if file.lesson}
        remarks = Counter(file.remark for file in own if file.remark)
        looks = sum(result == LOOK for file in own for _, (result, _) in file.rows)
        says = [f"{LOOK} ({looks})"] * bool(looks) + [NOTHING] * (not own) + [
            f"{remark} ({count})" if count > 1 else remark for remark, count in remarks.items()]
        most = sum(lessons[one] for one in asked or [*solved])
        lines.append([
            learner, sum(solved.values()), most, *(solved.get(one, "") for one in lessons),
            sum(file.solved(True) for file in own), sum(file.guesses[0] for file in own),
            len({key for file in own for key in file.noted if " recall " in key}),
            textwrap.shorten("; ".join(says), 100, placeholder=" ... (see the feedback)")])
    return lines


def no_formula(value):
    """A text that a spreadsheet takes for a text, also if it splits it at another separator."""
    return re.sub(r"(^|[,;\t])(?=\s*[=+@-])", r"\1'", value) if isinstance(value, str) else value


def feedback(learner: str, files: list[File]) -> str:
    """A learner's page: solved exercises, and those to look at again, in the checks' words."""
    parts = [f"<h1>{html.escape(learner)}</h1>"]
    for file in files:
        parts += [f"<h2>{title(file.lesson)}</h2>"] if file.lesson else []
        remark = f"{file.name}: {file.remark}" if file.remark not in ("", OURS) else ""
        parts += [f"<p>{html.escape(remark)}</p>"] if remark else []
        for exercise, (result, says) in file.rows:
            words = re.sub("`(.+?)`", r"<code>\1</code>", html.escape(f"{result}. {says}"))
            parts.append(f"<p><b>{label(exercise)}</b>{', deeper' * exercise.deeper}: {words}</p>")
    return (f"{MADE_HERE}<meta charset=utf-8><meta name=viewport content=width=device-width>"
            f"<title>{html.escape(learner)}</title><style>body {{max-width: 45em; margin: auto; "
            "padding: 1em; font: 1em/1.5 sans-serif}}</style>" + "\n".join(parts))


def is_page(path: Path) -> bool:
    """Whether a file is a page of feedback."""
    with contextlib.suppress(OSError):
        return path.suffix == ".html" and path.read_bytes().startswith(MADE_HERE.encode())
    return False


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m mnist_adder_course.hand_in",
        description="Read handed-in notebooks: what the checks said where the learners worked.")
    parser.add_argument("paths", nargs="+", type=Path, metavar="FOLDER_OR_NOTEBOOK")
    parser.add_argument("--class", type=Path, metavar="NAMES", dest="names",
                        help="a CSV with all names, and ids if there are any: who is missing")
    parser.add_argument("--lessons", type=int, nargs="+", choices=range(len(LESSONS)), default=[],
                        metavar="NUMBER", help="count these lessons for everybody")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="a row for each learner")
    parser.add_argument("--separator", choices=SEPARATORS, default="comma",
                        help="of FILE; for Excel in German or French: semicolon")
    parser.add_argument("--long", action="store_true", help="in FILE, a row for each exercise")
    parser.add_argument("--feedback", type=Path, metavar="PAGES", help="a page for each learner")
    options = parser.parse_args(arguments)
    target, pages = options.csv, options.feedback
    try:  # before the work
        handed_in = {path.resolve(strict=True) for path in options.paths}
        if target:
            if target.suffix != ".csv":
                parser.error("the name of the table should end in .csv")
            target.open("ab").close()
        if pages:
            if handed_in & {*(pages / "x").resolve().parents}:
                parser.error("the pages should have a folder outside of what was handed in")
            pages.mkdir(parents=True, exist_ok=True)
            if not all(map(is_page, pages.iterdir())):
                parser.error("the folder for the pages should be new or empty")
        listed = read_class(options.names) if options.names else None
    except NoList as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}")
    but = tuple(path.resolve() for path in (target, options.names) if path)
    asked = [lesson for lesson in LESSONS if int(lesson[:2]) in options.lessons]
    files = [file if not file.lesson or not asked or file.lesson in asked else
             file._replace(remark=f"not asked for: {title(file.lesson)}", lesson="")
             for file in read_all(options.paths, but, listed)]
    names = [learner.label for learner in listed.learners] if listed else []
    if target:
        part = target.with_suffix(".csv.part")
        with part.open("w", encoding="utf-8-sig", newline="") as text:
            csv.writer(text, delimiter=SEPARATORS[options.separator]).writerows(
                map(no_formula, row) for row in table(files, options.long, asked, names))
        part.replace(target)
    for path in [*pages.iterdir()] if pages else []:
        path.unlink()  # pages of another time
    taken = Counter[str]()
    for learner, own in by_learner(files).items() if pages else ():
        name = re.sub(r"[^\w .-]", "_", learner)[:80]
        taken[name.casefold()] += 1  # "a/b" and "a_b", or "Ann" and "ann", which are one on a Mac
        name += f" ({taken[name.casefold()]})" * (taken[name.casefold()] > 1)
        (pages / f"{name}.html").write_text(feedback(learner, own), "utf-8")
    # A console may know fewer letters than names have.
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    print("\n\n".join(filter(None, [listed.says if listed else "", summary(files, names)])))


if __name__ == "__main__":
    main()
