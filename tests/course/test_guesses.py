"""The predictions: every question is decided by a value, and each wrong answer gets its reason.

The values are in the test file of each lesson, as VALUES.
"""

import contextlib

import pytest
from every_lesson import LESSONS
from traitlets import TraitError

from mnist_adder_lib.course.guesses import Guess, Guesses, Option, Question, never

WIDGET = "application/vnd.jupyter.widget-view+json"
# A name may be used again in another lesson, so the lesson stands before it.
QUESTIONS = {f"{lesson.name}: {name}": question for lesson in LESSONS
             for name, question in lesson.module.guesses.questions.items()}
CASES = {f"{lesson.name}: {name}": values for lesson in LESSONS
         for name, values in lesson.tests.VALUES.items()}
VALUES = [(name, *case) for name, cases in CASES.items() for case in cases]
each_question = pytest.mark.parametrize("name", CASES)


def ask(name):
    return Guesses(QUESTIONS).ask(name)


def choose(name, place):
    """The question with an option chosen, as a click on it does."""
    guess = ask(name)
    guess.widget.chosen = place
    return guess


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_question_has_its_values(lesson):
    assert list(lesson.module.guesses.questions) == list(lesson.tests.VALUES)


@each_question
def test_texts(name):
    question = QUESTIONS[name]
    texts = [option.text for option in question.options]
    reasons = [option.reason for option in question.options]
    assert question.text.endswith("?") and len(question.because.split()) >= 8
    assert len(set(texts)) == len(texts) >= 3 and all(text[-1] == "." for text in texts)
    assert all(len(text) <= 50 for text in texts), "two lines on a phone"
    # Exactly one is expected; the others say why not, each in its own words.
    assert reasons.count("") == 1 and len(set(reasons)) == len(reasons)
    assert all(len(reason.split()) >= 8 for reason in reasons if reason)
    assert reasons[CASES[name][0][1]] == ""


@pytest.mark.parametrize("name, value, place", VALUES)
def test_exactly_one_option_is_right(name, value, place):
    fits = [bool(option.fits(value)) for option in QUESTIONS[name].options]
    assert [n for n, fit in enumerate(fits) if fit] == [place]


@each_question
def test_every_option_can_be_right_or_nothing_can_show_it(name):
    shown = {place for _, place in CASES[name]}
    for place, option in enumerate(QUESTIONS[name].options):
        assert (place in shown) != (option.fits is never)


@each_question
def test_without_a_guess_the_lesson_goes_on(name):
    question, (value, place) = QUESTIONS[name], CASES[name][0]
    guess = ask(name)
    assert guess.choice is None
    said = guess.compare(value).data
    assert said == f"No guess this time. The answer: *{question.options[place].text}* " + (
        question.because
    )
    assert not guess.widget.closed


@each_question
def test_each_wrong_guess_is_shown_beside_the_outcome_with_its_reason(name):
    question, (value, right) = QUESTIONS[name], CASES[name][0]
    for place, option in enumerate(question.options):
        guess = choose(name, place)
        said = guess.compare(value).data
        assert said.startswith(f"{'✓ ' * (place == right)}You guessed: *{option.text}*")
        assert said.endswith(question.because) and option.reason in said
        assert question.options[right].text in said
        assert guess.widget.closed


@pytest.mark.parametrize("name, value, place", VALUES)
def test_the_value_decides(name, value, place):
    question = QUESTIONS[name]
    said = choose(name, place).compare(value).data
    assert said.startswith("✓ ")
    # We explain what we expected; of anything else we say that it is not what we got.
    assert (question.because in said) == (question.options[place].reason == "")
    assert ("Has something been changed?" in said) == (question.options[place].reason != "")


def test_a_guess_that_we_expected_but_that_is_wrong_is_explained():
    said = choose("training_curves: first loss", 2).compare(0.1).data
    assert "The answer: *About 0.*" in said and "changed?" in said and "log 10" in said


def test_a_value_that_decides_nothing_is_refused():
    with pytest.raises(ValueError, match="-1.0 answers none of the options of: The two losses"):
        ask("training_curves: first loss").compare(-1.0)


@pytest.mark.parametrize("value", [None, float("nan")])
def test_a_result_that_is_not_there_is_no_mistake(value):
    """As the share of a map of nothing, on an empty pad in lesson 11."""
    assert ask("training_curves: first loss").compare(value).data.startswith("There is no result")


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="no question 'seven' .+, only '.+: parameters'"):
        ask("seven")


@each_question
def test_what_is_shown_has_no_address_and_no_answer(name):
    bundles = [ask(name)._repr_mimebundle_()[0] for _ in range(2)]
    views = [bundle.pop(WIDGET)["model_id"] for bundle in bundles]
    assert views[0] != views[1] and bundles[0] == bundles[1]
    assert bundles[0]["text/plain"] == repr(ask(name))
    question = QUESTIONS[name]
    for text in bundles[0].values():
        assert question.text in text and question.because not in text
        assert all(f"\n- {option.text}" in text for option in question.options)
        assert all(option.reason not in text for option in question.options if option.reason)


@pytest.mark.parametrize("place", [-1, 99, 10**400])
def test_an_option_that_is_not_there_can_not_be_chosen(place):
    guess = choose(next(iter(CASES)), 1)
    with pytest.raises(TraitError):
        guess.widget.chosen = place
    assert guess.choice == guess.question.options[1].text


def test_a_page_changes_no_options():
    question = Question("How many?", "Because.", [
        Option("One.", lambda value: value == 1, "No."), Option("Two.", lambda value: value == 2)])
    guess = Guess(question)
    for state in ({"options": "<script>"}, {"options": []}, {"chosen": 1}):
        with contextlib.suppress(TraitError):
            guess.widget._handle_msg({"content": {"data": {"method": "update", "state": state}}})
    assert guess.choice == "Two."
