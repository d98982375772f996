"""The questions of a lesson: guesses at a result, and what earlier lessons have explained.

`guesses.ask("sums")` asks before a result, `guesses.compare("sums", 3)` after it. At the start of a
lesson, `guesses.recall()` asks three questions from earlier ones: we remember what we are asked
again, some time later. They are the first three of the lesson's file, unless they are about lessons
that the learner has skipped: then others take their place. All of them are in `questions/`, a TOML
file for each lesson: they can be edited without Python, and the page doesn't give their answers
away.

    [sums]  # the name of a guess; ["two words"] and [["two words".options]] with a space in it
    text = "How often ...?"
    because = "Why the right answer is right."

    [[sums.options]]
    text = "About equally often."
    between = [1, 1.5]  # right for these values, without the last; or one_of = [1, 2]; or neither,
    reason = "Why it is wrong."  # if no value can show it. Only the right one has no reason.

    [[recall]]  # a question from an earlier lesson: it has a text, a because and options, and
    lesson = "01_learning_by_hand"  # the notebook that explained it, without .ipynb, and
    section = "A second step"  # its heading there: an answer is followed by a link to it

The value that the lesson has computed decides which option of a guess is right. If nothing has been
changed, that is the option without a reason. If no value can decide, as between sentences, no
option says when it is right, and none is compared: `guesses.compare("sentences")`. An answer to a
recalled question is judged at once, and nothing is counted. That a guess was compared or a question
answered is recorded (done.py), but not the answer. Ask for what a learner needs later on, not
for a word or a number; the last of the three is from longer ago. A question can be answered without
the page, and its answer isn't given away by being the longest. Line breaks in a text count as
spaces.
"""

import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import anywidget
from IPython.display import Markdown, display
from traitlets import Bool, Dict, Int, List

from ..widgets.front_end import front_end
from . import done

FOLDER = Path(__file__).parents[1] / "lessons" / "questions"
# The line that stays visible where JupyterLab folds an output: plain, and it gives nothing away.
HEADING = "What came out:\n\n"
# Who hasn't guessed yet opens the answer, also where a notebook's outputs aren't folded.
FOLDED = "<details><summary>No guess this time: see the answer</summary>\n\n{}\n\n</details>"
RECALLED = 3  # questions from earlier lessons, asked at once
NO_VALUE = object()  # None is a value: there is no result


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
    """A question, why the expected answer is right, and the answers to choose from."""

    text: str
    because: str
    options: list[Option]
    outcome: Callable[[Any], Any] = lambda value: value  # what the options say about a value
    lesson: str = ""  # the notebook that explained it, without .ipynb; a guess has none
    section: str = ""  # a heading of it
    name: tuple[str, str, str] | None = None  # the module that asks it, "guess" or "recall", which

    @property
    def expected(self) -> str:
        """The answer that is right as long as nothing has been changed."""
        return next(option.text for option in self.options if not option.reason)

    @property
    def link(self) -> str:
        """Leads to the section: an address relative to the folder of the lessons."""
        return f"{self.lesson}.ipynb#{self.section.replace(' ', '-')}"

    @property
    def place(self) -> str:
        """What the link says, e.g. "lesson 1, A second step"."""
        return f"lesson {int(self.lesson[:2])}, {self.section}"

    def reply(self, option: Option) -> str:
        """The reply to an answer to a recall question."""
        if not option.reason:
            return f"✓ Right. {self.because}"
        return f"✗ {option.reason} The answer: {self.expected} {self.because}"

    def verdict(self, choice: str | None, right: Option) -> str:
        """The reply, in Markdown, to a guess (a text, or None), given the option that is right."""
        because = _changed(self.expected) if right.reason else self.because
        if choice == right.text:
            return f"{HEADING}✓ You guessed: *{choice}* That's right. {because}"
        if choice is None:
            return HEADING + FOLDED.format(f"The answer: *{right.text}* {because}")
        mistake = next(option.reason for option in self.options if option.text == choice)
        both = f"{HEADING}You guessed: *{choice}* The answer: *{right.text}*"
        return f"{both}\n\n{mistake or self.because}\n\n{because}"

    def as_dict(self) -> dict:
        """What the front end shows: with verdicts, it judges an answer at once."""
        shown: dict = dict(text=self.text, options=[option.text for option in self.options])
        if self.lesson:
            verdicts = [self.reply(option) for option in self.options]
            shown |= dict(verdicts=verdicts, link=self.link, place=self.place)
        return shown


class MultipleChoice(anywidget.AnyWidget):
    """Questions, each with its options. `chosen` has the index of an option for each, or -1."""

    _esm, _css = front_end("multiple_choice")
    questions = List(Dict()).tag(sync=True)
    chosen = List(Int()).tag(sync=True)
    closed = Bool(False).tag(sync=True)  # nothing else can be chosen

    def __init__(self, questions: list[Question]):
        self._asked = questions
        shown = [question.as_dict() for question in questions]
        super().__init__(questions=shown, chosen=[-1] * len(questions))
        self.observe(self._note, "chosen")

    def _note(self, change) -> None:
        """Record an answer to a recall question at once; guesses are recorded when compared."""
        for question, before, now in zip(self._asked, change.old, change.new):
            if question.lesson and question.name and now not in (before, -1):
                done.note(*question.name)

    def __repr__(self):
        return "\n\n".join(f"{question.text}\n{_listed(question)}" for question in self._asked)

    def _repr_mimebundle_(self, **options):
        # If no kernel is running, as on GitHub, the text is shown.
        data, metadata = super()._repr_mimebundle_(**options)
        titles = [f"**{question.text}**" if question.lesson else f"**Your guess.** {question.text}"
                  for question in self._asked]
        # An option such as "7." would begin a list inside the list.
        text = "\n\n".join(f"{title}\n\n{_listed(question)}"
                           for title, question in zip(titles, self._asked))
        text = re.sub(r"^- (\d+)\.", r"- \1\\.", text, flags=re.MULTILINE)
        return data | {"text/plain": repr(self), "text/markdown": text}, metadata


class Guess:
    """A question with its options; the last line of a cell shows it."""

    def __init__(self, question: Question):
        self.question = question
        self.widget = MultipleChoice([question])

    @property
    def choice(self) -> str | None:
        """The text of the chosen option; None before one is chosen."""
        (index,) = self.widget.chosen
        return None if index < 0 else self.question.options[index].text

    def compare(self, value=NO_VALUE) -> Markdown:
        """The guess next to what `value`, the result of the lesson, says; ends the choice. Without
        a value, the expected answer is right.

        None or NaN stands for a result that isn't there, as after a training that was stopped, or
        of an empty drawing.
        """
        question, choice = self.question, self.choice
        if value is NO_VALUE:
            fitting = [option for option in question.options if not option.reason]
        else:
            outcome = value if value is None else question.outcome(value)
            if outcome is None or outcome != outcome:  # NaN
                return Markdown("There is no result to compare your guess with.")
            fitting = [option for option in question.options if option.fits(outcome)]
        right = next(iter(fitting), None)
        if right is None:
            changed = _changed(question.expected)
            return Markdown(f"None of the answers fits what came out. {changed}")
        self.widget.closed = choice is not None
        if choice is not None and question.name:
            done.note(*question.name)
        return Markdown(question.verdict(choice, right))

    def __repr__(self):
        return repr(self.widget)

    def _repr_mimebundle_(self, **options):
        return self.widget._repr_mimebundle_(**options)


def about_begun_lessons() -> list[Question]:
    """All questions about lessons that are begun.

    First the unanswered ones, latest lesson first, then those answered longest ago.
    """
    noted = done.read()
    begun, answered = set(done.begun(noted)), list(noted)
    questions = [question for lesson in reversed(done.exercises())
                 for question in Guesses.load(lesson[3:]).recalled if question.lesson in begun]
    names = [done.key(*question.name) for question in questions]  # type: ignore[misc]
    when = [answered.index(name) if name in answered else -1 for name in names]
    return [questions[place] for place in sorted(range(len(questions)), key=when.__getitem__)]


def ask_again(questions: list[Question]) -> None:
    """Show questions from earlier lessons, and their answers, folded away, below them."""
    answers = "\n".join(
        f"{n}. *{question.expected}* {question.because} ([{question.place}]({question.link}))"
        for n, question in enumerate(questions, start=1))
    folded = f"<details><summary>The answers</summary>\n\n{answers}\n\n</details>"
    display(MultipleChoice(questions), Markdown(folded))


class Guesses:
    """The questions of one lesson: guesses by name, and those from earlier lessons."""

    def __init__(self, questions: dict[str, Question], recalled: Sequence[Question] = ()):
        self.questions = questions
        self.recalled = list(recalled)
        self._asked: dict[str, Guess] = {}

    @classmethod
    def load(cls, lesson: str, **outcomes: Callable[[Any], Any]) -> "Guesses":
        """The questions of a lesson from its file, which is named like the lesson's module.

        outcomes: for a guess whose options can't say for which values they are right, a function
        from the value to what they do say; the name has _ where the guess's has a space.
        """
        file = tomllib.loads((FOLDER / f"{lesson}.toml").read_text(encoding="utf-8"))
        recalled = [_question(**table)._replace(name=(lesson, "recall", str(number)))
                    for number, table in enumerate(file.pop("recall", []), start=1)]
        questions = {name: _question(**table)._replace(name=(lesson, "guess", name))
                     for name, table in file.items()}
        for name, outcome in outcomes.items():
            name = name.replace("_", " ")
            questions[name] = questions[name]._replace(outcome=outcome)
        return cls(questions, recalled)

    def recall(self) -> None:
        """Ask three questions from earlier lessons."""
        ask_again(self.to_recall())

    def to_recall(self) -> list[Question]:
        """The first questions from earlier lessons. Those about lessons that aren't begun give way
        to others, of this lesson and of earlier ones; if nothing is begun, they stay."""
        begun = set(done.begun(done.read()))
        if not begun or len(self.recalled) < RECALLED:
            return self.recalled[:RECALLED]
        lessons = [lesson[3:] for lesson in done.exercises()]
        here = lessons.index(self.recalled[0].name[0])  # type: ignore[index]
        earlier = [question for question in about_begun_lessons()
                   if lessons.index(question.name[0]) < here]  # type: ignore[index]
        usual = self.recalled[:RECALLED]
        others = [question for question in self.recalled[RECALLED:] if question.lesson in begun]
        return [*(question for question in usual if question.lesson in begun), *others, *earlier,
                *(question for question in usual if question.lesson not in begun)][:RECALLED]

    def ask(self, name: str) -> Guess:
        """The question of this name, to be shown and answered before the result is computed."""
        self._asked[name] = Guess(self._question(name))
        return self._asked[name]

    def compare(self, name: str, value=NO_VALUE) -> Markdown:
        """The guess when this question was last asked: see `Guess.compare`."""
        return (self._asked.get(name) or Guess(self._question(name))).compare(value)

    def _question(self, name: str) -> Question:
        if name not in self.questions:
            known = ", ".join(map(repr, self.questions))
            raise ValueError(f"there is no question {name!r} in this lesson, only {known}")
        return self.questions[name]


def _changed(expected: str) -> str:
    return f"When we wrote this page it was: *{expected}* Has something been changed?"


def _listed(question: Question) -> str:
    return "\n".join(f"- {option.text}" for option in question.options)


def _question(options: list[dict], **texts: str) -> Question:
    """A question from its table in a file."""
    in_lines = [Option(**_one_line(option)) for option in options]
    return Question(options=in_lines, **_one_line(texts))


def _one_line(table: dict) -> dict:
    return {key: " ".join(value.split()) if isinstance(value, str) else value
            for key, value in table.items()}
