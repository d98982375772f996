"""How long a lesson takes: one rule for all; `run_lessons.py` writes the result into its header.

For people whose first language isn't English: 100 words a minute, half a minute to read and run
each code cell, half a minute more for a figure and for a guess, and a minute and a half more for
the three questions from earlier lessons. The exercises have minutes of their own, below their
titles. What the computer needs alone is set by hand in the notebook's metadata, in whole steps of
five minutes, as `"computer_minutes": 5`: no measured time gets into a header, so a lesson that runs
again on a busy machine is stored with the same text.
"""

import re

WORDS_A_MINUTE = 100
CODE_CELL = FIGURE = GUESS = 0.5  # minutes
RECALL = 1.5
COMPUTER = "computer_minutes"  # in the metadata of a notebook that takes five or more
TIME = re.compile(r"\*\*Time\*\* .+?(?=\n\n)", re.DOTALL)


def to_read(notebook) -> float:
    """Minutes of reading, running and looking, without the exercises."""
    minutes, exercises = 0.0, False
    for cell in notebook.cells:
        heading = re.match(r"## (.+)", cell.source)
        exercises = heading[1] == "Exercises" if heading else exercises
        if exercises:
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


def to_solve(notebook) -> int:
    """Minutes for the exercises, as their titles say."""
    cells = "\n".join(cell.source for cell in notebook.cells)
    return sum(map(int, re.findall(r"^\*About (\d+) minutes\.\*", cells, re.MULTILINE)))


def round_to_five(minutes: float) -> int:
    return max(5, 5 * round(minutes / 5))


def time(notebook) -> str:
    """What the header of a lesson says about its time."""
    text = f"**Time** about {round_to_five(to_read(notebook))} minutes to read and try"
    if COMPUTER in notebook.metadata:
        text += f", and about {notebook.metadata[COMPUTER]} that the computer works alone"
    if to_solve(notebook):
        text += f"; the exercises about {to_solve(notebook)} more"
    return text + "."


def write_time(notebook) -> None:
    """Bring the header up to date."""
    header = notebook.cells[0]
    header.source = TIME.sub(time(notebook), header.source)
