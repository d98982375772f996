"""Predictions: `guess = guesses.ask("sums")` asks before a result, `guess.compare(value)` after it.

The questions live in the module of their lesson, so that the page doesn't give its answers away.
Which option is right is decided by the value that the lesson has computed.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import anywidget
from IPython.display import Markdown
from traitlets import Bool, Int, List, TraitError, Unicode, validate

from ..drawing.style import style


class Option(NamedTuple):
    """One of the answers to choose from."""

    text: str
    fits: Callable[[Any], bool]  # whether it is the right one for a value
    reason: str = ""  # why it is wrong; only the one that we expect has none


class Question(NamedTuple):
    """What is asked, why the expected answer is right, and the answers to choose from."""

    text: str
    because: str
    options: list[Option]


class Choice(anywidget.AnyWidget):
    """Radio buttons below a question. `chosen` is the place of an option; `closed` ends it."""

    _esm = Path(__file__).with_name("guesses.js")
    _css = style(Path(__file__).with_name("guesses.css"))
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
        place = self.widget.chosen
        return None if place is None else self.question.options[place].text

    def compare(self, value) -> Markdown:
        """What was guessed beside what `value`, the result of the lesson, says; ends the choice.

        None or NaN stands for a result that isn't there, as after a training that was stopped, or
        of an empty drawing. Raises ValueError for a value that fits none of the options.
        """
        question, choice = self.question, self.choice
        if value is None or value != value:  # NaN
            return Markdown("There is no result to compare your guess with.")
        right = next((option for option in question.options if option.fits(value)), None)
        if right is None:
            raise ValueError(f"{value!r} answers none of the options of: {question.text}")
        self.widget.closed = choice is not None
        because = question.because
        if right.reason:
            expected = next(option.text for option in question.options if not option.reason)
            because = f"When we wrote this page it was: *{expected}* Has something been changed?"
        if choice == right.text:
            return Markdown(f"✓ You guessed: *{choice}* So it is. {because}")
        if choice is None:
            return Markdown(f"No guess this time. The answer: *{right.text}* {because}")
        mistake = next(option.reason for option in question.options if option.text == choice)
        said = f"You guessed: *{choice}* The answer: *{right.text}*"
        return Markdown(f"{said}\n\n{mistake or question.because}\n\n{because}")

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

    def __init__(self, questions: dict[str, Question]):
        self.questions = questions

    def ask(self, name: str) -> Guess:
        """The question of this name, to be shown and answered before the result is computed."""
        if name not in self.questions:
            known = ", ".join(map(repr, self.questions))
            raise ValueError(f"there is no question {name!r} in this lesson, only {known}")
        return Guess(self.questions[name])


def between(low: float, high: float) -> Callable[[float], bool]:
    """Whether a value is at least `low` and below `high`."""
    return lambda value: low <= value < high


def never(_) -> bool:
    """For what no value can show."""
    return False


INFINITE = float("inf")
