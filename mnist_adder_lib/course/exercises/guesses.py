"""Predictions: `guesses.ask("sums")` asks before a result, `guesses.compare("sums", 3)` after it.

The questions are in `questions/`, a TOML file for each lesson: they can be edited without Python,
and the page doesn't give its answers away. The value that the lesson has computed decides which
option is right:

    [sums]  # the name of the question
    text = "How often ...?"
    because = "Why the answer that we expect is right."

    [[sums.options]]
    text = "About equally often."
    between = [1, 1.5]  # right for these values, without the last; or one_of = [1, 2]; or neither,
    reason = "Why it is wrong."  # where no value can show it. Only the expected one has no reason.

Line breaks in a text count as spaces.
"""

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import anywidget
from IPython.display import Markdown
from traitlets import Bool, Int, List, TraitError, Unicode, validate

from ..widgets.front_end import front_end
from . import recall

QUESTIONS = Path(__file__).parents[1] / "lessons" / "questions"


class Option(NamedTuple):
    """One of the answers to choose from; see above."""

    text: str
    reason: str = ""
    between: Sequence[float] = ()
    one_of: Sequence = ()

    def fits(self, value) -> bool:
        """Whether it is the right one for a value."""
        if self.between:
            low, high = self.between
            return bool(low <= value < high)
        return value in self.one_of


class Question(NamedTuple):
    """What is asked, why the expected answer is right, and the answers to choose from."""

    text: str
    because: str
    options: list[Option]
    outcome: Callable[[Any], Any] = lambda value: value  # what the options say about a value

    @property
    def expected(self) -> str:
        """The answer that is right as long as nothing has been changed."""
        return next(option.text for option in self.options if not option.reason)

    def verdict(self, choice: str | None, right: Option) -> str:
        """What is said, in Markdown, of a choice (a text, or None) where an option is right."""
        because = _changed(self.expected) if right.reason else self.because
        if choice == right.text:
            return f"✓ You guessed: *{choice}* That's right. {because}"
        if choice is None:
            return f"No guess this time. The answer: *{right.text}* {because}"
        mistake = next(option.reason for option in self.options if option.text == choice)
        both = f"You guessed: *{choice}* The answer: *{right.text}*"
        return f"{both}\n\n{mistake or self.because}\n\n{because}"

    def verdicts(self, stored: str) -> list[str]:
        """What is said of each choice, where `stored` was said without one.

        Raises ValueError where that isn't an answer to this question.
        """
        for right in self.options:
            if stored == self.verdict(None, right):
                return [self.verdict(option.text, right) for option in self.options]
        raise ValueError(f"{self.text} This is no answer to it: {stored}")


class Choice(anywidget.AnyWidget):
    """Radio buttons below a question. `chosen` is the index of an option; `closed` ends it."""

    _esm, _css = front_end("choice")
    question = Unicode().tag(sync=True)
    options = List(Unicode()).tag(sync=True)
    chosen = Int(None, allow_none=True).tag(sync=True)
    closed = Bool(False).tag(sync=True)

    def __init__(self, **traits):
        self._count = len(traits["options"])  # a page might change the options
        super().__init__(**traits)

    @validate("chosen")
    def _check_chosen(self, proposal):
        if proposal.value is not None and proposal.value not in range(self._count):
            raise TraitError(f"there is no option {proposal.value}")
        return proposal.value


class Guess:
    """A question with its options; the last line of a cell shows it."""

    def __init__(self, question: Question):
        self.question = question
        options = [option.text for option in question.options]
        self.widget = Choice(question=question.text, options=options)

    @property
    def choice(self) -> str | None:
        """The text of the chosen option; None before one is chosen."""
        index = self.widget.chosen
        return None if index is None else self.question.options[index].text

    def compare(self, value) -> Markdown:
        """What was guessed beside what `value`, the result of the lesson, says; ends the choice.

        None or NaN stands for a result that isn't there, as after a training that was stopped, or
        of an empty drawing.
        """
        question, choice = self.question, self.choice
        outcome = value if value is None else question.outcome(value)
        if outcome is None or outcome != outcome:  # NaN
            return Markdown("There is no result to compare your guess with.")
        right = next((option for option in question.options if option.fits(outcome)), None)
        if right is None:
            changed = _changed(question.expected)
            return Markdown(f"None of the answers fits what came out. {changed}")
        self.widget.closed = choice is not None
        return Markdown(question.verdict(choice, right))

    def __repr__(self):
        return "\n".join([self.question.text, *(f"- {option}" for option in self.widget.options)])

    def _repr_mimebundle_(self, **_):
        # Where no kernel runs, as on GitHub, the text is shown.
        data, metadata = self.widget._repr_mimebundle_()
        title, _, options = repr(self).partition("\n")
        text = f"**Your guess.** {title}\n\n{options}"
        return data | {"text/plain": repr(self), "text/markdown": text}, metadata


class Guesses:
    """The questions of one lesson, by name."""

    def __init__(self, questions: dict[str, Question], lesson: str = ""):
        self.questions = questions
        self.lesson = lesson
        self._asked: dict[str, Guess] = {}

    @classmethod
    def load(cls, lesson: str, **outcomes: Callable[[Any], Any]) -> "Guesses":
        """The questions of a lesson from its file.

        outcomes: for a question whose options can't say for which values they are right, a function
        from the value to what they do say; the name has _ where the question's has a space.
        """
        file = tomllib.loads((QUESTIONS / f"{lesson}.toml").read_text(encoding="utf-8"))
        questions = {name: _question(**table) for name, table in file.items()}
        for name, outcome in outcomes.items():
            name = name.replace("_", " ")
            questions[name] = questions[name]._replace(outcome=outcome)
        return cls(questions, lesson)

    def recall(self) -> None:
        """Show three questions from earlier lessons, to be answered without looking."""
        recall.ask(self.lesson)

    def ask(self, name: str) -> Guess:
        """The question of this name, to be shown and answered before the result is computed."""
        self._asked[name] = Guess(self._question(name))
        return self._asked[name]

    def compare(self, name: str, value) -> Markdown:
        """What was guessed at this question, last time it was asked: see `Guess.compare`."""
        return (self._asked.get(name) or Guess(self._question(name))).compare(value)

    def _question(self, name: str) -> Question:
        if name not in self.questions:
            known = ", ".join(map(repr, self.questions))
            raise ValueError(f"there is no question {name!r} in this lesson, only {known}")
        return self.questions[name]


def _changed(expected: str) -> str:
    return f"When we wrote this page it was: *{expected}* Has something been changed?"


def _question(text: str, because: str, options: list[dict]) -> Question:
    in_lines = [{key: _one_line(value) for key, value in option.items()} for option in options]
    return Question(_one_line(text), _one_line(because), [Option(**option) for option in in_lines])


def _one_line(value):
    return " ".join(value.split()) if isinstance(value, str) else value
