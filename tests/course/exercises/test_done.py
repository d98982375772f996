"""What a learner has done is noted whole or not at all, and never at the price of the lesson."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_adder_course.exercises import done
from mnist_adder_course.exercises.questions import Guesses, MultipleChoice
from mnist_adder_course.lessons import does_it_add, start_here
from mnist_adder_lib import files

TODAY = "2026-01-31"
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
DATES = st.dates().map(lambda when: when.isoformat())
NOTED = "start_here exercise agree"


class OneDay(date):
    """A day that doesn't end while the tests run."""

    @classmethod
    def today(cls):
        return cls.fromisoformat(TODAY)


def work_in(folder, patch):
    """Note progress in a folder, as without a checkout, and always on the same day."""
    patch.delenv(done.SWITCH)
    patch.setattr(done, "date", OneDay)
    patch.setattr(done, "NOTEBOOKS", folder / "of_no_checkout")
    patch.chdir(folder)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder in which progress is noted: the file, which isn't there yet."""
    work_in(tmp_path, monkeypatch)
    return tmp_path / done.NAME


def solve():
    start_here.checks.agree(lambda digit, number, total: digit + number == total)


def names(path):
    return sorted(file.name for file in path.parent.iterdir())


def test_a_right_check_is_noted_and_a_wrong_one_is_not(here):
    start_here.checks.agree(lambda digit, number, total: True)
    start_here.checks.most_likely(lambda p: ...)
    assert not here.exists()
    solve()
    assert json.loads(here.read_text("utf-8")) == {NOTED: TODAY}
    own = start_here.checks.most_likely.or_ours(lambda p: p.index(max(p)))
    start_here.checks.agree.or_ours(start_here.checks.agree.solution)
    assert own([1, 2]) == 1 and list(done.read()) == [NOTED, "start_here exercise most_likely"]


def test_a_guess_is_noted_when_it_is_compared(here):
    guesses = Guesses.load("start_here")
    guesses.compare("parameters", 17_360)  # not asked
    guess = guesses.ask("house")
    guess.widget.chosen = [0]
    assert not here.exists()
    guesses.compare("house", None)  # there is no result
    assert not here.exists()
    guesses.compare("house", 0.99)
    assert done.read() == {"start_here guess house": TODAY}


def test_an_answer_to_a_recalled_question_is_noted_at_once(here):
    widget = MultipleChoice(Guesses.load("does_it_add").recalled[:3])
    widget.chosen = [-1, 2, -1]
    widget.chosen = [-1, 2, 0]
    assert list(done.read()) == ["does_it_add recall 2", "does_it_add recall 3"]


def test_what_was_done_last_stands_last(here):
    for name in ("house", "watch", "house", "house"):
        done.note("start_here", "guess", name)
    assert list(done.read()) == ["start_here guess watch", "start_here guess house"]


@given(before=st.dictionaries(NAMES, DATES, max_size=5), name=NAMES)
def test_what_is_noted_is_added_to_what_was(tmp_path_factory, before, name):
    with pytest.MonkeyPatch.context() as patch:
        work_in(folder := tmp_path_factory.mktemp("notes"), patch)
        file = folder / done.NAME
        file.write_text(json.dumps(before), "utf-8")
        assert done.read() == before
        done.note("a", "guess", name)
        assert done.read() == before | {f"a guess {name}": TODAY}
        assert names(file) == [done.NAME]


@given(st.one_of(
    st.binary(), st.just(b"[" * 100_000),
    st.recursive(st.none() | st.integers() | st.text() | DATES,
                 lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner, min_size=1))
    .map(lambda value: json.dumps(value).encode())))
def test_a_damaged_file_is_put_aside(tmp_path_factory, content):
    with pytest.MonkeyPatch.context() as patch:
        work_in(folder := tmp_path_factory.mktemp("damaged"), patch)
        file = folder / done.NAME
        for number in (1, 2):  # again, and the first one stays
            file.write_bytes(content)
            was_whole = done.read()
            assert done.is_damaged() == (not was_whole and content != b"{}")
            assert file.read_bytes() == content  # looking changes nothing
            done.note("start_here", "exercise", "agree")
            if was_whole:
                assert list(done.read().items())[-1] == (NOTED, TODAY)
                break
            assert done.read() == {NOTED: TODAY}
            aside = folder / f"my_progress_damaged_{number}.json"
            assert content == b"{}" or aside.read_bytes() == content


def test_it_says_so_when_a_damaged_file_is_put_aside(here, capsys):
    here.write_text("{", "utf-8")
    solve()
    assert "\nmy_progress.json was damaged. It is now called my_" in capsys.readouterr().out


def test_a_byte_order_mark_is_no_damage(here):
    here.write_text(json.dumps({"a guess b": TODAY}), "utf-8-sig")
    assert done.read() == {"a guess b": TODAY} and not done.is_damaged()
    solve()
    assert list(done.read()) == ["a guess b", NOTED]


@pytest.fixture
def checkout(here, monkeypatch):
    """The folder of the lessons in a checkout; the working directory is above it."""
    (folder := here.parent / "notebooks").mkdir()
    (folder / "00_start_here.ipynb").touch()
    monkeypatch.setattr(done, "NOTEBOOKS", folder)
    return folder


def test_progress_is_next_to_the_lessons_wherever_a_check_runs(checkout, here, monkeypatch, capsys):
    solve()
    assert not here.exists()
    monkeypatch.chdir(checkout)
    assert list(done.read()) == [NOTED]
    assert capsys.readouterr().out.count("\n") == 1  # the verdict


def test_a_second_file_next_to_copied_lessons_is_announced_once(checkout, here, capsys):
    (here.parent / "03_layers_by_hand.ipynb").touch()
    solve()
    assert here.exists() and capsys.readouterr().out.count("\n") == 1  # it is the first file
    here.rename(checkout / done.NAME)
    for lines in (2, 1):
        solve()
        assert here.exists() and (out := capsys.readouterr().out).count("\n") == lines
        assert (str(checkout) in out) == (lines == 2)


def test_it_can_be_switched_off(here, monkeypatch):
    solve()
    monkeypatch.setenv(done.SWITCH, "OFF")
    before = here.read_bytes()
    done.note("start_here", "guess", "house")
    assert here.read_bytes() == before and done.read() == {}


def test_the_solutions_are_nobodys_progress(tmp_path, monkeypatch):
    (folder := tmp_path / "solutions").mkdir()
    work_in(folder, monkeypatch)
    solve()
    assert not any(folder.iterdir())


def test_where_nothing_can_be_written_the_lesson_goes_on(here, monkeypatch, capsys):
    """A full disk, a folder of somebody else: no word of it, and nothing is lost."""
    def refuse(*names):
        raise OSError(28, "No space left on device")

    here.write_text("damaged", "utf-8")
    monkeypatch.setattr(type(here), "rename", refuse)
    monkeypatch.setattr(files, "write_whole", refuse)
    solve()
    here.write_text("{}", "utf-8")
    solve()
    printed = capsys.readouterr()
    assert printed.out.count("✓ Right.") == printed.out.count("\n") == 2 and not printed.err
    assert done.read() == {} and names(here) == [done.NAME]


def test_the_main_lines_name_exercises_that_have_a_check():
    lines = done.main_lines()
    assert {exercise.name for exercise in lines["10_does_it_add"]} <= set(vars(does_it_add.checks))
    assert NOTED in [exercise.key for exercise in lines["00_start_here"]]
