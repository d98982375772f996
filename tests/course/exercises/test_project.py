"""The record of a project: the order that it keeps, what it refuses, and what its check says."""

import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_adder_course.exercises import project as module
from mnist_adder_course.exercises.project import Project, ProjectError
from mnist_adder_lib.compare import paired_interval

GUESS = dict(question="Is it harder?", baseline="add", change="subtract", points=-2,
             because="It looks harder.")
PLAN = dict(pairs=5, matters=1, spread=0.5, changes_my_mind="An interval above 0.")
SENTENCES = dict(answer="It was.", guess="I was right.", limits="Only here.")
DIFFERENCES = [1.0, 0.5, 0.75, 1.5, 0.25]  # on evaluation; on validation half a point more
LOW, HIGH = paired_interval(DIFFERENCES)


@pytest.fixture(autouse=True)
def evaluation(monkeypatch):
    """The splits are not loaded: a project hands on the third, whatever it is."""
    monkeypatch.setattr(module, "load_splits", lambda: (None, None, "the evaluation images"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "my_project.json"


def planned(path, **plan):
    project = Project(path)
    project.guess(**GUESS)
    project.plan(**PLAN | plan)
    return project


def measure(seed, split):
    assert split == "the evaluation images"
    return 90, 90 + DIFFERENCES[seed]


def whole(path):
    """A project with all steps but the conclusion."""
    project = planned(path)
    for seed in project.seeds:
        project.record(seed, 90, 90.5 + DIFFERENCES[seed])
    project.evaluate(measure)
    return project


def test_from_the_guess_to_the_check(path, capsys):
    project = whole(path)
    project.conclude(round(LOW, 2), round(HIGH, 2), **SENTENCES)
    project.check()
    printed = capsys.readouterr().out
    assert printed.count("✓") == 5 and "✗" not in printed and "·" not in printed
    assert "guess of -2 points lies outside the interval" in printed
    assert 'What would change your mind: "An interval above 0." Did it happen?' in printed
    assert 'Your conclusion: "It was." Does it say the same as the interval?' in printed
    assert "91 of 100 such experiments show it" in printed
    assert project.on_evaluation["difference"].to_dict() == dict(enumerate(DIFFERENCES))
    assert project.on_validation["difference"].tolist() == [d + 0.5 for d in DIFFERENCES]


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
    assert "Not yet: first your guess" in printed and printed.count("· not yet") == 5


@pytest.mark.parametrize("step, message", [
    (lambda of: of.guess(**GUESS), "There are results, so the guess can't be changed"),
    (lambda of: of.plan(**PLAN | {"pairs": 9}), "There are results, so the plan can't be changed"),
    (lambda of: of.plan(**PLAN | {"pairs": 4}), "at least 5"),
    (lambda of: of.plan(**PLAN | {"matters": 0}), "above 0"),
    (lambda of: of.guess(**GUESS | {"points": "few"}), "'few'")])
def test_what_is_refused_changes_nothing(path, step, message):
    project = planned(path)
    project.guess(**GUESS | {"points": 3})  # before the first result, a guess may change
    project.record(0, 90, 91)
    before = path.read_text("utf-8")
    with pytest.raises(ValueError, match=message):
        step(project)
    assert path.read_text("utf-8") == before
    assert project._last("guess")["points"] == 3


def test_the_first_result_of_a_seed_stays(path, capsys):
    project = planned(path)
    project.record(3, 90, 91)
    project.record(3, 90, 95)  # a training repeated until it pleases
    assert "the first result stays" in capsys.readouterr().out
    assert project.on_validation["difference"].tolist() == [1.0]


def test_the_evaluation_images_are_used_once(path):
    project = planned(path)
    for seed in project.seeds:
        project.evaluate(measure)  # too early, as long as a pair is missing
        assert project.on_evaluation.empty
        project.record(seed, 90, 91)
    with pytest.raises(ZeroDivisionError):  # stopped at the third pair: two are on record
        project.evaluate(lambda seed, split: measure(seed, split) if seed < 2 else 1 / 0)
    assert Project(path).on_evaluation["difference"].tolist() == DIFFERENCES[:2]
    project.conclude(LOW, HIGH, **SENTENCES)  # too early
    seen = []
    project.evaluate(lambda seed, split: seen.append(seed) or measure(seed, split))
    assert seen == [2, 3, 4]
    project.evaluate(lambda seed, split: 1 / 0)
    Project(path).evaluate(lambda seed, split: 1 / 0)
    assert project.on_evaluation["difference"].tolist() == DIFFERENCES
    assert [step["step"] for step in project.steps].count("conclusion") == 0


def test_networks_are_kept_once_their_seed_has_a_result(path):
    project, trained = planned(path), []

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


def test_two_sides_that_are_the_same_training(path, capsys):
    """The template's three dots, `... # your change`, are still there."""
    planned(path).record(0, 90, 90)
    assert "is your change in the training?" in capsys.readouterr().out


@pytest.mark.parametrize("low, high", [(-HIGH, -LOW), (LOW, HIGH + 0.1)])
def test_an_interval_that_does_not_belong_to_the_numbers(path, low, high, capsys):
    project = whole(path)
    message = "The interval from .* points doesn't belong .* the critical value"
    with pytest.raises(ProjectError, match=message):
        project.conclude(low, high, **SENTENCES)
    assert project.steps[-1]["step"] == "evaluation"
    assert "Written down.\n" not in capsys.readouterr().out


def test_the_check_goes_by_the_order_in_the_file(path, capsys):
    steps = list(whole(path).steps)
    steps.insert(3, steps.pop(0))
    path.write_text(json.dumps(steps), encoding="utf-8")
    Project(path).check()
    assert "✗ The steps in the file are out of order." in capsys.readouterr().out


@pytest.mark.parametrize("content", [
    "", '[{"step": "party"}]', '[{"step": "evaluation", "results": [[0, 97.0, 98.0]]}]'])
def test_a_damaged_file_is_refused_and_stays(path, content):
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ProjectError, match="isn't the record of a project"):
        Project(path)
    assert path.read_text("utf-8") == content


steps = st.sampled_from([
    lambda of, n: of.guess(**GUESS | {"points": n}),
    lambda of, n: of.plan(**PLAN | {"pairs": 4 + n}), lambda of, n: of.record(n, 90, 91 + n / 10),
    lambda of, n: of.evaluate(measure), lambda of, n: of.conclude(n, 1, **SENTENCES)])


@settings(max_examples=60)
@given(st.lists(st.tuples(steps, st.integers(0, 4)), max_size=25))
def test_whatever_is_called_no_rule_is_broken(path, taken):
    path.unlink(missing_ok=True)
    project = Project(path)
    for step, number in taken:
        try:
            step(project, number)
        except ProjectError:
            pass
    stages = [max(1, module.ORDER.index(step["step"])) for step in project.steps]
    assert stages == sorted(stages) and stages.count(3) in (0, len(project.seeds))
    assert Project(path).steps == project.steps
