"""How long a lesson takes: one rule for all.

    python tools/minutes.py [NOTEBOOK ...]

writes the minutes into the headers of these lessons, or of all; then what the headers say into the
README, lesson 0 and docs/teaching.md, and the exercises of the main lines into the course. It
numbers the exercises by their order, and stores all notebooks in the form of `notebook_files.py`.
No lesson is run.

For people whose first language isn't English: 100 words a minute, ten lines of code a minute, a
few seconds to run each code cell, half a minute more for a figure and for a guess, and a minute and
a half more for the three questions from earlier lessons. All sums are rounded to five minutes, and
a test lets them be wrong by ten: few changes of a lesson change its header. The exercises have
minutes of their own, below their titles. What the computer needs alone is set by hand in the
notebook's metadata, in whole steps of five minutes, as `"computer_minutes": 5`.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import nbformat
from notebook_files import NOTEBOOKS, every_notebook, parts, save

from mnist_adder_course.exercises import progress
from mnist_adder_course.progress import ONE_DAY

WORDS_A_MINUTE = 100
LINES_A_MINUTE = 10
CODE_CELL, FIGURE, GUESS = 0.1, 0.5, 0.5  # minutes
RECALL = 1.5
HALF_DAY = 180  # minutes: after three hours of new ideas people are tired
COMPUTER = "computer_minutes"  # in the metadata of a notebook that takes five or more
TIME = re.compile(r"\*\*Time\*\* .+?(?=\n\n)", re.DOTALL)
# A plan: how many half-days, the lessons of each and their minutes, "| Plan | 1 | 0, 1 | 105 |".
PLAN = re.compile(r"^(\| [^|]+ \| )\d+ \| (\d+(?:(?:, | · )\d+)+) \| [\d ·]+(?= \|$)", re.MULTILINE)
# The line below the title of an exercise, and of a deeper section.
SOLVE = re.compile(r"^\*About (\d+) minutes\.\*", re.MULTILINE)
ADDS = re.compile(r"(?<=^\*About )\d+(?= minutes: )", re.MULTILINE)
ROW = re.compile(r"^(\| (?:\*Deeper:\* )?\[(.+?)\]\(#.+?\) \| )\d+(?= \|)", re.MULTILINE)
SAID = re.compile(r"\*\*Time\*\* about (\d+) minutes(?:.*?#Deeper\) about (\d+) more)?", re.DOTALL)
NUMBERED = re.compile(r"(?<=Exercise )\d+(?= · )")
PAGES = [NOTEBOOKS.parent / "README.md", NOTEBOOKS.parent / "docs" / "teaching.md"]
LESSONS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
START = LESSONS[0]
EXERCISE = r"\d\d-exercise-\w+-"  # the id of its cells, before what each of them holds
EXERCISES = Path(progress.__file__).with_suffix(".json")


def to_read(cells) -> float:
    """Minutes of reading, running and looking, without exercises, folded guards and progress."""
    minutes = 0.0
    for cell in cells:
        left_out = re.match(r"\d\d-(exercise|my-progress)", cell.id)
        if left_out or "guard" in cell.metadata.get("tags", []):
            continue
        if cell.cell_type == "markdown":
            badge = r"\[!\[.+?\]\(\S+\)"
            text = re.sub(rf"{badge}|\]\(\S+\)|<[^>]+>", " ", cell.source)  # no address, no markup
            minutes += len(re.findall(r"\w[\w'-]*", text)) / WORDS_A_MINUTE
        else:
            lines = sum(bool(line.strip()) for line in cell.source.splitlines())
            minutes += CODE_CELL + lines / LINES_A_MINUTE
            minutes += GUESS * ("guesses.ask(" in cell.source)
            minutes += RECALL * ("guesses.recall(" in cell.source)
            shown = [output.get("data", {}) for output in cell.outputs]
            minutes += FIGURE * any("image/png" in data for data in shown)
    return minutes


def to_solve(cells) -> int:
    """Minutes for the exercises, as their titles say."""
    return sum(int(found) for cell in cells for found in SOLVE.findall(cell.source))


def round_to_five(minutes: float) -> int:
    return max(5, 5 * round(minutes / 5))


def in_whole(cells) -> float:
    """Minutes with the exercises."""
    return to_read(cells) + to_solve(cells)


def sections(notebook) -> dict[str, float]:
    """The minutes of each section, by its title: of the main line, then of *Deeper*."""
    main, deeper = parts(notebook)
    found, title = {}, None
    for cell in main:
        heading = re.match(r"## (.+)", cell.source) if cell.cell_type == "markdown" else None
        title = heading[1] if heading else title
        if title and title not in ("Do you remember?", "Recap"):
            found.setdefault(title, []).append(cell)
    return {title: in_whole(cells) for title, cells in (found | deeper).items()}


def time(notebook) -> str:
    """What the header of a lesson says about its time."""
    main, deeper = parts(notebook)
    text = f"**Time** about {round_to_five(in_whole(main))} minutes with the exercises"
    if COMPUTER in notebook.metadata:
        text += f", and about {notebook.metadata[COMPUTER]} that the computer works alone"
    if deeper:
        text += f"; [*Deeper*](#Deeper) about {_minutes_deeper(notebook)} more"
    return text + "."


def write_time(notebook) -> None:
    """Bring the header and its table of sections up to date, and what deeper sections say."""
    header, minutes = notebook.cells[0], sections(notebook)
    header.source = TIME.sub(time(notebook), header.source)
    header.source = ROW.sub(
        lambda row: f"{row[1]}{round_to_five(minutes.get(row[2], 0))}", header.source)
    for title, (first, *_) in parts(notebook)[1].items():
        first.source = ADDS.sub(str(round_to_five(minutes[title])), first.source, count=1)


def says_nearly(text: str, written: str) -> bool:
    """Whether two texts differ in numbers alone, and in none by more than ten."""
    pairs = zip(re.findall(r"\d+", text), re.findall(r"\d+", written))
    same = re.sub(r"\d+", "0", text) == re.sub(r"\d+", "0", written)
    return same and all(abs(int(said) - int(counted)) <= 10 for said, counted in pairs)


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
    deeper = parts(notebook)[1].values()
    return round_to_five(sum(map(in_whole, deeper))) if deeper else 0


# --- what other pages say -------------------------------------------------------------------------


def of_all_lessons() -> dict[str, tuple[int, int, int]]:
    """The minutes of each lesson by the name of its file: the main line with its exercises, as the
    header says, these exercises alone, and *Deeper*, as the header says."""
    lessons = {}
    for path in LESSONS:
        notebook = nbformat.read(path, as_version=4)
        main, deeper = SAID.search(notebook.cells[0].source).groups("0")
        lessons[path.stem] = int(main), to_solve(parts(notebook)[0]), int(deeper)
    return lessons


def of_a_day() -> int:
    """The minutes of the main lines of a day, with one exercise each."""
    minutes, lessons = 0, list(of_all_lessons().values())
    for number in ONE_DAY:
        main, _ = parts(nbformat.read(LESSONS[number], as_version=4))
        later = [int(found) for cell in main for found in SOLVE.findall(cell.source)][1:]
        minutes += lessons[number][0] - sum(later)
    return minutes


def half_days(lessons: list[int], minutes: list[int]) -> list[list[int]]:
    """Lessons, in their order, in half-days: each has as many as it has time for."""
    days: list[list[int]] = []
    for lesson in lessons:
        if days and sum(minutes[one] for one in [*days[-1], lesson]) <= HALF_DAY:
            days[-1].append(lesson)
        else:
            days.append([lesson])
    return days


def brought_up_to_date(text: str) -> str:
    """A page with the minutes of the lessons that it names, and with the hours of all.

    Minutes are in the last columns of a table whose row begins with the link to a lesson, or after
    the link, as in "[Title](NAME.ipynb), 60 minutes". A row of a plan is grouped again.
    """
    lessons = of_all_lessons()
    for name, (main, exercises, deeper) in lessons.items():
        link = rf"\]\([./\w]*{name}\.ipynb\)"
        both = f"{main} + {deeper}" if deeper else f"{main}"
        text = re.sub(rf"(?m)^(\| .*{link} \| .*[^\d ] \| )\d+(?: \+ \d+)?(?= \|$)",
                      rf"\g<1>{both}", text)
        text = re.sub(rf"(?m)^(\| .*{link} \| )\d+ \| \d+ \| \d+(?= \|$)",
                      rf"\g<1>{main} | {exercises} | {deeper}", text)
        text = re.sub(rf"({link}, )\d+(?= minutes)", rf"\g<1>{main}", text)
    minutes = [main for main, _, _ in lessons.values()]

    def planned(row) -> str:
        days = half_days([int(lesson) for lesson in re.findall(r"\d+", row[2])], minutes)
        named = " · ".join(", ".join(map(str, day)) for day in days)
        long = " · ".join(str(sum(minutes[lesson] for lesson in day)) for day in days)
        return f"{row[1]}{len(days)} | {named} | {long}"

    text = PLAN.sub(planned, text)
    mains, _, deepers = map(sum, zip(*lessons.values()))
    hours = {"a day takes about": of_a_day(), "main lines take about": mains,
             "deeper sections about": deepers}
    for words, minutes in hours.items():
        text = re.sub(rf"({words} )\d+(?= (?:hours|more))", rf"\g<1>{round(minutes / 60)}", text)
    return text


def exercises_with_a_check() -> str:
    """The file next to progress.py: name, number and minutes of each exercise with a check, and
    whether it is deeper."""
    rows = []
    for path in LESSONS:
        main, deeper = parts(nbformat.read(path, as_version=4))
        below = [cell for cells in deeper.values() for cell in cells]
        tasks = {cell.id.removesuffix("-task"): cell.source for cell in [*main, *below]}
        exercises = [[re.search(r"checks\.(\w+)\(", cell.source)[1],
                      int(NUMBERED.search(task := tasks[cell.id.removesuffix("-check")])[0]),
                      int(SOLVE.search(task)[1]), cells is below]
                     for cells in (main, below) for cell in cells
                     if re.fullmatch(EXERCISE + "check", cell.id)]
        rows.append(f"{json.dumps(path.stem)}: {json.dumps(exercises)}")
    return "{\n" + ",\n".join(rows) + "\n}\n"


def main(paths: list[str]) -> None:
    chosen = [Path(path).resolve() for path in paths] or LESSONS
    lessons = {}
    for path in every_notebook():
        notebook = nbformat.read(path, as_version=4)
        if path in LESSONS:
            lessons[path.name] = notebook
            number_exercises(notebook)
            if path in chosen:
                write_time(notebook)
        elif path.name in lessons:
            number_solutions(notebook, lessons[path.name])
        save(notebook, path)
    EXERCISES.write_text(exercises_with_a_check(), "utf-8", newline="\n")
    for path in PAGES:
        path.write_text(brought_up_to_date(path.read_text("utf-8")), "utf-8", newline="\n")
    start = nbformat.read(START, as_version=4)
    for cell in start.cells:
        if cell.cell_type == "markdown":
            cell.source = brought_up_to_date(cell.source)
    save(start, START)


if __name__ == "__main__":
    main(sys.argv[1:])
