"""How long a lesson takes: one rule for all.

    python tools/notebooks/minutes.py [NOTEBOOK ...]

writes the minutes into the headers of these lessons, or of all; then what the headers say into the
README and lesson 0, and the exercises with a check into the course. It numbers the exercises by
their order, writes them into the solutions (`solutions.py`), and stores all notebooks in the form
of `notebook_files.py`. No lesson is run.

Reading: 180 words a minute, what is folded away at half; five lines of code a minute; 6 seconds for
each run, 20 for what a cell prints, 40 for a figure; and 15% on top, for thinking. Doing: the
minutes below the title of an exercise, 45 seconds a guess, 2 minutes for the questions from earlier
lessons. Drawing, playing, working on paper and waiting for the computer are set by hand in the
metadata of the cell where they happen: `"minutes": {"doing": 3}`, `"minutes": {"waiting": 0.5}`.
For each lesson the command says how long its main line goes on without any doing.
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

from mnist_adder_course.exercises import done
from mnist_adder_course.progress import ONE_DAY
from tools.notebooks.notebook_files import (
    ASKS,
    DEEPER,
    LESSONS,
    NOTEBOOKS,
    every_notebook,
    is_still,
    save,
)
from tools.notebooks.notebook_files import parts as parts_of
from tools.notebooks.solutions import checks_of, name_exercises, write_solutions

WORDS, LINES = 180, 5  # a minute
FOLDED = 0.5  # of the words that are folded away, those that are read
RUN, PRINTED, FIGURE = 0.1, 1 / 3, 2 / 3  # minutes
THINKING = 1.15
GUESS, RECALL = 0.75, 2
BY_HAND = "minutes"  # in the metadata of a cell: {"doing": 3, "waiting": 0.5}, both or one
README = NOTEBOOKS.parent / "README.md"
EXERCISES = Path(done.__file__).with_name("exercises.json")

# In a lesson: the two lines of the header, a row of a table of sections, which may have a column
# between title and minutes, and the lines below the titles of an exercise and of a deeper section.
FOLD = re.compile(r"(?<=<summary>)About \d+ minutes, \d+ of them doing")
TIME = re.compile(r"\*\*Time\*\* about (\d+) minutes, (\d+) of them doing"
                  r"(?:, \d+ waiting for the computer)?(?:; \[\*Deeper\*\]\(#Deeper\) about (\d+) "
                  r"more)?\.")
ROW = re.compile(r"^(\| \[(.+?)\]\(#.+?\) \|(?: [^|\n]+ \|)? )\d+(?= \|$)", re.MULTILINE)
SOLVE = re.compile(r"^\*About (\d+) minutes\.\*", re.MULTILINE)
ADDS = re.compile(r"(?<=^\*About )\d+(?= minutes: )", re.MULTILINE)
EXERCISE = r"\d\d-exercise-(\w+)-"  # the id of its cells, before what each of them holds
NUMBERED = re.compile(r"(?<=Exercise )\d+(?= · )")

# On another page: the row of a lesson.
LESSON = re.compile(r"^\| \[[^]]+\]\([./\w]*?(\d\d_\w+)\.ipynb\)(?: \[!.+?)? \|.* \|$", re.M)

Lessons = dict[str, nbformat.NotebookNode]  # by the names of their files, in their order


# --- the rule -------------------------------------------------------------------------------------


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
    text = re.sub(r"^\| \[.*", "", text, flags=re.MULTILINE)  # one looks for a section
    unfolded = re.sub(r"<details>.*?</details>", " ", text, flags=re.DOTALL)
    folded = 0 if is_exercise(cell) else count_words(text) - count_words(unfolded)
    return (count_words(unfolded) + FOLDED * folded) / WORDS, to_solve([cell])


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
    shown = [data for output in cell.outputs if not is_still(data := output.get("data", {}))]
    figure = any("image/png" in data for data in shown)
    printed = bool(shown) and (not figure or "guesses.compare(" in cell.source)
    return lines / LINES + RUN + FIGURE * figure + PRINTED * printed, 0


def is_exercise(cell) -> bool:
    return bool(re.match(EXERCISE, cell.id))


def to_solve(cells) -> int:
    """Minutes for the exercises, as their titles say."""
    return sum(int(found) for cell in cells for found in SOLVE.findall(cell.source))


def longest_without_doing(cells) -> tuple[float, list]:
    """The longest stretch in which a reader only reads and waits: its minutes, and its cells. Each
    stretch ends with a cell in which something is done; the words of that cell are still read."""
    stretches: list[list] = [[]]
    for cell in cells:
        stretches[-1].append(cell)
        if of_cell(cell).doing:
            stretches.append([])
    return max(((of.reading + of.waiting, stretch) for stretch in stretches
                for of in [of_cells(stretch)]), key=lambda found: found[0])


# --- what a lesson says ---------------------------------------------------------------------------


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


def write_time(notebook) -> None:
    """Write the minutes into the header, the tables of sections and the deeper sections."""
    main, deeper = parts_of(notebook)
    minutes = of_cells(main)
    counted = {title: max(1, round(of_cells(cells).all))
               for title, cells in (sections(main) | deeper).items()}
    said = f"bout {round(minutes.all)} minutes, {round(minutes.doing)} of them doing"
    time = f"**Time** a{said}"
    if waiting := round(minutes.waiting):
        time += f", {waiting} waiting for the computer"
    if deeper:
        more = round(sum(of_cells(cells).all for cells in deeper.values()))
        time += f"; [*Deeper*](#Deeper) about {more} more"
    header = notebook.cells[0]
    header.source = FOLD.sub(f"A{said}", TIME.sub(f"{time}.", header.source))
    for cell in notebook.cells:
        if cell is header or cell.source.startswith(f"{DEEPER}\n"):
            cell.source = ROW.sub(lambda row: f"{row[1]}{counted.get(row[2], 0)}", cell.source)
    for title, (first, *_) in deeper.items():
        first.source = ADDS.sub(str(counted[title]), first.source, count=1)


def says_nearly(text: str, written: str) -> bool:
    """Whether two texts differ in numbers alone, and in none by more than five."""
    pairs = zip(re.findall(r"\d+", text), re.findall(r"\d+", written))
    same = re.sub(r"\d+", "0", text) == re.sub(r"\d+", "0", written)
    return same and all(abs(int(said) - int(counted)) <= 5 for said, counted in pairs)


def number_exercises(notebook) -> None:
    """Write the numbers of the exercises, 1, 2, ..., into their titles, in their order."""
    tasks = [cell for cell in notebook.cells if re.fullmatch(EXERCISE + "task", cell.id)]
    for number, cell in enumerate(tasks, start=1):
        cell.source = NUMBERED.sub(str(number), cell.source, count=1)


# --- what other pages say -------------------------------------------------------------------------


def read_lessons() -> Lessons:
    return {path.stem: nbformat.read(path, as_version=4) for path in LESSONS}


def said_by(lessons: Lessons) -> dict[str, tuple[int, int, int]]:
    """The minutes of each lesson, as its header says: the main line, those of doing in it, and
    *Deeper*."""
    return {name: tuple(map(int, TIME.search(notebook.cells[0].source).groups("0")))
            for name, notebook in lessons.items()}


def hours(lessons: Lessons) -> dict[str, int]:
    """The words that hours follow, and the hours."""
    mains, _, _ = zip(*said_by(lessons).values())
    day = 0  # the main lines of a day, with one exercise each
    for number in ONE_DAY:
        main, _ = parts_of(list(lessons.values())[number])
        exercises = [int(found) for cell in main for found in SOLVE.findall(cell.source)]
        day += mains[number] - sum(exercises[1:])
    minutes = {"a day takes about": day, "essons 0 to 8 take about": sum(mains[:9]),
               "essons 9 to 14 take about": sum(mains[9:])}
    return {words: round(long / 60) for words, long in minutes.items()}


def brought_up_to_date(text: str, lessons: Lessons) -> str:
    """A page with the minutes of the lessons in the rows that begin with a link to one, and with
    the hours of all. Raises ValueError for a lesson's row without minutes.
    """
    said = said_by(lessons)
    text = LESSON.sub(lambda row: with_minutes(row[0], *said[row[1]]), text)
    for words, count in hours(lessons).items():
        text = re.sub(rf"({words} )\d+(?= (?:hours|more))", rf"\g<1>{count}", text)
    return text


def with_minutes(row: str, main: int, doing: int, deeper: int) -> str:
    """The row of a lesson, which ends with "63 | 26 | 38 |" or with "63 + 38 |"."""
    cells = row.removesuffix(" |").split(" | ")
    if all(cell.isdecimal() for cell in cells[-3:]):
        cells[-3:] = map(str, (main, doing, deeper))
    elif re.fullmatch(r"\d+( \+ \d+)?", cells[-1]):
        cells[-1] = f"{main} + {deeper}" if deeper else f"{main}"
    else:
        raise ValueError(f"no minutes at the end of this row: {row}")
    return f"{' | '.join(cells)} |"


def exercises_of(notebook) -> Iterator[tuple[nbformat.NotebookNode, str, bool]]:
    """The cell with the task of each exercise, its name, and whether it is deeper."""
    main, deeper = parts_of(notebook)
    below = [cell for cells in deeper.values() for cell in cells]
    for cell in main + below:
        if task := re.fullmatch(EXERCISE + "task", cell.id):
            yield cell, task[1], cell in below


def exercises_with_a_check(lessons: Lessons) -> str:
    """The file next to done.py: name, number and minutes of each exercise with a check, and
    whether it is deeper."""
    rows = {lesson: [[name, int(NUMBERED.search(cell.source)[0]),
                      int(SOLVE.search(cell.source)[1]), is_deeper]
                     for cell, name, is_deeper in exercises_of(notebook)]
            for lesson, notebook in lessons.items()}
    lines = [f"{json.dumps(lesson)}: {json.dumps(row)}" for lesson, row in rows.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path, default=LESSONS,
                        help="whose headers are written (all of them)")
    chosen = {path.stem for path in parser.parse_args().notebooks}
    lessons = read_lessons()
    for name, notebook in lessons.items():
        name_exercises(notebook, name[:2])
        number_exercises(notebook)
        if name in chosen:
            write_time(notebook)
            longest, (first, *_, last) = longest_without_doing(parts_of(notebook)[0])
            print(f"{name}: {longest:.1f} minutes without doing, from {first.id} to {last.id}")
    for cell in lessons["00_start_here"].cells:
        if cell.cell_type == "markdown":
            cell.source = brought_up_to_date(cell.source, lessons)
    for path in every_notebook():
        notebook = lessons[path.stem] if path in LESSONS else nbformat.read(path, as_version=4)
        if path.parent.name == "solutions":
            write_solutions(lessons[path.stem], notebook, checks_of(path.stem))
        save(notebook, path)
    EXERCISES.write_text(exercises_with_a_check(lessons), "utf-8", newline="\n")
    text = brought_up_to_date(README.read_text("utf-8"), lessons)
    README.write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
