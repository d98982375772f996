"""Answers as learners write them, right and wrong, and what the checks say of them."""

import math
import re
import tomllib
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from every_lesson import LESSONS
from scipy.stats import binomtest
from torch import nn
from torch.utils.data import DataLoader

from mnist_adder_course.exercises.checks import from_code
from mnist_adder_course.lessons.backward_by_hand import Node, forward
from mnist_adder_course.widgets.hidden_sums import unseen_sums
from mnist_adder_lib import paired_interval, power_of_pairs, wilson_interval
from mnist_adder_lib.model import conv, fully_connected

TEXTS: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("answers.toml").read_text(encoding="utf-8"))
ANSWER = re.compile(r"^# (right|wrong)(?:: (.+))?\n((?:(?!# right|# wrong).*\n)+)", re.MULTILINE)
# For each exercise its answers: whether right or wrong, a pattern of the verdict, and the code.
ANSWERS = {f"{lesson}.{name}": ANSWER.findall(text)
           for lesson, texts in TEXTS.items() for name, text in texts.items()}


def centre_of_mass(image):
    """Row and column, as in lesson 8."""
    height, width = image.shape
    row = (torch.arange(height) * image.sum(dim=1)).sum() / image.sum()
    column = (torch.arange(width) * image.sum(dim=0)).sum() / image.sum()
    return row.item(), column.item()


SUMS = torch.arange(10).view(10, 1) + torch.arange(10)
NAMES = dict(  # that a lesson has given when its exercises come
    torch=torch, F=F, nn=nn, math=math, ceil=math.ceil, comb=math.comb, binomtest=binomtest, np=np,
    binary_cross_entropy_with_logits=F.binary_cross_entropy_with_logits,
    conv=conv, fully_connected=fully_connected,
    centre_of_mass=centre_of_mass, totals=SUMS, sums=SUMS, Node=Node, forward=forward,
    DataLoader=DataLoader, paired_interval=paired_interval, power_of_pairs=power_of_pairs,
    unseen_sums=unseen_sums, wilson_interval=wilson_interval, __name__="notebook")
# What would be the check's own, or Python's, and not for a learner.
RAW = r"can't be done|tensor\(|array\(|Observed|Traceback|<\w+ at|Our solution"


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


def test_each_exercise_has_a_right_and_a_wrong_answer_of_learners():
    for lesson in LESSONS:
        for name in vars(lesson.module.checks):
            answers = ANSWERS[f"{lesson.name}.{name}"]
            assert {kind for kind, *_ in answers} == {"right", "wrong"}, name
