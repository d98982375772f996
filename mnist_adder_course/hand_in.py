"""What learners have handed in, read from their notebooks: tables for teachers.

    python -m mnist_adder_course.hand_in FOLDER [--csv FILE [--long]] [--feedback PAGES]

Nothing that was handed in is run or changed. Each check printed its verdict where the learner
worked, and the notebook keeps it. This program reads these verdicts, so you see what the learner
saw. (They can be forged: this is for teaching, not for marks.) Only Python's standard library is
needed.

Each folder in FOLDER is a learner's, whatever is in it. If it holds the folders of several learners
and no notebook, it is a group, and they are the learners. A file in FOLDER itself goes by the name
in its own name, or is listed as unnamed. Several folders can be named, as if they were in one.
Links aren't followed. Files that don't count are listed with the reason.
"""

from __future__ import annotations

import argparse
import csv
import html
import json
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from .exercises.progress import NAME as PROGRESS
from .exercises.progress import Exercise, exercises

SOLVED, WRONG, NOT_TRIED = "solved", "wrong", "not tried"
CHANGED, NOT_CHECKED = "changed since it was checked", "not checked"
VERDICTS = {"✓ Right.": SOLVED, "Not right yet.": WRONG, "Not solved yet.": NOT_TRIED}
EACH_VERDICT = re.compile(f"^(?={'|'.join(map(re.escape, VERDICTS))})", re.MULTILINE)
CHECK = re.compile(r"^checks\.(\w+)\(\s*(\w*)", re.MULTILINE)
DEFINED = re.compile(r"^[ \t]*(?:def|class) (\w+)|^(\w+) *=(?!=)", re.MULTILINE)
IMPORT = re.compile(r"^from ([\w.]+)\.(\w+) import", re.MULTILINE)
GUESSED = re.compile(r"^(?:✓ )?You guessed: ", re.MULTILINE)
PROJECT = "my_project.json"  # the record of lesson 14
LARGEST, LONGEST = 100_000_000, 100_000  # bytes of a notebook, characters of a cell that are read

LESSONS = exercises()  # by the name of the notebook
STEMS = "|".join(LESSONS)
TITLES = "|".join(lesson[3:].replace("_", "[ _-]") for lesson in LESSONS)
DATED = (r"(?:lesson|week|day|version|unit|part|task|exercise|assignment|woche|aufgabe|lektion)"
         rf"[\W_]*\d+(?:[\W_]*(?:{TITLES}))?")
OURS = re.compile(  # folders that are never a learner's
    rf"submitted|autograded|(?:submitted|working) files|notebooks|solutions|docs|assets|js|tests|"
    rf"tools|experiments|mnist[-_]adder(?:[-_](?:main|master|lib|course|\d.*))?|{DATED}|{STEMS}",
    re.IGNORECASE)
NO_NAME = re.compile(  # parts of a file's name that aren't a learner's
    rf"{STEMS}|{DATED}|-Copy\d+|\(\d+\)|^(?:(?:Copy of|Kopie von|Copie de|Copia de) )+| - Copy|"
    r" - Kopie|\d{4}[-_.]\d\d[-_.]\d\d(?!\d)|(?<!\d)\d\d[-_.]\d\d[-_.]\d{4}", re.IGNORECASE)
HIDDEN = re.compile(r"\.(?!\.)|__MACOSX$")
NUMBER = re.compile(r" \(\d+\)$")
PLATFORMS = [re.compile(pattern) for pattern in (  # how they name a file, or a learner's folder
    r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+",  # Moodle
    r"(?P<name>[^\W\d_]+)_(?:LATE_)?(?P<number>\d{2,})_\d{3,}_.",  # Canvas; no date is like it
    r"(?P<name>[^+]+)\+.+\+\d{4}-\d\d-\d\d (?P<number>)",  # nbgrader, before it collects
    r"mnist[-_]adder[-_](?P<name>.+)(?P<number>)")]  # GitHub Classroom


class Cell(NamedTuple):
    """A code cell: its place in the order in which cells were run, what it showed, its error."""

    code: str
    order: int
    shown: str
    error: str


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
    guesses: tuple[int, int] = 0, 0  # how many were made, and how many are asked for
    recalled: int = 0
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
    """The code cells of a notebook. What isn't one ends in almost any error."""
    cells = json.loads(path.read_bytes())["cells"]  # in UTF-8, 16 or 32, with or without a BOM
    return [_cell(cell) for cell in cells if cell["cell_type"] == "code"]


def _cell(cell: dict) -> Cell:
    def joined(lines: str | list[str]) -> str:
        return "".join(lines)[:LONGEST]

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
    for cell in cells:
        said = EACH_VERDICT.split(cell.shown)[1:]
        for place, (name, function) in enumerate(CHECK.findall(cell.code)):
            says = said[place] if place < len(said) else cell.error
            result = next((result for words, result in VERDICTS.items() if says.startswith(words)),
                          NOT_CHECKED)
            # A lesson is stored with 1 for every cell: equal counts mean that nothing was run.
            if result == NOT_TRIED and 0 < cell.order <= defined[function]:
                result, says = NOT_CHECKED, ""
            elif result in (SOLVED, WRONG) and 0 < cell.order < defined[function]:
                result, says = CHANGED, ""
            if cell.order >= when[name]:
                found[name], when[name] = Result(result, clean(says)), cell.order
        for names in DEFINED.findall(cell.code):
            defined["".join(names)] = max(defined["".join(names)], cell.order)
    return found


def read_notebook(learner: str, path: Path, name: str) -> File:
    """Read a notebook; whatever it is, this returns."""
    try:
        if path.stat().st_size > LARGEST:
            return File(learner, name, "unreadable: over 100 MB, ask for it without its outputs")
        cells = read_cells(path)
        results, saved = verdicts(cells), path.stat().st_mtime
    except OSError as error:
        return File(learner, name, f"unreadable: {error.strerror}")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, MemoryError):
        return File(learner, name, "unreadable: not a notebook, or only a part of one")
    imports = [found for cell in cells for found in IMPORT.findall(cell.code)]
    imports += [("mnist_adder_course.", lesson[3:]) for lesson in LESSONS if lesson in path.name]
    package, lesson = next(((package, lesson) for package, module in imports
                            for lesson in LESSONS if lesson[3:] == module), ("", ""))
    if not lesson:
        return File(learner, name, "not a lesson of the course")
    unknown = sorted(results.keys() - {exercise.name for exercise in LESSONS[lesson]})
    older = unknown or not package.startswith("mnist_adder_course.")
    remark = "an older version of the course" * bool(older) + "".join(
        f", with the check {each}: {results[each].result}" for each in unknown)
    made = [bool(GUESSED.search(cell.shown)) for cell in cells if "guesses.compare(" in cell.code]
    return File(learner, name, remark, lesson, results, (sum(made), len(made)), saved=saved)


def learner_of(folders: tuple[str, ...], file: str, groups: set[tuple[str, ...]]) -> str:
    """Whose file it is: the name of the first folder that isn't a group, or a name in the file's.
    """
    names = []
    for place, name in enumerate(folders, start=1):
        if not OURS.fullmatch(name):
            names.append(_called(name) or name)
            if folders[:place] not in groups:
                break
    if names:
        return clean("/".join(names))
    own = _called(file) or NO_NAME.sub("", Path(file).stem).strip(" _-.,()")
    return clean(own or f"unnamed: {'/'.join([*folders, file])}")


def _called(name: str) -> str:
    """The learner's name and number, if a learning platform gave the name."""
    found = next(filter(None, (pattern.match(name) for pattern in PLATFORMS)), None)
    return f"{found['name']} ({found['number']})".removesuffix(" ()") if found else ""


def is_group(folder: Path) -> bool:
    """Whether a folder holds folders of more than one learner, and no work of its own."""
    names, inside = set(), [folder]
    for place in inside:  # it grows
        for path in place.iterdir() if os.access(place, os.R_OK | os.X_OK) else ():
            if path.suffix.lower() == ".ipynb" or path.name in (PROGRESS, PROJECT):
                return False
            if path.is_dir() and not path.is_symlink() and not HIDDEN.match(path.name):
                if OURS.fullmatch(path.name):
                    inside.append(path)
                else:
                    names.add(path.name)
    return len(names) > 1


def found_in(paths: list[Path]) -> Iterator[tuple[tuple[str, ...], Path, str]]:
    """Every file, with its folders and its learner; folders if there is nothing to read there."""
    alone = len(paths) == 1
    for top in dict.fromkeys(path.resolve() if alone else path.absolute() for path in paths):
        above = top if alone and top.is_dir() else top.parent
        groups = set[tuple[str, ...]]()
        if not top.is_dir() or top.is_symlink() or not os.access(top, os.R_OK | os.X_OK):
            yield (), top, learner_of((top.name,) * top.is_dir(), top.name, groups)
            continue
        for place, folders, files in os.walk(top):
            names = Path(place).relative_to(above).parts
            if is_group(Path(place)):
                groups.add(names)
            whole = [name for name in folders if not HIDDEN.match(name) and os.access(
                Path(place, name), os.R_OK | os.X_OK) and not Path(place, name).is_symlink()]
            for name in sorted({*folders, *files} - {*whole}):
                is_folder = name in folders and not HIDDEN.match(name)
                yield names, Path(place, name), learner_of(
                    (*names, name) if is_folder else names, name, groups)
            if not folders and not files and names:
                yield names[:-1], Path(place), learner_of(names, names[-1], groups)
            folders[:] = whole


def read(folders: tuple[str, ...], path: Path, learner: str) -> File:
    """Read a file, or say why not."""
    name = clean("/".join([*folders, path.name]))
    if HIDDEN.match(path.name):
        return File(learner if folders else "", name, "ignored: hidden")
    if path.is_symlink():
        return File(learner, name, "ignored: a link")
    if path.is_dir():
        readable = os.access(path, os.R_OK | os.X_OK)
        return File(learner, name, "an empty folder" if readable else
                    "unreadable: permission denied")
    if "solutions" in folders:
        return File(learner, name, "ignored: the course's solutions")
    if path.suffix.lower() == ".ipynb" and path.is_file():
        return read_notebook(learner, path, name)
    if path.name != PROGRESS or not path.is_file():
        return File(learner, name, f"ignored: {path.suffix[1:].lower() or 'no notebook'}")
    try:
        noted = re.findall(r'"\w+ recall \d+":', path.read_text("utf-8"))
    except (OSError, ValueError):
        return File(learner, name, "unreadable: not a record of progress")
    return File(learner, name, recalled=len(set(noted)))


def read_all(paths: list[Path], but: Path | None = None) -> list[File]:
    """Read all that was handed in, except for one file; learners and lessons in their order."""
    found = {path: read(folders, path, learner) for folders, path, learner in found_in(paths)
             if path != but}
    namesakes = Counter(NUMBER.sub("", name) for name in {file.learner for file in found.values()})
    every = defaultdict[tuple, list[File]](list)
    for file in found.values():
        name = NUMBER.sub("", file.learner)
        learner = name if namesakes[name] == 1 else file.learner
        every[learner.casefold(), learner, file.lesson].append(file._replace(learner=learner))
    return [file for key in sorted(every) for file in one_counts(every[key])]


def one_counts(files: list[File]) -> list[File]:
    """Of a learner's notebooks for the same lesson one counts, and the others say so."""
    best = max(files, key=lambda file: (file.saved, file.solved(False), file.solved(True)))
    return [file if file is best or not file.lesson else File(file.learner, file.name, (
        f"two versions, the one saved later counts: {best.name}" if file.saved < best.saved else
        f"two versions, saved at the same time, the better one counts: {best.name}"))
        for file in files]


def title(lesson: str) -> str:
    return f"Lesson {int(lesson[:2])} · {lesson[3:].replace('_', ' ').capitalize()}"


def label(exercise: Exercise) -> str:
    return f"exercise {exercise.number} · {exercise.name}"


def summary(files: list[File]) -> str:
    """The printed report: tables of the lessons, the checks' sentences, files that don't count."""
    texts, why, remarks = [], defaultdict[str, list](list), defaultdict[str, list](list)
    for lesson, deeper in ((lesson, deeper) for lesson in LESSONS for deeper in (False, True)):
        of_it = [file for file in files if file.lesson == lesson]
        names = [label(exercise) for exercise in LESSONS[lesson] if exercise.deeper == deeper]
        lines = [["deeper", *names] if deeper else ["main line", *names, "guesses"]]
        for file in of_it:
            rows = [row for row in file.rows if row[0].deeper == deeper]
            guesses = [] if deeper else ["{} of {}".format(*file.guesses)]
            lines.append([file.learner, *(result for _, (result, _) in rows), *guesses])
            for exercise, (result, says) in rows:
                if says and result in (WRONG, NOT_CHECKED):
                    why[f"{title(lesson)}, {label(exercise)}: {says}"].append(file.learner)
        begun = {cell for line in lines[1:] for cell in line[1:]} - {NOT_TRIED, NOT_CHECKED}
        if begun or of_it and not deeper:
            widths = [max(map(len, column)) for column in zip(*lines)]
            texts.append("\n".join([title(lesson), *(
                "  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)]))
    for says, who in sorted(why.items(), key=lambda item: -len(item[1])):
        texts.append(f"{len(who)} x {says}\n    {', '.join(who)}")
    for file in (file for file in files if file.remark):
        remarks[file.remark].append(file.name)
    return "\n\n".join(texts + [
        f"{remark} · {', '.join(names[:9])}" + f" and {len(names) - 9} more" * (len(names) > 9)
        for remark, names in sorted(remarks.items())])


def by_learner(files: list[File]) -> dict[str, list[File]]:
    learners = dict.fromkeys(file.learner for file in files if file.learner)
    return {learner: [file for file in files if file.learner == learner] for learner in learners}


def table(files: list[File], long: bool) -> list[list]:
    """The rows of the CSV: one for each learner, or one for each exercise and each remark."""
    lines: list[list]
    if long:
        lines = [[file.learner, title(file.lesson), label(exercise),
                  "deeper" if exercise.deeper else "main line", *result, file.name]
                 for file in files for exercise, result in file.rows]
        lines += [[file.learner, "", "", "", file.remark, "", file.name]
                  for file in files if file.remark]
        return [["learner", "lesson", "exercise", "part", "result", "says", "file"], *lines]
    lessons = {lesson: sum(not exercise.deeper for exercise in LESSONS[lesson])
               for lesson in LESSONS if any(file.lesson == lesson for file in files)}
    lines = [["learner", f"main line, of {sum(lessons.values())}",
              *(f"{title(lesson)}, of {count}" for lesson, count in lessons.items()),
              "deeper", "guesses", "remembered", "remarks"]]
    for learner, own in by_learner(files).items():
        solved = {file.lesson: file.solved(False) for file in own if file.lesson}
        lines.append([learner, sum(solved.values()), *(solved.get(one, "") for one in lessons),
                      sum(file.solved(True) for file in own), sum(file.guesses[0] for file in own),
                      sum(file.recalled for file in own),
                      "; ".join(f"{file.remark} ({file.name})" for file in own if file.remark)])
    return lines


def no_formula(value):
    """A text that a spreadsheet takes for a text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(tuple("=+-@")) else value


def feedback(learner: str, files: list[File]) -> str:
    """A learner's page: solved exercises, and those to look at again, in the checks' words."""
    parts = [f"<h1>{html.escape(learner)}</h1>"]
    for file in files:
        parts += [f"<h2>{title(file.lesson)}</h2>"] if file.lesson else []
        parts += [f"<p>{html.escape(f'{file.name}: {file.remark}')}</p>"] if file.remark else []
        for exercise, (result, says) in file.rows:
            words = re.sub("`(.+?)`", r"<code>\1</code>", html.escape(f"{result}. {says}"))
            parts.append(f"<p><b>{label(exercise)}</b>{', deeper' * exercise.deeper}: {words}</p>")
    return ("<!doctype html><meta charset=utf-8><meta name=viewport content=width=device-width>"
            f"<title>{html.escape(learner)}</title><style>body {{max-width: 45em; margin: auto; "
            "padding: 1em; font: 1em/1.5 sans-serif}}</style>" + "\n".join(parts))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m mnist_adder_course.hand_in",
        description="Read handed-in notebooks: what the checks said where the learners worked.")
    parser.add_argument("paths", nargs="+", type=Path, metavar="FOLDER_OR_NOTEBOOK")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="a row for each learner")
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
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}")
    files = read_all(options.paths, but=target and target.resolve())
    if target:
        part = target.with_suffix(".csv.part")
        with part.open("w", encoding="utf-8-sig", newline="") as text:
            csv.writer(text).writerows(map(no_formula, row) for row in table(files, options.long))
        part.replace(target)
    for number, (learner, own) in enumerate(by_learner(files).items() if pages else (), start=1):
        name = re.sub(r"[^\w .-]", "_", learner)[:80]
        (pages / f"{number:03} {name}.html").write_text(feedback(learner, own), "utf-8")
    # A console may know fewer letters than names have.
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    print(summary(files))


if __name__ == "__main__":
    main()
