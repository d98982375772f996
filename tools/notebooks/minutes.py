"""How long a lesson takes: one rule for all.

    python tools/notebooks/minutes.py [NOTEBOOK ...]

writes the minutes into the headers of these lessons, or of all; then what the headers say into the
README and docs/teaching.md, and the exercises of the main lines into the course. It
numbers the exercises by their order, also where docs/teaching.md names one by its function, and
stores all notebooks in the form of `notebook_files.py`. No lesson is run.

Reading: 180 words a minute, what is folded away at half; 6 seconds for a line of code and for each
run, 20 for what a cell prints, 40 for a figure; and 15% on top, for thinking. Doing: the minutes
below the title of an exercise, 45 seconds a guess, 2 minutes for the questions from earlier
lessons. Drawing, playing, working on paper and waiting for the computer are set by hand in the
metadata of the cell where they happen: `"minutes": {"doing": 3}`, `"minutes": {"waiting": 0.5}`.
The speed was set so that two careful readings of lessons 0 to 7 come out right within ten minutes.
A test lets written minutes be wrong by five: few changes of a lesson change its header.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat

from mnist_adder_course.exercises import progress
from mnist_adder_course.progress import ONE_DAY
from tools.notebooks.notebook_files import (
    ASKS,
    DEEPER,
    LESSONS,
    NOTEBOOKS,
     every_notebook,
    parts,
    save,
)

WORDS_A_MINUTE = 180
FOLDED = 0.5  # of the words that are folded away, those that are read
LINE, RUN, PRINTED, FIGURE = 0.1, 0.1, 1 / 3, 2 / 3  # minutes
THINKING = 1.15
GUESS, RECALL = 0.75, 2
BY_HAND = "minutes"  # in the metadata of a cell: {"doing": 3, "waiting": 0.5}, both or one
TIME = re.compile(r"\*\*Time\*\* .+?(?=\n\n)", re.DOTALL)
# A plan: how many half-days, the lessons of each and their minutes, "| Plan | 1 | 0, 1 | 105 |".
PLAN = re.compile(r"^(\| [^|]+ \| \d+ \| (\d+(?:(?:, | · )\d+)+) \| )[\d ·]+(?= \|$)", re.MULTILINE)
# The line below the title of an exercise, and of a deeper section.
SOLVE = re.compile(r"^\*About (\d+) minutes\.\*", re.MULTILINE)
ADDS = re.compile(r"(?<=^\*About )\d+(?= minutes: )", re.MULTILINE)
ROW = re.compile(r"^(\| \[(.+?)\]\(#.+?\) \| )\d+(?= \|)", re.MULTILINE)
SAID = re.compile(r"\*\*Time\*\* about (\d+) minutes, (\d+) of them doing"
                  r"(?:.*?#Deeper\) about (\d+) more)?", re.DOTALL)
FOLD = re.compile(r"(?<=<summary>)About \d+ minutes, \d+ of them doing")
# An exercise of a lesson named before it: "lesson 2, `one_hot` (exercise 1)".
NAMED = re.compile(r"lesson (?P<lesson>\d+)|`(?P<name>\w+)` \(exercise \d+(?:, deeper)?\)")
NUMBERED = re.compile(r"(?<=Exercise )\d+(?= · )")
PAGES = [NOTEBOOKS.parent / "README.md", NOTEBOOKS.parent / "docs" / "teaching.md"]
EXERCISE = r"\d\d-exercise-\w+-"  # the id of its cells, before what each of them holds
EXERCISES = Path(progress.__file__).with_suffix(".json")


class Minutes(NamedTuple):
    """What a reader does in some cells, in minutes."""

    reading: float = 0
    doing: float = 0
    waiting: float = 0

    @property
    def all(self) -> float:
        return sum(self)


def of_cells(cells) -> Minutes:
    """The minutes of some cells, by the rule above."""
    return Minutes(*map(sum, zip(Minutes(), *map(of_cell, cells))))


def of_cell(cell) -> Minutes:
    if "guard" in cell.metadata.get("tags", []) or re.match(r"\d\d-my-progress", cell.id):
        return Minutes()
    by_hand = cell.metadata.get(BY_HAND, {})
    reading, doing = of_prose(cell) if cell.cell_type == "markdown" else of_code(cell)
    return Minutes(THINKING * reading, doing + by_hand.get("doing", 0), by_hand.get("waiting", 0))


def of_prose(cell) -> tuple[float, float]:
    """Minutes of reading and doing: of an exercise its hints count as part of doing it."""
    text = re.sub(r"!?\[!\[.+?\]\(\S+\)|!\[.+?\]\(\S+\)|\]\(\S+\)", " ", cell.source)
    text = re.sub(ROW.pattern + r".*$", "", text, flags=re.MULTILINE)  # one looks for a section
    unfolded = re.sub(r"<details>.*?</details>", " ", text, flags=re.DOTALL)
    folded = 0 if is_exercise(cell) else count_words(text) - count_words(unfolded)
    return (count_words(unfolded) + FOLDED * folded) / WORDS_A_MINUTE, to_solve([cell])


def count_words(text: str) -> int:
    return len(re.findall(r"[^\W_][\w'.-]*", re.sub(r"<[^>]+>", " ", text)))


def of_code(cell) -> tuple[float, float]:
    """Minutes of reading and doing."""
    if "guesses.ask(" in cell.source:
        return 0, GUESS
    if "guesses.recall(" in cell.source:
        return 0, RECALL
    if is_exercise(cell) or ASKS in cell.source:
        return RUN, 0
    lines = sum(bool(line.strip()) for line in cell.source.splitlines())
    shown = [output.get("data", {}) for output in cell.outputs]
    figure = any("image/png" in data for data in shown)
    printed = bool(shown) and (not figure or "guesses.compare(" in cell.source)
    return RUN + LINE * lines + FIGURE * figure + PRINTED * printed, 0


def is_exercise(cell) -> bool:
    return bool(re.match(EXERCISE, cell.id))


def to_solve(cells) -> int:
    """Minutes for the exercises, as their titles say."""
    return sum(int(found) for cell in cells for found in SOLVE.findall(cell.source))


def in_whole(cells) -> int:
    return max(1, round(of_cells(cells).all))


def sections(cells) -> dict[str, list]:
    """The cells of each section of a main line, by its title."""
    found: dict[str, list] = {}
    title = None
    for cell in cells:
        heading = re.match(r"## (.+)", cell.source) if cell.cell_type == "markdown" else None
        title = heading[1] if heading else title
        if title and title not in ("Do you remember?", "Recap"):
            found.setdefault(title, []).append(cell)
    return found


def doing(cells) -> str:
    """What the fold of a header says first."""
    minutes = of_cells(cells)
    return f"about {round(minutes.all)} minutes, {round(minutes.doing)} of them doing"


def time(notebook) -> str:
    """What the header of a lesson says about its time."""
    main, deeper = parts(notebook)
    text = f"**Time** {doing(main)}"
    if waiting := round(of_cells(main).waiting):
        text += f", {waiting} waiting for the computer"
    if deeper:
        text += f"; [*Deeper*](#Deeper) about {_minutes_deeper(notebook)} more"
    return text + "."


def write_time(notebook) -> None:
    """Bring the header and the tables of sections up to date, and what deeper sections say."""
    main, deeper = parts(notebook)
    minutes = {title: in_whole(cells) for title, cells in (sections(main) | deeper).items()}
    header = notebook.cells[0]
    header.source = TIME.sub(time(notebook), header.source)
    header.source = FOLD.sub("A" + doing(main)[1:], header.source)
    for cell in notebook.cells:
        if cell is header or cell.source.startswith(f"{DEEPER}\n"):
            cell.source = ROW.sub(lambda row: f"{row[1]}{minutes.get(row[2], 0)}", cell.source)
    for title, (first, *_) in deeper.items():
        first.source = ADDS.sub(str(minutes[title]), first.source, count=1)


def says_nearly(text: str, written: str) -> bool:
    """Whether two texts differ in numbers alone, and in none by more than five."""
    pairs = zip(re.findall(r"\d+", text), re.findall(r"\d+", written))
    same = re.sub(r"\d+", "0", text) == re.sub(r"\d+", "0", written)
    return same and all(abs(int(said) - int(counted)) <= 5 for said, counted in pairs)


def number_exercises(notebook) -> None:
    """Write the numbers of the exercises, 1, 2, ..., into their titles, in their order."""
    titles = [cell for cell in notebook.cells if re.fullmatch(EXERCISE + "(task|explain)", cell.id)]
    for number, cell in enumerate(titles, 1):
        cell.source = NUMBERED.sub(str(number), cell.source, count=1)


def number_solutions(solutions, lesson) -> None:
    """Write the numbers of a lesson's exercises into the titles of their solutions."""
    tasks = {cell.id: cell.source for cell in lesson.cells}
    for cell in solutions.cells:
        if re.fullmatch(EXERCISE + "task", cell.id) and cell.id in tasks:
            number = NUMBERED.search(tasks[cell.id])[0]
            cell.source = NUMBERED.sub(number, cell.source, count=1)


def _minutes_deeper(notebook) -> int:
    return round(sum(of_cells(cells).all for cells in parts(notebook)[1].values()))


# --- what other pages say -------------------------------------------------------------------------


Lessons = dict[str, nbformat.NotebookNode]  # by the names of their files, in their order


def read_lessons() -> Lessons:
    return {path.stem: nbformat.read(path, as_version=4) for path in LESSONS}


def said_by(lessons: Lessons) -> dict[str, tuple[int, int, int]]:
    """The minutes of each lesson, as its header says: the main line, those of doing in it, and
    *Deeper*."""
    return {name: tuple(map(int, SAID.search(notebook.cells[0].source).groups("0")))
            for name, notebook in lessons.items()}


def of_a_day(lessons: Lessons) -> int:
    """The minutes of the main lines of a day, with one exercise each."""
    minutes, said = 0, list(said_by(lessons).values())
    for number in ONE_DAY:
        main, _ = parts(list(lessons.values())[number])
        later = [int(found) for cell in main for found in SOLVE.findall(cell.source)][1:]
        minutes += said[number][0] - sum(later)
    return minutes


def brought_up_to_date(text: str, lessons: Lessons) -> str:
    """A page with the minutes of the lessons that it names, and with the hours of all.

    Minutes are in the last columns of a table whose row begins with the link to a lesson, and in
    the last column of a plan.
    """
    said = said_by(lessons)
    for name, (main, done, deeper) in said.items():
        link = rf"\]\([./\w]*{name}\.ipynb\)"
        both = f"{main} + {deeper}" if deeper else f"{main}"
        text = re.sub(rf"(?m)^(\| .*{link} \| .*[^\d ] \| )\d+(?: \+ \d+)?(?= \|$)",
                      rf"\g<1>{both}", text)
        text = re.sub(rf"(?m)^(\| .*{link} \| )\d+ \| \d+ \| \d+(?= \|$)",
                      rf"\g<1>{main} | {done} | {deeper}", text)
    minutes = [main for main, _, _ in said.values()]

    def planned(row) -> str:
        days = [sum(minutes[int(lesson)] for lesson in day.split(", "))
                for day in row[2].split(" · ")]
        return row[1] + " · ".join(map(str, days))

    text = PLAN.sub(planned, text)
    mains, _, deepers = map(sum, zip(*said.values()))
    hours = {"a day takes about": of_a_day(lessons), "main lines take about": mains,
             "deeper sections about": deepers, "essons 0 to 8 take about": sum(minutes[:9]),
             "essons 9 to 14 take about": sum(minutes[9:])}
    for words, long in hours.items():
        text = re.sub(rf"({words} )\d+(?= (?:hours|more))", rf"\g<1>{round(long / 60)}", text)
    numbers = exercise_numbers(lessons)
    return "\n".join(with_numbers(line, numbers) for line in text.split("\n"))


def with_numbers(line: str, numbers: dict[tuple[int, str], str]) -> str:
    """A line in which each exercise that is named by its function has its number.

    numbers: see `exercise_numbers`

    Raises ValueError if the lesson named before it has no such exercise.
    """
    lesson = None

    def numbered(found) -> str:
        nonlocal lesson
        lesson = found["lesson"] or lesson
        if found["lesson"]:
            return found[0]
        where = numbers.get((int(lesson or -1), found["name"]))
        if where is None:
            raise ValueError(f"lesson {lesson} has no exercise {found['name']!r}: {line}")
        return f"`{found['name']}` (exercise {where})"

    return NAMED.sub(numbered, line)


def with_parts(notebook) -> Iterator[tuple[nbformat.NotebookNode, bool]]:
    """The cells of a lesson, and whether each is deeper."""
    main, deeper = parts(notebook)
    yield from ((cell, False) for cell in main)
    yield from ((cell, True) for cells in deeper.values() for cell in cells)


def exercise_numbers(lessons: Lessons) -> dict[tuple[int, str], str]:
    """Of each exercise, by lesson and function, its number, such as "2" or "3, deeper"."""
    found = {}
    for notebook in lessons.values():
        for cell, is_deeper in with_parts(notebook):
            if task := re.fullmatch(r"(\d\d)-exercise-(\w+)-(task|explain)", cell.id):
                number = NUMBERED.search(cell.source)[0]
                found[int(task[1]), task[2]] = number + ", deeper" * is_deeper
    return found


def exercises_with_a_check(lessons: Lessons) -> str:
    """The file next to progress.py: name, number and minutes of each exercise with a check, and
    whether it is deeper."""
    rows = []
    for name, notebook in lessons.items():
        exercises, task = [], ""
        for cell, is_deeper in with_parts(notebook):
            if re.fullmatch(EXERCISE + "task", cell.id):
                task = cell.source
            elif re.fullmatch(EXERCISE + "check", cell.id):
                exercises.append([re.search(r"checks\.(\w+)\(", cell.source)[1],
                                  int(NUMBERED.search(task)[0]), int(SOLVE.search(task)[1]),
                                  is_deeper])
        rows.append(f"{json.dumps(name)}: {json.dumps(exercises)}")
    return "{\n" + ",\n".join(rows) + "\n}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path, default=LESSONS,
                        help="whose headers are written (all of them)")
    chosen = [path.resolve() for path in parser.parse_args().notebooks]
    lessons = read_lessons()
    for path in every_notebook():
        if path in LESSONS:
            notebook = lessons[path.stem]
            number_exercises(notebook)
            if path in chosen:
                write_time(notebook)
        else:
            notebook = nbformat.read(path, as_version=4)
            if path.stem in lessons:
                number_solutions(notebook, lessons[path.stem])
        save(notebook, path)
    EXERCISES.write_text(exercises_with_a_check(lessons), "utf-8", newline="\n")
    for path in PAGES:
        text = brought_up_to_date(path.read_text("utf-8"), lessons)
        path.write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
