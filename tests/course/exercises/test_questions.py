"""Each question has one right answer, and each wrong one gets its reason."""

import re
from itertools import chain, product

import nbformat
import pytest
from every_lesson import LESSONS, ROOT

from mnist_adder_course.exercises import done, questions
from mnist_adder_course.exercises.questions import (
    FOLDED,
    FOLDER,
    HEADING,
    Guess,
    Guesses,
    Option,
    Question,
)
from tools.notebooks.notebook_files import parts

WIDGET = "application/vnd.jupyter.widget-view+json"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
QUESTIONS = {(lesson.name, name): question for lesson in LESSONS
             for name, question in lesson.module.guesses.questions.items()}
RECALLED = {path: lesson.module.guesses.recalled for path, lesson in zip(NOTEBOOKS, LESSONS)}
ASKING = NOTEBOOKS[2:]  # of lessons 0 and 1 there is too little
# for a question that doesn't compare the value itself: values, and the option that each makes right
OUTCOMES = {
    ("does_it_add", "three designs"): [
        ({"19 classes": 0, "19 classes, smeared": by_target, "one number": by_answer}, right)
        for by_target, by_answer, right in [(60, 3, 0), (2, 65, 1), (70, 65, 2), (2, 9, 3)]],
}
NUMBER = Question("How many?", "Because.", [
    Option("One.", "No.", one_of=[1]), Option("Two."), Option("More.", "No.", between=(3, 9))])
OF_WHAT = Question("Of what?", "Because.", lesson="01_learning_by_hand", section="A second step",
                   options=[Option("Of this.", "No."), Option("Of that."),
                            Option("Of `none`.", "Not even that.")])


def values_of(option):
    """Values for which an option says that it is right."""
    if not option.between:
        return list(option.one_of)
    low, high = option.between
    return [high - 1] if low == -float("inf") else [low]


def sections(path):
    """The headings of a lesson's main line, the only part that another lesson may ask for."""
    cells, _ = parts(nbformat.read(path, 4))
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.findall(r"^#+ (.+)$", prose, re.MULTILINE)


def compare(question, value, chosen=-1):
    """A guess with an option chosen, as a click on it does, and the text of the comparison."""
    guess = Guess(question)
    guess.widget.chosen = [chosen]
    return guess, guess.compare(value).data


def test_texts():
    for question in [*QUESTIONS.values(), *chain(*RECALLED.values())]:
        texts = [option.text for option in question.options]
        reasons = [option.reason for option in question.options]
        assert question.text.endswith("?") and question.because.strip()
        assert len(set(texts)) == len(texts) >= 2 + bool(question.lesson)
        assert all(re.search('[.`]"?$', text) for text in texts)
        # Exactly one is expected; the others say why not, each in its own words.
        assert reasons.count("") == 1 and len(set(reasons)) == len(reasons)


def test_exactly_one_option_is_right():
    for name, question in QUESTIONS.items():
        for option in question.options:
            shown = values_of(option) or not any(map(values_of, question.options))
            assert option.reason or shown, f"{name}: nothing shows what we expect"
            for value in values_of(option):
                assert [other for other in question.options if other.fits(value)] == [option], name


def test_a_comparison_says_what_was_guessed_what_is_right_and_why():
    for question in QUESTIONS.values():
        plain = question._replace(outcome=lambda value: value)
        for (index, chosen), right in product(enumerate(question.options), question.options):
            for value in values_of(right)[:1]:
                guess, text = compare(plain, value, index)
                said = f"{HEADING}{'✓ ' * (chosen == right)}You guessed: *{chosen.text}*"
                assert text.startswith(said)
                assert right.text in text and guess.widget.closed
                assert chosen.reason in text or chosen == right
                # We explain what we expected; of anything else we say that it is not what we got.
                assert text.endswith("changed?" if right.reason else question.because)


@pytest.mark.parametrize("name", OUTCOMES, ids=" ".join)
def test_the_outcome_decides(name):
    question = QUESTIONS[name]
    for value, right in OUTCOMES[name]:
        _, text = compare(question, value, right)
        assert text.startswith(f"{HEADING}✓")


def test_the_lessons_as_stored_got_what_we_expect():
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert "Has something been changed?" not in path.read_text(encoding="utf-8"), path


def test_each_stored_comparison_is_an_answer_to_its_question():
    count = 0
    for lesson in LESSONS:
        (path,) = (ROOT / "notebooks").glob(f"[0-9][0-9]_{lesson.name}.ipynb")
        for cell in nbformat.read(path, 4).cells:
            if name := re.search(r'guesses\.compare\("(.+?)"', cell.source):
                question = QUESTIONS[lesson.name, name[1]]
                run = f"python tools/notebooks/run_lessons.py {path}"
                assert cell.outputs, f"{cell.id} was never run: {run}"
                answers = [question.verdict(None, right) for right in question.options]
                assert cell.outputs[-1].data["text/markdown"] in answers, cell.id
                count += 1
    assert count == len(QUESTIONS)


def test_without_a_guess_the_lesson_goes_on():
    question = QUESTIONS["start_here", "parameters"]
    guess, text = compare(question, 17_360)
    assert guess.choice is None and not guess.widget.closed
    answer = f"The answer: *Thousands.* {question.because}"
    assert text == HEADING + FOLDED.format(answer)
    assert re.fullmatch(r"What came out:\n\n<details><summary>No guess this time: see the answer"
                        r"</summary>\n\nThe answer: (?s:.+)\n\n</details>", text)


def test_where_no_value_decides_the_expected_answer_is_right():
    guesses = Guesses({"number": NUMBER})
    guesses.ask("number").widget.chosen = [1]
    assert guesses.compare("number").data.startswith(f"{HEADING}✓ You guessed: *Two.*")


def test_an_option_that_is_a_number_begins_no_list_in_markdown():
    question = NUMBER._replace(options=[Option("7."), *NUMBER.options[1:]])
    bundle, _ = Guess(question)._repr_mimebundle_()
    assert "\n- 7\\." in bundle["text/markdown"] and "\n- 7." in bundle["text/plain"]


def test_a_value_that_decides_nothing_is_no_mistake():
    guess, text = compare(NUMBER, 12, 1)
    assert text.startswith("None of the answers fits") and "*Two.*" in text
    assert not guess.widget.closed


def test_a_comparison_belongs_to_its_question():
    more = NUMBER._replace(text="And of these?")
    guesses = Guesses({"number": NUMBER, "more": more})
    guesses.ask("number").widget.chosen = [0]
    guesses.ask("more").widget.chosen = [1]
    assert guesses.compare("number", 1).data.startswith(f"{HEADING}✓ You guessed: *One.*")
    assert guesses.compare("more", 1).data.startswith(f"{HEADING}You guessed: *Two.*")
    guesses.ask("number")  # again, and not answered this time
    assert guesses.compare("number", 4).data.startswith(f"{HEADING}<details>")


def test_a_result_that_is_not_there_is_no_mistake():
    """As the share of a map of nothing, on an empty pad, or what a stopped training hasn't."""
    assert compare(NUMBER, float("nan"))[1].startswith("There is no result")
    longer = NUMBER._replace(outcome=lambda value: value + 1)
    assert compare(longer, None)[1].startswith("There is no result")


def test_an_unknown_name_is_refused():
    guesses = Guesses({"number": NUMBER})
    with pytest.raises(ValueError, match="no question 'seven' .+, only 'number'"):
        guesses.ask("seven")


def test_what_is_shown_has_no_address_and_no_answer():
    for question in QUESTIONS.values():
        bundles = [Guess(question)._repr_mimebundle_()[0] for _ in range(2)]
        views = [bundle.pop(WIDGET)["model_id"] for bundle in bundles]
        assert views[0] != views[1] and bundles[0] == bundles[1]
        for text in bundles[0].values():
            text = re.sub(r"^- (\d+)\\\.", r"- \1.", text, flags=re.MULTILINE)
            assert question.text in text and question.because not in text
            assert all(f"\n- {option.text}" in text for option in question.options)
            assert not any(option.reason in text for option in question.options if option.reason)


@pytest.mark.parametrize("path", ASKING, ids=lambda path: path.stem)
def test_what_is_recalled_was_explained_in_earlier_lessons(path):
    questions = RECALLED[path]
    assert len(questions) >= 3  # others wait for those who have skipped lessons
    for question in questions:
        earlier = ROOT / "notebooks" / f"{question.lesson}.ipynb"
        assert earlier.stem < path.stem and question.section in sections(earlier), question.place
    # one of the last lesson, and one from longer ago
    assert len({question.lesson for question in questions[:3]}) > 1


def test_of_each_of_the_first_nine_lessons_two_questions_or_more_are_asked():
    about = [question.lesson for question in chain(*RECALLED.values())]
    for path in NOTEBOOKS[:9]:
        assert about.count(path.stem) >= 2, path.stem


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_asks_right_at_its_start_and_stores_the_answers_folded(path):
    code = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    asking = [place for place, cell in enumerate(code) if "guesses.recall()" in cell.source]
    assert asking == ([1] if path in ASKING else [])  # 0 is the cell for Colab
    for place in asking:
        shown, answers = (output.data["text/markdown"] for output in code[place].outputs)
        for one in RECALLED[path][:3]:
            assert f"**{one.text}**" in shown and one.because not in shown
            assert f"*{one.expected}* {one.because} ([{one.place}]({one.link}))" in answers
        assert answers.startswith("<details>") and answers.endswith("</details>")


def test_instead_of_what_was_skipped_the_latest_lessons_are_asked_about(monkeypatch):
    """What is shown in lesson 6 to those who have begun lessons 0, 1 and 4: its own questions are
    about lessons that they haven't seen, so they get those that lesson 5 asks, then lesson 3."""
    begun = [f"{LESSONS[number].name} exercise any" for number in (0, 1, 4)]
    monkeypatch.setattr(done, "read", lambda: dict.fromkeys(begun, "2026-12-01"))
    shown = []
    monkeypatch.setattr(questions, "display", lambda *parts: shown.extend(parts))
    LESSONS[6].module.guesses.recall()
    texts = [one["text"] for one in shown[0].questions]
    asking = [number for text in texts for number, path in enumerate(NOTEBOOKS)
              if text in [one.text for one in RECALLED[path]]]
    assert asking == [5, 5, 3]


def test_each_file_belongs_to_a_lesson():
    assert {file.stem for file in FOLDER.iterdir()} == {lesson.name for lesson in LESSONS}


def test_an_answer_to_a_recalled_question_is_judged_at_once():
    verdicts = OF_WHAT.as_dict()["verdicts"]
    assert verdicts[:2] == ["✗ No. The answer: Of that. Because.", "✓ Right. Because."]
    assert "verdicts" not in NUMBER.as_dict()  # the lesson's result judges a guess
