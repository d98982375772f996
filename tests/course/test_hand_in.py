"""Handed-in notebooks: a row for each lesson in which something was done, in any file."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_adder_course import hand_in
from mnist_adder_course.lessons import start_here

ROOT = Path(__file__).resolve().parents[2]
RIGHT, WRONG, DOTS = "✓ Right. So it is.", "Not right yet. It is `True`.", "Not solved yet. Put"
# Paths as platforms write them.
WITH_WORK = """Ali Ali_12_assignsubmission_file_/00_start_here.ipynb; bo_LATE_3_x-1.ipynb
=1+2/x.ipynb; Cai/Version 1/x.IPYNB; Cai/Version 2/x.ipynb; dan/ps1/x.ipynb; Žofie 李/x.ipynb
x.ipynb.download; Eve/mnist-adder/notebooks/x.ipynb; Finn - Copy of x.ipynb
x.ipynb.txt; Gus/x.json; x.ipynb (1)"""
WITHOUT = {"no_json.ipynb": "{", "list.ipynb": "[]", "cells.ipynb": '{"cells": [{}]}',
           "deep.ipynb": "[" * 500_000, "empty.ipynb": "", "bytes.ipynb": "\x81", "Rosa.zip": "PK",
           "Sam/a.py": "", "Eve/mnist-adder/README.md": "", "Ada/.ipynb_checkpoints/x.ipynb": "{}",
           "Ada/mine": "", "Bo/my_progress.json": "", "Ada/my_project.json": "[]"}


def code(source, count, *outputs):
    return dict(cell_type="code", source=[source], execution_count=count, outputs=list(outputs))


def printed(*lines):
    return {"output_type": "stream", "name": "stdout", "text": [f"{line}\n" for line in lines]}


def exercise(name, says, function=7, check=8, body="x"):
    """A function, run as the 7th cell, and its check, run as the 8th."""
    return [code(f"def {name}(x):\n    return {body}", function),
            code(f"checks.{name}({name})", check, printed(says))]


def write(path, *cells, package="mnist_adder_course.lessons", lesson="start_here",
          encoding="utf-8"):
    path.parent.mkdir(parents=True, exist_ok=True)
    first = code(f"import torch\nfrom {package}.{lesson} import checks, guesses", 1)
    text = {"cell_type": "markdown", "source": ["checks.agree(this is text)"]}
    path.write_bytes(json.dumps({"cells": [text, first, *cells], "nbformat": 4}).encode(encoding))


def states(*cells):
    found = hand_in.results_of([hand_in._cell(cell) for cell in cells])
    return {name: result.state for name, result in found.items()}


def course_notebook(name):
    return (ROOT / "notebooks" / f"{name}.ipynb").read_bytes()


def test_a_class(tmp_path, capsys):
    top, names = tmp_path / "class", WITH_WORK.replace("\n", "; ").split("; ")
    both = [*exercise("most_likely", RIGHT), *exercise("agree", WRONG)]
    for name in names:
        write(top / name, *both)
    for encoding in "utf-8-sig", "utf-16":
        write(top / f"{encoding}.ipynb", *both, encoding=encoding)
    write(top / "byte.ipynb", *both)
    (top / "byte.ipynb").write_bytes((top / "byte.ipynb").read_bytes().replace(b"torch", b"\xe9"))
    write(top / "older.ipynb", *both, *exercise("earlier", RIGHT), package="mnist_adder_lib.course")
    write(top / "long.ipynb", *both, code("print('x' * 3_000_000)", 9, printed("x" * 3_000_000)))
    write(top / "two lessons.ipynb", *both, code(
        "from mnist_adder_course.lessons.learning_by_hand import (\n    checks, guesses)", 9),
        *exercise("cost_of", WRONG))
    for name, content in WITHOUT.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(content.encode("latin-1"))
    before = {path: path.is_file() and path.read_bytes() for path in top.rglob("*")}
    target = top / "class.csv"
    hand_in.main([str(top), "--csv", str(target)])
    hand_in.main([str(top), "--csv", str(target)])  # its own table is no file of the class
    target_text = target.read_bytes()
    target.unlink()
    assert before == {path: path.is_file() and path.read_bytes() for path in top.rglob("*")}
    assert target_text.startswith("\ufefffile,lesson".encode())  # for spreadsheets
    rows = [*csv.DictReader(target_text.decode("utf-8-sig").splitlines())]
    assert sorted(row["file"] for row in rows) == sorted(
        ["'" * name.startswith("=") + name for name in names] + [
            "byte.ipynb", "utf-8-sig.ipynb", "utf-16.ipynb", "older.ipynb", "long.ipynb",
            *2 * ["two lessons.ipynb"]])
    assert {(row["exercise 1"], row["exercise 2"], row["main line solved"], row["of"])
            for row in rows if row["lesson"][:8] == "Lesson 0"} == {("solved", "wrong", "1", "3")}
    assert {row["exercise 3"] for row in rows} == {"not tried"}  # it isn't in the notebooks
    assert [row["other checks"] for row in rows if row["file"] == "older.ipynb"] == [
        "earlier: solved"]
    out = capsys.readouterr().out
    assert f"19 x Lesson 0 · Start here, agree: {WRONG}\n    =1+2/x.ipynb, Ali Ali_12_" in out
    for line in ("5 x can't be read: ask for it again (not a notebook, or only a part of one) · "
                 "bytes.ipynb, deep.ipynb, ", "1 x archives: unpack them first · Rosa.zip",
                 "1 x the course's own files\n", "1 x records of progress\n",
                 "1 x records of projects, which lesson 14 checks", "1 x hidden folders",
                 "2 x not notebooks: ask for the .ipynb files · Ada/mine, Sam/a.py"):
        assert line in out
    deeper = [one.name for one in hand_in.LESSONS["01_learning_by_hand"] if one.deeper]
    assert deeper and not any(f"{name}: not tried" in out for name in deeper)
    hand_in.main([str(top), "--lessons", "1"])
    assert "19 x rows of other lessons, left out" in capsys.readouterr().out


def test_thirty_home_folders_have_a_row_for_each_lesson_with_work(tmp_path, capsys):
    every = sorted((ROOT / "notebooks").glob("*.ipynb"))
    shipped = {path.name: path.read_bytes() for path in every}
    for home in range(30):
        folder = tmp_path / f"jupyter-{home}" / "notebooks"
        folder.mkdir(parents=True)
        for name, content in shipped.items():
            (folder / name).write_bytes(content)
        for lesson in "00_start_here", "01_learning_by_hand":
            notebook = json.loads(shipped[f"{lesson}.ipynb"])
            cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
            for order, cell in enumerate(cells[:8], 1):
                cell["execution_count"] = order
            (folder / f"{lesson}.ipynb").write_text(json.dumps(notebook), "utf-8")
    hand_in.main([str(tmp_path)])
    rows, *others = capsys.readouterr().out.split("\n\n")
    assert len(rows.splitlines()) == 60 and "not checked" not in rows
    assert [line[:16] for text in others for line in text.splitlines()] == [
        "390 x lessons in", "60 x the course'"]


@pytest.mark.parametrize("lesson", hand_in.LESSONS)
def test_as_stored_nothing_is_done_and_the_solutions_are_recognised(tmp_path, lesson):
    (tmp_path / "mine.ipynb").write_bytes(course_notebook(lesson))
    (tmp_path / "ours.ipynb").write_bytes(course_notebook(f"solutions/{lesson}"))
    assert hand_in.read(tmp_path) == ([], {hand_in.UNTOUCHED: ["mine.ipynb"],
                                           hand_in.SOLUTIONS: ["ours.ipynb"]})


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_links_are_not_followed_and_a_name_is_one_line_that_can_be_printed(tmp_path):
    write(tmp_path / "Jo\ne\x1b[2J.ipynb", *exercise("agree", RIGHT))
    (tmp_path / "all").symlink_to(tmp_path)
    (tmp_path / "gone.ipynb").symlink_to(tmp_path / "nothing")
    (row,), reasons = hand_in.read(tmp_path)
    assert row.path == "Jo e [2J.ipynb"
    assert reasons == {"links: ask for the files themselves": ["all", "gone.ipynb"]}


@pytest.mark.parametrize("counts, says, body, state", [
    ((7, 8), RIGHT, "x", "solved"), ((7, 8), WRONG, "x", "wrong"), ((9, 8), RIGHT, "x", "changed"),
    ((9, 8), WRONG, "x", "changed"), ((8, 8), RIGHT, "x", "solved"), ((1, 1), DOTS, "x", "not ch"),
    ((7, 8), DOTS, "...", "not tried"), ((9, 8), DOTS, "...", "not tried"),
    ((7, 8), "", "x", "not ch"), ((None, None), RIGHT, "x", "solved"),
    ((7, 8), "", "...", "not tried"), ((7, 8), RIGHT, "...", "look"),
    ((7, 8), RIGHT, "x[..., 0]", "solved"),
    ((7, 8), RIGHT, "x + len([x, ...])", "look")])
def test_what_a_check_has_said_and_when(counts, says, body, state):
    (found,) = states(*exercise("agree", says, *counts, body)).values()
    assert found.startswith(state)


@pytest.mark.parametrize("made, state", [
    ("def agree(x):\n    weights = ...\n    return x", "look at it"),
    ("def agree(x):\n    weights: list = [0]\n    a, b = 1, ...\n    return x", "look at it"),
    ("agree = checks.agree.or_ours(None)", "look at it"), ("agree = other.agree", "look at it"),
    ("agree = lambda x: x", "solved"), ("agree = lambda x: ...", "look at it"),
    ("class agree:\n    pass", "solved"), ("async def agree(x):\n    return x", "solved"),
    ("%%time\n!pip list\nx = (1,  # why?\n2)\ntorch.add?\n"
     "def agree(x):\n    %time y = x\n    return x", "solved"),
    ("%%time\nfiles = !ls\ndef agree(x):\n    y = ...\n    return x", "look at it"),
    ("def agree(x):\n    return (x\n            % 2)", "solved")])
def test_a_right_verdict_is_of_a_function_that_the_notebook_makes(made, state):
    check = code("checks.agree(agree)  # checks.four(four)", 8, printed(RIGHT))
    assert states(code(made, 7), check) == {"agree": state}


def test_of_two_versions_the_one_that_was_checked_counts():
    stub, mine = (code(f"def agree(x):\n    return {body}", count) for body, count in (
        ("...", 3), ("x", 7)))
    check = code("r = checks.agree(agree)", 8, printed(RIGHT, "Your `agree` is right: the lesson"))
    in_one = code("def agree(x):\n    return x\nchecks.agree(agree)", 8, printed(RIGHT))
    assert states(stub, check, mine) == states(mine, check, stub) == {"agree": "solved"}
    assert states(stub, in_one) == {"agree": "solved"}
    assert hand_in.results_of([hand_in._cell(mine), hand_in._cell(check)])["agree"].says == RIGHT


def test_the_check_that_was_run_last_counts_and_an_error_is_told():
    later, earlier = exercise("agree", RIGHT, 17, 18), exercise("agree", WRONG)
    assert states(*later, *earlier) == {"agree": "solved"}
    uncounted = [cell | {"execution_count": None} for cell in (*earlier, *later)]
    assert states(*uncounted) == {"agree": "solved"}  # then it is the last in the notebook
    two = code("checks.agree(agree)\nchecks.most_likely(mine)", 9, printed(WRONG, WRONG))
    assert states(two) == {"agree": "wrong", "most_likely": "wrong"}
    error = {"output_type": "error", "ename": "NameError", "evalue": "name 'agree'\nis"}
    found = hand_in.results_of([hand_in._cell(code("checks.agree(agree)", 3, error))])
    assert found["agree"] == hand_in.Result("not checked", "NameError: name 'agree' is")


def test_what_is_read_is_what_checks_and_guesses_say(tmp_path, capsys):
    for answer, state in ((lambda d, n, t: d + n == t, "solved"), (lambda d, n, t: d, "wrong"),
                          (lambda d, n, t: print(d), "wrong"), (lambda d, n, t: ..., "not tried")):
        start_here.checks.agree(answer)
        printout = printed(capsys.readouterr().out)
        assert states(code("checks.agree(lambda d, n, t: d)", 3, printout)) == {"agree": state}
    guess = start_here.guesses.ask("parameters")
    for chosen, made in ((-1, 0), (0, 1), (2, 1)):
        guess.widget.chosen = [chosen]
        text = {"output_type": "execute_result", "data": {
            "text/markdown": [start_here.guesses.compare("parameters", 17_360).data]}}
        compared = code('guesses.compare("parameters", 17_360)', 3, text)
        deeper = {"cell_type": "markdown", "source": ["## Deeper: it isn't asked for"]}
        write(tmp_path / "a.ipynb", compared, deeper, compared)
        assert [row.guesses for row in hand_in.read(tmp_path)[0]] == [(made, 1)]


@given(st.recursive(st.none() | st.floats() | st.text(), lambda inner: st.lists(inner) | (
    st.dictionaries(st.sampled_from(["source", "outputs", "data", "text", "name"]), inner))))
def test_a_notebook_of_any_kind_appears_once(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "any_00_start_here.ipynb"
    for odd in ({"source": content}, {"outputs": content}, {"execution_count": content}):
        cell = {"cell_type": "code", "source": "checks.agree(a)", "outputs": []}
        path.write_text(json.dumps({"cells": [cell | odd]}), "utf-8")
        rows, reasons = hand_in.read(path.parent)
        assert len(rows) + sum(map(len, reasons.values())) == 1 and hand_in.summary(rows, reasons)


def test_a_notebook_that_is_too_large_is_asked_for_without_its_outputs(tmp_path, monkeypatch):
    write(tmp_path / "a.ipynb", *exercise("agree", RIGHT))
    monkeypatch.setattr(hand_in, "LARGEST", 99)
    _, reasons = hand_in.read(tmp_path)
    assert reasons == {f"{hand_in.UNREADABLE} without its outputs: over 100 MB": ["a.ipynb"]}


def test_before_the_work_it_says_what_can_not_be_written_or_read(tmp_path, capsys):
    for options, says in {("--csv", "/no/such/t.csv"): "t.csv: No such",
                          ("--csv", str(tmp_path / "x.ipynb")): "should end in .csv"}.items():
        with pytest.raises(SystemExit):
            hand_in.main([str(tmp_path), *options])
        assert says in capsys.readouterr().err
    with pytest.raises(SystemExit):
        hand_in.main([str(tmp_path / "nobody")])
    assert "nobody isn't a folder" in capsys.readouterr().err
    nine, ten = (hand_in.summary([], {"archives: unpack them": count * ["a.zip"]})
                 for count in (9, 10))
    assert nine.endswith("a.zip") and ten.endswith(" and 1 more")
    assert [hand_in.no_formula(f"{sign}1")[0] for sign in "=+-@1"] == ["'", "'", "'", "'", "1"]
    assert hand_in.no_formula("a;=1, +2 -3") == "a;'=1,' +2 -3"


def test_it_needs_nothing_but_python_no_home_and_any_console(tmp_path):
    write(tmp_path / "Žofie 李.ipynb", *exercise("agree", RIGHT))
    command = [sys.executable, "-S", "-m", "mnist_adder_course.hand_in", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, env={
        "PYTHONIOENCODING": "cp1252", "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")})
    assert done.returncode == 0 and b"\x8eofie ?" in done.stdout
