"""Answers as learners write them, right and wrong, and what the checks say of them."""

import json
import math
import re
import tomllib
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from every_lesson import LESSONS, ROOT
from scipy.stats import binomtest
from torch import nn
from torch.utils.data import DataLoader

from mnist_adder_course.exercises import done
from mnist_adder_course.exercises.checks import from_code
from mnist_adder_course.lessons.backward_by_hand import Node, forward
from mnist_adder_course.lessons.draw_a_digit import centre_of_mass
from mnist_adder_course.widgets.hidden_sums import unseen_sums
from mnist_adder_lib import paired_interval, power_of_pairs, wilson_interval
from mnist_adder_lib.model import conv, fully_connected

TEXTS: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("answers.toml").read_text(encoding="utf-8"))
ANSWER = re.compile(r"^# (right|wrong)(?:: (.+))?\n((?:(?!# right|# wrong).*\n)+)", re.MULTILINE)
# For each exercise its answers: whether right or wrong, a pattern of the verdict, and the code.
ANSWERS = {f"{lesson}.{name}": ANSWER.findall(text)
           for lesson, texts in TEXTS.items() for name, text in texts.items()}


SUMS = torch.arange(10).view(10, 1) + torch.arange(10)
NAMES = dict(  # that a lesson has given when its exercises come
    torch=torch, F=F, nn=nn, math=math, ceil=math.ceil, comb=math.comb, binomtest=binomtest, np=np,
    binary_cross_entropy_with_logits=F.binary_cross_entropy_with_logits,
    conv=conv, fully_connected=fully_connected,
    centre_of_mass=centre_of_mass, totals=SUMS, sums=SUMS, Node=Node, forward=forward,
    DataLoader=DataLoader, paired_interval=paired_interval, power_of_pairs=power_of_pairs,
    unseen_sums=unseen_sums, wilson_interval=wilson_interval, __name__="notebook")
# What would be the check's own, or Python's, and not for a learner.
RAW = r"can't be done|(?<!torch\.)tensor\(|(?<!np\.)array\(|Observed|Traceback|<\w+ at|Our solution"


@pytest.mark.parametrize("to", ANSWERS)
def test_verdicts_of_learners_answers(to):
    lesson, name = to.split(".")
    check = getattr(import_module(f"mnist_adder_course.lessons.{lesson}").checks, name)
    for kind, says, code in ANSWERS[to]:
        text = check.verdict(from_code(code, name, dict(NAMES)))
        assert text.startswith("✓ Right") == (kind == "right"), f"{code}\n{text}"
        assert re.search(says, text), f"{code}\n{text}"
        ours = re.sub("Look at the line `.+`", "", text)  # those are the learner's words
        assert not re.search(RAW, ours), f"{code}\n{text}"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_each_exercise_has_a_right_and_a_wrong_answer_of_learners(lesson):
    for name in vars(lesson.module.checks):
        kinds = {kind for kind, *_ in ANSWERS.get(f"{lesson.name}.{name}", [])}
        assert kinds == {"right", "wrong"}, f"answers.toml needs a right and a wrong {name}"


# --- the cells of an exercise, whose lesson goes on with our function until the answer is right ---


def cells_with_or_ours():
    """The lesson, the name, and the code of the function's and the check's cell."""
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        cells = {cell["id"]: "".join(cell["source"])
                 for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]}
        for exercise in done.exercises()[path.stem]:
            of = f"{path.stem[:2]}-exercise-{exercise.name}"
            if ".or_ours(" in (check := cells[f"{of}-check"]):
                yield pytest.param(path.stem[3:], exercise.name, cells[f"{of}-function"], check,
                                   id=exercise.name)


@pytest.mark.parametrize("lesson, name, function_cell, check_cell", [*cells_with_or_ours()])
def test_the_cells_run_again(lesson, name, function_cell, check_cell, monkeypatch, capsys):
    """Only the learner's own function is right, and what the check says of another is repeated,
    however often its cell is run."""
    noted = []
    monkeypatch.setattr(done, "note", lambda *what: noted.append(what))
    checks = import_module(f"mnist_adder_course.lessons.{lesson}").checks
    kernel = {**NAMES, "checks": checks}
    wrong, right = (next(code for kind, _, code in ANSWERS[f"{lesson}.{name}"] if kind == which)
                    for which in ("wrong", "right"))

    def run(code):
        from_code(code, name, kernel)
        return capsys.readouterr().out

    ours = f"Not solved yet. The name `{name}` still stands for our function. Run the cell with"
    monkeypatch.setattr(getattr(checks, name), "_refused", "")
    kernel[name] = getattr(checks, name).solution
    assert run(check_cell).startswith(ours)
    for answer, verdict in ((function_cell, "Not solved yet. Put your answer in place of"),
                            (wrong, "Not right yet. ")):
        run(answer)
        said = run(check_cell)
        assert said.startswith(verdict) and run(check_cell) == said == run(check_cell)
    assert kernel[name] is getattr(checks, name).solution and not noted
    run(right)
    own = kernel[name]
    for _ in range(2):
        assert run(check_cell).startswith("\u2713 Right. ")
    assert kernel[name] is own and set(noted) == {(lesson, "exercise", name)}
    run(f"{name} = checks.{name}.or_ours(None)")  # whoever skips the exercise
    noted.clear()
    assert run(check_cell).startswith(ours) and not noted
