"""The record of a project: the order that it keeps, what it refuses, and what its check says."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_adder_course.exercises import project as module
from mnist_adder_course.exercises.project import Project

GUESS = dict(question="Is it harder?", baseline="add", change="subtract", points=-2,
             because="It looks harder.")
PLAN = dict(pairs=3, matters=1, spread=0.5, changes_my_mind="An interval above 0.")
PAIR = dict(seed=0, baseline=90, change=91)
END = dict(answer="It was.", guess="I was right.", limits="Only here.")
STEPS = [("guess", GUESS), ("plan", PLAN),
         *(("result", PAIR | {"seed": seed}) for seed in range(3)),
         *(("evaluation", PAIR | {"seed": seed, "change": 90 + seed}) for seed in range(3)),
         ("conclusion", END)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "my_project.json"


def taken(path, count):
    project = Project(path)
    for name, fields in STEPS[:count]:
        project.write(name, **fields)
    return project


def test_a_restart_at_every_step_loses_nothing_and_repeats_nothing(path, capsys):
    for count in range(1, len(STEPS) + 1):
        before = taken(path, count)  # the cells above are run again, and one more
        assert Project(path).steps == before.steps and len(before.steps) == count
    assert before.table("evaluation")["difference"].to_list() == [0, 1, 2]
    capsys.readouterr()
    before.check()
    printed = capsys.readouterr().out
    assert printed.count("✓") == 5 and "·" not in printed
    assert "guess of -2 points lies outside the interval, which goes from -1.48 to +3.48" in printed
    assert 'What would change your mind: "An interval above 0." Did it happen?' in printed
    assert 'Your conclusion: "It was." Does it say the same as the interval?' in printed


@pytest.mark.parametrize("count, name, fields, line", [
    (0, "guess", GUESS | {"points": ..., "because": ...}, "Not written yet: points, because."),
    (0, "guess", GUESS | {"points": "-2"}, "a number, without quotes: points"),
    (0, "plan", PLAN, "first your guess"),
    (1, "plan", PLAN | {"pairs": 7.5}, "a whole number of pairs, at least 2"),
    (1, "plan", PLAN | {"pairs": 1}, "a whole number of pairs, at least 2"),
    (1, "result", PAIR, "first your plan"),
    (3, "guess", GUESS | {"points": 3}, "the guess can't be changed"),
    (3, "plan", PLAN | {"pairs": 9}, "the plan can't be changed"),
    (4, "result", PAIR | {"change": 95}, "Seed 0 has its result already"),
    (4, "evaluation", PAIR, "first all pairs of your plan"),
    (5, "result", PAIR | {"seed": 3}, "isn't in the plan"),
    (7, "conclusion", END, "first the evaluation images")])
def test_what_is_refused_changes_nothing(path, count, name, fields, line, capsys):
    project = taken(path, count)
    before = list(project.steps)
    project.write(name, **fields)
    assert line in capsys.readouterr().out.splitlines()[-1]
    assert project.steps == Project(path).steps == before


@pytest.mark.parametrize("two", [2.0, np.int64(2), np.float32(2), torch.tensor(2)])
def test_numbers_of_other_kinds_survive_a_restart(path, two):
    taken(path, 1).write("plan", **PLAN | {"pairs": two, "matters": two / 2})
    for seed in range(2):
        Project(path).write("result", **PAIR | {"seed": seed, "baseline": np.float64(90)})
    again = Project(path)
    again.write("plan", **PLAN | {"pairs": two, "matters": two / 2})  # its cell is run again
    assert len(again.steps) == 4 and again.seeds_left("evaluation") == [0, 1]


def test_it_is_too_early_for_the_evaluation_images(path, capsys):
    project = taken(path, 4)
    assert project.seeds_left("result") == [2] and project.seeds_left("evaluation") == []
    assert project.table("evaluation").empty
    assert "Not yet: first all pairs of your plan" in capsys.readouterr().out
    project.check()
    assert capsys.readouterr().out.count("· not yet") == 3
    assert taken(path, 6).seeds_left("evaluation") == [1, 2]


def test_the_guess_may_change_until_there_is_a_result(path):
    taken(path, 2).write("guess", **GUESS | {"points": 0.3})
    assert [step.get("points") for step in Project(path).steps] == [-2, None, 0.3]


@pytest.mark.parametrize("content", [
    "", "5", '[{"step": "party"}]', '["guess"]', '[{"points": 3}]',
    json.dumps([{"step": "plan", **PLAN}, {"step": "guess", **GUESS}])])
def test_a_file_that_is_no_record_in_order_is_refused_and_stays(path, content):
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match="isn't the record of a project.*Move it away"):
        Project(path)
    assert path.read_text("utf-8") == content


@settings(max_examples=60)
@given(st.lists(st.sampled_from(STEPS), max_size=40))
def test_whatever_is_called_no_rule_is_broken(path, steps):
    path.unlink(missing_ok=True)
    project = Project(path)
    for name, fields in steps:
        project.write(name, **fields)
    names = [step["step"] for step in project.steps]
    assert names == sorted(names, key=list(module.STEPS).index)
    assert names.count("evaluation") <= 3 and Project(path).steps == project.steps
