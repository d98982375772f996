"""The course: how notebooks show things, guesses and checks, and a module for each lesson.

A lesson's module is named like its notebook, without the number, and holds the checks of its
exercises and the figures that no other lesson draws. Its questions are in `questions/`.

In a notebook, an assertion of a lesson that fails says what that means: who changes a number of a
lesson has found something out, and done nothing wrong.
"""

import builtins

CHANGED = ("With the lesson's own numbers this holds. What have you changed, "
           "and does it explain this?")


def explain_assertion(shell, kind, error, traceback, tb_offset=None) -> None:
    """Show an AssertionError; where it has no words of its own, with ours. A handler of IPython."""
    error.args = error.args or (CHANGED,)
    shell.showtraceback((kind, error, traceback), tb_offset)


if hasattr(builtins, "get_ipython"):  # nothing is imported: the environment check runs without
    builtins.get_ipython().set_custom_exc((AssertionError,), explain_assertion)
