"""The recall questions as a page to print: each with its options, the answers on another sheet."""

import subprocess
import sys
from pathlib import Path

import pytest

from mnist_adder_course import quiz
from mnist_adder_course.exercises.done import exercises
from mnist_adder_course.exercises.questions import Guesses

ROOT = Path(__file__).resolve().parents[2]
EVERY = [question for lesson in exercises() for question in Guesses.load(lesson[3:]).recalled]


def test_each_question_is_asked_and_answered_once_and_not_before_the_second_sheet():
    asked, answers = quiz.page(quiz.questions([*range(15)])).split("<h1>Answers</h1>")
    assert asked.count("<ol>") == 1 + len(EVERY) == 1 + asked.count("Because:")
    assert answers.count("<li>") == len(EVERY)
    assert asked.count("Name: __") == 1 and f"Points: ____ of {2 * len(EVERY)}<" in asked
    for question in EVERY:
        because = quiz._words(question.because)
        assert because in answers and because not in asked
        right = "ABCDEF"[[option.text for option in question.options].index(question.expected)]
        assert f"<li><b>{right}</b>. {because} (lesson {int(question.lesson[:2])}, " in answers


def test_only_the_lessons_that_are_named_in_their_order():
    lessons = [table["lesson"] for table in quiz.questions([8, 0, 3])]
    assert lessons == sorted(lessons)
    assert {*lessons} == {"00_start_here", "03_layers_by_hand", "08_draw_a_digit"}


def test_a_seed_draws_the_same_questions_again_and_another_seed_others(capsys):
    pages = []
    for seed in "4", "4", "5":
        quiz.main(["0", "1", "4", "--count", "4", "--seed", seed])
        pages.append(capsys.readouterr().out)
        assert pages[-1].count("Because:") == 4 and "Points: ____ of 8<" in pages[-1]
    assert pages[0] == pages[1] != pages[2]


@pytest.mark.parametrize("seed", range(20))
def test_each_lesson_is_drawn_if_the_count_allows_and_no_section_twice(seed):
    for count in range(1, 12):
        drawn = quiz.drawn([0, 1, 4], count, seed)
        lessons = [table["lesson"] for table in drawn]
        assert len({*lessons}) == min(count, 3) and lessons == sorted(lessons)
        sections = {(table["lesson"], table["section"]) for table in drawn}
        assert len(sections) == len(drawn)
    every = {(table["lesson"], table["section"]) for table in quiz.questions([0, 1, 4])}
    assert len(quiz.drawn([0, 1, 4], 1_000, seed)) == len(every) > 4


def test_the_command_needs_nothing_but_python(capsys):
    command = [sys.executable, "-S", "-m", "mnist_adder_course.quiz", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert quiz.page(quiz.questions([1])) == done.stdout.decode("utf-8").replace("\r\n", "\n")
    with pytest.raises(SystemExit):
        quiz.main(["15"])
    assert "there is no lesson 15, only 0 to 14" in capsys.readouterr().err
