"""How far one reads on a main line without a picture or something to move: a message, no limit."""

import re

import nbformat
from nbformat import v4

from tools.notebooks.notebook_files import NOTEBOOKS, parts

LESSONS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
SEEN = re.compile(r"\b(show|explore|live)\(|AdderPanel|DigitPad|NetworkDiagram|<img ")


def stretches(cells) -> list[tuple[int, str]]:
    """The stretches of words between two pictures or widgets, and the id of the cell where each
    begins."""
    found, words, begins = [], 0, ""
    for cell in cells:
        if cell.cell_type == "code":
            shown = any("image/png" in output.get("data", {}) for output in cell.outputs)
        else:
            shown = False
        if shown or SEEN.search(cell.source):
            found.append((words, begins))
            words, begins = 0, ""
        elif cell.cell_type == "markdown":
            begins = begins or cell.id
            words += len(re.findall(r"\w[\w'-]*", re.sub(r"\]\(\S+\)|<[^>]+>", " ", cell.source)))
    return [*found, (words, begins)]


def test_the_longest_stretches_without_a_picture_are_printed(capsys):
    every = []
    for path in LESSONS:
        main, _ = parts(nbformat.read(path, as_version=4))
        every += stretches(main)
    with capsys.disabled():
        print("\nThe longest stretches without a picture, in words, and where they begin:")
        for words, begins in sorted(every, reverse=True)[:5]:
            print(f"  {words:5}  {begins}")
    assert len(every) > 2 * len(LESSONS)


def test_a_picture_ends_a_stretch():
    picture = v4.new_code_cell("plot()", outputs=[v4.new_output(
        "display_data", {"image/png": ""})])
    cells = [v4.new_markdown_cell("one two"), v4.new_code_cell("x = 1"),
             v4.new_markdown_cell("three [four](far/away.md)"), picture,
             v4.new_markdown_cell("five"), v4.new_code_cell("show(figure)")]
    assert [words for words, _ in stretches(cells)] == [4, 1, 0]
    assert stretches(cells)[0][1] == cells[0].id
