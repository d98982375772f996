"""Where the notebooks are, how one is saved, what every lesson's first cell has, and its parts;
what tests shorten in it."""

import os
import re
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
DEEPER = "## Deeper"  # the heading above what nothing else needs
FOLDED = "jp-MarkdownHeadingCollapsed"  # JupyterLab's name for it
FOLDED_OUTPUT = "outputs_hidden"  # likewise; older readers know COLLAPSED
COLLAPSED = "collapsed"
ANSWERS = "answers"  # the tag of a cell whose output answers what the page asks elsewhere
HEADING = re.compile(r"^#+ ", re.MULTILINE)
FENCE = re.compile(r"```|\$\$")
# A line of a list, a table, a quotation, HTML, code or a formula, or a heading.
OWN_LINE = re.compile(r"\s|[-*+] |\d+[.)] |[|#><]|" + FENCE.pattern)
# A guess for which there is no `guesses.ask`.
WRITTEN_DOWN = re.compile(r"\bwrite down (what|your guess)", re.IGNORECASE)
ASKS = "import mnist_adder_course"  # in the first code cell, in no other
# In tests the longest lessons train fewer networks, and lesson 6 is stopped after an epoch, as a
# learner may. Their cells show the same then, with less certainty. Outputs are stored from a whole
# run. Cells of lessons 6, 9 and 10 still take over 20 seconds on a slow processor, because they
# assert what networks have learned, for which these need all of their steps.
SHORTER = {
    "06_training_curves": {"epochs=6": "epochs=1"},
    "09_one_change_at_a_time": {
        "range(5)": "range(3)", "[100, 101, 102]": "[100]",
        "pairs = plan(start, changed, matters)": "pairs = min(5, plan(start, changed, matters))",
    },
}


def shortened(lesson: str, source: str) -> str:
    """The source of a lesson's cell, with less training where it would take long."""
    for whole, short in SHORTER.get(lesson, {}).items():
        source = source.replace(whole, short)
    return source


def to_run_alone():
    """The paths of the notebooks that begin from nothing: the lessons, and the one sitting."""
    return [*LESSONS, NOTEBOOKS / "in_one_sitting.ipynb"]


def every_notebook(folder=NOTEBOOKS):
    """The paths of all notebooks, the lessons before their solutions."""
    return sorted(path for path in folder.rglob("*.ipynb") if path.parent.name[0] != ".")


def without_line_breaks(source: str) -> str:
    """Markdown with each of its paragraphs in one line, so that a changed word changes no other
    line. What follows a line of a list, a table or HTML stays as it is, up to the next blank line.
    """
    lines: list[str] = []
    in_paragraph = kept = fenced = False
    for line in source.split("\n"):
        kept = bool(line) and (kept or bool(OWN_LINE.match(line)))
        if in_paragraph and line and not kept and not fenced:
            lines[-1] += f" {line}"
        else:
            lines.append(line)
        if len(FENCE.findall(line)) % 2:
            fenced = not fenced
        in_paragraph = bool(line) and not kept and not fenced
        kept = kept and not line.startswith("#")  # a paragraph may follow a heading at once
    return "\n".join(lines)


def in_stored_form(notebook):
    """The notebook as it is stored, changed in place.

    Paragraphs have no line breaks. Each code cell says that it was the first to be run, so that a
    new cell changes no other: nbval wants a count in every cell that has an output. *Deeper* and
    the code that looks for the course are folded. So are outputs that would answer a guess, until
    the reader runs their cells: those between question and comparison, and on to the next heading,
    because what follows a comparison explains its result. A guess that is only to be written down
    counts as well. Elsewhere, what a cell with the tag ANSWERS puts out is folded.
    """
    open_guesses: set[str] = set()
    about_a_guess = False
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count = 1
            fold(cell, "source_hidden", ASKS in cell.source or "guard" in tags(cell))
            asked = set(re.findall(r"^guesses\.ask\(\"(.+?)\"", cell.source, re.MULTILINE))
            shows = asked or re.match(r"\d\d-exercise-", cell.id)
            compared = re.findall(r"^guesses\.compare\(\"(.+?)\"", cell.source, re.MULTILINE)
            about_a_guess = bool(about_a_guess or open_guesses or asked)
            answers = (about_a_guess and not shows) or ANSWERS in tags(cell)
            fold(cell, FOLDED_OUTPUT, bool(answers and cell.outputs))
            cell.metadata.pop(COLLAPSED, None)
            if answers and cell.outputs:
                cell.metadata[COLLAPSED] = True
            open_guesses = (open_guesses | asked) - set(compared)
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = 1
        else:
            cell.source = without_line_breaks(cell.source)
            about_a_guess = about_a_guess and not HEADING.search(cell.source)
            about_a_guess = about_a_guess or bool(WRITTEN_DOWN.search(cell.source))
            if cell.source.startswith(f"{DEEPER}\n"):
                cell.metadata[FOLDED] = True
    return notebook


def fold(cell, what: str, folded: bool) -> None:
    """Fold a code cell's "source_hidden" or FOLDED_OUTPUT in JupyterLab, or unfold it."""
    hidden = {key: True for key in cell.metadata.get("jupyter", {}) if key != what}
    hidden |= {what: True} if folded else {}
    cell.metadata.pop("jupyter", None)
    if hidden:
        cell.metadata.jupyter = nbformat.from_dict(hidden)


def is_still(data) -> bool:
    """Whether the data of an output are the picture that a widget leaves, and no figure."""
    return "image/png" in data and data.get("text/plain", "").endswith("()")


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def save(notebook, path):
    """Write the whole notebook, in its stored form, or nothing."""
    in_stored_form(notebook)
    part = path.with_name(path.name + ".part")
    try:
        nbformat.write(notebook, part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def parts(notebook):
    """The cells of a lesson's main line, and the cells of each of its deeper sections by their
    title.

    Deeper sections come after the heading "## Deeper", at the end. Each section begins with a cell
    of its own that begins with "### Title". The heading itself belongs to neither.
    """
    main, deeper, title, below = [], {}, None, False
    for cell in notebook.cells:
        heading = re.match(r"(##|###) (.+)", cell.source) if cell.cell_type == "markdown" else None
        if heading and heading[0] == DEEPER:
            below = True
        elif not below:
            main.append(cell)
        else:
            title = heading[2] if heading and heading[1] == "###" else title
            if title:
                deeper.setdefault(title, []).append(cell)
    return main, deeper
