"""Handed-in notebooks: a row for each lesson with work, in any file that a platform writes."""

import csv
import json
import os
import shutil
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
WITH_WORK = """Ali Ali_12_assignsubmission_file_/00_start_here.ipynb; bo_LATE_3_x-1.ipynb
=1+2/x.ipynb; Cai/Version 1/x.IPYNB; Žofie 李/x.ipynb; Eve/mnist-adder/notebooks/x.ipynb
x.ipynb.download; Finn - Copy of x.ipynb; x.ipynb.txt; Gus/x.json; x.ipynb (1)"""
WITHOUT = {"no_json.ipynb": "{", "list.ipynb": "[]", "cells.ipynb": '{"cells": [{}]}',
           "deep.ipynb": "[" * 500_000, "empty.ipynb": "", "bytes.ipynb": "\x81", "Rosa.zip": "PK",
           "Sam/a.py": "", "Eve/mnist-adder/README.md": "", "Ada/.ipynb_checkpoints/x.ipynb": "{}",
           "Ada/mine": "", "Ada/my_project.json": "[]"}


def code(source, count, *outputs):
    return dict(cell_type="code", source=[source], execution_count=count, outputs=list(outputs))


def printed(*lines):
    return {"output_type": "stream", "name": "stdout", "text": [f"{line}\n" for line in lines]}


def exercise(name, says, function=7, check=8, body="x"):
    """A function, run as the 7th cell, and its check, run as the 8th."""
    return [code(f"def {name}(x):\n    return {body}", function),
            code(f"checks.{name}({name})", check, printed(says))]


def write(path, *cells, package="mnist_adder_course.lessons"):
    path.parent.mkdir(parents=True, exist_ok=True)
    first = code(f"import torch\nfrom {package}.start_here import checks, guesses", 1)
    text = {"cell_type": "markdown", "source": ["checks.agree(this is text)"]}
    path.write_text(json.dumps({"cells": [text, first, *cells], "nbformat": 4}), "utf-8")


def results(*cells):
    return hand_in.results_of(list(map(hand_in.cell_of, cells)))


def states(*cells):
    return {name: result.state for name, result in results(*cells).items()}


def test_a_class(tmp_path, capsys):
    top, names = tmp_path / "class", WITH_WORK.replace("\n", "; ").split("; ")
    both = [*exercise("most_likely", RIGHT), *exercise("agree", WRONG)]
    for name in names:
        write(top / name, *both)
    write(top / "byte.ipynb", *both)
    (top / "byte.ipynb").write_bytes((top / "byte.ipynb").read_bytes().replace(b"torch", b"\xe9"))
    write(top / "older.ipynb", *both, *exercise("earlier", RIGHT), package="mnist_adder_lib.course")
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
            "byte.ipynb", "older.ipynb", *2 * ["two lessons.ipynb"]])
    assert {(row["exercise 1"], row["exercise 2"], row["exercise 3"], row["main line solved"],
             row["of"]) for row in rows if row["lesson"][:8] == "Lesson 0"} == {
                 ("solved", "wrong", "not tried", "1", "3")}
    assert [row["other checks"] for row in rows if row["file"] == "older.ipynb"] == [
        "earlier: solved"]
    out = capsys.readouterr().out
    assert f"14 x Lesson 0 · Start here, agree: {WRONG}\n    =1+2/x.ipynb, Ali Ali_12_" in out
    for line in ("5 x can't be read: ask for it again (not a notebook, or only a part of one) · "
                 "bytes.ipynb, deep.ipynb, ", "1 x archives: unpack them first · Rosa.zip",
                 "1 x the course's own files\n", "1 x hidden or special",
                 "3 x not notebooks: ask for the .ipynb files · Ada/mine, Ada/my_project.json, "):
        assert line in out
    hand_in.main([str(top), "--lessons", "1"])
    assert "14 x rows of other lessons, left out" in capsys.readouterr().out


def test_as_stored_nothing_is_done_and_what_is_run_has_a_row(tmp_path):
    shutil.copytree(ROOT / "notebooks", tmp_path / "home" / "notebooks",
                    ignore=shutil.ignore_patterns(".*", "my_*"))
    shutil.copy(ROOT / "notebooks" / "solutions" / "04_model_summary.ipynb", tmp_path / "my.ipynb")
    write(tmp_path / "run.ipynb", code("1 + 1", 2))
    (row,), reasons = hand_in.read(tmp_path)
    assert row.path == "run.ipynb" and {state for state, _ in row.results.values()} == {"not tried"}
    assert {why: len(paths) for why, paths in reasons.items()} == {
        "lessons in which nothing was done: ask for the copy that was worked in": 15,
        "the course's own files": 17, "the course's solutions: ask for the learner's own work": 1}


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_links_are_not_followed_and_a_name_is_one_line_that_can_be_printed(tmp_path):
    write(tmp_path / "Jo\ne\x1b[2J.ipynb", *exercise("agree", RIGHT))
    (tmp_path / "all").symlink_to(tmp_path)
    (row,), reasons = hand_in.read(tmp_path)
    assert row.path == "Jo e [2J.ipynb"
    assert reasons == {"links: ask for the files themselves": ["all"]}


@pytest.mark.parametrize("counts, says, body, state", [
    ((7, 8), RIGHT, "x", "solved"), ((7, 8), WRONG, "x", "wrong"), ((9, 8), RIGHT, "x", "changed"),
    ((1, 1), DOTS, "x", "not ch"), ((9, 8), DOTS, "...", "not tried"), ((7, 8), "", "x", "not ch"),
    ((None, None), RIGHT, "x", "solved"), ((7, 8), "", "...", "not tried"),
    ((7, 8), RIGHT, "...", "look"), ((7, 8), RIGHT, "x[..., 0] + x[0, ...]", "solved")])
def test_what_a_check_has_said_and_when(counts, says, body, state):
    (found,) = states(*exercise("agree", says, *counts, body)).values()
    assert found.startswith(state)


@pytest.mark.parametrize("made, state", [
    ("agree = checks.agree.or_ours(None)", "look at it"), ("agree = lambda x: x", "solved"),
    ("%%time\n!pip list\ndef agree(x):\n    '''Dots: ...'''\n    %time y = x  # don't ...\n"
     "    return (x\n) + ' ...'\ndef other():\n    ...", "solved")])
def test_a_right_verdict_is_of_a_function_that_the_notebook_makes(made, state):
    check = code("checks.agree(agree)  # checks.four(four)", 8, printed(RIGHT))
    assert states(code(made, 7), check) == {"agree": state}


def test_the_check_that_was_run_last_counts_and_an_error_is_told():
    goes_on = f"{RIGHT}\nYour `agree` is right: the lesson goes on with it."
    later, earlier = exercise("agree", goes_on, 17, 18), exercise("agree", WRONG, body="...")
    assert results(*later, *earlier) == {"agree": hand_in.Result("solved", RIGHT)}
    error = {"output_type": "error", "ename": "NameError", "evalue": "name 'agree'\nis"}
    assert results(code("checks.agree(agree)", 3, error)) == {
        "agree": hand_in.Result("not checked", "NameError: name 'agree' is")}


def test_what_is_read_is_what_checks_and_guesses_say(tmp_path, capsys):
    for answer, state in ((lambda d, n, t: d + n == t, "solved"), (lambda d, n, t: d, "wrong"),
                          (lambda d, n, t: ..., "not tried")):
        start_here.checks.agree(answer)
        check = code("checks.agree(lambda d, n, t: d)", 3, printed(capsys.readouterr().out))
        assert states(check) == {"agree": state}
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


def test_before_the_work_it_says_what_can_not_be_written_or_read(capsys):
    for options, says in {"nobody": "nobody isn't a folder", ". --csv a/b/t.csv": "t.csv: No such",
                          ". --csv x.ipynb": "should end in .csv"}.items():
        with pytest.raises(SystemExit):
            hand_in.main(options.split())
        assert says in capsys.readouterr().err
    assert hand_in.no_formula("a;=1, +2 -3") == "a;'=1,' +2 -3"

def test_it_needs_nothing_but_python_no_home_and_any_console(tmp_path):
    write(tmp_path / "Žofie 李.ipynb", *exercise("agree", RIGHT))
    command = [sys.executable, "-S", "-m", "mnist_adder_course.hand_in", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, env={
        "PYTHONIOENCODING": "cp1252", "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")})
    assert done.returncode == 0 and b"\x8eofie ?" in done.stdout
