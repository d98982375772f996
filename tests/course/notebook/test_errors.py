"""What a lesson's error says in a notebook."""

import re

import pytest
from IPython.core.interactiveshell import InteractiveShell

from mnist_adder_lib.course import CHANGED, DEPENDS, explain_error

GUESSES = "from mnist_adder_lib.course.lessons.start_here import guesses"


@pytest.mark.parametrize("source, kind, words", [
    ("assert 1 == 2", AssertionError, CHANGED),
    ("assert 1 == 2, 'own words'", AssertionError, "own words"),
    (f"{GUESSES}; guesses.ask('seven')", ValueError, "no question 'seven'"),
    ("[1, 2][3]", IndexError, f"In plain words: the place isn't there: .* {DEPENDS}"),
    ("import torch; torch.zeros(3)[7]", IndexError, f"In plain words: a tensor .* {DEPENDS}"),
    ("import torch; torch.zeros(9).view(2, 4)", RuntimeError, f"In .* 9 numbers.*4. .* {DEPENDS}"),
    ("totals", NameError, f"`totals`.* a cell above that hasn't run to its end.* {DEPENDS}"),
    ("raise AssertionError('not compiled with CUDA')", AssertionError, f"In .*cpu.* {DEPENDS}"),
    ("class panel: prediction = None\npanel.prediction.x", AttributeError, f"draw a.* {DEPENDS}"),
    ("from torch import nn, ones; nn.BatchNorm1d(3)(ones(1, 3))", ValueError, f"two.* {DEPENDS}"),
    ("raise ValueError('not met yet')", ValueError, f"\n{DEPENDS}"),
])
def test_an_error_gets_words_and_is_still_an_error(source, kind, words, capsys):
    shell = InteractiveShell()
    shell.set_custom_exc((Exception,), explain_error)
    assert isinstance(shell.run_cell(source).error_in_exec, kind)
    shown = capsys.readouterr().out
    assert re.search(words, shown) and (DEPENDS in shown) == (DEPENDS in words)
