"""The map that fills, what it says of where to go on, and what is asked again."""

import json
from pathlib import Path

import pytest

from mnist_adder_course import progress
from mnist_adder_course.exercises import done as record
from mnist_adder_course.exercises.done import NAME, SWITCH, main_lines
from mnist_adder_course.exercises.questions import Guesses

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
LINES = main_lines()
FIRST = LINES["00_start_here"]
GUESS = "training_curves guess loaded"


@pytest.fixture
def done(tmp_path, monkeypatch):
    """A function that notes these names, in their order, for an empty folder."""
    monkeypatch.delenv(SWITCH)
    monkeypatch.setattr(record, "NOTEBOOKS", tmp_path / "of_no_checkout")
    monkeypatch.chdir(tmp_path)

    def note(*names):
        Path(NAME).write_text(json.dumps(dict.fromkeys(names, "2026-11-28")), "utf-8")

    return note


def keys(*lessons):
    return [exercise.key for lesson in lessons for exercise in list(LINES.values())[lesson]]


def asked(monkeypatch):
    """What is asked now, as (module, number) of each question."""
    shown = []
    monkeypatch.setattr(progress, "ask_again", shown.extend)
    progress.what_do_i_still_know()
    return shown


def test_a_fresh_clone_is_empty(done, capsys, monkeypatch):
    assert set(progress.states()) == {progress.EMPTY}
    assert progress.where_next().startswith("Nothing solved yet. Start with lesson 0, ")
    assert progress.plot_row().get_label() == "15 numbered stops in a row. All are empty."
    assert asked(monkeypatch) == []
    assert capsys.readouterr().out.startswith("There is nothing to ask yet")


def test_a_damaged_file_is_reported_by_the_map(done, capsys):
    Path(NAME).write_text("{", "utf-8")
    assert progress.where_next().startswith("my_progress.json is damaged")
    progress.my_progress()
    assert capsys.readouterr().out.startswith("my_progress.json is damaged")
    done(FIRST[0].key)
    progress.my_progress()
    assert "damaged" not in progress.where_next() + capsys.readouterr().out


def test_a_lesson_is_begun_and_then_full(done):
    done("start_here guess house")
    assert progress.states()[:2] == [progress.BEGUN, progress.EMPTY]
    done("start_here guess house", FIRST[0].key, "of_no_lesson exercise x", "odd", "")
    assert progress.states()[:2] == [progress.BEGUN, progress.EMPTY]
    done(*keys(0), GUESS)
    assert progress.states()[0] == progress.FULL
    assert "Full: 0. Half full: 6. The others are empty." in progress.plot_map().get_label()
    done(*keys(*range(15)))
    assert "The others" not in progress.plot_row().get_label()


def test_an_answer_to_a_question_about_earlier_lessons_begins_nothing(done):
    done("does_it_add recall 1")
    assert set(progress.states()) == {progress.EMPTY}


def test_where_to_go_on(done):
    done(FIRST[0].key)
    assert progress.where_next() == f"Next: lesson 0, exercise 2, about {FIRST[1].minutes} minutes."
    done(*keys(0))
    assert progress.where_next().startswith("Next: lesson 1, exercise 1, ")
    done(*keys(0), GUESS)  # lessons 1 to 5 were left out, as on a single day
    assert progress.where_next().startswith("Next: lesson 6, exercise 1, ")
    done(GUESS, *keys(0))  # and back
    assert progress.where_next().startswith("Next: lesson 1, exercise 1, ")
    done(*keys(*range(6, 15)))
    assert progress.where_next().startswith("Next: lesson 0, exercise 1, ")
    done(*keys(*range(15)))
    assert progress.where_next() == "All exercises of the main lines are solved."


def test_what_is_asked_is_about_lessons_that_are_begun_longest_unseen_first(done, monkeypatch):
    done(*keys(0, 1, 2, 3))
    first = asked(monkeypatch)
    assert len(first) == 10 and {question.lesson for question in first} <= set(list(LINES)[:4])
    answered = [" ".join(question.name) for question in first[:9]]
    done(*keys(0, 1, 2, 3), *answered)
    again = asked(monkeypatch)
    assert again[0] == first[9] and again[-1] not in first[1:]
    done(*keys(0), *reversed(answered))
    about_first = asked(monkeypatch)
    assert about_first and {question.lesson for question in about_first} == {"00_start_here"}


def test_a_lesson_asks_about_lessons_that_are_begun(done):
    lesson = Guesses.load("model_summary")
    usual = lesson.recalled[:3]
    assert lesson.to_recall() == usual and [one.lesson[:2] for one in usual] == ["03", "03", "02"]
    done(*keys(0, 1, 2, 3))
    assert lesson.to_recall() == usual
    done(*keys(0, 1, 4))  # a single day: 2 and 3 are skipped
    asked = lesson.to_recall()
    assert len({one.name for one in asked}) == 3
    assert {int(one.lesson[:2]) for one in asked} <= {0, 1}
    done(*keys(0, 1, 4), " ".join(asked[0].name))
    assert asked[0] not in lesson.to_recall()
    done(*keys(0, 1, 3))  # what is left of its own comes first
    assert lesson.to_recall()[:2] == usual[:2] and lesson.to_recall()[2].lesson[:2] in ("00", "01")
    done(*keys(8))  # nothing of earlier lessons is known
    assert lesson.to_recall() == usual
    done(*keys(0, 1, 4, 6))
    for path in list(LINES)[6:]:
        asked = Guesses.load(path[3:]).to_recall()
        assert {int(one.lesson[:2]) for one in asked} <= {0, 1, 4, 6}
        assert len({one.name for one in asked}) == 3
    assert Guesses.load("start_here").to_recall() == []


def test_my_progress_is_a_picture_in_words_too_once_there_is_some(done, capsys):
    progress.my_progress()
    assert capsys.readouterr().out == ""
    done(*keys(0))
    progress.my_progress()
    assert "<Figure>" in capsys.readouterr().out


def test_each_recap_shows_it():
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))[1:]:  # lesson 0 has the map
        cells = json.loads(path.read_text("utf-8"))["cells"]
        recap, = (place for place, cell in enumerate(cells)
                  if "".join(cell["source"]).startswith("## Recap"))
        assert "".join(cells[recap + 1]["source"]).endswith("\nmy_progress()"), path.stem
        assert cells[recap + 1]["id"] == f"{path.stem[:2]}-my-progress"
