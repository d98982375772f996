"""Handed-in notebooks: what the checks said is read, of every file and every learner."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_adder_course import hand_in
from mnist_adder_course.class_list import ClassList, Learner
from mnist_adder_course.exercises.progress import Exercise
from mnist_adder_course.lessons import start_here

ROOT = Path(__file__).resolve().parents[2]
RIGHT, WRONG, DOTS = "✓ Right. So it is.", "Not right yet. It is `True`.", "Not solved yet. Put"
# Files of a class, as they come; each of them has lesson 0 with one answer right and one wrong.
LESSONS = """Ada/00_start_here.ipynb; Bo.ipynb; Cai.IPYNB; 00_start_here.ipynb; Dan/week1/mine.ipynb
Eve/mnist-adder/notebooks/x.ipynb; Mia/x.ipynb; =1+2/x.ipynb; Žofie 李/x.ipynb
8digit/x.ipynb; Ada/solutions/x.ipynb"""
WHOSE = {"Ada", "Bo", "Cai", "00_start_here", "Dan", "Eve", "Mia", "'=1+2", "Žofie 李", "8digit",
         "Ned", "Ola", "Pia"}
OTHERS = {"no_json.ipynb": "{", "list.ipynb": "[]", "cells.ipynb": '{"cells": [{}]}',
          "deep.ipynb": "[" * 500_000, "empty.ipynb": "", "bytes.ipynb": "\x81", "Rosa.zip": "PK",
          "Sam/a.py": "", "Sam/b.ipynb.txt": '{"cells": []}', "Jo\ne\x1b[2J.ipynb": "",
          "Eve/mnist-adder/README.md": "", "Ada/.ipynb_checkpoints/x.ipynb": "{}",
          "Ada/mine/README": "", "Bo/my_progress.json": "",
          "Ada/my_progress.json": '{"x recall 1": "2026-11-28", "x guess y": "2026-11-28"}'}


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


def results(*cells):
    found = hand_in.verdicts([hand_in._cell(cell) for cell in cells])
    return {name: result.result for name, result in found.items()}


@pytest.fixture
def classroom(tmp_path):
    top, both = tmp_path / "class", [*exercise("most_likely", RIGHT), *exercise("agree", WRONG)]
    for name in LESSONS.replace("\n", "; ").split("; "):
        write(top / name, *both)
    os.utime(top / "Mia" / "x.ipynb", (2e9, 2e9))
    write(top / "Mia" / "x-Copy1.ipynb", both[0], both[1], *exercise("agree", RIGHT))  # earlier
    write(top / "Ned.ipynb", *both, encoding="utf-8-sig")
    write(top / "Ola.ipynb", *both, *exercise("older", RIGHT), package="mnist_adder_lib.course")
    write(top / "Pia.ipynb", *both, code("print('x' * 3_000_000)", 9, printed("x" * 3_000_000)))
    (top / "Zoe").mkdir()
    for name in OTHERS if os.name == "posix" else OTHERS.keys() - {"Jo\ne\x1b[2J.ipynb"}:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(OTHERS[name].encode("latin-1"))
    return top


def test_a_class(classroom, tmp_path, capsys):
    before = {path: path.is_file() and path.read_bytes() for path in classroom.rglob("*")}
    table, pages = tmp_path / "table.csv", tmp_path / "pages"
    hand_in.main([str(classroom), "--csv", str(table), "--feedback", str(pages)])
    assert before == {path: path.is_file() and path.read_bytes() for path in classroom.rglob("*")}
    assert table.read_bytes().startswith("\ufefflearner".encode())  # for spreadsheets
    with table.open(newline="", encoding="utf-8-sig") as file:
        rows = {row["learner"]: row for row in csv.DictReader(file)}
    assert {name for name, row in rows.items() if row["main line"] == "1"} == WHOSE
    assert {row["of"] for row in rows.values()} == {"3", "0"}  # of nothing, nothing
    assert rows["Mia"]["Lesson 0 · Start here, of 3"] == "1"
    assert rows["Rosa"]["remarks"] == "a ZIP file: unpack it first"
    assert rows["Ada"]["remembered"] == "1"
    out = capsys.readouterr().out
    assert re.search(r"\nmain line +exercise 1 · most_likely  exercise 2 · agree  "
                     r"exercise 3 · four  guesses\n00_", out)
    assert f"13 x {hand_in.title('00_start_here')}, exercise 2 · agree: {WRONG}\n    00_s" in out
    for words in ("\n\ntwo versions, the one saved later counts: Mia/x.ipynb · Mia/x-Copy1.ipynb",
                  "older version of the course, with the check older: solved · Ola.ipynb",
                  "a program: ask for the notebook (.ipynb) · Sam/a.py",
                  "rename it to .ipynb · Sam/b.ipynb.txt", "ask for the notebook · Zoe",
                  "one) · bytes.ipynb, cells.ipynb, deep.ipynb, empty.ipynb"):
        assert words in out
    # What may change a result comes first, and the course's own files are counted.
    assert out.index("two versions") < out.index("can't be read") < out.index("a ZIP file")
    assert out.strip().endswith(f"{hand_in.OURS} · 3")
    assert [hand_in.no_formula(f"{sign}1")[0] for sign in "=+-@1"] == ["'", "'", "'", "'", "1"]
    assert hand_in.no_formula("a;=1, +2 -3") == "a;'=1,' +2 -3"
    assert ("Jo e [2J" in rows or os.name != "posix") and "\x1b" not in out
    assert "deeper" not in out  # nobody has begun it
    page = pages / "Ada.html"
    assert "solved. ✓ Right. So it is." in (text := page.read_text("utf-8"))
    assert "<code>True</code>" in text and len(list(pages.iterdir())) == len(rows)
    hand_in.main([str(classroom), "--csv", str(table), "--long"])
    assert f"Ada,{hand_in.title('00_start_here')},exercise 1 · most_likely,main line,solved," in (
        table.read_text("utf-8"))


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_links_are_not_followed(tmp_path):
    write(tmp_path / "class" / "Ada" / "x.ipynb", *exercise("agree", RIGHT))
    for name, target in {"Bo/x.ipynb": "Ada/x.ipynb", "Bo/all": "Ada", "Cai": "Ada",
                         "Dan.ipynb": "Ada/x.ipynb", "Eve/gone.ipynb": "nothing"}.items():
        (link := tmp_path / "class" / name).parent.mkdir(exist_ok=True)
        link.symlink_to(tmp_path / "class" / target)
    files = hand_in.read_all([tmp_path / "class"])
    link = "a link: ask for the file itself"
    assert [(file.learner, file.remark.partition(";")[0]) for file in files] == [("Ada", "")] + [
        (learner, link) for learner in ("Bo", "Bo", "Cai", "Dan", "Eve")]
    assert hand_in.read_all(sorted((tmp_path / "class").iterdir())) == files


@pytest.fixture
def of_one_lesson(monkeypatch):
    """A function that makes a file of a lesson with two exercises of each part, these solved."""
    monkeypatch.setattr(hand_in, "LESSONS", {"00_start_here": [
        Exercise("00_start_here", name, number, 5, deeper=name.startswith("deep"))
        for number, name in enumerate(("main_1", "main_2", "deep_1", "deep_2"), 1)]})

    def file(name, *solved, saved=1.0, begun=True):
        results = {exercise: hand_in.Result(hand_in.SOLVED) for exercise in solved}
        return hand_in.File(
            "Ada", name, "", "00_start_here", results, begun=begun, saved=saved)

    return file


def test_of_two_versions_one_with_answers_counts_and_then_the_later_one(of_one_lesson):
    main, deep = of_one_lesson("a", "main_1"), of_one_lesson("b", "deep_1", "deep_2")
    both, later = of_one_lesson("c", "main_1", "deep_1"), of_one_lesson("d", saved=2.0)
    untouched = of_one_lesson("e", saved=3.0, begun=False)
    for best, *others in ((main, deep), (both, main, deep), (later, both, main),
                          (later, untouched), (main, untouched, deep)):
        files = hand_in.one_counts([*others, best])
        assert [file.lesson != "" for file in files] == [False] * len(others) + [True]


@pytest.mark.parametrize("lesson", hand_in.LESSONS)
def test_a_blank_copy_never_wins_and_the_solutions_are_recognised(tmp_path, lesson):
    """Finished work in the root of a clone, and the untouched copy that git wrote a second later;
    and our solutions, with and without their first cell."""
    blank = json.loads((ROOT / "notebooks" / f"{lesson}.ipynb").read_text("utf-8"))
    name = next(iter(hand_in.LESSONS[lesson])).name
    path = tmp_path / "class" / "Ada" / "notebooks" / f"{lesson}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(blank), "utf-8")
    (file,) = hand_in.read_all([tmp_path / "class"])
    assert file.lesson == lesson and not file.begun
    os.utime(path, (2e9, 2e9))
    write(tmp_path / "class" / "Ada" / "mine.ipynb", *exercise(name, WRONG), lesson=lesson[3:])
    own, copy = sorted(hand_in.read_all([tmp_path / "class"]), key=lambda file: file.name)
    assert own.results[name].result == hand_in.WRONG and copy.remark == hand_in.OURS
    solved = json.loads((ROOT / "notebooks" / "solutions" / f"{lesson}.ipynb").read_text("utf-8"))
    for cells in (solved["cells"], solved["cells"][1:]):
        path.write_text(json.dumps({"cells": cells}), "utf-8")
        (file,) = hand_in.read_notebook("Ada", path, "x")
        assert file.remark == hand_in.SOLUTIONS and not file.lesson


def test_the_deeper_column_counts_nothing_else(of_one_lesson):
    (head, row) = hand_in.table([of_one_lesson("a", "main_1", "main_2", "deep_1")], long=False)
    assert dict(zip(head, row))["deeper"] == 1 and row[1] == 2


CLASS = """Vorname;Nachname;E-Mail
Jo;Lee;jo@school.org
Žofie;Šťastná;zs@school.org
Kim;Ito;k1@school.org
Kim;Ito;k2@school.org
Ada;Byron;ada@school.org
Max;Muster;"""


def test_a_class_list_says_who_is_missing_and_whose_files_nobody_knows(tmp_path, capsys):
    names, table = tmp_path / "names.csv", tmp_path / "table.csv"
    names.write_bytes(CLASS.encode("utf-8-sig"))
    for name in ("leejo_345_6789_x.ipynb", "Zofie Stastna/x.ipynb", "k2/x.ipynb", "Kim Ito/x.ipynb",
                 "Ada Byron/x.ipynb", "8a/Jo Lee & Ada Byron/01_learning_by_hand.ipynb",
                 "8a/Nobody/x.ipynb", "Max Mustr.ipynb"):
        write(tmp_path / "class" / name, *exercise("agree", RIGHT))
    hand_in.main([str(tmp_path / "class"), "--class", str(names), "--csv", str(table),
                  "--separator", "semicolon"])
    with table.open(newline="", encoding="utf-8-sig") as file:
        rows = [(row["learner"], row["main line"], row["remarks"].partition(";")[0])
                for row in csv.DictReader(file, delimiter=";")]
    which, other = "Kim Ito (k1@school.org) or Kim Ito (k2@school.org)", "Max Muster"
    assert [row[:2] for row in rows] == [
        ("Jo Lee", "1"), ("Žofie Šťastná", "1"), ("Kim Ito (k1@school.org)", "0"),
        ("Kim Ito (k2@school.org)", "1"), ("Ada Byron", "1"), (other, "0"),
        ("whose is this? 8a", "1"), (f"whose is this? Kim Ito, perhaps {which}", "1"),
        (f"whose is this? Max Mustr.ipynb, perhaps {other}", "1")]
    assert [row[0] for row in rows if row[2] == hand_in.NOTHING] == [
        "Kim Ito (k1@school.org)", other]
    out = capsys.readouterr().out
    assert out.startswith("names.csv: 6 names (Vorname, Nachname); 5 ids (E-Mail).")
    assert f"{hand_in.NOTHING} · Kim Ito (k1@school.org), {other}" in out
    assert f"whose is this? · 8a/Nobody/x.ipynb, Kim Ito/x.ipynb perhaps {which}" in out


def test_a_name_inside_the_courses_own_files_is_nobodys(tmp_path):
    listed = ClassList([Learner("Colab Setup", "Colab Setup")], "")
    for name in ("Ada/tools/colab_setup.py", "Bo/colab_setup.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("", "utf-8")
    found = {file.name: file.learner for file in hand_in.read_all([tmp_path], listed=listed)}
    assert found == {"Ada/tools/colab_setup.py": "whose is this? Ada",
                     "Bo/colab_setup.py": "Colab Setup"}


def counted(tmp_path, *options):
    hand_in.main([str(tmp_path / "class"), "--csv", str(tmp_path / "table.csv"), *options])
    with (tmp_path / "table.csv").open(newline="", encoding="utf-8-sig") as file:
        return {row["learner"]: row for row in csv.DictReader(file)}


def test_each_is_counted_by_what_was_handed_in_or_asked_for(tmp_path):
    for name in ("Ada/00_start_here.ipynb", "Ada/01_learning_by_hand.ipynb",
                 "Bo/00_start_here.ipynb"):
        path = tmp_path / "class" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((ROOT / "notebooks" / path.name).read_bytes())
    assert [row["of"] for row in counted(tmp_path).values()] == ["6", "3"]
    rows = counted(tmp_path, "--lessons", "1", "2")
    assert [row["of"] for row in rows.values()] == ["6", "6"]
    assert rows["Bo"]["remarks"] == f"not asked for: {hand_in.title('00_start_here')}"
    (path,) = hand_in.read_notebook("", ROOT / "notebooks" / "07_evaluation_tables.ipynb", "")
    main_line, _, _ = (ROOT / "notebooks" / path.lesson).with_suffix(".ipynb").read_text(
        "utf-8").partition('"## Deeper')
    assert path.guesses == (0, main_line.count('guesses.compare('))


def test_what_a_teacher_should_know_is_said(tmp_path):
    top = tmp_path / "class"
    write(top / "Ada" / "x.ipynb", *exercise("agree", RIGHT, 9, 8))
    write(top / "Bo" / "x.ipynb", *exercise("most_likely", RIGHT), code(
        "from mnist_adder_course.lessons.learning_by_hand import checks", 9),
        *exercise("cost_of", WRONG))
    write(top / "Cai" / "x.ipynb", code("checks.agree(agree)", 2))
    (top / "Cai" / "my_progress.json").write_text(
        '{"start_here exercise agree": "2026-11-28"}', "utf-8")
    (top / "Cai" / "my_project.json").write_text("{}", "utf-8")
    solutions = (ROOT / "notebooks" / "solutions" / "00_start_here.ipynb").read_bytes()
    (top / "Dan.ipynb").write_bytes(solutions)
    ada, *bo, progress, project, lesson, dan = sorted(
        hand_in.read_all([top]), key=lambda file: (file.learner, file.name, file.lesson))
    assert ada.remark == "right before a change, run the check again: agree"
    assert RIGHT in ada.results["agree"].says
    assert {file.remark for file in bo} == {"several lessons in one notebook"}
    assert [(file.lesson[:2], *file.results, *file.results.values()) for file in bo] == [
        ("00", "most_likely", ("solved", RIGHT)), ("01", "cost_of", ("wrong", WRONG))]
    assert lesson.results["agree"] == hand_in.Result(
        hand_in.NOT_CHECKED, "my_progress.json notes it as right, 2026-11-28")
    assert (progress.remark, project.remark[:10]) == ("", "the record")
    assert (dan.lesson, dan.remark) == ("", hand_in.SOLUTIONS)


def test_a_remark_fits_into_a_cell_and_all_of_it_is_in_the_feedback():
    files = [hand_in.File("Ada", f"{kind}", f"remark {kind}") for kind in "abcdefghijklmnop"]
    assert len(hand_in.table(files, long=False)[1][-1]) <= 100
    assert all(f"remark {file.name}" in hand_in.feedback("Ada", files) for file in files)


def test_pages_of_another_time_go_and_nothing_else_does(tmp_path, capsys):
    write(tmp_path / "class" / "Ada" / "x.ipynb")
    command = [str(tmp_path / "class"), "--feedback", str(tmp_path / "pages")]
    hand_in.main(command)
    (tmp_path / "class" / "Ada").rename(tmp_path / "class" / "Bo")
    hand_in.main(command)
    assert [path.name for path in (tmp_path / "pages").iterdir()] == ["Bo.html"]
    (tmp_path / "pages" / "mine.html").write_text("mine", "utf-8")
    with pytest.raises(SystemExit):
        hand_in.main(command)
    assert len(list((tmp_path / "pages").iterdir())) == 2
    assert "new or empty" in capsys.readouterr().err


@pytest.mark.parametrize("count, end", [(9, "file 9"), (10, "file 9 and 1 more"),
                                        (12, "file 9 and 3 more")])
def test_nine_files_are_named_and_the_others_counted(count, end):
    files = [hand_in.File("Ada", f"file {number + 1}", "a zip") for number in range(count)]
    assert hand_in.summary(files).endswith(f"file 8, {end}")


@pytest.mark.parametrize("counts, says, result", [
    ((7, 8), RIGHT, "solved"), ((7, 8), WRONG, "wrong"), ((7, 8), DOTS, "not tried"),
    ((9, 8), RIGHT, hand_in.CHANGED), ((9, 8), WRONG, hand_in.CHANGED), ((8, 8), RIGHT, "solved"),
    ((9, 8), DOTS, "not checked"), ((1, 1), DOTS, "not checked"), ((1, 5), DOTS, "not tried"),
    ((None, None), RIGHT, "solved"), ((7, 8), "", "not checked"), ((7, 8), "Hm.", "not checked")])
def test_what_a_check_has_said_and_when(counts, says, result):
    assert results(*exercise("agree", says, *counts)) == {"agree": result}


@pytest.mark.parametrize("call", ["r = checks.agree(agree)", "if True:\n    checks.agree(agree)"])
def test_a_check_in_other_words_counts(call):
    assert results(exercise("agree", "")[0], code(call, 8, printed(RIGHT))) == {"agree": "solved"}


@pytest.mark.parametrize("body, result", [("...", hand_in.LOOK), ("x[..., 0]", "solved")])
def test_right_above_three_dots_is_to_be_looked_at(body, result):
    assert results(*exercise("agree", RIGHT, body=body)) == {"agree": result}


def test_the_check_that_was_run_last_counts_and_an_error_is_told():
    later, earlier = exercise("agree", RIGHT, 17, 18), exercise("agree", WRONG)
    assert results(*later, *earlier) == {"agree": "solved"}
    two = code("checks.agree(agree)\nchecks.most_likely(mine)", 9, printed(WRONG, RIGHT))
    assert results(two) == {"agree": "wrong", "most_likely": "solved"}
    error = {"output_type": "error", "ename": "NameError", "evalue": "name 'agree'\nis"}
    found = hand_in.verdicts([hand_in._cell(code("checks.agree(agree)", 3, error))])
    assert found["agree"] == hand_in.Result("not checked", "NameError: name 'agree' is")


def test_what_is_read_is_what_checks_and_guesses_say(tmp_path, capsys):
    for answer, result in ((lambda d, n, t: d + n == t, "solved"), (lambda d, n, t: d, "wrong"),
                           (lambda d, n, t: print(d), "wrong"), (lambda d, n, t: ..., "not tried")):
        start_here.checks.agree(answer)
        printout = printed(capsys.readouterr().out)
        assert results(code("checks.agree(agree)", 3, printout)) == {"agree": result}
    guess = start_here.guesses.ask("parameters")
    for chosen, made in ((-1, 0), (0, 1), (2, 1)):
        guess.widget.chosen = [chosen]
        text = {"output_type": "execute_result", "data": {
            "text/markdown": [start_here.guesses.compare("parameters", 17_360).data]}}
        write(tmp_path / "a.ipynb", code('guesses.compare("parameters", 17_360)', 3, text))
        (file,) = hand_in.read_notebook("a", tmp_path / "a.ipynb", "a")
        assert file.guesses == (made, 1)


@given(st.recursive(st.none() | st.floats() | st.text(), lambda inner: st.lists(inner) | (
    st.dictionaries(st.sampled_from(["source", "outputs", "data", "text", "name"]), inner))))
def test_a_notebook_of_any_kind_ends_in_a_row(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "any_00_start_here.ipynb"
    for odd in ({"source": content}, {"outputs": content}, {"execution_count": content}):
        cell = {"cell_type": "code", "source": "checks.agree(a)", "outputs": []}
        path.write_text(json.dumps({"cells": [cell | odd]}), "utf-8")
        files = hand_in.read_all([path.parent])
        assert [file.learner for file in files] == ["any_00_start_here"] and hand_in.summary(files)


def test_before_the_work_it_says_what_can_not_be_written_or_read(classroom, capsys):
    for options, says in {("--csv", "/no/such/t.csv"): "t.csv: No such",
                          ("--csv", str(classroom / "Bo.ipynb")): "should end in .csv",
                          (str(classroom / "nobody"),): "nobody: No such",
                          ("--feedback", str(classroom / "pages")): "outside of what was"}.items():
        with pytest.raises(SystemExit):
            hand_in.main([str(classroom), *options])
        assert says in capsys.readouterr().err


def test_it_needs_nothing_but_python_no_home_and_any_console(classroom):
    command = [sys.executable, "-S", "-m", "mnist_adder_course.hand_in", str(classroom)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, env={
        "PYTHONIOENCODING": "cp1252", "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")})
    assert done.returncode == 0 and b"\x8eofie ?" in done.stdout
