"""What is said below an error in a notebook: a hint where it is true, and nothing otherwise."""

import re

import pytest
from IPython.core.interactiveshell import InteractiveShell

from mnist_adder_course import CHANGED, DEPENDS, explain_error

GUESSES = "from mnist_adder_course.lessons.start_here import guesses"


def shown_by(source: str, kind: type, capsys) -> str:
    """What a cell shows that ends in an error of this kind."""
    shell = InteractiveShell()
    shell.set_custom_exc((Exception,), explain_error)
    assert isinstance(shell.run_cell(source).error_in_exec, kind)
    return capsys.readouterr().out


@pytest.mark.parametrize("source, kind, words", [
    ("assert 1 == 2", AssertionError, re.escape(CHANGED)),
    ("from mnist_adder_lib.plots import plot_history", ModuleNotFoundError,
     "In plain words: the figures have moved: `mnist_adder_course.plots`"),
    ("from mnist_adder_course.material import drawings", ModuleNotFoundError, "called `common`"),
    ("from mnist_adder_lib.drawing.rejection import head_examples", ImportError, "head_training"),
    ("from mnist_adder_lib.drawing.non_digits import KINDS", ModuleNotFoundError, "`non_digits`"),
    ("class Project: pass\nProject().guess()", AttributeError, "Take a new copy of the lesson"),
    ("from mnist_adder_course.lessons.evaluation_tables import recipe_runs", ImportError,
     "section of .Deeper. has left the course"),
    ("from mnist_adder_course.lessons.layers_by_hand import checks\nchecks.merge", AttributeError,
     "section of .Deeper. has left the course"),
    ("[1, 2][3]", IndexError, f"In plain words: an index is out of range. .* {DEPENDS}"),
    ("import torch; torch.zeros(3)[7]", IndexError, f"In plain words: a tensor .* {DEPENDS}"),
    ("import torch; torch.zeros(9).view(2, 4)", RuntimeError, f"In .* 9 numbers.*4. .* {DEPENDS}"),
    ("from torch import nn, ones; nn.BatchNorm1d(3)(ones(1, 3))", ValueError, f"two.* {DEPENDS}"),
    ("from torch import ones, optim; optim.SGD([ones(1)], lr=-1)", ValueError, "no negative"),
    ("import torch; torch.ones(3)[3 / 2]", IndexError, "an index is a whole number.*`//`"),
    ("totals", NameError, "In plain words: .*`totals`.* cell above .* Run All Above Selected Cell"),
    ("raise AssertionError('not compiled with CUDA')", AssertionError, "In plain words: .*cpu"),
    ("class panel: prediction = None\npanel.prediction.x", AttributeError, "In .*: draw a digit"),
    ("values = [2, 1].sort()\nvalues[0]", TypeError, "In plain words: `values` is None"),
    ("one, two = 1, None\none + two", TypeError, "In plain words: `two` is None"),
    ("one, two = 1, None\nprint('é', one + two, 3)", TypeError, "In plain words: `two` is None"),
    ("import torch\none, two = torch.ones(1), None\ntorch.matmul(one, two)", TypeError,
     "In plain words: `two` is None"),
    ("import torch; few = torch.ones(2); few.index(1)", TypeError, "no `.index` like that"),
    ("import math, torch; math.log(torch.ones(2))", ValueError, "PyTorch has its own"),
    ("import torch; torch.log(1)", TypeError, "`log` is one of PyTorch's functions"),
    ("from torch import nn; nn.Conv2d(8, 3)", TypeError, "without its argument `kernel_size`"),
    ("from torch import nn; nn.Sequential(nn.ReLU)", TypeError, "round brackets after `nn.ReLU`"),
])
def test_an_error_gets_words_that_are_true_of_it(source, kind, words, capsys):
    shown = shown_by(source, kind, capsys)
    assert re.search(words, shown)
    assert (DEPENDS in shown) == (DEPENDS in words), "not every error comes of a changed number"


@pytest.mark.parametrize("source, kind", [
    ("open('shapes of tensors.csv')", FileNotFoundError),
    ("raise ValueError('not met yet')", ValueError),
    ("for key in (kinds := {1: 2}): kinds[key + 1] = 3", RuntimeError),
    ("assert 1 == 2, 'own words'", AssertionError),
    (f"{GUESSES}; guesses.ask('seven')", ValueError),
])
def test_an_error_that_we_know_nothing_of_gets_no_hint(source, kind, capsys):
    shown = shown_by(source, kind, capsys)
    assert kind.__name__ in shown
    assert not any(hint in shown for hint in ("In plain words", DEPENDS, CHANGED))
