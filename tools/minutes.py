"""How long a lesson takes: one rule for all; `run_lessons.py` writes the result into its header.

    python tools/minutes.py

writes the times of all lessons into the README, lesson 0 and docs/teaching.md, and those of the
exercises into the library.

For people whose first language isn't English: 100 words a minute, half a minute to read and run
each code cell, half a minute more for a figure and for a guess, and a minute and a half more for
the three questions from earlier lessons. The exercises have minutes of their own, below their
titles. What the computer needs alone is set by hand in the notebook's metadata, in whole steps of
five minutes, as `"computer_minutes": 5`: no measured time gets into a header, so a lesson that runs
again on a busy machine is stored with the same text.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
from notebook_files import NOTEBOOKS, parts, save

from mnist_adder_course.exercises import progress
from mnist_adder_course.progress import AFTERNOON

WORDS_A_MINUTE = 100
CODE_CELL = FIGURE = GUESS = 0.5  # minutes
RECALL = 1.5
HALF_DAY = 180  # minutes: after three hours of new ideas people are tired
COMPUTER = "computer_minutes"  # in the metadata of a notebook that takes five or more
TIME = re.compile(r"\*\*Time\*\* .+?(?=\n\n)", re.DOTALL)
# A plan: how many half-days, the lessons of each and their minutes, "| Plan | 1 | 0, 1 | 105 |".
PLAN = re.compile(r"^(\| [^|]+ \| )\d+ \| (\d+(?:(?:, | · )\d+)+) \| [\d ·]+(?= \|$)", re.MULTILINE)
# What stands below the title of an exercise, and below that of a deeper section.
SOLVE = re.compile(r"^\*About (\d+) minutes\.\*", re.MULTILINE)
ADDS = re.compile(r"(?<=^\*About )\d+(?= minutes: )", re.MULTILINE)
ROW = re.compile(r"^(\| (?:\*Deeper:\* )?\[(.+?)\]\(#.+?\) \| )\d+(?= \|)", re.MULTILINE)
PAGES = [NOTEBOOKS.parent / "README.md", NOTEBOOKS.parent / "docs" / "teaching.md"]
START = NOTEBOOKS / "00_start_here.ipynb"
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
            minutes += CODE_CELL + GUESS * ("guesses.ask(" in cell.source)
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
    """The minutes of each section, by its title: of the main line, then of what is deeper."""
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
    header.source = ROW.sub(lambda row: f"{row[1]}{_whole(minutes.get(row[2], 0))}", header.source)
    for title, (first, *_) in parts(notebook)[1].items():
        first.source = ADDS.sub(str(_whole(minutes[title])), first.source, count=1)


def _whole(minutes: float) -> int:
    return max(1, round(minutes))


def _minutes_deeper(notebook) -> int:
    deeper = parts(notebook)[1].values()
    return round_to_five(sum(map(in_whole, deeper))) if deeper else 0


# --- what other pages say -------------------------------------------------------------------------


def of_all_lessons() -> dict[str, tuple[int, int, int]]:
    """The minutes of each lesson by the name of its file: the main line with its exercises, these
    exercises alone, and what is deeper."""
    lessons = {}
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        main, _ = parts(notebook)
        lessons[path.stem] = (round_to_five(in_whole(main)), to_solve(main),
                              _minutes_deeper(notebook))
    return lessons


def of_an_afternoon() -> float:
    """The minutes of the main lines of an afternoon, with one exercise each."""
    minutes = 0.0
    for number in AFTERNOON:
        path = next(NOTEBOOKS.glob(f"{number:02}_*.ipynb"))
        main, _ = parts(nbformat.read(path, as_version=4))
        exercises = [int(found) for cell in main for found in SOLVE.findall(cell.source)]
        minutes += to_read(main) + sum(exercises[:1])
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

    Minutes stand in the last columns of a table whose row begins with the link to a lesson, or
    after the link, as in "[Title](NAME.ipynb), 60 minutes". A row of a plan is grouped anew.
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
    hours = {"an afternoon takes about": of_an_afternoon(), "main lines take about": mains,
             "deeper sections about": deepers}
    for words, minutes in hours.items():
        text = re.sub(rf"({words} )\d+(?= (?:hours|more))", rf"\g<1>{round(minutes / 60)}", text)
    return text


def exercises_with_a_check() -> str:
    """The file beside progress.py: name, number and minutes of each exercise with a check, and
    whether it is deeper."""
    rows = []
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        main, deeper = parts(nbformat.read(path, as_version=4))
        below = [cell for cells in deeper.values() for cell in cells]
        tasks = {cell.id.removesuffix("-task"): cell.source for cell in [*main, *below]}
        exercises = [[re.search(r"checks\.(\w+)\(", cell.source)[1],
                      int(re.search(r"Exercise (\d+)", task := tasks[cell.id[:-6]])[1]),
                      int(SOLVE.search(task)[1]), cells is below]
                     for cells in (main, below) for cell in cells
                     if re.fullmatch(r"\d\d-exercise-\d+-check", cell.id)]
        rows.append(f"{json.dumps(path.stem)}: {json.dumps(exercises)}")
    return "{\n" + ",\n".join(rows) + "\n}\n"


def main() -> None:
    EXERCISES.write_text(exercises_with_a_check(), "utf-8", newline="\n")
    for path in PAGES:
        path.write_text(brought_up_to_date(path.read_text("utf-8")), "utf-8", newline="\n")
    start = nbformat.read(START, as_version=4)
    for cell in start.cells:
        if cell.cell_type == "markdown":
            cell.source = brought_up_to_date(cell.source)
    save(start, START)


if __name__ == "__main__":
    main()
