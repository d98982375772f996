"""What learners have handed in, read from their notebooks: tables for teachers.

    python -m mnist_adder_course.hand_in FOLDER [--class names.csv] [--csv FILE] [--feedback PAGES]

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
import contextlib
import csv
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
from unicodedata import combining, normalize

from .exercises.progress import NAME as PROGRESS
from .exercises.progress import Exercise, exercises

SOLVED, WRONG, NOT_TRIED = "solved", "wrong", "not tried"
CHANGED, NOT_CHECKED = "changed since it was checked", "not checked"
VERDICTS = {"✓ Right.": SOLVED, "Not right yet.": WRONG, "Not solved yet.": NOT_TRIED}
EACH_VERDICT = re.compile(f"^(?={'|'.join(map(re.escape, VERDICTS))})", re.MULTILINE)
CHECK = re.compile(r"^checks\.(\w+)\(\s*(\w*)", re.MULTILINE)
DEFINED = re.compile(r"^[ \t]*(?:def|class) (\w+)|^(\w+) *=(?!=)", re.MULTILINE)
IMPORT = re.compile(r"^from ([\w.]+)\.(\w+) import(.*)", re.MULTILINE)
HEADING = re.compile(r"^#{3,4} (Exercise (\d+) · [^●○\n]+?) *[●○\n]", re.MULTILINE)
GUESSED = re.compile(r"^(?:✓ )?You guessed: ", re.MULTILINE)
PROJECT = "my_project.json"  # the record of lesson 14
LARGEST, LONGEST = 100_000_000, 100_000  # bytes of a notebook, characters of a cell that are read

LESSONS = exercises()  # by the name of the notebook
MODULES = {lesson[3:]: lesson for lesson in LESSONS}
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
ID_COLUMN = re.compile(
    r"\b(?:id|nr|no)\b|number|nummer|mail|user|login|account|github", re.IGNORECASE)
NAME_COLUMN = re.compile(r"name|\bnom\b|prénom|learner|student|schüler|élève|pupil", re.IGNORECASE)
NOTHING, NOBODY = "nothing handed in", "not in the class list"
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
MADE_HERE = "<!doctype html><meta name=generator content=mnist_adder_course.hand_in>"
HIDDEN = re.compile(r"\.(?!\.)|__MACOSX$")
NUMBER = re.compile(r" \(\d+\)$")
PLATFORMS = [re.compile(pattern) for pattern in (  # how they name a file, or a learner's folder
    r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+",  # Moodle
    r"(?P<name>[^\W\d_]+)_(?:LATE_)?(?P<number>\d{2,})_\d{3,}_.",  # Canvas; no date is like it
    r"(?P<name>[^+]+)\+.+\+\d{4}-\d\d-\d\d (?P<number>)",  # nbgrader, before it collects
    r"mnist[-_]adder[-_](?P<name>.+)(?P<number>)")]  # GitHub Classroom


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
    unchecked: tuple[str, ...] = ()  # exercises that have no check
    noted: dict[str, str] = {}  # of a record of progress: what was right or answered, and when
    saved: float = 0
    matched: str = ""  # how the learner was found in the class list

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
                result, says = CHANGED, f"Before, it said: {says}"
            if cell.order >= when[name]:
                found[name], when[name] = Result(result, clean(says)), cell.order
        for names in DEFINED.findall(cell.code):
            defined["".join(names)] = max(defined["".join(names)], cell.order)
    return found


def read_notebook(learner: str, path: Path, name: str) -> list[File]:
    """Read a notebook, a file for each lesson in it; whatever it is, this returns."""
    try:
        if path.stat().st_size > LARGEST:
            return [File(learner, name, "unreadable: over 100 MB, ask for it without its outputs")]
        cells, saved = read_cells(path), path.stat().st_mtime
        verdicts(cells)
    except OSError as error:
        return [File(learner, name, f"unreadable: {error.strerror}")]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, MemoryError):
        return [File(learner, name, "unreadable: not a notebook, or only a part of one")]
    if any(cell.prose.startswith("# Solutions ·") for cell in cells):
        return [File(learner, name, "ignored: the course's solutions")]
    imports = [found for cell in cells for found in IMPORT.findall(cell.code)]
    imports += [("mnist_adder_course.", lesson[3:], "") for lesson in LESSONS
                if lesson in path.name]
    imports = [found for found in imports if found[1] in MODULES]
    begins = [found for found in imports if re.search(r"\b(?:checks|guesses)\b", found[2])]
    if not imports:
        return [File(learner, name, "not a lesson of the course")]
    package, module, _ = (begins or imports)[0]
    parts: dict[str, list[Cell]] = {}  # a lesson begins where its checks or guesses are imported
    for cell in cells:
        here = [found for found in IMPORT.findall(cell.code) if found in begins]
        module = here[0][1] if here else module
        parts.setdefault(MODULES[module], []).append(cell)
    older = not package.startswith("mnist_adder_course.")
    return [read_lesson(learner, name, lesson, own, older, len(parts))._replace(saved=saved)
            for lesson, own in parts.items()]


def read_lesson(
        learner: str, name: str, lesson: str, cells: list[Cell], older: bool, lessons: int) -> File:
    """Read the cells of a lesson, of one or more in the notebook."""
    results, known = verdicts(cells), {exercise.name for exercise in LESSONS[lesson]}
    unknown = sorted(results.keys() - known)
    changed = [each for each, (result, says) in results.items()
               if result == CHANGED and any(words in says for words in VERDICTS
                                            if VERDICTS[words] == SOLVED)]
    remarks = ["an older version of the course" * bool(older or unknown) + "".join(
        f", with the check {each}: {results[each].result}" for each in unknown),
        f"right before a change: {', '.join(changed)}" * bool(changed),
        "several lessons in one notebook" * (lessons > 1)]
    deeper = [cell.prose.startswith("## Deeper") for cell in cells]
    main_line = cells[:deeper.index(True)] if True in deeper else cells
    made = [bool(GUESSED.search(cell.shown)) for cell in main_line
            if "guesses.compare(" in cell.code]
    numbers = {str(exercise.number) for exercise in LESSONS[lesson]}
    unchecked = tuple(clean(text) for cell in cells for text, number in HEADING.findall(cell.prose)
                      if number not in numbers)
    return File(learner, name, "; ".join(filter(None, remarks)), lesson, results,
                (sum(made), len(made)), unchecked)


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


def read(folders: tuple[str, ...], path: Path, learner: str) -> list[File]:
    """Read a file, or say why not."""
    name, noted = clean("/".join([*folders, path.name])), dict[str, str]()
    if HIDDEN.match(path.name):
        learner, remark = learner if folders else "", "ignored: hidden"
    elif path.is_symlink():
        remark = "ignored: a link"
    elif path.is_dir():
        remark = ("an empty folder" if os.access(path, os.R_OK | os.X_OK) else
                  "unreadable: permission denied")
    elif "solutions" in folders:
        remark = "ignored: the course's solutions"
    elif path.suffix.lower() == ".ipynb" and path.is_file():
        return read_notebook(learner, path, name)
    elif path.name == PROJECT:
        remark = "the record of a project: lesson 14 checks it"
    elif path.name == PROGRESS and path.is_file():
        remark = ""
        try:
            noted = dict(re.findall(r'"(\w+ (?:exercise|recall) \w+)": *"([\d-]{10})"',
                                    path.read_text("utf-8")))
        except (OSError, ValueError):
            remark = "unreadable: not a record of progress"
    else:
        remark = f"ignored: {path.suffix[1:].lower() or 'no notebook'}"
    return [File(learner, name, remark, noted=noted)]


def plain(name: str) -> str:
    """The letters and numbers of a name, without accents and case."""
    letters = normalize("NFKD", name.casefold())
    return "".join(char for char in letters if char.isalnum() and not combining(char))


def read_class(path: Path) -> dict[str, tuple[str, str]]:
    """The names and ids of a class list, by what the learners are called in the tables.

    It is a CSV with a column of names (or two: first and last), and perhaps one of ids; without a
    first row that says which, names come first and ids second.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text("cp1252", errors="replace")
    separator = max(SEPARATORS.values(), key=text.strip().partition("\n")[0].count)
    rows = [[*map(clean, row)] for row in csv.reader(text.splitlines(), delimiter=separator)]
    rows = [row for row in rows if any(row)]
    head = rows[0] if rows else []
    ids = [place for place, title in enumerate(head) if ID_COLUMN.search(title)]
    names = [place for place, title in enumerate(head)
             if NAME_COLUMN.search(title) and place not in ids]
    if names:
        del rows[0]
    else:
        names, ids = [0], [1]
    listed = [(" ".join(row[place] for place in names if place < len(row)),
               next((row[place] for place in ids if place < len(row)), "")) for row in rows]
    count = Counter(name for name, _ in listed)
    return {f"{name} ({id_ or place})" if count[name] > 1 else name: (name, id_)
            for place, (name, id_) in enumerate(listed, start=1) if name}


def find_learner(
        learner: str, number: str, listed: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """What a learner is called in the class list, and how that was found."""
    above, _, own = learner.rpartition("/")
    ids = {one.casefold() for one in (number, own) if one}
    exact = [label for label, (name, _) in listed.items() if name == own]
    by_id = [label for label, (_, id_) in listed.items()
             if id_ and {id_.casefold(), id_.casefold().partition("@")[0]} & ids]
    similar = []
    for label, (name, _) in listed.items():
        words = name.split()
        if plain(own) in {plain(name), plain("".join(words[-1:] + words[:-1])),
                          plain("".join(words[1:] + words[:1]))} - {""}:
            similar.append(label)
    for found, how in (exact, "exact"), (by_id, "by id"), (similar, "without accents and case"):
        if len(found) == 1:  # of two, neither
            return found[0], how
    found_above = find_learner(above, "", listed) if above else (learner, NOBODY)
    return (learner, NOBODY) if NOBODY in found_above else found_above


def read_all(paths: list[Path], but: tuple[Path, ...] = (),
             listed: dict[str, tuple[str, str]] | None = None) -> list[File]:
    """Read all that was handed in, except for some files; learners and lessons in their order."""
    found = {path: read(folders, path, learner) for folders, path, learner in found_in(paths)
             if path not in but}
    files = [file for some in found.values() for file in some]
    namesakes = Counter(NUMBER.sub("", name) for name in {file.learner for file in files})
    order = {label: place for place, label in enumerate(listed or ())}
    every, noted = defaultdict[tuple, list[File]](list), defaultdict[str, dict[str, str]](dict)
    for file in files:
        name, matched = NUMBER.sub("", file.learner), ""
        learner = name if namesakes[name] == 1 else file.learner
        if listed is not None and learner:
            number = file.learner.removeprefix(name).strip(" ()")
            learner, matched = find_learner(learner, number, listed)
        key = order.get(learner, len(order)), learner.casefold(), learner, file.lesson
        every[key].append(file._replace(learner=learner, matched=matched))
        noted[learner] |= file.noted
    return [with_notes(file, noted[file.learner])
            for key in sorted(every) for file in one_counts(every[key])]


def with_notes(file: File, noted: dict[str, str]) -> File:
    """A file that says what the record of progress knows of checks without a verdict."""
    results = {one.name: Result(says=f"{PROGRESS} notes it as right, {noted[one.key]}")
               for one, result in file.rows if result == Result() and one.key in noted}
    return file._replace(results=file.results | results)


def one_counts(files: list[File]) -> list[File]:
    """Of a learner's notebooks for the same lesson one counts, and the others say so."""
    best = max(files, key=lambda file: (file.saved, file.solved(False), file.solved(True)))
    return [file if file is best or not file.lesson else file._replace(
        lesson="", results={}, guesses=(0, 0), unchecked=(), remark=(
            f"two versions, the one saved later counts: {best.name}" if file.saved < best.saved else
            f"two versions, saved at the same time, the better one counts: {best.name}"))
        for file in files]


def title(lesson: str) -> str:
    return f"Lesson {int(lesson[:2])} · {lesson[3:].replace('_', ' ').capitalize()}"


def label(exercise: Exercise) -> str:
    return f"exercise {exercise.number} · {exercise.name}"


def summary(files: list[File], listed: Iterable[str] = ()) -> str:
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
        unchecked = dict.fromkeys(text for file in of_it for text in file.unchecked)
        if deeper and unchecked:
            texts.append(f"{title(lesson)}, without a check: {', '.join(unchecked)}")
    for says, who in sorted(why.items(), key=lambda item: -len(item[1])):
        texts.append(f"{len(who)} x {says}\n    {', '.join(who)}")
    for file in (file for file in files if file.remark):
        remarks[file.remark].append(file.name)
    remarks[NOBODY] = [file.name for file in files if file.matched == NOBODY]
    remarks[NOTHING] = [name for name, own in by_learner(files, listed).items() if not own]
    named: dict[str, int | None] = {NOBODY: None, NOTHING: None}  # all of them
    return "\n\n".join(texts + [
        f"{remark} · {', '.join(first)}" + f" and {len(names) - 9} more" * (first != names)
        for remark, names in sorted(remarks.items())
        for first in [names[:named.get(remark, 9)]] if names])


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
        lines += [[file.learner, title(file.lesson), text, "", "no check", "", file.name]
                  for file in files for text in file.unchecked]
        lines += [[file.learner, "", "", "", file.remark, "", file.name]
                  for file in files if file.remark]
        lines += [[learner, "", "", "", NOTHING, "", ""]
                  for learner, own in by_learner(files, listed).items() if not own]
        return [["learner", "lesson", "exercise", "part", "result", "says", "file"], *lines]
    lessons = {lesson: [exercise.deeper for exercise in LESSONS[lesson]].count(False)
               for lesson in LESSONS if lesson in asked or not asked and any(
                   file.lesson == lesson for file in files)}
    with_list = bool(listed)
    lines = [["learner", *["found"] * with_list, "main line", "of",
              *(f"{title(lesson)}, of {count}" for lesson, count in lessons.items()),
              "deeper", "guesses", "remembered", "remarks"]]
    for learner, own in by_learner(files, listed).items():
        solved = {file.lesson: file.solved(False) for file in own if file.lesson}
        how = ", ".join(sorted({file.matched for file in own})) or NOTHING
        remarks = Counter(file.remark for file in own if file.remark)
        most = sum(lessons[one] for one in asked or [*solved])
        lines.append([
            learner, *[how] * with_list, sum(solved.values()), most,
            *(solved.get(one, "") for one in lessons), sum(file.solved(True) for file in own),
            sum(file.guesses[0] for file in own),
            len({key for file in own for key in file.noted if " recall " in key}),
            textwrap.shorten("; ".join(f"{remark} ({count})" if count > 1 else remark
                                       for remark, count in remarks.items()), 100,
                             placeholder=" ... (see the feedback)")])
    return lines


def no_formula(value):
    """A text that a spreadsheet takes for a text, also if it splits it at another separator."""
    return re.sub(r"(^|[,;\t])(?=\s*[=+@-])", r"\1'", value) if isinstance(value, str) else value


def feedback(learner: str, files: list[File]) -> str:
    """A learner's page: solved exercises, and those to look at again, in the checks' words."""
    parts = [f"<h1>{html.escape(learner)}</h1>"]
    for file in files:
        parts += [f"<h2>{title(file.lesson)}</h2>"] if file.lesson else []
        parts += [f"<p>{html.escape(f'{file.name}: {file.remark}')}</p>"] if file.remark else []
        for exercise, (result, says) in file.rows:
            words = re.sub("`(.+?)`", r"<code>\1</code>", html.escape(f"{result}. {says}"))
            parts.append(f"<p><b>{label(exercise)}</b>{', deeper' * exercise.deeper}: {words}</p>")
        parts += [f"<p><b>{html.escape(text)}</b>: it has no check.</p>" for text in file.unchecked]
    return (f"{MADE_HERE}<meta charset=utf-8><meta name=viewport content=width=device-width>"
            f"<title>{html.escape(learner)}</title><style>body {{max-width: 45em; margin: auto; "
            "padding: 1em; font: 1em/1.5 sans-serif}}</style>" + "\n".join(parts))


def is_ours(path: Path) -> bool:
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
            if not all(map(is_ours, pages.iterdir())):
                parser.error("the folder for the pages should be new or empty")
        listed = read_class(options.names) if options.names else None
        if listed == {}:
            parser.error(f"{options.names}: no names in it")
    except OSError as error:
        parser.error(f"{error.filename}: {error.strerror}")
    but = tuple(path.resolve() for path in (target, options.names) if path)
    asked = [lesson for lesson in LESSONS if int(lesson[:2]) in options.lessons]
    files = [file if not file.lesson or not asked or file.lesson in asked else
             file._replace(remark=f"not asked for: {title(file.lesson)}", lesson="")
             for file in read_all(options.paths, but, listed)]
    names = list(listed or ())
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
    print(summary(files, names))


if __name__ == "__main__":
    main()
