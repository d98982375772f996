"""The questions of *Do you remember?* as a page to print, with the answers on a second sheet.

    python -m mnist_adder_course.quiz 0 1 4 > quiz.html

asks about lessons 0, 1 and 4; without numbers, about all. Only Python's standard library is needed.
"""

from __future__ import annotations

import argparse
import html
import re
import sys
import tomllib
from pathlib import Path

from .exercises.progress import exercises

FOLDER = Path(__file__).parent / "lessons" / "questions"
STYLE = ("body {max-width: 42em; margin: auto; font: 11pt/1.4 sans-serif} li {break-inside: avoid} "
         "ol ol {list-style: upper-alpha; margin: .2em 0 .8em} h1 ~ h1 {break-before: page}")


def questions(lessons: list[int]) -> list[dict]:
    """The questions about these lessons, in the order of the lessons that they are about."""
    tables = [question for lesson in exercises() for question in tomllib.loads(
        (FOLDER / f"{lesson[3:]}.toml").read_text(encoding="utf-8")).get("recall", [])]
    return sorted((table for table in tables if int(table["lesson"][:2]) in lessons),
                  key=lambda table: table["lesson"])


def page(lessons: list[int]) -> str:
    """The page, in HTML."""
    asked, answers = [], []
    for question in questions(lessons):
        options = question["options"]
        right = next(place for place, option in enumerate(options) if "reason" not in option)
        listed = "".join(f"<li>{_words(option['text'])}</li>" for option in options)
        asked.append(f"<li>{_words(question['text'])}<ol>{listed}</ol></li>")
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
    lessons, known = parser.parse_args(arguments).lessons, range(len(exercises()))
    if unknown := {*lessons} - {*known}:
        parser.error(f"there is no lesson {min(unknown)}, only 0 to {known[-1]}")
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    print(page(lessons or [*known]), end="")


if __name__ == "__main__":
    main()
