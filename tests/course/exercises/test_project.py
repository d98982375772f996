"""The record of a project: the order that it keeps, what it refuses, and what its check says."""

import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_adder_course.exercises import project as module
from mnist_adder_course.exercises.project import Project
from mnist_adder_lib.compare import paired_interval

GUESS = dict(question="Is it harder?", baseline="add", change="subtract", points=-2,
             because="It looks harder.")
PLAN = dict(pairs=5, matters=1, spread=0.5, changes_my_mind="An interval above 0.")
SENTENCES = dict(answer="It was.", guess="I was right.", limits="Only here.")
DIFFERENCES = [1.0, 0.5, 0.75, 1.5, 0.25]
LOW, HIGH = paired_interval(DIFFERENCES)


def measure(seed, split):
    assert split == "the evaluation images"
    return 90, 90 + DIFFERENCES[seed]


STEPS = [lambda of: of.guess(**GUESS), lambda of: of.plan(**PLAN),
         *(lambda of, seed=seed: of.record(seed, 90, 91) for seed in range(5)),
         lambda of: of.evaluate(measure),
         lambda of: of.conclude(round(LOW, 2), round(HIGH, 2), **SENTENCES)]


@pytest.fixture(autouse=True)
def evaluation(monkeypatch):
    """The splits are not loaded: a project hands on the third, whatever it is."""
    monkeypatch.setattr(module, "load_splits", lambda: (None, None, "the evaluation images"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "my_project.json"


def taken(path, count):
    project = Project(path)
    for step in STEPS[:count]:
        step(project)
    return project


def test_a_restart_at_every_step_loses_nothing_and_repeats_nothing(path, capsys):
    for count in range(1, len(STEPS) + 1):
        before = taken(path, count)  # the cells above are run again, and one more
        assert Project(path).steps == before.steps
    assert len(before.steps) == 2 + 5 + 5 + 1
    assert before.on_evaluation["difference"].to_dict() == dict(enumerate(DIFFERENCES))
    capsys.readouterr()
    before.check()
    printed = capsys.readouterr().out
    assert printed.count("✓") == 5 and "·" not in printed
    assert "guess of -2 points lies outside the interval" in printed
    assert 'What would change your mind: "An interval above 0." Did it happen?' in printed
    assert 'Your conclusion: "It was." Does it say the same as the interval?' in printed


def test_three_dots_take_no_step_and_raise_nothing(path, capsys):
    project = Project(path)
    project.guess(**dict.fromkeys(GUESS, ...))
    project.plan(**dict.fromkeys(PLAN, ...))
    project.evaluate(measure)
    project.conclude(..., ..., **dict.fromkeys(SENTENCES, ...))
    project.check()
    assert project.seeds == [] and project.on_evaluation.empty and not path.exists()
    printed = capsys.readouterr().out
    assert "Not written yet: question, baseline, change, points, because." in printed
    assert "Not yet: first your guess" in printed and printed.count("· not yet") == 5


@pytest.mark.parametrize("count, step, line", [
    (0, lambda of: of.plan(**PLAN), "first your guess"),
    (1, lambda of: of.plan(**PLAN | {"pairs": 4}), "at least 5"),
    (1, lambda of: of.record(0, 90, 91), "first your plan"),
    (3, lambda of: of.guess(**GUESS | {"points": 3}), "the guess can't be changed"),
    (3, lambda of: of.plan(**PLAN | {"pairs": 9}), "the plan can't be changed"),
    (3, lambda of: of.record(0, 90, 95), "the first result stays"),
    (6, lambda of: of.evaluate(measure), "first all pairs of your plan"),
    (7, lambda of: of.conclude(LOW, HIGH, **SENTENCES), "first the evaluation images"),
    (8, lambda of: of.conclude(-HIGH, -LOW, **SENTENCES), "doesn't belong to the numbers"),
    (8, lambda of: of.conclude(LOW, HIGH + 0.1, **SENTENCES), "the critical value")])
def test_what_is_refused_changes_nothing(path, count, step, line, capsys):
    project = taken(path, count)
    before = list(project.steps)
    step(project)
    assert line in capsys.readouterr().out.splitlines()[-1]
    assert project.steps == Project(path).steps == before


def test_what_is_no_number_raises_and_changes_nothing(path):
    project = taken(path, 1)
    with pytest.raises(ValueError, match="above 0"):
        project.plan(**PLAN | {"matters": 0})
    with pytest.raises(ValueError, match="'few'"):
        project.guess(**GUESS | {"points": "few"})
    project.guess(**GUESS | {"points": 0.3})  # before the first result, it may change
    assert [step["points"] for step in Project(path).steps] == [-2, 0.3]


def test_numbers_that_a_learner_reads(path, capsys):
    taken(path, 2).record(0, 90, 90)  # the template's `... # your change` is still there
    printed = capsys.readouterr().out
    assert "2 of 100 images fewer" in printed and "91 of 100 such experiments show it" in printed
    assert "is your change in the training?" in printed


def test_the_evaluation_images_are_used_once(path):
    with pytest.raises(ZeroDivisionError):  # stopped at the third pair: two are on record
        taken(path, 7).evaluate(lambda seed, split: measure(seed, split) if seed < 2 else 1 / 0)
    seen = []
    Project(path).evaluate(lambda seed, split: seen.append(seed) or measure(seed, split))
    assert seen == [2, 3, 4]
    Project(path).evaluate(lambda seed, split: 1 / 0)


def test_networks_are_kept_once_their_seed_has_a_result(path):
    project, trained = taken(path, 2), []

    def train(seed, changed):
        trained.append((seed, changed))
        return torch.nn.Linear(1, 1)

    project.networks(2, train)
    first = project.networks(2, train)  # no result yet: the training may have changed
    assert trained == [(2, False), (2, True)] * 2
    project.record(2, 90, 91)
    again = Project(path).networks(2, train)  # after a restart
    assert len(trained) == 4
    assert [one.weight.item() for one in again] == [one.weight.item() for one in first]


@pytest.mark.parametrize("content", [
    "", "5", '[{"step": "party"}]', '["guess"]', '[{"step": "guess", "points": 3}]',
    json.dumps([{"step": "plan", **PLAN}, {"step": "guess", **GUESS}])])
def test_a_file_that_is_no_record_in_order_is_refused_and_stays(path, content):
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match="isn't the record of a project.*Move it away"):
        Project(path)
    assert path.read_text("utf-8") == content


@settings(max_examples=60)
@given(st.lists(st.sampled_from(STEPS), max_size=25))
def test_whatever_is_called_no_rule_is_broken(path, steps):
    path.unlink(missing_ok=True)
    project = Project(path)
    for step in steps:
        step(project)
    names = [step["step"] for step in project.steps]
    assert names == sorted(names, key=list(module.STEPS).index)
    assert names.count("evaluation") in (0, 5)
    assert Project(path).steps == project.steps
