"""The predictions: every question is decided by a value, and each wrong answer gets its reason."""

import pandas as pd
import pytest

from mnist_adder_lib import guesses


def rows(first, second):
    """Two rows of a table with intervals, as lesson 4 compares them."""
    return tuple(pd.Series(dict(zip(["from", "to"], ends))) for ends in (first, second))


# question: values, and the place of the option that each makes right; the first is what we got
CASES = {
    "parameters": [(17_360, 1), (13_136, 1), (999, 0), (2_000_000, 2), (10**11, 3)],
    "house": [(0.99, 2), (0.8, 2), (0.5, 1)],
    "sums": [(10.3, 2), (1.0, 0), (2.0, 1), (100.0, 3)],
    "same example": [
        ([(9, 9), (9, 4), (9, 3)], 1),
        ([(9, 9), (9, 9), (9, 3)], 1),
        ([(9, 4), (9, 4), (9, 4)], 0),
        ([(9, 4), (8, 4), (9, 3)], 2),
    ],
    "mean pixel": [(0.1307, 0), (0.5, 1), (0.8693, 2)],
    "no padding": [(26, 2), (28, 0), (27, 1), (25, 3)],
    "three blocks": [(5, 2), (14, 0), (7, 1), (3, 3)],
    "untrained": [(0.103, 1), (0.0, 0), (0.98, 2)],
    "field": [(32, 2), (28, 2), (3, 0), (15, 1)],
    "first loss": [(5.4, 2), (0.01, 0), (2.3, 1), (50, 3)],
    "first steps": [(25, 0), (0, 0), (1_000, 1), (2_000, 2)],
    "first epoch": [(95.06, 2), (20, 0), (70, 1), (100, 2)],
    "last epoch": [(98.9, 1), (95, 0), (100, 2)],
    "train or test": [(1.8, 2), (-2.0, 0), (0.0, 1)],
    "fast recipe": [(-0.08, 2), (-9, 0), (-1.5, 1), (0.9, 3)],
    "batch means": [(44.6, 2), (1.0, 0), (2.0, 1)],
    "99 of 100": [(94.6, 2), (99, 0), (98.2, 1), (50, 3)],
    "rare sum": [
        (rows((98.7, 99.7), (94.1, 99.8)), 2),
        (rows((98.7, 99.7), (90.1, 96.8)), 0),
        (rows((92.7, 95.7), (96.1, 99.8)), 1),
    ],
    "right digit, wrong sum": [(11, 1), (0, 0), (500, 2)],
    "small seven": [(1, 1), (0, 1), (7, 0)],
    "shrunk": [(23.6, 2), (99, 0), (90, 1)],
}
VALUES = [(name, *case) for name, cases in CASES.items() for case in cases]
each_question = pytest.mark.parametrize("name", CASES)


def choose(name, place):
    """The question with an option chosen, as a click on it does."""
    guess = guesses.ask(name)
    guess.buttons.value = guesses.QUESTIONS[name].options[place].text
    return guess


def test_every_question_has_its_cases():
    assert list(CASES) == list(guesses.QUESTIONS)


@each_question
def test_texts(name):
    question = guesses.QUESTIONS[name]
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
    fits = [bool(option.fits(value)) for option in guesses.QUESTIONS[name].options]
    assert [n for n, fit in enumerate(fits) if fit] == [place]


@each_question
def test_every_option_can_be_right_or_nothing_can_show_it(name):
    shown = {place for _, place in CASES[name]}
    for place, option in enumerate(guesses.QUESTIONS[name].options):
        assert (place in shown) != (option.fits is guesses.never)


@each_question
def test_without_a_guess_the_lesson_goes_on(name):
    question, (value, place) = guesses.QUESTIONS[name], CASES[name][0]
    guess = guesses.ask(name)
    assert guess.choice is None
    said = guess.compare(value).data
    assert said == f"No guess this time. The answer: *{question.options[place].text}* " + (
        question.because
    )
    assert not guess.buttons.disabled


@each_question
def test_each_wrong_guess_is_shown_beside_the_outcome_with_its_reason(name):
    question, (value, right) = guesses.QUESTIONS[name], CASES[name][0]
    for place, option in enumerate(question.options):
        guess = choose(name, place)
        said = guess.compare(value).data
        assert said.startswith(f"{'✓ ' * (place == right)}You guessed: *{option.text}*")
        assert said.endswith(question.because) and option.reason in said
        assert question.options[right].text in said
        assert guess.buttons.disabled


@pytest.mark.parametrize("name, value, place", VALUES)
def test_the_value_decides(name, value, place):
    question = guesses.QUESTIONS[name]
    said = choose(name, place).compare(value).data
    assert said.startswith("✓ ")
    # We explain what we expected; of anything else we say that it is not what we got.
    assert (question.because in said) == (question.options[place].reason == "")
    assert ("Has something been changed?" in said) == (question.options[place].reason != "")


def test_a_guess_that_we_expected_but_that_is_wrong_is_explained():
    said = choose("first loss", 2).compare(0.1).data
    assert "The answer: *About 0.*" in said and "changed?" in said and "log 10" in said


def test_a_value_that_decides_nothing_is_refused():
    with pytest.raises(ValueError, match="nan answers none of the options of: The two losses"):
        guesses.ask("first loss").compare(float("nan"))


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="no question 'seven', only 'parameters', 'house'"):
        guesses.ask("seven")


@each_question
def test_what_is_shown_has_no_address_and_no_answer(name):
    bundles = [guesses.ask(name)._repr_mimebundle_() for _ in range(2)]
    views = [bundle.pop(guesses.WIDGET)["model_id"] for bundle in bundles]
    assert views[0] != views[1] and bundles[0] == bundles[1]
    assert bundles[0]["text/plain"] == repr(guesses.ask(name))
    question = guesses.QUESTIONS[name]
    for text in bundles[0].values():
        assert question.text in text and question.because not in text
        assert all(f"\n- {option.text}" in text for option in question.options)
        assert all(option.reason not in text for option in question.options if option.reason)
