"""Handed-in notebooks: each is judged as its learner saw it, and none harms another."""

import csv
import json
import os
import shutil
import time
from pathlib import Path

import nbformat
import pytest

from mnist_adder_course import hand_in
from mnist_adder_course.lessons import start_here

ROOT = Path(__file__).resolve().parents[2]
LESSON = ROOT / "notebooks" / "00_start_here.ipynb"
IMPORT = "from mnist_adder_course.lessons.start_here import checks"
RIGHT_AGREE = "def agree(digit, number, total):\n    return digit + number == total"
RIGHT_PLACE = "def most_likely(p):\n    return p.index(max(p))"
BOTH = ["checks.most_likely(most_likely)", "checks.agree(agree)"]


def write(path, *cells):
    """A notebook with these code cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": [
        {"cell_type": "markdown", "source": ["# checks.agree(this is text)"]},
        *({"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells)]}),
        "utf-8")
    return path


def judged(tmp_path, name, *cells):
    """The result of an exercise in a notebook with these cells, and what the check says."""
    every = hand_in.statements(write(tmp_path / "notebook.ipynb", IMPORT, *cells))
    where = {found: (place, argument) for found, place, argument in hand_in.calls(every)}
    return hand_in.judge(name, *where[name], every, start_here.checks)


def filled_in(path, **functions):
    """Lesson 0 with these functions in place of its own."""
    notebook = nbformat.read(LESSON, 4)
    for cell in notebook.cells:
        for name, function in functions.items():
            if cell.source.startswith(f"def {name}("):
                cell.source = function
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def results(rows):
    return {row.exercise: row.result for row in rows}


def test_the_check_says_what_the_learner_saw(tmp_path):
    wrong = RIGHT_AGREE.replace("+", "-")
    says = start_here.checks.agree.verdict(lambda digit, number, total: digit - number == total)
    assert judged(tmp_path, "agree", wrong, BOTH[1]) == (hand_in.WRONG, says)
    assert judged(tmp_path, "agree", RIGHT_AGREE, BOTH[1])[0] == hand_in.SOLVED
    dots = "def agree(digit, number, total):\n    return ..."
    assert judged(tmp_path, "agree", dots, BOTH[1])[0] == hand_in.NOT_TRIED


def test_the_reason_that_needs_the_learners_code(tmp_path):
    slip = "def most_likely(p):\n    best = 0\n    for i in range(1, len(p) - 1):\n" \
           "        if p[i] > p[best]:\n            best = i\n    return best"
    names = {}
    exec(slip, names)
    result, says = judged(tmp_path, "most_likely", slip, BOTH[0])
    assert result == hand_in.WRONG and "Look at `len(p) - 1` in the line" in says


def test_only_what_the_function_needs_is_run(tmp_path):
    cells = [
        "import json\n%matplotlib inline\n!ls\nraise SystemExit",
        "LEFT = []\nLEFT.append(1)\nfor n in range(3):\n    LEFT[0] += 0\nassert 1 == 2",
        "LEFT[0] += 0\nother = train_for_hours(LEFT)",
        "def agree(d, n, t):\n    return plus(d, n) * LEFT[0] == t",
        BOTH[1],
        "def plus(a, b):  # it was run before the check\n    return a + b",
        "def agree(d, n, t):  # this was not\n    return False",
    ]
    assert judged(tmp_path, "agree", *cells)[0] == hand_in.SOLVED


def test_the_last_function_before_the_check_counts(tmp_path):
    cells = ["def agree(d, n, t):\n    return ...", RIGHT_AGREE, "mine = agree",
             "checks.agree(mine)"]
    assert judged(tmp_path, "agree", *cells)[0] == hand_in.SOLVED


@pytest.mark.parametrize("cells, says", [
    (["def agree(d, n, t)\n    return d + n == t", BOTH[1]], "SyntaxError"),
    ([BOTH[1]], "NameError"),
    (["numbers = 1 / 0\nagree = numbers", BOTH[1]], "ZeroDivisionError"),
    (["import sys\nagree = sys.exit('enough')", BOTH[1]], "SystemExit: enough"),
])
def test_what_stops_is_said(tmp_path, cells, says):
    result, said = judged(tmp_path, "agree", *cells)
    assert result == hand_in.STOPPED and said.startswith(says)


@pytest.mark.thorough
def test_an_endless_loop_is_stopped_and_the_next_exercise_judged(tmp_path):
    endless = "def most_likely(p):\n    while True:\n        pass"
    path = write(tmp_path / "ada.ipynb", IMPORT, endless, RIGHT_AGREE, *BOTH)
    rows = hand_in.judge_notebook(path, "ada", seconds=2)
    assert results(rows) == {"most_likely": "stopped", "agree": "solved"}
    assert rows[0].says == "It took more than 2 seconds." and rows[0].lesson == "start_here"


@pytest.mark.thorough
def test_a_class(tmp_path, capsys):
    """All right, half, an endless loop, one that deletes files, and some that are no notebooks."""
    folder = tmp_path / "class"
    filled_in(folder / "anna" / "00.ipynb", most_likely=RIGHT_PLACE, agree=RIGHT_AGREE)
    filled_in(folder / "ben.ipynb", most_likely="def most_likely(p):\n    return max(p)")
    filled_in(folder / "cem.ipynb", agree=RIGHT_AGREE,
              most_likely="def most_likely(p):\n    while True:\n        pass")
    filled_in(folder / "dana" / "00.ipynb", most_likely=RIGHT_PLACE, agree=(
        "import os, shutil\ngone = [os.remove(name) for name in os.listdir()]\n"
        "def agree(digit, number, total):\n    shutil.rmtree('.', ignore_errors=True)\n"
        "    return gone == [None] and digit + number == total"))
    (folder / "emil.ipynb").write_text("no JSON", "utf-8")
    (folder / "fay.ipynb").write_text('{"cells": [{}]}', "utf-8")
    filled_in(folder / "gus.ipynb", agree="def agree(*all):\n    import os\n    os._exit(0)",
              most_likely=RIGHT_PLACE)
    shutil.copytree(folder, tmp_path / "before")
    hand_in.main([str(folder), "--csv", str(tmp_path / "table.csv"), "--seconds", "3"])
    for before in (tmp_path / "before").rglob("*.ipynb"):
        after = folder / before.relative_to(tmp_path / "before")
        assert after.read_bytes() == before.read_bytes()
    assert len(list(folder.rglob("*"))) == len(list((tmp_path / "before").rglob("*")))
    with open(tmp_path / "table.csv", newline="", encoding="utf-8") as file:
        rows = {(row["learner"], row["exercise"]): row for row in csv.DictReader(file)}
    found = {key: row["result"] for key, row in rows.items()}
    expected = {"anna": "solved;solved", "ben": "wrong;not tried", "cem": "stopped;solved",
                "dana": "solved;solved", "gus": "solved;stopped"}
    for learner, both in expected.items():
        assert [found[learner, name] for name in ("most_likely", "agree")] == both.split(";")
    assert found["emil", "emil.ipynb"] == found["fay", "fay.ipynb"] == "stopped"
    assert "JSON" in rows["emil", "emil.ipynb"]["says"]
    printed = capsys.readouterr().out
    assert "\nanna        solved       solved\n" in printed
    assert "1 x fay.ipynb, stopped: It can't be read as a notebook (KeyError" in printed
    assert "1 x start_here most_likely, wrong: Not right yet. That is a probability" in printed


@pytest.mark.skipif(os.name != "posix", reason="Windows has no process groups")
@pytest.mark.thorough
def test_what_a_notebook_has_started_ends_with_it(tmp_path):
    alive = tmp_path / "alive"
    start = ("import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', "
             f"'import time\\nwhile True: open({str(alive)!r}, \"a\").write(\"1\"); "
             "time.sleep(0.1)'])\ndef agree(*all):\n    return child")
    path = write(tmp_path / "ada.ipynb", IMPORT, start, BOTH[1])
    hand_in.judge_notebook(path, "ada", seconds=20)
    time.sleep(0.5)
    size = alive.stat().st_size if alive.exists() else 0
    time.sleep(0.5)
    assert size == (alive.stat().st_size if alive.exists() else 0)


def test_learners_are_called_as_their_folders_or_files(tmp_path):
    for name in ("anna/06.ipynb", "anna/.ipynb_checkpoints/06.ipynb", "b/c/d.ipynb", "eve.ipynb"):
        write(tmp_path / name)
    found = hand_in.handed_in([tmp_path, tmp_path / "anna" / "06.ipynb"])
    assert [learner for learner, _ in found] == ["anna", "b", "eve", "06"]


def test_what_was_wrong_most_often_is_first():
    rows = [hand_in.Judged(name, "start_here", "agree", *result) for name, result in {
        "a": ("wrong", "Why."), "b": ("wrong", "Because."), "c": ("solved", "Right."),
        "d": ("wrong", "Because."), "e": ("not tried", "Dots.")}.items()]
    lines = hand_in.table(rows).split("\n\n")
    assert lines[0].splitlines()[:2] == ["start_here  agree", "a           wrong"]
    assert lines[1:] == ["2 x start_here agree, wrong: Because.",
                         "1 x start_here agree, wrong: Why."]


def test_without_a_notebook_it_says_so(tmp_path, capsys):
    with pytest.raises(SystemExit):
        hand_in.main([str(tmp_path)])
    assert "there is no notebook" in capsys.readouterr().err
