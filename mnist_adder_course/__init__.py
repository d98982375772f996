"""What the notebooks need: the course around `mnist_adder_lib`, which knows nothing of it.

- `lessons`: a module for each lesson, and its questions
- `plots`: figures of examples, of training runs and of answers
- `common`: what lessons and experiments share
- `exercises`: what asks for a guess and what judges an answer
- `widgets`: the interactive pictures
- `notebook`: how a notebook shows figures, errors and stored results
- `environment`: the check that everything is installed

In a notebook, an error in a lesson says what that means: a learner who changes a number in a lesson
has discovered something, not done something wrong. Where a notebook opens with its stored outputs
unfolded, importing the course says how to clear them.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(f"The course needs Python 3.11 or newer, and this is {sys.version.split()[0]}. Use a "
             "newer one, for example `python3.12 -m mnist_adder_course.hand_in`.")

import builtins
import os
from pathlib import Path
from traceback import FrameSummary, extract_tb

from .notebook.errors import meaning_of

CHANGED = ("If it is the lesson that claims this: with the lesson's own numbers it holds. What "
           "have you changed, and does it explain this?")
DEPENDS = "If you have changed a number, what depends on it may have to change, too."
# The folders of the two packages, which lie side by side.
OURS = tuple(str(Path(__file__).resolve().parents[1] / name) + os.sep
             for name in ("mnist_adder_lib", "mnist_adder_course"))


def explain_error(shell, kind, error, traceback, tb_offset=None) -> None:
    """Show an error, and below it what it means, if we know. A handler of IPython."""
    shell.showtraceback((kind, error, traceback), tb_offset)
    if hint := hint_for(error, extract_tb(traceback)[-1]):
        print(hint)


def hint_for(error: BaseException, place: FrameSummary) -> str:
    """Advice on an error raised at this place, or "" if we have none."""
    raised = (place.line or "").startswith("raise")
    if raised and place.filename.startswith(OURS):
        return ""  # the words are ours already
    if isinstance(error, AssertionError) and not raised:
        in_a_cell = "ipython-input" in place.filename or "ipykernel" in place.filename
        return CHANGED if in_a_cell and not error.args else ""
    meaning = meaning_of(error, place)
    if meaning is None:
        return ""
    return f"In plain words: {meaning.words}" + f" {DEPENDS}" * meaning.of_sizes


def how_to_clear(shell) -> str:
    """What to choose in Colab or VS Code so that no stored output answers a guess; "" elsewhere.

    JupyterLab and Notebook fold these outputs, the two others show them.
    """
    if "google.colab" in sys.modules:
        choose = "*Edit → Clear all outputs*"
    elif "JPY_SESSION_NAME" in os.environ:  # a Jupyter server, which VS Code may have started
        return ""
    elif "__vsc_ipynb_file__" in shell.user_ns or "VSCODE_PID" in os.environ:
        choose = "*Clear All Outputs* in the bar above the notebook"
    else:
        return ""
    return f"Now choose {choose}: what is stored here answers the guesses that you will make."


if hasattr(builtins, "get_ipython"):  # PyTorch isn't imported: the environment check runs without
    builtins.get_ipython().set_custom_exc((Exception,), explain_error)
    if advice := how_to_clear(builtins.get_ipython()):
        print(advice)
