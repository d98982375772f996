"""The course, in rooms by kind.

- `lessons`: a module for each lesson, and its questions
- `exercises`: what asks for a guess and what judges an answer
- `widgets`: the interactive pictures
- `notebook`: how a notebook shows figures, errors and stored results
- `environment`: the check that everything is installed

In a notebook, an error in a lesson says what that means: who changes a number of a lesson has found
something out, and done nothing wrong.
"""

import builtins
from pathlib import Path
from traceback import extract_tb

from .notebook.errors import in_plain_words

CHANGED = ("With the lesson's own numbers this holds. What have you changed, "
           "and does it explain this?")
DEPENDS = "If you have changed a number, what depends on it may have to change, too."
LIBRARY = str(Path(__file__).resolve().parents[1])


def explain_error(shell, kind, error, traceback, tb_offset=None) -> None:
    """Show an error, with what it means unless it has words of ours. A handler of IPython."""
    if kind is AssertionError:
        error.args = error.args or (CHANGED,)
    shell.showtraceback((kind, error, traceback), tb_offset)
    file, _, _, line = extract_tb(traceback)[-1]
    raised = (line or "").startswith("raise")
    if file.startswith(LIBRARY) if raised else kind is AssertionError:
        return
    meaning = in_plain_words(f"{kind.__name__}: {error}", line or "")
    print(f"In plain words: {meaning} {DEPENDS}" if meaning else DEPENDS)


if hasattr(builtins, "get_ipython"):  # PyTorch isn't imported: the environment check runs without
    builtins.get_ipython().set_custom_exc((Exception,), explain_error)
