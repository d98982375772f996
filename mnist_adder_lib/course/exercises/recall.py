"""Questions from earlier lessons, asked where a lesson begins: `guesses.recall()`.

Being asked again, some time later, is what makes things stay. So an answer is judged at once, with
the reason and a link to where it was explained; nothing is counted. The questions are in a TOML
file for each lesson; how they are written is said at the top of `data_generation.toml`.
"""

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

import anywidget
from IPython.display import Markdown, display
from traitlets import Dict, Int, List

from ..widgets.front_end import front_end

QUESTIONS = Path(__file__).parents[1] / "lessons" / "recall"


class Answer(NamedTuple):
    """One of the answers to choose from; only the right one has no reason."""

    text: str
    reason: str = ""


class Recalled(NamedTuple):
    """A question, why the right answer is right, and the section of a lesson that explained it."""

    text: str
    because: str
    lesson: str  # the name of its notebook, without .ipynb
    section: str  # a heading of it
    answers: list[Answer]

    @property
    def right(self) -> Answer:
        """The answer that has no reason to be wrong."""
        return next(answer for answer in self.answers if not answer.reason)

    @property
    def link(self) -> str:
        """Leads to the section: an address relative to the folder of the lessons."""
        return f"{self.lesson}.ipynb#{self.section.replace(' ', '-')}"

    @property
    def place(self) -> str:
        """What the link says, e.g. "lesson 1, A second step"."""
        return f"lesson {int(self.lesson[:2])}, {self.section}"

    def verdict(self, answer: Answer) -> str:
        """What is said of an answer."""
        if answer is self.right:
            return f"✓ Right. {self.because}"
        return f"✗ {answer.reason} The answer: {self.right.text} {self.because}"

    def answered(self) -> str:
        """The right answer, why it is right, and the link, in Markdown."""
        return f"*{self.right.text}* {self.because} ([{self.place}]({self.link}))"


class Recall(anywidget.AnyWidget):
    """Questions with buttons for answers; `chosen` holds the index of each answer, -1 for none."""

    _esm, _css = front_end("recall")
    questions = List(Dict()).tag(sync=True)
    chosen = List(Int()).tag(sync=True)

    def __init__(self, questions: list[Recalled]):
        self._recalled = questions
        shown = [as_dict(one) for one in questions]
        super().__init__(questions=shown, chosen=[-1] * len(questions))

    def __repr__(self):
        return "\n\n".join("\n".join([one.text, *(f"- {answer.text}" for answer in one.answers)])
                           for one in self._recalled)

    def _repr_mimebundle_(self, **options):
        # Where no kernel runs, as on GitHub, the text is shown.
        data, metadata = super()._repr_mimebundle_(**options)
        text = re.sub(r"^(?!- |$)(.+)$", r"**\1**\n", repr(self), flags=re.MULTILINE)
        return data | {"text/plain": repr(self), "text/markdown": text}, metadata


def folded(questions: list[Recalled]) -> str:
    """All answers with their links, in Markdown, folded away: they can be read without a kernel."""
    answers = "\n".join(f"{n}. {one.answered()}" for n, one in enumerate(questions, start=1))
    return f"<details><summary>The answers</summary>\n\n{answers}\n\n</details>"


def as_dict(question: Recalled) -> dict:
    """What the front end shows of a question."""
    return dict(text=question.text, link=question.link, place=question.place,
                answers=[answer.text for answer in question.answers],
                verdicts=[question.verdict(answer) for answer in question.answers])


def load(lesson: str) -> list[Recalled]:
    """The questions that are asked where this lesson begins, named like its module.

    Raises FileNotFoundError where it has none.
    """
    file = tomllib.loads((QUESTIONS / f"{lesson}.toml").read_text(encoding="utf-8"))
    return [Recalled(**{key: " ".join(value.split()) for key, value in table.items()
                        if key != "answers"},
                     answers=[Answer(**{key: " ".join(value.split())
                                        for key, value in answer.items()})
                              for answer in table["answers"]])
            for table in file["questions"]]


def ask(lesson: str) -> None:
    """Show the questions of a lesson, and the answers, folded, below them."""
    questions = load(lesson)
    display(Recall(questions), Markdown(folded(questions)))
