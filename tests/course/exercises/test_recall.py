"""Questions from earlier lessons: one right answer, reasons, and a link that leads somewhere."""

import re

import nbformat
import pytest
from every_lesson import LESSONS, ROOT

from mnist_adder_lib.course.exercises.recall import QUESTIONS, Answer, Recall, Recalled, load

NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
ASKING = [path for path in NOTEBOOKS if path.stem >= "02"]  # of lessons 0 and 1 there is too little
WIDGET = "application/vnd.jupyter.widget-view+json"
QUESTION = Recalled("Of what?", "Because.", "01_learning_by_hand", "A second step", [
    Answer("Of this.", "No."), Answer("Of that."), Answer("Of `none`.", "Not even that.")])


def sections(path):
    """The headings of a notebook."""
    cells = nbformat.read(path, 4).cells
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.findall(r"^#+ (.+)$", prose, re.MULTILINE)


@pytest.mark.parametrize("path", ASKING, ids=lambda path: path.stem)
def test_questions(path):
    questions = load(path.stem[3:])
    assert len(questions) == 3
    for one in questions:
        assert one.text.endswith("?") and len({answer.text for answer in one.answers}) >= 3
        assert [answer.reason for answer in one.answers].count("") == 1, one.text
        assert one.because and all(answer.text[-1] in ".`" for answer in one.answers)
        earlier = ROOT / "notebooks" / f"{one.lesson}.ipynb"
        assert earlier.stem < path.stem and one.section in sections(earlier), one.place
    # one of the last lesson, and one from longer ago
    assert len({one.lesson for one in questions}) > 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_asks_right_at_its_start_and_stores_the_answers_folded(path):
    code = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    asking = [place for place, cell in enumerate(code) if "guesses.recall()" in cell.source]
    assert asking == ([1] if path in ASKING else [])  # 0 is the cell for Colab
    for place in asking:
        shown, answers = (output.data["text/markdown"] for output in code[place].outputs)
        for one in load(path.stem[3:]):
            assert f"**{one.text}**" in shown and one.because not in shown
            assert f"*{one.right.text}* {one.because} ([{one.place}]({one.link}))" in answers
        assert answers.startswith("<details>") and answers.endswith("</details>")


def test_each_file_belongs_to_a_lesson():
    assert {file.stem for file in QUESTIONS.iterdir()} <= {lesson.name for lesson in LESSONS}


def test_a_verdict_says_whether_and_why():
    wrong, right, _ = QUESTION.answers
    assert QUESTION.right is right
    assert QUESTION.verdict(right) == "✓ Right. Because."
    assert QUESTION.verdict(wrong) == "✗ No. The answer: Of that. Because."


def test_a_link_leads_to_a_heading():
    assert QUESTION.link == "01_learning_by_hand.ipynb#A-second-step"
    assert QUESTION.place == "lesson 1, A second step"


def test_what_is_stored_has_no_address_and_no_answer():
    bundles = [Recall([QUESTION])._repr_mimebundle_()[0] for _ in range(2)]
    views = [bundle.pop(WIDGET)["model_id"] for bundle in bundles]
    assert views[0] != views[1] and bundles[0] == bundles[1]
    plain, markdown = bundles[0]["text/plain"], bundles[0]["text/markdown"]
    assert plain == "Of what?\n- Of this.\n- Of that.\n- Of `none`."
    assert markdown == "**Of what?**\n\n- Of this.\n- Of that.\n- Of `none`."
