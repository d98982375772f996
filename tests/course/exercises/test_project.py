"""The record of a project: the order that it keeps, what it refuses, and what its check says."""

import json

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from mnist_adder_course.exercises import project as module
from mnist_adder_course.exercises.project import Project, ProjectError
from mnist_adder_lib.compare import critical_value, paired_interval

GUESS = dict(question="Is it harder?", baseline="add", change="subtract", points=-2,
             because="It looks harder.")
PLAN = dict(pairs=5, matters=1, spread=0.5, changes_my_mind="An interval above 0.")
SENTENCES = dict(answer="It was.", guess="I was right.", limits="Only here.")
DIFFERENCES = [1.0, 0.5, 0.75, 1.5, 0.25]


@pytest.fixture(autouse=True)
def evaluation(monkeypatch):
    """The splits are not loaded: a project hands on the third, whatever it is."""
    monkeypatch.setattr(module, "load_splits", lambda: (None, None, "the evaluation images"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "my_project.json"


def planned(path):
    project = Project(path)
    project.guess(**GUESS)
    project.plan(**PLAN)
    return project


def measure(seed, split):
    assert split == "the evaluation images"
    return 90, 90 + DIFFERENCES[seed]


def whole(path):
    """A project with all steps but the conclusion. On validation each gain is half a point more."""
    project = planned(path)
    for seed in project.seeds:
        project.record(seed, 90, 90.5 + DIFFERENCES[seed])
    project.evaluate(measure)
    return project


def test_from_the_guess_to_the_check(path, capsys):
    project = whole(path)
    project.conclude(*paired_interval(DIFFERENCES), **SENTENCES)
    project.check()
    printed = capsys.readouterr().out
    assert printed.count("✓") == 6 and "✗" not in printed and "·" not in printed
    assert "guess of -2 points lies outside the interval" in printed
    assert "The interval says: better. (To you, 1 point would matter.)" in printed
    assert 'What would change your mind: "An interval above 0." Did it happen?' in printed
    assert 'Your conclusion: "It was." Does it say the same as the interval?' in printed
    assert "91 of 100 such experiments show it" in printed
    table = project.on_evaluation
    assert table["difference"].tolist() == DIFFERENCES and table.index.tolist() == [0, 1, 2, 3, 4]
    assert project.on_validation["difference"].tolist() == [d + 0.5 for d in DIFFERENCES]


def test_it_survives_a_restart_at_every_step(path):
    kept = whole(path)
    kept.conclude(0, 1, **SENTENCES)
    for count in range(len(kept.steps) + 1):
        path.write_text(json.dumps(kept.steps[:count]), encoding="utf-8")
        again = Project(path)
        assert again.steps == kept.steps[:count]
        assert again.verdict().count("·") > 0 or count == len(kept.steps)


def test_three_dots_take_no_step_and_raise_nothing(path, capsys):
    project = Project(path)
    project.guess(**dict.fromkeys(GUESS, ...))
    project.plan(**dict.fromkeys(PLAN, ...))
    project.evaluate(measure)
    project.conclude(..., ..., **dict.fromkeys(SENTENCES, ...))
    project.check()
    assert project.steps == [] and project.seeds == [] and not path.exists()
    assert project.on_evaluation.empty and project.on_validation.empty
    printed = capsys.readouterr().out
    assert "Not written yet: question, baseline, change, points, because." in printed
    assert printed.count("·") == 6
    project.guess(**GUESS)
    project.plan(**PLAN | {"pairs": ...})
    assert "Not written yet: pairs." in capsys.readouterr().out and project.seeds == []
    project.plan(**PLAN)
    project.record(0, 90, ...)
    assert project.on_validation.empty


def test_a_guess_may_change_until_the_first_result(path):
    project = planned(path)
    project.guess(**GUESS | {"points": 3})
    project.record(0, 90, 91)
    before = path.read_text("utf-8")
    project.guess(**GUESS | {"points": 3})  # the cell is run again
    for late in (lambda: project.guess(**GUESS), lambda: project.plan(**PLAN | {"pairs": 9})):
        with pytest.raises(ProjectError, match="There are results, so the .* can't be changed"):
            late()
    assert path.read_text("utf-8") == before
    assert "✓ The guess came before the results: +3 points." in project.verdict()


def test_results_belong_to_the_plan(path, capsys):
    project = Project(path)
    with pytest.raises(ProjectError, match="There is no plan yet"):
        project.record(0, 90, 91)
    project = planned(path)
    with pytest.raises(ProjectError, match="seed 5 isn't in your plan, which has the seeds 0 to 4"):
        project.record(5, 90, 91)
    project.record(3, 90, 91)
    project.record(3, 90, 91)
    assert "as on record" in capsys.readouterr().out
    project.record(3, 90, 95)  # a training repeated until it pleases
    assert "they stay" in capsys.readouterr().out
    assert project.on_validation["difference"].tolist() == [1.0]


def test_the_evaluation_images_are_used_once_and_last(path, capsys):
    project, calls = planned(path), []

    def counted(seed, split):
        calls.append(seed)
        return measure(seed, split)

    for seed in range(4):
        project.record(seed, 90, 91)
    project.evaluate(counted)
    assert "Not yet: the evaluation images come last" in capsys.readouterr().out and not calls
    project.record(4, 90, 91)
    project.evaluate(counted)
    first = project.on_evaluation
    project.evaluate(counted)
    Project(path).evaluate(counted)
    assert calls == [0, 1, 2, 3, 4]
    pd.testing.assert_frame_equal(first, project.on_evaluation)


def recorded(path):
    project = planned(path)
    for seed in project.seeds:
        project.record(seed, 90, 91)
    return project


@pytest.mark.parametrize("wrong, message", [
    (lambda seed, split: 90, "two accuracies"),
    (lambda seed, split: (90, "91 %"), "should be a number, not '91 %'"),
    (lambda seed, split: (90, float("nan")), "should be a number, not nan"),
    (lambda seed, split: (0.9, 0.91), "in percent"),
    (lambda seed, split: (90 + seed, 90 + seed), "exactly the same.* Nothing was written down")])
def test_a_measurement_that_fails_uses_nothing_up(path, wrong, message):
    project = recorded(path)
    with pytest.raises(ProjectError, match=message):
        project.evaluate(wrong)
    assert "haven't been used yet" in Project(path).verdict()
    project.evaluate(measure)
    assert project.on_evaluation["difference"].tolist() == DIFFERENCES


@pytest.mark.parametrize("change, message", [
    ({"pairs": 4}, "at least 5"), ({"pairs": 5.5}, "whole number, not 5.5"),
    ({"matters": 0}, "above 0"), ({"matters": 0.001}, "more than 100,000 pairs"),
    ({"spread": "small"}, "should be a number, not 'small'"),
    ({"changes_my_mind": " "}, "a text in quotes"), ({"changes_my_mind": 3}, "not 3")])
def test_a_plan_that_says_too_little(path, change, message):
    project = Project(path)
    project.guess(**GUESS)
    with pytest.raises(ProjectError, match=message):
        project.plan(**PLAN | change)
    assert project.seeds == []


def test_a_plan_says_how_much_it_can_show(path, capsys):
    project = Project(path)
    project.plan(**PLAN)
    assert "Not yet: the guess comes before the plan." in capsys.readouterr().out
    project.guess(**GUESS)
    project.plan(**PLAN | {"spread": 2})
    assert "For 80 of 100 you need 34 pairs." in capsys.readouterr().out


def test_a_notebook_shows_the_reason_without_the_lines_of_the_library():
    code = ("from mnist_adder_course.exercises.project import Project\n"
            "Project('there_is_none.json').record(0, 90, 91)")
    with capture_output() as captured:
        InteractiveShell().run_cell(code)
    assert "ProjectError: There is no plan yet" in captured.stdout
    assert "Traceback" not in captured.stdout and "raise " not in captured.stdout


def half_of(factor):
    """The interval that reaches so many standard errors to each side."""
    values = pd.Series(DIFFERENCES)
    return values.mean() - factor * values.sem(), values.mean() + factor * values.sem()


@pytest.mark.parametrize("given, reason", [
    (half_of(2), "two standard errors"), (half_of(1.96), "two standard errors"),
    (half_of(1), "one standard error"),
    (half_of(critical_value(5) * 5**0.5), "the standard deviation"),
    (half_of(critical_value(5))[::-1], "ends are swapped"),
    (tuple(-end for end in half_of(critical_value(5))[::-1]), "sign is turned round"),
    (paired_interval([d + 0.5 for d in DIFFERENCES]), "validation images"),
    ((0, 9), "plus and minus 2.78 standard errors, is another")])
def test_an_interval_that_does_not_belong_to_the_numbers(path, given, reason):
    project = whole(path)
    project.conclude(*given, **SENTENCES)
    assert "✗ The interval" in project.verdict() and reason in project.verdict()
    project.conclude(*paired_interval(DIFFERENCES), **SENTENCES)
    assert "✓ The interval belongs to the numbers" in project.verdict()


def test_an_interval_may_be_rounded(path):
    project = whole(path)
    project.conclude(*(round(end, 2) for end in half_of(2.776)), **SENTENCES)
    assert "✓ The interval" in project.verdict()


def test_the_limit_of_five_pairs_is_not_that_of_eight(path):
    project = Project(path)
    project.guess(**GUESS)
    project.plan(**PLAN | {"pairs": 8})
    differences = [*DIFFERENCES, 0.1, 0.9, 1.2]
    for seed in project.seeds:
        project.record(seed, 90, 91)
    project.evaluate(lambda seed, split: (90, 90 + differences[seed]))
    values = pd.Series(differences)
    half = 2.78 * values.sem()
    project.conclude(values.mean() - half, values.mean() + half, **SENTENCES)
    assert "for 8 pairs it is 2.36" in project.verdict()


@pytest.mark.parametrize("place, to, complaint", [
    (0, 3, "✗ The guess was written after the first result."),
    (1, 3, "✗ The plan was written after the first result."),
    (7, 4, "✗ The evaluation images were not used once and last.")])
def test_the_check_goes_by_the_order_in_the_file(path, place, to, complaint):
    steps = list(whole(path).steps)
    steps.insert(to, steps.pop(place))
    path.write_text(json.dumps(steps), encoding="utf-8")
    assert complaint in Project(path).verdict()


@pytest.mark.parametrize("middle, spread, matters, reading", [
    (2, 0.5, 1, "better"), (-2, 0.5, 1, "worse"), (0.75, 0.1, 1, "no difference that matters"),
    (0.25, 0.5, 1, "no difference that matters"), (0.5, 1, 1, "can't tell")])
def test_the_check_says_what_the_interval_says(path, middle, spread, matters, reading):
    project = Project(path)
    project.guess(**GUESS)
    project.plan(**PLAN | {"matters": matters})
    differences = [middle + spread * step for step in (-1, -0.5, 0, 0.5, 1)]
    for seed in project.seeds:
        project.record(seed, 90, 91)
    project.evaluate(lambda seed, split: (90, 90 + differences[seed]))
    project.conclude(*paired_interval(differences), **SENTENCES)
    assert f"The interval says: {reading}." in project.verdict()


def test_two_sides_that_are_the_same_training(path, capsys):
    """The template's three dots, `... # your change`, are still there."""
    project = planned(path)
    project.record(0, 90, 90)
    assert "Is your change in it?" in capsys.readouterr().out
    project.record(1, 91, 91)
    assert "Is your change in it?" not in capsys.readouterr().out  # once is enough
    for seed in (2, 3, 4):
        project.record(seed, 92, 92)
    with pytest.raises(ProjectError, match="exactly the same accuracy.*images stay closed"):
        project.evaluate(measure)
    assert project.on_evaluation.empty
    assert "✗ Baseline and change have exactly the same accuracy" in project.verdict()


def test_a_single_pair_may_have_no_difference(path, capsys):
    project = planned(path)
    for seed in project.seeds:
        project.record(seed, 90, 91 if seed == 0 else 90)
    assert "Is your change in it?" not in capsys.readouterr().out
    project.evaluate(measure)
    assert project.on_evaluation["difference"].tolist() == DIFFERENCES


@pytest.mark.parametrize("pair", [(0.9, 0.91), (-1, 90), (90, 901)])
def test_accuracies_are_in_percent(path, pair):
    project = planned(path)
    with pytest.raises(ProjectError, match=f"in percent, .* You gave {pair[0]} and {pair[1]}"):
        project.record(0, *pair)
    assert project.on_validation.empty
    project.record(0, 0, 0.5)  # of sums that were hidden, hardly any may be right


def test_a_number_of_pytorch_is_a_number(path):
    project = planned(path)
    project.record(torch.tensor(0), torch.tensor(90.0), np.float32(91))
    assert Project(path).on_validation.loc[0].tolist() == [90, 91, 1]


def test_a_question_has_a_question_mark(path):
    project = Project(path)
    with pytest.raises(ProjectError, match="no question mark: 'asdf'"):
        project.guess(**GUESS | {"question": "asdf"})
    assert project.steps == []


@pytest.mark.parametrize("content", [
    "", "[1]", '[{"step": "party"}]', '[{"step": "guess"}]', "\x00",
    json.dumps([{"step": "plan", **PLAN, "pairs": "five"}])])
def test_a_damaged_file_is_refused_and_stays(path, content):
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ProjectError, match="isn't the record of a project"):
        Project(path)
    assert path.read_text("utf-8") == content


actions = st.lists(st.one_of(
    st.tuples(st.just("guess"), st.integers(-3, 3)), st.tuples(st.just("plan"), st.integers(4, 6)),
    st.tuples(st.just("record"), st.integers(0, 6)), st.tuples(st.just("evaluate"), st.just(0)),
    st.tuples(st.just("conclude"), st.integers(0, 1))), max_size=25)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions)
def test_whatever_is_called_no_rule_is_broken(tmp_path, actions):
    path = tmp_path / "any.json"
    path.unlink(missing_ok=True)
    project = Project(path)
    for name, value in actions:
        try:
            match name:
                case "guess":
                    project.guess(**GUESS | {"points": value})
                case "plan":
                    project.plan(**PLAN | {"pairs": value})
                case "record":
                    project.record(value, 90, 91 + value / 10)
                case "evaluate":
                    project.evaluate(lambda seed, split: (90, 91 + seed / 10))
                case "conclude":
                    project.conclude(value, 1, **SENTENCES)
        except ProjectError:
            pass
        assert "✗" not in project.verdict().replace("✗ The interval", "")
    assert Project(path).steps == project.steps
