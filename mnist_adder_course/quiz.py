"""The questions of *Do you remember?* as a page to print, with the answers on a second sheet.

    python -m mnist_adder_course.quiz 0 1 4 > quiz.html

asks about lessons 0, 1 and 4; without numbers, about all. `--count 4 --seed 8` prints four of these
questions, the same four whenever the seed is the same: one about each lesson, if the count allows,
before a second about any, and none about the same section. Only Python's standard library is
needed.
"""

from __future__ import annotations

import argparse
import html
import random
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path

from .exercises.done import exercises

FOLDER = Path(__file__).parent / "lessons" / "questions"
STYLE = ("body {max-width: 42em; margin: auto; font: 11pt/1.4 sans-serif} li {break-inside: avoid} "
         "ol ol {list-style: upper-alpha; margin: .2em 0} h1 ~ h1 {break-before: page} "
         "p.why {border-bottom: 1px solid; margin: 1em 0 1.4em}")


def questions(lessons: list[int]) -> list[dict]:
    """The questions about these lessons, in the order of the lessons that they are about."""
    tables = [question for lesson in exercises() for question in tomllib.loads(
        (FOLDER / f"{lesson[3:]}.toml").read_text(encoding="utf-8")).get("recall", [])]
    return sorted((table for table in tables if int(table["lesson"][:2]) in lessons),
                  key=lambda table: table["lesson"])


def drawn(lessons: list[int], count: int, seed: int) -> list[dict]:
    """So many of the questions about these lessons, drawn by a seed, at most one about a section.

    A second question about a lesson is drawn only when each lesson has one, and so on.
    """
    every, random_ = questions(lessons), random.Random(seed)
    shuffled = random_.sample(every, len(every))
    by_section = {(table["lesson"], table["section"]): table for table in shuffled}
    before = Counter[str]()
    rounds = []
    for (lesson, _), table in by_section.items():
        rounds.append((before[lesson], random_.random(), table))
        before[lesson] += 1
    chosen = [table for *_, table in sorted(rounds, key=lambda one: one[:2])[:count]]
    return [table for table in every if table in chosen]


def page(chosen: list[dict]) -> str:
    """The page with these questions, in HTML."""
    asked, answers = [], []
    for question in chosen:
        options = question["options"]
        right = next(place for place, option in enumerate(options) if "reason" not in option)
        listed = "".join(f"<li>{_words(option['text'])}</li>" for option in options)
        asked.append(f"<li>{_words(question['text'])}<ol>{listed}</ol><p class=why>Because:</li>")
        where = f"lesson {int(question['lesson'][:2])}, {question['section']}"
        answers.append(f"<li><b>{'ABCDEF'[right]}</b>. {_words(question['because'])} "
                       f"({_words(where)})</li>")
    # A letter and, in a sentence, why: a point for each.
    name = f"<p>Name: {60 * '_'} &nbsp; Points: ____ of {2 * len(asked)}</p>"
    return ("<!doctype html><html lang=en><meta charset=utf-8><title>Do you remember?</title>"
            f"<style>{STYLE}</style><h1>Do you remember?</h1>{name}<ol>{''.join(asked)}</ol>"
            f"<h1>Answers</h1><ol>{''.join(answers)}</ol>\n")


def _words(text: str) -> str:
    return re.sub("`(.+?)`", r"<code>\1</code>", html.escape(" ".join(text.split())))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m mnist_adder_course.quiz",
                                     description="Print the recall questions as a page of HTML.")
    parser.add_argument("lessons", nargs="*", type=int, metavar="LESSON")
    parser.add_argument("--count", type=int, help="how many questions are drawn (all)")
    parser.add_argument("--seed", type=int, default=0, help="another seed draws others")
    options, known = parser.parse_args(arguments), range(len(exercises()))
    if unknown := {*options.lessons} - {*known}:
        parser.error(f"there is no lesson {min(unknown)}, only 0 to {known[-1]}")
    if options.count is not None and options.count < 1:
        parser.error("--count is a number of questions, 1 or more")
    lessons = options.lessons or [*known]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    print(page(questions(lessons) if options.count is None else
               drawn(lessons, options.count, options.seed)), end="")


if __name__ == "__main__":
    main()
